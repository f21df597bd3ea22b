import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// Nobody in between, and nobody who only pretends, gets a newcomer or gets in.
@Suite struct ImpostorTests {
    private let address = "gate:1"
    private let mallory = [UInt8](repeating: 0x66, count: 32)

    @Test func `somebody in between who passes all on is refused, and is suspected by name`() throws
    {
        let world = try World.founded()
        let trace = Trace(world)
        let code = try world.invite(0)
        try world.beginJoin(1, code, address: address)
        try world.plug(1, 0, address: address, diallingSees: mallory, dialledSees: mallory)

        #expect(try trace.byes.map(\.knownReason) == [.joinRefused])
        #expect(try trace.byes.allSatisfy { $0.text.contains("somebody may be in between") })
        #expect(world.joinFailures(1) == [.wrongCode])
        try world.expectNoRegister(1)
        #expect(world.laptops[0].laptop.membership?.members.count == 1)
    }

    /// A newcomer that was led to a puppet in the place of its inviter.
    private func ledAstray() throws -> (World, Puppet, JoinCode) {
        let world = try World.founded()
        let code = try world.invite(0)
        try world.beginJoin(1, code, address: address)
        let puppet = try Puppet(world, 1, tlsKeyHash: mallory, dialled: address)
        let genesis = world.laptops[0].laptop.membership?.genesis.encoded() ?? []
        let answer = JoinAnswer(
            node: world.laptops[0].identity.node.bytes, random: [UInt8](repeating: 1, count: 16),
            genesis: genesis)
        try puppet.say(.joinAnswer, answer.encoded())
        return (world, puppet, code)
    }

    @Test func `an inviter that does not know the code is found out`() throws {
        let (world, puppet, _) = try ledAstray()
        _ = try puppet.heard()
        try puppet.say(.joinAccept, JoinAccept(proof: [UInt8](repeating: 3, count: 32)).encoded())

        #expect(world.joinFailures(1) == [.somebodyInBetween])
        #expect(try puppet.heardBye()?.text == "somebody may be in between")
        try world.expectNoRegister(1)
    }

    @Test func `a newcomer's own proof sent back is no inviter's proof`() throws {
        let (world, puppet, _) = try ledAstray()
        let proof = try #require(try puppet.heard().last { $0.type == .joinProof })
        try puppet.say(.joinAccept, Array(proof.message.prefix(32)))

        #expect(world.joinFailures(1) == [.somebodyInBetween])
        try world.expectNoRegister(1)
    }

    @Test func `an inviter that skips its proof is not believed`() throws {
        let (world, puppet, _) = try ledAstray()
        try puppet.say(.joinAdmitted, [])

        #expect(world.joinFailures(1) == [.somebodyInBetween])
        try world.expectNoRegister(1)
    }

    @Test func `a newcomer that is asked as if it were the inviter suspects somebody`() throws {
        let world = try World.founded()
        try world.beginJoin(1, try world.invite(0), address: address)
        let puppet = try Puppet(world, 1, tlsKeyHash: mallory, dialled: address)
        let offer = try #require(try puppet.heard().first { $0.type == .joinOffer })
        try puppet.say(.joinOffer, offer.message)

        #expect(world.joinFailures(1) == [.somebodyInBetween])
        try world.expectNoRegister(1)
    }

    // MARK: - what the inviter makes of it

    /// Somebody who asks the gate to be let in.
    private func asking(_ world: World, _ key: UInt8 = 0x66) throws -> Puppet {
        let puppet = try Puppet(world, 0, tlsKeyHash: [UInt8](repeating: key, count: 32))
        let offer = JoinOffer(
            node: world.laptops[1].identity.node.bytes, random: [UInt8](repeating: 1, count: 16),
            bundleKey: [], name: "one")
        try puppet.say(.joinOffer, offer.encoded())
        #expect(try puppet.heard().map(\.type) == [.joinAnswer])
        return puppet
    }

    private func wrongProof() -> [UInt8] {
        JoinProof(
            proof: [UInt8](repeating: 3, count: 32), enrolment: [UInt8](repeating: 3, count: 64)
        ).encoded()
    }

    @Test func `whoever is answered and shows no right proof has failed, however it ends`() throws {
        let world = try World.founded()
        let code = try world.invite(0)
        let silent = try asking(world)
        try world.wait(.seconds(6))
        #expect(silent.isClosed)
        #expect(world.laptops[0].laptop.failedJoins == 1)
        let cut = try asking(world)
        try world.handle(.closed(cut.session), 0)
        #expect(world.laptops[0].laptop.failedJoins == 2)
        #expect(!world.laptops[0].notices.contains(.invitationClosed(.failures)))
        let lying = try asking(world)
        try lying.say(.joinProof, wrongProof())
        #expect(world.laptops[0].laptop.failedJoins == 3)
        #expect(world.laptops[0].notices.contains(.invitationClosed(.failures)))

        try world.beginJoin(1, code, address: address)
        try world.plug(1, 0, address: address)
        #expect(world.joinFailures(1) == [.notInviting])
        try world.expectNoRegister(1)
    }

    @Test func `three who ask at once have three attempts between them, and a fourth none`() throws
    {
        let world = try World.founded()
        _ = try world.invite(0)
        let puppets = try (1...4).map { try asking(world, $0) }
        for puppet in puppets { try puppet.say(.joinProof, wrongProof()) }

        #expect(
            try puppets.map { try $0.heardBye()?.knownReason }
                == [.joinRefused, .joinRefused, .joinRefused, .joinClosed])
        #expect(world.laptops[0].laptop.failedJoins == 3)
    }

    @Test func `a message of an inviter's shown to the inviter is a failure`() throws {
        let world = try World.founded()
        _ = try world.invite(0)
        for type in [FrameType.joinAnswer, .joinAccept, .joinAdmitted] {
            try Puppet(world, 0, tlsKeyHash: mallory).say(type, [UInt8](repeating: 1, count: 32))
        }
        #expect(world.laptops[0].laptop.failedJoins == 3)
        #expect(world.laptops[0].notices.contains(.invitationClosed(.failures)))
    }

    @Test func `whoever failed at an earlier code takes nothing from a later one`() throws {
        let world = try World.founded()
        _ = try world.invite(0)
        let puppets = try (1...3).map { try asking(world, $0) }
        let code = try world.invite(0)
        for puppet in puppets { try puppet.say(.joinProof, wrongProof()) }
        #expect(world.laptops[0].laptop.failedJoins == 0)

        try world.beginJoin(1, code, address: address)
        try world.plug(1, 0, address: address)
        #expect(world.laptops[1].laptop.membership != nil)
    }

    @Test func `who is let in has not failed`() throws {
        let world = try World.founded()
        try world.join(1, through: 0)
        world.unplugAll()
        #expect(world.laptops[0].laptop.failedJoins == 0)
    }

    @Test func `proofs of swapped roles are wrong`() throws {
        let offer = JoinOffer(
            node: [UInt8](repeating: 1, count: 32), random: [UInt8](repeating: 2, count: 16),
            bundleKey: [], name: "one")
        let world = try World.founded()
        let genesis = try #require(world.laptops[0].laptop.membership?.genesis)
        let answer = JoinAnswer(node: offer.node, random: offer.random, genesis: genesis.encoded())
        let code = JoinCode.other(4)
        let here = JoinTranscript(
            newcomerTLSKeyHash: mallory, inviterTLSKeyHash: [UInt8](repeating: 5, count: 32),
            offer: offer,
            answer: answer, genesis: genesis)
        let there = JoinTranscript(
            newcomerTLSKeyHash: [UInt8](repeating: 5, count: 32), inviterTLSKeyHash: mallory,
            offer: offer,
            answer: answer, genesis: genesis)

        #expect(here.isNewcomerProof(here.newcomerProof(code), code))
        #expect(!here.isNewcomerProof(here.inviterProof(code), code))
        #expect(!here.isNewcomerProof(there.newcomerProof(code), code))
        #expect(!here.isInviterProof(here.newcomerProof(code), code))
        #expect(here.words != there.words)
    }
}
