/// A register as its founder sees it, from `init`.
public struct FoundingReport: Codable, Equatable, Sendable {
    public var node: String
    public var name: String
    @OrNull public var replica: String?
    public var register: String
    /// With its check digit and in groups, as it is read out.
    public var registerGrouped: String
    public var title: String

    enum CodingKeys: String, CodingKey {
        case node, name, replica, register, title
        case registerGrouped = "register_grouped"
    }

    public init(
        node: String, name: String, replica: String?, register: String, registerGrouped: String,
        title: String
    ) {
        self.registerGrouped = registerGrouped
        self.node = node
        self.name = name
        self._replica = OrNull(wrappedValue: replica)
        self.register = register
        self.title = title
    }
}

/// A node and the name that people gave it.
public struct NamedNode: Codable, Equatable, Sendable {
    public var node: String
    @OrNull public var name: String?

    public init(node: String, name: String?) {
        self.node = node
        self._name = OrNull(wrappedValue: name)
    }
}

/// An open invitation, from `invite`; `replaced` says that an earlier code died of it.
public struct Invitation: Codable, Equatable, Sendable {
    public var addresses: [String]
    public var code: String
    public var expiresAt: String
    public var replaced: Bool

    enum CodingKeys: String, CodingKey {
        case addresses, code, replaced
        case expiresAt = "expires_at"
    }

    public init(addresses: [String], code: String, expiresAt: String, replaced: Bool) {
        self.addresses = addresses
        self.code = code
        self.expiresAt = expiresAt
        self.replaced = replaced
    }
}

/// Somebody asked to join and did not prove the code, from `invite --wait`; after so many more it is good no longer.
public struct FailedAttempt: Codable, Equatable, Sendable {
    public var attemptsLeft: Int

    enum CodingKeys: String, CodingKey {
        case attemptsLeft = "attempts_left"
    }

    public init(attemptsLeft: Int) {
        self.attemptsLeft = attemptsLeft
    }
}

/// Someone who proved the code and waits to be admitted; the words have one space between them.
public struct Newcomer: Codable, Equatable, Sendable {
    public var words: String
    @OrNull public var name: String?

    public init(words: String, name: String?) {
        self.words = words
        self._name = OrNull(wrappedValue: name)
    }
}

/// Who came in by an invitation, from `invite --wait`.
public struct AdmissionReport: Codable, Equatable, Sendable {
    public var joined: NamedNode
    public var words: String

    public init(joined: NamedNode, words: String) {
        self.joined = joined
        self.words = words
    }
}

/// Who was admitted, from `confirm`.
public struct ConfirmReport: Codable, Equatable, Sendable {
    public var joined: NamedNode

    public init(joined: NamedNode) {
        self.joined = joined
    }
}

/// The six words that both screens show, the interim object of `join`.
public struct JoinWords: Codable, Equatable, Sendable {
    public var words: String

    public init(words: String) {
        self.words = words
    }
}

/// A register as the newcomer sees it, from `join`; `peer` is the node that let it in.
public struct JoinReport: Codable, Equatable, Sendable {
    public var node: String
    public var register: String
    public var registerGrouped: String
    public var title: String
    public var peer: String

    enum CodingKeys: String, CodingKey {
        case node, register, title, peer
        case registerGrouped = "register_grouped"
    }

    public init(
        node: String, register: String, registerGrouped: String, title: String, peer: String
    ) {
        self.registerGrouped = registerGrouped
        self.node = node
        self.register = register
        self.title = title
        self.peer = peer
    }
}

/// The node that was meant, from `connect` and `disconnect`; null while an address's is unknown.
public struct NodeReport: Codable, Equatable, Sendable {
    @OrNull public var node: String?

    public init(node: String?) {
        self._node = OrNull(wrappedValue: node)
    }
}

/// Whether everyone has everything, from `wait`; those it still waits for are nodes.
public struct WaitReport: Codable, Equatable, Sendable {
    public var upToDate: Bool
    public var waitingFor: [String]

    enum CodingKeys: String, CodingKey {
        case upToDate = "up_to_date"
        case waitingFor = "waiting_for"
    }

    public init(upToDate: Bool, waitingFor: [String]) {
        self.upToDate = upToDate
        self.waitingFor = waitingFor
    }
}

/// Who can unlock a laptop.
public struct PassphraseReport: Codable, Equatable, Sendable {
    public var name: String

    public init(name: String) { self.name = name }
}
