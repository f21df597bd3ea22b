import Crypto
public import RollcallCore

/// A node's own Ed25519 key: it signs heads and bundles.
public struct NodeKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey
    public let node: NodeID

    public init() {
        self.init(key: Curve25519.Signing.PrivateKey())
    }

    /// Nil unless the 32 bytes are a key.
    public init?(secret: [UInt8]) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: secret) else {
            return nil
        }
        self.init(key: key)
    }

    private init(key: Curve25519.Signing.PrivateKey) {
        self.key = key
        guard let node = NodeID(Array(key.publicKey.rawRepresentation)) else {
            preconditionFailure("an Ed25519 public key has 32 bytes")
        }
        self.node = node
    }

    public var secret: [UInt8] { Array(key.rawRepresentation) }

    public func signature(of message: [UInt8]) -> [UInt8] {
        guard let signature = try? key.signature(for: message) else {
            preconditionFailure("Ed25519 could not sign")
        }
        return Array(signature)
    }
}

extension NodeID {
    /// Whether the signature is this node's.
    ///
    /// A key of small order, which would sign anything, verifies nothing.
    public func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        verifier?.verifies(signature, of: message) ?? false
    }

    /// The key ready for many signatures; nil for a weak one.
    public var verifier: SignatureVerifier? { SignatureVerifier(self) }

    /// Whether this key has small order or another form that no honest node has.
    public var isWeak: Bool { verifier == nil }

    /// Whether the key's y is below 2²⁵⁵ − 19, as every honest node writes it.
    fileprivate static func isCanonical(_ key: [UInt8]) -> Bool {
        key[0] < 0xed || key[31] & 0x7f != 0x7f || key[1..<31].contains { $0 != 0xff }
    }
}

/// A public key that has been checked once.
public struct SignatureVerifier: Sendable {
    private let key: Curve25519.Signing.PublicKey

    init?(_ node: NodeID) {
        let bytes = node.bytes
        guard !SmallOrderKeys.all.contains(bytes), NodeID.isCanonical(bytes),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        else { return nil }
        self.key = key
    }

    public func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        key.isValidSignature(signature, for: message)
    }
}

/// Encodings of points of small order, canonical or not; rows `weak_key` of `Protocol/numbers.csv`.
public enum SmallOrderKeys {
    public static let all: Set<[UInt8]> = Set(hex.map(bytes))

    static let hex = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ]

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8).map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
