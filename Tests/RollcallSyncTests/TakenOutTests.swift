import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// A laptop that was taken out is told so, nobody else is, and it leaves the others in peace.
@Suite struct TakenOutTests {
    private let surname = Fields.surname

    /// Table 1 is taken out by the north gate while nobody is connected.
    private func team(seed: UInt64 = 1) throws -> World {
        let world = try World.team(["north gate", "table 1", "table 2"], seed: seed)
        try revoke(world, 1)
        return world
    }

    private func revoke(_ world: World, _ lost: Int) throws {
        let node = world.laptops[lost].identity.node
        _ = try world.act(0) { laptop, store, output in
            try laptop.revoke(node, reason: "lost", world.moment, store, &output)
        }
    }

    private func namesOfThoseWhoSaySo(_ world: World, _ index: Int) -> [String] {
        world.laptops[index].laptop.takenOutByWordOf.map(\.name)
    }

    @Test(arguments: [(1, 0), (0, 1)])
    func `a laptop that was taken out is told so at once and nothing else`(
        dialling: Int, dialled: Int
    ) throws {
        let world = try team()
        let trace = Trace(world)
        try world.plug(dialling, dialled)

        #expect(try trace.byes.map(\.knownReason) == [.takenOut])
        #expect(trace.entries.filter { $0.from == 0 }.map(\.type) == [.bye])
        #expect(try trace.byes.allSatisfy { !$0.text.contains("lost") })
        #expect(namesOfThoseWhoSaySo(world, 1) == ["north gate"])
    }

    @Test func `a stranger is not told that a laptop was taken out`() throws {
        let world = try team()
        let stranger = [UInt8](repeating: 9, count: 32)
        let puppet = try Puppet(world, 0, tlsKeyHash: stranger)
        try puppet.say(.hello, puppet.hello().encoded())
        #expect(try puppet.heardBye()?.knownReason == .notAMember)

        // Nor by naming its key in an offer, which anybody can.
        _ = try world.invite(0)
        let asker = try Puppet(world, 0, tlsKeyHash: stranger)
        let offer = JoinOffer(
            node: world.laptops[1].identity.node.bytes, random: [UInt8](repeating: 1, count: 16),
            bundleKey: [], name: "one")
        try asker.say(.joinOffer, offer.encoded())
        let bye = try asker.heardBye()
        #expect(bye?.knownReason == .joinRefused)
        #expect(bye?.text == "this key is not accepted")
    }

    @Test func `an open session is cut without a word, and what waited to go out never does`()
        throws
    {
        let world = try World.team(["north gate", "table 1"])
        try world.plug(1, 0)
        world.isPrompt = false
        let record = try world.add(0, surname, "one")
        let trace = Trace(world)
        try revoke(world, 1)
        #expect(trace.entries.filter { $0.from == 0 }.isEmpty)
        #expect(!world.arePlugged(0, 1))
        try world.deliverAll()
        #expect(world.dot(1, record) == nil)
    }

    @Test func `it dials who says so seldom, after a start too, and others as before`() throws {
        let world = try team()
        let lost = world.laptops[1]
        try world.plug(1, 0, address: "gate:1")
        lost.dialled = []
        try world.wait(.seconds(540), step: .seconds(1))
        #expect(lost.dialled.isEmpty)
        try world.wait(.seconds(120), step: .seconds(1))
        #expect(lost.dialled.count == 1)

        try world.restart(1, seed: 90)
        #expect(namesOfThoseWhoSaySo(world, 1) == ["north gate"])
    }

    @Test func `a person may dial at once, and whoever takes it for a member again says no more`()
        throws
    {
        let world = try team()
        try world.plug(1, 2)
        // Table 2 has not heard of it.
        #expect(world.arePlugged(1, 2))
        #expect(namesOfThoseWhoSaySo(world, 1) == [])
        try world.plug(0, 2)
        #expect(!world.arePlugged(1, 2))
        try world.plug(1, 2, address: "table:2")
        #expect(namesOfThoseWhoSaySo(world, 1) == ["table 2"])

        world.laptops[1].dialled = []
        let there = world.laptops[2].identity.node
        try world.act(1) { laptop, _, output in try laptop.connect(there, &output) }
        #expect(world.laptops[1].dialled.map(\.address) == ["table:2"])
    }

    @Test func `a member that only claims so is believed no further than its own dial`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        let puppet = try Puppet(
            world, 1, tlsKeyHash: world.laptops[0].identity.tlsKeyHash, dialled: "gate:1")
        try puppet.say(.bye, Bye(.takenOut, "").encoded())
        #expect(namesOfThoseWhoSaySo(world, 1) == ["north gate"])
        try world.add(1, surname, "one")
        try world.plug(1, 2)
        #expect(world.arePlugged(1, 2))
        try world.plug(0, 1)
        #expect(namesOfThoseWhoSaySo(world, 1) == [])
    }
}
