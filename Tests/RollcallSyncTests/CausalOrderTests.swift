import RollcallCore
import RollcallSync
import Testing

/// In which order a history is told.
@Suite struct CausalOrderTests {
    private let surname = Fields.surname

    /// What was written to the field, as the history tells it.
    private func told(_ world: World, _ index: Int, _ record: GlobalDot) throws -> [String] {
        let node = world.laptops[index]
        let dot = try #require(world.dot(index, record))
        return try #require(try node.laptop.history(of: dot, node.store)).flatMap { change in
            change.writes.filter { $0.field == surname }.compactMap { write in
                if case .text(let text) = node.laptop.body(of: write, in: change).content {
                    text
                } else {
                    nil
                }
            }
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `what names another comes after it, whatever the clocks say and the replicas are called`(
        seed: UInt64
    ) throws {
        let world = try World.team(["north gate", "table 1"], seed: seed)
        let record = try world.add(0, surname, "one")
        try world.plug(1, 0)
        for (turn, text) in ["two", "three", "four", "five"].enumerated() {
            world.clockOffset -= 7 * 365 * 86_400_000
            try world.set(1 - turn % 2, record, surname, text)
        }

        for index in [0, 1] {
            #expect(try told(world, index, record) == ["one", "two", "three", "four", "five"])
        }
    }

    @Test func `what was written apart stands by its time, alike on both`() throws {
        let world = try World.team(["north gate", "table 1"])
        let record = try world.add(0, surname, "one")
        try world.plug(1, 0)
        world.unplugAll()
        try world.set(1, record, surname, "two")
        try world.wait(.seconds(60))
        try world.set(0, record, surname, "three")
        try world.plug(1, 0)

        for index in [0, 1] {
            #expect(try told(world, index, record) == ["one", "two", "three"])
        }
    }
}
