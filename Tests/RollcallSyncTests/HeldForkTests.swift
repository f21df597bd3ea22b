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
        #expect(try world.laptops[1].store.heldRanges().count == 1)
        _ = try world.take(chunk: other.frame().encoded, from: 0, 1)

        #expect(try world.laptops[1].store.heldRanges().count == 1)
        #expect(
            world.laptops[1].notices.contains { notice in
                if case .fork = notice { true } else { false }
            })
    }

    @Test func `runs beyond what can be held are refused, and taken when there is room`() throws {
        let surname = FieldNumber(4 * 32 + 2)
        let world = try World.team(["north gate", "table 1"])
        var author = Author(world, as: 0, incarnation: 5)
        for text in ["one", "two", "three"] {
            author.write([(surname, Body(.text(text)).encoded())])
        }
        let last = author.frame(from: 3).encoded
        try world.take(chunk: last, from: 0, 1)
        let store = world.laptops[1].store
        let held = try #require(try store.heldRanges().first)
        let row = try #require(try store.held(Dot(held.replica, held.first)))

        // As if so many of the replica's later runs had come before.
        let others = (2...Limits.heldRunsMax).map { place in
            HeldRow(
                replica: row.replica, first: UInt64(place) * 2, last: UInt64(place) * 2,
                message: row.message)
        }
        try store.apply(others.map { .held($0) })
        try store.commit()
        try world.restart(1, seed: 400)
        var second = Author(world, as: 0, incarnation: 6)
        for text in ["four", "five"] { second.write([(surname, Body(.text(text)).encoded())]) }
        #expect(throws: BundleError.tooManyHeld) {
            try world.take(chunk: second.frame(from: 2).encoded, from: 0, 1)
        }
        #expect(try store.heldRanges().count == Limits.heldRunsMax)
        // What is held already is none beyond.
        #expect(try world.take(chunk: last, from: 0, 1).held == 1)

        try world.take(chunk: author.frame().encoded, from: 0, 1)
        #expect(try world.take(chunk: second.frame(from: 2).encoded, from: 0, 1).held == 1)
    }

    @Test func `a session that brings more than can be held ends, and both go on`() throws {
        let surname = FieldNumber(4 * 32 + 2)
        let world = try World.team(["north gate", "table 1"])
        world.unplugAll()
        let store = world.laptops[1].store
        let filler = HeldRow(
            replica: ReplicaNumber(0), first: 1 << 30, last: 1 << 30,
            message: [UInt8](repeating: 0, count: 1 << 20))
        try store.apply(
            (0..<UInt64(Limits.heldBytesMax >> 20)).map { place in
                var row = filler
                row.first += place * 2
                row.last = row.first
                return .held(row)
            })
        try store.commit()
        try world.restart(1, seed: 401)
        var author = Author(world, as: 0, incarnation: 7)
        for text in ["one", "two"] { author.write([(surname, Body(.text(text)).encoded())]) }
        let puppet = try Puppet(world, 1, tlsKeyHash: world.laptops[0].identity.tlsKeyHash)
        try puppet.greet()
        try puppet.say(author.frame(from: 2))

        #expect(try puppet.heardBye()?.knownReason == .disk)
        let record = try world.add(0, surname, "three")
        try world.plug(0, 1)
        #expect(try world.values(1, record, surname) == ["three"])
    }

    @Test func `a run that follows a held one is held, too, also after a start`() throws {
        let surname = FieldNumber(4 * 32 + 2)
        let world = try World(["north gate", "table 1", "unknown"], seed: 9)
        try world.found(0)
        try world.join(1, through: 0)
        world.unplugAll()
        // By somebody of whose admission the laptop has not heard; in a session no start hash is said.
        var author = Author(world, as: 2, incarnation: 8)
        var numbering = SessionReplicas()
        func next(_ text: String) -> Frame {
            author.write([(surname, Body(.text(text)).encoded())])
            var message = author.message(from: author.changes.count)
            message.startHash = nil
            return Frame(.changes, message.encode(author.table, numbering: &numbering))
        }
        var puppet = try Puppet(world, 0, tlsKeyHash: world.laptops[1].identity.tlsKeyHash)
        try puppet.greet()
        try puppet.say(next("one"))
        try puppet.say(next("two"))
        #expect(try world.laptops[0].store.heldRanges().map(\.first) == [1, 2])

        try world.restart(0, seed: 402)
        numbering = SessionReplicas()
        puppet = try Puppet(world, 0, tlsKeyHash: world.laptops[1].identity.tlsKeyHash)
        try puppet.greet()
        try puppet.say(next("three"))
        #expect(try world.laptops[0].store.heldRanges().map(\.first) == [1, 2, 3])
        #expect(try puppet.heardBye() == nil)
    }
}
