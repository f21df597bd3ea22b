import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// What waits in quarantine and is right is adopted, change by change; the rest stays where it is.
@Suite struct AdoptionTests {
    private let surname = Fields.surname

    /// Table 1 wrote "one", which the gate has heard of, and then "two" and a record of "three", which only table 2 has.
    private struct Loss {
        let world: World
        let record: GlobalDot
        let second: GlobalDot

        /// Counted from the last change that everybody believes.
        func dot(_ index: Int, _ offset: UInt64) throws -> Dot {
            let first = try #require(world.dot(index, record))
            return Dot(first.replica, first.counter + offset)
        }
    }

    private func lose() throws -> Loss {
        let world = try World.team(["north gate", "table 1", "table 2"])
        let record = try world.add(1, surname, "one")
        try world.plug(1, 0)
        world.unplugAll()
        try world.set(1, record, surname, "two")
        let second = try world.add(1, surname, "three")
        try world.plug(1, 2)
        world.unplugAll()
        let lost = world.laptops[1].identity.node
        _ = try world.act(0) { laptop, store, output in
            try laptop.revoke(lost, reason: "lost", world.moment, store, &output)
        }
        try world.plug(0, 2)
        return Loss(world: world, record: record, second: second)
    }

    private func judge(
        _ world: World, _ by: Int, _ verdict: AdoptEntry.Verdict, _ dots: [Dot]
    ) throws {
        _ = try world.act(by) { laptop, store, output in
            try laptop.judge(dots, verdict, reason: "on paper", world.moment, store, &output)
        }
    }

    private func waiting(_ world: World, _ index: Int) throws -> Int {
        try world.laptops[index].laptop.quarantined(world.laptops[index].store).count
    }

    private func undecided(_ world: World, _ index: Int) throws -> Int {
        try world.laptops[index].laptop.waiting(world.laptops[index].store).count
    }

    @Test func `an adopted change counts on every laptop, as its author wrote it`() throws {
        let loss = try lose()
        let world = loss.world
        for index in [0, 2] {
            #expect(try world.values(index, loss.record, surname) == ["one"])
            #expect(try waiting(world, index) == 2)
        }
        try judge(world, 0, .adopt, [try loss.dot(0, 1)])
        for index in [0, 2] {
            #expect(try world.values(index, loss.record, surname) == ["two"])
            #expect(try waiting(world, index) == 1)
            #expect(try undecided(world, index) == 1)
            let dot = try loss.dot(index, 1)
            let laptop = world.laptops[index].laptop
            #expect(laptop.decisions(about: dot).map(\.author) == [world.laptops[0].identity.node])
            #expect(laptop.heads.table[dot.replica].node == world.laptops[1].identity.node)
        }
        #expect(try world.haveConvergedAmong([0, 2]))
        try world.restart(2, seed: 900)
        #expect(try world.values(2, loss.record, surname) == ["two"])
        #expect(try world.haveConvergedAmong([0, 2]))
    }

    @Test func `what was written meanwhile stays beside what is adopted`() throws {
        let loss = try lose()
        try loss.world.set(2, loss.record, surname, "four")
        try judge(loss.world, 0, .adopt, [try loss.dot(0, 1)])
        for index in [0, 2] {
            #expect(try loss.world.values(index, loss.record, surname).sorted() == ["four", "two"])
            #expect(try loss.world.counts(index).conflicts == 1)
        }
        #expect(try loss.world.haveConvergedAmong([0, 2]))
    }

    @Test func `a change adopted alone replaces nothing that does not count, now or later`() throws
    {
        let world = try World.team(["north gate", "table 1", "table 2"])
        let record = try world.add(1, surname, "one")
        try world.set(1, record, surname, "two")
        try world.set(1, record, surname, "three")
        try world.plug(1, 0)
        world.unplugAll()
        let replica = try #require(world.laptops[1].laptop.dataReplica)
        let lost = world.laptops[1].identity.node
        _ = try world.act(0) { laptop, store, output in
            try laptop.revoke(
                lost, reason: "lost", upTo: [replica: 1], world.moment, store, &output)
        }
        let first = try #require(world.dot(0, record))
        try judge(world, 0, .adopt, [Dot(first.replica, 3)])
        // It names "two" alone, so "one" stays beside it.
        #expect(try world.values(0, record, surname).sorted() == ["one", "three"])
        // It comes to table 2 in one run with what does not count.
        try world.plug(0, 2)
        #expect(try world.values(2, record, surname).sorted() == ["one", "three"])
        try judge(world, 0, .adopt, [Dot(first.replica, 2)])
        #expect(try world.values(0, record, surname) == ["three"])
        #expect(try world.values(2, record, surname) == ["three"])
        #expect(try world.haveConvergedAmong([0, 2]))
    }

    @Test func `what is refused stays in quarantine and waits no more, until somebody adopts it`()
        throws
    {
        let loss = try lose()
        let world = loss.world
        try judge(world, 2, .refuse, [try loss.dot(2, 1), try loss.dot(2, 2)])
        for index in [0, 2] {
            #expect(try waiting(world, index) == 2)
            #expect(try undecided(world, index) == 0)
        }
        try judge(world, 0, .adopt, [try loss.dot(0, 2)])
        for index in [0, 2] {
            #expect(try world.values(index, loss.second, surname) == ["three"])
            #expect(try waiting(world, index) == 1)
        }
        // Whoever knows of the adoption may take it back.
        try judge(world, 2, .refuse, [try loss.dot(2, 2)])
        for index in [0, 2] { #expect(try waiting(world, index) == 2) }
        #expect(try world.haveConvergedAmong([0, 2]))
    }

    @Test func `adopted and refused at once is adopted, and both are told`() throws {
        let loss = try lose()
        let world = loss.world
        world.unplugAll()
        try judge(world, 0, .refuse, [try loss.dot(0, 1)])
        try judge(world, 2, .adopt, [try loss.dot(2, 1)])
        try world.plug(0, 2)
        for index in [0, 2] {
            #expect(try world.values(index, loss.record, surname) == ["two"])
            let decisions = world.laptops[index].laptop.decisions(about: try loss.dot(index, 1))
            #expect(Set(decisions.map(\.verdict)) == [.adopt, .refuse])
        }
        #expect(try world.haveConvergedAmong([0, 2]))
    }

    @Test func `an adopter that is taken out before it adopted has adopted nothing`() throws {
        let loss = try lose()
        let world = loss.world
        world.unplugAll()
        try judge(world, 2, .adopt, [try loss.dot(2, 1)])
        let adopter = world.laptops[2].identity.node
        let entries = world.laptops[2].laptop.membership?.entryCount
        #expect(entries == world.laptops[0].laptop.membership?.entryCount)
        _ = try world.act(0) { laptop, store, output in
            try laptop.revoke(adopter, reason: "lost, too", world.moment, store, &output)
        }
        // Its adoption comes by stick, after the news of its loss.
        #expect(try world.take(try world.export(2, for: [0]), 0).new > 0)
        #expect(try world.values(0, loss.record, surname) == ["one"])
        #expect(try waiting(world, 0) == 2)
    }

    @Test func `only administrators decide, and only of what is in quarantine`() throws {
        let loss = try lose()
        let world = loss.world
        #expect(throws: LaptopError.notQuarantined) {
            try judge(world, 0, .adopt, [try loss.dot(0, 0)])
        }
        #expect(throws: LaptopError.notQuarantined) {
            try judge(world, 0, .adopt, [try loss.dot(0, 9)])
        }
        #expect(throws: LaptopError.notQuarantined) { try judge(world, 0, .adopt, []) }
        _ = try world.act(0) { laptop, store, output in
            try laptop.give(
                .operator, to: world.laptops[2].identity.node, world.moment, store, &output)
        }
        #expect(throws: LaptopError.notAllowed) {
            try judge(world, 2, .adopt, [try loss.dot(2, 1)])
        }
    }
}
