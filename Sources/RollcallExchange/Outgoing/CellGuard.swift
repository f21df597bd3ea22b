/// Keeps a spreadsheet from reckoning with a cell, or from writing its number anew.
///
/// It puts a quote before the cell, and so before one that has quotes and then what is guarded; that quote is taken off
/// when the roster is read again.
enum CellGuard {
    private static let quote = UInt8(ascii: "'")

    static func guarded(_ cell: String) -> String { isRisky(cell) ? "'" + cell : cell }

    static func unguarded(_ cell: String) -> String {
        guard cell.utf8.first == quote, isRisky(cell) else { return cell }
        return String(cell.dropFirst())
    }

    /// Whether a cell, after any quotes, is a formula to a spreadsheet, or a number that it would change.
    private static func isRisky(_ cell: String) -> Bool {
        let bytes = cell.utf8.drop { $0 == quote }
        guard let first = bytes.first else { return false }
        if "=+-@\t\r".utf8.contains(first) { return true }
        guard bytes.count > 1, bytes.allSatisfy({ isDigit($0) || $0 | 0x20 == UInt8(ascii: "e") })
        else { return false }
        let hasLetter = bytes.contains { !isDigit($0) }
        return isDigit(first) && (hasLetter || first == UInt8(ascii: "0") || bytes.count > 15)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
