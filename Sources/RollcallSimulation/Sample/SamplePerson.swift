/// Somebody of the sample operation, as they really are.
public struct SamplePerson: Sendable {
    public struct Birth: Hashable, Sendable {
        public var year: Int
        public var month: Int
        public var day: Int

        /// As lists write it.
        public var text: String { "\(Self.two(day)).\(Self.two(month)).\(year)" }

        private static func two(_ number: Int) -> String {
            number < 10 ? "0\(number)" : "\(number)"
        }
    }

    public struct Name: Hashable, Sendable {
        public var surname: SpeltName
        public var given: SpeltName
        public var patronymic: SpeltName
    }

    /// From 1, over both sides.
    public var number: Int
    public var side: SampleSide
    public var isWoman: Bool
    public var isCivilian: Bool
    public var name: Name
    public var birth: Birth
    /// Empty of a civilian.
    public var rank: SpeltName
    public var serviceNumber: String

    public var category: String { isCivilian ? "civilian" : "military" }
}

/// Who holds somebody, and so who writes the list on which they stand.
public enum SampleSide: String, CaseIterable, Sendable {
    /// Writes its lists in Ukrainian.
    case a
    /// Writes them in Russian.
    case b

    public var direction: String { self == .a ? "a_to_b" : "b_to_a" }

    /// As their list spells it.
    public func own(_ name: SpeltName) -> String { self == .a ? name.ukrainian : name.russian }
    /// As the side to which they come spells it.
    public func other(_ name: SpeltName) -> String { self == .a ? name.russian : name.ukrainian }
}

/// Draws people of whom no two have the same names, except where that is meant.
struct SamplePeople {
    private var chance: Chance
    private var taken: Set<SamplePerson.Name> = []
    private(set) var all: [SamplePerson] = []
    /// Who has the names of somebody before them, or the names and the birth date.
    private(set) var namesakes: Set<Int> = []
    private(set) var twins: Set<Int> = []

    /// Of a thousand, as section 5.6 of the domain research reckons.
    static let namesakesPerMille = 5
    static let twinsPerMille = 2

    init(seed: UInt64) { chance = Chance(seed: seed, for: 40) }

    mutating func next(_ side: SampleSide, isCivilian: Bool) -> SamplePerson {
        var person = SamplePerson(
            number: all.count + 1, side: side, isWoman: chance.percent(isCivilian ? 40 : 6),
            isCivilian: isCivilian,
            name: .init(
                surname: SpeltName("", ""), given: SpeltName("", ""),
                patronymic: SpeltName("", "")),
            birth: birth(), rank: isCivilian ? SpeltName("", "") : chance.pick(SampleNames.ranks),
            serviceNumber: "")
        repeat { person.name = name(isWoman: person.isWoman) } while taken.contains(person.name)
        repeatSomebody(in: &person)
        taken.insert(person.name)
        if !isCivilian { person.serviceNumber = serviceNumber(person) }
        all.append(person)
        return person
    }

    /// Now and then a person has the names of another of the same side.
    private mutating func repeatSomebody(in person: inout SamplePerson) {
        let draw = chance.below(1_000)
        guard draw < Self.namesakesPerMille + Self.twinsPerMille,
            let other = all.last(where: {
                $0.side == person.side && $0.isWoman == person.isWoman
                    && !namesakes.contains($0.number) && !twins.contains($0.number)
            })
        else { return }
        person.name = other.name
        if draw < Self.twinsPerMille {
            person.birth = other.birth
            twins.insert(person.number)
        } else {
            while person.birth.year == other.birth.year { person.birth = birth() }
            namesakes.insert(person.number)
        }
    }

    private mutating func name(isWoman: Bool) -> SamplePerson.Name {
        let stem = chance.pick(SampleNames.stems)
        let ending = SampleNames.endings[chance.below(SampleNames.endings.count)]
        let end = isWoman ? ending.woman : ending.man
        let father = chance.pick(SampleNames.men)
        let given = isWoman ? chance.pick(SampleNames.women) : chance.pick(SampleNames.men).name
        return .init(
            surname: SpeltName(stem.ukrainian + end.ukrainian, stem.russian + end.russian),
            given: given, patronymic: isWoman ? father.daughter : father.son)
    }

    private mutating func birth() -> SamplePerson.Birth {
        .init(
            year: chance.between(1961, 2005), month: chance.between(1, 12),
            day: chance.between(1, 28))
    }

    /// Letters of the side, and digits that nobody else has.
    private mutating func serviceNumber(_ person: SamplePerson) -> String {
        let digits = String(100_000 + chance.below(90) * 10_000 + person.number)
        return (person.side == .a ? "АБ-" : "Ж-") + digits
    }
}
