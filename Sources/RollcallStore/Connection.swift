import GRDB
import GRDBSQLite
import RollcallCore

/// How a register's one connection is opened and set.
enum Connection {
    /// When the log holds this many pages (8 MiB), they go into the file after the next commit.
    static let checkpointPages = 2048
    /// And so many (64 MiB) while more comes in than is moved.
    static let checkpointPagesMax = 16_384

    /// The settings of every connection, in the order in which they are made.
    ///
    /// The lock comes first: with it SQLite keeps the log's index on its heap, so nothing else can
    /// open the file, and no file is mapped into memory.
    private static let settings = """
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA trusted_schema = OFF;
        PRAGMA cell_size_check = ON;
        PRAGMA mmap_size = 0;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -16384;
        PRAGMA secure_delete = ON;
        PRAGMA synchronous = FULL;
        """

    static func open(path: String, checking: Bool) throws -> DatabaseQueue {
        let file = RegisterFile(path: path)
        try file.createIfMissing()
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            let version = try Migration.version(of: database)
            file.restrict()
            try logAhead(database)
            if checking, version > 0 { try checkShape(database) }
            try Migration.run(on: database, from: version)
            if checking { try RowSum.checkAll(in: database) }
        }
        try file.syncName()
        return queue
    }

    static func openSimulated(uri: String) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: uri, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            let version = try Migration.version(of: database)
            try logAhead(database)
            if version > 0 { try checkShape(database) }
            try Migration.run(on: database, from: version)
            try RowSum.checkAll(in: database)
            if isPlanted(.commitNotSynced) { try database.execute(sql: "PRAGMA synchronous = OFF") }
        }
        return queue
    }

    static func openInMemory() throws -> DatabaseQueue {
        let queue = try DatabaseQueue(configuration: configuration)
        try queue.writeWithoutTransaction { try Migration.run(on: $0, from: 0) }
        return queue
    }

    static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "register"
        configuration.allowsUnsafeTransactions = true
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            try database.execute(sql: settings)
            try RowSum.register(in: database)
        }
        return configuration
    }

    /// Write-ahead logging, with checkpoints of our own: SQLite's automatic ones hide their errors.
    private static func logAhead(_ database: Database) throws {
        // To the end: the switch is written when the statement is over, after it has said "wal".
        let modes = try String.fetchAll(database, sql: "PRAGMA journal_mode = WAL")
        guard modes == ["wal"] else { throw StoreError.cannotOpen(code: SQLITE_CANTOPEN) }
        try database.execute(
            sql: """
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA journal_size_limit = 16777216;
                """)
    }

    /// Reads the whole file and its indices; what the rows hold is checked by themselves.
    private static func checkShape(_ database: Database) throws {
        let finding = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)")
        guard finding == "ok" else { throw StoreError.damaged }
    }
}

/// How many pages the write-ahead log holds after the last commit.
final class LogGauge {
    private(set) var pages = 0

    /// Starts to watch a connection, which must be closed before the gauge goes.
    func watch(_ database: Database) {
        let gauge = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            database.sqliteConnection,
            { gauge, _, _, pages in
                if let gauge {
                    Unmanaged<LogGauge>.fromOpaque(gauge).takeUnretainedValue().pages = Int(pages)
                }
                return SQLITE_OK
            }, gauge)
    }

    func reset() { pages = 0 }
}
