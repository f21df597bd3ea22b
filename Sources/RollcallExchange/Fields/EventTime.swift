/// Times of events: milliseconds since 1970 in a write, RFC 3339 for people.
enum EventTime {
    /// The latest time that has a text: the last millisecond of the year 9999.
    private static let latest: UInt64 = 253_402_300_799_999

    /// The time that a text names, or nil where it names none that an event can have.
    ///
    /// Seconds may be left out, the offset from UTC may not. Zero would mean "not stated".
    static func milliseconds(_ text: String) -> UInt64? {
        var rest = Array(text.utf8)[...]
        guard let year = number(&rest, digits: 4), literal(&rest, "-"),
            let month = number(&rest, digits: 2), literal(&rest, "-"),
            let day = number(&rest, digits: 2), literal(&rest, "Tt "),
            let hour = number(&rest, digits: 2), literal(&rest, ":"),
            let minute = number(&rest, digits: 2)
        else { return nil }
        var inMinute = 0
        if literal(&rest, ":") {
            guard let second = number(&rest, digits: 2), second < 60 else { return nil }
            inMinute = second * 1000
            if literal(&rest, ".") {
                guard let fraction = milliseconds(ofFraction: &rest) else { return nil }
                inMinute += fraction
            }
        }
        guard let offsetMinutes = offset(&rest), rest.isEmpty,
            (1...12).contains(month), day >= 1, day <= days(inMonth: month, of: year),
            hour < 24, minute < 60
        else { return nil }
        let minutes = days(year, month, day) * 1440 + hour * 60 + minute - offsetMinutes
        let milliseconds = minutes * 60_000 + inMinute
        return milliseconds > 0 ? UInt64(milliseconds) : nil
    }

    /// The time in UTC to the millisecond, or nil for one after the year 9999.
    static func text(_ milliseconds: UInt64) -> String? {
        guard milliseconds <= latest else { return nil }
        let (days, inDay) = Int(milliseconds).quotientAndRemainder(dividingBy: 86_400_000)
        let (year, month, day) = date(ofDay: days)
        let (hour, inHour) = inDay.quotientAndRemainder(dividingBy: 3_600_000)
        let (minute, inMinute) = inHour.quotientAndRemainder(dividingBy: 60_000)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        let clock = "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(inMinute / 1000, 2))"
        return "\(date)T\(clock).\(padded(inMinute % 1000, 3))Z"
    }

    // MARK: - parts of the text

    private static func number(_ rest: inout ArraySlice<UInt8>, digits count: Int) -> Int? {
        guard rest.count >= count else { return nil }
        var value = 0
        for byte in rest.prefix(count) {
            guard isDigit(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        rest = rest.dropFirst(count)
        return value
    }

    /// Passes one of some characters.
    private static func literal(_ rest: inout ArraySlice<UInt8>, _ choices: StaticString) -> Bool {
        guard let next = rest.first,
            choices.withUTF8Buffer({ $0.contains(next) })
        else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Any number of digits after the point, cut after the millisecond.
    private static func milliseconds(ofFraction rest: inout ArraySlice<UInt8>) -> Int? {
        let digits = rest.prefix(while: isDigit)
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let three = (digits + [UInt8](repeating: UInt8(ascii: "0"), count: 2)).prefix(3)
        return three.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int? {
        if literal(&rest, "Zz") { return 0 }
        let isEast = rest.first == UInt8(ascii: "+")
        guard literal(&rest, "+-"), let hours = number(&rest, digits: 2), literal(&rest, ":"),
            let minutes = number(&rest, digits: 2), hours < 24, minutes < 60
        else { return nil }
        return (isEast ? 1 : -1) * (hours * 60 + minutes)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    // MARK: - the Gregorian calendar

    /// Days since 1970-01-01, which is day 719,162 counted from the first of the year 1.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let past = year - 1
        let leapDays = past / 4 - past / 100 + past / 400
        let monthDays = (1..<month).reduce(0) { $0 + days(inMonth: $1, of: year) }
        return past * 365 + leapDays + monthDays + day - 1 - 719_162
    }

    static func date(ofDay days: Int) -> (year: Int, month: Int, day: Int) {
        // Never too late, since no year is longer than 366 days; years too early for far dates.
        var year = 1970 + days / (days < 0 ? 365 : 366) - (days < 0 ? 1 : 0)
        while Self.days(year + 1, 1, 1) <= days { year += 1 }
        var month = 1
        var dayOfMonth = days - Self.days(year, 1, 1) + 1
        while dayOfMonth > Self.days(inMonth: month, of: year) {
            dayOfMonth -= Self.days(inMonth: month, of: year)
            month += 1
        }
        return (year, month, dayOfMonth)
    }

    static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
