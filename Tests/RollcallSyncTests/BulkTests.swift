import RollcallCore
import RollcallSync
import RollcallWire
import Testing

/// Pieces of files: a replica of their own at each start, and last on every way.
@Suite struct BulkTests {
    private let surname = Fields.surname

    /// Writes a file of so many pieces.
    private func addFile(_ world: World, _ index: Int, pieces: Int = 40) throws {
        var generator = SeededGenerator(seed: 7)
        let drafts = (0..<pieces).map { piece in
            var draft = Draft(record: piece == 0 ? .new : .createdByFirst, operatorDot: nil)
            let text = (0..<12_000).map { _ in
                UInt8.random(in: 33..<127, using: &generator)
            }
            draft.append(
                FieldNumber.ofParts[1],
                body: Body(.text(String(decoding: text, as: UTF8.self))).encoded())
            return draft
        }
        try world.act(index) { laptop, store, output in
            _ = try laptop.write(drafts, in: .bulk, store, &output)
        }
    }

    /// Which data messages went to a laptop, as they were sent: true for pieces of files.
    private func order(_ trace: Trace, from sender: Int, to receiver: Int, _ world: World) throws
        -> [Bool]
    {
        var table = ReplicaTable()
        var numbering = SessionReplicas()
        return try trace.entries.compactMap { entry in
            guard entry.type == .changes, entry.from == sender, entry.to == receiver else {
                return nil
            }
            let message = try ChangesMessage(entry.message, table: &table, numbering: &numbering)
            guard table[message.replica].lane == .data else { return nil }
            return message.changes.contains {
                $0.writes.contains { FieldNumber.ofParts.contains($0.field) }
            }
        }
    }

    @Test func `what people write goes before the pieces of a file that was there first`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        world.unplugAll()
        try addFile(world, 0)
        for index in 0..<30 { try world.add(0, surname, "person \(index)") }
        let trace = Trace(world)
        try world.plug(1, 0)

        let order = try order(trace, from: 0, to: 1, world)
        #expect(order.contains(true))
        #expect(order == order.sorted { !$0 && $1 })
        #expect(try world.haveConvergedAmong([0, 1]))
    }

    @Test func `so it is on the way from one who was told of both`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        try addFile(world, 0)
        for index in 0..<30 { try world.add(0, surname, "person \(index)") }
        try world.plug(1, 0)
        world.unplugAll()
        try world.restart(1, seed: 9)
        let trace = Trace(world)
        try world.plug(2, 1)

        let order = try order(trace, from: 1, to: 2, world)
        #expect(order.contains(true))
        #expect(order == order.sorted { !$0 && $1 })
        #expect(try world.haveConverged())
    }

    @Test func `what is written while a file is under way does not wait for its end`() throws {
        let world = try World.team(["north gate", "table 1"])
        let trace = Trace(world)
        world.isPrompt = false
        try world.plug(1, 0)
        try world.deliverAll()
        try addFile(world, 0, pieces: 200)
        for _ in 0..<6 { _ = try world.deliverOne() }
        let before = try order(trace, from: 0, to: 1, world).count
        try world.add(0, surname, "one")
        try world.deliverAll()

        let order = try order(trace, from: 0, to: 1, world).dropFirst(before)
        let words = try #require(Array(order).firstIndex(of: false))
        #expect(words < order.count / 2)
        #expect(try world.haveConverged())
    }

    @Test func `each piece is signed by itself, also where others passed it on`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        try addFile(world, 0, pieces: 20)
        let trace = Trace(world)
        try world.plug(1, 0)
        world.unplugAll()
        try world.restart(1, seed: 9)
        try world.plug(2, 1)

        for (sender, receiver) in [(0, 1), (1, 2)] {
            var (table, numbering) = (ReplicaTable(), SessionReplicas())
            var segments = 0
            for entry in trace.entries
            where entry.type == .changes && entry.from == sender && entry.to == receiver {
                let message = try ChangesMessage(
                    entry.message, table: &table, numbering: &numbering)
                guard table[message.replica].lane == .data else { continue }
                #expect(message.segments.allSatisfy { $0.changeCount == 1 })
                segments += message.segments.count
            }
            #expect(segments == 20)
        }
    }

    @Test func `a stick has the pieces of files last`() throws {
        let world = try World.team(["north gate", "table 1"])
        try addFile(world, 0)
        try world.add(0, surname, "one")
        let stick = try world.export(0, for: [1])
        let alone = try World.team(["north gate", "table 1"])
        try alone.add(0, surname, "one")
        let words = try alone.export(0, for: [1])
        let counts = try world.take(stick, 1)

        #expect(counts.new == 41)
        #expect(stick.chunks.prefix(words.chunks.count).map(\.count) == words.chunks.map(\.count))
        #expect(try world.haveConverged())
    }

    @Test func `a start writes both side by side, and the next start ends both`() throws {
        let world = try World.team(["north gate", "table 1"])
        try world.add(0, surname, "one")
        try addFile(world, 0)
        try world.add(0, surname, "two")
        try addFile(world, 0)
        #expect(try dataReplicas(world, 0).map(\.height).sorted() == [2, 80])
        #expect(try dataReplicas(world, 0).allSatisfy { !$0.isEnded })

        try world.restart(0, seed: 5)
        try addFile(world, 0)
        try world.add(0, surname, "three")
        try world.plug(1, 0)

        #expect(try world.haveConverged())
        for index in [0, 1] {
            let found = try dataReplicas(world, index)
            #expect(found.filter(\.isEnded).map(\.height).sorted() == [2, 80])
            #expect(found.filter { !$0.isEnded }.map(\.height).sorted() == [1, 40])
        }
    }

    private func dataReplicas(_ world: World, _ index: Int) throws -> [ReplicaRow] {
        let heads = world.laptops[index].laptop.heads
        return heads.allNumbers.map { heads[$0] }.filter { $0.id.lane == .data && $0.height > 0 }
    }
}
