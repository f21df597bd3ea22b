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

    @Test func `who proves the code is let in, and both hold the same`() throws {
        let world = try World.founded()
        try world.join(1, through: 0)

        #expect(world.laptops[1].notices.contains { if case .joined = $0 { true } else { false } })
        #expect(world.laptops[0].laptop.membership?.members.count == 2)
        #expect(world.laptops[1].laptop.membership?.members.count == 2)
        #expect(try world.haveConverged())
        #expect(world.standing(0, of: 1)?.isUpToDate == true)
    }

    @Test func `a code works once`() throws {
        let world = try World.founded(["north gate", "table 1", "table 2"])
        let code = try world.invite(0)
        for index in 1...2 {
            try world.beginJoin(index, code, address: address)
            try world.plug(index, 0, address: address)
        }

        #expect(world.laptops[1].laptop.membership != nil)
        #expect(world.joinFailures(2) == [.notInviting])
        try world.expectNoRegister(2)
    }

    @Test func `three wrong codes burn the right one`() throws {
        let world = try World.founded()
        let code = try world.invite(0)
        for attempt in 1...3 {
            try world.beginJoin(1, JoinCode.other(UInt64(attempt)), address: address)
            try world.plug(1, 0, address: address)
        }
        #expect(world.joinFailures(1) == [.wrongCode, .wrongCode, .wrongCode])
        #expect(world.laptops[0].notices.contains(.invitationClosed(.failures)))

        try world.beginJoin(1, code, address: address)
        try world.plug(1, 0, address: address)
        #expect(world.joinFailures(1).last == .notInviting)
        try world.expectNoRegister(1)
        #expect(world.laptops[0].laptop.membership?.members.count == 1)
    }

    @Test func `two wrong codes leave the right one`() throws {
        let world = try World.founded()
        let code = try world.invite(0)
        for attempt in 1...2 {
            try world.beginJoin(1, JoinCode.other(UInt64(attempt)), address: address)
            try world.plug(1, 0, address: address)
        }
        try world.beginJoin(1, code, address: address)
        try world.plug(1, 0, address: address)

        #expect(world.laptops[1].laptop.membership != nil)
    }

    @Test func `a code of another register is a wrong code`() throws {
        let world = try World.founded(["north gate", "table 1", "south gate"])
        try world.found(2)
        _ = try world.invite(0)
        let code = try world.invite(2)
        try world.beginJoin(1, code, address: address)
        try world.plug(1, 0, address: address)

        #expect(world.joinFailures(1) == [.wrongCode])
        try world.expectNoRegister(1)
    }

    @Test func `a code is good for a second less than ten minutes, and not for ten`() throws {
        for (seconds, isGood) in [(599, true), (600, false)] {
            let world = try World.founded()
            let code = try world.invite(0)
            try world.wait(.seconds(seconds), step: .seconds(1))
            #expect(world.laptops[0].notices.contains(.invitationClosed(.time)) == !isGood)
            try world.beginJoin(1, code, address: address)
            try world.plug(1, 0, address: address)

            #expect(world.joinFailures(1) == (isGood ? [] : [.notInviting]))
            #expect((world.laptops[1].laptop.membership != nil) == isGood)
        }
    }

    @Test func `a proof that comes when the code's time is over is too late`() throws {
        let world = try World.founded()
        _ = try world.invite(0)
        try world.wait(.seconds(598), step: .seconds(1))
        let puppet = try Puppet(world, 0, tlsKeyHash: mallory)
        let offer = JoinOffer(
            node: world.laptops[1].identity.node.bytes, random: [UInt8](repeating: 1, count: 16),
            bundleKey: [], name: "one")
        try puppet.say(.joinOffer, offer.encoded())
        #expect(try puppet.heard().map(\.type) == [.joinAnswer])
        try world.wait(.seconds(2), step: .seconds(1))
        try puppet.say(.joinProof, [UInt8](repeating: 3, count: 96))

        #expect(try puppet.heardBye()?.knownReason == .joinClosed)
        #expect(world.laptops[0].laptop.failedJoins == 0)
    }

    @Test func `a restart burns a code`() throws {
        let world = try World.founded()
        let code = try world.invite(0)
        try world.restart(0, seed: 55)
        try world.beginJoin(1, code, address: address)
        try world.plug(1, 0, address: address)

        #expect(world.joinFailures(1) == [.notInviting])
    }

    // MARK: a person decides

    private func waiting() throws -> (World, words: String) {
        let world = try World.founded()
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
                _ = try laptop.confirm(words: "six other words", world.moment, store, &output)
            }
        }
        try world.wait(.seconds(300), step: .seconds(2))
        let entry = try world.act(0) { laptop, store, output in
            try laptop.confirm(words: words, world.moment, store, &output)
        }

        #expect(entry.name == "table 1")
        #expect(try world.haveConverged())
        #expect(world.laptops[0].laptop.newcomers.isEmpty)
    }

    @Test func `whose words a person does not know is refused, and keeps nothing`() throws {
        let (world, words) = try waiting()
        try world.act(0) { laptop, _, output in laptop.refuse(words: words, &output) }

        #expect(world.joinFailures(1) == [.refusedByPerson])
        #expect(world.laptops[0].laptop.membership?.members.count == 1)
        try world.expectNoRegister(1)
    }

    @Test func `a second newcomer with the same code is turned away while the first waits`() throws
    {
        let world = try World.founded(["north gate", "table 1", "table 2"])
        let code = try world.invite(0, yes: false)
        for index in 1...2 {
            try world.beginJoin(index, code, address: address)
            try world.plug(index, 0, address: address)
        }

        #expect(world.laptops[0].laptop.newcomers.map(\.name) == ["table 1"])
        #expect(world.joinFailures(2) == [.notInviting])
    }

    // MARK: failing

    @Test func `a cable pulled while a person thinks leaves nothing`() throws {
        let (world, words) = try waiting()
        world.unplugAll()

        #expect(world.joinFailures(1) == [.cutOff])
        #expect(throws: LaptopError.noSuchNewcomer) {
            try world.act(0) { laptop, store, output in
                _ = try laptop.confirm(words: words, world.moment, store, &output)
            }
        }
        try world.expectNoRegister(1)
    }

    @Test func `nobody there is said so`() throws {
        let world = try World.founded()
        try world.beginJoin(1, JoinCode.other(1), address: address)
        try world.handle(.dialFailed(address: address), 1)
        #expect(world.joinFailures(1) == [.unreachable])

        try world.beginJoin(1, JoinCode.other(1), address: address)
        try world.wait(.seconds(31))
        #expect(world.joinFailures(1) == [.unreachable, .unreachable])
    }

    @Test func `a newcomer with a weak key is refused`() throws {
        let world = try World.founded()
        _ = try world.invite(0)
        let puppet = try Puppet(world, 0, tlsKeyHash: mallory)
        let weak = [UInt8](repeating: 0, count: 32)
        try puppet.say(
            .joinOffer,
            JoinOffer(
                node: weak, random: [UInt8](repeating: 1, count: 16), bundleKey: [], name: "one"
            ).encoded())

        #expect(try puppet.heardBye()?.knownReason == .joinRefused)
    }

    @Test func `an offer while nobody is invited is turned away`() throws {
        let world = try World.founded()
        try world.beginJoin(1, JoinCode.other(1), address: address)
        try world.plug(1, 0, address: address)

        #expect(world.joinFailures(1) == [.notInviting])
    }
}

extension World {
    static func founded(_ names: [String] = ["north gate", "table 1"], seed: UInt64 = 20) throws
        -> World
    {
        let world = try World(names, seed: seed)
        try world.found(0)
        return world
    }

    func joinFailures(_ index: Int) -> [JoinFailure] {
        laptops[index].notices.compactMap {
            if case .joinFailed(let failure) = $0 { failure } else { nil }
        }
    }

    /// A newcomer that failed holds no register and no change, also after a restart.
    func expectNoRegister(_ index: Int, _ location: SourceLocation = #_sourceLocation) throws {
        let node = laptops[index]
        #expect(node.laptop.membership == nil, sourceLocation: location)
        #expect(try node.store.counts().changes == 0, sourceLocation: location)
        #expect(try node.store.meta("genesis") == nil, sourceLocation: location)
        try restart(index, seed: 500)
        #expect(laptops[index].laptop.membership == nil, sourceLocation: location)
    }
}

extension JoinCode {
    /// A code that nobody gave out.
    static func other(_ seed: UInt64) -> JoinCode {
        var generator = SeededGenerator(seed: seed)
        return JoinCode(using: &generator)
    }
}
