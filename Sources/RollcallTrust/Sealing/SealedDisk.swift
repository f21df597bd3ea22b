public import RollcallCore

/// A register's disk on which every row that says something lies sealed.
///
/// Changes and states of a record are under the record's own key, which is destroyed when the record is erased; what
/// describes the register is under a key of its own. These keys, salts and held runs are under the epoch's key, which is
/// replaced at each erasure: what the disk still keeps of old pages then opens with nothing. In clear: dots, heights,
/// hashes, signatures, counts, padded sizes.
public final class SealedDisk<Disk: SealableDisk>: RegisterDisk {
    public let disk: Disk
    private(set) var epochs: [UInt32: EpochKey]
    private var epoch: EpochKey
    private var keys = RecordKeys()
    private var chance: any KeyChance
    private let spread: Spreading

    /// - Parameters:
    ///   - epochs: All that rows may be under, the newest last.
    ///   - spread: How the rows of a large batch are handed out to be sealed; one after the other, unless told otherwise.
    public init(
        _ disk: Disk, epochs: [EpochKey], chance: any KeyChance,
        spread: @escaping Spreading = oneAfterTheOther
    ) throws {
        guard let last = epochs.last else { throw SealError.keyMissing }
        self.disk = disk
        self.chance = chance
        self.spread = spread
        epoch = last
        self.epochs = Dictionary(uniqueKeysWithValues: epochs.map { ($0.number, $0) })
        for (name, wrapped) in try disk.keys() {
            keys[name] = SealingKey(try open(wrapped, at: .key(name)))
        }
        mustRotate = try meta(Self.rotationMark) != nil
    }

    /// Whether a key was destroyed whose wrapped form old pages may still hold: see ``rotate(to:)``.
    public private(set) var mustRotate = false
    private static var rotationMark: String { "rotation" }

    // MARK: - writing

    public var isTransactionOpen: Bool { disk.isTransactionOpen }
    public func isFull(_ error: any Error) -> Bool { disk.isFull(error) }

    public func apply(_ writes: [StoreWrite]) throws {
        do {
            try disk.apply(try plan(writes).sealed(spread))
        } catch {
            // The disk has rolled back; if it was the sealing that failed, it does so now.
            if disk.isTransactionOpen { try? disk.rollback() }
            keys.takeBack()
            throw error
        }
    }

    private func plan(_ writes: [StoreWrite]) throws -> [UnsealedWrite] {
        var plan = BatchPlan(writes.count, under: epoch, &chance)
        for write in writes { try plan.add(write, &keys, &chance) }
        if plan.destroysKey {
            // Kept with the rest, so that whoever starts after a crash knows.
            mustRotate = true
            try plan.add(.meta(Self.rotationMark, [1]), &keys, &chance)
        }
        return plan.planned
    }

    public func commit() throws {
        do {
            try disk.commit()
            keys.keep()
        } catch {
            keys.takeBack()
            throw error
        }
    }

    public func rollback() throws {
        keys.takeBack()
        try disk.rollback()
    }

    // MARK: - epochs

    /// Whether rows may still lie under an epoch's key that is to go.
    public var isRotating: Bool { epochs.count > 1 }

    /// Brings all that lies under an epoch's key under a new one, in one transaction.
    ///
    /// The new key must be kept before, beside the old one, and the old one destroyed after: whoever stops in between has
    /// both, and begins again.
    public func rotate(to next: EpochKey) throws {
        epochs[next.number] = next
        var nonces = SealingKey.Nonces(&chance)
        var sealer = SealedRow.Sealer()
        let before = epoch
        epoch = next
        do {
            try disk.rewriteUnderEpoch { row, wrapped in
                let place = SealedRow.Place(row)
                return try sealer.seal(
                    try open(wrapped, at: place), at: place, under: next, nonces.next())
            }
            try disk.apply([.meta(Self.rotationMark, nil)])
            try disk.commit()
            mustRotate = false
        } catch {
            epoch = before
            if disk.isTransactionOpen { try? disk.rollback() }
            throw error
        }
        epochs = [next.number: next]
    }

    // MARK: - reading

    private func open(_ sealed: [UInt8], at place: SealedRow.Place) throws -> [UInt8] {
        try SealedRow.open(sealed, at: place, keys, epochs)
    }

    public func meta(_ key: String) throws -> [UInt8]? {
        try disk.meta(key).map { try open($0, at: .meta(key)) }
    }

    public func replicas() throws -> [ReplicaRow] { try disk.replicas() }

    public func peers() throws -> [(node: NodeID, state: [UInt8])] {
        try disk.peers().map { ($0.node, try open($0.state, at: .peer($0.node))) }
    }

    public func change(_ dot: Dot) throws -> StoredChange? {
        try disk.change(dot).map { try $0.opened(keys, epochs) }
    }

    public func changes(
        of replica: ReplicaNumber, from first: UInt64, through last: UInt64, contentBytesMax: Int
    ) throws -> [StoredChange] {
        let sealed = try disk.changes(
            of: replica, from: first, through: last, contentBytesMax: contentBytesMax)
        let (keys, epochs) = (keys, epochs)
        return try gather(sealed.count, inPiecesOf: Self.rowsPerPiece, spread) { range in
            try range.map { try sealed[$0].opened(keys, epochs) }
        }
    }

    /// So many are opened in one go.
    private static var rowsPerPiece: Int { 256 }

    public func record(_ dot: Dot) throws -> [UInt8]? {
        try disk.record(dot).map { try open($0, at: .record(dot)) }
    }

    public func records(after dot: Dot?, limit: Int) throws -> [StoredRecord] {
        try disk.records(after: dot, limit: limit).map { record in
            StoredRecord(
                dot: record.dot, state: try open(record.state, at: .record(record.dot)))
        }
    }

    public func recordsInConflict() throws -> [Dot] { try disk.recordsInConflict() }

    public func heads(
        of replica: ReplicaNumber, from first: UInt64, limit: Int
    ) throws -> [SignedHead] {
        try disk.heads(of: replica, from: first, limit: limit)
    }

    public func heads(
        of replica: ReplicaNumber, before last: UInt64, limit: Int
    ) throws -> [SignedHead] {
        try disk.heads(of: replica, before: last, limit: limit)
    }

    public func salts(of replica: ReplicaNumber, block: UInt64) throws -> [UInt8]? {
        try disk.salts(of: replica, block: block).map { try open($0, at: .salts(replica, block)) }
    }

    public func heldRanges() throws -> [HeldRange] {
        try disk.heldRanges().map { range in
            var range = range
            range.byteCount -= SealedRow.epochOverhead
            return range
        }
    }

    public func held(_ dot: Dot) throws -> HeldRow? {
        try disk.held(dot).map { row in
            var row = row
            row.message = try open(row.message, at: .held(dot))
            return row
        }
    }

    public func counts() throws -> StoreCounts { try disk.counts() }
}

extension StoredChange {
    fileprivate func opened(
        _ keys: RecordKeys, _ epochs: [UInt32: EpochKey]
    ) throws -> StoredChange {
        var change = self
        change.content = try SealedRow.open(content, at: .change(dot), keys, epochs)
        return change
    }
}

extension SealedRow {
    fileprivate static func open(
        _ sealed: [UInt8], at place: Place, _ keys: RecordKeys, _ epochs: [UInt32: EpochKey]
    ) throws -> [UInt8] {
        sealed.first == byEpoch
            ? try open(sealed, at: place) { epochs[$0] } : try open(sealed, at: place) { keys[$0] }
    }
}

extension SealedRow.Place {
    init(_ row: EpochRow) {
        switch row {
        case .key(let name): self = .key(name)
        case .salts(let replica, let block): self = .salts(replica, block)
        case .held(let dot): self = .held(dot)
        }
    }
}
