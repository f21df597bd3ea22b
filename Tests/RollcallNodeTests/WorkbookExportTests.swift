import Foundation
import RollcallControl
import RollcallExchange
import RollcallFiles
import Testing

@testable import RollcallFiles
@testable import RollcallNode

/// Tables that leave as workbooks, read back by the reader of lists.
@Suite struct WorkbookExportTests {
    private func rows(_ bytes: [UInt8]) throws -> (rows: [[String]], formulas: [Int]) {
        let sheet = try Workbook(bytes).sheet(0)
        let rows = sheet.rows.map { row in
            let cells = row.cells
            return (try? cells.get()).map { cells in (0..<cells.count).map { cells[$0] } } ?? []
        }
        return (rows, sheet.rowsWithFormulas)
    }

    @Test func `every cell is text as it was written, whatever a spreadsheet would make of it`()
        throws
    {
        let cells = [
            "=1+1", "+380441234567", "-5", "@a", "007", "1e5", "1234567890123456", "12.03.1988",
            "1988-03-12", "'=1", "О'Коннор", "a\tb\nc", " blanks ", "<b>&\"</b>", "[withheld]",
            "_x0041_", "ґєії Ь", "TRUE", "http://example.org", "#REF!", "{=1}",
        ]
        var book = OutgoingWorkbook(notice: ["first", "second"], columns: ["a", "b"])
        for cell in cells { try book.append([cell, "", cell]) }
        let bytes = try book.bytes()
        #expect(bytes.starts(with: [0x50, 0x4B]))
        let (found, formulas) = try rows(bytes)
        #expect(formulas == [] && found.count == cells.count + 3)
        #expect(found[0].first == "first" && found[1].first == "second")
        #expect(Array(found[2].prefix(2)) == ["a", "b"])
        #expect(found.dropFirst(3).map { $0[0] } == cells)
        #expect(found.dropFirst(3).map { $0[2] } == cells)
    }

    @Test func `what no workbook can hold is refused, with a way out`() throws {
        var book = OutgoingWorkbook(notice: [], columns: ["a"])
        try book.append([String(repeating: "я", count: 32_767)])
        #expect(try rows(try book.bytes()).rows[1][0].count == 32_767)
        for long in [String(repeating: "я", count: 32_768), String(repeating: "😀", count: 16_384)] {
            let error = #expect(throws: ControlError.self) { try book.append([long]) }
            #expect(error?.code == .valueTooLong && error?.hint?.contains("CSV") == true)
        }
    }

    @Test func `a cell that would lose a quote when it is read again gets another`() throws {
        for (cell, kept) in [("'=1", "''=1"), ("=1", "=1"), ("'Коваль", "'Коваль"), ("", "")] {
            #expect(RosterWriter.textCell(cell) == kept)
        }
    }

    @Test func `many rows are packed at once, and leave no file behind`() throws {
        func left() throws -> Set<String> {
            // Other programs have files there, too, under other names.
            let all = try FileManager.default.contentsOfDirectory(atPath: "/dev/shm")
            return Set(all.filter { $0.hasPrefix("tmp.") })
        }
        let before = try left()
        var book = OutgoingWorkbook(notice: ["n"], columns: (0..<20).map { "c\($0)" })
        for row in 0..<5_000 { try book.append((0..<20).map { "\(row)-\($0)" }) }
        let found = try rows(try book.bytes()).rows
        #expect(found.count == 5_002 && found[5_001][19] == "4999-19")
        #expect(try left().subtracting(before).isEmpty)
    }
}
