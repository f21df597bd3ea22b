import RollcallCore

/// Chance of which keys are made, many at a time.
public protocol KeyChance: RandomNumberGenerator, Sendable {
    mutating func bytes(_ count: Int) -> [UInt8]
}

extension KeyChance {
    public mutating func bytes(_ count: Int) -> [UInt8] { randomBytes(count, &self) }
}

extension SystemRandomNumberGenerator: KeyChance {}

/// One write on its way to the disk below: what it says, and what will seal it.
///
/// Keys and nonces are given out in the order of the writes. With them, each can be sealed by itself, on any thread, and the
/// rows and their order are the same.
struct UnsealedWrite: Sendable {
    enum Seal: Sendable {
        case none
        case key(KeyName, SealingKey, SealingKey.Nonce)
        case epoch(EpochKey, SealingKey.Nonce)
    }

    var write: StoreWrite
    var seal: Seal

    func sealed(_ sealer: inout SealedRow.Sealer) throws -> StoreWrite {
        switch write {
        case .change(var change):
            change.content = try row(change.content, at: .change(change.dot), &sealer)
            return .change(change)
        case .rewrite(var change):
            change.content = try row(change.content, at: .change(change.dot), &sealer)
            return .rewrite(change)
        case .record(var record, let conflicts):
            record.state = try row(record.state, at: .record(record.dot), &sealer)
            return .record(record, conflicts: conflicts)
        case .salts(let replica, let block, let salts):
            let row = try row(salts, at: .salts(replica, block), &sealer)
            return .salts(replica: replica, block: block, row)
        case .held(var held):
            held.message = try row(held.message, at: .held(Dot(held.replica, held.first)), &sealer)
            return .held(held)
        case .peer(let node, let state?):
            return .peer(node, try row(state, at: .peer(node), &sealer))
        case .meta(let key, let value?):
            return .meta(key, try row(value, at: .meta(key), &sealer))
        case .key(let name, let bytes?):
            return .key(name, try row(bytes, at: .key(name), &sealer))
        case .dropChanges, .dropRecord, .replica, .head, .dropHead, .dropHeld, .peer, .meta, .key:
            return write
        }
    }

    private func row(
        _ bytes: [UInt8], at place: SealedRow.Place, _ sealer: inout SealedRow.Sealer
    ) throws -> [UInt8] {
        switch seal {
        case .none: throw SealError.unknownSeal
        case .key(let name, let key, let nonce):
            try sealer.seal(bytes, at: place, under: name, key, nonce)
        case .epoch(let epoch, let nonce):
            try sealer.seal(bytes, at: place, under: epoch, nonce)
        }
    }
}

extension [UnsealedWrite] {
    /// So many are sealed in one go: enough that handing them out costs nothing beside it.
    private static var writesPerPiece: Int { 256 }

    func sealed(_ spread: Spreading) throws -> [StoreWrite] {
        try gather(count, inPiecesOf: Self.writesPerPiece, spread) { range in
            var sealer = SealedRow.Sealer()
            return try range.map { try self[$0].sealed(&sealer) }
        }
    }
}

/// The keys of records and of the register, with what the open transaction changed of them.
struct RecordKeys: Sendable {
    /// By the raw value of a key's name, which is hashed in one step.
    private var keys: [UInt64: SealingKey] = [:]
    /// Keys of the open transaction: a rollback takes them back.
    private var new: [UInt64] = []
    private var dropped: [UInt64: SealingKey] = [:]

    subscript(name: KeyName) -> SealingKey? {
        get { keys[name.rawValue] }
        set { keys[name.rawValue] = newValue }
    }

    mutating func add(_ name: KeyName, _ key: SealingKey) {
        keys[name.rawValue] = key
        new.append(name.rawValue)
    }

    /// False where there is none.
    mutating func drop(_ name: KeyName) -> Bool {
        guard let key = keys.removeValue(forKey: name.rawValue) else { return false }
        dropped[name.rawValue] = key
        return true
    }

    mutating func keep() {
        new = []
        dropped = [:]
    }

    mutating func takeBack() {
        for name in new { keys[name] = nil }
        for (name, key) in dropped { keys[name] = key }
        keep()
    }
}

/// Gives keys and nonces to the writes of one batch, in their order.
///
/// Both are drawn anew for each batch, and what is left over is dropped with it: the copy of a running machine must not seal
/// other rows under the same.
struct BatchPlan {
    private(set) var planned: [UnsealedWrite] = []
    /// Whether a key is destroyed.
    private(set) var destroysKey = false
    private let epoch: EpochKey
    private var nonces: SealingKey.Nonces
    private var drawn: ArraySlice<UInt8> = []
    private var writesLeft: Int
    private static let keysPerDrawMax = 128

    init(_ writeCount: Int, under epoch: EpochKey, _ chance: inout any KeyChance) {
        self.epoch = epoch
        nonces = SealingKey.Nonces(&chance)
        writesLeft = writeCount
        planned.reserveCapacity(writeCount + 8)
    }

    mutating func add(
        _ write: StoreWrite, _ keys: inout RecordKeys, _ chance: inout any KeyChance
    ) throws {
        defer { writesLeft -= 1 }
        switch write {
        case .change(let change), .rewrite(let change):
            add(write, under: try Change.keyName(ofStored: change.content), &keys, &chance)
        case .record(let record, _): add(write, under: .record(record.dot), &keys, &chance)
        case .salts, .held: planned.append(.init(write: write, seal: .epoch(epoch, nonces.next())))
        case .peer(_, .some), .meta(_, .some): add(write, under: .register, &keys, &chance)
        case .key(let name, nil):
            guard keys.drop(name) else { return }
            planned.append(.init(write: write, seal: .none))
            destroysKey = true
        case .key(_, .some): throw SealError.unknownSeal
        case .dropChanges, .dropRecord, .replica, .head, .dropHead, .dropHeld, .peer, .meta:
            planned.append(.init(write: write, seal: .none))
        }
    }

    private mutating func add(
        _ write: StoreWrite, under name: KeyName, _ keys: inout RecordKeys,
        _ chance: inout any KeyChance
    ) {
        let key = keys[name] ?? makeKey(name, &keys, &chance)
        planned.append(.init(write: write, seal: .key(name, key, nonces.next())))
    }

    private mutating func makeKey(
        _ name: KeyName, _ keys: inout RecordKeys, _ chance: inout any KeyChance
    ) -> SealingKey {
        if drawn.isEmpty {
            // For a roster, a call of the system for each would be a tenth of its sealing.
            let keyCount = min(max(writesLeft, 1), Self.keysPerDrawMax)
            drawn = chance.bytes(keyCount * SealingKey.byteCount)[...]
        }
        let bytes = drawn.prefix(SealingKey.byteCount)
        drawn = drawn.dropFirst(SealingKey.byteCount)
        let key = SealingKey(bytes)
        planned.append(
            .init(write: .key(name, Array(bytes)), seal: .epoch(epoch, nonces.next())))
        keys.add(name, key)
        return key
    }
}
