/// One thing in which a person agrees with what a family says, or does not.
public struct MatchReason: Hashable, Sendable {
    /// How far it agrees.
    public enum How: String, Sendable, CaseIterable {
        case same
        /// The same, written in the other script.
        case script
        /// Heard alike, in other letters.
        case spelling
        /// One letter apart.
        case letter
        /// Of a name only its first letter is said.
        case initial
        /// Day and month the other way round.
        case swapped
        case month, year
        /// Within the years that were said.
        case within
        /// A year apart.
        case near
        /// Of one year, and another day.
        case otherDay = "other_day"
        /// The same region.
        case region
        /// What was typed agrees once it is read on another layout of the keyboard.
        case layout
        /// Surname and given name the other way round.
        case order
        case other
    }

    /// By the name of the field in which it was asked for.
    public var field: String
    public var how: How

    public init(_ field: String, _ how: How) {
        self.field = field
        self.how = how
    }

    /// Whether it speaks against the person.
    public var isAgainst: Bool { how == .other }

    /// Whether a person could be known by it: by other things than what is merely near.
    var identifies: Bool {
        switch how {
        case .same, .script, .spelling, .letter, .swapped, .month, .year, .within, .region: true
        case .initial, .near, .otherDay, .layout, .order, .other: false
        }
    }

    /// In bits, as in the model of Fellegi and Sunter; where to begin, to be tuned on made-up people.
    public var weight: Int { Self.weights[field]?[how] ?? Self.plain[how] ?? 0 }

    private static let plain: [How: Int] = [
        .same: 4, .script: 4, .spelling: 3, .letter: 2, .layout: -1, .order: -1, .other: -2,
    ]
    private static let weights: [String: [How: Int]] = {
        let names: [How: Int] = [
            .same: 5, .script: 5, .spelling: 4, .letter: 3, .initial: 2, .layout: -1, .order: -1,
            .other: -5,
        ]
        let numbers: [How: Int] = [.same: 16, .other: -3]
        return [
            "surname": [
                .same: 10, .script: 9, .spelling: 8, .letter: 5, .layout: -1, .order: -1,
                .other: -8,
            ],
            "given_name": names, "patronymic": names, "father_name": names,
            "birth_date": [
                .same: 12, .swapped: 8, .month: 6, .year: 4, .within: 4, .near: 1, .otherDay: 0,
                .other: -8,
            ],
            "birth_place": [.same: 4, .region: 3], "address_before": [.same: 4, .region: 3],
            "sex": [.same: 1, .other: -12], "callsign": [.same: 8, .script: 8, .other: 0],
            "tax_number": numbers, "service_number": numbers, "document": numbers,
        ]
    }()
}

extension [MatchReason] {
    /// In how many things that one may be known by a person agrees: a name, surname with given name, is one.
    public var agreeingCount: Int { agreeing.count }

    /// Each by the field that says it first.
    var agreeing: Set<String> {
        let fields = Set(filter(\.identifies).map(\.field))
        var all = fields.intersection(["birth_date", "callsign", "unit", "mother_maiden_name"])
        if fields.isSuperset(of: ["surname", "given_name"]) { all.insert("surname") }
        for alike in [
            ["patronymic", "father_name"], ["birth_place", "address_before"],
            ["tax_number", "service_number", "document"],
        ] {
            if !fields.isDisjoint(with: alike) { all.insert(alike[0]) }
        }
        return all
    }
}
