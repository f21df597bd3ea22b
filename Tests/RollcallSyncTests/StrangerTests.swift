import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// Who is let into a session, and what a stranger can do.
@Suite struct StrangerTests {
    private let strange = [UInt8](repeating: 9, count: 32)

    /// The gate lets in table 1 while table 2, let in before, is away: neither table knows the other.
    private func strangers(seed: UInt64 = 2) throws -> World {
        let world = try World(["north gate", "table 1", "table 2"], seed: seed)
        try world.found(0)
        try world.join(2, through: 0)
        world.unplugAll()
        try world.join(1, through: 0)
        world.unplugAll()
        return world
    }

    @Test(arguments: [(1, 2), (2, 1)])
    func `a newcomer whom another member let in gets in by its admission`(
        dialling: Int, dialled: Int
    ) throws {
        let world = try strangers()
        try world.add(dialling, Fields.surname, "one")
        try world.plug(dialling, dialled)

        #expect(world.standing(1, of: 2)?.isConnected == true)
        #expect(world.standing(2, of: 1)?.isConnected == true)
        #expect(try world.fingerprint(1) == world.fingerprint(2))
    }

    @Test(arguments: [(1, 3), (3, 1)])
    func `two newcomers of two members who never met since let each other in`(
        dialling: Int, dialled: Int
    ) throws {
        let world = try World(["north gate", "table 1", "south gate", "table 2"], seed: 7)
        try world.found(0)
        try world.join(2, through: 0)
        world.unplugAll()
        try world.join(1, through: 0)
        world.unplugAll()
        try world.join(3, through: 2)
        world.unplugAll()
        try world.add(1, Fields.surname, "one")
        try world.add(3, Fields.surname, "two")
        try world.plug(dialling, dialled)

        #expect(try world.fingerprint(1) == world.fingerprint(3))
        #expect(try world.counts(1).records == 2)
    }

    @Test func `a newcomer let in by a newcomer is known to one who knows the founder only`() throws
    {
        let world = try World(["north gate", "table 1", "table 2", "reader"], seed: 8)
        try world.found(0)
        try world.join(3, through: 0)
        world.unplugAll()
        try world.join(1, through: 0)
        world.unplugAll()
        try world.join(2, through: 1)
        world.unplugAll()
        try world.plug(2, 3)

        #expect(try world.fingerprint(2) == world.fingerprint(3))
        #expect(world.standing(3, of: 2)?.isUpToDate == true)
    }

    @Test func `whom a newcomer let in it still knows after a restart`() throws {
        let world = try World(["north gate", "table 1", "table 2"], seed: 11)
        try world.found(0)
        try world.join(1, through: 0)
        world.unplugAll()
        try world.join(2, through: 1)
        try world.restart(1, seed: 60)

        #expect(world.laptops[1].laptop.membership?.members.count == 3)
        try world.add(2, Fields.surname, "one")
        try world.plug(2, 1)
        #expect(try world.fingerprint(1) == world.fingerprint(2))
    }

    @Test func `the last of thirty is let in by one who knows nobody since`() throws {
        let world = try World((0..<31).map { "laptop \($0)" }, seed: 9)
        try world.found(0)
        for index in 1..<31 {
            try world.join(index, through: 0)
            world.unplugAll()
        }
        try world.plug(1, 30)

        #expect(try world.fingerprint(1) == world.fingerprint(30))
    }

    @Test func `a stranger who shows nothing is sent away after 5 seconds`() throws {
        let world = try World.team(["north gate"])
        let puppet = try Puppet(world, 0, tlsKeyHash: strange)
        try world.wait(.seconds(4))
        #expect(!puppet.isClosed)
        #expect(try puppet.heard().isEmpty)
        try world.wait(.seconds(2))
        #expect(puppet.isClosed)
        #expect(try puppet.heardBye()?.knownReason == .notAMember)
    }

    @Test func `a stranger is told nothing but that it is none of us`() throws {
        let world = try World.team(["north gate"])
        try world.add(0, Fields.surname, "one")
        let puppet = try Puppet(world, 0, tlsKeyHash: strange)
        try puppet.say(.hello, puppet.hello().encoded())

        let heard = try puppet.heard()
        #expect(heard.map(\.type) == [.bye])
        #expect(puppet.isClosed)
    }

    @Test(arguments: [
        FrameType.have, .sift, .plan, .changes, .ack, .credit, .addresses, .joinProof,
    ])
    func `a stranger who begins with anything else is sent away`(type: FrameType) throws {
        let world = try World.team(["north gate"])
        let puppet = try Puppet(world, 0, tlsKeyHash: strange)
        try puppet.say(type, [])

        #expect(puppet.isClosed)
    }

    @Test func `an admission that admits nobody here leaves nothing behind`() throws {
        let world = try World(["north gate", "nobody"], seed: 10)
        try world.found(0)
        let before = (world.laptops[0].laptop.heads.allNumbers.count, try world.counts(0))
        var author = Author(world, as: 1, lane: .control, incarnation: 5)
        for _ in 0..<3 { author.write(kind: ChangeKind.member, [(.entry, [1, 4, 0])]) }
        let puppet = try Puppet(world, 0, tlsKeyHash: world.laptops[1].identity.tlsKeyHash)
        try puppet.say(.admission, Admission(messages: [author.frame().body]).encoded())

        #expect(try puppet.heardBye()?.knownReason == .notAMember)
        #expect(puppet.isClosed)
        #expect(world.laptops[0].laptop.heads.allNumbers.count == before.0)
        #expect(try world.counts(0) == before.1)
    }

    @Test func `an admission of data changes is refused`() throws {
        let world = try World.team(["north gate", "table 1"])
        var author = Author(world, as: 1, incarnation: 5)
        author.write([(Fields.surname, [0] + Array("one".utf8))])
        let puppet = try Puppet(world, 0, tlsKeyHash: strange)
        try puppet.say(.admission, Admission(messages: [author.frame().body]).encoded())

        #expect(try puppet.heardBye()?.knownReason == .protocolError)
        #expect(try world.counts(0).records == 0)
    }

    @Test func `a laptop does not talk to itself`() throws {
        let world = try World.team(["north gate"])
        let puppet = try Puppet(world, 0, tlsKeyHash: world.laptops[0].identity.tlsKeyHash)
        #expect(puppet.isClosed)
    }

    @Test func `a laptop without a register sends everybody away`() throws {
        let world = try World(["nobody"])
        let puppet = try Puppet(world, 0, tlsKeyHash: strange)
        #expect(puppet.isClosed)
    }

    @Test func `a peer of another register is refused by name`() throws {
        let world = try World.team(["north gate", "table 1"])
        let puppet = try Puppet(world, 0, tlsKeyHash: world.laptops[1].identity.tlsKeyHash)
        var hello = puppet.hello()
        hello.register[0] ^= 1
        try puppet.say(.hello, hello.encoded())

        #expect(try puppet.heardBye()?.knownReason == .register)
    }

    @Test func `a peer that speaks no version of ours is refused by name`() throws {
        let world = try World.team(["north gate", "table 1"])
        let puppet = try Puppet(world, 0, tlsKeyHash: world.laptops[1].identity.tlsKeyHash)
        var hello = puppet.hello()
        (hello.lowestVersion, hello.highestVersion) = (2, 3)
        try puppet.say(.hello, hello.encoded())

        #expect(try puppet.heardBye()?.knownReason == .version)
    }
}
