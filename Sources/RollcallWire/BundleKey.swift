import RollcallCore

/// An X25519 key to which bundles are sealed.
///
/// The library takes any 32 bytes for one, and with a point of small order agrees on a secret that everybody knows.
public enum BundleKey {
    /// Whether no honest node has this key: its length is another, its number is not below 2²⁵⁵ − 19, or its order is small.
    public static func isWeak(_ key: [UInt8]) -> Bool {
        key.count != 32 || !isReduced(key) || ofSmallOrder.contains(key)
    }

    private static func isReduced(_ key: [UInt8]) -> Bool {
        key[31] < 0x7f
            || key[31] == 0x7f && (key[0] < 0xed || key[1..<31].contains { $0 != 0xff })
    }

    /// Rows `weak_bundle_key` of `Protocol/numbers.csv`.
    public static let ofSmallOrder: Set<[UInt8]> = [
        [UInt8](repeating: 0, count: 32),
        [1] + [UInt8](repeating: 0, count: 31),
        [0xec] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
        [
            0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f,
            0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16,
            0x5f, 0x49, 0xb8, 0x00,
        ],
        [
            0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83,
            0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd,
            0xd0, 0x9f, 0x11, 0x57,
        ],
    ]
}
