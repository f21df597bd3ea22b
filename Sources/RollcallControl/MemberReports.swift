/// A laptop that is or was in the register, from `members`.
public struct MemberReport: Codable, Equatable, Sendable {
    public var node: String
    public var name: String
    public var role: String
    /// The restricted classes that it can read: `private`, `danger`.
    public var reads: [String]
    /// Whether it is the laptop that was asked.
    public var isThis: Bool
    /// Why it was taken out, one for each who did; empty for a member.
    public var revokedFor: [String]

    enum CodingKeys: String, CodingKey {
        case node, name, role, reads
        case isThis = "this"
        case revokedFor = "revoked_for"
    }

    public init(
        node: String, name: String, role: String, reads: [String] = [], isThis: Bool,
        revokedFor: [String]
    ) {
        self.reads = reads
        self.node = node
        self.name = name
        self.role = role
        self.isThis = isThis
        self.revokedFor = revokedFor
    }
}

/// Of which register the members are, from `members`; for people, a script gets rows alone.
public struct MembersReport: Codable, Equatable, Sendable {
    public var title: String
    /// With its check digit and in groups, as it is read out.
    public var registerGrouped: String

    enum CodingKeys: String, CodingKey {
        case title
        case registerGrouped = "register_grouped"
    }

    public init(title: String, registerGrouped: String) {
        self.title = title
        self.registerGrouped = registerGrouped
    }
}

/// Who was taken out, and how many changes wait in quarantine since, from `revoke`.
public struct RevokeReport: Codable, Equatable, Sendable {
    public var node: String
    public var name: String
    public var quarantined: Int

    public init(node: String, name: String, quarantined: Int) {
        self.node = node
        self.name = name
        self.quarantined = quarantined
    }
}

/// A member's role, from `promote`.
public struct RoleReport: Codable, Equatable, Sendable {
    public var node: String
    public var name: String
    public var role: String

    public init(node: String, name: String, role: String) {
        self.node = node
        self.name = name
        self.role = role
    }
}

/// A change in quarantine, or one that was there, from `quarantine show`; the only place that shows its values.
public struct QuarantineReport: Codable, Equatable, Sendable {
    /// One for each field that it wrote.
    public var rows: [HistoryRow]
    public var counts: Bool
    /// By those who did not know of each other's decision.
    public var decisions: [DecisionReport]

    public init(rows: [HistoryRow], counts: Bool, decisions: [DecisionReport]) {
        self.rows = rows
        self.counts = counts
        self.decisions = decisions
    }
}

/// What somebody decided of a change in quarantine.
public struct DecisionReport: Codable, Equatable, Sendable {
    /// `adopt` or `refuse`.
    public var verdict: String
    public var node: String
    public var reason: String

    public init(verdict: String, node: String, reason: String) {
        self.verdict = verdict
        self.node = node
        self.reason = reason
    }
}

/// What was decided, and how many changes wait still, from `quarantine adopt` and `quarantine refuse`.
public struct JudgeReport: Codable, Equatable, Sendable {
    public var verdict: String
    public var dots: [String]
    public var quarantined: Int

    public init(verdict: String, dots: [String], quarantined: Int) {
        self.verdict = verdict
        self.dots = dots
        self.quarantined = quarantined
    }
}
