/// A date in a cell of a list: what is kept of it, and what somebody should look at.
///
/// What can be read in one way alone is read; of all else the text is kept as it stands.
struct ListDate: Equatable {
    var text: String
    var finding: RowFinding?

    init(_ cell: String, of field: Field) {
        if let date = PartialDate(cell) {
            text = date.text
            finding = Self.isUnlikely(date, field) ? .unlikelyDate : nil
            return
        }
        text = cell
        finding = .unreadDate
        let parts = Self.numbers(cell)
        if parts.count == 1, parts[0].digits == 5, let date = SerialDate.date(parts[0].value) {
            (text, finding) = (date.text, .serialDate)
        } else if let date = Self.dayMonthYear(parts, cell, field) {
            text = date.text
            finding = parts[2].digits == 2 ? .yearOfTwoDigits : nil
        } else if Self.isSwapped(parts, cell, field) {
            finding = .swappedDate
        }
    }

    private typealias Part = (value: Int, digits: Int)

    /// The numbers between points, hyphens or strokes; none where there is anything else.
    private static func numbers(_ cell: String) -> [Part] {
        var parts: [Part] = []
        for part in PartialDate.withoutEnd(cell).split(
            omittingEmptySubsequences: false, whereSeparator: { ".-/".contains($0) })
        {
            let digits = part.filter { $0 != " " }
            guard (1...5).contains(digits.utf8.count), let value = Int(digits), value >= 0,
                digits.utf8.first != UInt8(ascii: "+")
            else { return [] }
            parts.append((value, digits.utf8.count))
        }
        return parts
    }

    /// A date that has its year last, in two digits or four.
    private static func dayMonthYear(_ parts: [Part], _ cell: String, _ field: Field)
        -> PartialDate?
    {
        guard isDayFirst(parts) else { return nil }
        // Parted by strokes the month may come first: sure only where that is none.
        if cell.contains("/"), parts[0].value <= 12, parts[0].value != parts[1].value { return nil }
        return PartialDate(
            year: year(parts[2], field), month: parts[1].value, day: parts[0].value)
    }

    /// Whether it is a date only with day and month changed for each other.
    private static func isSwapped(_ parts: [Part], _ cell: String, _ field: Field) -> Bool {
        guard parts.count == 3, parts.allSatisfy({ $0.digits <= 4 }) else { return false }
        if parts[0].digits == 4 {
            return PartialDate(year: parts[0].value, month: parts[2].value, day: parts[1].value)
                != nil
        }
        guard isDayFirst(parts), parts[1].value > 12 else { return false }
        return PartialDate(year: year(parts[2], field), month: parts[0].value, day: parts[1].value)
            != nil
    }

    private static func isDayFirst(_ parts: [Part]) -> Bool {
        parts.count == 3 && parts[0].digits <= 2 && parts[1].digits <= 2
            && [2, 4].contains(parts[2].digits)
    }

    /// The same on every laptop, whatever its clock says: births up to 25 are of this century, other days up to 69.
    private static func year(_ part: Part, _ field: Field) -> Int {
        guard part.digits == 2 else { return part.value }
        let last = field.name == "birth_date" ? 25 : 69
        return part.value + (part.value <= last ? 2000 : 1900)
    }

    private static func isUnlikely(_ date: PartialDate, _ field: Field) -> Bool {
        field.name == "birth_date" ? !(1920...2015).contains(date.year) : date.year < 2014
    }
}
