/// Draws a sample operation, stage by stage and side by side.
struct SampleMaker {
    /// Somebody on the list of a stage, in all of its revisions.
    private struct Entry {
        var person: SamplePerson
        var line = 0
        var first = 1
        var last: Int?
        /// The revision that has it right.
        var mendedIn: Int?
        var isDisputed = false
        var errors: [SampleError] = []
        var cells: SampleLine

        init(_ person: SamplePerson) {
            self.person = person
            cells = SampleLine(person)
        }

        func cells(in revision: Int) -> SampleLine {
            guard let mendedIn, revision >= mendedIn else { return cells }
            return SampleLine(person)
        }
    }

    private var chance: Chance
    var people: SamplePeople
    private(set) var lists: [SampleList] = []
    private(set) var passages: [SamplePassage] = []
    /// Who was listed, did not cross, and comes to the next stage.
    private var carried: [SampleSide: [Int]] = [:]

    init(seed: UInt64) {
        chance = Chance(seed: seed, for: 41)
        people = SamplePeople(seed: seed)
    }

    /// So many of a thousand, and one at least.
    private static func share(_ perMille: Int, of count: Int) -> Int {
        max(1, (count * perMille + 500) / 1_000)
    }

    mutating func make(
        _ plan: SampleOperation.Plan, _ side: SampleSide, hasLateRevision: Bool
    ) {
        var listed = draw(plan.military, plan.civilian, side)
        listed.shuffle(using: &chance)
        let outcomes = outcomes(of: listed)
        let missing = listed.filter { outcomes[$0.person.number] != nil }
        dispute(&listed, sparing: Set(outcomes.keys))

        let last = hasLateRevision ? 3 : 2
        var entries = listed
        for revision in 2...last {
            let added = Self.share(18, of: plan.all)
            for place in entries.indices.filter({ entries[$0].first == 1 }).prefix(added) {
                entries[place].first = revision
            }
            entries += (0..<Self.share(13, of: plan.all)).map { _ in
                // In the place of somebody of the list, whose category they share.
                let other = missing[chance.below(missing.count)].person
                var entry = Entry(people.next(side, isCivilian: other.isCivilian))
                entry.last = revision - 1
                return entry
            }
        }
        entries.shuffle(using: &chance)
        entries = Self.numbered(entries)
        spoil(&entries, mending: Self.share(8, of: plan.all))
        for revision in 1...last { add(entries, plan, side, revision) }

        var passages = entries.map { entry in
            SamplePassage(
                person: entry.person.number, stage: plan.code, line: entry.line,
                isListed: entry.last == nil,
                outcome: entry.last == nil
                    ? outcomes[entry.person.number] ?? .handedOver : .withdrawn,
                isDisputed: entry.isDisputed, errors: entry.errors)
        }
        substitute(missing.map(\.person), plan, side, in: &passages, crossing: last == 3)
        registerTwice(&passages, Self.share(10, of: plan.all))
        self.passages += passages
    }

    private mutating func draw(
        _ military: Int, _ civilian: Int, _ side: SampleSide
    ) -> [Entry] {
        (0..<military + civilian).map { Entry(people.next(side, isCivilian: $0 >= military)) }
    }

    /// Who of the list does not cross, and why.
    private func outcomes(of listed: [Entry]) -> [Int: SamplePassage.Outcome] {
        let each: [(SamplePassage.Outcome, Int)] = [
            (.absent, Self.share(5, of: listed.count)),
            (.declined, Self.share(3, of: listed.count)),
            (.deferred, Self.share(3, of: listed.count)),
        ]
        let drawn = each.flatMap { Array(repeating: $0.0, count: $0.1) }
        // From the end of the list: those at its beginning are added late.
        return Dictionary(
            uniqueKeysWithValues: zip(listed.reversed().map(\.person.number), drawn))
    }

    /// Of some the list says the wrong category.
    private mutating func dispute(_ listed: inout [Entry], sparing outcomes: Set<Int>) {
        let places = listed.indices.filter { !outcomes.contains(listed[$0].person.number) }
        for place in places.suffix(Self.share(3, of: listed.count)) {
            listed[place].isDisputed = true
            listed[place].cells.category =
                listed[place].person.isCivilian ? "military" : "civilian"
        }
    }

    /// Each revision writes whom it adds below the others; nobody's number changes.
    private static func numbered(_ entries: [Entry]) -> [Entry] {
        var sorted = entries.enumerated().sorted {
            ($0.element.first, $0.offset) < ($1.element.first, $1.offset)
        }.map(\.element)
        for place in sorted.indices { sorted[place].line = place + 1 }
        return sorted
    }

    private mutating func spoil(_ entries: inout [Entry], mending count: Int) {
        for place in entries.indices {
            let person = entries[place].person
            entries[place].errors = SampleLine.errors(person, &chance)
            for error in entries[place].errors {
                entries[place].cells.spoil(error, person, &chance)
            }
        }
        let misspelt = entries.indices.filter {
            entries[$0].errors.contains(.misspelt) && entries[$0].first == 1
                && entries[$0].last == nil && !entries[$0].isDisputed
        }
        for place in misspelt.prefix(count) { entries[place].mendedIn = 2 }
    }

    private mutating func add(
        _ entries: [Entry], _ plan: SampleOperation.Plan, _ side: SampleSide, _ revision: Int
    ) {
        let lines = entries.filter {
            $0.first <= revision && revision <= $0.last ?? revision
        }.map {
            SampleList.Line(
                number: $0.line, person: $0.person.number, cells: $0.cells(in: revision))
        }
        lists.append(
            SampleList(side: side, stage: plan.code, revision: revision, lines: lines))
    }

    /// For each who does not cross comes another of the same category, whom the newest list does not have.
    ///
    /// - Parameter crossing: Whether people whom the last revision takes off have crossed before it came.
    private mutating func substitute(
        _ missing: [SamplePerson], _ plan: SampleOperation.Plan, _ side: SampleSide,
        in passages: inout [SamplePassage], crossing: Bool
    ) {
        var waiting = carried[side] ?? []
        for person in missing {
            if crossing, passages.count(where: { !$0.isListed && $0.outcome == .handedOver }) < 2,
                let place = passages.lastIndex(where: {
                    $0.outcome == .withdrawn
                        && people.all[$0.person - 1].isCivilian == person.isCivilian
                })
            {
                passages[place].outcome = .handedOver
                continue
            }
            let place = waiting.firstIndex {
                people.all[$0 - 1].isCivilian == person.isCivilian
            }
            let number =
                place.map { waiting.remove(at: $0) }
                ?? people.next(side, isCivilian: person.isCivilian).number
            passages.append(
                SamplePassage(
                    person: number, stage: plan.code, line: nil, isListed: false,
                    outcome: .handedOver))
        }
        carried[side] = passages.filter { [.absent, .deferred].contains($0.outcome) }
            .map(\.person)
    }

    private mutating func registerTwice(_ passages: inout [SamplePassage], _ count: Int) {
        var places = passages.indices.filter {
            passages[$0].outcome == .handedOver && passages[$0].isListed
                && !passages[$0].isDisputed && !people.all[passages[$0].person - 1].isCivilian
        }
        places.shuffle(using: &chance)
        for place in places.prefix(count) { passages[place].isTwice = true }
    }
}
