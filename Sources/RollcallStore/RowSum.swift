import CZlib
import GRDB
import GRDBSQLite
import RollcallCore

/// The SQL function `row_sum(column, ...)`, by which a row says what it held when it was written.
///
/// SQLite finds damage to the shape of its file; a bit that rots within a value is none of its business, and a wrong value may
/// cost a person's freedom. A CRC-32 (zlib's) of type, length and content of each column tells every burst of up to 32 bits,
/// and one in four billion of other errors gets through. Against people who write to the disk it is no protection.
enum RowSum {
    static func register(in database: Database) throws {
        let code = sqlite3_create_function_v2(
            database.sqliteConnection, "row_sum", -1,
            SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nil,
            { context, count, columns in
                var sum: uLong = 0
                for index in 0..<Int(count) { RowSum.add(columns?[index], to: &sum) }
                sqlite3_result_int64(context, Int64(sum))
            }, nil, nil, nil)
        guard code == SQLITE_OK else { throw StoreError(code: code) }
    }

    private static func add(_ column: OpaquePointer?, to sum: inout uLong) {
        switch sqlite3_value_type(column) {
        case SQLITE_INTEGER: add(sqlite3_value_int64(column), to: &sum)
        case SQLITE_BLOB:
            let count = sqlite3_value_bytes(column)
            add(Int64(count) | 1 << 62, to: &sum)
            // zlib begins anew when it is given no address.
            guard count > 0, let bytes = sqlite3_value_blob(column) else { return }
            sum = crc32(sum, bytes.assumingMemoryBound(to: UInt8.self), uInt(count))
        case SQLITE_TEXT:
            let text = sqlite3_value_text(column)
            let count = sqlite3_value_bytes(column)
            add(Int64(count) | 1 << 61, to: &sum)
            guard count > 0, let text else { return }
            sum = crc32(sum, text, uInt(count))
        default: add(.min, to: &sum)
        }
    }

    private static func add(_ integer: Int64, to sum: inout uLong) {
        withUnsafeBytes(of: integer.littleEndian) { bytes in
            sum = crc32(sum, bytes.bindMemory(to: UInt8.self).baseAddress, 8)
        }
    }

    /// Reads every row once; throws ``StoreError/damaged`` if one is not what was written.
    static func checkAll(in database: Database) throws {
        for (table, columns) in SQL.columns {
            let damaged = try Bool.fetchOne(
                database,
                sql: "SELECT EXISTS (SELECT 1 FROM \(table) WHERE sum IS NOT row_sum(\(columns)))")
            guard damaged == false else { throw StoreError.damaged }
        }
    }
}
