import RollcallCore
import Testing

@testable import RollcallExchange

@Suite struct NamesakeTests {
    private func person(
        _ counter: UInt64, _ name: String, born: String, at stage: String = "1",
        _ more: String = "sex=male"
    ) throws -> RecordFacts {
        let parts = name.split(separator: " ").map(String.init)
        return try Facts.record(
            counter, "surname=\(parts[0])", "given_name=\(parts[1])",
            parts.count > 2 ? "patronymic=\(parts[2])" : "note=x", "birth_date=\(born)",
            "arrival=\(stage)", "detained_by=a", more)
    }

    private func told(_ one: RecordFacts, _ other: RecordFacts) -> [Bool] {
        Exchange([one, other]).namesakes.map(\.isTold)
    }

    @Test func `one full name and two birth dates at one stage are told of`() throws {
        let one = try person(1, "Бойко Іван Петрович", born: "1961")
        let exchange = Exchange([one, try person(2, "БОЙКО Іван Петрович", born: "12.03.1988")])
        #expect(exchange.namesakes == [Namesake(one: 0, other: 1, isTold: false)])
        let found = exchange.discrepancies().filter { $0.kind == .namesake }
        #expect(found.map(\.stage) == ["1"] && found[0].records.count == 2)
        // Cyrillic, with a Latin o.
        #expect(told(one, try person(2, "Бoйкo Іван Петрович", born: "1990")) == [false])
    }

    @Test(arguments: [
        "Бойко Іван Павлович", "Бойко Іван", "Бойко Петро Іванович", "Іван Бойко Петрович",
    ])
    func `another name in any of its parts is another name`(name: String) throws {
        let one = try person(1, "Бойко Іван Петрович", born: "1961")
        #expect(told(one, try person(2, name, born: "1988")) == [])
    }

    @Test func `of another stage, or already maybe one person, they are not told of`() throws {
        let one = try person(1, "Бойко Іван Петрович", born: "12.03.1961")
        #expect(told(one, try person(2, "Бойко Іван Петрович", born: "1988", at: "2")) == [])
        let twin = Exchange([one, try person(2, "Бойко Іван Петрович", born: "12.03.1961")])
        #expect(twin.candidates.count == 1 && twin.namesakes == [])
    }

    @Test func `once somebody said that they are two, it is no discrepancy, and still shown`()
        throws
    {
        let one = try person(1, "Бойко Іван", born: "12.03.1961")
        for born in ["1988", "12.03.1961"] {
            let exchange = Exchange([
                one, try person(2, "Бойко Іван", born: born, "not_same_as=1"),
            ])
            #expect(exchange.namesakes.map(\.isTold) == [true])
            #expect(!exchange.discrepancies().contains { $0.kind == .namesake })
        }
        let joined = Exchange([one, try person(2, "Бойко Іван", born: "1988", "same_as=1")])
        #expect(joined.namesakes == [])
    }
}
