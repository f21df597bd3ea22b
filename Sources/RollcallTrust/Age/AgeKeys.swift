import Crypto
public import RollcallCore
import RollcallWire

/// For whom a file is sealed: an X25519 public key, 32 bytes (age v1).
public struct AgeRecipient: Hashable, Sendable {
    public let bytes: [UInt8]

    /// - Throws: `weak key` for one that shares its secrets with everybody.
    public init(_ bytes: [UInt8]) throws(FormatError) {
        guard bytes.count == 32, !BundleKey.isWeak(bytes) else {
            throw FormatError(.weakKey, "recipient")
        }
        self.bytes = bytes
    }

    /// As `age -r` takes it: age1 and base-32 digits.
    public init(text: String) throws(FormatError) {
        guard let bytes = Bech32.decode(text, "age") else {
            throw FormatError(.badDigit, "recipient")
        }
        try self.init(bytes)
    }

    public var text: String { Bech32.encode(bytes, "age") }
}

/// What opens files that were sealed for its recipient: an X25519 private key.
public struct AgeIdentity: Sendable {
    let key: Curve25519.KeyAgreement.PrivateKey
    private static let start = "AGE-SECRET-KEY-"

    /// A new one.
    public init() { key = Curve25519.KeyAgreement.PrivateKey() }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes) else {
            throw FormatError(.weakKey, "identity")
        }
        self.key = key
    }

    /// As `age-keygen` writes it: AGE-SECRET-KEY-1 and base-32 digits.
    public init(text: String) throws(FormatError) {
        let lowercase = text.lowercased()
        guard text == text.uppercased(),
            let bytes = Bech32.decode(lowercase, Self.start.lowercased()), bytes.count == 32
        else { throw FormatError(.badDigit, "identity") }
        try self.init(bytes)
    }

    public var bytes: [UInt8] { Array(key.rawRepresentation) }
    public var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

    /// Secret: never to be logged, and printed only where somebody asks for it.
    public var text: String { Bech32.encode(bytes, Self.start.lowercased()).uppercased() }
}
