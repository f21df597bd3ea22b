import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// The same changes in every order end in the same state.
@Suite struct PermutationTests {
    /// A small team's history, change by change, as it went over the cable, and one who missed it all.
    private struct Story {
        var world: World
        /// Each a changes frame that stands by itself, with one change.
        var chunks: [[UInt8]]
        var fingerprint: [UInt8]
        /// The laptop that missed it all.
        let fresh = 3
    }

    /// The gate lets in a newcomer while the reader is away; the newcomer, the gate and a third write.
    private func storyOfANewcomer() throws -> Story {
        let world = try World(["north gate", "table 1", "newcomer", "reader"], seed: 3)
        try world.found(0)
        try world.join(1, through: 0)
        try world.join(3, through: 0)
        world.unplugAll()
        try world.plug(1, 0)
        let capture = Capture(world)
        // Control: a member entry by the gate, an operator entry by the newcomer.
        try world.join(2, through: 0)
        let record = try world.add(2, Fields.surname, "one")
        let second = try world.set(0, record, Fields.surname, "two")
        try world.set(1, record, Fields.surname, "three", seen: [record])
        try world.set(2, record, Fields.surname, "four", seen: [second])
        return Story(
            world: world, chunks: try capture.chunks(), fingerprint: try world.fingerprint(0))
    }

    /// Sets, events and a removal of a record whose creation may come last.
    private func storyOfOneRecord() throws -> Story {
        let world = try World.team(["north gate", "table 1", "table 2", "reader"], seed: 4)
        try world.plug(1, 0)
        try world.plug(2, 0)
        let capture = Capture(world)
        let record = try world.add(
            0,
            [
                FieldEdit(Fields.alias, .put(.text("one"))),
                FieldEdit(Fields.arrival, .put(.event(stage: "gate", time: 1))),
            ])
        let dots = try (0...2).map { try world.known($0, record) }
        _ = try world.act(1) { laptop, store, output in
            try laptop.set(
                dots[1], [FieldEdit(Fields.alias, .take(.text("one")))], .asStored,
                Authorship(operatorDot: nil), store,
                &output)
        }
        _ = try world.act(2) { laptop, store, output in
            try laptop.set(
                dots[2], [FieldEdit(Fields.alias, .put(.text("one")))], .asStored,
                Authorship(operatorDot: nil), store,
                &output)
        }
        for (index, isRemoved) in [(0, true), (1, false)] {
            _ = try world.act(index) { laptop, store, output in
                try laptop.mark(
                    dots[index], isRemoved: isRemoved, Authorship(operatorDot: nil), store, &output)
            }
        }
        try world.set(2, record, Fields.surname, "two")
        return Story(
            world: world, chunks: try capture.chunks(), fingerprint: try world.fingerprint(0))
    }

    @Test func `a newcomer's story in every order, each part twice, ends in one state`() throws {
        let story = try storyOfANewcomer()
        #expect(story.chunks.count == 6)
        try check(story)
    }

    @Test func `a record's story in every order, each part twice, ends in one state`() throws {
        let story = try storyOfOneRecord()
        #expect(story.chunks.count == 6)
        try check(story)
    }

    private func check(_ story: Story) throws {
        for order in Self.permutations(Array(story.chunks.indices)) {
            let state = try deliver(order.flatMap { [$0, $0] } + order.reversed(), story)
            #expect(state.fingerprint == story.fingerprint, "order \(order)")
            #expect(state.held == 0, "order \(order)")
            #expect(state.missing == 0, "order \(order)")
        }
    }

    /// Hands the reader the chunks in an order, looks, and forgets all of it.
    private func deliver(
        _ order: [Int], _ story: Story
    ) throws -> (fingerprint: [UInt8], held: Int, missing: Int) {
        let node = story.world.laptops[story.fresh]
        var laptop = node.laptop
        let moment = story.world.moment
        defer { try? node.store.rollback() }
        for index in order {
            let (source, register) = (node.identity.node, laptop.membership?.register.bytes ?? [])
            var bundle = try laptop.beginImport(Self.manifest(register, source))
            var output = Output()
            try laptop.take(chunk: story.chunks[index], into: &bundle, node.store, &output)
            try node.store.apply(output.commit)
            while let next = try laptop.proceed(moment, node.store) {
                try node.store.apply(next.commit)
            }
        }
        return (
            try laptop.fingerprint(node.store), try node.store.counts().held, laptop.missing().count
        )
    }

    static func manifest(_ register: [UInt8], _ source: NodeID) -> Manifest {
        Manifest(
            register: register, source: source, startNonce: 1, earlierNonces: [], createdAt: 0,
            targets: [], vector: [],
            contents: [], chunks: [])
    }

    static func permutations(_ items: [Int]) -> [[Int]] {
        guard items.count > 1 else { return [items] }
        return items.flatMap { first in
            permutations(items.filter { $0 != first }).map { [first] + $0 }
        }
    }
}

/// Catches every change at its author's first telling, as a frame that stands by itself.
private final class Capture {
    private let world: World
    private let trace: Trace

    init(_ world: World) {
        self.world = world
        trace = Trace(world)
    }

    func chunks() throws -> [[UInt8]] {
        var tables: [SessionID: (ReplicaTable, SessionReplicas)] = [:]
        var caught: Set<GlobalDot> = []
        var chunks: [[UInt8]] = []
        for entry in trace.entries where entry.type == .changes {
            var (table, numbering) = tables[entry.session] ?? (ReplicaTable(), SessionReplicas())
            var message = try ChangesMessage(entry.message, table: &table, numbering: &numbering)
            tables[entry.session] = (table, numbering)
            let author = world.laptops[entry.from]
            let id = table[message.replica]
            guard id.node == author.identity.node, message.changes.count == 1,
                caught.insert(GlobalDot(replica: id, counter: message.first)).inserted
            else { continue }
            if message.first > 1, let local = author.laptop.heads.table.number(of: id) {
                message.startHash = try author.store.change(Dot(local, message.first - 1))?.hash
            }
            var fresh = SessionReplicas()
            chunks.append(Frame(.changes, message.encode(table, numbering: &fresh)).encoded)
        }
        return chunks
    }
}
