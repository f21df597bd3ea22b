/// Rows of text in columns as wide as their widest cell; cells are made safe to print.
struct Table {
    private var rows: [[String]] = []

    /// Two blanks between columns set them apart, and one before a mark does not.
    private static let gap = "  "

    init(_ heading: [String] = []) {
        if !heading.isEmpty { rows.append(heading) }
    }

    mutating func add(_ cells: [String]) {
        rows.append(cells.map { shown($0) })
    }

    /// The table as lines, without blanks at their ends.
    var text: String {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { line($0, widths) }.joined(separator: "\n")
    }

    private func line(_ row: [String], _ widths: [Int]) -> String {
        var line = ""
        for (cell, width) in zip(row, widths) {
            line += cell + String(repeating: " ", count: width - cell.count) + Self.gap
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}
