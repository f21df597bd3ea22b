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

struct StoreFaultTests {
    @Test func `a file at its page limit is a full disk, and work goes on after`() throws {
        let store = try RegisterStore.inMemory()
        try store.applyAndCommit([.change(change(first, 1)), .meta("a", [1])])
        let pages = try store.setting("page_count") ?? "0"
        try store.run("PRAGMA max_page_count = \(pages)")
        try expectFullDisk(store)

        try store.run("PRAGMA max_page_count = 1000000")
        try expectRoomAgain(store)
    }

    #if os(Linux)
        @Test(.enabled(if: SmallDisk.isPossible, "only root may mount a small disk"))
        func `a full disk takes nothing by halves, and work goes on when there is room`() throws {
            let disk = try SmallDisk(bytes: 2 << 20)
            let store = try RegisterStore(path: disk.path + "/register")
            try store.applyAndCommit([.change(change(first, 1)), .meta("a", [1])])
            try store.checkpoint()
            try disk.fill(leaving: 256 << 10)
            try expectFullDisk(store)
            try expectFullDisk(store)
            #expect(throws: StoreError.diskFull) {
                for counter in UInt64(10)...1000 {
                    try store.applyAndCommit([.change(change(second, counter))])
                }
            }
            let counts = try store.counts()

            try disk.makeRoom()
            try expectRoomAgain(store)
            try store.close()
            let again = try RegisterStore(path: disk.path + "/register")
            #expect(try again.counts().changes == counts.changes + 1)
            try again.close()
        }
    #endif

    @Test func `after a failed write the store refuses writes and still reads`() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let path = folder.file("register")
            let store = try RegisterStore(path: path)
            try store.applyAndCommit([.change(change(first, 1)), .meta("a", [1])])

            // A file that may grow no more: SQLite calls it an I/O error.
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit()
            getrlimit(fileSizeLimit, &limit)
            let unlimited = limit
            limit.rlim_cur = 64 << 10
            setrlimit(fileSizeLimit, &limit)
            let writes = (2...2000).map { StoreWrite.change(change(first, $0)) }
            do {
                try store.applyAndCommit(writes)
                exit(2)
            } catch StoreError.ioFailure {
            } catch {
                exit(3)
            }
            setrlimit(fileSizeLimit, [unlimited])

            let refusal = try #require(store.failure)
            #expect(throws: refusal) { try store.begin() }
            #expect(throws: refusal) { try store.apply([.meta("a", [2])]) }
            #expect(throws: refusal) { try store.commit() }
            #expect(throws: refusal) { try store.checkpoint() }
            #expect(try store.meta("a") == [1])
            #expect(try store.change(Dot(first, 2)) == nil)
            #expect(try store.counts().changes == 1)
            try store.close()

            let again = try RegisterStore(path: path)
            #expect(try again.counts().changes == 1)
            try again.applyAndCommit(writes)
        }
    }

    @Test func `codes of SQLite become errors that say whose fault it is`() {
        #expect(StoreError(code: 13) == .diskFull)
        #expect(StoreError(code: 10 | 4 << 8) == .ioFailure(code: 1034))
        #expect(StoreError(code: 11 | 1 << 8) == .damaged)
        #expect(StoreError(code: 26) == .notARegister)
        #expect(StoreError(code: 5) == .inUse)
        #expect(StoreError(code: 14) == .cannotOpen(code: 14))
        #expect(StoreError(code: 7) == .refused(code: 7))
    }

    @Test func `no error repeats SQL or a value`() throws {
        let error = DatabaseError(
            resultCode: .SQLITE_CONSTRAINT, message: "UNIQUE constraint failed",
            sql: "INSERT INTO record VALUES (?)", arguments: ["Anna"])
        #expect(StoreError(error).description == "SQLite refused (code 19)")
    }

    // MARK: facts

    private func expectFullDisk(_ store: RegisterStore) throws {
        let before = try store.counts()
        #expect(throws: StoreError.diskFull) {
            try store.apply([.meta("a", [2]), record(Dot(first, 1), [1], conflicts: 1)])
            try store.applyAndCommit((2...4000).map { .change(change(first, $0)) })
        }

        #expect(!store.isTransactionOpen)
        #expect(store.failure == nil)
        #expect(try store.counts() == before)
        #expect(try store.meta("a") == [1])
        #expect(try store.record(Dot(first, 1)) == nil)
        #expect(try store.change(Dot(first, 1)) == change(first, 1))
        #expect(try store.change(Dot(first, 2)) == nil)
    }

    private func expectRoomAgain(_ store: RegisterStore) throws {
        let before = try store.counts().changes
        try store.applyAndCommit([.change(change(first, 2)), .meta("a", [3])])
        #expect(try store.counts().changes == before + 1)
        #expect(try store.meta("a") == [3])
    }
}

#if canImport(Glibc)
    private let fileSizeLimit = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
#else
    private let fileSizeLimit = RLIMIT_FSIZE
#endif

#if os(Linux)
    /// A file system of its own in memory, small enough to fill.
    private final class SmallDisk {
        static var isPossible: Bool {
            guard geteuid() == 0, let disk = try? SmallDisk(bytes: 1 << 16) else { return false }
            return exists(disk.path)
        }

        let path: String

        init(bytes: Int) throws {
            var template = Array("/tmp/rollcall-disk-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw StoreError.cannotOpen(code: errno) }
            path = String(
                decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard mount("small", path, "tmpfs", 0, "size=\(bytes)") == 0 else {
                rmdir(path)
                throw StoreError.cannotOpen(code: errno)
            }
        }

        deinit {
            umount2(path, Int32(MNT_DETACH))
            rmdir(path)
        }

        /// Writes a file that leaves so much room.
        func fill(leaving bytes: Int) throws {
            var status = statvfs()
            statvfs(path, &status)
            let room = Int(status.f_bavail) * Int(status.f_bsize) - bytes
            let descriptor = open(path + "/filling", O_CREAT | O_WRONLY, 0o600)
            defer { close(descriptor) }
            guard room > 0, posix_fallocate(descriptor, 0, off_t(room)) == 0 else {
                throw StoreError.diskFull
            }
        }

        func makeRoom() throws {
            guard unlink(path + "/filling") == 0 else { throw StoreError.cannotOpen(code: errno) }
        }
    }
#endif
