/// The row of a table that names its columns, looked for among titles.
struct TableHeader {
    /// How many rows are looked at: more titles has no list.
    private static let rowsMax = 40

    private(set) var row: RosterFile.Row?
    /// How many of its cells say what their column holds.
    private(set) var known = 0

    /// The first row of which several cells, or all that are filled, are known names; else the first row at all.
    ///
    /// Where one of the next two has more, it is that: above it stood what several columns have in common.
    init(_ rows: some Sequence<RosterFile.Row>, _ isKnown: (String) -> Bool) {
        var rowsLeft = Self.rowsMax
        for row in rows {
            if self.row == nil { self.row = row }
            guard rowsLeft > 0 else { return }
            rowsLeft -= 1
            guard case .success(let cells) = row.cells else { continue }
            let names = (0..<cells.count).map { TidyText(cells[$0]).text }.filter { !$0.isEmpty }
            let known = names.count(where: isKnown)
            guard known > 1 || known == names.count && known > 0, known > self.known else {
                continue
            }
            if self.known == 0 { rowsLeft = min(rowsLeft, 2) }
            (self.row, self.known) = (row, known)
        }
    }

    /// The names of the columns; those at the end without one are none.
    static func names(_ row: Result<RosterFile.Cells, RowFailure>) throws(RosterError) -> [String] {
        var columns: RosterFile.Cells
        switch row {
        case .success(let found): columns = found
        case .failure(let failure): throw .header(failure)
        }
        columns.dropEmptyCells(after: 1)
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
}

/// The columns of a sheet: those with a name, and those with anything below.
struct GridHeader {
    let names: [String]
    private let columns: [Int]

    init(_ cells: RosterFile.Cells, _ rows: ArraySlice<RosterFile.Row>) {
        var isUsed = (0..<cells.count).map { !TidyText(cells[$0]).isEmpty }
        for case .success(let below) in rows.map(\.cells) {
            for column in 0..<below.count where !below.range(column).isEmpty {
                while isUsed.count <= column { isUsed.append(false) }
                isUsed[column] = true
            }
        }
        columns = isUsed.indices.filter { isUsed[$0] }
        var names: [String] = []
        for column in columns {
            let place = "column \(Self.letters(column))"
            var name = column < cells.count ? Self.line(cells[column]) : ""
            if name.isEmpty { name = place }
            names.append(names.contains(name) ? "\(name) (\(place))" : name)
        }
        self.names = names
    }

    /// A name on one line: in a sheet many are broken to fit their column.
    private static func line(_ cell: String) -> String {
        TidyText(
            String(
                String.UnicodeScalarView(
                    TidyText(cell).text.unicodeScalars.map {
                        $0.properties.generalCategory == .control ? " " : $0
                    }))
        ).text
    }

    /// As a spreadsheet calls a column.
    private static func letters(_ column: Int) -> String {
        var (letters, rest) = ("", column + 1)
        while rest > 0 {
            rest -= 1
            letters = String(Unicode.Scalar(UInt8(65 + rest % 26))) + letters
            rest /= 26
        }
        return letters
    }

    /// A row with the cells of these columns alone.
    func row(_ row: RosterFile.Row) -> RosterFile.Row {
        RosterFile.Row(
            number: row.number,
            cells: row.cells.map { cells in
                var taken = RosterFile.Cells()
                for column in columns { taken.append(column < cells.count ? cells[column] : "") }
                return taken
            })
    }
}
