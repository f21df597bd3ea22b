/// A date, or as much of it as is known.
///
/// Lists write one day in many ways; written in one way, what is the same is the same, and no conflict.
public struct PartialDate: Hashable, Sendable {
    public let year: Int
    /// 1 to 12.
    public let month: Int?
    /// 1 to 31; only with a month.
    public let day: Int?
    /// Whether somebody said that it is about then.
    public let isApproximate: Bool

    public init?(year: Int, month: Int? = nil, day: Int? = nil, isApproximate: Bool = false) {
        guard (1850...2150).contains(year), day == nil || month != nil else { return nil }
        if let month {
            guard (1...12).contains(month) else { return nil }
            if let day, !(1...EventTime.days(inMonth: month, of: year)).contains(day) { return nil }
        }
        self.year = year
        self.month = month
        self.day = day
        self.isApproximate = isApproximate
    }

    /// What a person or a list says; nil where that is no date, or one of several.
    ///
    /// Day, month and year in this order or the other way round, parted by points or hyphens; month and year; a year of four
    /// digits; each with "~" before it, and with "р.", "р.н." or the like behind it. Parted by strokes the month may come first.
    public init?(_ text: String) {
        if Self.isKeptSo(text) {
            let numbers = text.utf8.split(separator: UInt8(ascii: "-")).map {
                $0.reduce(0) { $0 * 10 + Int($1 &- 48) }
            }
            self.init(year: numbers[0], month: numbers[1], day: numbers[2])
            return
        }
        var rest = text.lowercased()[...]
        var isApproximate = false
        for mark in ["~", "≈", "близько", "около", "approx.", "about"] where rest.hasPrefix(mark) {
            rest = rest.dropFirst(mark.count)
            isApproximate = true
        }
        rest = Self.withoutEnd(rest)[...]
        let parts = rest.split(omittingEmptySubsequences: false) { ".-".contains($0) }
            .map { $0.filter { $0 != " " } }
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } })
        else { return nil }
        let lengths = parts.map(\.utf8.count)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count else { return nil }
        switch (lengths, numbers.count) {
        case ([4], 1):
            self.init(year: numbers[0], isApproximate: isApproximate)
        case (_, 2) where lengths[0] == 4 && lengths[1] <= 2:
            self.init(year: numbers[0], month: numbers[1], isApproximate: isApproximate)
        case (_, 2) where lengths[1] == 4 && lengths[0] <= 2:
            self.init(year: numbers[1], month: numbers[0], isApproximate: isApproximate)
        case (_, 3) where lengths[0] == 4 && lengths[1] <= 2 && lengths[2] <= 2:
            self.init(
                year: numbers[0], month: numbers[1], day: numbers[2], isApproximate: isApproximate)
        case (_, 3) where lengths[2] == 4 && lengths[1] <= 2 && lengths[0] <= 2:
            self.init(
                year: numbers[2], month: numbers[1], day: numbers[0], isApproximate: isApproximate)
        // Of two digits for a year nobody can say which century, nor which of the three is the year.
        default: return nil
        }
    }

    /// A text without what says in Ukrainian or Russian that it is a year, of birth or at all.
    static func withoutEnd(_ text: some StringProtocol) -> String {
        let text = text.lowercased()
        let ends = [
            "року народження", "года рождения", "р.н.", "р. н.", "р.н", "г.р.", "г. р.", "г.р",
            "року",
            "рік", "года", "год", "р.", "г.", "р", "г",
        ]
        guard let end = ends.first(where: { text.hasSuffix($0) }) else { return text }
        return String(text.dropLast(end.count))
    }

    /// Whether a text has the form of most dates of a roster, as they are kept.
    private static func isKeptSo(_ text: String) -> Bool {
        let utf8 = text.utf8
        guard utf8.count == 10 else { return false }
        for (place, byte) in utf8.enumerated() {
            let isRight = place == 4 || place == 7 ? byte == 45 : (48...57).contains(byte)
            if !isRight { return false }
        }
        return true
    }

    /// As it is kept: `1988-03-12`, `1988-03`, `1988`, with `~` before it where it is about then.
    public var text: String {
        var text = isApproximate ? "~" : ""
        text += Self.padded(year, 4)
        if let month { text += "-" + Self.padded(month, 2) }
        if let day { text += "-" + Self.padded(day, 2) }
        return text
    }

    /// The date with day and month changed for each other, where that is another date.
    public var swapped: PartialDate? {
        guard let month, let day, day != month, day <= 12 else { return nil }
        return PartialDate(year: year, month: day, day: month, isApproximate: isApproximate)
    }

    private static func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
