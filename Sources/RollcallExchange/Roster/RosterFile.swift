/// A roster, read row by row: what stands below the row that names its columns.
///
/// Lists come with titles above that row, and a row of a form may number the columns below it.
public struct RosterFile: Sequence, IteratorProtocol, Sendable {
    /// One row after the header.
    ///
    /// Rows count from 1, and those without any text count too, as they do in a spreadsheet.
    public struct Row: Equatable, Sendable {
        public let number: Int
        public let cells: Result<Cells, RowFailure>

        public init(number: Int, cells: Result<Cells, RowFailure>) {
            self.number = number
            self.cells = cells
        }
    }

    /// The cells of a row, quotes undone, end to end in one array of UTF-8.
    public struct Cells: Equatable, Sendable {
        private(set) var bytes: [UInt8] = []
        private(set) var ends: [Int] = []

        public init() {}

        public var count: Int { ends.count }

        /// Whether no cell has any text.
        public var isEmpty: Bool { bytes.isEmpty }

        public subscript(index: Int) -> String {
            String(decoding: bytes[range(index)], as: UTF8.self)
        }

        func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

        public mutating func append(_ cell: String) {
            bytes.append(contentsOf: cell.utf8)
            ends.append(bytes.count)
        }
    }

    private enum Source: Sendable {
        case csv(CSVRows)
        case rows(ArraySlice<Row>)

        mutating func next() -> Row? {
            switch self {
            case .csv(var rows):
                defer { self = .csv(rows) }
                return rows.next()
            case .rows(var rows):
                defer { self = .rows(rows) }
                return rows.popFirst()
            }
        }
    }

    /// How far a quote may be from the one that closes it; the longest value allowed fits, even
    /// where NFC will shorten it to a third.
    static let quotedBytesMax = 4 * FieldInput.valueBytesMax

    /// The names of the columns, tidied, each once.
    public let header: [String]
    /// The row of the file that names the columns.
    public let headerRow: Int
    /// What parts the cells; nil where the file was no text.
    public let separator: Character?

    private var source: Source
    private var isFirst = true

    /// - Parameter isKnown: Whether a column's name, tidied, says what the column holds: by that the header is found
    ///   among titles. Where no row has such names, it is the first with text.
    public init(
        _ bytes: [UInt8], isKnown: (String) -> Bool = ColumnNames.isKnown
    ) throws(RosterError) {
        var separator = CSVRows.likelySeparator(bytes)
        var found = TableHeader(CSVRows(bytes, separator: separator), isKnown)
        for other in CSVRows.separators where other != separator {
            let header = TableHeader(CSVRows(bytes, separator: other), isKnown)
            if header.known > found.known { (separator, found) = (other, header) }
        }
        var rows = CSVRows(bytes, separator: separator)
        guard let row = found.row else { throw .noHeader }
        while let next = rows.next(), next.number < row.number {}
        header = try TableHeader.names(row.cells)
        headerRow = row.number
        self.separator = Character(Unicode.Scalar(separator))
        source = .csv(rows)
    }

    /// A table that was read before; a column without a name is named after its place.
    ///
    /// - Parameter rows: Numbers ascending; of each row the cells from the first column on.
    public init(rows: [Row], isKnown: (String) -> Bool = ColumnNames.isKnown) throws(RosterError) {
        guard let row = TableHeader(rows, isKnown).row else { throw .noHeader }
        let below = rows.drop { $0.number <= row.number }
        let grid = GridHeader(try row.cells(or: RosterError.header), below)
        header = grid.names
        headerRow = row.number
        separator = nil
        source = .rows(ArraySlice(below.map(grid.row)))
    }

    /// Whether a row of these names the columns by names that are known.
    public static func hasHeader(_ rows: [Row], _ isKnown: (String) -> Bool) -> Bool {
        TableHeader(rows, isKnown).known > 0
    }

    /// The next row that has any text in it, readable or not, or nil at the end.
    public mutating func next() -> Row? {
        while let row = source.next() {
            let number = row.number - headerRow
            guard case .success(var cells) = row.cells else {
                return Row(number: number, cells: row.cells)
            }
            cells.dropEmptyCells(after: header.count)
            defer { isFirst = false }
            if isHeaderAgain(cells) || isFirst && cells.numberTheColumns { continue }
            guard cells.count == header.count else {
                let failure = RowFailure.cellCount(found: cells.count, expected: header.count)
                return Row(number: number, cells: .failure(failure))
            }
            return Row(number: number, cells: .success(cells))
        }
        return nil
    }

    /// Whether the header was repeated, as on each page of a print.
    private func isHeaderAgain(_ cells: Cells) -> Bool {
        guard header.count > 1, cells.count == header.count, cells[0] == header[0] else {
            return false
        }
        return header.indices.allSatisfy { TidyText(cells[$0]).text == header[$0] }
    }
}

extension RosterFile.Row {
    func cells(
        or failure: (RowFailure) -> RosterError
    ) throws(RosterError) -> RosterFile.Cells {
        switch cells {
        case .success(let cells): return cells
        case .failure(let reason): throw failure(reason)
        }
    }
}

extension RosterFile.Cells {
    /// Room for most rows, so that they do not move as they grow.
    mutating func reserve() {
        bytes.reserveCapacity(512)
        ends.reserveCapacity(32)
    }

    mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        source.extracting(range).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    mutating func endCell() { ends.append(bytes.count) }

    /// Spreadsheets write separators for columns that were only ever coloured.
    mutating func dropEmptyCells(after count: Int) {
        while ends.count > count, ends.count > 1, ends[ends.count - 1] == ends[ends.count - 2] {
            ends.removeLast()
        }
    }

    /// Whether the cells are 1, 2, 3 and so on, as below the header of a form.
    var numberTheColumns: Bool {
        count > 2 && (0..<count).allSatisfy { self[$0] == String($0 + 1) }
    }
}
