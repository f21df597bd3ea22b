import Crypto
public import RollcallCore

/// A node's own key: it signs heads and bundles.
public struct NodeKey: Sendable {
    private enum Secret: Sendable {
        case ed25519(Curve25519.Signing.PrivateKey)
        case ideal([UInt8])
    }

    private let key: Secret
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
        self.key = .ed25519(key)
        guard let node = NodeID(Array(key.publicKey.rawRepresentation)) else {
            preconditionFailure("an Ed25519 public key has 32 bytes")
        }
        self.node = node
    }

    /// A key of ``SignatureScheme/ideal``.
    package init(ideal secret: [UInt8]) {
        key = .ideal(secret)
        guard let node = NodeID(sha256(secret)) else { preconditionFailure("a hash has 32 bytes") }
        self.node = node
    }

    public var scheme: SignatureScheme {
        switch key {
        case .ed25519: .ed25519
        case .ideal: .ideal
        }
    }

    public var secret: [UInt8] {
        switch key {
        case .ed25519(let key): Array(key.rawRepresentation)
        case .ideal(let secret): secret
        }
    }

    public func signature(of message: [UInt8]) -> [UInt8] {
        switch key {
        case .ideal: return SignatureScheme.idealSignature(node, message)
        case .ed25519(let key):
            guard let signature = try? key.signature(for: message) else {
                preconditionFailure("Ed25519 could not sign")
            }
            return Array(signature)
        }
    }
}

/// How the nodes of a register sign; a laptop judges all others by the scheme of its own key.
///
/// Every key of a program is an Ed25519 one, so no byte of a peer's can bring the other scheme in.
public struct SignatureScheme: Equatable, Sendable {
    private let isIdeal: Bool

    public static let ed25519 = SignatureScheme(isIdeal: false)
    /// For simulations of honest signers: a signature costs one hash, and anybody could make it.
    package static let ideal = SignatureScheme(isIdeal: true)

    /// A node's key, ready for many signatures; nil for a weak one.
    public func verifier(of node: NodeID) -> SignatureVerifier? {
        isIdeal ? SignatureVerifier(ideal: node) : SignatureVerifier(node)
    }

    fileprivate static func idealSignature(_ node: NodeID, _ message: [UInt8]) -> [UInt8] {
        let hash = sha256(node.bytes + message)
        return hash + hash.reversed()
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
    private enum Key: Sendable {
        case ed25519(Curve25519.Signing.PublicKey)
        case ideal(NodeID)
    }

    private let key: Key

    init?(_ node: NodeID) {
        let bytes = node.bytes
        guard !SmallOrderKeys.all.contains(bytes), NodeID.isCanonical(bytes),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        else { return nil }
        self.key = .ed25519(key)
    }

    fileprivate init(ideal node: NodeID) { key = .ideal(node) }

    public func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        switch key {
        case .ed25519(let key): key.isValidSignature(signature, for: message)
        case .ideal(let node): signature == SignatureScheme.idealSignature(node, message)
        }
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
