import GRDB
import GRDBSQLite
import RollcallCore

/// The scripts that bring a file from one version to the next; a script's number is the version it
/// makes.
enum Migration {
    private static let scripts: [[UInt8]] = [
        PackageResources.v01_register_sql,
        PackageResources.v02_row_sums_sql,
        PackageResources.v03_record_keys_sql,
    ]

    /// The version of the file that this program writes.
    static var current: Int { scripts.count }

    /// "Roll" in ASCII, by which `file` and other programs tell a register from any other database.
    static let applicationID = 0x526f_6c6c

    /// The version of a file, 0 for an empty one; nothing is written.
    static func version(of database: Database) throws -> Int {
        let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        if application == 0, version == 0 {
            let tables = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM sqlite_schema") ?? 0
            guard tables == 0 else { throw StoreError.notARegister }
            return 0
        }
        guard application == applicationID, version > 0 else { throw StoreError.notARegister }
        guard version <= current else {
            throw StoreError.newerFile(found: version, supported: current)
        }
        return version
    }

    /// Runs the scripts that the file lacks, all of them or none.
    static func run(on database: Database, from version: Int) throws {
        guard version < current else { return }
        try database.inTransaction(.immediate) {
            for script in scripts[version...] {
                try database.execute(sql: String(decoding: script, as: UTF8.self))
            }
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: "PRAGMA user_version = \(current)")
            return .commit
        }
    }
}
