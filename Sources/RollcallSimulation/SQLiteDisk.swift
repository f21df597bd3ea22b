import GRDBSQLite
import RollcallCore
import RollcallStore

/// The real store on virtual files: crashes, power and faults reach it as they reach SQLite.
final class SQLiteDisk: SimulatedDisk {
    private var virtual: VirtualFiles
    private var store: RegisterStore
    private var chance: Chance
    /// Whether power was lost since the last start.
    private var isPowerLost = false

    convenience init(seed: UInt64) throws {
        try self.init(VirtualFiles(), Chance(seed: seed, for: 77))
    }

    private init(_ virtual: VirtualFiles, _ chance: Chance) throws {
        self.virtual = virtual
        self.chance = chance
        store = try RegisterStore(simulated: virtual.uri)
    }

    var isTransactionOpen: Bool { store.isTransactionOpen }
    var failure: StoreError? { store.failure }
    var faults: DiskFaults {
        get { virtual.faults }
        set { virtual.faults = newValue }
    }

    func copy() throws -> any SimulatedDisk {
        try store.rollback()
        return try SQLiteDisk(virtual.copy(), chance)
    }

    func stop(isPowerLoss: Bool) { isPowerLost = isPowerLost || isPowerLoss }

    /// Nothing that the dead process still holds counts; what is found is what was written, or with a loss of power what a
    /// disk may have kept of it.
    func reopen() throws {
        virtual.isFrozen = true
        try? store.close()
        virtual.isFrozen = false
        virtual.faults.clear()
        if isPowerLost { virtual.losePower(&chance) }
        isPowerLost = false
        store = try RegisterStore(simulated: virtual.uri)
    }

    /// A bit of the file flips, wherever it is; SQLite may still hold the page.
    func rot(_ pick: UInt64) -> Bool { virtual.rot(pick) }

    func apply(_ writes: [StoreWrite]) throws { try store.apply(writes) }
    func commit() throws {
        try store.commit()
        store.shortenLog()
    }
    func rollback() throws { try store.rollback() }

    private func read<Value>(_ body: () throws -> Value) throws -> Value {
        try virtual.faults.strikeReading()
        return try body()
    }

    func meta(_ key: String) throws -> [UInt8]? { try read { try store.meta(key) } }
    func replicas() throws -> [ReplicaRow] { try read { try store.replicas() } }
    func peers() throws -> [(node: NodeID, state: [UInt8])] { try read { try store.peers() } }
    func change(_ dot: Dot) throws -> StoredChange? { try read { try store.change(dot) } }
    func changes(
        of replica: ReplicaNumber, from first: UInt64, through last: UInt64, contentBytesMax: Int
    ) throws -> [StoredChange] {
        try read {
            try store.changes(
                of: replica, from: first, through: last, contentBytesMax: contentBytesMax)
        }
    }
    func record(_ dot: Dot) throws -> [UInt8]? { try read { try store.record(dot) } }
    func records(after dot: Dot?, limit: Int) throws -> [StoredRecord] {
        try read { try store.records(after: dot, limit: limit) }
    }
    func recordsInConflict() throws -> [Dot] { try read { try store.recordsInConflict() } }
    func heads(
        of replica: ReplicaNumber, from first: UInt64, limit: Int
    ) throws -> [SignedHead] {
        try read { try store.heads(of: replica, from: first, limit: limit) }
    }
    func heads(
        of replica: ReplicaNumber, before last: UInt64, limit: Int
    ) throws -> [SignedHead] {
        try read { try store.heads(of: replica, before: last, limit: limit) }
    }
    func salts(of replica: ReplicaNumber, block: UInt64) throws -> [UInt8]? {
        try read { try store.salts(of: replica, block: block) }
    }
    func heldRanges() throws -> [HeldRange] { try read { try store.heldRanges() } }
    func held(_ dot: Dot) throws -> HeldRow? { try read { try store.held(dot) } }
    func counts() throws -> StoreCounts { try store.counts() }
}
