import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// A laptop that was lost: what it wrote beyond the cut counts nowhere, whatever the order in which others hear of it.
@Suite struct RevocationTests {
    private let surname = Fields.surname

    private func revoke(
        _ world: World, _ by: Int, _ lost: Int, upTo heights: [ReplicaID: UInt64] = [:]
    ) throws {
        let node = world.laptops[lost].identity.node
        _ = try world.act(by) { laptop, store, output in
            try laptop.revoke(
                node, reason: "lost", upTo: heights, world.moment, store, &output)
        }
    }

    private func quarantined(_ world: World, _ index: Int) throws -> Int {
        try world.laptops[index].laptop.quarantined(world.laptops[index].store).count
    }

    @Test func `a removal that a stranger's admission brings cuts the session of whom it is about`()
        throws
    {
        let world = try World(["gate", "table 1", "table 2", "newcomer"])
        try world.found(0)
        for index in 1...2 { try world.join(index, through: 0) }
        world.unplugAll()
        try revoke(world, 2, 1)
        try world.join(3, through: 2)
        world.unplugAll()
        try world.plug(0, 1)
        #expect(world.arePlugged(0, 1))
        try world.plug(3, 0)
        #expect(!world.arePlugged(0, 1))
        let lost = world.laptops[1].identity.node
        #expect(
            world.laptops[0].notices.contains {
                if case .revoked(lost, _) = $0 { true } else { false }
            })
    }

    @Test(arguments: [true, false])
    func `what a lost laptop wrote beyond the cut counts nowhere`(isHeardFirst: Bool) throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        let record = try world.add(1, surname, "one")
        try world.plug(1, 0)
        try world.plug(1, 2)
        world.unplugAll()
        // Nobody but table 2 hears of this, before or after it hears of the loss.
        try world.set(1, record, surname, "two")
        let second = try world.add(1, surname, "three")
        if isHeardFirst {
            try world.plug(1, 2)
            #expect(try world.values(2, record, surname) == ["two"])
            world.unplugAll()
        }
        try revoke(world, 0, 1)
        try world.plug(0, 2)

        for index in [0, 2] { #expect(try world.values(index, record, surname) == ["one"]) }
        let waiting = isHeardFirst ? 2 : 0
        #expect(try quarantined(world, 2) == waiting)
        #expect(try quarantined(world, 0) == waiting)
        #expect(try world.haveConvergedAmong([0, 2]))
        // The record that only the lost laptop made is gone from view, and its change is kept.
        #expect(((try? world.values(2, second, surname)) ?? []) == [])
        // The value that the quarantined change had replaced can be replaced by others.
        try world.set(2, record, surname, "four")
        #expect(try world.values(0, record, surname) == ["four"])
    }

    @Test func `a person says up to where the lost laptop is believed`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        let record = try world.add(1, surname, "one")
        try world.set(1, record, surname, "two")
        try world.plug(1, 0)
        world.unplugAll()
        let replica = try #require(world.laptops[1].laptop.dataReplica)
        try revoke(world, 0, 1, upTo: [replica: 1])
        #expect(try world.values(0, record, surname) == ["one"])
        #expect(try quarantined(world, 0) == 1)

        try world.plug(0, 2)
        #expect(try world.values(2, record, surname) == ["one"])
        #expect(try world.haveConvergedAmong([0, 2]))
        // All the same after a start.
        try world.restart(0, seed: 500)
        #expect(try world.values(0, record, surname) == ["one"])
        #expect(try quarantined(world, 0) == 1)
        #expect(try world.haveConvergedAmong([0, 2]))
    }

    @Test func `a revoked laptop's sessions end at once and none is taken from it again`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        try world.plug(1, 0)
        try world.plug(1, 2)
        try world.plug(0, 2)
        try revoke(world, 0, 1)
        #expect(!world.arePlugged(1, 0))
        #expect(!world.arePlugged(1, 2))
        #expect(world.arePlugged(0, 2))

        try world.plug(1, 0)
        try world.plug(1, 2)
        #expect(!world.arePlugged(1, 0))
        #expect(!world.arePlugged(1, 2))
        // It is told nothing new.
        let record = try world.add(0, surname, "one")
        #expect(world.dot(1, record) == nil)
    }

    @Test func `what others had from the lost laptop before the cut reaches all by others' hands`()
        throws
    {
        let world = try World.team(["north gate", "table 1", "table 2", "table 3"])
        let record = try world.add(1, surname, "one")
        try world.plug(1, 2)
        world.unplugAll()
        // The remover has not heard of the record: it lies beyond the cut.
        try revoke(world, 0, 1)
        try world.plug(0, 3)
        try world.plug(2, 3)
        for index in [0, 2, 3] {
            #expect(try quarantined(world, index) == 1)
            #expect(world.dot(index, record) != nil)
        }
        #expect(try world.haveConvergedAmong([0, 2, 3]))
    }

    @Test func `a laptop that started many times has a short cut, and all of it counts`()
        throws
    {
        let world = try World.team(["north gate", "table 1"])
        var records: [GlobalDot] = []
        for life in 0..<40 {
            try world.restart(1, seed: UInt64(600 + life))
            records.append(try world.add(1, surname, "one"))
        }
        try world.plug(1, 0)
        world.unplugAll()
        try revoke(world, 0, 1)
        for record in records { #expect(try world.values(0, record, surname) == ["one"]) }
        #expect(try quarantined(world, 0) == 0)
        let heads = world.laptops[0].laptop.heads
        let control = try #require(
            heads.allNumbers.last {
                heads[$0].id.lane == .control && heads[$0].id.node == world.laptops[0].identity.node
            })
        let change = try #require(
            try world.laptops[0].store.change(Dot(control, heads[control].height)))
        // One replica and its hash, not forty.
        #expect(change.content.count < 300)
    }

    @Test func `an observer reads and writes nothing`() throws {
        let world = try World.team(["north gate", "table 1"])
        let record = try world.add(0, surname, "one")
        try world.plug(0, 1)
        _ = try world.act(0) { laptop, store, output in
            try laptop.give(
                .observer, to: world.laptops[1].identity.node, world.moment, store, &output)
        }
        #expect(try world.values(1, record, surname) == ["one"])
        #expect(throws: LaptopError.notAllowed) { try world.set(1, record, surname, "two") }
        #expect(throws: LaptopError.notAllowed) { try revoke(world, 1, 0) }
    }

    @Test
    func `what a lost laptop wrote after later starts is beyond the last change believed, too`()
        throws
    {
        let world = try World.team(["north gate", "table 1"])
        let early = try world.add(1, surname, "zero")
        try world.restart(1, seed: 700)
        let record = try world.add(1, surname, "one")
        let believed = try #require(world.laptops[1].laptop.dataReplica)
        try world.restart(1, seed: 701)
        try world.set(1, record, surname, "two")
        try world.plug(1, 0)
        world.unplugAll()
        #expect(try world.values(0, record, surname) == ["two"])

        try revoke(world, 0, 1, upTo: [believed: 1])
        #expect(try world.values(0, record, surname) == ["one"])
        #expect(try world.values(0, early, surname) == ["zero"])
        #expect(try quarantined(world, 0) == 1)
    }

    @Test func `a laptop that was taken out is not let in again under its key`() throws {
        let world = try World.team(["north gate", "table 1"])
        try revoke(world, 0, 1)
        try world.laptops[1].loseDisk(seed: 800)
        try world.join(1, through: 0)

        #expect(world.laptops[1].laptop.membership == nil)
        let failed = world.laptops[1].notices.contains { notice in
            if case .joinFailed(.takenOut) = notice { true } else { false }
        }
        #expect(failed)
    }

    @Test func `what is left of the entries is for removals`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        let second = world.laptops[1].identity.node
        let known = try #require(world.laptops[0].laptop.membership?.entryCount)
        let reserve = 2 * Limits.membersMax
        let role = RoleEntry(node: second, role: .operator).encoded()
        var draft = Draft(kind: ChangeKind.role, record: .new, operatorDot: nil)
        draft.append(.entry, body: Body(.entry(role)).encoded())
        let count = Limits.membershipEntriesMax - reserve - known - 1
        func give(_ role: Role) throws {
            _ = try world.act(0) { laptop, store, output in
                try laptop.give(role, to: second, world.moment, store, &output)
            }
        }
        _ = try world.act(0) { laptop, store, output in
            try laptop.write(
                [Draft](repeating: draft, count: count), in: .control, store, &output)
        }
        try give(.administrator)
        #expect(throws: LaptopError.tooManyEntries) { try give(.operator) }
        try world.plug(0, 2)
        try revoke(world, 0, 1)
        #expect(world.laptops[2].laptop.membership?.isMember(second) == false)
        #expect(try world.haveConvergedAmong([0, 2]))
    }
}
