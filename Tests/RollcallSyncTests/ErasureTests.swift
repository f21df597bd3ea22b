import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// What is erased is gone on every laptop, comes back from nowhere, and leaves the chain as it was.
@Suite struct ErasureTests {
    private let surname = Fields.surname
    private let canary = "Canaryenko"

    private func team(seed: UInt64 = 70) throws -> World {
        try World.team(["north gate", "table 1", "table 2"], seed: seed)
    }

    private func erase(_ world: World, _ index: Int, _ records: [GlobalDot]) throws {
        let dots = try records.map { try world.known(index, $0) }
        try world.act(index) { laptop, store, output in
            _ = try laptop.erase(dots, reason: "asked", world.moment, store, &output)
        }
    }

    /// Whether some bytes stand in any row of a laptop's disk.
    private func holds(_ world: World, _ index: Int, _ text: String) throws -> Bool {
        let store = world.laptops[index].store
        var rows: [[UInt8]] = []
        for replica in try store.replicas() {
            rows += try store.changes(
                of: replica.number, from: 1, through: Dot.counterMax, contentBytesMax: .max
            ).map(\.content)
        }
        rows += try store.records(after: nil, limit: .max).map(\.state)
        rows += try store.heldRanges().compactMap {
            try store.held(Dot($0.replica, $0.first))?.message
        }
        return rows.contains { contains($0, Array(text.utf8)) }
    }

    private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard bytes.count >= part.count else { return false }
        return (0...(bytes.count - part.count)).contains { bytes[$0...].starts(with: part) }
    }

    /// The salt of a change, if it follows from what is on the disk.
    private func leaf(_ world: World, _ index: Int, _ name: GlobalDot) throws -> [UInt8]? {
        let dot = try world.known(index, name)
        let block = (dot.counter - 1) / Limits.changesPerBlock
        guard let stored = try world.laptops[index].store.salts(of: dot.replica, block: block)
        else { return nil }
        return try SaltTree(encoded: stored).leaf(dot.counter)
    }

    @Test func `an erased person is gone on every laptop, and the others are not`() throws {
        let world = try team()
        try world.plug(0, 1)
        let record = try world.add(0, surname, canary)
        let edit = try world.set(1, record, Fields.note, "of \(canary)")
        let other = try world.add(0, surname, "Bondar")
        try erase(world, 0, [record])
        for index in 0..<2 {
            #expect(try !holds(world, index, canary))
            #expect(try world.view(index, record)?.fields.isEmpty == true)
            #expect(try world.values(index, other, surname) == ["Bondar"])
            #expect(try leaf(world, index, record) == nil)
            #expect(try leaf(world, index, edit) == nil)
            #expect(try leaf(world, index, other) != nil)
            let dot = try world.known(index, record)
            #expect(world.laptops[index].laptop.erasures(of: dot).map(\.reason) == ["asked"])
        }
        #expect(try world.fingerprint(0) == world.fingerprint(1))
        // Writing goes on in the same block.
        let later = try world.add(0, surname, "Melnyk")
        #expect(try world.values(1, later, surname) == ["Melnyk"])
        #expect(try leaf(world, 0, record) == nil)
    }

    @Test func `a laptop that was away loses it when it hears, and a newcomer never has it`() throws
    {
        let world = try team()
        try world.plug(0, 2)
        let record = try world.add(0, surname, canary)
        try world.set(0, record, surname, canary + " the second")
        let kept = try world.add(0, surname, "Bondar")
        world.unplugAll()
        #expect(try holds(world, 2, canary))
        try erase(world, 0, [record])
        // The newcomer to the data hears of it without its values, and verifies what follows.
        try world.plug(0, 1)
        #expect(try world.values(1, kept, surname) == ["Bondar"])
        #expect(try !holds(world, 1, canary))
        // The one that was away hears from the one that never had it.
        world.unplugAll()
        try world.plug(1, 2)
        #expect(try !holds(world, 2, canary))
        #expect(try world.haveConverged())
    }

    @Test func `an old stick and a restored home do not bring it back`() throws {
        let world = try team()
        let record = try world.add(0, surname, canary)
        let stick = try world.export(0, for: [1, 2])
        try world.take(stick, 2)
        let old = try world.laptops[2].backup()
        try world.plug(0, 2)
        try erase(world, 0, [record])
        world.unplugAll()
        let news = try world.export(0, for: [1])
        try world.take(news, 1)
        try world.take(stick, 1)
        try world.take(stick, 0)
        try world.take(stick, 2)
        for index in 0..<3 { #expect(try !holds(world, index, canary)) }
        try world.laptops[2].restore(old, seed: 99, now: world.now)
        #expect(try holds(world, 2, canary))
        try world.plug(1, 2)
        #expect(try !holds(world, 2, canary))
        try world.plug(0, 2)
        #expect(try world.haveConvergedAmong([0, 2]))
    }

    @Test func `what somebody wrote without knowing stays, and can be erased in turn`() throws {
        let world = try team()
        try world.plug(0, 1)
        let record = try world.add(0, surname, canary)
        world.unplugAll()
        try world.set(1, record, Fields.note, "in hospital 4")
        try erase(world, 0, [record])
        try world.plug(0, 1)
        for index in 0..<2 {
            #expect(try !holds(world, index, canary))
            #expect(try world.values(index, record, Fields.note) == ["in hospital 4"])
        }
        #expect(try world.fingerprint(0) == world.fingerprint(1))
        try erase(world, 0, [record])
        for index in 0..<2 { #expect(try !holds(world, index, "hospital")) }
        #expect(try world.fingerprint(0) == world.fingerprint(1))
    }

    /// A change that two laptops have; on the stick it comes to the third after what follows it.
    private func addForLater(_ world: World) throws -> Stick {
        try world.add(0, surname, "one")
        let stick = try world.export(0, for: [1])
        try world.take(stick, 1)
        try world.take(try world.export(1, for: [0]), 0)
        return stick
    }

    @Test func `a run that waits loses what was erased and keeps the rest`() throws {
        let world = try team()
        let first = try addForLater(world)
        let record = try world.add(0, surname, canary)
        let other = try world.add(0, surname, "four")
        let second = try world.export(0, for: [1])
        try world.take(second, 1)
        try world.take(second, 2)
        #expect(try world.counts(2).held == 2)
        try erase(world, 1, [record])
        // The erasure and nothing else: what waits here may be the only copy.
        try world.take(try world.export(1, for: [0]), 2)
        #expect(try world.counts(2).held == 2)
        #expect(try !holds(world, 2, canary))
        #expect(try holds(world, 2, "four"))
        // A stick from before says it once more.
        try world.restart(2, seed: 6)
        try world.take(second, 2)
        #expect(try !holds(world, 2, canary))
        try world.take(first, 2)
        #expect(try world.counts(2).held == 0)
        #expect(try world.values(2, other, surname) == ["four"])
        #expect(try world.view(2, record)?.fields.isEmpty == true)
        #expect(try leaf(world, 2, record) == nil)
        #expect(try world.fingerprint(2) == world.fingerprint(1))
    }

    @Test func `what comes to wait after its erasure waits without its values`() throws {
        let world = try team()
        let first = try addForLater(world)
        let record = try world.add(0, surname, canary)
        let second = try world.export(0, for: [1])
        try world.take(second, 1)
        try erase(world, 1, [record])
        try world.take(try world.export(1, for: [0]), 2)
        try world.take(second, 2)
        #expect(try world.counts(2).held == 1)
        #expect(try !holds(world, 2, canary))
        try world.take(first, 2)
        #expect(try world.counts(2).held == 0)
        #expect(try world.fingerprint(2) == world.fingerprint(1))
    }

    @Test func `an entry that names a change of the control lane erases nothing`() throws {
        let world = try World.team(["north gate", "table 1"])
        let control = try #require(
            world.laptops[0].laptop.heads.allNumbers.map { world.laptops[0].laptop.heads[$0].id }
                .first { $0.lane == .control })
        let name = EraseEntry.Name(replica: control, counter: 1)
        let entry = EraseEntry(reason: "", records: [.init(record: name, changes: [name])])
        #expect(throws: FormatError.self) { try EraseEntry(entry.encoded()) }
    }

    @Test func `a start changes nothing of it, and the chain is passed on from there`() throws {
        let world = try team()
        try world.plug(0, 1)
        for number in 0..<300 { try world.add(0, surname, "person \(number)") }
        let record = try world.add(0, surname, canary)
        try erase(world, 0, [record])
        let before = try world.fingerprint(1)
        world.unplugAll()
        try world.restart(1, seed: 5)
        #expect(try world.fingerprint(1) == before)
        try world.plug(1, 2)
        #expect(try world.fingerprint(2) == before)
        #expect(try !holds(world, 2, canary))
        let again = try world.export(1, for: [2])
        #expect(again.changeCount == 0)
    }

    @Test func `whoever is no administrator erases nothing`() throws {
        let world = try World(["gate", "table"], seed: 71)
        try world.found(0)
        try world.join(1, through: 0)
        let record = try world.add(0, surname, canary)
        try world.act(0) { laptop, store, output in
            _ = try laptop.give(
                .operator, to: world.laptops[1].identity.node, world.moment, store, &output)
        }
        #expect(throws: LaptopError.notAllowed) { try erase(world, 1, [record]) }
        #expect(try world.values(1, record, surname) == [canary])
        #expect(throws: LaptopError.noSuchRecord) {
            try erase(world, 0, [GlobalDot(replica: record.replica, counter: 77)])
        }
    }

    @Test func `values that nobody erased are not believed to be gone`() throws {
        let world = try team()
        let record = try world.add(1, surname, canary)
        let member = world.laptops[1]
        let dot = try world.known(1, record)
        // A member that says so of its own change, with signatures that hold.
        let stored = try #require(try member.store.change(dot))
        let change = try Change(dot: dot, stored: stored.content)
        let leaf = try #require(try leaf(world, 1, record))
        let bare = change.erased(Commitment.bytes(of: Chain.commitments(to: change, leaf: leaf)))
        try member.store.apply([
            .rewrite(StoredChange(dot: dot, hash: stored.hash, content: bare.stored()))
        ])
        var tree = try SaltTree(
            encoded: try #require(try member.store.salts(of: dot.replica, block: 0)))
        tree.puncture(dot.counter)
        try member.store.apply([.salts(replica: dot.replica, block: 0, tree.encoded())])
        try member.store.commit()
        try world.restart(1, seed: 8)
        try world.plug(0, 1)
        #expect(try world.view(0, record) == nil)
        #expect(!world.arePlugged(0, 1))
    }
}
