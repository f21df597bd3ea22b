import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// How a newcomer gets in, and how nobody else does.
@Suite struct JoinTests {
    private let address = "gate:1"
    private let mallory = [UInt8](repeating: 0x66, count: 32)

    private func founded(_ names: [String] = ["north gate", "table 1"], seed: UInt64 = 20) throws -> World {
        let world = try World(names, seed: seed)
        try world.found(0)
        return world
    }

    private func otherCode(_ seed: UInt64) -> JoinCode {
        var generator = SeededGenerator(seed: seed)
        return JoinCode(using: &generator)
    }

    private func failures(_ world: World, _ index: Int) -> [JoinFailure] {
        world.laptops[index].notices.compactMap { if case .joinFailed(let failure) = $0 { failure } else { nil } }
    }

    /// A newcomer that failed holds no register and no change.
    private func expectNothingKept(
        _ world: World, _ index: Int, _ location: SourceLocation = #_sourceLocation
    ) throws {
        let node = world.laptops[index]
        #expect(node.laptop.membership == nil, sourceLocation: location)
        #expect(try node.store.counts().changes == 0, sourceLocation: location)
        #expect(try node.store.meta("genesis") == nil, sourceLocation: location)
        try world.restart(index, seed: 500)
        #expect(world.laptops[index].laptop.membership == nil, sourceLocation: location)
    }

    @Test func `who proves the code is let in, and both hold the same`() throws {
        let world = try founded()
        try world.join(1, through: 0)

        #expect(world.laptops[1].notices.contains { if case .joined = $0 { true } else { false } })
        #expect(world.laptops[0].laptop.membership?.members.count == 2)
        #expect(world.laptops[1].laptop.membership?.members.count == 2)
        #expect(try world.haveConverged())
        #expect(world.standing(0, of: 1)?.isUpToDate == true)
    }

    @Test func `a code works once`() throws {
        let world = try founded(["north gate", "table 1", "table 2"])
        let code = try world.invite(0)
        for index in 1...2 {
            try world.beginJoin(index, code, address: address)
            try world.plug(index, 0, address: address)
        }

        #expect(world.laptops[1].laptop.membership != nil)
        #expect(failures(world, 2) == [.notInviting])
        try expectNothingKept(world, 2)
    }

    @Test func `three wrong codes burn the right one`() throws {
        let world = try founded()
        let code = try world.invite(0)
        for attempt in 1...3 {
            try world.beginJoin(1, otherCode(UInt64(attempt)), address: address)
            try world.plug(1, 0, address: address)
        }
        #expect(failures(world, 1) == [.wrongCode, .wrongCode, .wrongCode])
        #expect(world.laptops[0].notices.contains(.invitationClosed(reason: "three wrong codes")))

        try world.beginJoin(1, code, address: address)
        try world.plug(1, 0, address: address)
        #expect(failures(world, 1).last == .notInviting)
        try expectNothingKept(world, 1)
        #expect(world.laptops[0].laptop.membership?.members.count == 1)
    }

    @Test func `two wrong codes leave the right one`() throws {
        let world = try founded()
        let code = try world.invite(0)
        for attempt in 1...2 {
            try world.beginJoin(1, otherCode(UInt64(attempt)), address: address)
            try world.plug(1, 0, address: address)
        }
        try world.beginJoin(1, code, address: address)
        try world.plug(1, 0, address: address)

        #expect(world.laptops[1].laptop.membership != nil)
    }

    @Test func `a code of another register is a wrong code`() throws {
        let world = try founded(["north gate", "table 1", "south gate"])
        try world.found(2)
        _ = try world.invite(0)
        let code = try world.invite(2)
        try world.beginJoin(1, code, address: address)
        try world.plug(1, 0, address: address)

        #expect(failures(world, 1) == [.wrongCode])
        try expectNothingKept(world, 1)
    }

    @Test func `a code expires`() throws {
        let world = try founded()
        let code = try world.invite(0)
        try world.wait(.seconds(601))
        #expect(world.laptops[0].notices.contains(.invitationClosed(reason: "its time is over")))
        try world.beginJoin(1, code, address: address)
        try world.plug(1, 0, address: address)

        #expect(failures(world, 1) == [.notInviting])
    }

    @Test func `a restart burns a code`() throws {
        let world = try founded()
        let code = try world.invite(0)
        try world.restart(0, seed: 55)
        try world.beginJoin(1, code, address: address)
        try world.plug(1, 0, address: address)

        #expect(failures(world, 1) == [.notInviting])
    }

    // MARK: somebody in between

    @Test func `somebody in between who passes all on is refused, and is suspected by name`() throws {
        let world = try founded()
        let trace = Trace(world)
        let code = try world.invite(0)
        try world.beginJoin(1, code, address: address)
        try world.plug(1, 0, address: address, diallingSees: mallory, dialledSees: mallory)

        #expect(try trace.byes.map(\.knownReason) == [.joinRefused])
        #expect(try trace.byes.allSatisfy { $0.text.contains("somebody may be in between") })
        #expect(failures(world, 1) == [.wrongCode])
        try expectNothingKept(world, 1)
        #expect(world.laptops[0].laptop.membership?.members.count == 1)
    }

    /// A newcomer that was led to a puppet in the place of its inviter.
    private func ledAstray() throws -> (World, Puppet, JoinCode) {
        let world = try founded()
        let code = try world.invite(0)
        try world.beginJoin(1, code, address: address)
        let puppet = try Puppet(world, 1, tlsKeyHash: mallory, dialled: address)
        let genesis = world.laptops[0].laptop.membership?.genesis.encoded() ?? []
        let answer = JoinAnswer(
            node: world.laptops[0].identity.node.bytes, random: [UInt8](repeating: 1, count: 16), genesis: genesis)
        try puppet.say(.joinAnswer, answer.encoded())
        return (world, puppet, code)
    }

    @Test func `an inviter that does not know the code is found out`() throws {
        let (world, puppet, _) = try ledAstray()
        _ = try puppet.heard()
        try puppet.say(.joinAccept, JoinAccept(proof: [UInt8](repeating: 3, count: 32)).encoded())

        #expect(failures(world, 1) == [.somebodyInBetween])
        #expect(try puppet.heardBye()?.text == "somebody may be in between")
        try expectNothingKept(world, 1)
    }

    @Test func `a newcomer's own proof sent back is no inviter's proof`() throws {
        let (world, puppet, _) = try ledAstray()
        let proof = try #require(try puppet.heard().last { $0.type == .joinProof })
        try puppet.say(.joinAccept, Array(proof.message.prefix(32)))

        #expect(failures(world, 1) == [.somebodyInBetween])
        try expectNothingKept(world, 1)
    }

    @Test func `an inviter that skips its proof is not believed`() throws {
        let (world, puppet, _) = try ledAstray()
        try puppet.say(.joinAdmitted, [])

        #expect(failures(world, 1) == [.cutOff])
        try expectNothingKept(world, 1)
    }

    @Test func `proofs of swapped roles are wrong`() throws {
        let offer = JoinOffer(
            node: [UInt8](repeating: 1, count: 32), random: [UInt8](repeating: 2, count: 16), bundleKey: [], name: "one")
        let world = try founded()
        let genesis = try #require(world.laptops[0].laptop.membership?.genesis)
        let answer = JoinAnswer(node: offer.node, random: offer.random, genesis: genesis.encoded())
        let code = otherCode(4)
        let here = JoinTranscript(
            newcomerTLSKeyHash: mallory, inviterTLSKeyHash: [UInt8](repeating: 5, count: 32), offer: offer,
            answer: answer, genesis: genesis)
        let there = JoinTranscript(
            newcomerTLSKeyHash: [UInt8](repeating: 5, count: 32), inviterTLSKeyHash: mallory, offer: offer,
            answer: answer, genesis: genesis)

        #expect(here.isNewcomerProof(here.newcomerProof(code), code))
        #expect(!here.isNewcomerProof(here.inviterProof(code), code))
        #expect(!here.isNewcomerProof(there.newcomerProof(code), code))
        #expect(!here.isInviterProof(here.newcomerProof(code), code))
        #expect(here.words != there.words)
    }

    // MARK: a person decides

    private func waiting() throws -> (World, words: String) {
        let world = try founded()
        let code = try world.invite(0, yes: false)
        try world.beginJoin(1, code, address: address)
        try world.plug(1, 0, address: address)
        let words = try #require(world.laptops[0].laptop.newcomers.first?.words)
        return (world, words)
    }

    @Test func `both sides show the same six words`() throws {
        let (world, words) = try waiting()

        #expect(world.laptops[0].notices.contains(.newcomerWaits(words: words, name: "table 1")))
        #expect(world.laptops[1].notices.contains(.joinWords(words)))
        #expect(words.split(separator: " ").count == 6)
        #expect(world.laptops[1].laptop.membership == nil)
    }

    @Test func `whose words a person confirms is let in`() throws {
        let (world, words) = try waiting()
        #expect(throws: LaptopError.noSuchNewcomer) {
            try world.act(0) { laptop, store, output in
                _ = try laptop.confirm(words: "six other words", self.moment(world), store, &output)
            }
        }
        try world.wait(.seconds(300), step: .seconds(2))
        let entry = try world.act(0) { laptop, store, output in
            try laptop.confirm(words: words, self.moment(world), store, &output)
        }

        #expect(entry.name == "table 1")
        #expect(try world.haveConverged())
        #expect(world.laptops[0].laptop.newcomers.isEmpty)
    }

    private func moment(_ world: World) -> Moment { world.moment }

    @Test func `whose words a person does not know is refused, and keeps nothing`() throws {
        let (world, words) = try waiting()
        try world.act(0) { laptop, _, output in laptop.refuse(words: words, &output) }

        #expect(failures(world, 1) == [.refusedByPerson])
        #expect(world.laptops[0].laptop.membership?.members.count == 1)
        try expectNothingKept(world, 1)
    }

    @Test func `a second newcomer with the same code is turned away while the first waits`() throws {
        let world = try founded(["north gate", "table 1", "table 2"])
        let code = try world.invite(0, yes: false)
        for index in 1...2 {
            try world.beginJoin(index, code, address: address)
            try world.plug(index, 0, address: address)
        }

        #expect(world.laptops[0].laptop.newcomers.map(\.name) == ["table 1"])
        #expect(failures(world, 2) == [.notInviting])
    }

    // MARK: failing

    @Test func `a cable pulled while a person thinks leaves nothing`() throws {
        let (world, words) = try waiting()
        world.unplugAll()

        #expect(failures(world, 1) == [.cutOff])
        #expect(throws: LaptopError.noSuchNewcomer) {
            try world.act(0) { laptop, store, output in
                _ = try laptop.confirm(words: words, self.moment(world), store, &output)
            }
        }
        try expectNothingKept(world, 1)
    }

    @Test func `nobody there is said so`() throws {
        let world = try founded()
        try world.beginJoin(1, otherCode(1), address: address)
        try world.handle(.dialFailed(address: address), 1)
        #expect(failures(world, 1) == [.unreachable])

        try world.beginJoin(1, otherCode(1), address: address)
        try world.wait(.seconds(31))
        #expect(failures(world, 1) == [.unreachable, .unreachable])
    }

    @Test func `a newcomer with a weak key is refused`() throws {
        let world = try founded()
        _ = try world.invite(0)
        let puppet = try Puppet(world, 0, tlsKeyHash: mallory)
        let weak = [UInt8](repeating: 0, count: 32)
        try puppet.say(
            .joinOffer,
            JoinOffer(node: weak, random: [UInt8](repeating: 1, count: 16), bundleKey: [], name: "one").encoded())

        #expect(try puppet.heardBye()?.knownReason == .joinRefused)
    }

    @Test func `an offer while nobody is invited is turned away`() throws {
        let world = try founded()
        try world.beginJoin(1, otherCode(1), address: address)
        try world.plug(1, 0, address: address)

        #expect(failures(world, 1) == [.notInviting])
    }
}
