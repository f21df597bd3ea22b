import GRDB
import GRDBSQLite
import RollcallCore

/// A cached statement with values bound and read straight through SQLite's own calls.
///
/// GRDB's arguments and rows cost as much as the insert itself: on a bulk path, half the speed.
/// One statement serves a whole batch, since it is reset after each run.
struct PreparedStatement {
    private let pointer: OpaquePointer

    init(_ sql: String, in database: Database) throws {
        pointer = try database.cachedStatement(sql: sql).sqliteStatement
        sqlite3_reset(pointer)
    }

    // MARK: binding, from index 1

    func bind(_ value: Int64, at index: Int32) {
        sqlite3_bind_int64(pointer, index, value)
    }

    func bind(_ dot: Dot, at index: Int32) {
        bind(Int64(bitPattern: dot.rawValue), at: index)
    }

    /// Binds a copy.
    func bind(_ bytes: [UInt8], at index: Int32) throws(StoreError) {
        try check(bytes.withUnsafeBytes { bindBlob($0, at: index, Self.copied) })
    }

    /// Binds a copy.
    func bind(_ text: String, at index: Int32) throws(StoreError) {
        var text = text
        let code = text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { characters in
                sqlite3_bind_text(
                    pointer, index, characters.baseAddress, Int32(characters.count), Self.copied)
            }
        }
        try check(code)
    }

    /// Binds bytes in place; they must outlive the step, so the statement runs within the closure
    /// that lends them.
    func lend(_ bytes: UnsafeRawBufferPointer, at index: Int32) throws(StoreError) {
        try check(bindBlob(bytes, at: index, nil))
    }

    private func bindBlob(
        _ bytes: UnsafeRawBufferPointer, at index: Int32, _ ownership: sqlite3_destructor_type?
    ) -> Int32 {
        // An empty array may have no address, and SQLite takes that for NULL.
        guard let address = bytes.baseAddress, !bytes.isEmpty else {
            return sqlite3_bind_zeroblob(pointer, index, 0)
        }
        return sqlite3_bind_blob64(pointer, index, address, UInt64(bytes.count), ownership)
    }

    private func check(_ code: Int32) throws(StoreError) {
        guard code == SQLITE_OK else { throw StoreError(code: code) }
    }

    // MARK: running

    /// Runs a statement that returns no rows; gives SQLite's extended code.
    func run() -> Int32 {
        let code = sqlite3_step(pointer)
        sqlite3_reset(pointer)
        return code == SQLITE_DONE ? SQLITE_OK : code
    }

    /// Runs a statement that returns no rows.
    func execute() throws(StoreError) {
        try check(run())
    }

    /// Whether there is another row to read.
    func next() throws(StoreError) -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw StoreError(code: code)
        }
    }

    /// Whether there is another row to read, whose last column says that it is what was written.
    func nextSound() throws(StoreError) -> Bool {
        guard try next() else { return false }
        guard integer(sqlite3_column_count(pointer) - 1) == 1 else { throw .damaged }
        return true
    }

    /// Ends a read, so that the statement holds no page and no lock.
    func reset() {
        sqlite3_reset(pointer)
    }

    // MARK: reading, from column 0

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(pointer, column)
    }

    func blobBytes(_ column: Int32) -> Int {
        Int(sqlite3_column_bytes(pointer, column))
    }

    func blob(_ column: Int32) -> [UInt8] {
        guard let address = sqlite3_column_blob(pointer, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: address, count: blobBytes(column)))
    }

    func dot(_ column: Int32) throws(StoreError) -> Dot {
        guard let dot = Dot(rawValue: UInt64(bitPattern: integer(column))) else {
            throw .damaged
        }
        return dot
    }

    /// SQLITE_TRANSIENT, a cast in C that Swift does not import.
    private static var copied: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }
}
