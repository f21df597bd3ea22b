import Testing

@testable import RollcallExchange

@Suite struct NameSoundTests {
    /// Spellings of one name: by passports of several years, by other languages, by ear.
    @Test(arguments: [
        ("Ковальчук", "Kovalchuk"), ("Ковальчук", "Kowaltschuk"), ("Сергій", "Serhiy"),
        ("Сергій", "Sergii"), ("Сергей", "Serhii"), ("Щербак", "Shcherbak"), ("Щербак", "Scherbak"),
        ("Жук", "Zhuk"), ("Жук", "Juk"), ("Юрій", "Jurij"), ("Харченко", "Kharchenko"),
        ("Харченко", "Harchenko"), ("Цимбал", "Tsymbal"), ("Цымбал", "Tcymbal"),
        ("Цимбал", "Cymbal"), ("Марченко", "Marchenco"), ("Їжакевич", "Yizhakevych"),
        ("Вишневський", "Wyshnevsky"), ("Вишневский", "Vishnevskiy"), ("Чорний", "Chornyi"),
        ("Братський", "Bratskyi"), ("Згурський", "Zghurskyi"), ("Згурский", "Zgurskii"),
        ("Соловйов", "Soloviov"), ("Лук'яненко", "Lukianenko"), ("Ґудзь", "Gudz"),
        ("Михайло", "Mychailo"), ("Євген", "Yevhen"), ("Максим", "Maxim"),
    ])
    func spellingsInTwoScriptsSoundAlike(_ one: String, _ other: String) {
        #expect(NameKey(one).sounds(as: NameKey(other)))
        #expect(NameKey(other).sounds(as: NameKey(one)))
        #expect(NameKey(one).isNearly(NameKey(other)))
    }

    @Test(arguments: [
        ("Ковальчук", "Koval"), ("Ковальчук", "Kravchuk"), ("Сергій", "Sergienko"),
        ("Іван", "Ihor"), ("Петро", "Pavlo"), ("Щербак", "Cherbak"), ("Жук", "Shuk"),
        ("Мельник", "Melnychenko"), ("Бойко", "Voiko"), ("Олег", "Oleksii"), ("Цой", "Choi"),
        ("Лі", "Li"), ("", "Tkach"), ("Ткач", ""), ("Анна", "Hanna"),
    ])
    func otherNamesDoNot(_ one: String, _ other: String) {
        #expect(!NameKey(one).sounds(as: NameKey(other)))
        #expect(!NameKey(other).sounds(as: NameKey(one)))
    }

    @Test(arguments: [
        ("Микола", "Николай"), ("Микола", "Nikolai"), ("Костянтин", "Konstantin"),
        ("Пилип", "Filipp"), ("Йосип", "Иосиф"), ("Микита", "Nikita"),
    ])
    func givenNamesOfTwoLanguagesAreOne(_ one: String, _ other: String) {
        #expect(NameKey(one).soundsAsGivenName(NameKey(other)))
        #expect(!NameKey(one).sounds(as: NameKey(other)))
    }

    @Test func `a word of many doubtful letters has few readings`() {
        let readings = NameSound.readings(of: Array(String(repeating: "cjch", count: 50)))
        #expect(readings.count <= 8)
    }

    @Test(arguments: [
        ("Лщмфдсргл", "kovalchuk"), ("Rjdfkmxer", "ковальчук"), ("ghbdsn", "привіт"),
        ("Cthusq", "сергій"), ("Ыукршн", "serhiy"),
    ])
    func whatTheSameKeysTypeElsewhere(_ typed: String, _ meant: String) {
        #expect(KeyboardLayout.others(of: typed).contains(meant))
        #expect(!KeyboardLayout.others(of: typed).contains(typed.lowercased()))
    }

    @Test(arguments: [
        ("1987 or 1988", 1987...1988), ("1987-1988", 1987...1988), ("1988 чи 1987", 1987...1988),
        ("~1988", 1986...1990), ("12.03.1988", 1988...1988), ("1988", 1988...1988),
        ("between 1980 and 1985", 1980...1985),
    ])
    func yearsAsFamiliesSayThem(_ said: String, _ years: ClosedRange<Int>) throws {
        #expect(try #require(SoughtBirth(said)).years == years)
    }

    @Test(arguments: ["", "unknown", "12.03", "88", "19888"])
    func whatNamesNoYear(_ said: String) { #expect(SoughtBirth(said) == nil) }

    @Test(arguments: [
        ("1987 or 1988", "1988-03-12", MatchReason.How.within), ("1988", "1988-03-12", .year),
        ("12.03.1988", "1988-03-12", .same), ("03.12.1988", "1988-03-12", .swapped),
        ("03.1988", "1988-03-12", .month), ("15.09.1988", "1988-03-12", .otherDay),
        ("1987", "1988-03-12", .near), ("1961", "1988-03-12", .other),
        ("~1988", "1990", .within), ("1986", "~1988", .near),
    ])
    func howADateAgrees(_ said: String, _ born: String, _ how: MatchReason.How) throws {
        #expect(try #require(SoughtBirth(said)).how(try #require(PartialDate(born))) == how)
    }

    @Test(arguments: [
        ("Zhytomyr region", "Житомирська обл.", MatchReason.How.region),
        ("Житомирская область", "м. Житомир", .region), ("Zhytomyr", "Житомир", .same),
        ("Донецька обл.", "Donetsk", .region), ("Вінницька область", "Вінниця", .region),
    ])
    func placesInTwoSpellings(_ one: String, _ other: String, _ how: MatchReason.How) {
        #expect(PlaceKey(one).how(PlaceKey(other)) == how)
        #expect(PlaceKey(other).how(PlaceKey(one)) == how)
    }

    @Test(arguments: [
        ("Житомирська обл.", "Полтавська обл."), ("Львів", "Суми"), ("область", "область"),
        ("", "Суми"),
    ])
    func otherPlaces(_ one: String, _ other: String) {
        #expect(PlaceKey(one).how(PlaceKey(other)) == nil)
    }
}
