import Testing

@testable import RollcallExchange

@Suite struct NameKeyTests {
    @Test(arguments: [
        ("Сергій", "Сергей"), ("Олексій", "Алексей"), ("Ганна", "Анна"),
        ("Коваль", "Кавель"), ("Коваль", "Ковал"), ("Коваль", "Ковваль"), ("Коваль", "Коавль"),
        ("Мельник", "Мeльник"), ("Кравчєнко", "Кравченко"), ("Ґалаґан", "Галаган"),
    ])
    func spellingsOfOneNameAreNear(_ one: String, _ other: String) {
        #expect(NameKey(one).isNearly(NameKey(other)))
        #expect(NameKey(other).isNearly(NameKey(one)))
    }

    @Test(arguments: [
        ("Коваль", "Кравець"), ("Іван", "Ігор"), ("Петро", "Павло"), ("Лі", "Ли"),
        ("Олег", "Олексій"),
        ("Мельник", "Мельниченко"), ("", "Ткач"),
    ])
    func otherNamesAreNot(_ one: String, _ other: String) {
        #expect(!NameKey(one).isNearly(NameKey(other)))
        #expect(!NameKey(other).isNearly(NameKey(one)))
    }
}
