import RollcallCore
import RollcallStore
import RollcallSync
import RollcallWire
import Testing

@Suite struct HeldForkTests {
    @Test func `a held run that does not fit what came before it stays on disk`() throws {
        let surname = FieldNumber(4 * 32 + 2)
        let world = try World.team(["north gate", "table 1"])
        // Two histories under one name: the second change of one comes before the first of the other.
        var forked = Author(world, as: 0, incarnation: 5)
        forked.write([(surname, Body(.text("one")).encoded())])
        forked.write([(surname, Body(.text("two")).encoded())])
        var other = Author(world, as: 0, incarnation: 5)
        other.write([(surname, Body(.text("three")).encoded())])

        _ = try world.take(chunk: forked.frame(from: 2).encoded, from: 0, 1)
        #expect(try world.laptops[1].store.held().count == 1)
        _ = try world.take(chunk: other.frame().encoded, from: 0, 1)

        #expect(try world.laptops[1].store.held().count == 1)
        #expect(
            world.laptops[1].notices.contains { notice in
                if case .fork = notice { true } else { false }
            })
    }
}
