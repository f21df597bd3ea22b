import RollcallCore
import RollcallStore
import Testing

@testable import RollcallTrust

/// Rows as they lie on disk: sealed, each in its place, each under the key that can be destroyed.
@Suite struct SealedDiskTests {
    private static let canary = Array("Kovalenko, born in May".utf8)
    private let store: RegisterStore
    private let epoch: EpochKey
    private let disk: SealedDisk<RegisterStore>

    init() throws {
        var chance = SystemRandomNumberGenerator()
        store = try RegisterStore.inMemory()
        epoch = EpochKey(number: 1, &chance)
        disk = try SealedDisk(store, epochs: [epoch], chance: chance)
    }

    private static let replica = ReplicaNumber(0)
    private static func dot(_ counter: UInt64) -> Dot { Dot(replica, counter) }
    private static func hash(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }

    private static func change(_ counter: UInt64, of record: UInt64) -> StoredChange {
        var change = Change(
            dot: dot(counter), kind: ChangeKind.edit, record: dot(record), operatorDot: nil,
            recordedAt: 5)
        change.append(FieldNumber(130), names: [], body: canary)
        return StoredChange(dot: dot(counter), hash: hash(7), content: change.stored())
    }

    private static func everything() throws -> [StoreWrite] {
        let node = try #require(NodeID(hash(3)))
        return [
            .change(change(1, of: 1)), .change(change(2, of: 2)), .change(change(3, of: 1)),
            .record(StoredRecord(dot: dot(1), state: canary), conflicts: 1),
            .record(StoredRecord(dot: dot(2), state: canary), conflicts: 0),
            .salts(replica: replica, block: 0, canary),
            .held(HeldRow(replica: replica, first: 9, last: 11, message: canary)),
            .peer(node, canary), .meta("name", canary),
        ]
    }

    @Test func `what was written is read again, here and by whoever opens it next`() throws {
        try disk.apply(try Self.everything())
        try disk.commit()
        let again = try SealedDisk(
            store, epochs: [epoch], chance: SystemRandomNumberGenerator())
        for disk in [disk, again] {
            #expect(try disk.change(Self.dot(3)) == Self.change(3, of: 1))
            #expect(
                try disk.changes(of: Self.replica, from: 1, through: 3, contentBytesMax: 9_999)
                    == [Self.change(1, of: 1), Self.change(2, of: 2), Self.change(3, of: 1)])
            #expect(try disk.record(Self.dot(1)) == Self.canary)
            #expect(
                try disk.records(after: nil, limit: 9).map(\.state) == [Self.canary, Self.canary])
            #expect(try disk.salts(of: Self.replica, block: 0) == Self.canary)
            let held = try #require(try disk.held(Self.dot(9)))
            #expect(held.message == Self.canary)
            #expect(try disk.heldRanges() == [HeldRange(held)])
            #expect(try disk.peers().map(\.state) == [Self.canary])
            #expect(try disk.meta("name") == Self.canary)
            #expect(try disk.recordsInConflict() == [Self.dot(1)])
        }
    }

    @Test func `rows are the same, however the work of sealing them is spread`() throws {
        let writes = (1...1_000).flatMap { (number: UInt64) -> [StoreWrite] in
            [
                .change(Self.change(number, of: number)),
                .record(StoredRecord(dot: Self.dot(number), state: Self.canary), conflicts: 0),
            ]
        }
        let inOrder = try rows(of: writes) { count, work in for index in 0..<count { work(index) } }
        let backwards = try rows(of: writes) { count, work in
            #expect(count > 2)
            for index in (0..<count).reversed() { work(index) }
        }
        #expect(inOrder.count == 3_000)
        #expect(inOrder == backwards)
        #expect(Set(inOrder).count == 3_000)
    }

    /// What lies on the disk below: keys, changes, records.
    private func rows(
        of writes: [StoreWrite], _ spread: @escaping Spreading
    ) throws -> [[UInt8]] {
        let store = try RegisterStore.inMemory()
        let disk = try SealedDisk(
            store, epochs: [epoch], chance: CountingChance(), spread: spread)
        try disk.apply(writes)
        try disk.commit()
        let changes = try store.changes(
            of: Self.replica, from: 1, through: 1_000, contentBytesMax: .max)
        return try store.keys().map(\.wrapped) + changes.map(\.content)
            + store.records(after: nil, limit: 1_000).map(\.state)
    }

    private struct CountingChance: KeyChance {
        var count: UInt64 = 0

        mutating func next() -> UInt64 {
            count += 1
            return count &* 0x9e37_79b9_7f4a_7c15
        }
    }

    @Test func `no row below says what was written`() throws {
        try disk.apply(try Self.everything())
        try disk.commit()
        var rows = try store.keys().map(\.wrapped)
        rows += try store.changes(
            of: Self.replica, from: 1, through: 3, contentBytesMax: 9_999
        ).map(\.content)
        rows += try store.records(after: nil, limit: 9).map(\.state)
        rows += try store.peers().map(\.state)
        rows.append(try #require(try store.salts(of: Self.replica, block: 0)))
        rows.append(try #require(try store.held(Self.dot(9))).message)
        rows.append(try #require(try store.meta("name")))
        #expect(rows.count == 12)
        for row in rows {
            #expect(!contains(row, Self.canary))
            #expect(!contains(row, Array("born".utf8)))
        }
    }

    @Test func `sizes say which multiple of 64 bytes, no more`() throws {
        for count in 1...63 {
            try disk.apply([.meta("a", [UInt8](repeating: 1, count: count))])
            #expect(try store.meta("a")?.count == 2 + 12 + 64 + 16)
            #expect(try disk.meta("a")?.count == count)
        }
        try disk.apply([.meta("a", [])])
        #expect(try disk.meta("a") == [])
    }

    @Test func `a row opens in its own place and as it was sealed, and nowhere else`() throws {
        try disk.apply(try Self.everything())
        try disk.commit()
        let first = try #require(try store.change(Self.dot(1)))
        try store.apply([
            .record(StoredRecord(dot: Self.dot(2), state: first.content), conflicts: 0)
        ])
        #expect(throws: SealError.broken) { try disk.record(Self.dot(2)) }
        let state = try #require(try store.record(Self.dot(1)))
        for index in state.indices {
            var damaged = state
            damaged[index] ^= 0x10
            try store.apply([
                .record(StoredRecord(dot: Self.dot(1), state: damaged), conflicts: 1)
            ])
            #expect(throws: (any Error).self) { try disk.record(Self.dot(1)) }
        }
    }

    // MARK: - keys

    @Test func `each record has a key of its own, and a destroyed one opens nothing`() throws {
        try disk.apply(try Self.everything())
        try disk.commit()
        #expect(
            try store.keys().map(\.name) == [.register, .record(Self.dot(1)), .record(Self.dot(2))])
        try disk.apply([.key(.record(Self.dot(1)), nil)])
        try disk.commit()
        #expect(throws: SealError.keyMissing) { try disk.record(Self.dot(1)) }
        #expect(throws: SealError.keyMissing) { try disk.change(Self.dot(3)) }
        #expect(try disk.record(Self.dot(2)) == Self.canary)
    }

    @Test func `a rollback takes keys back, made or destroyed`() throws {
        try disk.apply([.change(Self.change(1, of: 1))])
        try disk.commit()
        try disk.apply([.change(Self.change(2, of: 2)), .key(.record(Self.dot(1)), nil)])
        try disk.rollback()
        #expect(try disk.change(Self.dot(1)) == Self.change(1, of: 1))
        try disk.apply([.change(Self.change(2, of: 2))])
        try disk.commit()
        let again = try SealedDisk(
            store, epochs: [epoch], chance: SystemRandomNumberGenerator())
        #expect(try again.change(Self.dot(2)) == Self.change(2, of: 2))
    }

    @Test func `a write that is refused takes its keys back`() throws {
        try disk.apply([.change(Self.change(1, of: 1))])
        try disk.commit()
        #expect(throws: StoreError.changeExists(Self.dot(1))) {
            try disk.apply([.change(Self.change(2, of: 2)), .change(Self.change(1, of: 1))])
        }
        try disk.apply([.change(Self.change(2, of: 2))])
        try disk.commit()
        let again = try SealedDisk(
            store, epochs: [epoch], chance: SystemRandomNumberGenerator())
        #expect(try again.change(Self.dot(2)) == Self.change(2, of: 2))
    }

    // MARK: - epochs

    @Test func `after a rotation the old epoch opens nothing, and all is as it was`() throws {
        try disk.apply(try Self.everything())
        try disk.commit()
        let keys = try store.keys()
        var chance = SystemRandomNumberGenerator()
        let next = epoch.next(&chance)
        try disk.rotate(to: next)
        #expect(throws: SealError.keyMissing) {
            try SealedDisk(store, epochs: [epoch], chance: chance)
        }
        let again = try SealedDisk(store, epochs: [next], chance: chance)
        for disk in [disk, again] {
            #expect(try disk.change(Self.dot(3)) == Self.change(3, of: 1))
            #expect(try disk.salts(of: Self.replica, block: 0) == Self.canary)
            #expect(try disk.held(Self.dot(9))?.message == Self.canary)
        }
        // What an old page still holds.
        for (name, wrapped) in keys {
            #expect(throws: SealError.keyMissing) {
                try SealedRow.open(wrapped, at: .key(name)) { $0 == next.number ? next : nil }
            }
        }
    }

    @Test func `a rotation that a crash cut is done again with both keys`() throws {
        try disk.apply(try Self.everything())
        try disk.commit()
        var chance = SystemRandomNumberGenerator()
        let next = epoch.next(&chance)
        let before = try SealedDisk(store, epochs: [epoch, next], chance: chance)
        #expect(before.isRotating)
        try before.rotate(to: next)
        let after = try SealedDisk(store, epochs: [epoch, next], chance: chance)
        try after.rotate(to: next)
        #expect(!after.isRotating)
        #expect(try after.record(Self.dot(1)) == Self.canary)
    }
}

private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    guard bytes.count >= part.count else { return false }
    return (0...(bytes.count - part.count)).contains { bytes[$0...].starts(with: part) }
}
