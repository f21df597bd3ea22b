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

struct StoreFileTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("register")
    }

    @Test func `the settings are in force`() throws {
        let store = try RegisterStore(path: path)
        let expected = [
            "locking_mode": "exclusive", "journal_mode": "wal", "synchronous": "2",
            "secure_delete": "1", "temp_store": "2", "mmap_size": "0", "trusted_schema": "0",
            "cell_size_check": "1", "cache_size": "-16384", "wal_autocheckpoint": "0",
            "journal_size_limit": "16777216", "foreign_keys": "0",
            "application_id": "\(Migration.applicationID)", "user_version": "\(Migration.current)",
        ]
        for (name, value) in expected {
            #expect(try store.setting(name) == value, "\(name)")
        }
    }

    @Test func `every table is strict`() throws {
        let store = try RegisterStore(path: path)
        let loose = try store.access {
            try String.fetchAll(
                $0,
                sql: """
                    SELECT name FROM pragma_table_list
                    WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND NOT strict
                    """)
        }
        #expect(loose == [])
    }

    @Test func `only the owner may read the file, its log and a backup`() throws {
        let store = try RegisterStore(path: path)
        try store.applyAndCommit([.meta("a", [1])])
        try store.backup(to: folder.file("copy"))

        #expect(permissions(of: path) == 0o600)
        #expect(permissions(of: path + "-wal") == 0o600)
        #expect(permissions(of: folder.file("copy")) == 0o600)
    }

    @Test func `a file that others could read is closed to them`() throws {
        try RegisterStore(path: path).close()
        chmod(path, 0o644)
        let store = try RegisterStore(path: path)
        try store.applyAndCommit([.meta("a", [1])])

        #expect(permissions(of: path) == 0o600)
        #expect(permissions(of: path + "-wal") == 0o600)
    }

    @Test func `a second opener is refused and the first goes on`() throws {
        let store = try RegisterStore(path: path)
        #expect(throws: StoreError.inUse) { try RegisterStore(path: path) }

        try store.applyAndCommit([.meta("a", [1])])
        #expect(throws: StoreError.inUse) { try RegisterStore(path: path) }
        try store.close()
        #expect(try RegisterStore(path: path).meta("a") == [1])
    }

    @Test func `what was committed is there after opening again`() throws {
        let store = try RegisterStore(path: path)
        let written: [StoreWrite] = (1...5000).flatMap {
            [
                .change(change(first, $0)),
                record(Dot(first, $0), [1], conflicts: $0 % 2 == 0 ? 1 : 0),
            ]
        }
        try store.applyAndCommit(
            written + [.held(HeldRow(replica: second, first: 2, last: 4, message: []))])
        let counts = try store.counts()
        try store.apply([.change(change(first, 5001))])
        try store.close()
        #expect(!exists(path + "-wal"))

        let again = try RegisterStore(path: path)
        #expect(try again.counts() == counts)
        #expect(counts == StoreCounts(records: 5000, changes: 5000, conflicts: 2500, held: 3))
        #expect(try again.change(Dot(first, 5000)) == change(first, 5000))
        #expect(try again.change(Dot(first, 5001)) == nil)
    }

    @Test func `a log that was never moved into the file is read at the next start`() throws {
        let store = try RegisterStore(path: path)
        try store.applyAndCommit([.change(change(first, 1))])
        // Reading an open file drops its lock; this store has no more need of it.
        try copy(path, to: folder.file("copy"))
        try copy(path + "-wal", to: folder.file("copy-wal"))

        #expect(
            try RegisterStore(path: folder.file("copy")).change(Dot(first, 1)) == change(first, 1))
    }

    @Test func `a checkpoint empties the log`() throws {
        let store = try RegisterStore(path: path)
        try store.applyAndCommit([.change(change(first, 1))])
        #expect(fileBytes(path + "-wal") > 0)

        try store.checkpoint()
        #expect(fileBytes(path + "-wal") == 0)
        #expect(try store.change(Dot(first, 1)) == change(first, 1))
    }

    @Test func `a long log is moved into the file when asked, and no short one`() throws {
        let store = try RegisterStore(path: path)
        try store.applyAndCommit([.change(change(first, 1))])
        store.shortenLog()
        let before = fileBytes(path)
        #expect(!store.isLogLong)

        let long = (2...13).map { StoreWrite.change(change(first, $0, contentBytes: 1 << 20)) }
        try store.applyAndCommit(long)
        #expect(store.isLogLong && !store.isLogVeryLong)
        #expect(fileBytes(path) == before)
        store.shortenLog()
        #expect(!store.isLogLong)
        #expect(fileBytes(path) > 12 << 20)
    }

    @Test func `a newer file is refused and not changed`() throws {
        try RegisterStore(path: path).close()
        try rewrite(path, "PRAGMA user_version = 9")
        chmod(path, 0o640)
        let before = bytes(of: path)

        let refusal = StoreError.newerFile(found: 9, supported: Migration.current)
        #expect(throws: refusal) { try RegisterStore(path: path) }
        #expect(isUnchanged(path, before))
        #expect(permissions(of: path) == 0o640)
        #expect(
            refusal.description == "the register was written by a newer version of Rollcall"
                + " (file version 9, this program reads up to \(Migration.current))")
    }

    @Test func `another program's database is refused and not changed`() throws {
        try rewrite(path, "CREATE TABLE change (dot INTEGER PRIMARY KEY)")
        let before = bytes(of: path)

        #expect(throws: StoreError.notARegister) { try RegisterStore(path: path) }
        #expect(isUnchanged(path, before))
    }

    @Test func `a file that is no database is refused and not changed`() throws {
        try overwrite(path, at: 0, with: Array("name;first name;born\n".utf8))
        let before = bytes(of: path)

        #expect(throws: StoreError.notARegister) { try RegisterStore(path: path) }
        #expect(isUnchanged(path, before))
    }

    @Test func `damage that counting passes over is found at the start`() throws {
        let store = try RegisterStore(path: path)
        try store.applyAndCommit((1...500).map { .change(change(first, $0)) })
        try store.close()
        // Cells that are well formed, with keys out of order.
        try overwrite(path, at: 20 * 4096 + 2000, with: Array(repeating: 1, count: 1000))

        #expect(throws: StoreError.damaged) { try RegisterStore(path: path) }
        #expect(try RegisterStore(path: path, checking: false).counts().changes == 500)
    }

    @Test func `a folder, a link and a missing folder are refused`() throws {
        try RegisterStore(path: path).close()
        symlink(path, folder.file("link"))

        for wrong in [folder.path, folder.file("link"), folder.file("none/register")] {
            #expect(throws: StoreError.cannotOpen(code: 14)) { try RegisterStore(path: wrong) }
        }
    }

    @Test func `a backup opens and holds the same`() throws {
        let store = try RegisterStore(path: path)
        try store.applyAndCommit(
            (1...1000).flatMap { [.change(change(first, $0)), record(Dot(first, $0), [1, 2])] })
        try store.applyAndCommit([.meta("register", [5]), record(Dot(first, 3), [9], conflicts: 2)])
        try store.backup(to: folder.file("copy"))
        try store.applyAndCommit([.meta("register", [6])])

        let copy = try RegisterStore(path: folder.file("copy"))
        #expect(try copy.counts() == store.counts())
        #expect(try copy.meta("register") == [5])
        #expect(try copy.records(after: nil, limit: .max) == store.records(after: nil, limit: .max))
        let all = (of: first, from: UInt64(1), through: UInt64.max)
        #expect(
            try copy.changes(
                of: all.of, from: all.from, through: all.through, contentBytesMax: .max)
                == store.changes(
                    of: all.of, from: all.from, through: all.through, contentBytesMax: .max))
    }

    @Test func `a backup does not overwrite`() throws {
        let store = try RegisterStore(path: path)
        try overwrite(folder.file("copy"), at: 0, with: [1])

        #expect(throws: StoreError.fileExists) { try store.backup(to: folder.file("copy")) }
        #expect(throws: StoreError.fileExists) { try store.backup(to: path) }
        #expect(isUnchanged(folder.file("copy"), [1]))
    }

    // MARK: files

    /// A function, so that a failure does not print the file.
    private func isUnchanged(_ path: String, _ before: [UInt8]) -> Bool {
        bytes(of: path) == before
    }

    private func fileBytes(_ path: String) -> Int {
        var status = stat()
        return lstat(path, &status) == 0 ? Int(status.st_size) : -1
    }

    private func copy(_ path: String, to other: String) throws {
        try overwrite(other, at: 0, with: bytes(of: path))
    }

    private func overwrite(_ path: String, at offset: Int, with bytes: [UInt8]) throws {
        let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        #expect(pwrite(descriptor, bytes, bytes.count, off_t(offset)) == bytes.count)
    }

    /// As another program would.
    private func rewrite(_ path: String, _ sql: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }
}
