import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import Testing
import X509

@testable import RollcallNode

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    @Test func `the configuration is what the design says, field by field`() throws {
        let identity = try NodeIdentityFile()
        let tls = try TLSFactory(identity: identity).configuration
        #expect(tls.minimumTLSVersion == .tlsv13)
        #expect(tls.maximumTLSVersion == .tlsv13)
        #expect(tls.certificateVerification == .noHostnameVerification)
        #expect(tls.trustRoots == .certificates([]))
        #expect(tls.additionalTrustRoots.isEmpty)
        #expect(tls.curves == [.x25519_MLKEM768, .x25519])
        #expect(tls.verifySignatureAlgorithms == [.ecdsaSecp256R1Sha256])
        #expect(tls.signingSignatureAlgorithms == [.ecdsaSecp256R1Sha256])
        #expect(tls.applicationProtocols == ["rollcall/1"])
        #expect(tls.renegotiationSupport == NIORenegotiationSupport.none)
        #expect(tls.keyLogCallback == nil)
        #expect(tls.pskClientProvider == nil)
        #expect(tls.pskServerProvider == nil)
        #expect(!tls.sendCANameList)
        let certificate = try NIOSSLCertificate(bytes: identity.certificate, format: .der)
        #expect(tls.certificateChain == [.certificate(certificate)])
        #expect(TLSFactory.keyHash(of: certificate) == identity.tlsKeyHash)
    }

    @Test func `a certificate tells nothing about its node`() throws {
        let first = try Certificate(derEncoded: NodeIdentityFile().certificate)
        let second = try Certificate(derEncoded: NodeIdentityFile().certificate)
        #expect("\(first.subject)" == "CN=rollcall")
        #expect(first.subject == second.subject)
        #expect(first.issuer == first.subject)
        #expect(first.serialNumber == second.serialNumber)
        #expect(first.notValidBefore == second.notValidBefore)
        #expect(first.notValidAfter == second.notValidAfter)
        #expect(first.extensions.isEmpty)
    }

    @Test func `only a P-256 key has a hash`() throws {
        let key = P384.Signing.PrivateKey()
        let certificate = try selfSigned(
            Certificate.PublicKey(key.publicKey), Certificate.PrivateKey(key))
        #expect(
            TLSFactory.keyHash(of: try NIOSSLCertificate(bytes: certificate, format: .der)) == nil)
    }

    @Test(.enabled(if: ForeignClient.isHere, ForeignClient.whereFrom), arguments: Refused.allCases)
    func `a client is refused that`(_ refused: Refused) async throws {
        let there = try Station()
        let address = try await there.listen()
        let client = try ForeignClient(showing: NodeIdentityFile())
        let certificate = client.certificateArguments
        let name = ["-alpn", "rollcall/1"]
        let chain = ["-cert_chain", client.path("chain")]
        let arguments =
            switch refused {
            case .speaksTLS12: certificate + name + ["-tls1_2"]
            case .showsNoCertificate: name
            case .showsTwoCertificates: certificate + name + chain
            case .offersNoProtocol: certificate
            case .offersAnotherProtocol: certificate + ["-alpn", "h2"]
            case .offersAnotherCurve: certificate + name + ["-groups", "P-256"]
            }
        let second = try Certificate(derEncoded: NodeIdentityFile().certificate)
        try Data(second.serializeAsPEM().pemString.utf8)
            .write(to: URL(filePath: client.path("chain")))
        _ = try await client.connect(to: address, arguments) { !there.events.isEmpty }
        #expect(there.events.isEmpty)

        let said = try await client.connect(to: address, certificate + name) {
            there.opened.count == 1
        }
        #expect(said.contains("New, TLSv1.3"))
        #expect(there.opened.count == 1)
    }

    enum Refused: CaseIterable {
        case speaksTLS12, showsNoCertificate, showsTwoCertificates, offersNoProtocol
        case offersAnotherProtocol, offersAnotherCurve
    }

    @Test(.enabled(if: ForeignClient.isHere, ForeignClient.whereFrom))
    func `a session cannot be resumed`() async throws {
        let there = try Station()
        let address = try await there.listen()
        let identity = try NodeIdentityFile()
        let client = try ForeignClient(showing: identity)
        let usual = client.certificateArguments + ["-alpn", "rollcall/1"]
        let session = client.path("session")

        // A server's ticket travels with the first bytes that it sends.
        async let saying = client.connect(to: address, usual + ["-sess_out", session]) {
            FileManager.default.fileExists(atPath: session)
        }
        there.transport.send(try await there.id(), [0])
        _ = try await saying
        #expect(FileManager.default.fileExists(atPath: session))

        // Whoever asks for the key again each time would learn that its laptop was taken out.
        for count in 1...10 {
            async let sayingAgain = client.connect(to: address, usual + ["-sess_in", session]) {
                there.opened.count == count + 1
            }
            there.transport.send(try await there.id(count), [0])
            #expect(try await sayingAgain.contains("New, TLSv1.3"))
        }
        #expect(there.opened.count == 11)
        #expect(there.opened.allSatisfy { $0.hash == identity.tlsKeyHash })
    }

    private func selfSigned(
        _ publicKey: Certificate.PublicKey, _ key: Certificate.PrivateKey
    ) throws -> [UInt8] {
        let name = try DistinguishedName { CommonName("rollcall") }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(bytes: [1]), publicKey: publicKey,
            notValidBefore: Date(timeIntervalSince1970: 0),
            notValidAfter: Date(timeIntervalSince1970: 4_000_000_000), issuer: name, subject: name,
            extensions: Certificate.Extensions(), issuerPrivateKey: key)
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }
}
