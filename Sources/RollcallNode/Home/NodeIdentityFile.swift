import Crypto
import RollcallTrust
import SwiftASN1
import X509

import struct Foundation.Date

/// Who a node is: the key that signs its heads, and the key and certificate that it shows in TLS.
///
/// The certificate is made once and kept: its signature is not the same twice. Nobody checks its
/// name or dates; peers know a node by the hash of its TLS key.
package struct NodeIdentityFile: Sendable {
    static let encodedBytesMax = 4_096

    let nodeKey: NodeKey
    let tlsKey: P256.Signing.PrivateKey
    /// DER.
    let certificate: [UInt8]

    /// Makes up a new identity.
    init() throws {
        let tlsKey = P256.Signing.PrivateKey()
        nodeKey = NodeKey()
        self.tlsKey = tlsKey
        certificate = try Self.certificate(of: tlsKey)
    }

    /// SHA-256 of the TLS key as a SubjectPublicKeyInfo: what the member list pins.
    var tlsKeyHash: [UInt8] { Self.hash(of: tlsKey.publicKey) }

    static func hash(of key: P256.Signing.PublicKey) -> [UInt8] {
        Array(SHA256.hash(data: key.derRepresentation))
    }

    // MARK: - As bytes

    // Magic, version, Ed25519 secret, P-256 secret, certificate's length and the certificate; then
    // SHA-256 of all that, so that a rotten bit is damage and not another node.
    private static let magic = Array("rollcall key".utf8)
    private static let version: UInt8 = 1
    private static let secretBytes = 32
    private static let digestBytes = 32
    private static let headBytes = magic.count + 1 + 2 * secretBytes + 2

    package func encoded() -> [UInt8] {
        var bytes = Self.magic + [Self.version] + nodeKey.secret
        bytes += tlsKey.rawRepresentation
        bytes += [UInt8(certificate.count >> 8), UInt8(certificate.count & 0xff)]
        bytes += certificate
        return bytes + Array(SHA256.hash(data: bytes))
    }

    /// Nil unless the bytes are an identity, whole and undamaged.
    package init?(encoded bytes: [UInt8]) {
        guard bytes.count > Self.headBytes + Self.digestBytes, bytes.count <= Self.encodedBytesMax
        else { return nil }
        let content = bytes.dropLast(Self.digestBytes)
        guard Array(SHA256.hash(data: content)) == Array(bytes.suffix(Self.digestBytes)),
            content.starts(with: Self.magic + [Self.version])
        else { return nil }

        var rest = content.dropFirst(Self.magic.count + 1)
        let nodeSecret = Array(rest.prefix(Self.secretBytes))
        rest = rest.dropFirst(Self.secretBytes)
        let tlsSecret = Array(rest.prefix(Self.secretBytes))
        rest = rest.dropFirst(Self.secretBytes)
        let certificateBytes = rest.prefix(2).reduce(0) { $0 << 8 | Int($1) }
        let certificate = Array(rest.dropFirst(2))

        guard certificate.count == certificateBytes,
            let nodeKey = NodeKey(secret: nodeSecret),
            let tlsKey = try? P256.Signing.PrivateKey(rawRepresentation: tlsSecret),
            let parsed = try? Certificate(derEncoded: certificate),
            parsed.publicKey == Certificate.PublicKey(tlsKey.publicKey)
        else { return nil }
        self.nodeKey = nodeKey
        self.tlsKey = tlsKey
        self.certificate = certificate
    }

    // MARK: - The certificate

    /// A certificate that says nothing: one name for all nodes, a century of validity.
    private static func certificate(of key: P256.Signing.PrivateKey) throws -> [UInt8] {
        let name = try DistinguishedName { CommonName("rollcall") }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(bytes: [1]),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: Date(timeIntervalSince1970: 946_684_800),  // 2000-01-01
            notValidAfter: Date(timeIntervalSince1970: 4_102_444_800),  // 2100-01-01
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions(), issuerPrivateKey: Certificate.PrivateKey(key))
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }
}
