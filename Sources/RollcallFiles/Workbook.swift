public import RollcallExchange

/// A workbook of a spreadsheet (.xlsx), as far as a list needs it: rows of text.
public struct Workbook {
    static let sharedTexts = "xl/sharedStrings.xml"

    public struct Sheet: Sendable {
        public var name: String
        public var rows: [RosterFile.Row]
        public var rowsWithFormulas: [Int]
    }

    /// In the order of the workbook.
    public let sheetNames: [String]

    private let archive: Archive
    private let sheets: [(names: SheetNames.Sheet, part: String)]
    private let texts: [String]
    private let areDates: [Bool]
    private let countsFrom1904: Bool

    public init(_ bytes: [UInt8]) throws(FileRefusal) {
        guard bytes.count <= WorkbookLimits.fileBytesMax else { throw .tooLarge(part: "the whole") }
        archive = try Archive(bytes)
        guard archive.has("xl/workbook.xml") else { throw .notAWorkbook }
        let names = SheetNames()
        try Markup.read("xl/workbook.xml", of: archive, names)
        let relations = Relations()
        try Markup.read("xl/_rels/workbook.xml.rels", of: archive, relations)
        let shared = SharedTexts()
        if archive.has(Self.sharedTexts) {
            try Markup.read(Self.sharedTexts, of: archive, shared)
        }
        let styles = Styles()
        if archive.has("xl/styles.xml") { try Markup.read("xl/styles.xml", of: archive, styles) }
        (texts, areDates) = (shared.texts, styles.areDates)
        countsFrom1904 = names.countsFrom1904
        // Those that people see come first; a chart has no rows.
        sheets = names.sheets.filter { !$0.isHidden }.compactMap { sheet in
            relations.targets[sheet.relation].map { (sheet, $0) }
        }
        sheetNames = sheets.map(\.names.name)
    }

    /// The rows of a sheet, by its place among those that can be seen.
    func sheet(_ place: Int) throws(FileRefusal) -> Sheet {
        let (names, part) = sheets[place]
        let reader = SheetReader(part, texts, areDates, countsFrom1904: countsFrom1904)
        try Markup.read(part, of: archive, reader)
        return Sheet(
            name: names.name, rows: MergedTitles.filled(reader.rows, reader.merged),
            rowsWithFormulas: reader.rowsWithFormulas)
    }
}

/// Cells above a table that are merged downwards: the name of a column whose neighbours are parted in two rows.
enum MergedTitles {
    private static let rowsMax = 40
    /// More has no list that somebody made.
    private static let mergedMax = 1_000

    static func filled(_ rows: [RosterFile.Row], _ merged: [MergedCells]) -> [RosterFile.Row] {
        var rows = rows
        let above = rows.prefix { $0.number <= rowsMax }.indices
        let titles = merged.lazy.filter { $0.last.row > $0.first.row && $0.last.row <= rowsMax }
        for cells in titles.prefix(mergedMax) {
            guard let first = rows[above].first(where: { $0.number == cells.first.row }),
                let text = Self.text(first, cells.first.column), !text.isEmpty
            else { continue }
            for place in above
            where rows[place].number > cells.first.row && rows[place].number <= cells.last.row {
                rows[place] = filled(rows[place], cells.first.column, text)
            }
        }
        return rows
    }

    private static func text(_ row: RosterFile.Row, _ column: Int) -> String? {
        guard case .success(let cells) = row.cells, column < cells.count else { return nil }
        return cells[column]
    }

    private static func filled(
        _ row: RosterFile.Row, _ column: Int, _ text: String
    ) -> RosterFile.Row {
        guard case .success(let cells) = row.cells, column < WorkbookLimits.columnsMax,
            column >= cells.count || cells[column].isEmpty
        else { return row }
        var filled = RosterFile.Cells()
        for place in 0..<max(cells.count, column + 1) {
            filled.append(place == column ? text : place < cells.count ? cells[place] : "")
        }
        return RosterFile.Row(number: row.number, cells: .success(filled))
    }
}
