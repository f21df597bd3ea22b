/// Times as JSON has them: RFC 3339, UTC, to the millisecond.
public enum UTCTime {
    /// The text of a time, such as `2026-03-01T09:30:00.000Z`.
    public static func text(millisecondsSince1970: Int64) -> String {
        let (days, inDay) = floorDivide(millisecondsSince1970, by: 86_400_000)
        let (year, month, day) = civil(daysSince1970: days)
        let (hours, inHour) = floorDivide(inDay, by: 3_600_000)
        let (minutes, inMinute) = floorDivide(inHour, by: 60_000)
        let (seconds, milliseconds) = floorDivide(inMinute, by: 1000)
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T"
            + padded(hours, 2) + ":" + padded(minutes, 2) + ":" + padded(seconds, 2) + "."
            + padded(milliseconds, 3) + "Z"
    }

    /// Year, month and day of the Gregorian calendar, counted in eras of 400 years from a March.
    private static func civil(daysSince1970 days: Int64) -> (Int64, Int64, Int64) {
        let (era, dayOfEra) = floorDivide(days + 719_468, by: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func floorDivide(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
