public import RollcallCore
public import RollcallTrust
import RollcallWire

/// What this laptop is, whatever register it belongs to.
public struct LaptopIdentity: Sendable {
    public var key: NodeKey
    public var tlsKeyHash: [UInt8]

    public init(key: NodeKey, tlsKeyHash: [UInt8]) {
        self.key = key
        self.tlsKeyHash = tlsKeyHash
    }

    public var node: NodeID { key.node }
}

/// Why the laptop cannot do what was asked; nothing was changed.
public enum LaptopError: Error, Equatable, Sendable {
    case noRegister
    case registerExists
    case notAllowed
    case tooManyMembers
    case noSuchMember
    /// Entries of members, roles and revocations; the last are allowed still.
    case tooManyEntries
    /// This laptop was taken out of the register.
    case revoked
    case invitationOpen
    case notAdmitted(NewcomerRefusal)
    case noAdmission(AdmissionFault)
    /// The peer's address is not known.
    case noAddress
    case noSuchNewcomer
    case noSuchRecord
    case recordRemoved
    case notRemoved
    case contextRequired(FieldNumber)
    case badDot
    /// A change that is not here, or counts whatever anybody decides.
    case notQuarantined
    /// A control change that was written twice: what it says can only be said anew.
    case notAdoptable
    case nothingToRemove(FieldNumber)
    /// What must not be erased, with the reasons of those who say so.
    case underHold(Dot, reasons: [String])
    /// What is under no hold of its own cannot be freed of it.
    case noHold
    case recovery(RecoveryRefusal)
    case wrongKind(FieldNumber)
    /// A field of a restricted class, whose key is not here.
    case sealedHere(FieldNumber)
    case changeTooLong
    /// A step of a person's would write a record twice.
    case writtenTwice
    /// The store lacks something that it must have: it is damaged.
    case storeIncomplete
}

/// One laptop of a register: its replicas, its peers, its sessions; no socket, no disk, no clock.
///
/// An event goes in, an ``Output`` comes out. Time, chance and rows come in as arguments, so that a simulator runs
/// the same laptop as the daemon. Methods that write say what to commit; the driver writes it before it hands in
/// anything else, and commits before it sends.
///
/// Where things are: writing here (`Writing`), reading (`Reading`), what peers send (`Receiving`), conversations
/// (`Sessions`, `Sending`), newcomers (`Joining`), files (`Bundling`).
public struct Laptop {
    public let identity: LaptopIdentity
    public internal(set) var name: String
    public internal(set) var membership: Membership?
    public internal(set) var heads: Heads
    /// What counted when the records were last made; nil if that is what counts now.
    var countedBefore: Membership?
    /// The keys of restricted classes that were given to this laptop, in the order in which they came.
    var classKeys: [ClassKey] = []
    /// How often conclusions about members had been drawn when the keys were last looked after.
    var keysTendedAt = -1
    var afterFork = AfterFork()
    /// Whether a forked replica may end elsewhere by what came.
    var mayStraighten = true
    /// The erasures of before, where what they destroy is not destroyed yet.
    var erasuresBefore: Erasures?
    var chain: Chain
    var own: [Stream: OwnReplica] = [:]
    var openSegments: [ReplicaNumber: OpenSegment] = [:]
    var held: [HeldRun] = []

    public let startNonce: UInt64
    public let earlierNonces: [UInt64]
    public internal(set) var peers: [NodeID: PeerKnowledge] = [:]
    var unsavedPeers: Set<NodeID> = []
    var peersSavedAt: Duration = .zero
    var sessions: [SessionID: Shared<SyncSession>] = [:]
    /// Sessions with bytes that are not decoded yet, in turn.
    var ready: [SessionID] = []
    /// Sessions that may have something to send, in turn.
    var pumping: [SessionID] = []
    var dialling = Dialling()
    var invitation: Invitation?
    /// How often somebody asked to join and did not prove the code, since the start.
    public internal(set) var failedJoins = 0
    var joining: JoinAttempt?
    public internal(set) var pendingRequest: PendingRequest?
    public var ownAddresses: [String] = []
    public var isCompressionOff = false
    /// The operator whose control changes these are from now on; nil: nobody's in particular.
    public var actingOperator: Dot?

    /// How what is alike for each change of a long run is handed out: what comes of it is the same.
    public var spread = oneAfterTheOther

    var moment: Moment
    var chance: any RandomNumberGenerator & Sendable
    let compression = Compression()
    var verifiers: [NodeID: SignatureVerifier] = [:]

    /// A replica of this node that it writes now.
    struct OwnReplica {
        var number: ReplicaNumber
        /// Salts of the block being written, root included: known to nobody else until the block is full.
        var block: UInt64
        var salts: SaltTree
        /// The heads that its changes have listed as parents.
        var parents: VersionVector
    }

    /// The last segment of a replica, as long as it may still be joined with what comes next.
    struct OpenSegment {
        var base: UInt64
        var last: UInt64
        var byteCount: Int
    }

    struct HeldRun: Equatable {
        var range: HeldRange
        /// h(last); nil until it is asked for, of a run that was held before this start.
        var endHash: [UInt8]?
        /// Whether it goes on from something else than what is here.
        var isUnlike = false
    }

    enum Key {
        static let genesis = "genesis"
        static let name = "name"
        static let nonces = "start nonces"
        static let operatorDot = "operator"
        static let branches = "branches"
        static let bundleKeys = "bundle keys"
        static let classKeys = "class keys"
        static let request = "request"
    }

    /// Loads what the store holds, and begins a new life: a new start nonce.
    public init(
        identity: LaptopIdentity, name: String, storage: some RegisterStorage, moment: Moment,
        chance: some RandomNumberGenerator & Sendable, output: inout Output
    ) throws {
        self.identity = identity
        self.moment = moment
        self.chance = chance
        self.name = name
        if let stored = try storage.meta(Key.name) {
            self.name = String(decoding: stored, as: UTF8.self)
        }
        var nonces: [UInt64] = []
        if let stored = try storage.meta(Key.nonces) {
            var reader = ByteReader(stored)
            while !reader.isAtEnd { nonces.append(try reader.u64("start nonce")) }
        }
        earlierNonces = nonces
        var nonce: UInt64
        repeat {
            nonce = UInt64.random(in: 1...UInt64.max, using: &self.chance)
        } while nonces.contains(nonce)
        startNonce = nonce
        var writer = ByteWriter()
        for nonce in ([startNonce] + nonces).prefix(Limits.earlierNoncesMax) { writer.u64(nonce) }
        output.commit.append(.meta(Key.nonces, writer.bytes))

        let genesis = try storage.meta(Key.genesis).map { try Genesis($0) }
        let register = genesis?.register ?? RegisterID([UInt8](repeating: 0, count: 16))
        chain = Chain(register: register)
        heads = Heads(chain: chain)
        if let genesis { membership = Membership(genesis: genesis, scheme: identity.key.scheme) }
        try load(storage)
    }

    private mutating func load(_ storage: some RegisterStorage) throws {
        for row in try storage.replicas() { heads.load(row) }
        if let branches = try storage.meta(Key.branches) { try heads.load(branches: branches) }
        pendingRequest = try storage.meta(Key.request).map { try PendingRequest(encoded: $0) }
        for (node, state) in try storage.peers() { peers[node] = try PeerKnowledge(encoded: state) }
        held = try storage.heldRanges().map { HeldRun(range: $0) }
        try readMembership(storage)
        try loadClassKeys(storage)
        for node in peers.keys { dialling.reset(node, moment.now) }
    }

    /// Applies the control lane anew, and notes what each data replica's first change ended.
    mutating func readMembership(_ storage: some RegisterStorage) throws {
        for number in heads.allNumbers where heads[number].height > 0 {
            let isControl = heads[number].id.lane.branch == .controlBranch
            guard isControl || heads.branches[number] == nil else { continue }
            for stored in try storage.changes(
                of: number, from: 1, through: isControl ? heads[number].height : 1,
                contentBytesMax: .max)
            {
                let change = try Change(dot: stored.dot, stored: stored.content)
                if isControl {
                    membership?.apply(change, stored.hash, heads.table, on: heads.place(of: number))
                } else {
                    heads.note(first: change)
                    membership?.noteEnded(by: change, heads.table)
                }
            }
        }
        membership?.settle(heads.table)
    }

    public var node: NodeID { identity.node }

    /// The replica of this start's first data write; nil before it.
    public var dataReplica: ReplicaID? { own[.data].map { heads[$0.number].id } }

    /// The operator that writes are by when a command names none.
    public func defaultOperator(_ storage: some RegisterStorage) throws -> Dot? {
        guard let stored = try storage.meta(Key.operatorDot) else { return nil }
        var reader = ByteReader(stored)
        return Dot(rawValue: try reader.u64("operator"))
    }

    mutating func verifier(of node: NodeID) -> SignatureVerifier? {
        if let known = verifiers[node] { return known }
        let verifier = identity.key.scheme.verifier(of: node)
        verifiers[node] = verifier
        return verifier
    }

    // MARK: - founding

    /// Founds a register with this laptop as its first member.
    public mutating func found(
        title: String, name: String, operatorName: String, _ moment: Moment,
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        guard membership == nil else { throw LaptopError.registerExists }
        self.moment = moment
        let random = (0..<16).map { _ in UInt8.random(in: 0...255, using: &chance) }
        let genesis = Genesis(
            founder: node, founderTLSKeyHash: identity.tlsKeyHash, random: random, title: title)
        enter(genesis, name: name, &output)
        let entry = memberEntry(
            node, identity.tlsKeyHash, name: name,
            proof: identity.key.signature(
                of: MemberEntry.enrolment(
                    register: genesis.register, node: node, tlsKeyHash: identity.tlsKeyHash,
                    bundleKey: [])))
        _ = try writeControl(ChangeKind.member, entry.encoded(), storage, &output)
        try addOwnOperator(operatorName, storage, &output)
    }

    mutating func enter(_ genesis: Genesis, name: String, _ output: inout Output) {
        self.name = name
        membership = Membership(genesis: genesis, scheme: identity.key.scheme)
        chain = Chain(register: genesis.register)
        heads = Heads(chain: chain)
        output.commit.append(.meta(Key.genesis, genesis.encoded()))
        // Whichever way it entered: a request that is still out is of no use any more.
        if pendingRequest != nil { output.commit.append(.meta(Key.request, nil)) }
        pendingRequest = nil
        output.commit.append(.meta(Key.name, Array(name.utf8)))
    }

    func memberEntry(
        _ node: NodeID, _ tlsKeyHash: [UInt8], name: String, proof: [UInt8]
    ) -> MemberEntry {
        MemberEntry(
            node: node, tlsKeyHash: tlsKeyHash, role: .administrator, bundleKey: [], name: name,
            proof: proof)
    }

    mutating func addOwnOperator(
        _ name: String, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        let dot = try writeControl(
            ChangeKind.operator, OperatorEntry(name: name).encoded(), storage, &output)
        var writer = ByteWriter()
        writer.u64(dot.rawValue)
        output.commit.append(.meta(Key.operatorDot, writer.bytes))
    }

    /// Enters a person who has an account on this laptop.
    public mutating func enterOperator(
        _ name: String, _ role: Role, _ moment: Moment, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws -> Dot {
        self.moment = moment
        return try writeControl(
            ChangeKind.operator, OperatorEntry(name: name, role: role).encoded(), storage, &output)
    }

    /// An operator of this name that this node entered, a new one if there is none.
    public mutating func operatorDot(
        named name: String, _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Dot {
        guard let membership else { throw LaptopError.noRegister }
        let known = membership.operators.filter {
            $0.value.name == name && heads[$0.key.replica].id.node == node
        }
        if let dot = known.keys.min(by: { heads.table.precedes($0, $1) }) { return dot }
        return try writeControl(
            ChangeKind.operator, OperatorEntry(name: name).encoded(), storage, &output)
    }
}
