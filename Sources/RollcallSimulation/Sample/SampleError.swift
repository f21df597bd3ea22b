/// What goes wrong when somebody writes a list.
public enum SampleError: String, CaseIterable, Sendable {
    case misspelt
    case otherScript = "other_script"
    case homoglyph
    case swappedNames = "swapped_names"
    case noPatronymic = "no_patronymic"
    case swappedDate = "swapped_date"
    case yearOff = "year_off"
    case yearOnly = "year_only"
    case firstOfJanuary = "first_of_january"

    /// In so many lines of a thousand, as section 5.6 of the domain research reckons.
    public var perMille: Int {
        switch self {
        case .misspelt: 60
        case .otherScript: 30
        case .homoglyph, .swappedDate, .yearOnly: 20
        case .swappedNames: 15
        case .yearOff, .firstOfJanuary, .noPatronymic: 10
        }
    }

    static let ofNames: [SampleError] = [
        .misspelt, .otherScript, .homoglyph, .swappedNames, .noPatronymic,
    ]
    static let ofDates: [SampleError] = [.swappedDate, .yearOff, .yearOnly, .firstOfJanuary]
}

/// A line of a list, cell by cell.
struct SampleLine: Equatable, Sendable {
    var surname: String
    var given: String
    var patronymic: String
    var birth: String
    var category: String
    var rank: String
    var serviceNumber: String

    /// Without any error.
    init(_ person: SamplePerson) {
        let side = person.side
        surname = side.own(person.name.surname)
        given = side.own(person.name.given)
        patronymic = side.own(person.name.patronymic)
        birth = person.birth.text
        category = person.category
        rank = side.own(person.rank)
        serviceNumber = person.serviceNumber
    }

    var cells: [String] { [surname, given, patronymic, birth, category, rank, serviceNumber] }
}

extension SampleLine {
    /// Draws what is wrong in a line: of dates at most one thing.
    static func errors(_ person: SamplePerson, _ chance: inout Chance) -> [SampleError] {
        var found = SampleError.ofNames.filter { chance.below(1_000) < $0.perMille }
        // A word in another script has no letter to take for a Latin one, nor has each word.
        let letters = person.side.own(person.name.surname)
        if found.contains(.otherScript)
            || !letters.contains(where: { SampleNames.lookalikes[$0] != nil })
        {
            found.removeAll { $0 == .homoglyph }
        }
        var draw = chance.below(1_000)
        for error in SampleError.ofDates {
            var share = error.perMille
            if error == .swappedDate {
                // Only of dates that stay dates; of those more, so that it is so many of all.
                share = share * 28 / 11
                if person.birth.day > 12 || person.birth.day == person.birth.month { share = 0 }
            }
            if draw < share { return found + [error] }
            draw -= share
        }
        return found
    }

    mutating func spoil(_ error: SampleError, _ person: SamplePerson, _ chance: inout Chance) {
        var birth = person.birth
        switch error {
        case .misspelt:
            if chance.percent(67) {
                surname = Self.misspelt(surname, &chance)
            } else {
                given = Self.misspelt(given, &chance)
            }
        case .otherScript: surname = Self.latin(surname)
        case .homoglyph: surname = Self.withLookalike(surname, &chance)
        case .swappedNames: swap(&surname, &given)
        case .noPatronymic: patronymic = ""
        case .swappedDate:
            swap(&birth.day, &birth.month)
            self.birth = birth.text
        case .yearOff:
            birth.year += chance.percent(50) ? 1 : -1
            self.birth = birth.text
        case .yearOnly: self.birth = "\(birth.year)" + (person.side == .a ? " р.н." : " г.р.")
        case .firstOfJanuary: self.birth = "01.01.\(birth.year)"
        }
    }

    /// Two neighbours change places, or a vowel is another one.
    private static func misspelt(_ word: String, _ chance: inout Chance) -> String {
        let vowels: [Character: Character] = [
            "о": "а", "а": "о", "е": "и", "и": "е", "і": "и", "у": "о", "є": "е", "ы": "и",
        ]
        var letters = Array(word)
        let places = letters.indices.dropFirst().filter { vowels[letters[$0]] != nil }
        if chance.percent(60), !places.isEmpty {
            let place = chance.pick(places)
            letters[place] = vowels[letters[place]] ?? letters[place]
            return String(letters)
        }
        let unlike = letters.indices.dropFirst().dropLast().filter {
            letters[$0] != letters[$0 + 1]
        }
        guard !unlike.isEmpty else { return word + "а" }
        let place = chance.pick(Array(unlike))
        letters.swapAt(place, place + 1)
        return String(letters)
    }

    static func latin(_ word: String) -> String {
        let letters = word.lowercased().map { SampleNames.latin[$0] ?? String($0) }.joined()
        return letters.prefix(1).uppercased() + letters.dropFirst()
    }

    private static func withLookalike(_ word: String, _ chance: inout Chance) -> String {
        var letters = Array(word)
        let places = letters.indices.filter { SampleNames.lookalikes[letters[$0]] != nil }
        guard !places.isEmpty else { return word }
        let place = chance.pick(places)
        letters[place] = SampleNames.lookalikes[letters[place]] ?? letters[place]
        return String(letters)
    }
}
