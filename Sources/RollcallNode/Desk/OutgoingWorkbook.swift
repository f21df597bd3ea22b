import CXLSXWriter
import Foundation
import RollcallControl

/// A table that leaves as a workbook (.xlsx): the notice, the columns, then a line a row, and every cell is text.
///
/// The library keeps what it packs in files without a name, and Debian 12's writes to a file alone: both are memory here, for nothing of
/// a register is to lie on this laptop's disk in clear.
struct OutgoingWorkbook: Sendable {
    /// What a workbook can hold.
    static let rowsMax = 1_048_576, cellUnitsMax = 32_767
    /// A folder that is memory.
    private static let memory = "/dev/shm"

    private let head: [[String]]
    private let columnCount: Int
    private var rows: [[Cell]] = []

    private struct Cell {
        var column: UInt16
        var text: String
    }

    init(notice: [String], columns: [String]) {
        head = notice.map { [$0] } + [columns]
        columnCount = columns.count
    }

    mutating func append(_ cells: [String]) throws {
        guard head.count + rows.count < Self.rowsMax else {
            throw Self.refusal("a workbook holds 1,048,576 rows, and here are more")
        }
        var row: [Cell] = []
        for (column, text) in cells.enumerated() where !text.isEmpty {
            guard text.utf16.count <= Self.cellUnitsMax else {
                throw Self.refusal(
                    "a cell of a workbook holds 32,767 characters, and one here more")
            }
            row.append(Cell(column: UInt16(column), text: text))
        }
        rows.append(row)
    }

    private static func refusal(_ what: String) -> ControlError {
        ControlError(.valueTooLong, what, hint: "make it as CSV or as lines of JSON")
    }

    /// The whole workbook.
    func bytes() throws -> [UInt8] {
        try Self.checkMemory()
        let file = rollcall_memory_file()
        guard file >= 0 else { throw SafeFile.failure("cannot be made in memory", Self.memory) }
        defer { close(file) }
        let error = Self.memory.withCString { folder in
            var options = lxw_workbook_options(
                constant_memory: 1, tmpdir: UnsafeMutablePointer(mutating: folder), use_zip64: 0)
            return write(workbook_new_opt("/proc/self/fd/\(file)", &options))
        }
        guard error == LXW_NO_ERROR else {
            throw ControlError(
                .badFile, "the workbook cannot be made in memory: error \(error.rawValue)",
                hint: "free some memory, or make it as CSV")
        }
        return try Self.contents(of: file)
    }

    private func write(_ workbook: UnsafeMutablePointer<lxw_workbook>?) -> lxw_error {
        guard let workbook, let sheet = workbook_add_worksheet(workbook, "rollcall") else {
            return LXW_ERROR_MEMORY_MALLOC_FAILED
        }
        let bold = workbook_add_format(workbook)
        format_set_bold(bold)
        worksheet_set_column(sheet, 0, lxw_col_t(max(columnCount, 1) - 1), 18, nil)
        worksheet_freeze_panes(sheet, lxw_row_t(head.count), 0)
        var error = LXW_NO_ERROR
        func put(
            _ text: String, _ row: Int, _ column: UInt16,
            _ format: UnsafeMutablePointer<lxw_format>? = nil
        ) {
            let found = worksheet_write_string(sheet, lxw_row_t(row), column, text, format)
            if error == LXW_NO_ERROR { error = found }
        }
        for (row, cells) in head.enumerated() {
            for (column, text) in cells.enumerated() {
                put(text, row, UInt16(column), row == head.count - 1 ? bold : nil)
            }
        }
        for (row, cells) in rows.enumerated() {
            for cell in cells { put(cell.text, head.count + row, cell.column) }
        }
        // Closing frees it, whatever came before.
        let closed = workbook_close(workbook)
        return error == LXW_NO_ERROR ? closed : error
    }

    /// Where the folder is no memory, what is packed would lie on a disk.
    private static func checkMemory() throws {
        guard rollcall_is_memory(memory) != 0, access(memory, W_OK) == 0 else {
            throw ControlError(
                .badFile, "a workbook is packed in memory, and this system has no \(memory) for it",
                hint: "make it as CSV")
        }
    }

    private static func contents(of file: Int32) throws -> [UInt8] {
        var facts = stat()
        guard fstat(file, &facts) == 0 else { throw SafeFile.failure("cannot be read", memory) }
        var bytes = [UInt8](repeating: 0, count: Int(facts.st_size))
        var done = 0
        while done < bytes.count {
            let read = bytes.withUnsafeMutableBytes { buffer in
                pread(
                    file, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(done))
            }
            guard read > 0 else { throw SafeFile.failure("cannot be read", memory) }
            done += read
        }
        return bytes
    }
}
