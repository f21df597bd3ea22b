import RollcallCore
import RollcallStore
import Testing

@testable import RollcallSimulation

/// The model of a disk and the real store, held to the same.
@Suite struct DiskTests {
    enum Kind: CaseIterable { case model, sqlite }

    static func disk(_ kind: Kind) throws -> any SimulatedDisk {
        switch kind {
        case .model: ModelDisk()
        case .sqlite: try SQLiteDisk(seed: 1)
        }
    }

    static let replica = ReplicaNumber(0)

    static func change(_ counter: UInt64, byteCount: Int = 3) -> StoreWrite {
        .change(
            StoredChange(
                dot: Dot(replica, counter),
                hash: [UInt8](repeating: UInt8(counter & 255), count: 32),
                content: [UInt8](repeating: 7, count: byteCount)))
    }

    @Test(arguments: Kind.allCases)
    func `what is rolled back is gone, what is committed stays`(_ kind: Kind) throws {
        let disk = try Self.disk(kind)
        try disk.apply([Self.change(1), .meta("key", [1])])
        try disk.commit()
        try disk.apply([Self.change(2), .meta("key", [2])])
        #expect(try disk.change(Dot(Self.replica, 2)) != nil)
        try disk.rollback()
        #expect(try disk.change(Dot(Self.replica, 2)) == nil)
        #expect(try disk.meta("key") == [1])
        #expect(try disk.counts().changes == 1)
    }

    @Test(arguments: Kind.allCases)
    func `a copy holds what is committed and nothing else`(_ kind: Kind) throws {
        let disk = try Self.disk(kind)
        try disk.apply([Self.change(1)])
        try disk.commit()
        try disk.apply([Self.change(2)])
        let copy = try disk.copy()
        #expect(try copy.counts().changes == 1)
        try copy.apply([Self.change(2)])
        try copy.commit()
        #expect(try disk.change(Dot(Self.replica, 2)) == nil)
    }

    @Test(arguments: Kind.allCases)
    func `a change that is there is an error, and takes its transaction back`(_ kind: Kind) throws {
        let disk = try Self.disk(kind)
        try disk.apply([Self.change(1)])
        try disk.commit()
        #expect(throws: StoreError.changeExists(Dot(Self.replica, 1))) {
            try disk.apply([.meta("key", [1]), Self.change(1)])
        }
        #expect(!disk.isTransactionOpen)
        #expect(try disk.meta("key") == nil)
    }

    @Test(arguments: Kind.allCases)
    func `after a failed write all writes are refused until it is opened again`(_ kind: Kind) throws
    {
        let disk = try Self.disk(kind)
        try disk.apply([Self.change(1)])
        disk.faults.writesUntilFailure = 1
        #expect(throws: StoreError.self) { try disk.commit() }
        #expect(try disk.counts().changes == 0)
        #expect(throws: StoreError.self) { try disk.apply([Self.change(1)]) }
        try disk.reopen()
        try disk.apply([Self.change(1)])
        try disk.commit()
        #expect(try disk.counts().changes == 1)
    }

    @Test(arguments: Kind.allCases)
    func `a full disk refuses, and takes writes again when there is room`(_ kind: Kind) throws {
        let disk = try Self.disk(kind)
        disk.faults.isFull = true
        // The real store meets it when pages leave its memory, at the latest at the commit.
        #expect(throws: StoreError.diskFull) {
            try disk.apply([Self.change(1)])
            try disk.commit()
        }
        disk.faults.isFull = false
        try disk.apply([Self.change(1)])
        try disk.commit()
        #expect(try disk.counts().changes == 1)
    }

    @Test(arguments: UInt64(1)...40)
    func `random writes read the same from both`(_ seed: UInt64) throws {
        var chance = Chance(seed: seed)
        let disks = try Kind.allCases.map { try Self.disk($0) }
        var heights: [UInt64] = [0, 0, 0]
        var committed = heights
        for _ in 0..<120 {
            let writes = try Self.writes(&chance, &heights)
            for disk in disks { try disk.apply(writes) }
            switch chance.below(5) {
            case 0:
                for disk in disks { try disk.rollback() }
                heights = committed
            case 1, 2:
                for disk in disks { try disk.commit() }
                committed = heights
            default: break
            }
            for disk in disks.dropFirst() { try Self.compare(disks[0], disk, heights) }
        }
    }

    private static func node(_ index: Int) throws -> NodeID {
        try #require(NodeID([UInt8](repeating: UInt8(index + 1), count: 32)))
    }

    private static func writes(
        _ chance: inout Chance, _ heights: inout [UInt64]
    ) throws -> [StoreWrite] {
        let number = chance.below(heights.count)
        let replica = ReplicaNumber(UInt32(number))
        var rows = try (0..<3).map { index throws in
            StoreWrite.replica(
                ReplicaRow(
                    number: ReplicaNumber(UInt32(index)),
                    id: ReplicaID(
                        node: try node(index),
                        lane: .data,
                        incarnation: 1),
                    height: heights[index], hash: [UInt8](repeating: 0, count: 32), isEnded: false))
        }
        heights[number] += 1
        let dot = Dot(replica, heights[number])
        let any = Dot(replica, UInt64(chance.between(1, Int(heights[number]))))
        rows.append(
            .change(
                StoredChange(
                    dot: dot, hash: [UInt8](repeating: UInt8(chance.below(256)), count: 32),
                    content: [UInt8](repeating: 1, count: chance.between(0, 40)))))
        rows.append(
            .record(
                StoredRecord(dot: any, state: [UInt8(chance.below(256))]),
                conflicts: chance.below(3)))
        rows.append(
            .head(
                SignedHead(
                    dot: any, hash: [UInt8](repeating: 2, count: 32),
                    signature: [UInt8](repeating: UInt8(chance.below(256)), count: 64))))
        if chance.percent(30) { rows.append(.dropHead(any)) }
        rows.append(
            .salts(replica: replica, block: UInt64(chance.below(3)), [UInt8(chance.below(256))]))
        let last = any.counter + UInt64(chance.below(9))
        rows.append(.held(HeldRow(replica: replica, first: any.counter, last: last, message: [3])))
        if chance.percent(60) { rows.append(.dropHeld(replica: replica, first: any.counter)) }
        rows.append(
            .meta("key \(chance.below(3))", chance.percent(30) ? nil : [UInt8(chance.below(256))]))
        return rows
    }

    private static func compare(
        _ left: any SimulatedDisk, _ right: any SimulatedDisk, _ heights: [UInt64]
    ) throws {
        #expect(try left.counts() == right.counts())
        #expect(try left.replicas() == right.replicas())
        #expect(try left.heldRanges() == right.heldRanges())
        #expect(
            try left.records(after: nil, limit: 1_000) == right.records(after: nil, limit: 1_000))
        #expect(try left.recordsInConflict() == right.recordsInConflict())
        for key in 0..<3 { #expect(try left.meta("key \(key)") == right.meta("key \(key)")) }
        for index in heights.indices {
            let replica = ReplicaNumber(UInt32(index))
            for limit in [50, Int.max] {
                let read = { (disk: any SimulatedDisk) in
                    try disk.changes(
                        of: replica, from: 1, through: .max >> 24, contentBytesMax: limit)
                }
                #expect(try read(left) == read(right))
            }
            #expect(
                try left.heads(of: replica, from: 3, limit: 4)
                    == right.heads(of: replica, from: 3, limit: 4))
            #expect(
                try left.heads(of: replica, before: 9, limit: 4)
                    == right.heads(of: replica, before: 9, limit: 4))
            for block in UInt64(0)..<3 {
                #expect(
                    try left.salts(of: replica, block: block)
                        == right.salts(of: replica, block: block))
            }
        }
    }
}
