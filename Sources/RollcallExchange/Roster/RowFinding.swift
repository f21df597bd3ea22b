public import RollcallCore

/// What somebody should look at in a row of a list; nothing was changed because of it.
public enum RowFinding: String, Sendable, CaseIterable {
    /// No date unless day and month change places.
    case swappedDate = "swapped_date"
    /// Another date of somebody of this name is here, which has day and month the other way round.
    case swappedFromKnown = "swapped_from_known"
    case unreadDate = "unread_date"
    case unlikelyDate = "unlikely_date"
    case yearOfTwoDigits = "year_of_two_digits"
    /// A number of days, as a spreadsheet counts them, without the form of a date.
    case serialDate = "serial_date"
    /// A word with letters of two alphabets that look alike.
    case mixedScript = "mixed_script"
    /// A whole name that is not of three parts in the usual order.
    case nameParts = "name_parts"
    /// A line like another of the same list.
    case repeated = "repeated"
    case formula = "formula"

    /// Those that are about dates which may be wrong.
    public static let suspiciousDates: Set<Self> = [
        .swappedDate, .swappedFromKnown, .unreadDate, .unlikelyDate,
    ]
}

/// Something to look at in one row, and in which field.
public struct FieldFinding: Hashable, Sendable {
    public var finding: RowFinding
    public var field: FieldNumber?

    public init(_ finding: RowFinding, _ field: FieldNumber? = nil) {
        self.finding = finding
        self.field = field
    }
}

enum MixedScript {
    /// Whether a word has Latin letters among Cyrillic ones.
    static func isIn(_ text: String) -> Bool {
        guard text.utf8.contains(where: { $0 & 0xFE == 0xD0 }),
            text.utf8.contains(where: { (0x41...0x5A).contains($0 & 0xDF) })
        else { return false }
        var (hasLatin, hasCyrillic) = (false, false)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x41...0x5A, 0x61...0x7A: hasLatin = true
            case 0x400...0x52F: hasCyrillic = true
            // An apostrophe or a hyphen stands within a word.
            case 0x27, 0x2019, 0x2BC, 0x300...0x36F: break
            default: (hasLatin, hasCyrillic) = (false, false)
            }
            if hasLatin, hasCyrillic { return true }
        }
        return false
    }
}
