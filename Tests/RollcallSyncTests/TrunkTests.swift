import RollcallCore
import RollcallStore
@testable import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// What a lost laptop wrote before it was taken out counts, whatever is signed with its key later.
extension ForkTests {
    private func revoke(
        _ world: World, _ revoked: NodeID, by index: Int, upTo believed: [ReplicaID: UInt64] = [:]
    ) throws {
        try world.act(index) { laptop, store, output in
            _ = try laptop.revoke(
                revoked, reason: "lost", upTo: believed, world.moment, store, &output)
        }
    }

    private func liar(_ world: World) -> NodeID {
        world.laptops[world.laptops.count - 1].identity.node
    }

    // MARK: - the data lane

    @Test(arguments: [2, 0, 250], [false, true])
    func `a fork below the cut gains nothing`(shared: Int, isHeardFirst: Bool) throws {
        let world = try team(3)
        let written = side(world, sharing: shared, ["own 0", "own 1", "own 2"])
        for index in 0...1 { try take(written, world, index) }
        let other = side(world, sharing: shared, ["another 0", "another 1"])
        if isHeardFirst { try take(other, world, 1) }
        let edited = GlobalDot(replica: written.id, counter: UInt64(shared + 2))
        try world.set(0, edited, Fields.givenName, "by an honest one")
        try revoke(world, liar(world), by: 0)
        if !isHeardFirst {
            try meet(world, 0, 1)
            try take(other, world, 1)
        }
        for (a, b) in [(0, 1), (1, 2), (0, 2), (0, 1)] { try meet(world, a, b) }

        try expectEqual(world, quarantined: 2)
        for index in 0...2 {
            #expect(try world.counts(index).records == shared + 3)
            #expect(try world.values(index, edited, Fields.surname) == ["own 1"])
            #expect(world.laptops[index].laptop.forkedNodes == [liar(world)])
        }
        let before = try world.fingerprint(2)
        try world.restart(2, seed: 79)
        #expect(try world.fingerprint(2) == before)
        try meet(world, 2, 0)
        try expectEqual(world, quarantined: 2)
    }

    @Test func `of a side that a revoke vouches for only what lies below the cut counts`() throws {
        let world = try team(2)
        let sides = [["a", "b", "c", "d"], ["e", "f"]].map { side(world, sharing: 1, $0) }
        for index in 0...1 { try take(sides[index], world, index) }
        try revoke(world, liar(world), by: 0, upTo: [sides[0].id: 3])
        try meet(world, 0, 1)
        try expectEqual(world, quarantined: 4)
        for index in 0...1 { #expect(try world.counts(index).records == 3) }
    }

    @Test func `what says nothing makes no record when it gets its name back`() throws {
        let world = try team(2)
        var written = side(world, sharing: 1, ["own"])
        written.write(kind: ChangeKind.custody, [])
        try take(written, world, 0)
        try take(side(world, sharing: 1, ["another"]), world, 1)
        try revoke(world, liar(world), by: 0)
        try meet(world, 0, 1)
        try expectEqual(world, quarantined: 1)
        for index in 0...1 { #expect(try world.counts(index).records == 2) }
    }

    @Test func `what the lost laptop's earlier starts wrote is vouched for by what ended them`()
        throws
    {
        let world = try team(2)
        let written = side(world, sharing: 2, ["own 0", "own 1"])
        var later = Author(world, as: 2, incarnation: 6)
        later.write(extras: ended(written), [(Fields.surname, Self.body("later"))])
        for index in 0...1 {
            try take(written, world, index)
            try take(later, world, index)
        }
        try take(side(world, sharing: 2, ["another"]), world, 1)
        try revoke(world, liar(world), by: 0)
        try meet(world, 0, 1)
        try expectEqual(world, quarantined: 1)
        for index in 0...1 { #expect(try world.counts(index).records == 5) }
    }

    private func ended(_ author: Author) -> [UInt8] {
        var list = ByteWriter()
        list.u64(author.id.incarnation)
        list.varint(UInt64(author.changes.count))
        list.raw(author.hashes[author.changes.count])
        var extras = ByteWriter()
        extras.varint(Extras.ended)
        extras.byteString(list.bytes)
        return extras.bytes
    }

    @Test(arguments: 0..<24)
    func `of several that vouch the lowest decides, whoever hears of what first`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let world = try team(4)
        let sides = [
            side(world, sharing: 9, ["a", "b", "c"]), side(world, sharing: 9, ["d"]),
            side(world, sharing: 4, ["e", "f", "g"]), side(world, sharing: 6, []),
        ]
        for (index, author) in sides.enumerated() { try take(author, world, index) }
        // 12 changes of the first side, 7 of the third; one more that is on nobody's side lies above both.
        try revoke(world, liar(world), by: 0)
        try revoke(world, liar(world), by: 2)
        var pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
        pairs.shuffle(using: &random)
        for (a, b) in pairs + pairs { try meet(world, a, b) }
        // Of the third side all counts; 5 to 9 of the first two, and what each of them has alone, do not.
        try expectEqual(world, quarantined: 5 + 3 + 1)
        for index in 0...3 { #expect(try world.counts(index).records == 7) }
        try world.restart(1, seed: 80)
        try meet(world, 1, 0)
        try expectEqual(world, quarantined: 5 + 3 + 1)
    }

    @Test func `an erased value of a side that got its name back leaves no salt behind`() throws {
        let world = try team(2)
        let written = side(world, sharing: 2, ["own 0", "own 1"])
        for index in 0...1 { try take(written, world, index) }
        try take(side(world, sharing: 2, ["another"]), world, 1)
        try revoke(world, liar(world), by: 0)
        try meet(world, 0, 1)
        let record = GlobalDot(replica: written.id, counter: 3)
        let dot = try world.known(0, record)
        try world.act(0) { laptop, store, output in
            _ = try laptop.erase(
                [dot], reason: "asked for", world.moment, store,
                &output)
        }
        try meet(world, 0, 1)
        try expectEqual(world, quarantined: 1)
        for index in 0...1 {
            #expect(try world.values(index, record, Fields.surname).isEmpty)
            let node = world.laptops[index]
            for number in node.laptop.heads.allNumbers
            where node.laptop.heads[number].id.node == liar(world) {
                // Neither the replica nor what had its name for a while.
                let salts = try node.store.salts(of: number, block: 0)
                #expect(try salts.map { try SaltTree(encoded: $0) }?.leaf(3) == nil)
            }
        }
    }

    // MARK: - the control lane

    /// What a node at a place says in the control lane, knowing all that a laptop has.
    private func entry(
        _ kind: UInt64, _ bytes: [UInt8], _ author: inout Author, _ world: World, knowing index: Int
    ) {
        author.write(
            kind: kind, extras: parents(world, index), [(.entry, Body(.entry(bytes)).encoded())])
    }

    /// That an author knows the first change of another.
    private func parents(of other: Author) -> [UInt8] {
        var parents = ByteWriter()
        other.id.encode(to: &parents)
        parents.varint(UInt64(1))
        parents.raw(other.hashes[1].prefix(16))
        var extras = ByteWriter()
        extras.varint(Extras.parents)
        extras.byteString(parents.bytes)
        return extras.bytes
    }

    private func admission(of index: Int, _ role: Role, _ world: World) throws -> [UInt8] {
        let identity = world.laptops[index].identity
        let register = try #require(world.laptops[0].laptop.membership?.register)
        let proof = identity.key.signature(
            of: MemberEntry.enrolment(
                register: register, node: identity.node, tlsKeyHash: identity.tlsKeyHash,
                bundleKey: []))
        return MemberEntry(
            node: identity.node, tlsKeyHash: identity.tlsKeyHash, role: role, bundleKey: [],
            name: "n", proof: proof
        ).encoded()
    }

    private func isMember(_ world: World, _ index: Int, on other: Int) -> Bool {
        world.laptops[other].laptop.membership?.isMember(world.laptops[index].identity.node) == true
    }

    @Test(arguments: [false, true])
    func `whom a lost administrator let in before stays`(isForkFirst: Bool) throws {
        let world = try World(["north gate", "table 1", "newcomer", "lost"])
        try world.found(0)
        for index in [1, 3] { try world.join(index, through: 0) }
        world.unplugAll()
        var before = Author(world, as: 3, lane: .control, incarnation: 6)
        entry(
            ChangeKind.member, try admission(of: 2, .operator, world), &before, world, knowing: 0)
        try take(before, world, 0)
        var fork = Author(world, as: 3, lane: .control, incarnation: 6)
        entry(ChangeKind.operator, OperatorEntry(name: "x").encoded(), &fork, world, knowing: 1)
        if isForkFirst {
            try take(fork, world, 1)
            try meet(world, 0, 1)
            #expect(!isMember(world, 2, on: 0))
            #expect(!isMember(world, 2, on: 1))
            try take(before, world, 1)
        }
        // By the hash of the side that it believes.
        let cut = Cut(lane: .control, incarnation: 6, height: 1, hash: before.hashes[1])
        let lost = world.laptops[3].identity.node
        try world.act(0) { laptop, store, output in
            _ = try laptop.writeControl(
                ChangeKind.revoke,
                RevokeEntry(node: lost, reason: "lost", cuts: [cut]).encoded(), store, &output)
        }
        if !isForkFirst { try take(fork, world, 1) }
        try meet(world, 0, 1)
        for index in 0...1 {
            #expect(isMember(world, 2, on: index))
            #expect(!isMember(world, 3, on: index))
        }
        #expect(try world.fingerprint(0) == world.fingerprint(1))
        try world.restart(1, seed: 81)
        #expect(isMember(world, 2, on: 1))
        #expect(try world.fingerprint(0) == world.fingerprint(1))
    }

    @Test func `a removal holds though the replica is forked that let in who wrote it`() throws {
        let world = try World(["north gate", "victim", "second", "lost"])
        try world.found(0)
        for index in [1, 3] { try world.join(index, through: 0) }
        world.unplugAll()
        var first = Author(world, as: 3, lane: .control, incarnation: 6)
        entry(
            ChangeKind.member, try admission(of: 2, .administrator, world), &first, world,
            knowing: 0)
        try take(first, world, 0)
        var second = Author(world, as: 2, lane: .control, incarnation: 7)
        let victim = world.laptops[1].identity.node
        let extras = parents(of: first)
        let removal = RevokeEntry(node: victim, reason: "", cuts: []).encoded()
        second.write(
            kind: ChangeKind.revoke, extras: extras,
            [(.entry, Body(.entry(removal)).encoded())])
        try take(second, world, 0)
        #expect(!isMember(world, 1, on: 0))
        // Who has the administrator's key writes its first change anew.
        var fork = Author(world, as: 3, lane: .control, incarnation: 6)
        entry(ChangeKind.operator, OperatorEntry(name: "x").encoded(), &fork, world, knowing: 0)
        try take(fork, world, 0)
        #expect(!isMember(world, 1, on: 0))
        #expect(!isMember(world, 2, on: 0))
        try world.restart(0, seed: 82)
        #expect(!isMember(world, 1, on: 0))
    }
}
