import Crypto
import RollcallCore

/// A key of 16 bytes, sealed for one X25519 key as age v1 does it.
public struct KeyWrap: Equatable, Sendable {
    /// The public half of a key pair that was made for this and thrown away, 32 bytes.
    public var share: [UInt8]
    /// The sealed key and its tag, 32 bytes.
    public var box: [UInt8]

    static let keyBytes = 16

    init(share: [UInt8], box: [UInt8]) {
        self.share = share
        self.box = box
    }

    /// - Parameters:
    ///   - info: What the key is for: one that was wrapped for something else does not open.
    ///   - own: Used for this once.
    init(
        _ key: [UInt8], for recipient: AgeRecipient, _ info: [UInt8], with own: AgeIdentity
    ) throws(FormatError) {
        share = own.publicKey
        guard let secret = Self.shared(own, recipient.bytes) else {
            throw FormatError(.weakKey, "recipient")
        }
        let wrapping = Self.wrappingKey(secret, share, recipient.bytes, info)
        guard let sealed = try? ChaChaPoly.seal(key, using: wrapping, nonce: Self.zeroNonce())
        else { throw FormatError(.badSeal, "key") }
        box = Array(sealed.ciphertext + sealed.tag)
    }

    /// The key, or nil where it is wrapped for somebody else.
    ///
    /// - Throws: `bad header` for a share that would make a secret which everybody knows.
    func open(_ identity: AgeIdentity, _ info: [UInt8]) throws(FormatError) -> [UInt8]? {
        guard let secret = Self.shared(identity, share) else {
            throw FormatError(.badHeader, "X25519 share")
        }
        let wrapping = Self.wrappingKey(secret, share, identity.publicKey, info)
        guard
            let sealed = try? ChaChaPoly.SealedBox(
                nonce: Self.zeroNonce(), ciphertext: box.prefix(Self.keyBytes),
                tag: box.dropFirst(Self.keyBytes)),
            let key = try? ChaChaPoly.open(sealed, using: wrapping)
        else { return nil }
        return Array(key)
    }

    private static func shared(_ own: AgeIdentity, _ other: [UInt8]) -> SharedSecret? {
        guard let key = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: other),
            let secret = try? own.key.sharedSecretFromKeyAgreement(with: key),
            secret.withUnsafeBytes({ $0.contains { $0 != 0 } })
        else { return nil }
        return secret
    }

    private static func wrappingKey(
        _ secret: SharedSecret, _ share: [UInt8], _ recipient: [UInt8], _ info: [UInt8]
    ) -> SymmetricKey {
        secret.hkdfDerivedSymmetricKey(
            using: SHA256.self, salt: share + recipient, sharedInfo: info, outputByteCount: 32)
    }

    /// Each wrapping key is used once.
    private static func zeroNonce() throws -> ChaChaPoly.Nonce {
        try ChaChaPoly.Nonce(data: [UInt8](repeating: 0, count: 12))
    }
}
