import RollcallExchange

/// Reads the rows of a sheet: cells as text, dates as they are kept.
final class SheetReader: MarkupReader {
    private let texts: [String]
    private let areDates: [Bool]
    private let countsFrom1904: Bool
    private let part: String

    private(set) var rows: [RosterFile.Row] = []
    /// Rows in which a cell was reckoned; what it came to is what the file says.
    private(set) var rowsWithFormulas: [Int] = []
    private(set) var merged: [MergedCells] = []

    private var cells = RosterFile.Cells()
    private var failure: RowFailure?
    private var rowNumber = 0
    private var column = -1
    private var type = ""
    private var style = 0
    private var value: [UInt8] = []
    private var isValue = false
    private var hasFormula = false
    private var isPhonetic = false
    private var cellCount = 0
    private var textBytes = 0

    init(_ part: String, _ texts: [String], _ areDates: [Bool], countsFrom1904: Bool) {
        (self.part, self.texts, self.areDates) = (part, texts, areDates)
        self.countsFrom1904 = countsFrom1904
    }

    func start(_ name: String, _ attributes: Attributes) throws(FileRefusal) {
        switch name {
        case "row": try startRow(attributes["r"])
        case "c": try startCell(attributes)
        case "f": hasFormula = true
        case "rPh": isPhonetic = true
        case "v": isValue = true
        case "t": isValue = type == "inlineStr" && !isPhonetic
        case "mergeCell":
            if merged.count < WorkbookLimits.cellsMax,
                let cells = attributes["ref"].flatMap(MergedCells.init)
            {
                merged.append(cells)
            }
        default: break
        }
    }

    func end(_ name: String) throws(FileRefusal) {
        switch name {
        case "row": endRow()
        case "c": try endCell()
        case "rPh": isPhonetic = false
        case "v", "t": isValue = false
        default: break
        }
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(FileRefusal) {
        guard isValue else { return }
        value.append(contentsOf: bytes)
        guard value.count <= WorkbookLimits.textBytesMax else { throw .tooLarge(part: part) }
    }

    // MARK: - rows

    private func startRow(_ number: String?) throws(FileRefusal) {
        let next = number.flatMap { Int($0) } ?? rowNumber + 1
        // Rows that go back would be read in another order elsewhere.
        guard next > rowNumber, next <= WorkbookLimits.rowNumberMax else {
            throw .damaged(part: part)
        }
        rowNumber = next
        cells = RosterFile.Cells()
        (column, failure) = (-1, nil)
    }

    private func endRow() {
        if let failure {
            rows.append(.init(number: rowNumber, cells: .failure(failure)))
        } else if !cells.isEmpty {
            rows.append(.init(number: rowNumber, cells: .success(cells)))
        }
    }

    // MARK: - cells

    private func startCell(_ attributes: Attributes) throws(FileRefusal) {
        let place = attributes["r"].map { CellPlace($0)?.column ?? -1 } ?? column + 1
        guard place > column else { throw .damaged(part: part) }
        cellCount += 1
        guard cellCount <= WorkbookLimits.cellsMax else { throw .tooManyCells }
        column = place
        type = attributes["t"] ?? "n"
        style = attributes["s"].flatMap { Int($0) } ?? 0
        hasFormula = false
        value.removeAll(keepingCapacity: true)
    }

    private func endCell() throws(FileRefusal) {
        if hasFormula, rowsWithFormulas.last != rowNumber { rowsWithFormulas.append(rowNumber) }
        guard !value.isEmpty else {
            if hasFormula { failure = failure ?? .formula(cell: column + 1) }
            return
        }
        if type == "e" {
            failure = failure ?? .wrongReckoning(cell: column + 1)
            return
        }
        let text = try self.text()
        guard !text.isEmpty else { return }
        guard column < WorkbookLimits.columnsMax else { throw .tooManyCells }
        textBytes += text.utf8.count
        guard textBytes <= WorkbookLimits.textBytesMax else { throw .tooLarge(part: part) }
        while cells.count < column { cells.append("") }
        cells.append(text)
    }

    private func text() throws(FileRefusal) -> String {
        let text = String(decoding: value, as: UTF8.self)
        switch type {
        case "s":
            guard let index = Int(text), texts.indices.contains(index) else {
                throw .damaged(part: part)
            }
            return texts[index]
        case "b": return text == "1" ? "TRUE" : "FALSE"
        case "n": return number(text)
        default: return text
        }
    }

    /// A number as people see it; where the file cannot say it whole, as the file says it.
    private func number(_ text: String) -> String {
        guard let number = Double(text), number.magnitude < 1e15 else { return text }
        let whole = Int(number.rounded(.down))
        let part = number - Double(whole)
        if areDates.indices.contains(style), areDates[style],
            let date = SerialDate.date(whole, isFrom1904: countsFrom1904)
        {
            return part < 1e-6 ? date.text : "\(date.text) \(Self.clock(part))"
        }
        return part == 0 ? String(whole) : text
    }

    private static func clock(_ day: Double) -> String {
        let minutes = min(Int((day * 1_440).rounded()), 1_439)
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(padded(minutes / 60)):\(padded(minutes % 60))"
    }
}

/// The place of a cell, as in `C7`.
struct CellPlace {
    /// From 0.
    let column: Int
    /// From 1.
    let row: Int

    init?(_ text: some StringProtocol) {
        var column = 0
        var rest = text.utf8[...]
        while let letter = rest.first, (0x41...0x5A).contains(letter) {
            guard column < 100_000 else { return nil }
            column = column * 26 + Int(letter) - 0x40
            rest = rest.dropFirst()
        }
        guard column > 0, rest.count <= 7, let row = Int(String(decoding: rest, as: UTF8.self)),
            row > 0
        else { return nil }
        (self.column, self.row) = (column - 1, row)
    }
}

/// Cells that are shown as one.
struct MergedCells {
    let first: CellPlace
    let last: CellPlace

    init?(_ text: String) {
        let ends = text.split(separator: ":")
        guard ends.count == 2, let first = CellPlace(ends[0]), let last = CellPlace(ends[1]) else {
            return nil
        }
        (self.first, self.last) = (first, last)
    }
}
