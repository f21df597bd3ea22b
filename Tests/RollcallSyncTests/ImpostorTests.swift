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

        #expect(world.joinFailures(1) == [.cutOff])
        try world.expectNoRegister(1)
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
