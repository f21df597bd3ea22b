/// Base32 as people read and type it: no i, l, o or u.
public enum Base32 {
    static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// The digits of a number, most significant first.
    public static func digits(_ value: UInt64, count: Int) -> String {
        var rest = value
        var digits = [UInt8](repeating: 0, count: count)
        for place in stride(from: count - 1, through: 0, by: -1) {
            digits[place] = alphabet[Int(rest & 31)]
            rest >>= 5
        }
        return String(decoding: digits, as: UTF8.self)
    }

    /// Bytes as one number, left-padded with zero bits to whole digits.
    public static func digits(_ bytes: [UInt8]) -> String {
        let digitCount = (bytes.count * 8 + 4) / 5
        var digits: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = digitCount * 5 - bytes.count * 8
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                digits.append(alphabet[Int(buffer >> UInt32(bits) & 31)])
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }

    /// The value of each digit, or nil where a character is none.
    ///
    /// Hyphens and spaces are skipped.
    public static func values(_ text: some StringProtocol) -> [UInt8]? {
        var values: [UInt8] = []
        for character in text.utf8 {
            if character == UInt8(ascii: "-") || character == UInt8(ascii: " ") { continue }
            guard let value = value(of: character) else { return nil }
            values.append(value)
        }
        return values
    }

    private static func value(of character: UInt8) -> UInt8? {
        let lower = (65...90).contains(character) ? character + 32 : character
        switch lower {
        case UInt8(ascii: "o"): return 0
        case UInt8(ascii: "i"), UInt8(ascii: "l"): return 1
        default: return alphabet.firstIndex(of: lower).map { UInt8($0) }
        }
    }

    /// The digits before the check digit of a form that has so many digits in all.
    public static func checked(
        _ text: some StringProtocol, digitCount: Int
    ) throws(FormatError) -> [UInt8] {
        guard let values = values(text) else { throw FormatError(.badDigit, "digits") }
        guard values.count >= digitCount else { throw FormatError(.truncated, "digits") }
        guard values.count == digitCount else { throw FormatError(.trailingBytes, "digits") }
        let digits = Array(values.dropLast())
        guard checkDigit(digits) == values[digitCount - 1] else {
            throw FormatError(.wrongCheckDigit, "digits")
        }
        return digits
    }

    public static func number(_ values: some Collection<UInt8>) -> UInt64? {
        guard values.count <= 13 else { return nil }
        var number: UInt64 = 0
        for value in values {
            guard number >> 59 == 0 else { return nil }
            number = number << 5 | UInt64(value)
        }
        return number
    }

    public static func text(_ values: some Collection<UInt8>) -> String {
        String(decoding: values.map { alphabet[Int($0)] }, as: UTF8.self)
    }

    /// The check digit of some digits: GF(32) with x⁵ = x² + 1.
    public static func checkDigit(_ values: some Collection<UInt8>) -> UInt8 {
        values.reduce(0) { check, digit in timesX(check ^ digit) }
    }

    private static func timesX(_ value: UInt8) -> UInt8 {
        let doubled = value << 1
        return doubled & 32 == 0 ? doubled : (doubled ^ 0b100101) & 31
    }
}
