/// A node as it sees itself, from `status`.
public struct StatusReport: Codable, Equatable, Sendable {
    public var node: String
    @OrNull public var name: String?
    @OrNull public var replica: String?
    @OrNull public var register: String?
    /// With its check digit and in groups, as it is read out.
    @OrNull public var registerGrouped: String?
    /// The request to join that is out on a stick.
    @OrNull public var request: RequestReport?
    @OrNull public var title: String?
    @OrNull public var listening: String?
    public var records: Int
    public var changes: Int
    public var conflicts: Int
    public var held: Int
    public var quarantined: Int
    @OrNull public var fingerprint: String?
    public var peers: [PeerReport]
    public var joining: [Newcomer]
    /// `passphrase`, or `none` where whoever has the laptop has the register; nil before anything is kept.
    @OrNull public var protection: String?
    /// Where the daemon is asked; not in the home where its path is too long for a socket.
    public var socket: String
    /// Bytes inside TLS since the daemon started, over all peers.
    public var traffic: Traffic
    /// That this laptop was taken out of the register, as far as it can know.
    @OrNull public var takenOut: TakenOut?
    /// How often somebody asked to join and did not prove the code, since the daemon started.
    public var failedJoins: Int
    /// Laptops that wrote two contents under one number, by which a copy or a lie shows.
    public var writtenTwice: [NamedNode]
    /// The sets of recovery keys that hold; several where administrators made them without knowing of each other's.
    public var recoveryKeys: [RecoverySetReport]
    /// Whether anything here says that this laptop was let in; null where it is in no register, or was taken out.
    @OrNull public var admitted: Bool?

    enum CodingKeys: String, CodingKey {
        case node, name, replica, register, title, listening, records, changes, conflicts, held
        case quarantined, fingerprint, peers, joining, protection, socket, traffic, request
        case admitted
        case takenOut = "taken_out"
        case failedJoins = "failed_joins"
        case writtenTwice = "written_twice"
        case recoveryKeys = "recovery_keys"
        case registerGrouped = "register_grouped"
    }

    public init(
        node: String, name: String?, replica: String?, register: String?, title: String?,
        listening: String?, records: Int, changes: Int, conflicts: Int, held: Int,
        quarantined: Int, fingerprint: String?, peers: [PeerReport], joining: [Newcomer],
        protection: String?, socket: String, traffic: Traffic, takenOut: TakenOut? = nil,
        failedJoins: Int = 0, writtenTwice: [NamedNode] = [],
        recoveryKeys: [RecoverySetReport] = [], registerGrouped: String? = nil,
        request: RequestReport? = nil, admitted: Bool? = nil
    ) {
        self._admitted = OrNull(wrappedValue: admitted)
        self._request = OrNull(wrappedValue: request)
        self._registerGrouped = OrNull(wrappedValue: registerGrouped)
        self.writtenTwice = writtenTwice
        self.recoveryKeys = recoveryKeys
        self.failedJoins = failedJoins
        self._protection = OrNull(wrappedValue: protection)
        self.node = node
        self._name = OrNull(wrappedValue: name)
        self._replica = OrNull(wrappedValue: replica)
        self._register = OrNull(wrappedValue: register)
        self._title = OrNull(wrappedValue: title)
        self._listening = OrNull(wrappedValue: listening)
        self.records = records
        self.changes = changes
        self.conflicts = conflicts
        self.held = held
        self.quarantined = quarantined
        self._fingerprint = OrNull(wrappedValue: fingerprint)
        self.peers = peers
        self.joining = joining
        self.socket = socket
        self.traffic = traffic
        self._takenOut = OrNull(wrappedValue: takenOut)
    }
}

/// That a laptop was taken out of its register: why, by entries that are here, and which members say so.
public struct TakenOut: Codable, Equatable, Sendable {
    public var reasons: [String]
    public var saidBy: [NamedNode]

    enum CodingKeys: String, CodingKey {
        case reasons
        case saidBy = "said_by"
    }

    public init(reasons: [String], saidBy: [NamedNode]) {
        self.reasons = reasons
        self.saidBy = saidBy
    }
}

/// Another member as this node knows it, from `peers`.
public struct PeerReport: Codable, Equatable, Sendable {
    /// How the peer's knowledge last came here.
    public enum Via: String, Codable, Sendable {
        case session, bundle
    }

    public var node: String
    @OrNull public var name: String?
    public var addresses: [String]
    public var connected: Bool
    @OrNull public var upToDate: Bool?
    @OrNull public var theyLack: Int?
    @OrNull public var weLack: Int?
    @OrNull public var lastHeard: String?
    @OrNull public var acknowledgedAt: String?
    @OrNull public var via: Via?
    @OrNull public var clockOffsetMilliseconds: Int?
    /// It says that this laptop was taken out of the register, and is dialled seldom.
    public var saysTakenOut: Bool
    /// Changes in bundles that were written for it and that it has not acknowledged: they may be in somebody's pocket.
    public var onTheWay: Int
    /// Since the oldest of these was written.
    @OrNull public var onTheWaySince: String?

    enum CodingKeys: String, CodingKey {
        case node, name, addresses, connected, via
        case upToDate = "up_to_date"
        case theyLack = "they_lack"
        case weLack = "we_lack"
        case lastHeard = "last_heard"
        case acknowledgedAt = "acknowledged_at"
        case clockOffsetMilliseconds = "clock_offset_ms"
        case saysTakenOut = "says_taken_out"
        case onTheWay = "on_the_way"
        case onTheWaySince = "on_the_way_since"
    }

    public init(
        node: String, name: String?, addresses: [String], connected: Bool, upToDate: Bool?,
        theyLack: Int?, weLack: Int?, lastHeard: String?, acknowledgedAt: String?, via: Via?,
        clockOffsetMilliseconds: Int?, saysTakenOut: Bool = false, onTheWay: Int = 0,
        onTheWaySince: String? = nil
    ) {
        self.onTheWay = onTheWay
        self._onTheWaySince = OrNull(wrappedValue: onTheWaySince)
        self.node = node
        self._name = OrNull(wrappedValue: name)
        self.addresses = addresses
        self.connected = connected
        self._upToDate = OrNull(wrappedValue: upToDate)
        self._theyLack = OrNull(wrappedValue: theyLack)
        self._weLack = OrNull(wrappedValue: weLack)
        self._lastHeard = OrNull(wrappedValue: lastHeard)
        self._acknowledgedAt = OrNull(wrappedValue: acknowledgedAt)
        self._via = OrNull(wrappedValue: via)
        self._clockOffsetMilliseconds = OrNull(wrappedValue: clockOffsetMilliseconds)
        self.saysTakenOut = saysTakenOut
    }
}

/// Bytes carried, both ways.
public struct Traffic: Codable, Equatable, Sendable {
    public var sent: Int
    public var received: Int

    public init(sent: Int, received: Int) {
        self.sent = sent
        self.received = received
    }
}
