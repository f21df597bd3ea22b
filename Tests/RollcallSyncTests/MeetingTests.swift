import RollcallCore
import RollcallStore
import RollcallSync
import Testing

private let surname = Fields.surname
private let givenName = Fields.givenName

@Suite struct MeetingTests {
    @Test func `what one laptop wrote is on the other after they met`() throws {
        let world = try World.team(["north gate", "table 1"])
        let record = try world.add(0, surname, "one")
        try world.plug(1, 0)

        #expect(try world.values(1, record, surname) == ["one"])
        #expect(try world.haveConverged())
    }

    @Test func `an edit made while connected arrives at once, and is acknowledged`() throws {
        let world = try World.team(["north gate", "table 1"])
        try world.plug(1, 0)
        let record = try world.add(1, surname, "one")

        #expect(try world.values(0, record, surname) == ["one"])
        let standing = world.laptops[1].laptop.standings[0]
        #expect(standing.isUpToDate)
        #expect(standing.theyLack == 0)
    }

    @Test func `different fields merge and the same field is a conflict that both show`() throws {
        let world = try World.team(["north gate", "table 1"])
        try world.plug(1, 0)
        let record = try world.add(0, surname, "one")
        world.unplugAll()
        try world.set(0, record, surname, "two")
        try world.set(1, record, surname, "three")
        try world.set(1, record, givenName, "four")
        try world.plug(1, 0)

        #expect(try Set(world.values(0, record, surname)) == ["two", "three"])
        #expect(try world.values(0, record, surname) == world.values(1, record, surname))
        #expect(try world.values(0, record, givenName) == ["four"])
        #expect(try world.haveConverged())
        #expect(try world.laptops[0].store.counts().conflicts == 1)
        #expect(try world.laptops[1].store.counts().conflicts == 1)
    }

    @Test func `changes pass through a laptop in the middle`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        try world.plug(1, 0)
        try world.plug(2, 1)
        let record = try world.add(0, surname, "one")

        #expect(try world.values(2, record, surname) == ["one"])
        #expect(try world.haveConverged())
    }

    @Test func `a meeting with nothing new costs at most 250 bytes`() throws {
        let world = try World.team(["north gate", "table 1"])
        for index in 0..<50 { try world.add(0, surname, "person \(index)") }
        try world.plug(1, 0)
        world.unplugAll()
        try world.plug(1, 0)
        world.unplugAll()
        let before = world.bytesCarried
        try world.plug(1, 0)

        #expect(world.bytesCarried - before <= 250)
        #expect(world.laptops[0].laptop.connectedPeers.count == 1)
    }
}
