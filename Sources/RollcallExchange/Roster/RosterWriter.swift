public import RollcallCore

/// Writes tables as CSV: RFC 4180, UTF-8 with a mark by which spreadsheets know it, a line a record.
///
/// A cell that a spreadsheet would reckon with is guarded (``CellGuard``), and read back as it was.
public struct RosterWriter: Sendable {
    /// What stands between the values of a field that has several.
    public static let siblingSeparator = " | "
    public static let separators: [String: Character] = [
        ",": ",", ";": ";", "tab": "\t", "\t": "\t", "comma": ",", "semicolon": ";",
    ]

    private let fields: [FieldNumber]
    private let separator: UInt8
    private var bytes: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Begins with the notice and the header: `record` and the names of the fields.
    ///
    /// - Parameter separator: A comma, a semicolon or a tab.
    public init(
        fields: [FieldNumber] = FieldSchema.ofRoster.map(\.number), separator: Character = ",",
        notice: [String] = []
    ) {
        self.init(
            columns: ["record"] + fields.map { FieldSchema.name(of: $0) }, fields: fields,
            separator: separator, notice: notice)
    }

    /// A table of other columns; its lines are appended as cells.
    public init(
        columns: [String], fields: [FieldNumber] = [], separator: Character = ",",
        notice: [String]
    ) {
        self.fields = fields
        self.separator = separator.asciiValue ?? UInt8(ascii: ",")
        for line in notice { append([line]) }
        append(columns)
    }

    /// Adds a record; rows and values keep the order they are given in.
    public mutating func append(record: String, values: (FieldNumber) -> [Content]) {
        append([record] + fields.map { Self.cell(values($0)) })
    }

    /// Some values as one cell.
    public static func cell(_ contents: [Content]) -> String {
        texts(contents).joined(separator: siblingSeparator)
    }

    /// Values as text, states in brackets.
    public static func texts(_ contents: [Content]) -> [String] {
        contents.compactMap { RosterCell.text($0) }
    }

    /// A cell where cells are text, and nothing is reckoned: guarded where reading it again would take a quote off.
    public static func textCell(_ cell: String) -> String {
        CellGuard.unguarded(cell) == cell ? cell : CellGuard.guarded(cell)
    }

    /// What was written since the last time, so that a long roster need not be held whole.
    public mutating func drain() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    public mutating func append(_ cells: [String]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(separator) }
            append(CellGuard.guarded(cell))
        }
        bytes.append(contentsOf: "\r\n".utf8)
    }

    private mutating func append(_ cell: String) {
        let quote = UInt8(ascii: "\"")
        let needsQuotes = cell.utf8.contains { byte in
            byte == quote || byte == separator || byte < 0x20
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
