/// The sheets of a workbook, in their order, and how it counts days.
final class SheetNames: MarkupReader {
    struct Sheet {
        var name: String
        var relation: String
        var isHidden: Bool
    }

    private(set) var sheets: [Sheet] = []
    private(set) var countsFrom1904 = false

    func start(_ name: String, _ attributes: Attributes) throws(FileRefusal) {
        switch name {
        case "workbookPr":
            countsFrom1904 = ["1", "true"].contains(attributes["date1904"])
        case "sheet":
            guard sheets.count < WorkbookLimits.partsMax else { throw .tooManyParts }
            sheets.append(
                Sheet(
                    name: Self.line(attributes["name"] ?? ""), relation: attributes["id"] ?? "",
                    isHidden: attributes["state"].map { $0 != "visible" } ?? false))
        default: break
        }
    }

    /// A name as one line of a hint: spreadsheets take no longer one, and none with a line's end.
    private static func line(_ name: String) -> String {
        String(
            name.prefix(31).map {
                $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } ? " " : $0
            })
    }

    func end(_ name: String) throws(FileRefusal) {}
    func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(FileRefusal) {}
}

/// Where the parts of a workbook lie.
final class Relations: MarkupReader {
    private(set) var targets: [String: String] = [:]

    func start(_ name: String, _ attributes: Attributes) throws(FileRefusal) {
        // What lies outside the file is never fetched.
        guard name == "Relationship", attributes["TargetMode"] != "External",
            let id = attributes["Id"], let target = attributes["Target"]
        else { return }
        targets[id] = target.hasPrefix("/") ? String(target.dropFirst()) : "xl/" + target
    }

    func end(_ name: String) throws(FileRefusal) {}
    func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(FileRefusal) {}
}

/// Texts that cells name by number.
final class SharedTexts: MarkupReader {
    private(set) var texts: [String] = []
    private var bytes: [UInt8] = []
    private var byteCount = 0
    private var isText = false
    /// How to say a word, which some programs write beside it.
    private var isPhonetic = false

    func start(_ name: String, _ attributes: Attributes) throws(FileRefusal) {
        switch name {
        case "si": bytes.removeAll(keepingCapacity: true)
        case "rPh": isPhonetic = true
        case "t": isText = !isPhonetic
        default: break
        }
    }

    func end(_ name: String) throws(FileRefusal) {
        switch name {
        case "si":
            guard texts.count < WorkbookLimits.sharedTextsMax else { throw .tooManyCells }
            texts.append(String(decoding: bytes, as: UTF8.self))
        case "rPh": isPhonetic = false
        case "t": isText = false
        default: break
        }
    }

    func text(_ piece: UnsafeBufferPointer<UInt8>) throws(FileRefusal) {
        guard isText else { return }
        byteCount += piece.count
        guard byteCount <= WorkbookLimits.textBytesMax else {
            throw .tooLarge(part: Workbook.sharedTexts)
        }
        bytes.append(contentsOf: piece)
    }
}

/// Which of a workbook's styles show a number as a date.
final class Styles: MarkupReader {
    private var codes: [Int: String] = [:]
    private var isInCells = false
    private var formats: [Int] = []

    /// The formats that need no code of their own, and are dates.
    private static let builtIn = Set(14...17).union([22]).union(27...36).union(50...58)

    private(set) lazy var areDates: [Bool] = formats.map { format in
        Self.builtIn.contains(format) || codes[format].map(Self.isDate) ?? false
    }

    func start(_ name: String, _ attributes: Attributes) throws(FileRefusal) {
        switch name {
        case "numFmt":
            guard let id = attributes["numFmtId"].flatMap({ Int($0) }) else { return }
            codes[id] = attributes["formatCode"]
        case "cellXfs": isInCells = true
        case "xf" where isInCells:
            formats.append(attributes["numFmtId"].flatMap { Int($0) } ?? 0)
        default: break
        }
    }

    func end(_ name: String) throws(FileRefusal) {
        if name == "cellXfs" { isInCells = false }
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(FileRefusal) {}

    /// Whether a format shows a day or a year, besides what it writes between quotes or in brackets.
    private static func isDate(_ code: String) -> Bool {
        var (isQuoted, isBracketed, isEscaped) = (false, false, false)
        for character in code.lowercased() {
            if isEscaped {
                isEscaped = false
                continue
            }
            switch character {
            case "\"": isQuoted.toggle()
            case "[" where !isQuoted: isBracketed = true
            case "]" where !isQuoted: isBracketed = false
            case "\\": isEscaped = true
            case "d" where !isQuoted && !isBracketed, "y" where !isQuoted && !isBracketed:
                return true
            // Of the general form no letter means anything.
            case ";" where !isQuoted: return false
            default: break
            }
        }
        return false
    }
}
