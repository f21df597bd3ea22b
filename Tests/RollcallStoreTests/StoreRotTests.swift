import GRDB
import RollcallCore
import Testing

@testable import RollcallStore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Bits that rot on a disk: what a register gives out is what was written, or it says that it is damaged.
struct StoreRotTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("register")
    }

    /// All that can be read.
    private struct Content: Equatable {
        var counts: StoreCounts
        var changes: [StoredChange]
        var records: [StoredRecord]
        var inConflict: [Dot]
        var replicas: [ReplicaRow]
        var heads: [SignedHead]
        var salts: [UInt8]?
        var held: [HeldRange]
        var message: HeldRow?
        var peers: [NodeID: [UInt8]]
        var meta: [[UInt8]?]

        init(_ store: RegisterStore) throws {
            counts = try store.counts()
            changes = try store.changes(of: first, from: 1, through: 1000, contentBytesMax: .max)
            records = try store.records(after: nil, limit: 1000)
            inConflict = try store.recordsInConflict()
            replicas = try store.replicas()
            heads = try store.heads(of: first, from: 1, limit: 1000)
            salts = try store.salts(of: first, block: 0)
            held = try store.heldRanges()
            message = try store.held(Dot(second, 2))
            peers = Dictionary(uniqueKeysWithValues: try store.peers())
            meta = [try store.meta("register"), try store.meta("name")]
        }
    }

    private func writes() throws -> [StoreWrite] {
        let id = ReplicaID(node: try node(1), lane: .data, incarnation: .max - 4)
        var writes: [StoreWrite] = (1...40).flatMap { counter -> [StoreWrite] in
            [
                .change(change(first, counter, contentBytes: 90)),
                record(
                    Dot(first, counter), Array(repeating: 7, count: Int(counter)),
                    conflicts: counter % 3 == 0 ? 2 : 0),
                .head(head(first, counter)),
            ]
        }
        writes += [
            .replica(
                ReplicaRow(number: first, id: id, height: 40, hash: hash(40), isEnded: false)),
            .salts(replica: first, block: 0, [1, 2, 3]),
            .held(HeldRow(replica: second, first: 2, last: 9, message: [4, 5])),
            .peer(try node(2), [6]), .meta("register", [5]), .meta("name", []),
        ]
        return writes
    }

    @Test func `no bit that flips in the file changes what is read`() throws {
        let store = try RegisterStore(path: path)
        try store.applyAndCommit(try writes())
        let content = try Content(store)
        try store.close()
        let sound = bytes(of: path)

        var found = 0
        var unlike: [Int] = []
        for position in stride(from: 0, to: sound.count * 8, by: 419) {
            var damaged = sound
            damaged[position / 8] ^= 1 << UInt8(position % 8)
            try overwrite(path, with: damaged)
            do {
                let again = try RegisterStore(path: path)
                if try Content(again) != content { unlike.append(position) }
                try again.close()
            } catch is StoreError {
                found += 1
            }
        }
        #expect(unlike == [])
        // The rest is room that nothing uses.
        #expect(found > 100)
    }

    @Test func `a row that rots while the register is open is not given out`() throws {
        let store = try RegisterStore(path: path)
        try store.applyAndCommit(try writes())
        try store.run("UPDATE change SET content = x'00' WHERE dot = (SELECT min(dot) FROM change)")
        try store.run("UPDATE record SET conflicts = 9 WHERE dot = (SELECT max(dot) FROM record)")
        try store.run("UPDATE replica SET height = 41")
        try store.run("UPDATE meta SET value = x'06' WHERE key = 'register'")

        #expect(throws: StoreError.damaged) { try store.change(Dot(first, 1)) }
        #expect(try store.change(Dot(first, 2)) == change(first, 2, contentBytes: 90))
        #expect(throws: StoreError.damaged) { try store.record(Dot(first, 40)) }
        #expect(throws: StoreError.damaged) { try store.replicas() }
        #expect(throws: StoreError.damaged) { try store.meta("register") }
        #expect(throws: StoreError.damaged) {
            try store.changes(of: first, from: 1, through: 40, contentBytesMax: .max)
        }
    }

    @Test func `a register of the first version is brought to this one, and nothing is lost`()
        throws
    {
        let store = try RegisterStore(path: path)
        try store.applyAndCommit(try writes())
        let content = try Content(store)
        try store.run("DROP TABLE record_key")
        for (table, _) in SQL.columns where table != "record_key" {
            try store.run("ALTER TABLE \(table) DROP COLUMN sum")
        }
        try store.run("PRAGMA user_version = 1")
        try store.close()

        let again = try RegisterStore(path: path)
        #expect(try Content(again) == content)
        #expect(try again.setting("user_version") == "\(Migration.current)")
    }

    private func overwrite(_ path: String, with bytes: [UInt8]) throws {
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }
}
