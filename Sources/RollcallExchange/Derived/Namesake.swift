/// Two people of one stage who bear the same full name, and are not, or not certainly, one person.
public struct Namesake: Equatable, Sendable {
    /// Places in the people of an ``Exchange``.
    public var one: Int
    public var other: Int
    /// Whether somebody said that they are two.
    public var isTold: Bool
}

extension Exchange {
    /// Pairs with equal surname, given name and patronymic, in one script, that are no candidates already.
    ///
    /// Who has no patronymic bears the name of others without one alone: by two names of three, too many are alike.
    func sameNames() -> [Namesake] {
        let alike = places(by: \.fullNames).values.filter { $0.count > 1 }
        guard !alike.isEmpty else { return [] }
        let candidates = Set(candidates.map { Pair($0.one, $0.other) })
        var pairs: Set<Pair> = []
        for places in alike { pairs.formUnion(Self.pairs(places, most: 40)) }
        return pairs.subtracting(candidates).filter { pair in
            !people[pair.one].stages.isDisjoint(with: people[pair.other].stages)
        }.sorted { ($0.one, $0.other) < ($1.one, $1.other) }.map {
            Namesake(one: $0.one, other: $0.other, isTold: areTold($0))
        }
    }

    /// Those of whom nobody said yet that they are two.
    func openNamesakes() -> [Discrepancy] {
        namesakes.filter { !$0.isTold }.map { pair in
            let (one, other) = (people[pair.one], people[pair.other])
            let stages = one.stages.intersection(other.stages)
            return Discrepancy(
                .namesake, (one.records + other.records).map(\.name),
                stage: stages.count == 1 ? stages.first : nil)
        }
    }
}
