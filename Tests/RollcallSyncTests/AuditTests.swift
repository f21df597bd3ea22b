@testable import RollcallAudit
import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// A full bundle checked by itself, by somebody who was never in the register.
@Suite struct AuditTests {
    private let surname = Fields.surname

    private func team() throws -> World {
        try World.team(["north gate", "table 1"], seed: 70)
    }

    @Test func `a full bundle says whose it is and all that is in it`() throws {
        let world = try team()
        try world.add(0, surname, "one")
        try world.add(1, surname, "two")
        try world.meet(1, 0)
        let findings = try Audit.check(Bytes(try world.evidence(1)))

        let founder = world.laptops[0].laptop
        #expect(findings.founder == founder.node)
        #expect(findings.source == world.laptops[1].identity.node)
        #expect(findings.register == founder.membership?.register.text)
        #expect(findings.title == founder.membership?.genesis.title)
        #expect(findings.records == 2 && findings.conflicts == 0 && findings.erased == 0)
        #expect(findings.fingerprint == (try world.fingerprint(0)))
        #expect(findings.name(of: founder.node) == "north gate")
        #expect(findings.nodes.map(\.role) == [1, 1])
        #expect(findings.waiting.isEmpty)
        // Both laptops proved their keys, each lane of each ends at a head, and the bundle is signed.
        #expect(findings.signatures.enrolments == 2)
        #expect(findings.signatures.heads >= findings.replicas.count)
        #expect(findings.createdAt == world.moment.wallClock)
    }

    @Test func `every flipped byte is refused, and what is pointed at holds it`() throws {
        let world = try team()
        try world.add(0, surname, "one")
        try world.add(1, surname, "two")
        try world.meet(1, 0)
        let whole = try world.evidence(0)
        #expect(try refusal(of: whole) == nil)
        for index in whole.indices {
            var file = whole
            file[index] ^= 0x20
            let refusal = try refusal(of: file)
            #expect(refusal?.place.bytes.contains(index) == true, "byte \(index)")
            guard case .chunk = refusal?.place.part else { continue }
            #expect(refusal?.place.run != nil, "byte \(index)")
        }
    }

    @Test func `a file cut at any length is refused where it ends`() throws {
        let world = try team()
        try world.add(0, surname, "one")
        let whole = try world.evidence(0)
        for length in whole.indices {
            let refusal = try refusal(of: Array(whole.prefix(length)))
            guard let bytes = refusal?.place.bytes else {
                Issue.record("cut at \(length), and taken")
                continue
            }
            #expect(bytes.lowerBound <= length && length <= bytes.upperBound, "cut at \(length)")
        }
    }

    @Test func `appended bytes are refused`() throws {
        let world = try team()
        let whole = try world.evidence(0)
        for tail in [[0], Array(whole.suffix(100)), whole] as [[UInt8]] {
            let refusal = try refusal(of: whole + tail)
            #expect(refusal?.place == AuditPlace(.end, whole.count..<(whole.count + tail.count)))
        }
    }

    @Test func `a damaged chunk is named with its author's name and changes`() throws {
        let world = try team()
        for index in 0..<40 { try world.add(1, surname, "person \(index)") }
        try world.meet(1, 0)
        let stick = try world.fullStick(0)
        var file = stick.manifest + stick.chunks.flatMap { $0 }
        // The last chunk is what table 1 wrote.
        file[file.count - 9] ^= 1
        let place = try #require(try refusal(of: file)).place
        #expect(place.part == .chunk(stick.chunks.count, of: stick.chunks.count))
        #expect(place.name == "table 1")
        #expect(place.run?.first == 1 && place.run?.last == 40)
        #expect(place.run?.replica == world.laptops[1].laptop.dataReplica)
    }

    // MARK: - liars

    @Test func `whoever was let in by nobody signs no bundle and no change`() throws {
        let world = try team()
        try world.add(0, surname, "one")
        let stranger = NodeKey()
        let stick = try world.fullStick(0)
        #expect(
            try refusal(of: try world.lie(stick, by: stranger) { _, _ in })?.reason
                == .notAMember(stranger.node))

        var author = Author(world, as: 0, stranger: stranger, incarnation: 77)
        author.write([(surname, Body(.text("false")).encoded())])
        let liar = world.laptops[1].identity.key
        let file = try world.lie(stick, by: liar) { manifest, chunks in
            try chunks.append(author.message(), of: author)
            manifest.append(author)
        }
        let found = try #require(try refusal(of: file))
        #expect(found.reason == .notAMember(stranger.node))
        #expect(found.place.part == .chunk(stick.chunks.count + 1, of: stick.chunks.count + 1))
        #expect(found.place.run?.replica == author.id)
    }

    @Test func `another value under a salt that fits it is not what was signed`() throws {
        let world = try team()
        let liar = world.laptops[1].identity.key
        var author = Author(world, as: 1, incarnation: 78)
        author.write([(surname, Body(.text("true")).encoded())])
        var honest = author.message()
        let other = Body(.text("false")).encoded()
        honest.changes[0].bodies = other
        honest.changes[0].writes[0].body = 0..<other.count
        let stick = try world.fullStick(0)
        let file = try world.lie(stick, by: liar) { manifest, chunks in
            try chunks.append(honest, of: author)
            manifest.append(author)
        }
        let found = try #require(try refusal(of: file))
        #expect(found.reason == .falseRun)
        #expect(found.place.run?.replica == author.id)
    }

    @Test func `what is left out is missed`() throws {
        let world = try team()
        try world.add(0, surname, "one")
        let liar = world.laptops[1].identity.key
        let stick = try world.fullStick(0)
        let withoutLast = try world.lie(stick, by: liar) { _, chunks in chunks.removeLast() }
        guard case .notAsListed = try refusal(of: withoutLast)?.reason else {
            Issue.record("a run was left out, and nobody missed it")
            return
        }
        let unlisted = try world.lie(stick, by: liar) { manifest, chunks in
            chunks.removeLast()
            manifest.contents.removeLast()
        }
        #expect(try refusal(of: unlisted)?.reason == .notFull)
        let shorter = try world.export(0, for: [1])
        #expect(
            try refusal(of: shorter.manifest + shorter.chunks.flatMap { $0 })?.reason == .notFull)
    }

    @Test func `what is left out beside a fork is missed at the chunk that comes in its place`()
        throws
    {
        let forks = ForkTests()
        let world = try forks.team(2)
        for _ in 0..<30 { try world.add(0, surname, String(repeating: "x", count: 60_000)) }
        for index in 0...1 {
            try forks.take(forks.side(world, sharing: 1, ["side \(index)"]), world, index)
        }
        try forks.meet(world, 0, 1)
        let stick = try world.fullStick(0)
        #expect(try refusal(of: stick.manifest + stick.chunks.flatMap { $0 }) == nil)
        let manifest = try World.check(stick)
        #expect(manifest.vector.contains { $0.replica.isBranch })

        var runs = BundleRuns(manifest)
        let long = try stick.chunks.map { try runs.read($0) }.enumerated().filter {
            $1.replica.lane == .data && $1.replica.node == world.laptops[0].laptop.node
        }
        try #require(long.count > 2)
        let liar = try #require(world.laptops.last).identity.key
        let file = try world.lie(stick, by: liar) { _, chunks in chunks.remove(at: long[1].offset) }
        let found = try #require(try refusal(of: file))
        #expect(found.reason == .notAsListed(long[2].element.replica))
        #expect(found.place.part == .chunk(long[1].offset + 1, of: stick.chunks.count - 1))
        #expect(found.place.run?.first == long[2].element.message.first)
    }

    @Test func `what lies beyond a cut is said, with the reason`() throws {
        let world = try team()
        try world.add(1, surname, "one")
        try world.add(1, surname, "two")
        try world.meet(1, 0)
        let replica = try #require(world.laptops[1].laptop.dataReplica)
        try world.revoke(0, 1, upTo: [replica: 1])
        let findings = try Audit.check(Bytes(try world.evidence(0)))
        #expect(
            findings.waiting == [
                .init(replica: replica, first: 2, last: 2, why: .takenOut(reasons: ["lost"]))
            ])
        #expect(findings.nodes.count { $0.role == nil && $0.revokedFor == ["lost"] } == 1)
    }

    @Test func `what was erased is counted where an entry names it, and refused where none does`()
        throws
    {
        let world = try team()
        let record = try world.add(0, surname, "one")
        try world.erase(0, [record])
        #expect(try Audit.check(Bytes(try world.evidence(0))).erased == 1)

        var author = Author(world, as: 1, incarnation: 79)
        author.write([(surname, Body(.text("gone")).encoded())])
        let erased = try author.message().erasing([1])
        let file = try world.lie(try world.fullStick(0), by: world.laptops[1].identity.key) {
            manifest, chunks in
            try chunks.append(erased, of: author)
            manifest.append(author)
        }
        #expect(try refusal(of: file)?.reason == .falseRun)
    }
}

extension Manifest {
    /// Lists a replica that somebody wrote by hand.
    fileprivate mutating func append(_ author: Author) {
        vector.append(
            .init(
                replica: author.id, height: UInt64(author.changes.count),
                hash: author.hashes[author.changes.count]))
        contents.append(
            .init(replica: vector.count - 1, first: 1, last: UInt64(author.changes.count)))
    }
}

extension [[UInt8]] {
    /// Adds what somebody wrote by hand, of their own replica alone, as a chunk that follows on these.
    fileprivate mutating func append(_ message: ChangesMessage, of author: Author) throws {
        var (table, numbering) = (ReplicaTable(), SessionReplicas())
        for chunk in self {
            var decoder = FrameDecoder()
            decoder.append(chunk)
            let frame = try #require(try decoder.next())
            _ = try ChangesMessage(
                try frame.message(Compression()), table: &table, numbering: &numbering)
        }
        var message = message
        message.replica = table.insert(author.id)
        for index in message.changes.indices {
            let dot = Dot(message.replica, message.changes[index].dot.counter)
            message.changes[index].dot = dot
            message.changes[index].record = dot
        }
        append(Frame(.changes, message.encode(table, numbering: &numbering)).encoded)
    }
}
