import RollcallCore

/// Whom an enquiry asks for, made ready to be compared.
struct SoughtPerson: Sendable {
    let names: [SoughtName]
    let fathers: [NameKey]
    let mothers: [NameKey]
    let births: [SoughtBirth]
    let places: [(field: String, key: PlaceKey)]
    let sexes: Set<String>
    let numbers: Set<String>
    let callsigns: Set<String>
    let units: Set<String>

    init(_ enquiry: RecordFacts, _ keys: inout NameKeys) {
        names = SoughtName.readings(
            surname: enquiry.texts("surname") + enquiry.texts("surname_latin"),
            given: enquiry.texts("given_name") + enquiry.texts("given_name_latin"),
            patronymic: enquiry.texts("patronymic"), &keys)
        fathers = keys.keys(enquiry.texts("father_name"))
        mothers = keys.keys(enquiry.texts("mother_maiden_name"))
        births = enquiry.texts("birth_date").compactMap { SoughtBirth($0) }
        places = ["birth_place", "address_before"].flatMap { field in
            enquiry.texts(field).map { (field, PlaceKey($0)) }
        }
        sexes = Set(enquiry.texts("sex"))
        numbers = Self.numbers(
            ["tax_number", "service_number", "document"].flatMap { enquiry.texts($0) })
        callsigns = Self.words(enquiry.texts("callsign"))
        units = Self.words(enquiry.texts("unit"))
    }

    /// Whether the surname is one that a person's may be with a letter wrong, in one script.
    func isNearlyNamed(as person: KnownPerson) -> Bool {
        names.contains { name in
            name.surname.contains { asked in
                person.surnames.contains {
                    $0.isCyrillic == asked.isCyrillic
                        && abs($0.folded.count - asked.folded.count) < 2 && asked.isNearly($0)
                }
            }
        }
    }

    /// In what a person agrees with it, and in what not, in the order in which people ask.
    func reasons(_ person: KnownPerson) -> [MatchReason] {
        var reasons =
            names.map { Self.reasons($0, person) }.max { one, other in
                Self.weight(one) < Self.weight(other)
            } ?? []
        if let how = births.flatMap({ born in person.births.map { born.how($0) } })
            .max(by: {
                Self.weight([.init("birth_date", $0)]) < Self.weight([.init("birth_date", $1)])
            })
        {
            reasons.append(.init("birth_date", how))
        }
        for (field, key) in places {
            let hows = person.places.compactMap { key.how($0) }
            if let how = hows.contains(.same) ? .same : hows.first {
                reasons.append(.init(field, how))
            }
        }
        note("sex", sexes, person.sexes, in: &reasons)
        note("tax_number", numbers, person.numbers, in: &reasons)
        note("callsign", callsigns, person.callsigns, in: &reasons)
        note("unit", units, person.units, in: &reasons)
        for (field, asked, there) in [
            ("father_name", fathers, person.fathers),
            ("mother_maiden_name", mothers, person.mothers),
        ] {
            if let how = Self.how(asked, there, isGiven: true) { reasons.append(.init(field, how)) }
        }
        return reasons
    }

    private func note(
        _ field: String, _ asked: Set<String>, _ there: Set<String>, in reasons: inout [MatchReason]
    ) {
        guard !asked.isEmpty, !there.isEmpty else { return }
        reasons.append(.init(field, asked.isDisjoint(with: there) ? .other : .same))
    }

    private static func weight(_ reasons: [MatchReason]) -> Int {
        reasons.reduce(0) { $0 + $1.weight }
    }

    private static func reasons(_ name: SoughtName, _ person: KnownPerson) -> [MatchReason] {
        var reasons: [MatchReason] = []
        for (field, asked, there) in [
            ("surname", name.surname, person.surnames), ("given_name", name.given, person.givens),
            ("patronymic", name.patronymic, person.patronymics),
        ] {
            if let how = how(asked, there, isGiven: field != "surname") {
                reasons.append(.init(field, how))
            }
        }
        if name.isOtherLayout { reasons.append(.init("surname", .layout)) }
        if name.isTurned { reasons.append(.init("surname", .order)) }
        return reasons
    }

    /// How the best of some words agrees with any of others; nil where one of the two says nothing.
    private static func how(
        _ asked: [NameKey], _ there: [NameKey], isGiven: Bool
    ) -> MatchReason.How? {
        guard !asked.isEmpty, !there.isEmpty else { return nil }
        let order: [MatchReason.How] = [.same, .script, .spelling, .letter, .initial]
        let found = Set(asked.flatMap { one in there.map { how(one, $0, isGiven: isGiven) } })
        return order.first(where: found.contains) ?? .other
    }

    private static func how(
        _ one: NameKey, _ other: NameKey, isGiven: Bool
    ) -> MatchReason.How {
        if one.folded == other.folded { return .same }
        let isAlike = isGiven ? one.soundsAsGivenName(other) : one.sounds(as: other)
        if isAlike { return one.isCyrillic == other.isCyrillic ? .spelling : .script }
        if one.isNearly(other) { return .letter }
        if one.sounds.contains(where: { sound in other.sounds.contains { sound.isNearly($0) } }) {
            return .letter
        }
        let isInitial = min(one.folded.count, other.folded.count) == 1
        return isInitial && one.sounds.first?.sounds.first == other.sounds.first?.sounds.first
            ? .initial : .other
    }

    /// Letters and digits alone; what is too short tells nothing.
    static func numbers(_ texts: [String]) -> Set<String> {
        words(texts).filter { $0.count >= 5 }
    }

    /// Without case, blanks and marks.
    static func words(_ texts: [String]) -> Set<String> {
        Set(
            texts.map { $0.lowercased().filter { $0.isLetter || $0.isNumber } }
                .filter { !$0.isEmpty })
    }
}
