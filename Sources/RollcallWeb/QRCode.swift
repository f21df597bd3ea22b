import CQRencode

/// A text as a QR code (ISO/IEC 18004), for cameras of other laptops and for slips.
enum QRCode {
    /// Longer ones are for no paper and no screen here.
    static let textBytesMax = 512

    /// The squares, a row a line, `1` for a dark one; nil for a text that is empty or too long.
    static func rows(of text: String) -> String? {
        guard !text.isEmpty, text.utf8.count <= textBytesMax, !text.utf8.contains(0),
            let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M)
        else { return nil }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        guard let squares = code.pointee.data else { return nil }
        return (0..<width).map { row in
            String((0..<width).map { squares[row * width + $0] & 1 == 1 ? "1" : "0" })
        }.joined(separator: "\n")
    }
}
