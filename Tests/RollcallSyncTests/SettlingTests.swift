import RollcallCore
import RollcallSync
import Testing

/// What people see of a conflict, and how they settle it.
@Suite struct SettlingTests {
    private let surname = Fields.surname

    /// Two laptops that hold "two" and "three" beside each other.
    private func conflict() throws -> (World, GlobalDot) {
        let world = try World.team(["north gate", "table 1"])
        let record = try world.add(0, surname, "one")
        try world.plug(1, 0)
        world.unplugAll()
        try world.set(0, record, surname, "two")
        try world.set(1, record, surname, "three")
        try world.plug(1, 0)
        world.unplugAll()
        return (world, record)
    }

    @Test func `two people who resolve differently leave a conflict, not an empty field`() throws {
        let (world, record) = try conflict()
        try world.resolve(0, record, surname, "two")
        try world.resolve(1, record, surname, "three")
        try world.plug(1, 0)

        for index in 0...1 {
            #expect(try Set(world.values(index, record, surname)) == ["two", "three"])
            #expect(try world.counts(index).conflicts == 1)
        }
        #expect(try world.haveConverged())
    }

    @Test func `two people who resolve alike agree, and both are witnesses`() throws {
        let (world, record) = try conflict()
        try world.resolve(0, record, surname, "two")
        try world.resolve(1, record, surname, "two")
        try world.plug(1, 0)

        for index in 0...1 {
            #expect(try world.values(index, record, surname) == ["two"])
            #expect(try world.witnesses(index, record, surname) == [2])
            #expect(try world.counts(index).conflicts == 0)
        }
    }

    @Test func `what was resolved stays resolved on a laptop that hears it late`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        let record = try world.add(0, surname, "one")
        try world.plug(1, 0)
        try world.plug(2, 0)
        world.unplugAll()
        try world.set(1, record, surname, "two")
        try world.set(2, record, surname, "three")
        try world.plug(1, 0)
        try world.plug(2, 0)
        try world.resolve(0, record, surname, "four")
        world.unplugAll()
        try world.plug(2, 1)

        for index in 0...2 { #expect(try world.values(index, record, surname) == ["four"]) }
        #expect(try world.haveConverged())
    }

    @Test func `a stale form leaves a sibling`() throws {
        let world = try World.team(["north gate"])
        let record = try world.add(0, surname, "one")
        try world.set(0, record, surname, "two")
        try world.set(0, record, surname, "three", seen: [record])

        #expect(try world.values(0, record, surname) == ["two", "three"])
        #expect(try world.counts(0).conflicts == 1)
    }

    @Test func `a form that was empty replaces nothing`() throws {
        let world = try World.team(["north gate"])
        let record = try world.add(0, surname, "one")
        try world.set(0, record, surname, "two", seen: [])

        #expect(try world.values(0, record, surname) == ["one", "two"])
    }

    @Test func `a write without read context is refused where values differ`() throws {
        let (world, record) = try conflict()
        #expect(throws: LaptopError.contextRequired(surname)) {
            try world.set(0, record, surname, "four")
        }
        #expect(try Set(world.values(0, record, surname)) == ["two", "three"])
    }

    @Test func `a dot that wrote none of the fields is refused`() throws {
        let world = try World.team(["north gate"])
        let record = try world.add(0, surname, "one")
        let other = try world.add(0, surname, "two")
        #expect(throws: LaptopError.badDot) {
            try world.set(0, record, surname, "three", seen: [other])
        }
    }

    @Test func `a dot that a form showed twice is named once`() throws {
        let world = try World.team(["north gate", "table 1"])
        let record = try world.add(0, surname, "one")
        let second = try world.set(0, record, surname, "two", seen: [])
        try world.set(0, record, surname, "three", seen: [second, record, second, record])
        try world.plug(1, 0)

        #expect(try world.values(1, record, surname) == ["three"])
        #expect(try world.haveConverged())
    }

    @Test func `one value changed is another fingerprint`() throws {
        let world = try World.team(["north gate", "table 1"])
        let record = try world.add(0, surname, "one")
        let before = try world.fingerprint(0)
        try world.set(0, record, surname, "two")
        let after = try world.fingerprint(0)

        #expect(before != after)
        try world.plug(1, 0)
        #expect(try world.fingerprint(1) == after)
    }

    @Test func `a value written again is another claim, and another fingerprint`() throws {
        let world = try World.team(["north gate"])
        let record = try world.add(0, surname, "one")
        let before = try world.fingerprint(0)
        try world.set(0, record, surname, "one")

        #expect(try world.values(0, record, surname) == ["one"])
        #expect(try world.fingerprint(0) != before)
    }

    @Test func `a value that nobody saw before a removal is a conflict on it`() throws {
        let world = try World.team(["north gate", "table 1"])
        let record = try world.add(0, surname, "one")
        try world.plug(1, 0)
        world.unplugAll()
        let dot = try world.known(0, record)
        _ = try world.act(0) { laptop, store, output in
            try laptop.mark(dot, isRemoved: true, Authorship(operatorDot: nil), store, &output)
        }
        try world.set(1, record, Fields.givenName, "two")
        try world.plug(1, 0)

        for index in 0...1 {
            #expect(try world.view(index, record)?.isRemoved == true)
            #expect(try world.view(index, record)?[.removed]?.isConflict == true)
            #expect(try world.values(index, record, Fields.givenName) == ["two"])
        }
    }

    @Test func `a change too long for any receiver is refused, and leaves nothing behind`() throws {
        let world = try World.team(["north gate", "table 1"])
        let long = String(repeating: "x", count: 65_000)
        let numbers = (20..<24).map { FieldNumber(UInt32($0) * 32 + 2) }
        let before = world.laptops[0].laptop.heads.allNumbers.count
        #expect(throws: LaptopError.changeTooLong) {
            try world.add(0, numbers.map { FieldEdit($0, .put(.text(long))) })
        }
        #expect(world.laptops[0].laptop.heads.allNumbers.count == before)

        // What comes in afterwards must find its place when the laptop starts again.
        try world.add(1, surname, "one")
        try world.plug(1, 0)
        try world.restart(0, seed: 99)
        #expect(try world.haveConverged())
    }

    @Test func `a source so long that no receiver takes the body is refused`() throws {
        let world = try World.team(["north gate"])
        let source = String(repeating: "x", count: 5_000)
        let edit = FieldEdit(surname, .put(.text(String(repeating: "y", count: 65_000))))
        #expect(throws: LaptopError.changeTooLong) {
            try world.act(0) { laptop, store, output in
                _ = try laptop.add(
                    [edit], Authorship(operatorDot: nil, source: source), store, &output)
            }
        }
    }
}
