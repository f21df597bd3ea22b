/// A roster in CSV, read row by row: RFC 4180, strictly, in UTF-8.
///
/// A reader of our own, because rows that fail have to be named and the others read. SwiftCSV 0.10.0
/// fills short rows up in silence, reads a quote that is never closed as one cell to the end of the
/// file, and at a stray quote or a byte that is not UTF-8 gives up the whole file without a row's
/// number. It took 3.7 s and 245 MB for 100,000 rows of 23 cells (34 MB), this 0.1 s and one row.
///
/// It works on bytes: in UTF-8 none that CSV gives a meaning is ever part of another character.
public struct RosterFile: Sequence, IteratorProtocol, Sendable {
    /// One row after the header.
    ///
    /// Rows count from 1, and those without any text count too, as they do in a spreadsheet.
    public struct Row: Equatable, Sendable {
        public let number: Int
        public let cells: Result<Cells, RowFailure>
    }

    /// The cells of a row, quotes undone, end to end in one array of UTF-8.
    public struct Cells: Equatable, Sendable {
        private(set) var bytes: [UInt8] = []
        private(set) var ends: [Int] = []

        public var count: Int { ends.count }

        public subscript(index: Int) -> String {
            String(decoding: bytes[range(index)], as: UTF8.self)
        }

        func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }
    }

    /// How far a quote may be from the one that closes it; the longest value allowed fits, even
    /// where NFC will shorten it to a third.
    static let quotedBytesMax = 4 * FieldInput.valueBytesMax

    /// The names of the columns, tidied, each once.
    public let header: [String]

    private let bytes: [UInt8]
    private let separator: UInt8
    private var index: Int
    private var rowNumber = 0

    public init(_ bytes: [UInt8]) throws(RosterError) {
        self.bytes = bytes
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let start = bytes.starts(with: mark) ? mark.count : 0
        guard
            let first = bytes[start...].firstIndex(where: {
                $0 != Byte.lineFeed && $0 != Byte.return
            })
        else { throw .noHeader }
        separator = Self.separator(of: bytes[first...])
        let line = Self.row(bytes.span, from: first, separator)
        index = line.end
        header = try Self.names(line.cells)
    }

    /// The next row that has any text in it, readable or not, or nil at the end.
    ///
    /// After a quote gone wrong, reading goes on with the line after the one where its cell began:
    /// no later row is lost inside it.
    public mutating func next() -> Row? {
        while index < bytes.count {
            let row = Self.row(bytes.span, from: index, separator)
            index = row.end
            rowNumber += 1
            switch row.cells {
            case .success(let cells) where cells.bytes.isEmpty: continue
            case .success(let cells) where cells.count != header.count:
                let failure = RowFailure.cellCount(found: cells.count, expected: header.count)
                return Row(number: rowNumber, cells: .failure(failure))
            case .success, .failure: return Row(number: rowNumber, cells: row.cells)
            }
        }
        return nil
    }

    // MARK: - the header

    /// Comma, semicolon or tab: whichever the header line has most of outside quotes.
    private static func separator(of text: ArraySlice<UInt8>) -> UInt8 {
        var counts = [Byte.comma: 0, Byte.semicolon: 0, Byte.tab: 0]
        var isQuoted = false
        for byte in text {
            if byte == Byte.quote { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == Byte.lineFeed { break }
            if let count = counts[byte] { counts[byte] = count + 1 }
        }
        let (commas, semicolons, tabs) = (
            counts[Byte.comma, default: 0], counts[Byte.semicolon, default: 0],
            counts[Byte.tab, default: 0]
        )
        if commas >= Swift.max(semicolons, tabs) { return Byte.comma }
        return semicolons >= tabs ? Byte.semicolon : Byte.tab
    }

    private static func names(_ cells: Result<Cells, RowFailure>) throws(RosterError) -> [String] {
        let columns: Cells
        switch cells {
        case .success(let found): columns = found
        case .failure(let failure): throw .header(failure)
        }
        var names: [String] = []
        var seen: Set<String> = []
        for number in 1...columns.count {
            let name = TidyText(columns[number - 1])
            guard !name.isEmpty, !name.hasControlCharacters, !name.hasLinesOrTabs else {
                throw .namelessColumn(number: number)
            }
            guard seen.insert(name.text).inserted else { throw .repeatedColumn(name.text) }
            names.append(name.text)
        }
        return names
    }

    // MARK: - a row

    private typealias ReadRow = (cells: Result<Cells, RowFailure>, end: Int)

    /// Reads one row and says where the next begins.
    private static func row(_ bytes: Span<UInt8>, from start: Int, _ separator: UInt8) -> ReadRow {
        var cells = Cells()
        cells.reserve()
        var index = start
        while true {
            let cellStart = index
            let failure: RowFailure?
            if index < bytes.count, bytes[index] == Byte.quote {
                failure = cells.addQuoted(bytes, &index, separator)
            } else {
                failure = cells.addPlain(bytes, &index, separator)
            }
            if let failure { return (.failure(failure), lineEnd(bytes, from: cellStart)) }
            if index < bytes.count, bytes[index] == separator {
                index += 1
                continue
            }
            let end = lineEnd(bytes, from: index)
            guard isUTF8(bytes.extracting(start..<end)) else { return (.failure(.notUTF8), end) }
            return (.success(cells), end)
        }
    }

    /// Where the line after this place begins.
    private static func lineEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != Byte.lineFeed { index += 1 }
        return Swift.min(index + 1, bytes.count)
    }

    private static func isUTF8(_ bytes: Span<UInt8>) -> Bool {
        (try? UTF8Span(validating: bytes)) != nil
    }
}

extension RosterFile.Cells {
    /// Room for most rows, so that they do not move as they grow.
    fileprivate mutating func reserve() {
        bytes.reserveCapacity(512)
        ends.reserveCapacity(32)
    }

    /// Takes a cell up to what ends it; a return before the line feed is part of the line's end.
    fileprivate mutating func addPlain(
        _ source: Span<UInt8>, _ index: inout Int, _ separator: UInt8
    ) -> RowFailure? {
        let start = index
        while index < source.count {
            let byte = source[index]
            if byte == separator || byte == Byte.lineFeed { break }
            if byte == Byte.quote { return .strayQuote(cell: count + 1) }
            index += 1
        }
        let endsLine = index == source.count || source[index] == Byte.lineFeed
        let hasReturn = endsLine && index > start && source[index - 1] == Byte.return
        append(source, start..<(hasReturn ? index - 1 : index))
        ends.append(bytes.count)
        return nil
    }

    /// Takes a cell from its opening quote to what comes after its closing one.
    fileprivate mutating func addQuoted(
        _ source: Span<UInt8>, _ index: inout Int, _ separator: UInt8
    ) -> RowFailure? {
        let limit = min(source.count, index + RosterFile.quotedBytesMax + 2)
        var start = index + 1
        while true {
            index = start
            while index < limit, source[index] != Byte.quote { index += 1 }
            guard index < limit else { return .quoteNotClosed(cell: count + 1) }
            let isDoubled = index + 1 < source.count && source[index + 1] == Byte.quote
            append(source, start..<(isDoubled ? index + 1 : index))
            start = index + 2
            guard isDoubled else { break }
        }
        index += 1
        if index < source.count, source[index] == Byte.return { index += 1 }
        let isEnd = index == source.count || source[index] == Byte.lineFeed
        guard isEnd || source[index] == separator && source[index - 1] == Byte.quote else {
            return .strayQuote(cell: count + 1)
        }
        ends.append(bytes.count)
        return nil
    }

    private mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        source.extracting(range).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }
}

/// The bytes that CSV gives a meaning.
private enum Byte {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let `return` = UInt8(ascii: "\r")
    static let quote = UInt8(ascii: "\"")
    static let comma = UInt8(ascii: ",")
    static let semicolon = UInt8(ascii: ";")
}
