import ArgumentParser
import Foundation
import RollcallControl

struct ShowCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a record: each value, and who wrote it.")
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The record.") var id: String

    func request(in directory: String) throws -> ControlRequest { .show(id: id) }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        RecordPage.text(of: try ControlJSON.decode(RecordView.self, from: json), names: names)
    }
}

struct ListCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the records, one a line.")

    @OptionGroup var shared: SharedOptions
    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many.", valueName: "n"))
    var limit: Int?
    @Option(
        name: .customLong("where"),
        help: ArgumentHelp("Only where a field has this value. Repeatable.", valueName: "f=v"))
    var filters: [String] = []

    func request(in directory: String) throws -> ControlRequest {
        guard limit ?? 0 >= 0 else { throw ControlError(.usage, Sentences.limitNotNegative) }
        return .list(limit: limit, filters: try filters.map(TypedWords.fieldValue))
    }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        RecordPage.table(of: try rows.map { try ControlJSON.decode(RecordView.self, from: $0) })
    }
}

struct FindCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "find", abstract: "Find records by a text in any of their values.")

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The text.") var text: String
    @Option(help: "Print at most so many.") var limit: Int?

    func request(in directory: String) throws -> ControlRequest {
        guard limit ?? 0 >= 0 else { throw ControlError(.usage, Sentences.limitNotNegative) }
        guard !text.allSatisfy(\.isWhitespace) else {
            throw ControlError(.usage, Sentences.nothingToFind)
        }
        return .find(text: text, limit: limit)
    }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        RecordPage.table(of: try rows.map { try ControlJSON.decode(RecordView.self, from: $0) })
    }
}

struct HistoryCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List all writes of a record, live or not.")
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The record.") var id: String

    func request(in directory: String) throws -> ControlRequest { .history(id: id) }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        let rows = try rows.map { try ControlJSON.decode(HistoryRow.self, from: $0) }
        return RecordPage.table(of: rows, names: names)
    }
}

struct ConflictsCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflicts", abstract: "List the fields that have unlike siblings.")
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .conflicts }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        let rows = try rows.map { try ControlJSON.decode(ConflictRow.self, from: $0) }
        return RecordPage.table(of: rows, names: names)
    }
}
