import RollcallCore
import RollcallSync
import RollcallWire
import Testing

/// How much is sent, and in what order.
@Suite struct FlowTests {
    private let surname = Fields.surname

    /// Text that does not compress to nothing.
    private func text(_ byteCount: Int, _ generator: inout SeededGenerator) -> String {
        String(
            (0..<byteCount).map { _ in
                Character(UnicodeScalar(UInt8.random(in: 33..<127, using: &generator)))
            })
    }

    /// A gate that wrote more than a window.
    private func backlog(changes: Int = 30, bytes: Int = 60_000) throws -> World {
        let world = try World.team(["north gate", "table 1", "table 2"])
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<changes { try world.add(0, surname, text(bytes, &generator)) }
        return world
    }

    // MARK: credit

    @Test func `data in flight never exceeds the window`() throws {
        let world = try backlog()
        let puppet = try Puppet(world, 0, tlsKeyHash: world.laptops[1].identity.tlsKeyHash)
        var hello = puppet.hello()
        hello.window = UInt64(Limits.windowBytesMin)
        try puppet.say(.hello, hello.encoded())
        try puppet.say(.have, Have(live: [], held: [], ended: []).encoded())

        var inFlight = 0
        var sent = 0
        var frames = FrameSizes()
        for _ in 0..<200 {
            let sizes = frames.dataFrames(world.laptops[0].takeInbox(puppet.session))
            inFlight += sizes.reduce(0, +)
            sent += sizes.reduce(0, +)
            #expect(inFlight <= Limits.windowBytesMin)
            #expect(sizes.allSatisfy { $0 <= Limits.windowBytesMin / 2 })
            guard inFlight > 0 else { break }
            let credit = min(inFlight, 70_000)
            inFlight -= credit
            try puppet.say(.credit, Credit(byteCount: UInt64(credit)).encoded())
        }

        #expect(inFlight == 0)
        #expect(sent > 1_000_000)
    }

    @Test func `credit for more than was sent is no more credit`() throws {
        let world = try backlog()
        let puppet = try Puppet(world, 0, tlsKeyHash: world.laptops[1].identity.tlsKeyHash)
        try puppet.say(.hello, puppet.hello().encoded())
        try puppet.say(.have, Have(live: [], held: [], ended: []).encoded())
        var frames = FrameSizes()
        _ = frames.dataFrames(world.laptops[0].takeInbox(puppet.session))
        try puppet.say(.credit, Credit(byteCount: .max).encoded())
        let after = frames.dataFrames(world.laptops[0].takeInbox(puppet.session)).reduce(0, +)

        #expect(after <= Limits.windowBytes)
    }

    @Test func `a backlog of several windows goes over whole`() throws {
        let world = try backlog(changes: 50)
        let trace = Trace(world)
        try world.plug(1, 0)

        #expect(try world.haveConvergedAmong([0, 1]))
        #expect(world.standing(0, of: 1)?.isUpToDate == true)
        #expect(trace.entries.contains { $0.type == .credit })
        #expect(trace.entries.allSatisfy { $0.frame.encodedBytes <= Limits.frameBytesMax + 4 })
    }

    @Test(arguments: [0, 100, 40_000, 200_000, 700_000])
    func `a cable pulled anywhere in a backlog loses nothing and doubles nothing`(byteCount: Int)
        throws
    {
        let world = try backlog(changes: 15)
        world.isPrompt = false
        world.pieceBytes = 5_000
        try world.plug(1, 0)
        try world.unplugAll(after: byteCount)
        world.isPrompt = true
        try world.plug(1, 0)

        #expect(try world.haveConvergedAmong([0, 1]))
        #expect(try world.counts(1).records == 15)
        #expect(try world.counts(1).changes == world.counts(0).changes)
    }

    @Test func `control goes before data`() throws {
        let world = try World(["north gate", "table 1", "table 2"])
        try world.found(0)
        try world.join(1, through: 0)
        world.unplugAll()
        try world.add(0, surname, "one")
        try world.join(2, through: 0)
        world.unplugAll()
        try world.add(2, surname, "two")
        try world.plug(2, 0)
        world.unplugAll()
        let trace = Trace(world)
        try world.plug(1, 0)

        var table = ReplicaTable()
        var numbering = SessionReplicas()
        var lanes: [Lane] = []
        for entry in trace.entries where entry.type == .changes && entry.from == 0 {
            let message = try ChangesMessage(entry.message, table: &table, numbering: &numbering)
            lanes.append(table[message.replica].lane)
        }
        #expect(lanes.contains(.control))
        #expect(lanes.contains(.data))
        #expect(lanes == lanes.sorted { $0.rawValue < $1.rawValue })
        #expect(try world.haveConverged())
    }

    // MARK: compression

    @Test(arguments: [[0], [1], [0, 1]])
    func `whoever turns compression off is sent nothing compressed, and sends nothing so`(
        off: [Int]
    ) throws {
        let world = try World.team(["north gate", "table 1"])
        for index in off { world.laptops[index].laptop.isCompressionOff = true }
        for index in 0..<50 { try world.add(0, surname, "person \(index)") }
        let trace = Trace(world)
        try world.plug(1, 0)

        #expect(try world.haveConverged())
        #expect(trace.entries.allSatisfy { $0.frame.flags == 0 })
    }

    @Test func `compression is used where nobody turned it off`() throws {
        let world = try World.team(["north gate", "table 1"])
        for index in 0..<50 { try world.add(0, surname, "person \(index)") }
        let trace = Trace(world)
        try world.plug(1, 0)

        #expect(trace.entries.contains { $0.type == .changes && $0.frame.flags == 3 })
    }

    // MARK: many replicas

    /// Table 2 was started 300 times; gate and table 1 both know of it, and differ in its last few lives.
    private func manyLives() throws -> World {
        let world = try World.team(["north gate", "table 1", "table 2"])
        for life in 0..<300 {
            try world.restart(2, seed: UInt64(1_000 + life))
            try world.add(2, surname, "one")
        }
        try world.plug(1, 2)
        try world.plug(0, 2)
        world.unplugAll()
        for life in 0..<3 {
            try world.restart(2, seed: UInt64(2_000 + life))
            try world.add(2, surname, "two")
        }
        try world.plug(0, 2)
        world.unplugAll()
        return world
    }

    @Test func `300 ended replicas go over in one session, by number`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        for life in 0..<300 {
            try world.restart(2, seed: UInt64(1_000 + life))
            try world.add(2, surname, "one")
        }
        try world.plug(1, 2)
        try world.plug(0, 1)
        let record = try world.add(0, surname, "two")
        try world.set(2, record, surname, "three")

        #expect(try world.haveConverged())
        #expect(try world.counts(0).records == 301)
    }

    @Test func `few differences among 300 ended replicas are found in few bytes`() throws {
        let world = try manyLives()
        let trace = Trace(world)
        try world.plug(0, 1)

        #expect(try world.haveConvergedAmong([0, 1]))
        #expect(world.standing(0, of: 1)?.isUpToDate == true)
        let finding = trace.entries.filter { [.hello, .have, .sift].contains($0.type) }
        #expect(finding.reduce(0) { $0 + $1.frame.encodedBytes } <= 4_096)
        #expect(finding.contains { $0.type == .sift })
        #expect(trace.byteCount <= 8_192)
    }

    @Test(arguments: [(0, 1), (1, 0)])
    func `who lacks all of 300 ended replicas is sent them`(full: Int, empty: Int) throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        for life in 0..<60 {
            try world.restart(2, seed: UInt64(1_000 + life))
            try world.add(2, surname, "one")
        }
        try world.plug(full, 2)
        world.unplugAll()
        try world.plug(empty, full)

        #expect(try world.haveConvergedAmong([0, 1]))
        #expect(try world.counts(empty).records == 60)
    }
}

/// Reads how long the data frames of one sender are.
private struct FrameSizes {
    private var decoder = FrameDecoder()
    private let compression = Compression()
    private var table = ReplicaTable()
    private var numbering = SessionReplicas()

    mutating func dataFrames(_ bytes: [UInt8]) -> [Int] {
        decoder.append(bytes)
        var sizes: [Int] = []
        while let frame = try? decoder.next() {
            guard frame.type == FrameType.changes.rawValue,
                let bytes = try? frame.message(compression),
                let message = try? ChangesMessage(bytes, table: &table, numbering: &numbering),
                table[message.replica].lane == .data
            else { continue }
            sizes.append(frame.encodedBytes)
        }
        return sizes
    }
}
