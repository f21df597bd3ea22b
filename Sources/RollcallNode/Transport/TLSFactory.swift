import Crypto
import NIOCore
import NIOSSL

/// Makes every TLS configuration of the program.
///
/// A peer is not known by a certificate authority, a name or a date, but by its key alone. Here a
/// peer need only show that it has one of the right kind; who it is, the sync layer decides.
struct TLSFactory: Sendable {
    static let protocolName = "rollcall/1"

    let configuration: TLSConfiguration
    private let contextForAccepted: @Sendable (TLSConfiguration) throws -> NIOSSLContext

    /// - Parameter contextForAccepted: Makes the context of one accepted connection, a new one each time. Tests hand in what
    ///   must not be, to see that they would notice.
    init(
        _ configuration: TLSConfiguration,
        contextForAccepted: @escaping @Sendable (TLSConfiguration) throws -> NIOSSLContext = {
            try NIOSSLContext(configuration: $0)
        }
    ) {
        self.configuration = configuration
        self.contextForAccepted = contextForAccepted
    }

    init(identity: NodeIdentityFile) throws {
        self.init(try Self.configuration(identity))
    }

    private static func configuration(_ identity: NodeIdentityFile) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [
                .certificate(try NIOSSLCertificate(bytes: identity.certificate, format: .der))
            ],
            privateKey: .privateKey(
                try NIOSSLPrivateKey(
                    bytes: Array(identity.tlsKey.derRepresentation), format: .der)))
        configuration.minimumTLSVersion = .tlsv13
        configuration.maximumTLSVersion = .tlsv13
        // Not `.none`: under that a server asks for no certificate and never calls us back.
        configuration.certificateVerification = .noHostnameVerification
        // Not nil: that means whatever the system trusts.
        configuration.trustRoots = .certificates([])
        configuration.curves = [.x25519_MLKEM768, .x25519]
        configuration.verifySignatureAlgorithms = [.ecdsaSecp256R1Sha256]
        configuration.signingSignatureAlgorithms = [.ecdsaSecp256R1Sha256]
        configuration.applicationProtocols = [protocolName]
        configuration.renegotiationSupport = .none
        configuration.shutdownTimeout = .seconds(5)
        return configuration
    }

    /// TLS for one accepted connection.
    ///
    /// Its context is its own: a session resumed from a context that had seen the peer before
    /// would not ask for the certificate again.
    func serverHandler() throws -> NIOSSLHandler {
        NIOSSLServerHandler(
            context: try contextForAccepted(configuration),
            customVerificationCallback: Self.verify)
    }

    /// TLS for one dialled connection.
    func clientHandler() throws -> NIOSSLHandler {
        try NIOSSLClientHandler(
            context: try NIOSSLContext(configuration: configuration), serverHostname: nil,
            customVerificationCallback: Self.verify)
    }

    /// The hash of a certificate's key; nil unless that is a P-256 key in its one encoding.
    static func keyHash(of certificate: NIOSSLCertificate) -> [UInt8]? {
        guard let encoded = try? certificate.extractPublicKey().toSPKIBytes(),
            let key = try? P256.Signing.PublicKey(derRepresentation: encoded),
            Array(key.derRepresentation) == encoded
        else { return nil }
        return NodeIdentityFile.hash(of: key)
    }

    @Sendable private static func verify(
        chain: [NIOSSLCertificate], answer: EventLoopPromise<NIOSSLVerificationResult>
    ) {
        let isAcceptable = chain.count == 1 && chain.first.flatMap(keyHash) != nil
        answer.succeed(isAcceptable ? .certificateVerified : .failed)
    }
}
