/// A laptop that is or was in the register, from `members`.
public struct MemberReport: Codable, Equatable, Sendable {
    public var node: String
    public var name: String
    public var role: String
    /// Whether it is the laptop that was asked.
    public var isThis: Bool
    /// Why it was taken out, one for each who did; empty for a member.
    public var revokedFor: [String]

    enum CodingKeys: String, CodingKey {
        case node, name, role
        case isThis = "this"
        case revokedFor = "revoked_for"
    }

    public init(node: String, name: String, role: String, isThis: Bool, revokedFor: [String]) {
        self.node = node
        self.name = name
        self.role = role
        self.isThis = isThis
        self.revokedFor = revokedFor
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
