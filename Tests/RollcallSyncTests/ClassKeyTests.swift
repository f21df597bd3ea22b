import RollcallCore
import RollcallStore
@testable import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// Who can read what is of a restricted class.
@Suite struct ClassKeyTests {
    private func tend(_ world: World, _ indices: Int...) throws {
        for index in indices {
            try world.act(index) { laptop, store, output in
                _ = try laptop.renewBundleKey(world.moment, store, &output)
            }
            try world.act(index) { laptop, store, output in
                _ = try laptop.tendClassKeys(world.moment, store, &output)
            }
        }
    }

    private func meet(_ world: World, _ a: Int, _ b: Int) throws {
        try world.plug(a, b)
        world.unplugAll()
    }

    private func give(_ role: Role, _ index: Int, _ world: World, by other: Int = 0) throws {
        let node = world.laptops[index].identity.node
        try world.act(other) { laptop, store, output in
            _ = try laptop.give(role, to: node, world.moment, store, &output)
        }
    }

    private func revoke(_ world: World, _ by: Int, _ lost: Int) throws {
        let node = world.laptops[lost].identity.node
        try world.act(by) { laptop, store, output in
            _ = try laptop.revoke(node, reason: "lost", world.moment, store, &output)
        }
    }

    /// The north gate as administrator, and others of some roles, who have all heard of all.
    private func team(_ roles: Role...) throws -> World {
        let world = try World.team(["north gate"] + roles.indices.map { "table \($0 + 1)" })
        for (place, role) in roles.enumerated() { try give(role, place + 1, world) }
        try tend(world, 0)
        try settle(world)
        return world
    }

    /// All meet the north gate and have what it gives them.
    private func settle(_ world: World) throws {
        let others = world.laptops.indices.dropFirst()
        for index in others {
            try meet(world, 0, index)
            try tend(world, index)
            try meet(world, 0, index)
        }
        try tend(world, 0)
        for index in others {
            try meet(world, 0, index)
            try tend(world, index)
        }
    }

    private func reads(_ world: World, _ index: Int) -> [UInt8] {
        world.laptops[index].laptop.openClasses
    }

    @Test func `each role reads what it may, and holds what it may not`() throws {
        let world = try team(.operator, .medic, .observer)
        #expect((0...3).map { reads(world, $0) } == [[3, 4], [3, 4], [3], []])
        let record = try world.add(
            1,
            [
                FieldEdit(Fields.surname, .put(.text("x"))),
                FieldEdit(Fields.blood, .put(.state(.refused))),
                FieldEdit(Fields.callsign, .put(.text("y"))),
            ])
        try meet(world, 0, 1)
        for index in [2, 3] { try meet(world, 0, index) }
        let shown = try (0...3).map { index in
            try [Fields.surname, Fields.blood, Fields.callsign].map {
                try world.values(index, record, $0)[0]
            }
        }
        #expect(
            shown == [
                ["x", "(refused)", "y"], ["x", "(refused)", "y"], ["x", "(refused)", "(sealed)"],
                ["x", "(sealed)", "(sealed)"],
            ])
        #expect(try world.haveConverged())
        let gate = world.laptops[0].laptop
        let given = world.laptops.map { gate.classes(givenTo: $0.identity.node) }
        #expect(given == [[3, 4], [3, 4], [3], []])
    }

    @Test func `who may not read a class writes nothing in it`() throws {
        let world = try team(.medic)
        let before = try world.counts(1)
        #expect(throws: LaptopError.sealedHere(Fields.callsign)) {
            try world.add(
                1,
                [
                    FieldEdit(Fields.surname, .put(.text("x"))),
                    FieldEdit(Fields.callsign, .put(.text("y"))),
                ])
        }
        #expect(try world.counts(1) == before)
        try world.add(1, Fields.blood, "A")
    }

    @Test func `equal values are one value, and unlike ones a conflict, for all alike`() throws {
        let world = try team(.operator, .observer)
        let record = try world.add(0, Fields.surname, "x")
        try meet(world, 0, 1)
        for index in [0, 1] {
            try world.set(index, record, Fields.blood, "A")
            try world.set(index, record, Fields.callsign, "unlike \(index)")
        }
        try meet(world, 0, 1)
        try meet(world, 0, 2)
        for index in 0...2 {
            #expect(try world.witnesses(index, record, Fields.blood) == [2])
            #expect(try world.view(index, record)?[Fields.blood]?.isConflict == false)
            #expect(try world.witnesses(index, record, Fields.callsign).count == 2)
        }
        #expect(try world.haveConverged())
    }

    @Test func `a conflict in what is sealed is counted by all and settled by who can read`() throws
    {
        let world = try team(.operator, .observer)
        let record = try world.add(0, Fields.surname, "x")
        try meet(world, 0, 1)
        for index in [0, 1] { try world.set(index, record, Fields.blood, "unlike \(index)") }
        try meet(world, 0, 1)
        try meet(world, 0, 2)
        #expect(try (0...2).map { try world.counts($0).conflicts } == [1, 1, 1])
        let kept = try #require(try world.view(1, record)?[Fields.blood]?.values[0].witnesses[0])
        let dot = try world.known(1, record)
        try world.act(1) { laptop, store, output in
            _ = try laptop.resolve(
                dot, Fields.blood, keep: kept.dot, value: nil, .asStored,
                Authorship(operatorDot: nil, reason: "asked"), store, &output)
        }
        try meet(world, 0, 1)
        try meet(world, 0, 2)
        #expect(try (0...2).map { try world.counts($0).conflicts } == [0, 0, 0])
        #expect(try world.values(0, record, Fields.blood) == [kept.body.content.shown])
    }

    @Test func `a source that stands openly beside it stays open, and a reason never does`() throws
    {
        let world = try team(.observer)
        let dots = try world.act(0) { laptop, store, output in
            try laptop.add(
                [
                    FieldEdit(Fields.surname, .put(.text("x"))),
                    FieldEdit(Fields.blood, .put(.text("A"))),
                ], Authorship(operatorDot: nil, source: "a list", reason: "why"), store, &output
            ).dots
        }
        let other = try world.act(0) { laptop, store, output in
            try laptop.set(
                dots[0], [FieldEdit(Fields.callsign, .put(.text("y")))], .asStored,
                Authorship(operatorDot: nil, source: "a neighbour"), store, &output)
        }
        try meet(world, 0, 1)
        func body(_ index: Int, _ dot: Dot, _ field: FieldNumber) throws -> Body {
            let name = world.name(0, dot)
            let there = try world.known(index, name)
            let node = world.laptops[index]
            let stored = try #require(try node.store.change(there))
            let change = try Change(dot: there, stored: stored.content)
            return node.laptop.body(of: try #require(change.write(to: field)), in: change)
        }
        let sealed = try body(1, dots[0], Fields.blood)
        #expect(sealed.source == "a list" && sealed.reason == nil)
        #expect(try body(1, other[0], Fields.callsign).source == nil)
        #expect(try body(0, other[0], Fields.callsign).source == "a neighbour")
        #expect(try body(0, dots[0], Fields.blood).reason == "why")
    }

    @Test func `a newcomer reads what was written before it came`() throws {
        let world = try team(.operator)
        let record = try world.add(1, Fields.blood, "A")
        try meet(world, 0, 1)
        world.laptops.append(try TestLaptop("table 9", seed: 77))
        try world.join(2, through: 0)
        world.unplugAll()
        #expect(try world.values(2, record, Fields.blood) == ["(sealed)"])
        try settle(world)
        #expect(try world.values(2, record, Fields.blood) == ["A"])
        try world.restart(2, seed: 91)
        #expect(try world.values(2, record, Fields.blood) == ["A"])
    }

    @Test func `what is written after a laptop was taken out it can never read`() throws {
        let world = try team(.operator, .operator)
        let before = try world.add(0, Fields.blood, "A")
        for index in [1, 2] { try meet(world, 0, index) }
        let stolen = world.laptops[2].laptop.classKeys
        try revoke(world, 0, 2)
        try tend(world, 0)
        try meet(world, 0, 1)
        try tend(world, 1)
        let after = try world.add(1, Fields.blood, "B")
        let dot = try world.known(1, after)
        let change = try Change(
            dot: dot, stored: try #require(try world.laptops[1].store.change(dot)).content)
        let write = try #require(change.write(to: Fields.blood))
        let place = ClassKey.Place(record: after.replica, after.counter, Fields.blood)
        #expect(stolen.count == 2)
        #expect(
            stolen.allSatisfy { $0.opened(Body(change.bodies, write.body), at: place) == nil })
        #expect(try world.values(1, before, Fields.blood) == ["A"])
        try meet(world, 0, 1)
        #expect(try world.values(0, after, Fields.blood) == ["B"])
    }

    @Test func `a laptop that becomes an observer gets no key that is made from then on`() throws {
        let world = try team(.operator)
        let old = world.laptops[0].laptop.membership?.classKeys.current
        try give(.observer, 1, world)
        try tend(world, 0)
        try settle(world)
        let new = world.laptops[0].laptop.membership?.classKeys.current
        #expect(old?.count == 2 && new?[3] != old?[3] && new?[4] != old?[4])
        #expect(reads(world, 1).isEmpty)
        let written = try world.counts(0)
        try tend(world, 0)
        #expect(try world.counts(0) == written)
    }

    @Test func `a key is given again to whoever renewed the one it was wrapped for`() throws {
        let world = try team(.operator)
        world.clockOffset += 31 * 86_400_000
        try tend(world, 1)
        try meet(world, 0, 1)
        let wraps = world.laptops[0].laptop.membership?.classKeys.entries.count
        try tend(world, 0)
        #expect(world.laptops[0].laptop.membership?.classKeys.entries.count == wraps.map { $0 + 2 })
        // Nobody needs another key for that.
        #expect(world.laptops[0].laptop.classKeys.count == 2)
    }

    @Test func `two administrators that make new keys at once agree on one, and all read both`()
        throws
    {
        let world = try team(.administrator, .operator, .operator)
        try revoke(world, 0, 3)
        try revoke(world, 1, 3)
        for index in [0, 1] { try tend(world, index) }
        let records = try [0, 1].map { try world.add($0, Fields.blood, "by \($0)") }
        try settle(world)
        try settle(world)
        let current = (0...2).map { world.laptops[$0].laptop.membership?.classKeys.current }
        #expect(Set(current).count == 1)
        for index in 0...2 {
            #expect(try world.values(index, records[0], Fields.blood) == ["by 0"])
            #expect(try world.values(index, records[1], Fields.blood) == ["by 1"])
        }
    }

    @Test func `an administrator whom no other gave a key can write, and the others read it`()
        throws
    {
        let world = try team(.operator)
        world.laptops.append(try TestLaptop("table 9", seed: 77))
        try world.join(2, through: 0)
        world.unplugAll()
        #expect(reads(world, 2).isEmpty)
        let record = try world.add(2, Fields.blood, "A")
        #expect(try world.values(2, record, Fields.blood) == ["A"])
        try meet(world, 0, 2)
        #expect(try world.values(0, record, Fields.blood) == ["(sealed)"])
        try tend(world, 2)
        try settle(world)
        #expect(try world.values(0, record, Fields.blood) == ["A"])
        #expect(try world.values(1, record, Fields.blood) == ["A"])
    }

    @Test func `who is not heard of as a member yet writes nothing that would be open`() throws {
        let world = try World(["north gate", "table 1"])
        try world.found(0)
        try tend(world, 0)
        try world.join(1, through: 0)
        world.unplugAll()
        try give(.operator, 1, world)
        try meet(world, 0, 1)
        #expect(throws: LaptopError.sealedHere(Fields.blood)) {
            try world.add(1, Fields.blood, "A")
        }
        try world.add(1, Fields.surname, "x")
    }

    @Test func `a set gives up a sealed value that it holds, for all alike`() throws {
        let world = try team(.operator, .observer)
        let record = try world.add(0, Fields.callsign, "one")
        try world.set(0, record, Fields.callsign, "two")
        try meet(world, 0, 1)
        let dot = try world.known(1, record)
        try world.act(1) { laptop, store, output in
            _ = try laptop.set(
                dot, [FieldEdit(Fields.callsign, .take(.text("one")))], .asStored,
                Authorship(operatorDot: nil), store, &output)
        }
        try meet(world, 0, 1)
        try meet(world, 0, 2)
        #expect(
            try (0...1).map { try world.values($0, record, Fields.callsign) } == [["two"], ["two"]])
        #expect(try world.values(2, record, Fields.callsign) == ["(sealed)"])
        #expect(try world.haveConverged())
    }

    @Test func `of two people under one number both are read after both are adopted`() throws {
        let world = try World.team(["north gate", "table 1", "liar"])
        try tend(world, 0)
        try settle(world)
        let key = try #require(world.laptops[2].laptop.classKeys.first { $0.fieldClass == 3 })
        for index in 0...1 {
            var author = Author(world, as: 2, lane: .data, incarnation: 5)
            let place = ClassKey.Place(record: author.id, 1, Fields.blood)
            let body = key.sealed(Body(.text("own \(index)")), at: place)
            _ = author.write([(Fields.blood, body.encoded())])
            try world.take(chunk: author.frame(from: 1).encoded, from: 2, index)
        }
        for _ in 0..<6 {
            try world.wait(.seconds(1))
            if !world.arePlugged(0, 1) { try world.plug(0, 1) }
        }
        world.unplugAll()
        try world.act(0) { laptop, store, output in
            let waiting = try laptop.waiting(store).map(\.dot)
            #expect(waiting.count == 2)
            _ = try laptop.judge(waiting, .adopt, reason: "asked", world.moment, store, &output)
        }
        let node = world.laptops[0]
        var found: Set<String> = []
        for record in try node.store.records(after: nil, limit: 10) {
            let view = try node.laptop.view(of: record.dot, node.store)
            for value in view?[Fields.blood]?.values ?? [] { found.insert(value.content.shown) }
        }
        #expect(found == ["own 0", "own 1"])
    }
}
