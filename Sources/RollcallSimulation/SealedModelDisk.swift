import RollcallCore
import RollcallStore
public import RollcallTrust

extension Chance: KeyChance {}

/// The model of a disk with every row sealed, as the daemon has it: keys are made, destroyed and rotated.
///
/// The file of keys is a model, too: what is written to it is there.
final class SealedModelDisk: SimulatedDisk {
    private let below: ModelDisk
    private var epochs: [EpochKey]
    private var chance: Chance
    private var sealed: SealedDisk<ModelDisk>

    convenience init(seed: UInt64) throws {
        var chance = Chance(seed: seed, for: 78)
        try self.init(ModelDisk(), [EpochKey(number: 1, &chance)], chance)
    }

    private init(_ below: ModelDisk, _ epochs: [EpochKey], _ chance: Chance) throws {
        self.below = below
        self.epochs = epochs
        self.chance = chance
        sealed = try SealedDisk(below, epochs: epochs, chance: chance)
    }

    var failure: StoreError? { below.failure }
    var faults: DiskFaults {
        get { below.faults }
        set { below.faults = newValue }
    }

    func copy() throws -> any SimulatedDisk {
        try sealed.rollback()
        guard let copy = try below.copy() as? ModelDisk else { throw StoreError.damaged }
        return try SealedModelDisk(copy, epochs, chance)
    }

    func reopen() throws {
        try below.reopen()
        sealed = try SealedDisk(below, epochs: epochs, chance: drawn())
        rotate()
    }

    func rot(_ pick: UInt64) -> Bool { below.rot(pick) }

    private func drawn() -> Chance {
        Chance(seed: chance.next(), for: 79)
    }

    // MARK: - transactions

    var isTransactionOpen: Bool { sealed.isTransactionOpen }
    func apply(_ writes: [StoreWrite]) throws { try sealed.apply(writes) }
    func rollback() throws { try sealed.rollback() }

    func commit() throws {
        try sealed.commit()
        rotate()
    }

    /// As the daemon does after an erasure; what fails is done at the next commit or start.
    private func rotate() {
        guard sealed.mustRotate || sealed.isRotating, below.failure == nil,
            !sealed.isTransactionOpen
        else { return }
        if !sealed.isRotating, let last = epochs.last { epochs.append(last.next(&chance)) }
        guard let newest = epochs.last, (try? sealed.rotate(to: newest)) != nil else { return }
        epochs = [newest]
    }

    // MARK: - reading

    func meta(_ key: String) throws -> [UInt8]? { try sealed.meta(key) }
    func replicas() throws -> [ReplicaRow] { try sealed.replicas() }
    func peers() throws -> [(node: NodeID, state: [UInt8])] { try sealed.peers() }
    func change(_ dot: Dot) throws -> StoredChange? { try sealed.change(dot) }
    func changes(
        of replica: ReplicaNumber, from first: UInt64, through last: UInt64, contentBytesMax: Int
    ) throws -> [StoredChange] {
        try sealed.changes(
            of: replica, from: first, through: last, contentBytesMax: contentBytesMax)
    }
    func record(_ dot: Dot) throws -> [UInt8]? { try sealed.record(dot) }
    func records(after dot: Dot?, limit: Int) throws -> [StoredRecord] {
        try sealed.records(after: dot, limit: limit)
    }
    func recordsInConflict() throws -> [Dot] { try sealed.recordsInConflict() }
    func heads(
        of replica: ReplicaNumber, from first: UInt64, limit: Int
    ) throws -> [SignedHead] {
        try sealed.heads(of: replica, from: first, limit: limit)
    }
    func heads(
        of replica: ReplicaNumber, before last: UInt64, limit: Int
    ) throws -> [SignedHead] {
        try sealed.heads(of: replica, before: last, limit: limit)
    }
    func salts(of replica: ReplicaNumber, block: UInt64) throws -> [UInt8]? {
        try sealed.salts(of: replica, block: block)
    }
    func heldRanges() throws -> [HeldRange] { try sealed.heldRanges() }
    func held(_ dot: Dot) throws -> HeldRow? { try sealed.held(dot) }
    func counts() throws -> StoreCounts { try sealed.counts() }
}
