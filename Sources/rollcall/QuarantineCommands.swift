import ArgumentParser
import Foundation
import RollcallControl

struct QuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract:
            "List what laptops that were taken out wrote beyond what counts, and decide of it.",
        discussion: Sentences.quarantineDiscussion,
        subcommands: [
            QuarantineListCommand.self, QuarantineShowCommand.self, QuarantineAdoptCommand.self,
            QuarantineRefuseCommand.self,
        ], defaultSubcommand: QuarantineListCommand.self)
}

struct QuarantineListCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what waits, without its values.")
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions
    @Flag(help: "What was refused, too.") var all = false

    func request(in directory: String) throws -> ControlRequest {
        .quarantine(all: all ? true : nil)
    }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        let rows = try rows.map { try ControlJSON.decode(HistoryRow.self, from: $0) }
        return RecordPage.table(of: rows, names: names)
    }
}

struct QuarantineShowCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a change that waits: its values, and what was decided."
    )
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions
    @Argument(help: "A dot, as `rollcall quarantine` prints it.") var dot: String

    func request(in directory: String) throws -> ControlRequest { .quarantineShow(dot: dot) }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        let report = try ControlJSON.decode(QuarantineReport.self, from: json)
        return
            ([
                RecordPage.table(of: report.rows, names: names),
                Sentences.standing(ofQuarantined: report),
            ]
            + report.decisions.map { Sentences.decision($0, names: names) }).joined(separator: "\n")
    }
}

struct QuarantineAdoptCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Let changes count after all, on every laptop.")

    @OptionGroup var shared: SharedOptions
    @Argument(help: "Dots, as `rollcall quarantine` prints them.") var dots: [String]
    @Option(help: "Why, for all to read.") var reason: String

    func request(in directory: String) throws -> ControlRequest {
        .judge(dots: dots, adopt: true, reason: reason)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.judged(try ControlJSON.decode(JudgeReport.self, from: json))
    }
}

struct QuarantineRefuseCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "refuse", abstract: "Leave changes where they are; they wait no more.")

    @OptionGroup var shared: SharedOptions
    @Argument(help: "Dots, as `rollcall quarantine` prints them.") var dots: [String]
    @Option(help: "Why, for all to read.") var reason: String

    func request(in directory: String) throws -> ControlRequest {
        .judge(dots: dots, adopt: false, reason: reason)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.judged(try ControlJSON.decode(JudgeReport.self, from: json))
    }
}
