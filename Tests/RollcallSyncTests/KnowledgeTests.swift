import RollcallCore
import RollcallSync
import Testing

/// What counts as acknowledged, and by whom.
@Suite struct KnowledgeTests {
    private let surname = Fields.surname

    // MARK: what is learned by another way than a session

    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var known: [UInt64]
        var knownNonce: UInt64
        var knownEarlier: [UInt64] = []
        var heard: [UInt64]
        var nonce: UInt64
        var earlier: [UInt64] = []
        var learned: [UInt64]
        var learnedNonce: UInt64
    }

    static let cases = [
        Case(
            testDescription: "nothing was known", known: [0, 0], knownNonce: 0, heard: [3, 1],
            nonce: 5,
            learned: [3, 1], learnedNonce: 5),
        Case(
            testDescription: "the same life: the greatest of each", known: [3, 1], knownNonce: 5,
            heard: [2, 4], nonce: 5, learned: [3, 4], learnedNonce: 5),
        Case(
            testDescription: "a later life replaces, by more", known: [3, 1], knownNonce: 5,
            heard: [6, 6],
            nonce: 6, earlier: [5, 4], learned: [6, 6], learnedNonce: 6),
        Case(
            testDescription: "a later life replaces, by less", known: [3, 1], knownNonce: 5,
            heard: [1, 0],
            nonce: 6, earlier: [5], learned: [1, 0], learnedNonce: 6),
        Case(
            testDescription: "an earlier life changes nothing", known: [3, 1], knownNonce: 6,
            knownEarlier: [5], heard: [9, 9], nonce: 5, learned: [3, 1], learnedNonce: 6),
        Case(
            testDescription: "neither lists the other: the least of each", known: [3, 1],
            knownNonce: 6,
            knownEarlier: [4], heard: [2, 5], nonce: 5, earlier: [4], learned: [2, 1],
            learnedNonce: 6),
    ]

    @Test(arguments: cases)
    func `what a bundle says of its source's knowledge`(example: Case) {
        var knowledge = PeerKnowledge()
        knowledge.acknowledged = Self.vector(example.known)
        knowledge.startNonce = example.knownNonce
        knowledge.earlierNonces = example.knownEarlier
        knowledge.learn(Self.vector(example.heard), nonce: example.nonce, earlier: example.earlier)

        #expect(knowledge.acknowledged == Self.vector(example.learned))
        #expect(knowledge.startNonce == example.learnedNonce)
    }

    private static func vector(_ counters: [UInt64]) -> VersionVector {
        var vector = VersionVector()
        for (index, counter) in counters.enumerated() {
            vector[ReplicaNumber(UInt32(index))] = counter
        }
        return vector
    }

    // MARK: what is on the way

    private func carry(_ world: World, to target: Int) throws -> UInt64 {
        try world.act(0) { laptop, _, output in
            let export = laptop.export(for: [world.laptops[target].identity.node])
            laptop.noteOnTheWay(export, world.moment, &output)
            return export.changesInAll
        }
    }

    @Test func `a bundle is on its way until what is in it is acknowledged, and no basis`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        try world.plug(1, 0)
        world.unplugAll()
        #expect(world.standing(0, of: 1)?.onTheWay == nil)
        try world.add(0, surname, "one")
        let first = world.moment.wallClock
        #expect(try carry(world, to: 1) == 1)
        world.clockOffset += 60_000
        // The stick may be lost: the next bundle begins where the acknowledgement was.
        try world.add(0, surname, "two")
        #expect(try carry(world, to: 1) == 2)
        #expect(try carry(world, to: 1) == 2, "the same once more")
        try world.restart(0, seed: 50)
        #expect(world.standing(0, of: 1)?.onTheWay?.since == first)
        #expect(world.standing(0, of: 1)?.onTheWay?.changes == 2)
        #expect(world.standing(0, of: 2)?.onTheWay == nil)
        try world.plug(1, 0)
        #expect(world.standing(0, of: 1)?.onTheWay == nil)
    }

    @Test func `of many bundles that nobody brought the oldest time is kept`() throws {
        let world = try World.team(["north gate", "table 1"])
        let first = world.moment.wallClock
        for number in 1...20 {
            try world.add(0, surname, "person \(number)")
            _ = try carry(world, to: 1)
            world.clockOffset += 1_000
        }
        let knowledge = try #require(world.standing(0, of: 1)?.knowledge)
        #expect(knowledge.onTheWay.count == 8)
        #expect(world.standing(0, of: 1)?.onTheWay?.since == first)
        #expect(try PeerKnowledge(encoded: knowledge.encoded()) == knowledge)
        // A home from before this was kept.
        let earlier = [1] + PeerKnowledge().encoded().dropFirst().dropLast()
        #expect(try PeerKnowledge(encoded: earlier) == PeerKnowledge())
    }

    // MARK: sessions

    @Test func `a peer is up to date only once it acknowledged`() throws {
        let world = try World.team(["north gate", "table 1"])
        try world.plug(1, 0)
        world.isPrompt = false
        try world.add(0, surname, "one")
        #expect(world.standing(0, of: 1)?.isUpToDate == false)
        #expect(world.standing(0, of: 1)?.theyLack == 1)
        try world.deliverOne()
        #expect(world.standing(0, of: 1)?.isUpToDate == false)
        try world.deliverAll()
        #expect(world.standing(0, of: 1)?.isUpToDate == true)
        #expect(world.standing(1, of: 0)?.isUpToDate == true)
    }

    @Test func `what was sent into a cable that was pulled does not count`() throws {
        let world = try World.team(["north gate", "table 1"])
        try world.plug(1, 0)
        world.isPrompt = false
        try world.add(0, surname, "one")
        world.unplugAll()

        #expect(world.standing(0, of: 1)?.theyLack == 1)
        #expect(world.standing(0, of: 1)?.isConnected == false)
    }

    @Test func `a peer that was restored to less no longer counts as having the rest`() throws {
        let world = try World.team(["north gate", "table 1"])
        try world.plug(1, 0)
        world.unplugAll()
        let copy = try world.laptops[1].backup()
        try world.add(0, surname, "one")
        try world.plug(1, 0)
        #expect(world.standing(0, of: 1)?.theyLack == 0)
        world.unplugAll()
        #expect(world.standing(0, of: 1)?.theyLack == 0)

        try world.laptops[1].restore(copy, seed: 90)
        world.isPrompt = false
        try world.plug(1, 0)
        // Both hellos and, bases being unlike, both haves.
        for _ in 0..<4 { try world.deliverOne() }
        #expect(world.standing(0, of: 1)?.isConnected == true)
        #expect(world.standing(0, of: 1)?.theyLack == 1)
        try world.deliverAll()
        #expect(world.standing(0, of: 1)?.theyLack == 0)
        #expect(try world.haveConverged())
    }

    @Test func `what is acknowledged outlives a restart`() throws {
        let world = try World.team(["north gate", "table 1"])
        try world.add(0, surname, "one")
        try world.plug(1, 0)
        world.unplugAll()
        try world.restart(0, seed: 91)

        #expect(world.standing(0, of: 1)?.theyLack == 0)
    }

    @Test func `what the peer told of and did not send yet is lacking here`() throws {
        let world = try World.team(["north gate", "table 1"])
        try world.add(0, surname, "one")
        world.isPrompt = false
        try world.plug(1, 0)
        while try world.deliverOne(), world.standing(1, of: 0)?.isConnected == false {}

        #expect(world.standing(1, of: 0)?.weLack ?? 0 > 0)
        #expect(world.standing(1, of: 0)?.isUpToDate == false)
        try world.deliverAll()
        #expect(world.standing(1, of: 0)?.weLack == 0)
    }

    @Test func `a replica first heard of from one peer and had from another is not lacking`() throws
    {
        let world = try World.team(["north gate", "table 1", "table 2"])
        try world.plug(1, 0)
        try world.plug(2, 0)
        try world.add(1, surname, "one")
        world.isPrompt = false
        // While table 1 and table 2 still greet each other, the gate brings to one what the other tells of.
        try world.restart(1, seed: 92)
        try world.plug(1, 0)
        try world.plug(2, 1)
        try world.add(1, surname, "two")
        world.chance = SeededGenerator(seed: 3)
        try world.deliverAll()

        for (a, b) in [(0, 1), (1, 2), (0, 2)] {
            #expect(world.standing(a, of: b)?.isUpToDate == true, "\(a) of \(b)")
            #expect(world.standing(b, of: a)?.isUpToDate == true, "\(b) of \(a)")
        }
    }
}
