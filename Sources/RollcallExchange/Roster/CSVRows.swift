/// CSV, read row by row: RFC 4180, strictly, in UTF-8.
///
/// A reader of our own, because rows that fail have to be named and the others read. SwiftCSV 0.10.0
/// fills short rows up in silence, reads a quote that is never closed as one cell to the end of the
/// file, and at a stray quote or a byte that is not UTF-8 gives up the whole file without a row's
/// number. It took 3.7 s and 245 MB for 100,000 rows of 23 cells (34 MB), this 0.1 s and one row.
///
/// It works on bytes: in UTF-8 none that CSV gives a meaning is ever part of another character.
struct CSVRows: Sequence, IteratorProtocol, Sendable {
    let separator: UInt8

    private let bytes: [UInt8]
    private var index: Int
    private var number = 0

    init(_ bytes: [UInt8], separator: UInt8) {
        self.bytes = bytes
        self.separator = separator
        index = Self.start(of: bytes)
    }

    /// Where the text begins: after a byte order mark.
    private static func start(of bytes: [UInt8]) -> Int {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        return bytes.starts(with: mark) ? mark.count : 0
    }

    /// The next row that has any text in it, readable or not, or nil at the end; rows count from 1.
    ///
    /// After a quote gone wrong, reading goes on with the line after the one where its cell began:
    /// no later row is lost inside it.
    mutating func next() -> RosterFile.Row? {
        while index < bytes.count {
            let row = Self.row(bytes.span, from: index, separator)
            index = row.end
            number += 1
            if case .success(let cells) = row.cells, cells.isEmpty { continue }
            return RosterFile.Row(number: number, cells: row.cells)
        }
        return nil
    }

    // MARK: - the separator

    static let separators = [Byte.comma, Byte.semicolon, Byte.tab]

    /// Comma, semicolon or tab: whichever the first line with text has most of outside quotes.
    static func likelySeparator(_ bytes: [UInt8]) -> UInt8 {
        let start = start(of: bytes)
        let first = bytes[start...].firstIndex { $0 != Byte.lineFeed && $0 != Byte.return }
        return separator(of: bytes[(first ?? bytes.endIndex)...])
    }

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

    // MARK: - a row

    private typealias ReadRow = (cells: Result<RosterFile.Cells, RowFailure>, end: Int)

    /// Reads one row and says where the next begins.
    private static func row(_ bytes: Span<UInt8>, from start: Int, _ separator: UInt8) -> ReadRow {
        var cells = RosterFile.Cells()
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
        endCell()
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
        endCell()
        return nil
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
