import ArgumentParser
import Foundation
import RollcallControl

struct ExchangeCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange", abstract: "Say who exchanges with whom, and how many.")

    @OptionGroup var shared: SharedOptions
    @Option(help: "What side A is called.") var partyA: String?
    @Option(help: "What side B is called.") var partyB: String?
    @Option(help: "How many each side is to hand over.") var target: Int?

    func request(in directory: String) throws -> ControlRequest {
        .setExchange(partyA: partyA, partyB: partyB, target: target)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.wrote(try ControlJSON.decode(WriteReport.self, from: json), verb: "set")
    }
}

struct StageCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "stage",
        abstract: "Add a stage: a day of the exchange, or a part of one; close it.",
        discussion: Sentences.stageDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "A short code, such as 1: events are recorded as arrival=1.") var code: String
    @Option(help: "The day.") var day: String?
    @Option(help: "Where it is.") var place: String?
    @Flag(help: "Writes down its numbers as they stand.") var close = false
    @Flag(help: "Takes that back.") var reopen = false
    @Option(help: "Why it is closed although something is open, or opened again.")
    var reason: String?

    func validate() throws {
        guard !(close && reopen), day == nil && place == nil || !(close || reopen) else {
            throw ValidationError("a stage is added, closed or opened again, one at a time")
        }
        guard reason == nil || close || reopen else {
            throw ValidationError("--reason goes with --close or --reopen")
        }
    }

    func request(in directory: String) throws -> ControlRequest {
        if close { return .closeStage(code: code, reason: reason) }
        if reopen { return .reopenStage(code: code, reason: reason) }
        return .addStage(code: code, day: day, place: place)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.wrote(
            try ControlJSON.decode(WriteReport.self, from: json),
            verb: close ? "closed" : reopen ? "opened" : "added")
    }
}

struct HeadsCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "heads", abstract: "Write how many heads somebody counted in a vehicle.",
        discussion: Sentences.headsDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The stage that it came to.") var stage: String
    @Argument(help: "The vehicle, as people there call it: 'bus 3'.") var vehicle: String
    @Argument(help: "How many.") var heads: Int
    @Option(help: "Why this number holds, where several stand side by side.") var reason: String?

    func request(in directory: String) throws -> ControlRequest {
        .countHeads(stage: stage, vehicle: vehicle, heads: heads, reason: reason)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.wrote(try ControlJSON.decode(WriteReport.self, from: json), verb: "counted")
    }
}

struct ListsCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "lists", abstract: "List the lists of both sides, and their revisions.")

    @OptionGroup var shared: SharedOptions
    @Option(help: ArgumentHelp("Withdraw a list; its lines stay.", valueName: "id"))
    var withdraw: String?
    @Option(help: ArgumentHelp("Write a list's file as it came, with -o.", valueName: "id"))
    var file: String?
    @Option(name: .shortAndLong, help: ArgumentHelp("The file to make.", valueName: "file"))
    var output: String?

    func request(in directory: String) throws -> ControlRequest {
        switch (withdraw, file, output) {
        case (nil, nil, nil): return .lists
        case (let id?, nil, nil): return .withdrawList(id: id)
        case (nil, let id?, let path?):
            return .listFile(id: id, path: Home.absolute(path, in: directory))
        default: throw ControlError(.usage, Sentences.listFileUsage)
        }
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        if file != nil {
            return Sentences.wroteOriginal(try ControlJSON.decode(ListFileReport.self, from: json))
        }
        return Sentences.wrote(
            try ControlJSON.decode(WriteReport.self, from: json), verb: "withdrawn")
    }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        var table = Table(["list", "issuer", "direction", "stage", "revision", "people", ""])
        for row in rows {
            let list = try ControlJSON.decode(ListReport.self, from: row)
            table.add([
                list.record, list.issuer, list.direction.map(Sentences.direction) ?? "-",
                list.stage ?? "-", "\(list.revision)", counted(list.lines),
                list.withdrawn ? "withdrawn" : list.newest ? "" : "replaced",
            ])
        }
        return table.text
    }
}

struct TallyCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "tally", abstract: "Count who came, was handed over, is missing.",
        discussion: Sentences.tallyDiscussion)
    static let namesNodes = true
    static let isResultForPeople = true

    @OptionGroup var shared: SharedOptions
    @Option(help: "One stage alone.") var stage: String?

    func request(in directory: String) throws -> ControlRequest { .tally(stage: stage) }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        Sentences.table(of: try rows.map { try ControlJSON.decode(TallyRow.self, from: $0) })
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.tally(try ControlJSON.decode(TallyReport.self, from: json))
    }
}

struct DiscrepanciesCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "discrepancies", abstract: "List what does not fit, for somebody to look at.")
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .discrepancies }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        var table = Table(["what", "stage", "who looks", "records", "about"])
        for row in rows {
            let found = try ControlJSON.decode(DiscrepancyReport.self, from: row)
            let settled = found.settled.map { Sentences.settled($0, names) }
            table.add([
                found.kind, found.stage ?? "-", settled.isEmpty ? found.station : "nobody",
                found.records.joined(separator: " "),
                ([found.about.joined(separator: ", ")] + settled).filter { !$0.isEmpty }
                    .joined(separator: "; "),
            ])
        }
        return table.text
    }
}

struct SettleCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle", abstract: "Decide what does not fit, as it stands.",
        discussion: Sentences.settleDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "What does not fit, as `rollcall discrepancies` calls it.") var kind: String
    @Argument(help: "Records that it is about, or one of them.") var records: [String] = []
    @Option(help: "The stage, where it is so at several.") var stage: String?
    @Option(
        name: .customLong("as"),
        help: "explained, list_wrong, record_wrong, other_side_asked or cannot_be_told.")
    var code: String?
    @Flag(help: "Take back what was decided.") var reopen = false
    @Option(help: "Why.") var reason: String

    func request(in directory: String) throws -> ControlRequest {
        guard reopen != (code != nil) else { throw ControlError(.usage, Sentences.asOrReopen) }
        return .settle(
            SettleOrder(
                kind: kind.replacing(" ", with: "_"), records: records, stage: stage, code: code,
                reason: reason))
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.wrote(
            try ControlJSON.decode(WriteReport.self, from: json),
            verb: reopen ? "opened again, at" : "settled, at")
    }
}
