import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// What somebody did besides writing: in the log of every laptop, and in no record.
@Suite struct CustodyTests {
    private let surname = Fields.surname

    private func team() throws -> World {
        let world = try World.team(["north gate", "table 1", "table 2"], seed: 91)
        try world.meet(1, 0)
        try world.meet(2, 0)
        return world
    }

    @discardableResult
    private func log(
        _ world: World, _ index: Int, _ act: CustodyAct, _ record: GlobalDot? = nil
    ) throws -> Dot {
        let record = try record.map { try world.known(index, $0) }
        let moment = world.moment
        return try world.act(index) { laptop, store, output in
            try laptop.log(act, about: record, by: nil, moment, store, &output)
        }
    }

    /// The log of a laptop as `act record`, in no order.
    private func lines(_ world: World, _ index: Int) throws -> [String] {
        let (laptop, store) = (world.laptops[index].laptop, world.laptops[index].store)
        return try laptop.heads.allNumbers.flatMap { number in
            let height = laptop.heads[number].height
            return height == 0 ? [] : try laptop.custody(of: number, 1...height, store)
        }.map { line in
            "\(line.act) \(line.record.map { laptop.text(ofRecord: $0) } ?? "-")"
        }.sorted()
    }

    private func text(_ world: World, _ record: GlobalDot) throws -> String {
        world.laptops[0].laptop.text(ofRecord: try world.known(0, record))
    }

    @Test func `what is logged anywhere is in every log, and makes and changes no record`() throws {
        let world = try team()
        let one = try world.add(0, surname, "one")
        try world.meet(1, 0)
        let before = try world.view(1, one)?[surname]?.values.map(\.content)
        try log(world, 1, .view, one)
        try log(world, 1, .unlock)
        try log(world, 0, .export)
        for index in [1, 2] { try world.meet(index, 0) }
        try world.meet(1, 0)
        #expect(try world.haveConverged())
        let one1 = try text(world, one)
        for index in 0...2 {
            #expect(try lines(world, index) == ["1 \(one1)", "3 -", "7 -"])
            #expect(try world.laptops[index].store.counts().records == 1)
        }
        #expect(try world.view(1, one)?[surname]?.values.map(\.content) == before)
        #expect(
            try world.history(1, one, surname).count == 1, "a look is no part of the history")
    }

    @Test func `a look that comes before what was looked at waits for nothing`() throws {
        let world = try team()
        let one = try world.add(0, surname, "one")
        try world.meet(1, 0)
        try log(world, 1, .view, one)
        let looks = try world.export(1, for: [2])
        try world.take(looks, 2)
        try world.meet(2, 0)
        try world.meet(1, 0)
        try world.meet(2, 0)
        #expect(try world.haveConverged())
        #expect(try lines(world, 2) == ["1 \(try text(world, one))"])
    }

    @Test func `an erasure leaves the log as it was, though it names its lines`() throws {
        let world = try team()
        let one = try world.add(0, surname, "one")
        try world.meet(1, 0)
        let look = try log(world, 1, .view, one)
        try world.meet(1, 0)
        let laptop = world.laptops[1].laptop
        let name = { (dot: Dot) in
            EraseEntry.Name(replica: laptop.heads.table[dot.replica], counter: dot.counter)
        }
        let record = try world.known(1, one)
        // As only another program would write it.
        let entry = EraseEntry(
            reason: "asked for",
            records: [.init(record: name(record), changes: [name(record), name(look)])])
        var author = Author(world, as: 0, lane: .control, incarnation: 9)
        author.write(
            kind: ChangeKind.erase, extras: [],
            [(.entry, Body(.entry(entry.encoded())).encoded())])
        for index in 0...2 { try world.take(chunk: author.frame().encoded, from: 0, index) }
        try world.meet(1, 0)
        try world.meet(2, 0)
        #expect(try world.haveConverged())
        for index in 0...2 {
            #expect(try world.values(index, one, surname).isEmpty)
            #expect(try lines(world, index) == ["1 \(try text(world, one))"])
        }
    }

    @Test func `what a laptop looked at that was taken out is in the log, with nothing to decide`()
        throws
    {
        let world = try team()
        let one = try world.add(0, surname, "one")
        try world.meet(1, 0)
        let (node, moment) = (world.laptops[1].identity.node, world.moment)
        _ = try world.act(0) { laptop, store, output in
            try laptop.revoke(
                node, reason: "lost", upTo: [:], moment, store, &output)
        }
        // It has not heard of it.
        try log(world, 1, .view, one)
        try world.take(world.export(1, for: [0]), 0)
        let laptop = world.laptops[0]
        #expect(try laptop.laptop.quarantined(laptop.store).count == 1)
        #expect(try laptop.laptop.waiting(laptop.store).isEmpty)
        #expect(try lines(world, 0) == ["1 \(try text(world, one))"])
    }
}
