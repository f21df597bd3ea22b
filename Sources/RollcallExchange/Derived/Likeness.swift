/// Two records that may be of one person, and why; a person decides.
public struct Candidate: Equatable, Sendable {
    public enum Reason: String, Sendable {
        case taxNumber = "tax_number"
        case serviceNumber = "service_number"
        case nameAndBirthDate = "name_and_birth_date"
        case nameAndSwappedBirthDate = "name_and_swapped_birth_date"
    }

    /// Places in the people of an ``Exchange``.
    public var one: Int
    public var other: Int
    public var reasons: [Reason]
}

extension Exchange {
    /// Pairs of people that may be one, by keys that are equal or nearly so.
    ///
    /// Names are compared in one script, by their parts in any order; across scripts is for another.
    public var candidates: [Candidate] {
        var found: [Pair: Set<Candidate.Reason>] = [:]
        for (reason, keys) in [
            (Candidate.Reason.taxNumber, { Self.digits($0, "tax_number") }),
            (.serviceNumber, { Self.digits($0, "service_number") }),
            (.nameAndBirthDate, { Self.namesAndDates($0, swapped: false) }),
        ] as [(Candidate.Reason, (Person) -> Set<String>)] {
            let byKey = places(by: keys)
            for places in byKey.values where places.count > 1 {
                note(reason, Self.pairs(places), in: &found)
            }
        }
        let plain = places { Self.namesAndDates($0, swapped: false) }
        for (key, places) in self.places(by: { Self.namesAndDates($0, swapped: true) }) {
            let pairs = places.flatMap { one in (plain[key] ?? []).map { Pair(one, $0) } }
            note(.nameAndSwappedBirthDate, pairs.filter { $0.one != $0.other }, in: &found)
        }
        return found.sorted { ($0.key.one, $0.key.other) < ($1.key.one, $1.key.other) }.map {
            Candidate(
                one: $0.key.one, other: $0.key.other,
                reasons: $0.value.sorted { $0.rawValue < $1.rawValue })
        }
    }

    private struct Pair: Hashable {
        var one: Int
        var other: Int
        init(_ one: Int, _ other: Int) {
            (self.one, self.other) = (min(one, other), max(one, other))
        }
    }

    private func note(
        _ reason: Candidate.Reason, _ pairs: [Pair], in found: inout [Pair: Set<Candidate.Reason>]
    ) {
        for pair in pairs where !areTold(pair) { found[pair, default: []].insert(reason) }
    }

    /// Whether somebody said that the two are not one.
    private func areTold(_ pair: Pair) -> Bool {
        let (one, other) = (people[pair.one], people[pair.other])
        let names = (Set(one.records.map(\.name)), Set(other.records.map(\.name)))
        return one.records.contains { !names.1.isDisjoint(with: $0.records("not_same_as")) }
            || other.records.contains { !names.0.isDisjoint(with: $0.records("not_same_as")) }
    }

    private func places(by keys: (Person) -> Set<String>) -> [String: [Int]] {
        var places: [String: [Int]] = [:]
        for (place, person) in people.enumerated() {
            for key in keys(person) { places[key, default: []].append(place) }
        }
        return places
    }

    private static func pairs(_ places: [Int]) -> [Pair] {
        // So many with one key are a key that says nothing, as 0000000000.
        guard places.count <= 8 else { return [] }
        return places.indices.flatMap { one in
            places[(one + 1)...].map { Pair(places[one], $0) }
        }
    }

    private static func digits(_ person: Person, _ field: String) -> Set<String> {
        let keys = person.records.flatMap { $0.texts(field) }
            .map { $0.lowercased().filter { $0.isLetter || $0.isNumber } }
        return Set(keys.filter { $0.count >= 5 })
    }

    private static func namesAndDates(_ person: Person, swapped: Bool) -> Set<String> {
        let dates = person.records.flatMap { $0.texts("birth_date") }.compactMap { PartialDate($0) }
            .filter { $0.day != nil }
        let keys = dates.compactMap { swapped ? $0.swapped?.text : $0.text }
        let names = person.records.flatMap { record in
            record.texts("surname").flatMap { surname in
                record.texts("given_name").map { (surname + " " + $0) }
            }
        }.map { name in
            name.lowercased().split { !$0.isLetter }.sorted().joined(separator: " ")
        }
        return Set(names.flatMap { name in keys.map { "\(name) \($0)" } })
    }
}
