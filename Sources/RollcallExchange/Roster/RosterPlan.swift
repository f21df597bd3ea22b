public import RollcallCore

/// A row of a roster as a record takes it.
public struct RosterRow: Equatable, Sendable {
    /// Names the row wherever it is read again: what is written to the field `list_line`.
    public var identity: String
    /// One write a filled cell, fields ascending.
    public var writes: [(field: FieldNumber, content: Content)]
    /// Cells that say the same in other words than the writes, as they stand.
    public var raw: [(column: String, cell: String, isRestricted: Bool)] = []
    public var findings: [FieldFinding] = []
    /// The line's number by the list itself.
    public var lineNumber: String?
    /// Whether it is about nobody: a sum, or a place to sign.
    public var isNote = false

    public static func == (left: Self, right: Self) -> Bool {
        left.identity == right.identity && left.writes.elementsEqual(right.writes, by: ==)
    }
}

/// Which column of a roster fills which field, and what tells its rows apart.
///
/// An identity is `LIST#KEY`, or `LIST#=` and 13 base32 digits of a hash where there is no key. The
/// list's name holds no other `#`, and a key that begins with `=` or `%` gets a `%` before it; so no
/// two rows with unlike keys share an identity. A number that counts the lines is in no hash: in the next
/// revision it is another.
public struct RosterPlan: Sendable {
    /// What a column is mapped to in order to leave it out.
    public static let ignored = "-"

    static let listNameBytesMax = 256

    /// What each column fills, by the names of fields, columns in their order.
    public let columns: [(column: String, field: String)]
    /// Columns of which nobody knows what they hold; they are left out.
    public let unknownColumns: [String]

    private let header: [String]
    private let fillings: RosterColumns
    private let key: Int?
    private let prefix: String
    private let hash: @Sendable ([UInt8]) -> UInt64

    /// - Parameters:
    ///   - map: Fields for columns; a column whose name says what it holds needs none.
    ///   - isTrial: Whether columns that nobody knows are left out rather than refused.
    ///   - hash: 64 well-spread bits of some bytes, the same on every laptop and in every version.
    public init(
        header: [String], map: [(column: String, field: String)] = [], key: String? = nil,
        list: String, isTrial: Bool = false, hash: @escaping @Sendable ([UInt8]) -> UInt64
    ) throws(RosterError) {
        self.header = header
        self.hash = hash
        fillings = try RosterColumns(header, map, key: key.map { TidyText($0).text })
        guard isTrial || fillings.unknown.isEmpty else { throw .unknownColumns(fillings.unknown) }
        guard isTrial || !fillings.all.isEmpty else { throw .nothingMapped }
        self.key = if let key { try RosterColumns.column(key, header) } else { nil }
        prefix = try Self.escaped(list: list) + "#"
        unknownColumns = fillings.unknown
        columns = fillings.names.map { (header[$0], $1) }
    }

    /// Whether lines that are alike in all else are told apart by the column that counts them.
    public var tellsLinesByNumber: Bool { key == nil && fillings.lineNumber != nil }

    /// The list's name when a person gave none: the file's name without its extension.
    public static func listName(ofFile path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return String(name) }
        return String(name[..<dot])
    }

    /// What a row says.
    ///
    /// Empty cells say nothing, nor do those that a laptop wrote which could not read the value; `[refused]` and its like are states, as they are when exported.
    public func read(_ row: RosterFile.Row) throws(RowFailure) -> RosterRow {
        let cells = try row.cells.get()
        var reading = RowReading()
        reading.writes.reserveCapacity(fillings.all.count)
        var namesSomebody = !fillings.hasNames
        for filling in fillings.all where !cells.range(filling.column).isEmpty {
            let text = Self.tidy(cells, filling.column)
            if text.isEmpty || RosterCell.isUnread(text.text) || CellWords.isStroke(text.text) {
                continue
            }
            if filling.isName { namesSomebody = true }
            do throws(InputError) {
                try reading.take(text, filling.meaning, header[filling.column])
            } catch {
                throw .value(error)
            }
        }
        reading.sort()
        var read = RosterRow(identity: "", writes: reading.writes)
        read.isNote = !namesSomebody && isNote(cells, reading)
        if !read.isNote { read.identity = try identity(cells) }
        (read.raw, read.findings) = (reading.raw, reading.findings)
        read.lineNumber = reading.lineNumber
        return read
    }

    /// Whether a row without a name is none of the lines: it has no number, or only one cell.
    private func isNote(_ cells: RosterFile.Cells, _ reading: RowReading) -> Bool {
        if fillings.lineNumber != nil { return reading.lineNumber.flatMap { Int($0) } == nil }
        return (0..<cells.count).count { !cells.range($0).isEmpty } <= 1
    }

    private static func tidy(_ cells: RosterFile.Cells, _ column: Int) -> TidyText {
        let bytes = cells.bytes.span
        // No need to look again: cells exist only of rows that were found to be UTF-8.
        return TidyText(UTF8Span(unchecked: bytes.extracting(cells.range(column))))
    }

    // MARK: - identity

    private func identity(_ cells: RosterFile.Cells) throws(RowFailure) -> String {
        guard let key else { return prefix + "=" + Base32.digits(wholeRow(cells), count: 13) }
        let tidy = Self.tidy(cells, key)
        guard !tidy.isEmpty else { throw .emptyKey }
        let name = FieldSchema.name(of: FieldSchema.listLine)
        guard !tidy.hasControlCharacters, !tidy.hasLinesOrTabs else {
            throw .value(InputError(.controlCharacter, name))
        }
        let identity = prefix + Self.escaped(key: tidy.text)
        guard identity.utf8.count <= FieldInput.valueBytesMax else {
            throw .value(InputError(.tooLong(bytes: identity.utf8.count), name))
        }
        return identity
    }

    /// Hash of the filled cells, each after its column's name, in the order of the columns.
    ///
    /// Every column counts, also one that is left out, but not the one that counts the lines. Empty cells do not, so a column that is
    /// added and left empty makes no row a stranger.
    private func wholeRow(_ cells: RosterFile.Cells) -> UInt64 {
        var writer = ByteWriter(reserving: cells.bytes.count * 2)
        for column in header.indices where column != fillings.lineNumber {
            let tidy = Self.tidy(cells, column)
            if tidy.isEmpty { continue }
            writer.text(header[column])
            writer.text(tidy.text)
        }
        return hash(writer.bytes)
    }

    private static func escaped(key: String) -> String {
        switch key.utf8.first {
        case UInt8(ascii: "="), UInt8(ascii: "%"): "%" + key
        default: key
        }
    }

    private static func escaped(list: String) throws(RosterError) -> String {
        let tidy = TidyText(list).text
        guard !tidy.isEmpty, tidy.utf8.count <= listNameBytesMax else { throw .badListName }
        var escaped = ""
        for scalar in tidy.unicodeScalars {
            switch scalar {
            case "#", "%", "\0"..<" ", "\u{7F}"..."\u{9F}":
                for byte in String(scalar).utf8 {
                    escaped += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
                }
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return TidyText(escaped).text
    }
}
