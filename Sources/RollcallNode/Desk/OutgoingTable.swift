import Foundation
import RollcallControl
import RollcallExchange

/// What stands on a file that leaves, and when it was made.
struct OutgoingNotice: Encodable, Sendable {
    let notice: [String: String]
    let recipient: String
    let asOf: String
    let counts: [String: Int]?

    enum CodingKeys: String, CodingKey {
        case notice, recipient, counts
        case asOf = "as_of"
    }

    init(_ notice: PurposeNotice, asOf: String) {
        self.notice = Dictionary(
            uniqueKeysWithValues: notice.lines.map { ($0.language, $0.text) })
        recipient = notice.recipient.rawValue
        self.asOf = asOf
        counts = notice.counts.map { ["all": $0.all, "withheld": $0.withheld] }
    }

    /// As lines above a table.
    var lines: [String] {
        ["en", "uk", "ru"].compactMap { notice[$0] } + ["\(recipient), \(asOf)"]
    }
}

/// A table that leaves, as CSV, as lines of JSON or as a workbook; all but the last in pieces.
struct OutgoingTable: Sendable {
    static let ofFigures = [
        "stage", "direction", "what", "military", "civilian", "unresolved", "all",
    ]

    private let form: Form
    private let separator: Character
    private var columns: [String] = []
    private var writer: RosterWriter?
    private var workbook: OutgoingWorkbook?
    private var lines = Data()

    private enum Form: String { case csv, jsonl, xlsx }

    init(_ order: OutgoingOrder) throws {
        guard let form = Form(rawValue: order.form) else {
            throw ControlError(.badValue, "a file is written as csv, jsonl or xlsx")
        }
        guard let separator = RosterWriter.separators[order.separator] else {
            throw ControlError(.badValue, "cells are parted by a comma, a semicolon or a tab")
        }
        self.form = form
        self.separator = separator
    }

    mutating func begin(_ notice: OutgoingNotice, _ columns: [String]) throws {
        self.columns = columns
        switch form {
        case .jsonl: try append(line: notice)
        case .csv:
            writer = RosterWriter(columns: columns, separator: separator, notice: notice.lines)
        case .xlsx: workbook = OutgoingWorkbook(notice: notice.lines, columns: columns)
        }
    }

    /// Adds a line: the values of each column.
    mutating func append(_ row: [[String]]) throws {
        let cells = row.map { $0.joined(separator: RosterWriter.siblingSeparator) }
        switch form {
        case .csv: writer?.append(cells)
        case .xlsx: try workbook?.append(cells.map(RosterWriter.textCell))
        case .jsonl: try appendLine(row)
        }
    }

    private mutating func appendLine(_ row: [[String]]) throws {
        let filled = zip(columns, row).filter { !$0.1.isEmpty }
        try append(line: Dictionary(uniqueKeysWithValues: filled.map { ($0.0, $0.1) }))
    }

    private mutating func append(line: some Encodable) throws {
        lines.append(try ControlJSON.encode(line))
        lines.append(UInt8(ascii: "\n"))
    }

    /// What was written since the last time; of a workbook nothing before its end.
    mutating func drain() -> [UInt8] {
        defer { lines.removeAll(keepingCapacity: true) }
        return form == .jsonl ? Array(lines) : writer?.drain() ?? []
    }

    /// What is left to be written.
    mutating func finish() throws -> [UInt8] { try workbook?.bytes() ?? drain() }
}
