import CZip

/// Makes workbooks for tests and for the fuzzer: as spreadsheets write them, or as nobody honest does.
public struct WorkbookMaker: Sendable {
    public enum Cell: Sendable {
        case none
        case text(String)
        case inline(String)
        case number(String)
        /// A day as spreadsheets count, with the style of a date.
        case date(Int)
        /// What is to be reckoned, and what it came to.
        case formula(String, result: String?)
        case failed(String)
    }

    public struct Sheet: Sendable {
        public var name: String
        public var rows: [[Cell]]
        public var merged: [String]
        public var isHidden: Bool

        public init(
            _ name: String, _ rows: [[Cell]], merged: [String] = [], isHidden: Bool = false
        ) {
            (self.name, self.rows, self.merged) = (name, rows, merged)
            self.isHidden = isHidden
        }
    }

    public var sheets: [Sheet]
    public var countsFrom1904 = false

    public init(_ sheets: [Sheet]) { self.sheets = sheets }

    /// The whole workbook.
    public var bytes: [UInt8] { Self.archive(parts) }

    /// A small list with a cell of each kind.
    public static let sample = WorkbookMaker([
        Sheet(
            "a",
            [
                [.text("Список")], [.text("№"), .text("ПІБ"), .text("Дата народження")],
                [.number("1"), .inline("а б"), .date(32_214)],
                [.formula("A3+1", result: "2"), .failed("#REF!"), .formula("1", result: nil)],
            ], merged: ["A1:C1", "A2:A3"])
    ])

    private static let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
    private static let relations =
        "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""
    private static let opening = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

    /// Its parts, before they are packed.
    public var parts: [(name: String, text: String)] {
        let names = sheets.enumerated().map { index, sheet in
            "<sheet name=\"\(Self.escaped(sheet.name))\" sheetId=\"\(index + 1)\""
                + (sheet.isHidden ? " state=\"hidden\"" : "") + " r:id=\"rId\(index + 1)\"/>"
        }
        let targets = sheets.indices.map {
            "<Relationship Id=\"rId\($0 + 1)\" Target=\"worksheets/sheet\($0 + 1).xml\"/>"
        }
        var texts: [String] = []
        let bodies = sheets.map { Self.body($0, &texts) }
        let shared = texts.map { "<si><t xml:space=\"preserve\">\(Self.escaped($0))</t></si>" }
        return [
            (
                "xl/workbook.xml",
                Self.opening + "<workbook \(Self.main) \(Self.relations)><workbookPr"
                    + (countsFrom1904 ? " date1904=\"1\"" : "") + "/><sheets>" + names.joined()
                    + "</sheets></workbook>"
            ),
            (
                "xl/_rels/workbook.xml.rels",
                Self.opening + "<Relationships>" + targets.joined() + "</Relationships>"
            ),
            ("xl/styles.xml", Self.styles),
            (
                "xl/sharedStrings.xml",
                Self.opening + "<sst \(Self.main)>" + shared.joined() + "</sst>"
            ),
        ] + bodies.enumerated().map { ("xl/worksheets/sheet\($0 + 1).xml", $1) }
    }

    /// Style 1 is one that is a date by itself, style 2 one by its code.
    private static let styles =
        opening + "<styleSheet \(main)><numFmts><numFmt numFmtId=\"164\" "
        + "formatCode=\"dd\\.mm\\.yyyy&quot;р.&quot;;@\"/></numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
        + "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>"

    private static func body(_ sheet: Sheet, _ texts: inout [String]) -> String {
        var text = opening + "<worksheet \(main)><sheetData>"
        for (row, cells) in sheet.rows.enumerated() where !cells.isEmpty {
            text += "<row r=\"\(row + 1)\">"
            for (column, cell) in cells.enumerated() {
                text += self.cell(cell, "\(letters(column))\(row + 1)", &texts)
            }
            text += "</row>"
        }
        let merged = sheet.merged.map { "<mergeCell ref=\"\($0)\"/>" }.joined()
        return text + "</sheetData><mergeCells>\(merged)</mergeCells></worksheet>"
    }

    private static func cell(_ cell: Cell, _ place: String, _ texts: inout [String]) -> String {
        switch cell {
        case .none: return ""
        case .text(let text):
            texts.append(text)
            return "<c r=\"\(place)\" t=\"s\"><v>\(texts.count - 1)</v></c>"
        case .inline(let text):
            return "<c r=\"\(place)\" t=\"inlineStr\"><is><r><t>\(escaped(text))</t></r></is></c>"
        case .number(let text): return "<c r=\"\(place)\"><v>\(text)</v></c>"
        case .date(let day):
            return "<c r=\"\(place)\" s=\"\(day % 2 + 1)\"><v>\(day)</v></c>"
        case .formula(let formula, let result):
            let value = result.map { "<v>\(escaped($0))</v>" } ?? ""
            return "<c r=\"\(place)\" t=\"str\"><f>\(escaped(formula))</f>\(value)</c>"
        case .failed(let text): return "<c r=\"\(place)\" t=\"e\"><v>\(text)</v></c>"
        }
    }

    private static func letters(_ column: Int) -> String {
        let last = String(Unicode.Scalar(UInt8(65 + column % 26)))
        return column < 26 ? last : letters(column / 26 - 1) + last
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing("\"", with: "&quot;")
    }

    // MARK: - packing

    /// Parts as a zip archive; of parts of one name each is written.
    public static func archive(_ parts: [(name: String, text: String)]) -> [UInt8] {
        packed(parts.map { ($0.name, Array($0.text.utf8)) })
    }

    public static func packed(_ parts: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var error = zip_error_t()
        zip_error_init(&error)
        guard let source = zip_source_buffer_create(nil, 0, 0, &error),
            let archive = zip_open_from_source(source, ZIP_TRUNCATE, &error)
        else { preconditionFailure("no archive in memory") }
        zip_source_keep(source)
        // They must lie still until the archive is closed.
        let copies = parts.map { part in
            let copy = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(1, part.bytes.count), alignment: 1)
            copy.copyBytes(from: part.bytes)
            return copy
        }
        defer { for copy in copies { copy.deallocate() } }
        for (part, copy) in zip(parts, copies) {
            guard
                let piece = zip_source_buffer(
                    archive, copy.baseAddress, zip_uint64_t(part.bytes.count), 0),
                zip_file_add(archive, part.name, piece, ZIP_FL_ENC_UTF_8) >= 0
            else { preconditionFailure("a part that cannot be added") }
        }
        require(zip_close(archive) == 0, "an archive that can be written")
        defer { zip_source_free(source) }
        require(zip_source_open(source) == 0, "an archive that can be read")
        zip_source_seek(source, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: Int(zip_source_tell(source)))
        zip_source_seek(source, 0, SEEK_SET)
        let read = bytes.withUnsafeMutableBytes {
            zip_source_read(source, $0.baseAddress, zip_uint64_t($0.count))
        }
        require(Int(read) == bytes.count, "an archive that reads whole")
        zip_source_close(source)
        return bytes
    }
}
