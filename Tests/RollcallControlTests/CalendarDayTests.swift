import RollcallControl
import Testing

@Suite struct CalendarDayTests {
    @Test(arguments: [
        ("1970-01-02", 1), ("2000-02-29", 11_016), ("2027-01-31", 20_849),
        ("9999-12-31", 2_932_896),
    ])
    func `a day is so many days after the first`(text: String, days: UInt64) {
        #expect(CalendarDay(text)?.daysSince1970 == days)
        #expect(CalendarDay(daysSince1970: days).text == text)
    }

    @Test func `every day is read as it is written`() {
        for days in stride(from: UInt64(1), through: 2_932_896, by: 97) {
            let day = CalendarDay(daysSince1970: days)
            #expect(CalendarDay(day.text) == day)
        }
    }

    @Test(arguments: [
        "", "2027", "2027-02-29", "2100-02-29", "2027-13-01", "2027-00-10", "2027-04-31",
        "1970-01-01", "1969-12-31", "2027-1-01", "+027-01-01", "2027-01-01T", "٢027-01-01",
    ])
    func `what is no day is none`(text: String) {
        #expect(CalendarDay(text) == nil)
    }
}
