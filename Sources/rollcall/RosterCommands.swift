import ArgumentParser
import Foundation
import RollcallControl

struct RosterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roster", abstract: "Take records from a list, write one, or tick its lines.",
        subcommands: [
            RosterImportCommand.self, RosterExportCommand.self, RosterTickCommand.self,
        ])

    func run() throws {
        throw ControlError(
            .usage, Sentences.nameARosterCommand, hint: Sentences.seeHelp(of: "roster"))
    }
}

struct RosterImportCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take records from a list: CSV or .xlsx.",
        discussion: Sentences.rosterDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The list.") var file: String
    @Option(help: "The list's name; its rows are known by it.") var list: String?
    @Option(help: "The column that tells rows apart; else the whole row does.") var key: String?
    @Option(help: ArgumentHelp("Which field a column fills. Repeatable.", valueName: "column=f"))
    var map: [String] = []
    @Flag(help: "Take the good rows where others fail.") var skipBad = false
    @Flag(help: "Say what would come of it, and write nothing.") var preview = false
    @Option(help: "The sheet of a workbook, by its name or number.") var sheet: String?
    @Option(help: "How a text file is written, such as windows-1251; most are told by themselves.")
    var encoding: String?
    @Flag(help: "Its lines are enquiries of families, as a hotline has them.")
    var enquiries = false
    @Option(help: ArgumentHelp("Whose list it is: a, b, or another's name.", valueName: "side"))
    var issuer: String?
    @Option(help: ArgumentHelp("a_to_b or b_to_a: to whom they are handed over.", valueName: "d"))
    var direction: String?
    @Option(help: "For which stage it is.") var stage: String?
    @Option(help: "Its issuer's count: a later one takes the place of those before.")
    var revision: Int?

    func request(in directory: String) throws -> ControlRequest {
        .rosterImport(
            path: Home.absolute(file, in: directory), list: list, key: key,
            columns: try map.map(TypedWords.columnField), skipBad: skipBad, origin: try origin(),
            reading: reading)
    }

    private var reading: ListReading? {
        guard preview || sheet != nil || encoding != nil || enquiries else { return nil }
        return ListReading(
            sheet: sheet, encoding: encoding, preview: preview,
            enquiries: enquiries ? true : nil)
    }

    private func origin() throws -> ListOrigin? {
        guard issuer != nil || direction != nil || stage != nil || revision != nil else {
            return nil
        }
        guard let issuer, let direction, let stage else {
            throw ControlError(.usage, Sentences.wholeOrigin)
        }
        return ListOrigin(
            issuer: issuer, direction: direction, stage: stage, revision: revision ?? 1)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        FilePages.text(of: try ControlJSON.decode(RosterReport.self, from: json))
    }
}

struct RosterExportCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a table: of all, for the other side, or of numbers alone.",
        discussion: Sentences.rosterExportDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The file to make; its ending says the form: .csv, .jsonl or .xlsx.")
    var file: String
    @Option(help: "csv, jsonl or xlsx, whatever the file's name.") var form: String?
    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("own, side (the other one) or press.", valueName: "whom"))
    var recipient = "own"
    @Option(help: "What parts the cells of a CSV: , or ; or tab.") var separator = ","
    @Option(
        help: ArgumentHelp("For the other side: handed_over, listed, present, …", valueName: "w"))
    var what = "handed_over"
    @Option(help: "For the other side: at which stage.") var stage: String?
    @Option(help: ArgumentHelp("For the other side: a_to_b or b_to_a.", valueName: "d"))
    var direction: String?

    func request(in directory: String) throws -> ControlRequest {
        .rosterExport(
            path: Home.absolute(file, in: directory),
            order: OutgoingOrder(
                recipient: recipient, form: form ?? formByName, separator: separator, what: what,
                stage: stage, direction: direction))
    }

    private var formByName: String {
        ["jsonl", "xlsx"].first { file.lowercased().hasSuffix(".\($0)") } ?? "csv"
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.exported(try ControlJSON.decode(RosterExportReport.self, from: json))
    }
}

struct RosterTickCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "tick", abstract: "Take in what was ticked on a printed list.",
        discussion: Sentences.tickDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The list.") var list: String
    @Argument(help: ArgumentHelp("Numbers of lines, such as 3,7,12-40.", valueName: "lines"))
    var lines: [String]
    @Option(help: "What a tick says: arrival, absent or another event.") var event = "arrival"
    @Option(help: "At which stage, if not the list's.") var stage: String?
    @Option(help: ArgumentHelp("When, such as 2026-03-01T09:30Z.", valueName: "time"))
    var at: String?
    @Option(help: "Whose ticks they are, if not yours.") var by: String?
    @Option(help: "In what they came, such as 'bus 3'.") var vehicle: String?
    @OptionGroup var author: OperatorOption

    func request(in directory: String) throws -> ControlRequest {
        .rosterTick(
            TickOrder(
                list: list, lines: lines, event: event, stage: stage, time: at, by: by,
                vehicle: vehicle, operator: author.operator))
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.ticked(try ControlJSON.decode(TickReport.self, from: json))
    }
}
