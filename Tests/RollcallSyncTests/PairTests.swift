import RollcallCore
import RollcallSync
import RollcallWire
import Testing

/// How two laptops keep one session, notice that the other is gone, and dial again.
@Suite struct PairTests {
    private let surname = Fields.surname

    /// Which of the two has the smaller key.
    private func smaller(_ world: World) -> Int {
        world.laptops[0].identity.node.precedes(world.laptops[1].identity.node) ? 0 : 1
    }

    // MARK: two sessions of one pair

    @Test(arguments: 1...20)
    func `of two sessions the one dialled by the smaller key stays`(seed: UInt64) throws {
        let world = try World.team(["north gate", "table 1"], seed: seed)
        let trace = Trace(world)
        world.isPrompt = false
        world.chance = SeededGenerator(seed: seed)
        let (first, _) = try world.plug(0, 1)
        let (second, _) = try world.plug(1, 0)
        try world.deliverAll()

        let losing = smaller(world) == 0 ? second : first
        let closed = Set(world.laptops.flatMap(\.closed))
        #expect(closed.contains(losing) || trace.entries.contains { $0.type == .bye })
        #expect(world.linkCount == 1)
        #expect(world.dialler(of: 0, 1) == smaller(world))
        try world.add(0, surname, "one")
        try world.deliverAll()
        #expect(try world.haveConverged())
        #expect(world.standing(0, of: 1)?.isUpToDate == true)
    }

    @Test func `a second session dialled the same way replaces the first`() throws {
        let world = try World.team(["north gate", "table 1"])
        try world.plug(0, 1)
        try world.plug(0, 1)

        #expect(world.linkCount == 1)
        #expect(world.standing(0, of: 1)?.isConnected == true)
        #expect(world.standing(1, of: 0)?.isConnected == true)
    }

    @Test(arguments: [0, 1])
    func `a peer that started anew is heard at once, though its old session still seems open`(
        restarted: Int
    ) throws {
        let world = try World.team(["north gate", "table 1"])
        let other = 1 - restarted
        // The session that would stay by the rule of keys is the one that died.
        try world.plug(other, restarted)
        let record = try world.add(0, surname, "one")
        world.severQuietly()
        try world.laptops[restarted].restart(seed: 70, now: world.now)
        try world.plug(restarted, other)

        #expect(world.standing(restarted, of: other)?.isConnected == true)
        try world.set(restarted, record, surname, "two")
        #expect(try world.values(other, record, surname) == ["two"])
        #expect(world.standing(restarted, of: other)?.isUpToDate == true)
    }

    // MARK: signs of life

    @Test func `a half-open peer is noticed within 15 seconds`() throws {
        let world = try World.team(["north gate", "table 1"])
        try world.plug(0, 1)
        world.severQuietly()
        let start = world.now
        while world.standing(0, of: 1)?.isConnected == true
            || world.standing(1, of: 0)?.isConnected == true
        {
            try world.wait(.milliseconds(500))
            guard world.now - start < .seconds(60) else { break }
        }

        #expect(world.now - start <= .seconds(15))
    }

    @Test func `a quiet session stays, by pings`() throws {
        let world = try World.team(["north gate", "table 1"])
        try world.plug(0, 1)
        let trace = Trace(world)
        try world.wait(.seconds(120), step: .seconds(1))

        #expect(world.standing(0, of: 1)?.isConnected == true)
        #expect(trace.types == [.ping])
        #expect(trace.entries.count <= 70)
    }

    @Test func `whoever is deadline-driven wakes in time for its pings`() throws {
        let world = try World.team(["north gate", "table 1"])
        try world.plug(0, 1)
        for _ in 0..<40 {
            let next = world.laptops.map(\.laptop.deadline).min() ?? world.now
            #expect(next > world.now)
            #expect(next - world.now <= .seconds(60))
            try world.wait(next - world.now)
        }

        #expect(world.standing(0, of: 1)?.isConnected == true)
    }

    // MARK: dialling

    /// A gate that knows where table 1 is, and cannot reach it.
    private func lonelyGate(seed: UInt64 = 1) throws -> World {
        let world = try World.team(["north gate", "table 1"], seed: seed)
        try world.plug(0, 1, address: "table:1")
        world.unplugAll()
        return world
    }

    @Test func `dials are backed off to half a minute at most, with jitter`() throws {
        let world = try lonelyGate()
        let gate = world.laptops[0]
        gate.dialled = []
        while gate.dialled.count < 14 {
            let count = gate.dialled.count
            try world.wait(.milliseconds(100))
            if gate.dialled.count > count { try world.handle(.dialFailed(address: "table:1"), 0) }
        }

        let pauses = zip(gate.dialled.dropFirst(), gate.dialled).map { $0.at - $1.at }
        #expect(pauses.allSatisfy { $0 <= .seconds(30) + .milliseconds(200) })
        #expect(pauses.prefix(2).allSatisfy { $0 <= .seconds(4) })
        #expect(pauses.suffix(5).allSatisfy { $0 >= .seconds(14) })
        #expect(Set(pauses.suffix(5)).count > 1)
    }

    @Test func `nobody is dialled who is connected`() throws {
        let world = try lonelyGate()
        try world.plug(1, 0)
        world.laptops[0].dialled = []
        try world.wait(.seconds(60), step: .seconds(1))

        #expect(world.laptops[0].dialled.isEmpty)
    }

    @Test
    func `a peer that a person disconnected is neither dialled nor let in, over restarts too`()
        throws
    {
        let world = try lonelyGate()
        let peer = world.laptops[1].identity.node
        try world.act(0) { laptop, _, output in laptop.disconnect(peer, &output) }
        try world.restart(0, seed: 71)
        world.laptops[0].dialled = []
        try world.wait(.seconds(60), step: .seconds(1))
        #expect(world.laptops[0].dialled.isEmpty)
        let trace = Trace(world)
        try world.plug(1, 0)
        #expect(world.linkCount == 0)
        #expect(try trace.byes.map(\.knownReason) == [.disconnected])

        try world.act(0) { laptop, _, output in try laptop.connect(peer, &output) }
        #expect(!world.laptops[0].dialled.isEmpty)
        try world.plug(0, 1, address: "table:1")
        #expect(world.standing(0, of: 1)?.isConnected == true)
    }

    @Test func `an address at which another member answers is not dialled over and over`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        try world.plug(0, 1, address: "one:1")
        try world.plug(0, 2, address: "two:1")
        world.unplugAll()
        try world.wait(.seconds(1))
        try world.plug(0, 1, address: "one:1")
        let gate = world.laptops[0]
        gate.dialled = []
        // Table 1 was given the address that table 2 had.
        let start = world.now
        while world.now - start < .seconds(30) {
            try world.wait(.milliseconds(100))
            if gate.dialled.last?.address == "two:1", gate.dialled.last?.at == world.now {
                try world.plug(0, 1, address: "two:1")
                try world.wait(.zero)
            }
        }

        #expect(gate.dialled.count <= 12)
        #expect(world.standing(0, of: 1)?.isConnected == true)
    }
}
