import RollcallCore

/// Every encoding of a public key that no honest program makes.
enum WeakKeys {
    /// 2²⁵⁵ − 19, and what comes after it up to 2²⁵⁵ − 1: numbers that should have been reduced.
    private static let notReduced: [[UInt8]] = (0..<19).map { above in
        [0xed + UInt8(above)] + [UInt8](repeating: 0xff, count: 30) + [0x7f]
    }

    /// With the highest bit set: the sign of an Edwards point; nothing at all in an X25519 key.
    private static func withTopBit(_ key: [UInt8]) -> [UInt8] {
        key.dropLast() + [(key.last ?? 0) | 0x80]
    }

    /// Ed25519: the eight points of small order in each of their encodings, and every y that is not reduced.
    static let ed25519: [[UInt8]] = unique(
        (eighth.flatMap { [$0, withTopBit($0)] } + notReduced + notReduced.map(withTopBit)))

    /// X25519: the points of small order on the curve and its twist, and every number that is not reduced.
    static let x25519: [[UInt8]] = unique(
        x25519Low + x25519Low.map(withTopBit) + notReduced + notReduced.map(withTopBit))

    /// y = 1, −1, 0, and the two of order 8.
    private static let eighth = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    ].map(bytes)

    private static let x25519Low = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ].map(bytes)

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }

    private static func unique(_ keys: [[UInt8]]) -> [[UInt8]] {
        var seen: Set<[UInt8]> = []
        return keys.filter { seen.insert($0).inserted }
    }
}
