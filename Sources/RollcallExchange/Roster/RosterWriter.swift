public import RollcallCore

/// Writes a roster as CSV: RFC 4180, UTF-8, a line a record.
///
/// Values are written as they are: one that begins with `=`, `+`, `-` or `@` is no formula to us, and
/// a quote put before it would be read back as part of the value. Whoever opens a roster in a
/// spreadsheet should import its columns as text.
public struct RosterWriter: Sendable {
    /// What stands between the values of a field that has several.
    public static let siblingSeparator = " | "

    private let fields: [FieldNumber]
    private var bytes: [UInt8] = []

    /// Begins with the header: `record` and the names of the fields.
    public init(fields: [FieldNumber] = FieldSchema.ofRoster.map(\.number)) {
        self.fields = fields
        appendLine(["record"] + fields.map { FieldSchema.name(of: $0) })
    }

    /// Adds a record; rows and values keep the order they are given in.
    public mutating func append(record: String, values: (FieldNumber) -> [Content]) {
        var cells = [record]
        for field in fields {
            let texts = values(field).compactMap { RosterCell.text($0) }
            cells.append(texts.joined(separator: Self.siblingSeparator))
        }
        appendLine(cells)
    }

    /// What was written since the last time, so that a long roster need not be held whole.
    public mutating func drain() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    private mutating func appendLine(_ cells: [String]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(cell)
        }
        bytes.append(contentsOf: "\r\n".utf8)
    }

    private mutating func append(_ cell: String) {
        let quote = UInt8(ascii: "\"")
        let needsQuotes = cell.utf8.contains { byte in
            byte == quote || byte == UInt8(ascii: ",") || byte < 0x20
        }
        guard needsQuotes else {
            bytes.append(contentsOf: cell.utf8)
            return
        }
        bytes.append(quote)
        for byte in cell.utf8 {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }
}

/// What a write says, as one cell of a roster.
enum RosterCell {
    /// What whoever wrote the roster could not read: a cell that says so says nothing else.
    static let sealed = "[sealed]", unknown = "[opaque]"

    /// Whether a cell that begins so would be reckoned with, or spoil the table, in a spreadsheet.
    static func isGuarded(_ first: UInt8) -> Bool { "=+-@\t\r".utf8.contains(first) }

    static func isUnread(_ cell: String) -> Bool { cell == sealed || cell == unknown }

    /// The cell for some content, or nil for what is no value.
    static func text(_ content: Content) -> String? {
        switch content {
        case .text(let text): text
        case .state(let state): "[\(state.name)]"
        case .event(let stage, 0): stage
        case .event(let stage, let time): stage + "@" + (EventTime.text(time) ?? "?")
        case .opaque: unknown
        case .sealed: sealed
        case .removal, .entry, .mark, .record, .verification: nil
        }
    }

    /// The state that a cell stands for.
    static func state(_ cell: String) -> ValueState? {
        guard cell.utf8.first == UInt8(ascii: "[") else { return nil }
        return ValueState.allCases.first { text(.state($0))?.utf8.elementsEqual(cell.utf8) == true }
    }
}
