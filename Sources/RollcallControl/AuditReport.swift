/// What a file of evidence comes to, from `audit`; nodes are by their ids, `name` is null where the file knows none.
public struct AuditReport: Codable, Equatable, Sendable {
    /// One replica, whole from its first change on.
    public struct Replica: Codable, Equatable, Sendable {
        public var replica: String
        public var node: String
        /// "control" or "data".
        public var lane: String
        public var height: Int

        public init(replica: String, node: String, lane: String, height: Int) {
            self.replica = replica
            self.node = node
            self.lane = lane
            self.height = height
        }
    }

    /// Changes of one replica that are in the file and do not count.
    public struct Quarantined: Codable, Equatable, Sendable {
        public var replica: String
        public var node: String
        public var from: Int
        public var to: Int
        public var reason: String

        public init(replica: String, node: String, from: Int, to: Int, reason: String) {
            self.replica = replica
            self.node = node
            self.from = from
            self.to = to
            self.reason = reason
        }
    }

    public var register: String
    public var title: String
    public var founder: NamedNode
    public var source: NamedNode
    @OrNull public var createdAt: String?
    public var members: [MemberReport]
    public var replicas: [Replica]
    public var records: Int
    public var changes: Int
    public var conflicts: Int
    public var erased: Int
    public var quarantined: [Quarantined]
    public var signatures: Int
    public var fingerprint: String
    /// Whether somebody said which register it must be of, and it is.
    public var isOfRegister: Bool

    enum CodingKeys: String, CodingKey {
        case register, title, founder, source, members, replicas, records, changes, conflicts
        case erased, quarantined, signatures, fingerprint
        case createdAt = "created_at"
        case isOfRegister = "register_checked"
    }

    public init(
        register: String, title: String, founder: NamedNode, source: NamedNode,
        createdAt: String?, members: [MemberReport], replicas: [Replica], records: Int,
        changes: Int, conflicts: Int, erased: Int, quarantined: [Quarantined], signatures: Int,
        fingerprint: String, isOfRegister: Bool
    ) {
        self.register = register
        self.title = title
        self.founder = founder
        self.source = source
        self._createdAt = OrNull(wrappedValue: createdAt)
        self.members = members
        self.replicas = replicas
        self.records = records
        self.changes = changes
        self.conflicts = conflicts
        self.erased = erased
        self.quarantined = quarantined
        self.signatures = signatures
        self.fingerprint = fingerprint
        self.isOfRegister = isOfRegister
    }
}
