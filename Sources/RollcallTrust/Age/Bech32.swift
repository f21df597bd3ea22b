/// The text form of age's keys (BIP 173): a readable start, digits in base 32, six of them to check.
enum Bech32 {
    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)

    static func encode(_ bytes: [UInt8], _ start: String) -> String {
        let digits = regroup(bytes, from: 8, to: 5, isPadded: true) ?? []
        let check = checkDigits(start, digits)
        let text = (digits + check).map { Character(UnicodeScalar(alphabet[Int($0)])) }
        return start + "1" + String(text)
    }

    /// The bytes; nil for text that is not of that start, or was mistyped.
    static func decode(_ text: String, _ start: String) -> [UInt8]? {
        let text = Array(text.utf8)
        let head = Array((start + "1").utf8)
        guard text.starts(with: head), text.count >= head.count + 6 else { return nil }
        var digits: [UInt8] = []
        for letter in text.dropFirst(head.count) {
            guard let digit = alphabet.firstIndex(of: letter) else { return nil }
            digits.append(UInt8(digit))
        }
        guard checksum(expanded(start) + digits) == 1 else { return nil }
        return regroup(digits.dropLast(6), from: 5, to: 8, isPadded: false)
    }

    private static func checkDigits(_ start: String, _ digits: [UInt8]) -> [UInt8] {
        let sum = checksum(expanded(start) + digits + [0, 0, 0, 0, 0, 0]) ^ 1
        return (0..<6).map { UInt8(sum >> (5 * (5 - $0)) & 31) }
    }

    private static func expanded(_ start: String) -> [UInt8] {
        start.utf8.map { $0 >> 5 } + [0] + start.utf8.map { $0 & 31 }
    }

    private static func checksum(_ digits: [UInt8]) -> UInt32 {
        let generators: [UInt32] = [
            0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3,
        ]
        return digits.reduce(1) { sum, digit in
            let top = sum >> 25
            let shifted = (sum & 0x1ff_ffff) << 5 ^ UInt32(digit)
            return generators.indices.reduce(shifted) {
                top >> UInt32($1) & 1 == 1 ? $0 ^ generators[$1] : $0
            }
        }
    }

    private static func regroup(
        _ digits: some Sequence<UInt8>, from: Int, to: Int, isPadded: Bool
    ) -> [UInt8]? {
        var (value, bits) = (0, 0)
        var regrouped: [UInt8] = []
        for digit in digits {
            value = (value << from | Int(digit)) & 0xfff
            bits += from
            while bits >= to {
                bits -= to
                regrouped.append(UInt8(value >> bits & (1 << to - 1)))
            }
        }
        let rest = value << (to - bits) & (1 << to - 1)
        if isPadded {
            if bits > 0 { regrouped.append(UInt8(rest)) }
        } else if bits >= from || rest != 0 {
            return nil
        }
        return regrouped
    }
}
