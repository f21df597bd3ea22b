/// Why a file is no list that can be read; it names parts of the file, never what a cell says.
public enum FileRefusal: Error, Equatable, Sendable {
    /// A program's old form, or one that is locked with a password.
    case oldOrLocked
    case notAWorkbook
    case damaged(part: String)
    case missing(part: String)
    case tooManyParts
    /// A name that leads out of the archive, or is there twice.
    case badPartName
    case tooLarge(part: String)
    /// Made to fill the memory of whoever opens it.
    case bomb(part: String)
    /// A document type: it could fetch files, or make one word a thousand million.
    case documentType(part: String)
    case badMarkup(part: String)
    case tooManyCells
    case noSuchSheet(named: [String])
    case noSheet
    case sheetOfText
    case noSuchEncoding
    case notOfEncoding(String)
}

extension FileRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .oldOrLocked: "the file is of a program's old form, or locked with a password"
        case .notAWorkbook: "the file is an archive, and no workbook (.xlsx)"
        case .damaged(let part): "the workbook is damaged: \(part) cannot be read"
        case .missing(let part): "the workbook has no \(part)"
        case .tooManyParts:
            "the workbook has more than \(WorkbookLimits.partsMax) parts: no list has so many"
        case .badPartName: "the workbook has a part twice, or one whose name leads out of it"
        case .tooLarge(let part):
            "\(part) of the workbook is over \(WorkbookLimits.bytesMax >> 20) MiB, or its text over \(WorkbookLimits.textBytesMax >> 20) MiB: no list is so large"
        case .bomb(let part):
            "\(part) of the workbook is packed \(WorkbookLimits.ratioMax) times smaller than it is: a trap, and no list"
        case .documentType(let part):
            "\(part) of the workbook declares a document type, which no spreadsheet does: a trap, and no list"
        case .badMarkup(let part): "the workbook is damaged: \(part) is no proper XML"
        case .tooManyCells:
            "the workbook has more than \(WorkbookLimits.cellsMax) cells, or a row of more than \(WorkbookLimits.columnsMax)"
        case .noSuchSheet: "the workbook has no sheet of this name"
        case .noSheet: "the workbook has no sheet with a row in it"
        case .sheetOfText: "the file is text, and has no sheets"
        case .noSuchEncoding: "no encoding of this name is known"
        case .notOfEncoding(let name): "the file is not \(name)"
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .oldOrLocked: "open it where it was made, and save it as .xlsx without a password"
        case .notAWorkbook, .noSheet: "save the list as .xlsx or as CSV"
        case .damaged, .missing, .badMarkup:
            "ask for the file again, or save it anew as .xlsx or CSV"
        case .noSuchSheet(let names): "sheets: " + names.joined(separator: ", ")
        case .noSuchEncoding:
            "one of " + TextEncoding.allCases.map(\.rawValue).joined(separator: ", ")
        case .sheetOfText: "leave out --sheet"
        case .notOfEncoding: "leave out --encoding: most are told by themselves"
        case .tooManyParts, .badPartName, .tooLarge, .bomb, .documentType, .tooManyCells:
            "nothing of it was read; ask whoever sent it for the list as CSV"
        }
    }
}

/// How much of a workbook is read before it is refused.
enum WorkbookLimits {
    static let partsMax = 1_000
    /// Of the file itself.
    static let fileBytesMax = 24 << 20
    /// Of one part, and of all that are read.
    static let bytesMax = 48 << 20
    /// How many times smaller a part may be packed; the tables of spreadsheets are some 10 to 60 times.
    static let ratioMax = 250
    /// Below this size a part is no bomb, however small it is packed.
    static let innocentBytes = 1 << 20
    static let elementsMax = 3_000_000
    static let depthMax = 64
    static let cellsMax = 400_000
    static let columnsMax = 256
    static let rowNumberMax = 1_048_576
    static let sharedTextsMax = 400_000
    static let textBytesMax = 24 << 20
    /// The longest that one tag may be.
    static let tagBytesMax = 256 << 10
}
