/// A change as it lies on disk: its link of the chain, and its content (``Change/stored()``).
public struct StoredChange: Equatable, Sendable {
    public var dot: Dot
    /// h(counter), 32 bytes.
    public var hash: [UInt8]
    public var content: [UInt8]

    public init(dot: Dot, hash: [UInt8], content: [UInt8]) {
        self.dot = dot
        self.hash = hash
        self.content = content
    }
}

/// A head and its signature.
public struct SignedHead: Equatable, Sendable {
    public var dot: Dot
    public var hash: [UInt8]
    public var signature: [UInt8]

    public init(dot: Dot, hash: [UInt8], signature: [UInt8]) {
        self.dot = dot
        self.hash = hash
        self.signature = signature
    }
}

/// How far a replica is durable and decided here: the vector is the checkpoint.
public struct ReplicaRow: Equatable, Sendable {
    public var number: ReplicaNumber
    public var id: ReplicaID
    public var height: UInt64
    /// h(height), 32 bytes; h(0) for a replica that is only known by name.
    public var hash: [UInt8]
    /// Whether a later incarnation of the same node has listed it.
    public var isEnded: Bool

    public init(number: ReplicaNumber, id: ReplicaID, height: UInt64, hash: [UInt8], isEnded: Bool)
    {
        self.number = number
        self.id = id
        self.height = height
        self.hash = hash
        self.isEnded = isEnded
    }
}

/// Changes that are durable here and wait for what comes before them, or for their author's admission.
public struct HeldRow: Equatable, Sendable {
    public var replica: ReplicaNumber
    public var first: UInt64
    public var last: UInt64
    /// A changes message that defines its replicas itself (specification 7a), inflated.
    public var message: [UInt8]

    public init(replica: ReplicaNumber, first: UInt64, last: UInt64, message: [UInt8]) {
        self.replica = replica
        self.first = first
        self.last = last
        self.message = message
    }
}

/// Which changes a held row holds, and how many bytes its message has.
public struct HeldRange: Equatable, Sendable {
    public var replica: ReplicaNumber
    public var first: UInt64
    public var last: UInt64
    public var byteCount: Int

    public init(replica: ReplicaNumber, first: UInt64, last: UInt64, byteCount: Int) {
        self.replica = replica
        self.first = first
        self.last = last
        self.byteCount = byteCount
    }

    public init(_ row: HeldRow) {
        self.init(
            replica: row.replica, first: row.first, last: row.last, byteCount: row.message.count)
    }
}

public struct StoredRecord: Equatable, Sendable {
    public var dot: Dot
    /// ``RecordState/encoded()``.
    public var state: [UInt8]

    public init(dot: Dot, state: [UInt8]) {
        self.dot = dot
        self.state = state
    }
}

public struct StoreCounts: Equatable, Sendable {
    public var records: Int
    public var changes: Int
    /// Fields in conflict, over all records.
    public var conflicts: Int
    public var held: Int

    public init(records: Int, changes: Int, conflicts: Int, held: Int) {
        self.records = records
        self.changes = changes
        self.conflicts = conflicts
        self.held = held
    }
}

/// One thing to write.
///
/// What one output asks to write is written in one transaction.
public enum StoreWrite: Equatable, Sendable {
    /// Inserts a change; a dot that is there already is an error.
    case change(StoredChange)
    /// Replaces the content of a change that is there: its values were erased, or its key was.
    case rewrite(StoredChange)
    /// Removes a replica's last changes, which were written again under another name just before.
    case dropChanges(ReplicaNumber, above: UInt64)
    /// Inserts or replaces.
    case record(StoredRecord, conflicts: Int)
    /// Removes the state of a record of which no change counts any more; its changes stay.
    case dropRecord(Dot)
    case replica(ReplicaRow)
    case head(SignedHead)
    case dropHead(Dot)
    /// The salts that are needed for a block's prefix, replacing what was there.
    case salts(replica: ReplicaNumber, block: UInt64, [UInt8])
    case held(HeldRow)
    case dropHeld(replica: ReplicaNumber, first: UInt64)
    /// What is known of a peer, in a form of the sync module's own; nil removes it.
    case peer(NodeID, [UInt8]?)
    case meta(String, [UInt8]?)
    /// Inserts or replaces the wrapped key of a record; nil destroys what was sealed under it.
    case key(KeyName, [UInt8]?)
}

/// What a key of the storage is for: one record, or the register's own rows.
public enum KeyName: Hashable, Sendable {
    case register
    /// By the dot of the change that created it.
    case record(Dot)

    /// 0 for the register, which is no dot's.
    public var rawValue: UInt64 {
        switch self {
        case .register: 0
        case .record(let dot): dot.rawValue
        }
    }

    public init(rawValue: UInt64) {
        self = Dot(rawValue: rawValue).map(Self.record) ?? .register
    }
}

/// The one door through which the pure modules read what is on disk.
///
/// Reads see all that was written before, committed or not: the driver writes an output before it hands
/// in the next event, and commits before it sends.
public protocol RegisterStorage {
    func meta(_ key: String) throws -> [UInt8]?
    func replicas() throws -> [ReplicaRow]
    func peers() throws -> [(node: NodeID, state: [UInt8])]
    func change(_ dot: Dot) throws -> StoredChange?
    /// Changes of one replica in order, from a counter, until a counter or until so many bytes of content
    /// are exceeded; at least one if there is one.
    func changes(
        of replica: ReplicaNumber, from first: UInt64, through last: UInt64, contentBytesMax: Int
    ) throws -> [StoredChange]
    func record(_ dot: Dot) throws -> [UInt8]?
    /// Records in order of their dots' raw values, after one, at most so many.
    func records(after dot: Dot?, limit: Int) throws -> [StoredRecord]
    /// The records that have fields in conflict, in order of their dots' raw values.
    func recordsInConflict() throws -> [Dot]
    /// Signed heads of a replica with counters at or after `first`, ascending, at most `limit`.
    func heads(of replica: ReplicaNumber, from first: UInt64, limit: Int) throws -> [SignedHead]
    /// The last `limit` signed heads with counters before or at `last`, descending.
    func heads(of replica: ReplicaNumber, before last: UInt64, limit: Int) throws -> [SignedHead]
    func salts(of replica: ReplicaNumber, block: UInt64) throws -> [UInt8]?
    /// Held runs in the order of their replicas' numbers, then of their first counters.
    func heldRanges() throws -> [HeldRange]
    /// The held run that begins at a dot.
    func held(_ dot: Dot) throws -> HeldRow?
    func counts() throws -> StoreCounts
}

/// A register's disk: the door, and what a driver writes through it on a laptop's word.
///
/// What several calls of `apply` write becomes durable with one `commit`; a call that throws has rolled all of it back.
public protocol RegisterDisk: RegisterStorage {
    var isTransactionOpen: Bool { get }
    func apply(_ writes: [StoreWrite]) throws
    func commit() throws
    func rollback() throws
    /// Whether an error that a write threw says only that there was no room.
    func isFull(_ error: any Error) -> Bool
}

/// A disk on which rows can lie sealed: it keeps wrapped keys, and can rewrite what an epoch's key covers.
public protocol SealableDisk: RegisterDisk {
    /// All wrapped keys, in order of their names' raw values.
    func keys() throws -> [(name: KeyName, wrapped: [UInt8])]
    /// Hands every wrapped key, block of salts and held run to a closure and keeps what it gives back, in the open transaction.
    func rewriteUnderEpoch(_ body: (EpochRow, [UInt8]) throws -> [UInt8]) throws
}

/// A row that is sealed under an epoch's key itself.
public enum EpochRow: Equatable, Sendable {
    case key(KeyName)
    case salts(replica: ReplicaNumber, block: UInt64)
    case held(Dot)
}
