import RollcallCore

/// A person whom a family may mean, and in what they agree; a person decides.
public struct EnquiryCandidate: Equatable, Sendable {
    /// How much speaks for it.
    public enum Band: String, Sendable {
        case likely, possible
        /// The name agrees, and what else is known does not.
        case namesake
    }

    /// A place in the people of an ``Exchange``.
    public var person: Int
    public var score: Int
    public var band: Band
    public var reasons: [MatchReason]
}

/// People made ready to be compared with what families say, one enquiry at a time.
public struct EnquiryMatcher: Sendable {
    private let known: [KnownPerson]
    /// Places of people by what is heard of their surnames and given names.
    private let bySound: [NameSound: [Int]]
    private var keys: NameKeys

    public init(_ people: [Person]) { self.init(people, after: nil) }

    /// - Parameter before: Of whom most names are known already.
    public init(_ people: [Person], after before: EnquiryMatcher?) {
        var keys = before?.keys ?? NameKeys()
        let known = people.map { KnownPerson($0, &keys) }
        var bySound: [NameSound: [Int]] = [:]
        for (place, person) in known.enumerated() {
            for sound in Set(person.surnames.flatMap(\.sounds)) {
                bySound[sound, default: []].append(place)
            }
        }
        (self.known, self.bySound, self.keys) = (known, bySound, keys)
    }

    /// Whom an enquiry may mean, the likeliest first.
    ///
    /// - Parameter limit: No more than so many.
    public mutating func candidates(
        for enquiry: RecordFacts, limit: Int = 12
    ) -> [EnquiryCandidate] {
        let sought = SoughtPerson(enquiry, &keys)
        let found = places(worthLookingAt: sought).compactMap { place -> EnquiryCandidate? in
            let reasons = sought.reasons(known[place])
            let score = reasons.score
            return reasons.band.map {
                EnquiryCandidate(person: place, score: score, band: $0, reasons: reasons)
            }
        }
        return Array(
            found.sorted { ($1.score, $0.person) < ($0.score, $1.person) }.prefix(limit))
    }

    /// How one person agrees with an enquiry, whether or not anybody would think of them.
    public mutating func reasons(_ place: Int, for enquiry: RecordFacts) -> [MatchReason] {
        SoughtPerson(enquiry, &keys).reasons(known[place])
    }

    /// Those of whom the surname is heard alike, or nearly so, or a number or callsign is the same.
    private func places(worthLookingAt sought: SoughtPerson) -> [Int] {
        var places: Set<Int> = []
        let sounds = Set(sought.names.flatMap { $0.surname.flatMap(\.sounds) })
        for (sound, there) in bySound
        where sounds.contains(sound) || sounds.contains(where: { $0.isNearly(sound) }) {
            places.formUnion(there)
        }
        for (place, person) in known.enumerated() where !places.contains(place) {
            let isSame =
                !sought.numbers.isDisjoint(with: person.numbers)
                || !sought.callsigns.isDisjoint(with: person.callsigns)
                || sought.isNearlyNamed(as: person)
            if isSame { places.insert(place) }
        }
        return places.sorted()
    }
}

extension [MatchReason] {
    /// How much speaks for a person.
    public var score: Int { reduce(0) { $0 + $1.weight } }

    /// Nil where nobody would think of them.
    public var band: EnquiryCandidate.Band? {
        let isNamed = agreeing.contains("surname")
        if isNamed, contains(where: \.isAgainst), score < Self.likelyLeast { return .namesake }
        if score >= Self.likelyLeast { return .likely }
        return score >= Self.possibleLeast ? .possible : nil
    }

    private static var likelyLeast: Int { 16 }
    private static var possibleLeast: Int { 8 }
}

/// A person of the exchange, made ready.
struct KnownPerson: Sendable {
    let surnames: [NameKey]
    let givens: [NameKey]
    let patronymics: [NameKey]
    let fathers: [NameKey]
    let mothers: [NameKey]
    let births: [PartialDate]
    let places: [PlaceKey]
    let sexes: Set<String>
    let numbers: Set<String>
    let callsigns: Set<String>
    let units: Set<String>

    init(_ person: Person, _ keys: inout NameKeys) {
        func texts(_ fields: String...) -> [String] {
            fields.flatMap { field in person.records.flatMap { $0.texts(field) } }
        }
        surnames = keys.keys(texts("surname", "surname_latin", "alias"))
        givens = keys.keys(texts("given_name", "given_name_latin", "alias"))
        patronymics = keys.keys(texts("patronymic"))
        fathers = keys.keys(texts("father_name"))
        mothers = keys.keys(texts("mother_maiden_name"))
        births = texts("birth_date").compactMap { PartialDate($0) }
        places = texts("birth_place", "address_before").map(PlaceKey.init)
        sexes = Set(texts("sex"))
        numbers = SoughtPerson.numbers(texts("tax_number", "service_number", "document"))
        callsigns = SoughtPerson.words(texts("callsign"))
        units = SoughtPerson.words(texts("unit"))
    }
}
