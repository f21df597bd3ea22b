/// A request to join that is out on a stick, from `join --request` and `status`.
public struct RequestReport: Codable, Equatable, Sendable {
    /// Where it was written; null in `status`.
    @OrNull public var file: String?
    /// What is read out to the administrator.
    public var number: String
    public var name: String
    public var register: String
    public var registerGrouped: String
    @OrNull public var madeAt: String?

    enum CodingKeys: String, CodingKey {
        case file, number, name, register
        case registerGrouped = "register_grouped"
        case madeAt = "made_at"
    }

    public init(
        file: String?, number: String, name: String, register: String, registerGrouped: String,
        madeAt: String?
    ) {
        self._file = OrNull(wrappedValue: file)
        self.number = number
        self.name = name
        self.register = register
        self.registerGrouped = registerGrouped
        self._madeAt = OrNull(wrappedValue: madeAt)
    }
}

/// Who asks to join by a request, for `admit` to ask its number of a person.
public struct NewcomerReport: Codable, Equatable, Sendable {
    public var node: String
    public var name: String
    /// It was let in before: its admission is written once more.
    public var isMember: Bool

    enum CodingKeys: String, CodingKey {
        case node, name
        case isMember = "member"
    }

    public init(node: String, name: String, isMember: Bool) {
        self.node = node
        self.name = name
        self.isMember = isMember
    }
}

/// Who was let in by stick and where the answer lies, from `admit`.
public struct StickAdmissionReport: Codable, Equatable, Sendable {
    public var joined: NamedNode
    /// False for a member, whose admission was written once more.
    public var isNew: Bool
    public var file: String
    public var bytes: Int
    public var changes: Int

    enum CodingKeys: String, CodingKey {
        case joined, file, bytes, changes
        case isNew = "new"
    }

    public init(joined: NamedNode, isNew: Bool, file: String, bytes: Int, changes: Int) {
        self.joined = joined
        self.isNew = isNew
        self.file = file
        self.bytes = bytes
        self.changes = changes
    }
}
