public import RollcallCore
import GRDB
import GRDBSQLite

/// What is wrong with our own disk or file; never the fault of a peer.
///
/// No case carries SQL, a value or a record's content: only codes, versions and dots.
public enum StoreError: Error, Equatable, Sendable {
    /// Another process, or another store in this one, has the register open.
    case inUse
    /// The file is not SQLite's, or holds tables of another program.
    case notARegister
    /// The file was written by a later version of the program.
    case newerFile(found: Int, supported: Int)
    /// The file fails its own checks; later writes are refused.
    case damaged
    /// There was no room: the transaction is rolled back, reads go on, later writes may succeed.
    case diskFull
    /// Reading, writing or syncing failed, with SQLite's extended code.
    ///
    /// When a write meets it, later writes are refused: after a failed sync nobody knows what is on
    /// the disk, and a second one may claim success.
    case ioFailure(code: Int32)
    /// The file cannot be opened or made: a wrong path or no permission.
    case cannotOpen(code: Int32)
    /// A change with this dot is there already; changes are never replaced.
    case changeExists(Dot)
    /// A backup does not overwrite.
    case fileExists
    /// A backup holds what is committed, so it cannot be taken within a transaction.
    case transactionOpen
    /// Any other answer of SQLite, with its extended code.
    case refused(code: Int32)

    init(code: Int32) {
        self =
            switch code & 0xff {
            case SQLITE_BUSY, SQLITE_LOCKED: .inUse
            case SQLITE_NOTADB: .notARegister
            case SQLITE_CORRUPT: .damaged
            case SQLITE_FULL: .diskFull
            case SQLITE_IOERR: .ioFailure(code: code)
            case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY: .cannotOpen(code: code)
            default: .refused(code: code)
            }
    }

    /// From whatever GRDB throws; its own errors carry SQL and are not passed on.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(code: error.extendedResultCode.rawValue)
        default: self = .refused(code: SQLITE_ERROR)
        }
    }

    /// Whether later writes would stand on ground that gave way.
    var endsWriting: Bool {
        switch self {
        case .ioFailure, .damaged: true
        default: false
        }
    }
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .inUse:
            "the register is open in another process"
        case .notARegister:
            "the file is not a register"
        case .newerFile(let found, let supported):
            "the register was written by a newer version of Rollcall"
                + " (file version \(found), this program reads up to \(supported))"
        case .damaged:
            "the register's file is damaged"
        case .diskFull:
            "the disk is full"
        case .ioFailure(let code):
            "the disk failed (SQLite code \(code))"
        case .cannotOpen(let code):
            "the register's file cannot be opened (SQLite code \(code))"
        case .changeExists(let dot):
            "change \(dot.counter) of replica number \(dot.replica.rawValue) is there already"
        case .fileExists:
            "a file of that name is there already"
        case .transactionOpen:
            "a transaction is open"
        case .refused(let code):
            "SQLite refused (code \(code))"
        }
    }
}

/// Codes of SQLite's that are macros Swift does not import.
enum ExtendedCode {
    // SQLITE_CONSTRAINT_PRIMARYKEY
    static let keyTaken: Int32 = SQLITE_CONSTRAINT | 6 << 8
    // SQLITE_IOERR_FSYNC
    static let syncFailed: Int32 = SQLITE_IOERR | 4 << 8
    // SQLITE_IOERR_DIR_FSYNC
    static let folderSyncFailed: Int32 = SQLITE_IOERR | 5 << 8
}
