public import RollcallCore

/// A row of a roster as a record takes it.
public struct RosterRow: Equatable, Sendable {
    /// Names the row wherever it is read again: what is written to the field `list_line`.
    public var identity: String
    /// One write a filled cell, fields ascending.
    public var writes: [(field: FieldNumber, content: Content)]

    public static func == (left: Self, right: Self) -> Bool {
        left.identity == right.identity && left.writes.elementsEqual(right.writes, by: ==)
    }
}

/// Which column of a roster fills which field, and what tells its rows apart.
///
/// An identity is `LIST#KEY`, or `LIST#=` and 13 base32 digits of a hash where there is no key. The
/// list's name holds no other `#`, and a key that begins with `=` or `%` gets a `%` before it; so no
/// two rows with unlike keys share an identity.
public struct RosterPlan: Sendable {
    /// What a column is mapped to in order to leave it out.
    public static let ignored = "-"

    static let listNameBytesMax = 256

    private struct Filling: Sendable {
        var field: Field
        var column: Int
    }

    private let header: [String]
    private let fillings: [Filling]
    private let key: Int?
    private let prefix: String
    private let hash: @Sendable ([UInt8]) -> UInt64

    /// - Parameters:
    ///   - map: Fields for columns; a column that is named like a field needs none.
    ///   - hash: 64 well-spread bits of some bytes, the same on every laptop and in every version.
    public init(
        header: [String], map: [(column: String, field: String)] = [], key: String? = nil,
        list: String, hash: @escaping @Sendable ([UInt8]) -> UInt64
    ) throws(RosterError) {
        self.header = header
        self.hash = hash
        fillings = try Self.fillings(header, map, key: key.map { TidyText($0).text })
        self.key = if let key { try Self.column(key, header) } else { nil }
        prefix = try Self.escaped(list: list) + "#"
    }

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
        var writes: [(field: FieldNumber, content: Content)] = []
        writes.reserveCapacity(fillings.count)
        for filling in fillings where !cells.range(filling.column).isEmpty {
            let text = Self.tidy(cells, filling.column)
            if text.isEmpty || RosterCell.isUnread(text.text) { continue }
            do throws(InputError) {
                let content = try Self.content(filling.field, text)
                writes.append((filling.field.number, content))
            } catch {
                throw .value(error)
            }
        }
        return RosterRow(identity: try identity(cells), writes: writes)
    }

    private static func content(_ field: Field, _ tidy: TidyText) throws(InputError) -> Content {
        if let state = RosterCell.state(tidy.text) { return .state(state) }
        return try FieldInput.content(field: field, tidy)
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
    /// Every column counts, also one that is left out. Empty cells do not, so a column that is
    /// added and left empty makes no row a stranger.
    private func wholeRow(_ cells: RosterFile.Cells) -> UInt64 {
        var writer = ByteWriter(reserving: cells.bytes.count * 2)
        for column in header.indices {
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

    // MARK: - columns

    private static func column(_ name: String, _ header: [String]) throws(RosterError) -> Int {
        let name = TidyText(name).text
        guard let column = header.firstIndex(of: name) else { throw .missingColumn(name) }
        return column
    }

    private static func fillings(
        _ header: [String], _ map: [(column: String, field: String)], key: String?
    ) throws(RosterError) -> [Filling] {
        var mapped: [Int: String] = [:]
        for (name, field) in map {
            let column = try column(name, header)
            guard mapped.updateValue(field, forKey: column) == nil else {
                throw .mappedTwice(column: header[column])
            }
        }
        var fillings: [Filling] = []
        var unknown: [String] = []
        for (column, name) in header.enumerated() {
            let fieldName = mapped[column] ?? name
            if fieldName == ignored { continue }
            if mapped[column] == nil, FieldSchema.field(named: name) == nil {
                // The key may be a number that only the list knows.
                if name != key { unknown.append(name) }
                continue
            }
            do throws(InputError) {
                let field = try FieldInput.writable(named: fieldName)
                fillings.append(Filling(field: field, column: column))
            } catch {
                throw .field(column: name, error)
            }
        }
        guard unknown.isEmpty else { throw .unknownColumns(unknown) }
        guard !fillings.isEmpty else { throw .nothingMapped }
        return try sorted(fillings, header)
    }

    private static func sorted(
        _ fillings: [Filling], _ header: [String]
    ) throws(RosterError) -> [Filling] {
        let sorted = fillings.sorted { $0.field.number < $1.field.number }
        for (one, next) in zip(sorted, sorted.dropFirst()) where one.field == next.field {
            let columns = [one, next].map(\.column).sorted().map { header[$0] }
            throw .fieldTwice(field: one.field.name, columns: columns)
        }
        return sorted
    }
}
