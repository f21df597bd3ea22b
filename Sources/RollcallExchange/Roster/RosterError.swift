/// Why a roster cannot be read at all: its header, or what a person said of its columns.
///
/// It names columns and fields, never a cell.
public enum RosterError: Error, Equatable, Sendable {
    case noHeader
    /// The header line itself does not read.
    case header(RowFailure)
    case namelessColumn(number: Int)
    case repeatedColumn(String)
    /// Columns that neither are named like a field nor were mapped.
    case unknownColumns([String])
    /// A column that was named for the key or a mapping, and that the roster does not have.
    case missingColumn(String)
    case mappedTwice(column: String)
    case fieldTwice(field: String, columns: [String])
    case field(column: String, InputError)
    case nothingMapped
    case badListName
}

/// Why one row of a roster cannot be taken.
///
/// It names cells by number and fields by name, never what a cell says. Cells count from 1.
public enum RowFailure: Error, Equatable, Sendable {
    case notUTF8
    case cellCount(found: Int, expected: Int)
    case quoteNotClosed(cell: Int)
    case strayQuote(cell: Int)
    case emptyKey
    /// Something to be reckoned, without what it came to.
    case formula(cell: Int)
    /// What was reckoned came to an error.
    case wrongReckoning(cell: Int)
    case value(InputError)
}

extension RosterError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noHeader: "the roster has no header line"
        case .header(let failure): "the header line: \(failure)"
        case .namelessColumn(let number):
            "column \(number) has no name, or one with control characters"
        case .repeatedColumn(let column): "two columns are named \"\(column)\""
        case .unknownColumns(let columns):
            "no field is named like "
                + columns.map { "\"\($0)\"" }.joined(separator: ", ")
        case .missingColumn(let column): "the roster has no column \"\(column)\""
        case .mappedTwice(let column): "column \"\(column)\" is mapped twice"
        case .fieldTwice(let field, let columns):
            "\(field) is filled by " + columns.map { "\"\($0)\"" }.joined(separator: " and by ")
        case .field(let column, let error): "column \"\(column)\": \(error)"
        case .nothingMapped: "no column fills a field"
        case .badListName: "the list needs a name of 1 to \(RosterPlan.listNameBytesMax) bytes"
        }
    }
}

extension RowFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notUTF8: "not UTF-8"
        case .cellCount(let found, let expected):
            "\(found) \(found == 1 ? "cell" : "cells") where the header has \(expected)"
        case .quoteNotClosed(let cell):
            "cell \(cell) has a quote that is not closed within \(RosterFile.quotedBytesMax) bytes"
        case .strayQuote(let cell):
            "cell \(cell) has a quote that neither is doubled nor stands around all of the cell"
        case .formula(let cell): "cell \(cell) is a formula without its result"
        case .wrongReckoning(let cell): "cell \(cell) is a formula that came to an error"
        case .emptyKey: "the key cell is empty"
        case .value(let error): error.description
        }
    }
}
