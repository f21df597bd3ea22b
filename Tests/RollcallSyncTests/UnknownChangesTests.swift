import RollcallCore
import RollcallStore
import RollcallSync
import RollcallWire
import Testing

/// What a newer program writes passes through an older one whole.
@Suite struct UnknownChangesTests {
    private let unknownField = FieldNumber(900 * 32 + 5)
    private let extras: [UInt8] = [99, 3, 1, 2, 3]
    private let body: [UInt8] = [3, 99, 7, 0, 1, 2, 3, 4]

    private func travel(
        lane: Lane, _ writes: [(FieldNumber, [UInt8])], extras: [UInt8]
    ) throws -> (World, GlobalDot) {
        let world = try World.team(["north gate", "table 1", "table 2"])
        var author = Author(world, as: 0, lane: lane, incarnation: 7)
        let dot = author.write(kind: 200, extras: extras, writes)
        try world.take(chunk: author.frame().encoded, from: 0, 0)
        try world.plug(1, 0)
        try world.plug(2, 1)
        world.unplugAll()
        let stick = try world.export(2, for: [0])
        try world.take(stick, 0)
        return (world, dot)
    }

    private func change(_ world: World, _ index: Int, _ dot: GlobalDot) throws -> (
        Change, hash: [UInt8]
    )? {
        let local = try world.known(index, dot)
        return try world.laptops[index].store.change(local).map {
            (try Change(dot: local, stored: $0.content), $0.hash)
        }
    }

    @Test(arguments: [Lane.control, .data])
    func `a change of an unknown kind, field, body and extra travels through others unchanged`(
        lane: Lane
    ) throws {
        let (world, dot) = try travel(lane: lane, [(unknownField, body)], extras: extras)

        let first = try change(world, 0, dot)
        for index in 0...2 {
            let there = try change(world, index, dot)
            #expect(there?.0.kind == 200)
            #expect(there?.0.extras == extras)
            #expect(there?.0.bodies == body)
            #expect(there?.0.writes.map(\.field) == [unknownField])
            #expect(there?.hash == first?.hash)
        }
        #expect(try world.haveConverged())
    }

    @Test func `a change of an unknown kind that writes nothing travels on, and makes no record`()
        throws
    {
        let (world, dot) = try travel(lane: .data, [], extras: extras)
        for index in 0...2 {
            #expect(try change(world, index, dot)?.0.extras == extras)
            #expect(try world.laptops[index].store.counts().records == 0)
        }
        #expect(try world.haveConverged())
    }

    @Test func `an unknown field is shown by nobody and kept by all`() throws {
        let (world, dot) = try travel(
            lane: .data, [(Fields.surname, [0] + Array("one".utf8)), (unknownField, body)],
            extras: [])

        for index in 0...2 {
            #expect(try world.values(index, dot, Fields.surname) == ["one"])
            #expect(
                try world.view(index, dot)?[unknownField]?.values.map(\.content) == [.opaque(body)])
        }
    }

    @Test func `extras that are no list of extras are kept as they are`() throws {
        let odd: [UInt8] = [1, 200, 5]
        let (world, dot) = try travel(
            lane: .data, [(Fields.surname, [0] + Array("one".utf8))], extras: odd)

        #expect(try change(world, 2, dot)?.0.extras == odd)
        #expect(try world.haveConverged())
    }

    @Test func `a body that is not what its form says is kept, and means nothing`() throws {
        let odd: [UInt8] = [1, 1, 77]
        let (world, dot) = try travel(lane: .data, [(Fields.surname, odd)], extras: [])

        #expect(try world.view(2, dot)?[Fields.surname]?.values.map(\.content) == [.opaque(odd)])
        #expect(try world.haveConverged())
    }

    @Test func `an unknown write is replaced by whoever saw it, and lives on in the history`()
        throws
    {
        let (world, dot) = try travel(lane: .data, [(Fields.surname, body)], extras: [])
        try world.set(2, dot, Fields.surname, "one", seen: [dot])
        try world.plug(2, 0)

        #expect(try world.values(0, dot, Fields.surname) == ["one"])
        #expect(try world.history(0, dot, Fields.surname).count == 2)
    }
}
