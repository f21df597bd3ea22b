import Foundation
import RollcallCore

@testable import RollcallExchange

/// The rows of one kind in `Protocol/numbers.csv`.
func numbers(_ kind: String) throws -> [(name: String, value: UInt32, note: String)] {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "Protocol/numbers.csv")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    return lines.compactMap { line in
        let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard cells[0] == kind, let value = UInt32(cells[2]) else { return nil }
        return (cells[1], value, cells[4])
    }
}

func field(_ name: String) throws -> Field { try FieldInput.writable(named: name) }

func content(_ name: String, _ text: String) throws -> Content {
    try FieldInput.content(field: field(name), text: text)
}

/// What is wrong with a text for a field, or nil where nothing is.
func refusal(_ name: String, _ text: String) -> InputError? {
    do {
        _ = try content(name, text)
        return nil
    } catch {
        return error as? InputError
    }
}

/// All rows of a roster: cells as strings, or what is wrong with the row.
func rows(_ bytes: [UInt8]) throws -> [Int: Result<[String], RowFailure>] {
    let file = try RosterFile(bytes)
    return Dictionary(
        uniqueKeysWithValues: file.map { row in
            (row.number, row.cells.map { cells in (0..<cells.count).map { cells[$0] } })
        })
}

func rows(_ text: String) throws -> [Int: Result<[String], RowFailure>] {
    try rows(Array(text.utf8))
}

/// Good enough to tell test rows apart, and known here byte for byte (FNV-1a).
@Sendable func testHash(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

func plan(
    _ header: [String], map: [(column: String, field: String)] = [], key: String? = nil,
    list: String = "stage 1"
) throws -> RosterPlan {
    try RosterPlan(header: header, map: map, key: key, list: list, hash: testHash)
}

/// Why a plan cannot be made, or nil where it can.
func planRefusal(
    _ header: [String], map: [(column: String, field: String)] = [], key: String? = nil,
    list: String = "stage 1"
) -> RosterError? {
    do {
        _ = try plan(header, map: map, key: key, list: list)
        return nil
    } catch {
        return error as? RosterError
    }
}

/// Each row of a roster as a record takes it, or what is wrong with it.
func read(
    _ text: String, map: [(column: String, field: String)] = [], key: String? = nil
) throws -> [Result<RosterRow, RowFailure>] {
    let file = try RosterFile(Array(text.utf8))
    let plan = try plan(file.header, map: map, key: key)
    return file.map { row in Result { () throws(RowFailure) in try plan.read(row) } }
}

func identities(_ text: String, key: String? = nil) throws -> [String] {
    try read(text, map: [("surname", "surname")], key: key).map { try $0.get().identity }
}
