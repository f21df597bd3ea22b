import Foundation
import RollcallExchange
import RollcallFiles
import RollcallFuzzing
import Testing

/// All cells of a list, row by row as they are counted.
func rows(_ file: ListFile) -> [Int: [String]] {
    Dictionary(
        uniqueKeysWithValues: file.roster.compactMap { row in
            guard case .success(let cells) = row.cells else { return nil }
            return (row.number, (0..<cells.count).map { cells[$0] })
        })
}

@Suite struct WorkbookTests {
    private typealias Sheet = WorkbookMaker.Sheet

    private func read(_ sheets: Sheet..., wanted: String? = nil) throws -> ListFile {
        try ListFile(WorkbookMaker(sheets).bytes, sheet: wanted)
    }

    private let header: [WorkbookMaker.Cell] = [
        .text("№ з/п"), .text("ПІБ"), .text("Дата народження"),
    ]

    @Test func `the header is found below titles, and rows count from it`() throws {
        let file = try read(
            Sheet(
                "Список",
                [
                    [.text("СПИСОК")], [.text("станом на"), .date(46_000)], [], header,
                    [.number("1"), .text("Коваль Петро"), .date(32_214)], [],
                    [.number("2"), .inline("Бойко Іван"), .text("05.01.1990")],
                ], merged: ["A1:C1"]))

        #expect(file.roster.headerRow == 4)
        #expect(file.roster.header == ["№ з/п", "ПІБ", "Дата народження"])
        #expect(
            rows(file) == [
                1: ["1", "Коваль Петро", "1988-03-12"], 3: ["2", "Бойко Іван", "05.01.1990"],
            ])
        #expect(file.form == .workbook(sheet: "Список", all: ["Список"]))
    }

    @Test func `days are counted from either first day, and both kinds of style tell a date`()
        throws
    {
        var maker = WorkbookMaker([
            Sheet("a", [header, [.date(32_214), .date(32_213), .date(61)]])
        ])
        #expect(rows(try ListFile(maker.bytes)) == [1: ["1988-03-12", "1988-03-11", "1900-03-01"]])
        maker.countsFrom1904 = true
        #expect(rows(try ListFile(maker.bytes))[1]?.first == "1992-03-13")
    }

    @Test func `numbers are as people see them`() throws {
        let file = try read(
            Sheet("a", [header, [.number("3.101234567E9"), .number("12"), .number("1.5")]]))

        #expect(rows(file) == [1: ["3101234567", "12", "1.5"]])
    }

    @Test func `the sheet is the first with known names, or the one that is wanted`() throws {
        let cover = Sheet("Титул", [[.text("a;b;c")], [.text("d;e")]])
        let hidden = Sheet("old", [header, [.number("9"), .text("x y")]], isHidden: true)
        let list = Sheet("Список", [header, [.number("1"), .text("Коваль Петро")]])
        let more = Sheet("Додаток", [header, [.number("2"), .text("Бойко Іван")]])

        let file = try read(hidden, cover, list, more)
        #expect(file.form == .workbook(sheet: "Список", all: ["Титул", "Список", "Додаток"]))
        #expect(rows(file) == [1: ["1", "Коваль Петро", ""]])
        for wanted in ["Додаток", "3"] {
            #expect(rows(try read(hidden, cover, list, more, wanted: wanted))[1]?[0] == "2")
        }
        #expect(throws: FileRefusal.noSuchSheet(named: ["Титул", "Список", "Додаток"])) {
            try read(hidden, cover, list, more, wanted: "old")
        }
    }

    @Test func `a formula counts for what it came to, and without that its row fails`() throws {
        let file = try read(
            Sheet(
                "a",
                [
                    header, [.number("1"), .formula("A1&\"x\"", result: "Коваль Петро")],
                    [.number("2"), .formula("B2", result: nil)],
                    [.number("3"), .text("x y"), .failed("#REF!")],
                ]))

        #expect(file.rowsWithFormulas == [1, 2])
        #expect(rows(file) == [1: ["1", "Коваль Петро", ""]])
        let failures = file.roster.compactMap { row -> RowFailure? in
            if case .failure(let failure) = row.cells { failure } else { nil }
        }
        #expect(failures == [.formula(cell: 2), .wrongReckoning(cell: 3)])
    }

    @Test func `a column without a name, or with one that is there before, is named by its place`()
        throws
    {
        let file = try read(
            Sheet(
                "a",
                [
                    [
                        .text("ПІБ"), .text("Дата\nнародження"), .none, .text("Примітка"),
                        .text("Примітка"),
                    ],
                    [.text("а б"), .none, .text("left"), .text("c"), .text("d"), .text("e")],
                ]))

        #expect(
            file.roster.header == [
                "ПІБ", "Дата народження", "column C", "Примітка", "Примітка (column E)", "column F",
            ])
        #expect(rows(file) == [1: ["а б", "", "left", "c", "d", "e"]])
    }

    @Test func `a name that is merged over two rows is the name of its column`() throws {
        let file = try read(
            Sheet(
                "a",
                [
                    [.text("ПІБ"), .text("Народження"), .none, .text("Категорія")],
                    [.none, .text("Дата народження"), .text("Місце народження"), .none],
                    [.number("1"), .number("2"), .number("3"), .number("4")],
                    [.text("а б"), .text("1988"), .text("c"), .text("d")],
                ], merged: ["A1:A2", "B1:C1", "D1:D2"]))

        #expect(
            file.roster.header == ["ПІБ", "Дата народження", "Місце народження", "Категорія"])
        #expect(rows(file) == [2: ["а б", "1988", "c", "d"]])
    }
}

/// What programs wrote that people make lists with; `Workbooks/make.py` says how.
@Suite struct ForeignWorkbookTests {
    private func read(_ name: String) throws -> ListFile {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Workbooks")
        return try ListFile([UInt8](try Data(contentsOf: folder.appending(path: name))))
    }

    @Test(arguments: ["openpyxl.xlsx", "gnumeric.xlsx", "libreoffice.xlsx", "xlsxwriter.xlsx"])
    func `a list is the same whoever wrote it`(name: String) throws {
        let file = try read(name)
        #expect(file.roster.headerRow == 3)
        let people = rows(file).filter { $0.key <= 3 }
        #expect(
            people.mapValues { Array($0.prefix(4)) } == [
                1: ["1", "КОВАЛЬ Петро Іванович", "1988-03-12", "військовий"],
                2: ["2", "БОЙКО Олена Петрівна", "05.01.1990 р.н.", "цивільна особа"],
                3: ["3", "ТКАЧ Іван", "1979-12-31", "військовий"],
            ])
        #expect(people[2]?.last == "=1+1", "text that looks like a formula is text")
        #expect(file.roster.header.count == 5)
    }

    @Test func `a sum below the list is told as reckoned`() throws {
        #expect(try read("xlsxwriter.xlsx").rowsWithFormulas == [4])
    }
}

@Suite struct HostileWorkbookTests {
    private let list = WorkbookMaker([
        .init("a", [[.text("ПІБ"), .text("Звання")], [.text("а б"), .text("c")]])
    ])

    private func refusal(_ parts: [(name: String, text: String)]) -> FileRefusal? {
        refusal(of: WorkbookMaker.archive(parts))
    }

    private func refusal(of bytes: [UInt8]) -> FileRefusal? {
        do {
            _ = try ListFile(bytes)
            return nil
        } catch {
            return error as? FileRefusal
        }
    }

    /// The list with one part put differently.
    private func with(_ name: String, _ change: (String) -> String) -> [(
        name: String, text: String
    )] {
        list.parts.map { $0.name == name ? ($0.name, change($0.text)) : $0 }
    }

    private let sheet = "xl/worksheets/sheet1.xml"

    @Test func `as it is, the list is read`() { #expect(refusal(list.parts) == nil) }

    @Test func `a document type is refused in every part, before any entity counts`() {
        let laughs =
            "<!DOCTYPE x [<!ENTITY a \"\(String(repeating: "ha", count: 50))\">"
            + "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>"
        let outside = "<!DOCTYPE x SYSTEM \"file:///etc/hostname\">"
        for part in list.parts.map(\.name) {
            for type in [laughs, outside] {
                let parts = with(part) {
                    $0.replacing("?>\n", with: "?>\n" + type, maxReplacements: 1)
                }
                #expect(refusal(parts) == .documentType(part: part))
            }
        }
    }

    @Test func `an entity that nobody declared is no markup`() {
        #expect(
            refusal(with(sheet) { $0.replacing("<v>", with: "<v>&a;") }) == .badMarkup(part: sheet))
    }

    @Test func `what is packed to burst is refused`() {
        let blanks = String(repeating: " ", count: 20 << 20)
        let parts = with(sheet) { $0.replacing("<sheetData>", with: "<sheetData>" + blanks) }
        #expect(refusal(parts) == .bomb(part: sheet))
    }

    @Test func `more than there is room for is refused, and more cells than a list has`() {
        var noise = SystemRandomNumberGenerator()
        let comment = (0..<(13 << 20)).map { _ in "abcdefghijklmnop".randomElement(using: &noise)! }
        let big = "<!--" + String(comment) + "-->"
        let four = with(sheet) { $0.replacing("<sheetData>", with: "<sheetData>" + big) }
        // One tag or comment of such a length is none that a spreadsheet writes.
        #expect(refusal(four) == .badMarkup(part: sheet))

        let cells = String(repeating: "<c><v>1</v></c>", count: 300)
        let rows = String(repeating: "<row>\(cells)</row>", count: 2_000)
        let many = with(sheet) { $0.replacing("<sheetData>", with: "<sheetData>" + rows) }
        #expect(refusal(many) == .tooManyCells || refusal(many) == .bomb(part: sheet))
        let deep = String(repeating: "<a>", count: 1_000)
        #expect(
            refusal(with(sheet) { $0.replacing("<sheetData>", with: deep) })
                == .badMarkup(part: sheet))
    }

    @Test func `parts that lead out, come twice or are too many are refused`() {
        for name in ["../evil", "/etc/x", "a/../../b", "a\\b", "c:x"] {
            #expect(refusal(list.parts + [(name, "x")]) == .badPartName, "\(name)")
        }
        #expect(refusal(list.parts + (0..<1_001).map { ("p\($0)", "") }) == .tooManyParts)
    }

    @Test func `what is no workbook, old, or cut short is refused`() {
        let bytes = list.bytes
        #expect(
            refusal(of: WorkbookMaker.archive([("word/document.xml", "<a/>")])) == .notAWorkbook)
        #expect(refusal(of: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) == .oldOrLocked)
        #expect(refusal(of: Array(bytes.prefix(bytes.count / 2))) == .notAWorkbook)
        #expect(
            refusal(list.parts.filter { $0.name != sheet }) == .missing(part: sheet))
        #expect(
            refusal(
                with("xl/_rels/workbook.xml.rels") {
                    $0.replacing("<Relationship ", with: "<Relationship TargetMode=\"External\" ")
                }) == .noSheet)
    }

    @Test func `cells and rows that go back, or name texts that are not there, are refused`() {
        for (from, to) in [
            ("r=\"B2\"", "r=\"A2\""), ("<row r=\"2\"", "<row r=\"1\""), ("<v>0</v>", "<v>77</v>"),
            ("<row r=\"2\"", "<row r=\"9999999\""), ("r=\"B2\"", "r=\"7\""),
        ] {
            let parts = with(sheet) { $0.replacing(from, with: to) }
            #expect(refusal(parts) == .damaged(part: sheet), "\(to)")
        }
        #expect(
            refusal(with(sheet) { $0.replacing("r=\"B2\"", with: "r=\"XFD2\"") }) == .tooManyCells)
    }

    @Test(arguments: 1...300) func `no bit that is turned stops the reader`(seed: UInt64) {
        var bytes = list.bytes
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        for _ in 0..<(1 + seed % 4) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes[Int(state >> 33) % bytes.count] ^= 1 << UInt8(state >> 61)
        }
        // Read or refused: what counts is that it comes back.
        if let file = try? ListFile(bytes) { #expect(rows(file).count <= 2) }
    }
}

@Suite struct TextFileTests {
    private let text = "№;ПІБ;Категорія\r\n1;Ґалаґан Їжак Єлисейович;військовий\r\n"

    private func encoded(_ encoding: TextEncoding, mark: Bool) -> [UInt8] {
        switch encoding {
        case .utf8: return (mark ? [0xEF, 0xBB, 0xBF] : []) + Array(text.utf8)
        case .utf16LittleEndian:
            return (mark ? [0xFF, 0xFE] : [])
                + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        case .utf16BigEndian:
            return (mark ? [0xFE, 0xFF] : [])
                + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        case .windows1251:
            // By the table of the standard, not by the reader's.
            let letters: [Character: UInt8] = [
                "№": 0xB9, "Ґ": 0xA5, "ґ": 0xB4, "Ї": 0xAF, "Є": 0xAA, "І": 0xB2, "і": 0xB3,
            ]
            return text.unicodeScalars.map { scalar in
                if let byte = letters[Character(scalar)] { return byte }
                let value = scalar.value
                return value < 0x80 ? UInt8(value) : UInt8(value - 0x410 + 0xC0)
            }
        }
    }

    @Test(arguments: TextEncoding.allCases) func `the encoding is told by the bytes`(
        encoding: TextEncoding
    ) throws {
        for mark in encoding == .windows1251 ? [false] : encoding == .utf8 ? [true, false] : [true]
        {
            let file = try ListFile(encoded(encoding, mark: mark))
            #expect(file.form == .text(encoding, separator: ";"))
            #expect(rows(file) == [1: ["1", "Ґалаґан Їжак Єлисейович", "військовий"]])
        }
    }

    @Test func `a person may say it, and is told where it is another`() throws {
        let bytes = encoded(.utf16LittleEndian, mark: false)
        #expect(rows(try ListFile(bytes, encoding: "UTF-16")).count == 1)
        #expect(throws: FileRefusal.noSuchEncoding) { try ListFile(bytes, encoding: "koi7") }
        #expect(throws: FileRefusal.notOfEncoding("utf-16be")) {
            try ListFile(bytes + [0], encoding: "utf-16be")
        }
        #expect(throws: FileRefusal.notOfEncoding("windows-1251")) {
            try ListFile([0x98], encoding: "cp1251")
        }
        #expect(throws: FileRefusal.sheetOfText) { try ListFile(Array(text.utf8), sheet: "1") }
    }

    @Test func `a few bytes that are no UTF-8 make no other encoding`() throws {
        let bytes = encoded(.utf8, mark: false) + Array("2;".utf8) + [0xD0] + Array(";x\n".utf8)
        let file = try ListFile(bytes)
        #expect(file.form == .text(.utf8, separator: ";"))
        #expect(file.roster.map(\.cells).last == .failure(.notUTF8))
    }

    @Test func `titles above the header of a text are passed over`() throws {
        let file = try ListFile(
            Array("Список;;\n\n№;ПІБ;Звання;;\n1;2;3;;\n1;Коваль Петро;;;\n".utf8))
        #expect(file.roster.headerRow == 3 && file.roster.header == ["№", "ПІБ", "Звання"])
        #expect(rows(file) == [2: ["1", "Коваль Петро", ""]])
    }
}
