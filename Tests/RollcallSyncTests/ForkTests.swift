import RollcallCore
import RollcallStore
@testable import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// One number, two contents: by a liar, or by a machine that was copied while it ran.
@Suite struct ForkTests {
    static func body(_ text: String) -> [UInt8] { Body(.text(text)).encoded() }

    /// What the node at the last place wrote: so many changes that all sides have, then some of one's own.
    func side(
        _ world: World, sharing shared: Int, _ own: [String], lane: Lane = .data
    ) -> Author {
        var author = Author(world, as: world.laptops.count - 1, lane: lane, incarnation: 5)
        for place in 0..<shared { author.write([(Fields.surname, Self.body("shared \(place)"))]) }
        for text in own { author.write([(Fields.surname, Self.body(text))]) }
        return author
    }

    func team(_ count: Int) throws -> World {
        try World.team((0..<count).map { $0 == 0 ? "north gate" : "table \($0)" } + ["liar"])
    }

    func take(_ author: Author, _ world: World, _ index: Int, from first: Int = 1) throws {
        try world.take(
            chunk: author.frame(from: first).encoded, from: world.laptops.count - 1, index)
    }

    /// Two laptops meet as often as they would by themselves.
    func meet(_ world: World, _ a: Int, _ b: Int) throws {
        for _ in 0..<6 {
            try world.wait(.seconds(1))
            if world.arePlugged(a, b) { continue }
            try world.plug(a, b)
        }
        #expect(world.arePlugged(a, b))
        world.unplugAll()
    }

    /// The honest laptops hold the same, and say so.
    func expectEqual(
        _ world: World, quarantined: Int, _ location: SourceLocation = #_sourceLocation
    ) throws {
        let honest = world.laptops.indices.dropLast()
        let prints = try Set(honest.map { try world.fingerprint($0) })
        #expect(prints.count == 1, sourceLocation: location)
        #expect(
            Set(honest.map { world.laptops[$0].laptop.heads.digest() }).count == 1,
            sourceLocation: location)
        for index in honest {
            let node = world.laptops[index]
            #expect(
                try node.laptop.quarantined(node.store).count == quarantined,
                sourceLocation: location)
        }
    }

    private func forksNamed(_ world: World, _ index: Int) -> [NodeID] {
        world.laptops[index].notices.compactMap { notice in
            if case .fork(let replica, _) = notice { replica.node } else { nil }
        }
    }

    // MARK: - two sides

    @Test(arguments: [0, 1, 7, 250])
    func `both sides are kept whole by both, and neither counts`(shared: Int) throws {
        let world = try team(2)
        let sides = [["one", "two"], ["three"]].map { side(world, sharing: shared, $0) }
        for index in 0...1 { try take(sides[index], world, index) }
        try meet(world, 0, 1)

        try expectEqual(world, quarantined: 3)
        let liar = world.laptops[2].identity.node
        for index in 0...1 {
            #expect(try world.counts(index).records == shared)
            #expect(try world.counts(index).changes - world.counts(1 - index).changes == 0)
            #expect(world.laptops[index].laptop.forkedNodes == [liar])
        }
        #expect((forksNamed(world, 0) + forksNamed(world, 1)).contains(liar))
        // Said once, and all is well from then on.
        let named = (0...1).map { forksNamed(world, $0).count }
        try meet(world, 1, 0)
        #expect((0...1).map { forksNamed(world, $0).count } == named)
    }

    @Test func `a fork is what all that was edited on top of it is told by`() throws {
        let world = try team(2)
        let sides = [["one"], ["two"]].map { side(world, sharing: 1, $0) }
        for index in 0...1 { try take(sides[index], world, index) }
        let record = GlobalDot(replica: sides[0].id, counter: 1)
        let created = GlobalDot(replica: sides[0].id, counter: 2)
        // Each edits what it sees: one record that all have, one that is another at each.
        for index in 0...1 {
            try world.set(index, record, Fields.givenName, "by \(index)")
            try world.set(index, created, Fields.givenName, "of \(index)")
        }
        try meet(world, 0, 1)

        try expectEqual(world, quarantined: 2)
        for index in 0...1 {
            #expect(try world.values(index, record, Fields.surname) == ["shared 0"])
            #expect(
                try world.values(index, record, Fields.givenName).sorted() == ["by 0", "by 1"])
            // What honest laptops wrote about it counts, whatever becomes of what was forked.
            #expect(
                try world.values(index, created, Fields.givenName).sorted() == ["of 0", "of 1"])
            #expect(try world.values(index, created, Fields.surname).isEmpty)
        }
    }

    @Test func `a restart finds a fork as it was`() throws {
        let world = try team(2)
        for index in 0...1 {
            try take(side(world, sharing: 3, ["own \(index)", "more"]), world, index)
        }
        try meet(world, 0, 1)
        let before = try world.fingerprint(0)
        try world.restart(0, seed: 77)
        #expect(try world.fingerprint(0) == before)
        try meet(world, 0, 1)
        try expectEqual(world, quarantined: 4)
    }

    // MARK: - more sides, in any order

    /// Four sides, which leave what they share at three places.
    private func fourSides(_ world: World) -> [Author] {
        [
            side(world, sharing: 9, ["a", "b", "c"]), side(world, sharing: 9, ["d"]),
            side(world, sharing: 4, ["e", "f"]), side(world, sharing: 6, []),
        ]
    }

    @Test(arguments: 0..<24)
    func `whoever meets first, all end alike`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let world = try team(4)
        for (index, author) in fourSides(world).enumerated() { try take(author, world, index) }
        var pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
        pairs.shuffle(using: &random)
        // Each hears of all in the second round at the latest.
        for (a, b) in pairs + pairs { try meet(world, a, b) }
        // 1 to 4 count; 5 to 9 of the first two, three after; one; two.
        try expectEqual(world, quarantined: 5 + 3 + 1 + 2)
    }

    @Test func `a newcomer is given all sides`() throws {
        let world = try World(["north gate", "table 1", "newcomer", "liar"])
        try world.found(0)
        try world.join(1, through: 0)
        try world.join(3, through: 0)
        world.unplugAll()
        for index in 0...1 { try take(side(world, sharing: 20, ["own \(index)"]), world, index) }
        try meet(world, 0, 1)
        try world.join(2, through: 0)
        world.unplugAll()
        try meet(world, 2, 1)
        try expectEqual(world, quarantined: 2)
    }

    @Test func `both sides grow, and each is passed on under its name`() throws {
        let world = try team(3)
        var sides = [["one"], ["two"]].map { side(world, sharing: 2, $0) }
        for index in 0...1 { try take(sides[index], world, index) }
        try meet(world, 0, 1)
        for index in 0...1 {
            for place in 0..<3 {
                sides[index].write([(Fields.surname, Self.body("later \(place)"))])
            }
            try take(sides[index], world, index, from: 4)
        }
        try meet(world, 0, 1)
        try meet(world, 1, 2)
        try meet(world, 0, 2)
        try expectEqual(world, quarantined: 8)
        #expect(try world.counts(2).records == 2)
    }

    // MARK: - how it is found

    @Test func `where a long replica is forked is found in a few rounds`() throws {
        let world = try team(2)
        for index in 0...1 { try take(side(world, sharing: 200, ["own \(index)"]), world, index) }
        let trace = Trace(world)
        try meet(world, 0, 1)
        #expect(trace.entries.count { $0.type == .trace } <= 8)
        try expectEqual(world, quarantined: 2)
    }

    @Test func `a change that comes live from the other side is not taken for one's own`() throws {
        let world = try team(2)
        var sides = [["one"], ["one"]].map { side(world, sharing: 2, $0) }
        for index in 0...1 { try take(sides[index], world, index) }
        try world.plug(0, 1)
        // Both go on, unlike, while they are connected.
        for index in 0...1 {
            sides[index].write([(Fields.surname, Self.body("own \(index)"))])
            world.isPrompt = index == 1
            try take(sides[index], world, index, from: 4)
        }
        try world.deliverAll()
        try meet(world, 0, 1)
        try expectEqual(world, quarantined: 2)
    }

    @Test func `a stick with the other side is taken, and says so`() throws {
        let world = try team(2)
        let sides = [["one"], ["two", "three"]].map { side(world, sharing: 1, $0) }
        try take(sides[0], world, 0)
        try take(sides[1], world, 0)
        #expect(try world.counts(0).records == 1)
        #expect(forksNamed(world, 0).count == 1)
        let node = world.laptops[0]
        #expect(try node.laptop.quarantined(node.store).count == 3)

        try world.take(world.export(0, for: [1]), 1)
        try expectEqual(world, quarantined: 3)
    }

    @Test func `whoever knows of no fork and writes on is understood`() throws {
        let world = try team(2)
        var sides = [["one", "two"], ["three", "four"]].map { side(world, sharing: 1, $0) }
        for index in 0...1 { try take(sides[index], world, 0) }
        for index in [1, 0] {
            sides[index].write([(Fields.surname, Self.body("later"))])
            // It goes on from what it sent before, and so does not say from what.
            var message = sides[index].message(from: 4)
            message.startHash = nil
            var numbering = SessionReplicas()
            let frame = Frame(.changes, message.encode(sides[index].table, numbering: &numbering))
            try world.take(chunk: frame.encoded, from: world.laptops.count - 1, 0)
        }
        let node = world.laptops[0]
        #expect(try node.laptop.quarantined(node.store).count == 6)
        try meet(world, 0, 1)
        try expectEqual(world, quarantined: 6)
    }

    // MARK: - adopting

    /// What a laptop has in quarantine, as its writer named it.
    private func waiting(_ world: World, _ index: Int) throws -> [Dot] {
        let node = world.laptops[index]
        return try node.laptop.quarantined(node.store).map(\.dot)
            .filter { node.laptop.decisions(about: $0).isEmpty }
    }

    private func judge(
        _ world: World, _ index: Int, _ verdict: AdoptEntry.Verdict,
        _ isMeant: (Laptop, Dot) -> Bool = { _, _ in true }
    ) throws {
        let node = world.laptops[index]
        let dots = try waiting(world, index).filter { isMeant(node.laptop, $0) }
        try world.act(index) { laptop, store, output in
            _ = try laptop.judge(
                dots, verdict, reason: "asked the operator", world.moment, store, &output)
        }
    }

    @Test func `a side that is adopted counts on every laptop, with what was edited on top`() throws
    {
        let world = try team(2)
        var sides = [["one"], []].map { side(world, sharing: 1, $0) }
        sides[1].write(
            record: GlobalDot(replica: sides[1].id, counter: 1),
            [
                (Fields.givenName, Self.body("of the other side"))
            ])
        for index in 0...1 { try take(sides[index], world, index) }
        let created = GlobalDot(replica: sides[0].id, counter: 2)
        try world.set(0, created, Fields.givenName, "by the gate")
        try meet(world, 0, 1)
        #expect(try world.values(0, created, Fields.surname).isEmpty)

        try judge(world, 0, .adopt)
        try meet(world, 0, 1)
        try expectEqual(world, quarantined: 2)
        #expect(try waiting(world, 1).isEmpty)
        let shared = GlobalDot(replica: sides[0].id, counter: 1)
        for index in 0...1 {
            #expect(try world.values(index, created, Fields.surname) == ["one"])
            #expect(try world.values(index, created, Fields.givenName) == ["by the gate"])
            #expect(
                try world.values(index, shared, Fields.givenName) == ["of the other side"])
        }
        // Again, and nothing is written twice.
        let counts = try world.counts(0)
        #expect(throws: LaptopError.notQuarantined) { try judge(world, 0, .adopt) }
        #expect(try world.counts(0) == counts)
    }

    @Test func `two people under one number stay two when both sides are adopted`() throws {
        let world = try team(2)
        for index in 0...1 { try take(side(world, sharing: 0, ["own \(index)"]), world, index) }
        try meet(world, 0, 1)
        try judge(world, 0, .adopt)
        try meet(world, 0, 1)
        try expectEqual(world, quarantined: 2)
        for index in 0...1 {
            let node = world.laptops[index]
            #expect(try world.counts(index).records == 2)
            #expect(try world.counts(index).conflicts == 0)
            #expect(try node.laptop.waiting(node.store).isEmpty)
        }
    }

    @Test func `a change of a kind of later versions is adopted like any other`() throws {
        let world = try team(2)
        let sides = [0, 1].map { index in
            var author = side(world, sharing: 0, [])
            author.write(kind: 77, [(Fields.surname, Self.body("side \(index)"))])
            return author
        }
        for index in 0...1 { try take(sides[index], world, index) }
        try meet(world, 0, 1)
        try judge(world, 0, .adopt)
        try meet(world, 0, 1)
        try expectEqual(world, quarantined: 2)
        for index in 0...1 { #expect(try world.counts(index).records == 2) }
    }

    @Test func `what was adopted of a side cannot be refused, nor adopted again, any more`() throws
    {
        let world = try team(2)
        for index in 0...1 { try take(side(world, sharing: 0, ["own \(index)"]), world, index) }
        try meet(world, 0, 1)
        let node = world.laptops[0]
        let dots = try waiting(world, 0)
        try judge(world, 0, .adopt)
        let counts = try world.counts(0)
        for verdict in AdoptEntry.Verdict.allCases {
            #expect(throws: LaptopError.notQuarantined) {
                try world.act(0) { laptop, store, output in
                    _ = try laptop.judge(
                        dots, verdict, reason: "", world.moment, store, &output)
                }
            }
        }
        #expect(try world.counts(0) == counts)
        #expect(node.laptop.decisions(about: dots[0]).map(\.verdict) == [.adopt])
    }

    @Test func `what both sides wrote of one person is adopted together`() throws {
        let world = try team(2)
        let sides = [0, 1].map { index in
            var author = side(world, sharing: 1, [])
            author.write(
                record: GlobalDot(replica: author.id, counter: 1),
                [
                    (Fields.givenName, Self.body("side \(index)"))
                ])
            return author
        }
        for index in 0...1 { try take(sides[index], world, index) }
        try meet(world, 0, 1)
        try judge(world, 0, .adopt)
        try meet(world, 0, 1)
        try expectEqual(world, quarantined: 2)
        let record = GlobalDot(replica: sides[0].id, counter: 1)
        for index in 0...1 {
            #expect(
                try world.values(index, record, Fields.givenName).sorted() == ["side 0", "side 1"])
        }
    }

    @Test func `of what one side replaced in itself only the last is adopted`() throws {
        let world = try team(2)
        let sides = [0, 1].map { index in
            var author = side(world, sharing: 1, [])
            let record = GlobalDot(replica: author.id, counter: 1)
            for place in 0...1 {
                author.write(
                    record: record, names: UInt64(place) + 1,
                    [
                        (Fields.surname, Self.body("side \(index), \(place)"))
                    ])
            }
            return author
        }
        for index in 0...1 { try take(sides[index], world, index) }
        try meet(world, 0, 1)
        let record = GlobalDot(replica: sides[0].id, counter: 1)
        #expect(try world.values(0, record, Fields.surname) == ["shared 0"])
        var chosen: ReplicaNumber?
        try judge(world, 0, .adopt) { laptop, dot in
            chosen = chosen ?? dot.replica
            return dot.replica == chosen
        }
        try judge(world, 0, .refuse)
        try meet(world, 0, 1)
        try expectEqual(world, quarantined: 4)
        for index in 0...1 {
            let values = try world.values(index, record, Fields.surname)
            #expect(values.count == 1 && values[0].hasSuffix(", 1"))
            #expect(try waiting(world, index).isEmpty)
        }
    }

    // MARK: - one's own

    @Test func `a laptop that finds itself forked goes on under a new name`() throws {
        let world = try World.team(["north gate", "table 1"])
        let record = try world.add(1, Fields.surname, "one")
        try world.plug(0, 1)
        #expect(try world.values(0, record, Fields.surname) == ["one"])
        world.unplugAll()
        let replica = try #require(world.laptops[1].laptop.dataReplica)
        // The copy of the machine writes under the same name.
        var copy = Author(world, as: 1, incarnation: replica.incarnation)
        copy.write([(Fields.surname, Self.body("by the copy"))])
        try world.take(chunk: copy.frame().encoded, from: 0, 1)

        #expect(world.laptops[1].laptop.dataReplica == nil)
        let next = try world.add(1, Fields.surname, "two")
        #expect(next.replica != replica)
        try meet(world, 0, 1)
        #expect(try world.fingerprint(0) == world.fingerprint(1))
        #expect(try world.values(0, next, Fields.surname) == ["two"])
    }

    @Test func `what a copy added can be edited before the copy is known of`() throws {
        let world = try World.team(["north gate", "table 1"])
        try world.add(1, Fields.surname, "one")
        try world.plug(0, 1)
        world.unplugAll()
        let replica = try #require(world.laptops[1].laptop.dataReplica)
        // Somebody heard of it and edited it; only the edit comes.
        let added = GlobalDot(replica: replica, counter: 3)
        var other = Author(world, as: 0, incarnation: 9)
        other.write(record: added, [(Fields.givenName, Self.body("by another"))])
        try world.take(chunk: other.frame().encoded, from: 0, 1)

        try world.set(1, added, Fields.surname, "by hand")
        try meet(world, 0, 1)
        #expect(try world.fingerprint(0) == world.fingerprint(1))
        #expect(try world.values(0, added, Fields.surname) == ["by hand"])
    }

    // MARK: - the control lane

    @Test func `of what a forked administrator says only removals hold`() throws {
        let world = try World(["north gate", "table 1", "newcomer", "victim", "liar"])
        try world.found(0)
        for index in [1, 3, 4] { try world.join(index, through: 0) }
        world.unplugAll()
        let nodes = world.laptops.map(\.identity)
        func entry(_ kind: UInt64, _ bytes: [UInt8], _ index: Int) throws {
            var author = Author(world, as: 4, lane: .control, incarnation: 6)
            author.write(
                kind: kind, extras: parents(world, 0), [(.entry, Body(.entry(bytes)).encoded())])
            try world.take(chunk: author.frame().encoded, from: 4, index)
        }
        let newcomer = nodes[2]
        let register = try #require(world.laptops[0].laptop.membership?.register)
        let proof = newcomer.key.signature(
            of: MemberEntry.enrolment(
                register: register, node: newcomer.node, tlsKeyHash: newcomer.tlsKeyHash,
                bundleKey: []))
        let member = MemberEntry(
            node: newcomer.node, tlsKeyHash: newcomer.tlsKeyHash, role: .operator, bundleKey: [],
            name: "newcomer", proof: proof)
        try entry(ChangeKind.member, member.encoded(), 0)
        #expect(world.laptops[0].laptop.membership?.isMember(newcomer.node) == true)
        try entry(
            ChangeKind.revoke,
            RevokeEntry(node: nodes[3].node, reason: "", cuts: []).encoded(), 1)
        try meet(world, 0, 1)

        #expect(try world.fingerprint(0) == world.fingerprint(1))
        for index in 0...1 {
            let membership = try #require(world.laptops[index].laptop.membership)
            #expect(!membership.isMember(newcomer.node))
            #expect(!membership.isMember(nodes[3].node))
            #expect(membership.revoked[nodes[3].node] != nil)
        }
        // What an administrator said twice can be said again, not adopted; to refuse it clears the list.
        #expect(throws: LaptopError.notAdoptable) { try judge(world, 0, .adopt) }
        try judge(world, 0, .refuse)
        #expect(try waiting(world, 0).isEmpty)
        try meet(world, 0, 1)
        try world.restart(0, seed: 78)
        #expect(try world.fingerprint(0) == world.fingerprint(1))
    }

    /// That an author knows all control changes that a laptop has.
    func parents(_ world: World, _ index: Int) -> [UInt8] {
        let heads = world.laptops[index].laptop.heads
        var parents = ByteWriter()
        for row in heads.allNumbers.map({ heads[$0] })
        where row.id.lane == .control && row.id.incarnation != 6 {
            row.id.encode(to: &parents)
            parents.varint(row.height)
            parents.raw(row.hash.prefix(16))
        }
        var extras = ByteWriter()
        extras.varint(Extras.parents)
        extras.byteString(parents.bytes)
        return extras.bytes
    }

    // MARK: - limits

    @Test func `sides beyond as many as are kept stay with whoever has them, and the rest goes on`()
        throws
    {
        let world = try team(2)
        for place in 0..<Limits.branchesMax {
            try take(side(world, sharing: 1, ["of \(place)"]), world, 0)
            try take(side(world, sharing: 1, ["of another \(place)"]), world, 1)
        }
        var oneMore = side(world, sharing: 1, ["one more"])
        #expect(try world.take(chunk: oneMore.frame().encoded, from: 2, 0).left == 2)
        let record = try world.add(0, Fields.surname, "goes on")
        try meet(world, 0, 1)
        #expect(try world.values(1, record, Fields.surname) == ["goes on"])
        for index in 0...1 {
            let node = world.laptops[index]
            #expect(try node.laptop.quarantined(node.store).count == Limits.branchesMax)
            #expect(forksNamed(world, index).contains(node.laptop.forkedNodes[0]))
            // What has been left is not said to be here.
            #expect(world.standing(index, of: 1 - index)?.isUpToDate != true)
        }
        // What goes on from a side that was left is left, too.
        oneMore.write([(Fields.surname, Self.body("and on"))])
        try world.plug(0, 1)
        let other = try world.add(1, Fields.surname, "goes on as well")
        #expect(try world.values(0, other, Fields.surname) == ["goes on as well"])
        #expect(world.arePlugged(0, 1))
    }

    @Test func `a stick with another side than is here is not done with, whatever is acknowledged`()
        throws
    {
        let world = try team(2)
        let sides = [["one"], ["another"]].map { side(world, sharing: 1, $0) }
        for index in 0...1 { try take(sides[0], world, index) }
        let stick = try world.export(0, for: [1])
        try world.plug(0, 1)
        world.unplugAll()
        let done = { (index: Int) in
            let node = world.laptops[index]
            return try node.laptop.isDone(try World.check(stick), node.store)
        }
        #expect(try done(0) && done(1))
        // The other side is on a stick that nobody took in yet: by their numbers alone it would be known to all.
        var manifest = try World.check(stick)
        let row = try #require(manifest.vector.firstIndex { $0.replica == sides[0].id })
        manifest.vector[row].hash = sides[1].hashes[2]
        let node = world.laptops[0]
        #expect(try !node.laptop.isDone(manifest, node.store))
    }

    @Test func `a stick does not say that its source has what is another side there`() throws {
        let world = try team(2)
        let sides = [["one"], ["another"]].map { side(world, sharing: 1, $0) }
        try take(sides[0], world, 0)
        try take(sides[1], world, 1)
        // Without the side itself, as for somebody who has it.
        var stick = try world.export(1, for: [0])
        let node = world.laptops[1]
        var manifest = try World.check(stick)
        let row = try #require(
            manifest.vector.firstIndex { $0.replica == sides[1].id })
        #expect(manifest.vector[row].height == 2)
        stick.chunks = []
        manifest.chunks = []
        manifest.contents = []
        var hash = LabelledHash("rc1.bundle")
        hash.add(manifest.encodedForSigning())
        manifest.signature = node.identity.key.signature(of: hash.finish())
        stick.manifest = BundleFile.prologue + Frame(.manifest, manifest.encoded()).encoded
        try world.take(stick, 0)
        let knowledge = try #require(world.laptops[0].laptop.peers[node.identity.node])
        let number = try #require(world.laptops[0].laptop.heads.table.number(of: sides[0].id))
        #expect(knowledge.acknowledged[number] < 2)
    }
}
