import Foundation
import RollcallCore
import RollcallSync
import RollcallWire
import Testing

/// The laws of the merge, over random stories.
@Suite struct LawsTests {
    static let isSoak = ProcessInfo.processInfo.environment["ROLLCALL_SOAK"] == "1"
    static let historiesPerBlock: UInt64 = isSoak ? 5_000 : 50
    static let blocks: [UInt64] = Array(0..<20)

    @Test(arguments: blocks)
    func `laptops that met in a line hold the same, and all that anybody wrote`(block: UInt64)
        throws
    {
        for seed in (block * Self.historiesPerBlock)..<((block + 1) * Self.historiesPerBlock) {
            do {
                try Self.check(seed)
            } catch {
                Issue.record(error, "seed \(seed)")
            }
        }
    }

    /// `ROLLCALL_SEED=7` tells one story again.
    static let seed = ProcessInfo.processInfo.environment["ROLLCALL_SEED"].flatMap { UInt64($0) }

    @Test(.enabled(if: seed != nil)) func `the story of one seed`() throws {
        if let seed = Self.seed { try Self.check(seed) }
    }

    private static func check(_ seed: UInt64) throws {
        var history = try History(seed: seed)
        try history.run(acts: 30)
        try history.meetInALine()
        let world = history.world
        let oracle = history.oracle

        let fingerprint = try world.fingerprint(0)
        let live = oracle.live
        let written = Set(oracle.written)
        let view = try viewOfAll(world, 0, oracle.records)
        for index in world.laptops.indices {
            let comment: Comment = "seed \(seed), laptop \(index)"
            #expect(try world.fingerprint(index) == fingerprint, comment)
            #expect(try Self.live(world, index, oracle.records) == live, comment)
            #expect(try Self.written(world, index, oracle.records) == written, comment)
            #expect(try viewOfAll(world, index, oracle.records) == view, comment)
            let counts = try world.counts(index)
            #expect(counts.records == oracle.records.count, comment)
            #expect(counts.conflicts == oracle.conflictCount, comment)
            #expect(counts.held == 0, comment)
            #expect(try counts.changes == world.counts(0).changes, comment)
            for neighbour in [index - 1, index + 1] where world.laptops.indices.contains(neighbour)
            {
                #expect(
                    world.standing(index, of: neighbour)?.isUpToDate == true,
                    "\(comment) of \(neighbour)")
            }
        }
        try checkNextMeeting(world, seed)
    }

    /// Neighbours who agreed only greet each other, and tell what addresses are new.
    private static func checkNextMeeting(_ world: World, _ seed: UInt64) throws {
        let trace = Trace(world)
        for index in world.laptops.indices.dropFirst() {
            world.unplugAll()
            try world.plug(index - 1, index)
        }
        #expect(trace.types.subtracting([.addresses]) == [.hello], "seed \(seed)")
    }

    private static func live(
        _ world: World, _ index: Int, _ records: Set<GlobalDot>
    ) throws -> Set<Oracle.Written> {
        let node = world.laptops[index]
        var live: Set<Oracle.Written> = []
        for record in records {
            guard let dot = world.dot(index, record) else { continue }
            for writes in try node.laptop.liveWrites(of: dot, node.store) ?? [] {
                live.formUnion(
                    Oracle.writes(of: writes.change, node.laptop.heads.table)
                        .filter { writes.fields.contains($0.field) })
            }
        }
        return live
    }

    private static func written(
        _ world: World, _ index: Int, _ records: Set<GlobalDot>
    ) throws -> Set<Oracle.Written> {
        let node = world.laptops[index]
        var written: Set<Oracle.Written> = []
        for record in records {
            guard let dot = world.dot(index, record) else { continue }
            for change in try node.laptop.history(of: dot, node.store) ?? [] {
                written.formUnion(Oracle.writes(of: change, node.laptop.heads.table))
            }
        }
        return written
    }

    /// All records as people see them, in the order that every laptop shows.
    private static func viewOfAll(
        _ world: World, _ index: Int, _ records: Set<GlobalDot>
    ) throws -> [String] {
        try records.sorted { $0.precedes($1) }.flatMap { record in
            try (world.view(index, record)?.fields ?? []).flatMap { field in
                field.values.map { value in
                    let witnesses = value.witnesses.map { world.name(index, $0.dot).description }
                    return
                        "\(record) \(field.field.rawValue) \(field.isConflict) \(value.content.shown) \(witnesses)"
                }
            }
        }
    }
}
