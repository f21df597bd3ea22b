import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// What a member says wrongly ends its session, by name, and harms nothing.
@Suite struct FaultTests {
    private let one = [UInt8(0)] + Array("one".utf8)

    /// A gate, and a puppet that speaks to it as table 1 and has greeted it.
    private func greeted() throws -> (World, Puppet) {
        let world = try World.team(["north gate", "table 1", "table 2"])
        let puppet = try Puppet(world, 0, tlsKeyHash: world.laptops[1].identity.tlsKeyHash)
        try puppet.greet()
        _ = try puppet.heard()
        return (world, puppet)
    }

    private func expectBye(
        _ reason: Bye.Reason, _ puppet: Puppet, _ location: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try puppet.heardBye()?.knownReason == reason, sourceLocation: location)
        #expect(puppet.isClosed, sourceLocation: location)
    }

    @Test func `a sift that asks the same again and again is too long`() throws {
        let (world, puppet) = try greeted()
        let tag = world.laptops[0].identity.node.tag
        let asked = Sift.TagRange(lowest: 0, highest: .max, part: .list([], wantsAnswer: true))
        try puppet.say(
            .sift, Sift(nodeTag: tag, ranges: Array(repeating: asked, count: 50_000)).encoded())
        try expectBye(.tooLong, puppet)
    }

    @Test func `acks of replicas that nobody knows are not kept without end`() throws {
        let (_, puppet) = try greeted()
        for round in UInt64(0)..<5 {
            let tags = (round << 20)..<(round << 20 + 16_000)
            try puppet.say(.ack, Ack(entries: tags.map { .init(tag: $0, height: 1) }).encoded())
        }
        try expectBye(.tooLong, puppet)
    }

    @Test func `thousands of replicas ended by one change are known and ended`() throws {
        let (world, puppet) = try greeted()
        var author = Author(world, as: 1, incarnation: 5)
        var list = ByteWriter()
        for incarnation in UInt64(10)..<3_010 {
            list.u64(incarnation)
            list.varint(1)
            list.raw([UInt8](repeating: 1, count: 32))
        }
        var extras = ByteWriter()
        extras.varint(1)
        extras.byteString(list.bytes)
        author.write(extras: extras.bytes, [(Fields.surname, one)])
        try puppet.say(author.frame())

        let heads = world.laptops[0].laptop.heads
        #expect(heads.allNumbers.count { heads[$0].isEnded } == 3_000)
        #expect(!puppet.isClosed)
    }

    @Test func `a second hello is out of place`() throws {
        let (_, puppet) = try greeted()
        try puppet.say(.hello, puppet.hello().encoded())
        try expectBye(.protocolError, puppet)
    }

    @Test(arguments: [
        FrameType.manifest, .joinOffer, .joinAnswer, .joinProof, .joinAccept, .joinAdmitted,
    ])
    func `a frame out of place ends the session`(type: FrameType) throws {
        let (_, puppet) = try greeted()
        try puppet.say(type, [])
        try expectBye(.protocolError, puppet)
    }

    @Test(arguments: [FrameType.changes, .have, .ack, .credit, .sift, .plan])
    func `nothing comes before hello`(type: FrameType) throws {
        let world = try World.team(["north gate", "table 1"])
        let puppet = try Puppet(world, 0, tlsKeyHash: world.laptops[1].identity.tlsKeyHash)
        try puppet.say(type, [0])
        try expectBye(.protocolError, puppet)
    }

    @Test func `an unknown critical frame ends the session by name`() throws {
        let (_, puppet) = try greeted()
        try puppet.say(Frame(type: 0xbf, body: [1]))
        try expectBye(.unknownCriticalFrame, puppet)
    }

    @Test func `an unknown frame that is not critical is skipped`() throws {
        let (world, puppet) = try greeted()
        try puppet.say(Frame(type: 0x3f, body: [1, 2, 3]))
        #expect(!puppet.isClosed)
        #expect(world.standing(0, of: 1)?.isConnected == true)
    }

    @Test func `a frame over the limit is refused before it comes`() throws {
        let (_, puppet) = try greeted()
        try puppet.say([0x00, 0x10, 0x00, 0x01])
        try expectBye(.tooLong, puppet)
    }

    @Test func `a message that inflates to more than the limit is refused`() throws {
        let (_, puppet) = try greeted()
        var writer = ByteWriter()
        writer.varint(Limits.inflatedBytesMax + 1)
        try puppet.say(
            Frame(type: FrameType.changes.rawValue, flags: 1, body: writer.bytes + [0, 0, 0]))
        try expectBye(.tooLong, puppet)
    }

    @Test func `bytes that are no message end the session`() throws {
        let (_, puppet) = try greeted()
        try puppet.say(.have, [0xff])
        try expectBye(.protocolError, puppet)
    }

    @Test func `a segment whose signature fails ends the session, and nothing of it is kept`()
        throws
    {
        let (world, puppet) = try greeted()
        var author = Author(world, as: 1, incarnation: 5)
        author.write([(Fields.surname, one)])
        var message = author.message()
        message.segments[0].signature[0] ^= 1
        var numbering = SessionReplicas()
        try puppet.say(.changes, message.encode(author.table, numbering: &numbering))

        try expectBye(.invalidSegment, puppet)
        #expect(try world.counts(0).records == 0)
    }

    @Test func `a gap that says nothing of where it begins ends the session`() throws {
        let (world, puppet) = try greeted()
        var author = Author(world, as: 1, incarnation: 5)
        for _ in 0..<3 { author.write([(Fields.surname, one)]) }
        var message = author.message(from: 2)
        message.startHash = nil
        var numbering = SessionReplicas()
        try puppet.say(.changes, message.encode(author.table, numbering: &numbering))

        try expectBye(.invalidSegment, puppet)
    }

    @Test func `a gap in a session is held, and filled by what comes later`() throws {
        let (world, puppet) = try greeted()
        var author = Author(world, as: 1, incarnation: 5)
        for _ in 0..<3 { author.write([(Fields.surname, one)]) }
        var numbering = SessionReplicas()
        try puppet.say(author.frame(from: 2, numbering: &numbering))
        #expect(try world.counts(0).held == 2)
        #expect(try world.counts(0).records == 0)
        #expect(try !puppet.heard().contains { $0.type == .ack })

        try puppet.say(author.frame(from: 1, numbering: &numbering))
        #expect(try world.counts(0).held == 0)
        #expect(try world.counts(0).records == 3)
        // The peer has them all: they are acknowledged, and not sent back.
        let heard = try puppet.heard()
        #expect(heard.filter { $0.type == .changes }.isEmpty)
        let acknowledged = try heard.filter { $0.type == .ack }.flatMap {
            try Ack($0.message).entries
        }
        #expect(acknowledged.map(\.height).max() == 3)
    }

    @Test func `what was known already may define replicas that are used later`() throws {
        let (world, puppet) = try greeted()
        // A change of a record that is not here.
        var other = Author(world, as: 2, incarnation: 6)
        let record = other.write([(Fields.surname, one)])
        var author = Author(world, as: 1, incarnation: 5)
        author.write(record: record, [(Fields.surname, one)])
        try world.take(chunk: author.frame().encoded, from: 1, 0)

        // The same once more, in a session.
        var numbering = SessionReplicas()
        try puppet.say(author.frame(numbering: &numbering))
        var mention = SessionReplicas()
        let message = other.message().encode(other.table, numbering: &mention)
        // The replica by its number in this session, in place of its 41 bytes.
        try puppet.say(.changes, [1] + message.dropFirst(1 + ReplicaID.encodedBytes))

        #expect(!puppet.isClosed)
        #expect(try world.view(0, record)?.dotsShown.count == 2)
    }
}
