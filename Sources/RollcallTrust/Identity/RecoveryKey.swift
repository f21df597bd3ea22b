public import RollcallCore

/// What is wrong with a recovery key as it was typed, and where.
public struct RecoveryKeyMistake: Error, Equatable, Sendable {
    /// From 1; the first group that is wrong.
    public var group: Int
    /// `bad digit`, `truncated`, `trailing bytes`, `wrong check digit`; `out of limits` where every group is right and the whole is no key.
    public var refusal: Refusal

    package init(group: Int, refusal: Refusal) {
        self.group = group
        self.refusal = refusal
    }
}

/// A recovery key on paper: 256 bits in 13 groups of four digits and a check digit.
public struct RecoveryKey: Sendable {
    public static let groupCount = 13
    static let digitsPerGroup = 4

    public let key: NodeKey

    public init() { key = NodeKey() }

    /// Nil unless the 32 bytes are a key.
    public init?(secret: [UInt8]) {
        guard let key = NodeKey(secret: secret) else { return nil }
        self.key = key
    }

    /// As it is printed.
    public var text: String {
        let digits = Base32.values(Base32.digits(key.secret)) ?? []
        return (0..<Self.groupCount).map { place in
            let start = place * Self.digitsPerGroup
            let group = digits[start..<(start + Self.digitsPerGroup)]
            return Base32.text(group + [Self.checkDigit(group, place)])
        }.joined(separator: "-")
    }

    /// As a person typed it.
    ///
    /// Where hyphens or blanks part it into as many groups as a key has, each is judged by itself, so that a digit too many
    /// or too few is told of its own group; else groups are counted off from the start.
    public init(typed text: String) throws(RecoveryKeyMistake) {
        let parts = text.split { $0 == "-" || $0 == " " }.map(String.init)
        let groups =
            parts.count == Self.groupCount ? parts : Self.countedOff(parts.joined())
        var digits: [UInt8] = []
        for (place, group) in groups.enumerated() {
            digits += try Self.digits(of: group, place)
        }
        guard groups.count == Self.groupCount else {
            throw RecoveryKeyMistake(group: groups.count + 1, refusal: .truncated)
        }
        guard let secret = Self.secret(digits), let key = NodeKey(secret: secret) else {
            throw RecoveryKeyMistake(group: 1, refusal: .outOfLimits)
        }
        self.key = key
    }

    private static func countedOff(_ text: String) -> [String] {
        let characters = Array(text.unicodeScalars)
        return stride(from: 0, to: characters.count, by: digitsPerGroup + 1).map { start in
            var group = String.UnicodeScalarView()
            group.append(
                contentsOf: characters[start..<min(start + digitsPerGroup + 1, characters.count)])
            return String(group)
        }
    }

    private static func digits(
        of group: String, _ place: Int
    ) throws(RecoveryKeyMistake) -> [UInt8] {
        func mistake(_ refusal: Refusal) -> RecoveryKeyMistake {
            RecoveryKeyMistake(group: place + 1, refusal: refusal)
        }
        guard place < groupCount else { throw mistake(.trailingBytes) }
        guard let values = Base32.values(group) else { throw mistake(.badDigit) }
        guard values.count > digitsPerGroup else { throw mistake(.truncated) }
        guard values.count == digitsPerGroup + 1 else { throw mistake(.trailingBytes) }
        let digits = values.prefix(digitsPerGroup)
        guard values.last == checkDigit(digits, place) else { throw mistake(.wrongCheckDigit) }
        return Array(digits)
    }

    /// Over the group's place and its digits: two groups that changed places are noticed.
    private static func checkDigit(_ digits: some Collection<UInt8>, _ place: Int) -> UInt8 {
        Base32.checkDigit([UInt8(place + 1)] + Array(digits))
    }

    /// 52 digits are 260 bits, of which the first four are zero.
    private static func secret(_ digits: [UInt8]) -> [UInt8]? {
        guard let first = digits.first, first < 2 else { return nil }
        var bytes: [UInt8] = []
        var buffer = UInt32(first)
        var bits = 1
        for digit in digits.dropFirst() {
            buffer = buffer << 5 | UInt32(digit)
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
                buffer &= 1 << UInt32(bits) - 1
            }
        }
        return bytes
    }
}
