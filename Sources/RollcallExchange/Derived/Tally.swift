/// A number that may be less once people have decided who is one person.
public struct Count: Equatable, Sendable {
    public var least: Int
    public var most: Int

    public init(_ most: Int, least: Int? = nil) {
        self.most = most
        self.least = least ?? most
    }
}

/// How many, of one direction: at one stage, or over all.
public struct Tally: Sendable {
    public enum Row: String, Sendable, CaseIterable {
        case listed, present, confirmed
        case handedOver = "handed_over"
        case absent, unlisted, declined, deferred, returned, died
    }

    /// Nil: over all stages, each person once.
    public let stage: String?
    public let direction: Direction
    private var counts: [Row: [Category: Count]] = [:]
    private var sums: [Row: Count] = [:]

    public func count(_ row: Row, _ category: Category) -> Count {
        counts[row]?[category] ?? Count(0)
    }

    /// All categories together: the most is the sum of theirs, always; the least may be less, for two records that may be of
    /// one person may be of two categories.
    public func count(_ row: Row) -> Count { sums[row] ?? Count(0) }

    init(
        stage: String?, direction: Direction, of people: [Person], at places: [Int],
        _ candidates: [Candidate], closed: Set<String>
    ) {
        self.stage = stage
        self.direction = direction
        for row in Row.allCases {
            let found = places.filter { Self.isIn(row, people[$0], stage, closed) }
            sums[row] = Count(found.count, least: found.count - Self.merges(found, candidates))
            for category in Category.allCases {
                let within = found.filter { people[$0].category == category }
                guard !within.isEmpty else { continue }
                counts[row, default: [:]][category] = Count(
                    within.count, least: within.count - Self.merges(within, candidates))
            }
        }
    }

    fileprivate static func isIn(
        _ row: Row, _ person: Person, _ stage: String?, _ closed: Set<String>
    ) -> Bool {
        let events = person.events
        func has(_ name: String) -> Bool { events.has(name, at: stage) }
        let isListed = stage.map { person.isListed(at: $0) } ?? !person.lists.isEmpty
        switch row {
        case .listed: return isListed
        case .present: return has("arrival")
        case .confirmed: return has("arrival") && Passage(events, at: stage).identity == .confirmed
        case .handedOver: return has("handover")
        case .absent:
            return isListed && !has("arrival")
                && (has("absent") || person.isListed(at: stage, among: closed))
        // By now everybody knows of those whom somebody accepted.
        case .unlisted: return has("arrival") && !isListed && !has("accepted")
        case .declined: return has("declined")
        case .deferred: return has("deferred")
        case .returned: return has("returned")
        case .died: return has("died")
        }
    }

    /// By how many it is less if all that may be one person are.
    static func merges(_ places: [Int], _ candidates: [Candidate]) -> Int {
        guard !candidates.isEmpty else { return 0 }
        let index = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($1, $0) })
        var groups = Groups(count: places.count)
        return candidates.count { candidate in
            guard let one = index[candidate.one], let other = index[candidate.other] else {
                return false
            }
            return groups.join(one, other)
        }
    }
}

extension Exchange {
    /// One for each stage and direction, then one over all for each direction.
    ///
    /// - Parameter closing: A stage that is counted as if it were over.
    public func tallies(closing: String? = nil) -> [Tally] {
        let candidates = candidates
        let closed = closedStages.union(closing.map { [$0] } ?? [])
        return (stages.map(\.code).map(Optional.some) + [nil]).flatMap { stage in
            Direction.allCases.map { tally(stage, $0, candidates, closed) }
        }
    }

    /// The people whom a tally counts.
    public func people(_ row: Tally.Row, at stage: String?, _ direction: Direction) -> [Person] {
        let closed = closedStages
        return people.filter { $0.direction == direction && Tally.isIn(row, $0, stage, closed) }
    }

    private func tally(
        _ stage: String?, _ direction: Direction, _ candidates: [Candidate], _ closed: Set<String>
    ) -> Tally {
        let places = people.indices.filter { people[$0].direction == direction }
        return Tally(
            stage: stage, direction: direction, of: people, at: places, candidates, closed: closed)
    }

    /// How many more were handed over to B than to A, at a stage or over all.
    public static func parity(_ tallies: [Tally], at stage: String?) -> Count {
        func handed(_ direction: Direction) -> Count {
            tallies.first { $0.stage == stage && $0.direction == direction }?.count(.handedOver)
                ?? Count(0)
        }
        let (there, back) = (handed(.aToB), handed(.bToA))
        return Count(there.most - back.least, least: there.least - back.most)
    }

    /// People of whom nobody says who holds them: they are in no tally.
    public var withoutDirection: Int { people.count { $0.direction == nil && !$0.stages.isEmpty } }
}
