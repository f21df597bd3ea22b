import RollcallCore
import RollcallTrust
import RollcallWire
import Testing

@testable import RollcallSync

/// A TLS key is the first one's who named it: nobody else is taken for its holder.
@Suite struct KeyHolderTests {
    private let address = "gate:1"

    /// A node whose key comes before or after another's.
    private func key(before other: NodeID, _ isBefore: Bool) throws -> NodeKey {
        let keys = (1...UInt8.max).lazy.compactMap {
            NodeKey(secret: [UInt8](repeating: $0, count: 32))
        }
        return try #require(keys.first { $0.node.precedes(other) == isBefore })
    }

    private func entry(_ key: NodeKey, under hash: [UInt8], _ world: World) throws -> MemberEntry {
        let register = try #require(world.laptops[0].laptop.membership?.register)
        return MemberEntry(
            node: key.node, tlsKeyHash: hash, role: .operator, bundleKey: [], name: "other",
            proof: key.signature(
                of: MemberEntry.enrolment(
                    register: register, node: key.node, tlsKeyHash: hash, bundleKey: [])))
    }

    private func write(_ entry: MemberEntry, _ world: World, _ author: Int) throws {
        try world.act(author) { laptop, store, output in
            _ = try laptop.writeControl(ChangeKind.member, entry.encoded(), store, &output)
        }
    }

    @Test(arguments: [true, false])
    func `a member is known by its key, whatever an administrator who means harm writes later`(
        isBefore: Bool
    ) throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        let table = world.laptops[1].identity
        let other = try key(before: table.node, isBefore)
        try write(try entry(other, under: table.tlsKeyHash, world), world, 2)
        try world.plug(2, 0)
        #expect(world.laptops[0].laptop.membership?.isMember(other.node) == true)
        try world.plug(1, 0)

        #expect(world.standing(0, of: 1)?.isConnected == true)
        #expect(world.laptops[0].laptop.connectedPeers.contains(other.node) == false)
        #expect(try world.fingerprint(0) == world.fingerprint(1))
    }

    @Test func `a founder's key is the founder's, whatever is written`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        let gate = world.laptops[0].identity
        let other = try key(before: gate.node, true)
        try write(try entry(other, under: gate.tlsKeyHash, world), world, 2)
        try world.plug(2, 1)
        try world.plug(1, 0)

        #expect(world.standing(1, of: 0)?.isConnected == true)
    }

    @Test func `once whoever took a key over is taken out, its holder is a member as before`()
        throws
    {
        let world = try World.team(["north gate", "table 1", "table 2"])
        let table = world.laptops[1].identity
        let other = try key(before: table.node, true)
        try write(try entry(other, under: table.tlsKeyHash, world), world, 0)
        try world.act(0) { laptop, store, output in
            _ = try laptop.revoke(
                other.node, reason: "lost", upTo: [:], world.moment, store, &output)
        }
        try world.plug(1, 0)
        #expect(world.standing(0, of: 1)?.isConnected == true)
    }

    // MARK: - at the door

    /// A newcomer under another's TLS key.
    private func ask(_ world: World, under hash: [UInt8]) throws -> Puppet {
        let puppet = try Puppet(world, 0, tlsKeyHash: hash)
        let offer = JoinOffer(
            node: try key(before: world.laptops[0].identity.node, true).node.bytes,
            random: [UInt8](repeating: 1, count: 16), bundleKey: [], name: "other")
        try puppet.say(.joinOffer, offer.encoded())
        return puppet
    }

    @Test(arguments: [false, true])
    func `nobody is let in under the TLS key of another, a member's or one's that was taken out`(
        isOut: Bool
    ) throws {
        let world = try World.team(["north gate", "table 1"])
        if isOut {
            try world.act(0) { laptop, store, output in
                _ = try laptop.revoke(
                    world.laptops[1].identity.node, reason: "lost", upTo: [:], world.moment, store,
                    &output)
            }
        }
        _ = try world.invite(0)
        // The key of one that is out is known before it says a word; else it is refused when it offers.
        let puppet = try ask(world, under: world.laptops[1].identity.tlsKeyHash)
        #expect(try puppet.heardBye()?.knownReason == (isOut ? .takenOut : .joinRefused))
        #expect(world.laptops[0].laptop.membership?.members.count == (isOut ? 1 : 2))
    }

    @Test func `nobody is let in under the inviter's own TLS key`() throws {
        let world = try World.team(["north gate", "table 1"])
        _ = try world.invite(0)
        let puppet = try ask(world, under: world.laptops[0].identity.tlsKeyHash)
        #expect(try puppet.heardBye() != nil)
        #expect(world.laptops[0].laptop.membership?.members.count == 2)
    }

    @Test func `of two newcomers with one TLS key the one who is admitted first has it`() throws {
        let world = try World.founded(["north gate", "table 1", "table 2"])
        let shared = world.laptops[1].identity.tlsKeyHash
        let code = try world.invite(0, yes: false)
        try world.beginJoin(1, code, address: address)
        try world.plug(1, 0, address: address)
        let words = try #require(world.laptops[0].laptop.newcomers.first?.words)
        // Meanwhile it is another's, by what came from elsewhere.
        try write(try entry(world.laptops[2].identity.key, under: shared, world), world, 0)

        #expect(throws: LaptopError.notAdmitted(.tlsKeyTaken)) {
            try world.act(0) { laptop, store, output in
                _ = try laptop.confirm(words: words, world.moment, store, &output)
            }
        }
        #expect(
            world.laptops[0].laptop.membership?.isMember(world.laptops[1].identity.node) == false)
        try world.expectNoRegister(1)
    }
}
