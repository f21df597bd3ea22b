import ArgumentParser
import Foundation
import RollcallControl

struct RetentionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention", abstract: "Say until when the register is kept, and what is due.",
        discussion: Sentences.retentionDiscussion,
        subcommands: [RetentionShowCommand.self, RetentionSetCommand.self],
        defaultSubcommand: RetentionShowCommand.self)
}

struct RetentionShowCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Say until when the register is kept, and who said so.")
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .retention }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.retention(try ControlJSON.decode(RetentionReport.self, from: json), names)
    }
}

struct RetentionSetCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set the last day on which the register is kept.")
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions
    @Argument(help: ArgumentHelp("A day such as 2027-01-31, or none.", valueName: "date"))
    var date: String
    @Option(help: "Why, for all to read.") var reason: String

    func request(in directory: String) throws -> ControlRequest {
        .setRetention(end: date == "none" ? nil : date, reason: reason)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.retention(try ControlJSON.decode(RetentionReport.self, from: json), names)
    }
}

struct DueCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "due", abstract: "List the records that are due to be erased.",
        discussion: Sentences.dueDiscussion)

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .due }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        try rows.map { shown(try ControlJSON.decode(DueRow.self, from: $0).record) }
            .joined(separator: "\n")
    }
}

struct HoldCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Keep records from being erased, or free them again.",
        discussion: Sentences.holdDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The records.") var ids: [String] = []
    @Flag(help: "The whole register, and what is yet to come into it.") var all = false
    @Flag(help: "Lift the hold.") var lift = false
    @Option(help: "Why, for all to read; name nobody.") var reason: String

    func request(in directory: String) throws -> ControlRequest {
        guard all == ids.isEmpty else { throw ControlError(.usage, Sentences.recordsOrAll) }
        return .hold(ids: ids, all: all, lift: lift, reason: reason)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.holdOrdered(try ControlJSON.decode(HoldOrderReport.self, from: json))
    }
}

struct HoldsCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "holds", abstract: "List what must not be erased, who says so, and why.")
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .holds }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        var table = Table(["record", "since", "on", "why", "and yet"])
        for row in rows {
            let hold = try ControlJSON.decode(HoldReport.self, from: row)
            table.add([
                hold.record ?? Sentences.wholeRegister,
                hold.recordedAt.map(Sentences.time) ?? "?", names[hold.node], hold.reason,
                hold.isErased ? Sentences.erasedAllTheSame : "-",
            ])
        }
        return table.text
    }
}
