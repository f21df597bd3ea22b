import RollcallCore
import RollcallSync
import Testing

/// A home that was restored or copied never uses a number twice, and loses nothing.
@Suite struct RestoreTests {
    private let surname = Fields.surname

    struct Meetings: CustomTestStringConvertible {
        var testDescription: String
        var pairs: [(Int, Int)]
    }

    static let topologies = [
        Meetings(testDescription: "in a line", pairs: [(0, 1), (1, 2)]),
        Meetings(testDescription: "by way of the third", pairs: [(0, 2), (2, 1), (1, 0), (2, 0)]),
        Meetings(testDescription: "the others first", pairs: [(2, 1), (1, 0), (2, 1)]),
        Meetings(testDescription: "a triangle", pairs: [(0, 1), (1, 2), (2, 0)]),
    ]

    @Test(arguments: [true, false], topologies)
    func `a restored home writes on, and all values of both lives come together`(
        isApart: Bool, meetings: Meetings
    ) throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        let record = try world.add(0, surname, "one")
        try world.plug(1, 0)
        try world.plug(2, 0)
        world.unplugAll()
        let copy = try world.laptops[0].backup()
        try world.set(0, record, surname, "two")
        let second = try world.add(0, surname, "three")
        try world.plug(1, 0)
        world.unplugAll()

        try world.laptops[0].restore(copy, seed: 77)
        #expect(try world.values(0, record, surname) == ["one"])
        try world.set(0, record, surname, "four")
        let third = try world.add(0, surname, "five")
        for (a, b) in meetings.pairs {
            try world.plug(a, b)
            if isApart { world.unplugAll() }
        }

        #expect(try world.haveConverged())
        for index in 0...2 {
            #expect(try Set(world.values(index, record, surname)) == ["two", "four"])
            #expect(try Set(world.history(index, record, surname)) == ["one", "two", "four"])
            #expect(try world.values(index, second, surname) == ["three"])
            #expect(try world.values(index, third, surname) == ["five"])
            #expect(try world.counts(index).held == 0)
        }
    }

    @Test func `a home restored twice has three lives`() throws {
        let world = try World.team(["north gate", "table 1"])
        let record = try world.add(0, surname, "one")
        let copies = try [world.laptops[0].backup(), world.laptops[0].backup()]
        for (life, text) in ["two", "three", "four"].enumerated() {
            if life > 0 { try world.laptops[0].restore(copies[life - 1], seed: UInt64(100 + life)) }
            try world.set(0, record, surname, text)
            try world.plug(1, 0)
            world.unplugAll()
            if life == 0 {
                // The first life's value reached the other laptop; the home does not know of it any more.
                #expect(try world.values(1, record, surname) == ["two"])
            }
        }

        #expect(try world.haveConverged())
        #expect(try Set(world.values(0, record, surname)) == ["two", "three", "four"])
    }

    @Test func `a restored home that forgot a newcomer meets it again`() throws {
        let world = try World(["north gate", "table 1"], seed: 5)
        try world.found(0)
        let copy = try world.laptops[0].backup()
        try world.join(1, through: 0)
        world.unplugAll()
        let record = try world.add(1, surname, "one")
        try world.laptops[0].restore(copy, seed: 78)

        // The newcomer believes itself known; what it hears makes it show its admission next time.
        try world.plug(1, 0)
        try world.plug(1, 0)
        #expect(try world.values(0, record, surname) == ["one"])
        #expect(try world.haveConverged())
    }

    @Test func `a restored home that dials a newcomer it forgot meets it too`() throws {
        let world = try World(["north gate", "table 1"], seed: 6)
        try world.found(0)
        let copy = try world.laptops[0].backup()
        try world.join(1, through: 0)
        world.unplugAll()
        let record = try world.add(1, surname, "one")
        try world.laptops[0].restore(copy, seed: 79)

        try world.plug(0, 1)
        try world.plug(0, 1)
        #expect(try world.values(0, record, surname) == ["one"])
        #expect(try world.haveConverged())
    }

    @Test func `a copy that runs beside its original merges with it through others`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        let record = try world.add(0, surname, "one")
        world.laptops.append(try TestLaptop("copy", copyOf: world.laptops[0], seed: 80))
        try world.set(0, record, surname, "two")
        try world.set(3, record, surname, "three")
        for _ in 0..<2 {
            try world.plug(0, 1)
            try world.plug(3, 1)
        }
        try world.plug(0, 1)
        try world.plug(2, 1)
        try world.plug(3, 2)

        #expect(try world.haveConverged())
        for index in 0...3 {
            #expect(try Set(world.values(index, record, surname)) == ["two", "three"])
        }
    }

    @Test func `a copy and its original that both stay connected at two laptops hear each other`()
        throws
    {
        let world = try World.team(["north gate", "table 1", "table 2"])
        world.laptops.append(try TestLaptop("copy", copyOf: world.laptops[0], seed: 81))
        try world.plug(0, 1)
        try world.plug(3, 2)
        try world.plug(2, 1)
        let record = try world.add(0, surname, "one")
        try world.set(3, record, surname, "two")

        #expect(try world.haveConverged())
        #expect(try world.values(0, record, surname) == ["two"])
    }

    @Test func `a copy that dials its original is sent away`() throws {
        let world = try World.team(["north gate", "table 1"])
        world.laptops.append(try TestLaptop("copy", copyOf: world.laptops[0], seed: 82))
        try world.plug(2, 0)

        #expect(!world.arePlugged(2, 0))
    }

    @Test func `every start that writes is a replica of its own, and the next ends it`() throws {
        let world = try World.team(["north gate", "table 1"])
        var replicas: Set<ReplicaID> = []
        for life in 0..<5 {
            try world.restart(0, seed: UInt64(200 + life))
            try world.add(0, surname, "one")
            if let replica = world.laptops[0].laptop.dataReplica { replicas.insert(replica) }
        }
        try world.plug(1, 0)

        #expect(replicas.count == 5)
        let heads = world.laptops[1].laptop.heads
        let ended = heads.allNumbers.filter { heads[$0].isEnded && heads[$0].id.lane == .data }
        #expect(ended.count == 4)
        #expect(try world.haveConverged())
    }

    @Test func `a start that draws the numbers of an earlier one draws again`() throws {
        let world = try World.team(["north gate", "table 1"])
        var replicas: Set<ReplicaID> = []
        for _ in 0..<3 {
            try world.restart(0, seed: 300)
            try world.add(0, surname, "one")
            if let replica = world.laptops[0].laptop.dataReplica { replicas.insert(replica) }
        }
        try world.plug(1, 0)

        #expect(replicas.count == 3)
        #expect(try world.haveConverged())
    }
}
