/// Dates as spreadsheets count them: in days, from one of two first days.
public enum SerialDate {
    /// The day of a serial number, or nil where it is none of a person's time.
    ///
    /// - Parameter isFrom1904: By the count that old Macintoshes used.
    public static func date(_ serial: Int, isFrom1904: Bool = false) -> PartialDate? {
        guard (1...110_000).contains(serial) else { return nil }
        let (year, month, day) = EventTime.date(ofDay: serial + first(serial, isFrom1904))
        return PartialDate(year: year, month: month, day: day)
    }

    /// The day 0 in days since 1970.
    private static func first(_ serial: Int, _ isFrom1904: Bool) -> Int {
        if isFrom1904 { return -24_107 }
        // The other count has a 29 February 1900, which never was, as its day 60.
        return serial > 60 ? -25_569 : -25_568
    }
}
