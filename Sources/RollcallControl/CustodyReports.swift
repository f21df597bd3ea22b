/// A person who acts at keyboards of the register, from `operators`.
public struct OperatorReport: Codable, Equatable, Sendable {
    public var name: String
    /// What their laptops let them do, each role once; empty where no account was made for them.
    public var roles: [String]
    /// The laptops that entered them.
    public var nodes: [String]
    /// Whether they have a PIN on this laptop.
    public var hasPIN: Bool
    /// Whether all that is done on this laptop now is theirs.
    public var isCurrent: Bool

    enum CodingKeys: String, CodingKey {
        case name, roles, nodes
        case hasPIN = "has_pin"
        case isCurrent = "current"
    }

    public init(name: String, roles: [String], nodes: [String], hasPIN: Bool, isCurrent: Bool) {
        self.name = name
        self.roles = roles
        self.nodes = nodes
        self.hasPIN = hasPIN
        self.isCurrent = isCurrent
    }
}

/// Who is at the keyboard from now on, from `switch` and `operators leave`; null: nobody.
public struct SwitchReport: Codable, Equatable, Sendable {
    @OrNull public var `operator`: String?
    @OrNull public var role: String?

    public init(operator name: String?, role: String?) {
        self._operator = OrNull(wrappedValue: name)
        self._role = OrNull(wrappedValue: role)
    }
}

/// One line of the custody log, from `custody`: who did what, where, and when by that laptop's clock.
public struct CustodyRow: Codable, Equatable, Sendable {
    public var dot: String
    /// As in the rows `act` of `Protocol/numbers.csv`.
    public var act: String
    @OrNull public var record: String?
    @OrNull public var `operator`: String?
    public var node: String
    @OrNull public var recordedAt: String?

    enum CodingKeys: String, CodingKey {
        case dot, act, record, node
        case `operator` = "operator"
        case recordedAt = "recorded_at"
    }

    public init(
        dot: String, act: String, record: String?, operator name: String?, node: String,
        recordedAt: String?
    ) {
        self.dot = dot
        self.act = act
        self._record = OrNull(wrappedValue: record)
        self._operator = OrNull(wrappedValue: name)
        self.node = node
        self._recordedAt = OrNull(wrappedValue: recordedAt)
    }
}
