/// Two records that may be of one person, and why; a person decides.
public struct Candidate: Equatable, Sendable {
    public enum Reason: String, Sendable {
        case taxNumber = "tax_number"
        case serviceNumber = "service_number"
        case nameAndBirthDate = "name_and_birth_date"
        case nameAndSwappedBirthDate = "name_and_swapped_birth_date"
        /// One birth date, and names that one letter or the vowels of the other spelling tell apart.
        case alikeNameAndBirthDate = "alike_name_and_birth_date"
        /// One birth date, and tax numbers that one digit tells apart.
        case nearTaxNumberAndBirthDate = "near_tax_number_and_birth_date"
    }

    /// Places in the people of an ``Exchange``.
    public var one: Int
    public var other: Int
    public var reasons: [Reason]
}

extension Exchange {
    /// Pairs of people that may be one, by keys that are equal or nearly so.
    ///
    /// Names are compared in one script, by their parts in any order, and as Ukrainian and Russian spell them.
    func likely() -> [Candidate] {
        var found: [Pair: Set<Candidate.Reason>] = [:]
        for (reason, keys) in [
            (Candidate.Reason.taxNumber, { $0.keys(\.taxNumbers) }),
            (.serviceNumber, { $0.keys(\.serviceNumbers) }),
        ] as [(Candidate.Reason, (Person) -> Set<String>)] {
            for places in places(by: keys).values where places.count > 1 {
                note(reason, Self.pairs(places), in: &found)
            }
        }
        let plain = places { $0.namesAndDates(\.birthDates) }
        for places in plain.values where places.count > 1 {
            note(.nameAndBirthDate, Self.pairs(places), in: &found)
        }
        for (key, places) in self.places(by: { $0.namesAndDates(\.swappedDates) }) {
            let pairs = places.flatMap { one in (plain[key] ?? []).map { Pair(one, $0) } }
            note(.nameAndSwappedBirthDate, pairs.filter { $0.one != $0.other }, in: &found)
        }
        for (reason, pairs) in bornOnOneDay() { note(reason, pairs, in: &found) }
        return found.sorted { ($0.key.one, $0.key.other) < ($1.key.one, $1.key.other) }.map {
            Candidate(
                one: $0.key.one, other: $0.key.other,
                reasons: $0.value.sorted { $0.rawValue < $1.rawValue })
        }
    }

    struct Pair: Hashable {
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
    func areTold(_ pair: Pair) -> Bool {
        let (one, other) = (people[pair.one], people[pair.other])
        let names = (Set(one.records.map(\.name)), Set(other.records.map(\.name)))
        return one.records.contains { !names.1.isDisjoint(with: $0.records("not_same_as")) }
            || other.records.contains { !names.0.isDisjoint(with: $0.records("not_same_as")) }
    }

    /// Pairs with one birth date that are nearly alike in something else.
    private func bornOnOneDay() -> [(Candidate.Reason, [Pair])] {
        var (names, numbers) = ([Pair](), [Pair]())
        let words = people.map { $0.likeness.flatMap(\.words) }
        for places in places(by: { $0.keys(\.birthDates) }).values where places.count > 1 {
            // A day on which so many are born is the first of January of whoever does not know.
            for pair in Self.pairs(places, most: 40) {
                let (one, other) = (people[pair.one], people[pair.other])
                if Self.areAlike(words[pair.one], words[pair.other]), !Self.differInSex(one, other)
                {
                    names.append(pair)
                }
                if Self.areNear(one.keys(\.taxNumbers), other.keys(\.taxNumbers)) {
                    numbers.append(pair)
                }
            }
        }
        return [(.alikeNameAndBirthDate, names), (.nearTaxNumberAndBirthDate, numbers)]
    }

    /// Whether each word of the shorter name is nearly one of the other, and not all are the same.
    private static func areAlike(_ one: [NameKey], _ other: [NameKey]) -> Bool {
        let (short, long) = one.count <= other.count ? (one, other) : (other, one)
        guard short.count >= 2, Set(one.map(\.folded)) != Set(other.map(\.folded)) else {
            return false
        }
        return short.allSatisfy { word in long.contains { word.isNearly($0) } }
    }

    /// Валентин is no Валентина.
    private static func differInSex(_ one: Person, _ other: Person) -> Bool {
        let (one, other) = (one.keys(\.sexes), other.keys(\.sexes))
        return !one.isEmpty && !other.isEmpty && one.isDisjoint(with: other)
    }

    private static func areNear(_ one: Set<String>, _ other: Set<String>) -> Bool {
        one.contains { number in
            other.contains { zip($0, number).count { $0 != $1 } == 1 && $0.count == number.count }
        }
    }

    func places(by keys: (Person) -> Set<String>) -> [String: [Int]] {
        var places: [String: [Int]] = [:]
        for (place, person) in people.enumerated() {
            for key in keys(person) { places[key, default: []].append(place) }
        }
        return places
    }

    static func pairs(_ places: [Int], most: Int = 8) -> [Pair] {
        // So many with one key are a key that says nothing, as 0000000000.
        guard places.count <= most else { return [] }
        return places.indices.flatMap { one in
            places[(one + 1)...].map { Pair(places[one], $0) }
        }
    }
}
