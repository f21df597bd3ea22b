/// When somebody was born, as families remember it: a day, a year, or "1987 or 1988".
struct SoughtBirth: Equatable, Sendable {
    /// As much as is known for sure.
    let date: PartialDate?
    let years: ClosedRange<Int>

    /// Nil of what names no year.
    init?(_ text: String) {
        if let date = PartialDate(text) {
            self.date = date
            let margin = date.isApproximate ? Self.approximateYears : 0
            years = (date.year - margin)...(date.year + margin)
            return
        }
        let named = text.split { !("0"..."9").contains($0) }.filter { $0.count == 4 }
            .compactMap { Int($0) }.filter { (1850...2150).contains($0) }
        guard let first = named.min(), let last = named.max() else { return nil }
        date = nil
        years = first...last
    }

    /// "About 1988" may be so many years more or less.
    private static let approximateYears = 2

    /// How a date agrees with it.
    func how(_ born: PartialDate) -> MatchReason.How {
        if let date, !date.isApproximate, date.year == born.year {
            guard let month = date.month, let bornMonth = born.month else { return .year }
            guard let day = date.day, let bornDay = born.day else {
                return month == bornMonth ? .month : .otherDay
            }
            if (month, day) == (bornMonth, bornDay) { return .same }
            if date.swapped == born { return .swapped }
            return .otherDay
        }
        if years.contains(born.year) { return years.count == 1 ? .year : .within }
        let apart =
            born.year < years.lowerBound
            ? years.lowerBound - born.year : born.year - years.upperBound
        return apart <= (born.isApproximate ? Self.approximateYears : 1) ? .near : .other
    }
}
