/// How a text file writes its letters.
public enum TextEncoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    case utf16LittleEndian = "utf-16le"
    case utf16BigEndian = "utf-16be"
    case windows1251 = "windows-1251"

    /// An encoding as people name it.
    public init?(named name: String) {
        switch name.lowercased().filter({ $0.isLetter || $0.isNumber }) {
        case "utf8": self = .utf8
        case "utf16", "utf16le", "unicode": self = .utf16LittleEndian
        case "utf16be": self = .utf16BigEndian
        case "windows1251", "cp1251", "win1251", "1251", "ansi": self = .windows1251
        default: return nil
        }
    }

    /// The encoding of a file, by its mark or by what its bytes can be.
    ///
    /// A few lines that are no UTF-8 among many that are make no other encoding: each fails by itself.
    public init(of bytes: [UInt8]) {
        if bytes.starts(with: [0xFF, 0xFE]) {
            self = .utf16LittleEndian
        } else if bytes.starts(with: [0xFE, 0xFF]) {
            self = .utf16BigEndian
        } else if Self.looksLikeUTF8(bytes.prefix(1 << 20)) {
            self = .utf8
        } else {
            self = Self.looksLikeCyrillic(bytes.prefix(1 << 20)) ? .windows1251 : .utf8
        }
    }

    private static func looksLikeUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
        var (good, bad) = (0, 0)
        for line in bytes.split(separator: UInt8(ascii: "\n"))
        where line.contains(where: { $0 > 0x7F }) {
            if String(validating: line, as: UTF8.self) != nil { good += 1 } else { bad += 1 }
        }
        return good >= bad
    }

    /// Whether most bytes beyond ASCII are letters of Ukrainian or Russian in Windows-1251.
    private static func looksLikeCyrillic(_ bytes: ArraySlice<UInt8>) -> Bool {
        let others: Set<UInt8> = [0xA5, 0xA8, 0xAA, 0xAF, 0xB2, 0xB3, 0xB4, 0xB8, 0xB9, 0xBA, 0xBF]
        let high = bytes.filter { $0 > 0x7F }
        let letters = high.count { $0 >= 0xC0 || others.contains($0) }
        return high.count > 1 && letters * 10 >= high.count * 9
    }

    /// A text's bytes as UTF-8.
    public func utf8(_ bytes: [UInt8]) throws(FileRefusal) -> [UInt8] {
        switch self {
        case .utf8: return bytes
        case .utf16LittleEndian, .utf16BigEndian: return try utf8(ofUTF16: bytes)
        case .windows1251: return try utf8(ofWindows1251: bytes)
        }
    }

    private func utf8(ofUTF16 bytes: [UInt8]) throws(FileRefusal) -> [UInt8] {
        guard bytes.count % 2 == 0 else { throw .notOfEncoding(rawValue) }
        let (low, high) = self == .utf16LittleEndian ? (0, 1) : (1, 0)
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        for index in stride(from: 0, to: bytes.count, by: 2) {
            units.append(UInt16(bytes[index + low]) | UInt16(bytes[index + high]) << 8)
        }
        if units.first == 0xFEFF { units.removeFirst() }
        guard let text = String(validating: units, as: UTF16.self) else {
            throw .notOfEncoding(rawValue)
        }
        return Array(text.utf8)
    }

    private func utf8(ofWindows1251 bytes: [UInt8]) throws(FileRefusal) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            if byte < 0x80 {
                text.append(byte)
            } else {
                // The one byte that it gives no meaning.
                guard byte != 0x98 else { throw .notOfEncoding(rawValue) }
                text.append(contentsOf: Self.upperHalf[Int(byte) - 0x80])
            }
        }
        return text
    }

    /// What the bytes from 0x80 on stand for in Windows-1251.
    private static let upperHalf: [[UInt8]] = """
        ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u{98}™љ›њќћџ\u{A0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{AD}®Ї°±Ііґµ¶·ё№є»јЅѕї\
        АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя
        """.unicodeScalars.map { Array(String($0).utf8) }
}
