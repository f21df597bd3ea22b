/// How far a person has come: derived from what happened, never stored.
public struct Passage: Equatable, Sendable {
    /// In the order in which they hide each other where several are so; that is for display, and tallies show the range.
    public enum Step: String, Sendable, CaseIterable {
        case died, returned
        case atDestination = "at_destination"
        case inTransit = "in_transit"
        case handedOver = "handed_over"
        case declined, deferred, cleared, present, absent, expected
        /// Nobody expects them, and nothing happened yet.
        case recorded
    }

    public enum Identity: String, Sendable {
        case pending, confirmed, disputed, unable
    }

    /// Two things that cannot both be so; a person takes one of them back.
    public struct Contradiction: Hashable, Sendable, Comparable {
        public var stage: String
        /// Names of fields.
        public var one: String
        public var other: String

        public static func < (left: Self, right: Self) -> Bool {
            (left.stage, left.one, left.other) < (right.stage, right.one, right.other)
        }
    }

    public var step: Step
    public var identity: Identity
    public var contradictions: [Contradiction]

    /// What happened to a person, of whom there may be several records.
    public struct Events: Sendable {
        public private(set) var stages: [String: Set<String>] = [:]
        var isCleared = false
        var isExpected = false

        static let names = [
            "arrival", "identity_confirmed", "identity_disputed", "identity_unable", "absent",
            "deferred", "declined", "handover", "boarding", "departure", "arrival_destination",
            "returned", "died",
            // That somebody comes without being listed, and may.
            "accepted",
            // That they spoke with their family themselves.
            "call",
        ]

        init(_ records: [RecordFacts], isExpected: Bool) {
            for name in Self.names {
                let all = records.reduce(into: Set()) { $0.formUnion($1.stages(name)) }
                if !all.isEmpty { stages[name] = all }
            }
            isCleared =
                records.contains { $0.isAnswered("transfer_wish") }
                && records.contains { $0.isAnswered("travel_fitness") }
            self.isExpected = isExpected
        }

        func has(_ name: String, at stage: String? = nil) -> Bool {
            guard let all = stages[name] else { return false }
            return stage.map(all.contains) ?? true
        }
    }

    /// - Parameter stage: What happened at this one alone; nil: at any.
    init(_ events: Events, at stage: String? = nil) {
        func has(_ name: String) -> Bool { events.has(name, at: stage) }
        identity = Self.identity(has)
        contradictions = Self.contradictions(events).filter { stage == nil || $0.stage == stage }
        let steps: [(Step, Bool)] = [
            (.died, has("died")), (.returned, has("returned")),
            (.atDestination, has("arrival_destination")),
            (.inTransit, has("boarding") || has("departure")),
            (.handedOver, has("handover")), (.declined, has("declined")),
            (.deferred, has("deferred")),
            (.cleared, has("arrival") && identity == .confirmed && events.isCleared),
            (.present, has("arrival")), (.absent, has("absent")), (.expected, events.isExpected),
        ]
        step = steps.first { $0.1 }?.0 ?? .recorded
    }

    private static func identity(_ has: (String) -> Bool) -> Identity {
        switch (has("identity_confirmed"), has("identity_disputed"), has("identity_unable")) {
        case (true, false, false): .confirmed
        case (false, false, false): .pending
        case (false, false, true): .unable
        default: .disputed
        }
    }

    private static let unlike = [
        ("absent", "arrival"), ("declined", "boarding"), ("declined", "handover"),
        ("deferred", "boarding"), ("deferred", "handover"), ("returned", "arrival_destination"),
        ("identity_confirmed", "identity_disputed"), ("identity_confirmed", "identity_unable"),
    ]

    private static func contradictions(_ events: Events) -> [Contradiction] {
        unlike.flatMap { one, other in
            (events.stages[one] ?? []).intersection(events.stages[other] ?? []).map {
                Contradiction(stage: $0, one: one, other: other)
            }
        }.sorted()
    }
}
