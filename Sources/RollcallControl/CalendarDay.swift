/// A day of the Gregorian calendar as people write it: 2027-01-31.
public struct CalendarDay: Equatable, Sendable {
    /// From 1970-01-02, which is 1.
    public let daysSince1970: UInt64

    public init(daysSince1970: UInt64) { self.daysSince1970 = daysSince1970 }

    /// Reads a day that there is, of the years 1970 to 9999; not the very first, which stands for none.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isWellFormed =
            parts.map(\.count) == [4, 2, 2]
            && parts.allSatisfy { $0.utf8.allSatisfy { (48...57).contains($0) } }
        guard isWellFormed, let year = Int64(parts[0]), let month = Int64(parts[1]),
            let day = Int64(parts[2]), year >= 1970, (1...12).contains(month), day >= 1
        else { return nil }
        let days = Self.days(year, month, day)
        guard days > 0, Self(daysSince1970: UInt64(days)).text == text else { return nil }
        daysSince1970 = UInt64(days)
    }

    public var text: String {
        // Held within what the protocol allows, so that no product overflows.
        let days = Int64(min(daysSince1970, 2_932_896))
        return String(UTCTime.text(millisecondsSince1970: days * 86_400_000).prefix(10))
    }

    /// In years that begin in March, so that the leap day is the last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let marchMonth = (month + 9) % 12
        let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
        return 365 * marchYear + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear
            - 719_468
    }
}
