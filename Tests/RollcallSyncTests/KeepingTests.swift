import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// Until when a register is kept, and what must not be erased.
@Suite struct KeepingTests {
    private let surname = Fields.surname

    /// The gate and two tables, all administrators', that know of each other and are apart.
    private func team() throws -> World {
        let world = try World.team(["north gate", "table 1", "table 2"], seed: 90)
        try world.meet(1, 0)
        try world.meet(2, 0)
        return world
    }

    private func hold(
        _ world: World, _ index: Int, _ records: [GlobalDot],
        _ verdict: HoldEntry.Verdict = .hold, _ reason: String = "inquiry"
    ) throws {
        let dots = try records.map { try world.known(index, $0) }
        let moment = world.moment
        try world.act(index) { laptop, store, output in
            _ = try laptop.hold(dots, verdict, reason: reason, moment, store, &output)
        }
    }

    private func setEnd(_ world: World, _ index: Int, _ day: UInt64?) throws {
        let moment = world.moment
        try world.act(index) { laptop, store, output in
            _ = try laptop.setEnd(day: day, reason: "agreed", moment, store, &output)
        }
    }

    private func reasons(_ world: World, _ index: Int, _ record: GlobalDot) throws -> [String] {
        try world.laptops[index].laptop.holds(on: world.known(index, record)).map(\.reason)
    }

    @Test func `while a hold stands its record is not erased, and the reason is said`() throws {
        let world = try team()
        let (one, two) = (try world.add(0, surname, "one"), try world.add(0, surname, "two"))
        try hold(world, 0, [one])
        let dot = try world.known(0, one)
        #expect(throws: LaptopError.underHold(dot, reasons: ["inquiry"])) {
            try world.erase(0, [two, one])
        }
        #expect(try world.values(0, two, surname) == ["two"], "nothing is erased by halves")
        try world.erase(0, [two])
        try hold(world, 0, [one], .lift, "closed")
        #expect(try reasons(world, 0, one).isEmpty)
        try world.erase(0, [one])
        #expect(try world.values(0, one, surname).isEmpty)
    }

    @Test func `a hold on the whole register is on each record, and is lifted as a whole`() throws {
        let world = try team()
        let one = try world.add(0, surname, "one")
        try hold(world, 0, [])
        try hold(world, 0, [one], .hold, "its own")
        let later = try world.add(0, surname, "later")
        #expect(try reasons(world, 0, one) == ["inquiry", "its own"])
        #expect(try reasons(world, 0, later) == ["inquiry"])
        #expect(throws: LaptopError.noHold) { try hold(world, 0, [later], .lift) }
        try hold(world, 0, [], .lift)
        #expect(try reasons(world, 0, one) == ["its own"])
        #expect(try reasons(world, 0, later).isEmpty)
        #expect(throws: LaptopError.noHold) { try hold(world, 0, [], .lift) }
    }

    @Test func `a hold that is set while it is lifted elsewhere stands, on every laptop`() throws {
        let world = try team()
        let record = try world.add(0, surname, "one")
        try hold(world, 0, [record])
        try world.meet(1, 0)
        try hold(world, 1, [record], .lift, "closed")
        try hold(world, 0, [record], .hold, "a second inquiry")
        try world.meet(1, 0)
        try world.meet(2, 0)
        for index in 0..<3 {
            #expect(try reasons(world, index, record) == ["a second inquiry"])
        }
        try hold(world, 2, [record], .lift, "both closed")
        try world.meet(2, 1)
        #expect(try reasons(world, 1, record).isEmpty)
        try world.restart(1, seed: 5)
        #expect(try reasons(world, 1, record).isEmpty)
    }

    @Test func `whoever erased without knowing of the hold has erased, and all agree`() throws {
        let world = try team()
        let record = try world.add(0, surname, "one")
        try world.meet(1, 0)
        try hold(world, 0, [record])
        try world.erase(1, [record])
        try world.meet(1, 0)
        for index in [0, 1] {
            #expect(try world.values(index, record, surname).isEmpty)
            #expect(try reasons(world, index, record) == ["inquiry"])
            let dot = try world.known(index, record)
            #expect(world.laptops[index].laptop.erasures(of: dot).count == 1)
        }
        #expect(try world.haveConvergedAmong([0, 1]))
    }

    @Test
    func `the last day that somebody said in knowledge of the others holds, of two the later`()
        throws
    {
        let world = try team()
        #expect(world.laptops[0].laptop.keeping.endDay == nil)
        try setEnd(world, 0, 20_849)
        try setEnd(world, 1, 20_800)
        try world.meet(1, 0)
        for index in [0, 1] { #expect(world.laptops[index].laptop.keeping.endDay == 20_849) }
        try setEnd(world, 1, 20_800)
        try world.meet(1, 0)
        #expect(world.laptops[0].laptop.keeping.endDay == 20_800, "an earlier day, knowingly")
        try setEnd(world, 0, nil)
        try setEnd(world, 1, 20_900)
        try world.meet(1, 0)
        let keeping = world.laptops[1].laptop.keeping
        #expect(keeping.endDay == nil && keeping.ends.count == 2, "no end is later than all")
        #expect(try world.haveConvergedAmong([0, 1]))
    }

    @Test func `whoever is no administrator neither holds nor ends`() throws {
        let world = try team()
        let record = try world.add(1, surname, "one")
        let (table, moment) = (world.laptops[1].identity.node, world.moment)
        try world.act(0) { laptop, store, output in
            _ = try laptop.give(.operator, to: table, moment, store, &output)
        }
        try world.meet(1, 0)
        #expect(throws: LaptopError.notAllowed) { try hold(world, 1, [record]) }
        #expect(throws: LaptopError.notAllowed) { try setEnd(world, 1, 20_849) }
        // Written by hand, and heard by all: it counts for nothing.
        var author = Author(world, as: 1, lane: .control, incarnation: 91)
        author.write(
            kind: ChangeKind.hold,
            [
                (
                    .entry,
                    Body(.entry(HoldEntry(verdict: .hold, reason: "", records: []).encoded()))
                        .encoded()
                )
            ])
        try world.take(chunk: author.frame().encoded, from: 1, 0)
        #expect(world.laptops[0].laptop.keeping.onAll.isEmpty)
    }
}
