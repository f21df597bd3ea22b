public import RollcallExchange

/// A list as it came in a file: text or a workbook, found out by its bytes.
public struct ListFile: Sendable {
    /// What the file turned out to be.
    public enum Form: Equatable, Sendable {
        case text(TextEncoding, separator: Character)
        case workbook(sheet: String, all: [String])
    }

    public let roster: RosterFile
    public let form: Form
    /// Rows below the header in which a cell was reckoned, counted as the roster counts them.
    public let rowsWithFormulas: [Int]

    /// - Parameters:
    ///   - sheet: The name or the number of the sheet; nil: the first with a row of known names.
    ///   - encoding: As a person names it; nil: as the bytes look.
    ///   - isKnown: Whether a column's name says what it holds.
    /// - Throws: ``FileRefusal`` or `RosterError`.
    public init(
        _ bytes: [UInt8], sheet: String? = nil, encoding: String? = nil,
        isKnown: (String) -> Bool = ColumnNames.isKnown
    ) throws {
        if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) { throw FileRefusal.oldOrLocked }
        if bytes.starts(with: [0x50, 0x4B]) {
            let (found, names) = try Self.sheet(of: try Workbook(bytes), sheet, isKnown)
            roster = try RosterFile(rows: found.rows, isKnown: isKnown)
            form = .workbook(sheet: found.name, all: names)
            let header = roster.headerRow
            rowsWithFormulas = found.rowsWithFormulas.filter { $0 > header }.map { $0 - header }
            return
        }
        guard sheet == nil else { throw FileRefusal.sheetOfText }
        guard let encoding = encoding.map(TextEncoding.init(named:)) ?? TextEncoding(of: bytes)
        else {
            throw FileRefusal.noSuchEncoding
        }
        roster = try RosterFile(try encoding.utf8(bytes), isKnown: isKnown)
        form = .text(encoding, separator: roster.separator ?? ",")
        rowsWithFormulas = []
    }

    private static func sheet(
        of workbook: Workbook, _ wanted: String?, _ isKnown: (String) -> Bool
    ) throws(FileRefusal) -> (Workbook.Sheet, [String]) {
        let names = workbook.sheetNames
        if let wanted {
            let number = Int(wanted).map { $0 - 1 }
            guard
                let place = names.firstIndex(of: wanted)
                    ?? number.flatMap({ names.indices.contains($0) ? $0 : nil })
            else { throw .noSuchSheet(named: names) }
            return (try workbook.sheet(place), names)
        }
        var first: Workbook.Sheet?
        for place in names.indices {
            let sheet = try workbook.sheet(place)
            if RosterFile.hasHeader(sheet.rows, isKnown) { return (sheet, names) }
            if first == nil, !sheet.rows.isEmpty { first = sheet }
        }
        guard let first else { throw .noSheet }
        return (first, names)
    }
}
