import Crypto
public import RollcallCore
public import RollcallWire

extension JoinRequest {
    /// What the TLS key signs.
    public var signedMessage: [UInt8] {
        var hash = LabelledHash("rc1.request", reserving: 640)
        hash.add(encodedForSigning())
        return hash.finish()
    }

    /// What the node signs, as in its member entry.
    public var enrolmentMessage: [UInt8] {
        MemberEntry.enrolment(
            register: RegisterID(register), node: node, tlsKeyHash: tlsKeyHash,
            bundleKey: bundleKey)
    }

    public var tlsKeyHash: [UInt8] { sha256(tlsKey) }

    /// Checks that whoever made it holds both keys, and that neither is weak.
    ///
    /// - Throws: `weak key` and `bad signature`.
    public func check(by scheme: SignatureScheme = .ed25519) throws(FormatError) {
        guard let verifier = scheme.verifier(of: node) else {
            throw FormatError(.weakKey, "node key")
        }
        guard let key = try? P256.Signing.PublicKey(derRepresentation: tlsKey),
            Array(key.derRepresentation) == tlsKey
        else { throw FormatError(.weakKey, "TLS key") }
        guard verifier.verifies(enrolment, of: enrolmentMessage) else {
            throw FormatError(.badSignature, "enrolment proof")
        }
        guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature),
            key.isValidSignature(signature, for: signedMessage)
        else { throw FormatError(.badSignature, "signature") }
    }

    /// What the newcomer's person reads out.
    public var number: RequestNumber { RequestNumber(of: self) }
}

/// By which a person tells that a request was not exchanged on its way.
///
/// It is no secret: 95 bits of a hash, which nobody can meet with another request.
public struct RequestNumber: Equatable, Sendable {
    private static let digitCount = 20
    private let digits: [UInt8]

    fileprivate init(of request: JoinRequest) {
        var hash = LabelledHash("rc1.number", reserving: 640)
        hash.add(request.frame)
        // 15 bytes are 24 digits without a bit over; the first 19 of them are the first 95 bits.
        let digits = Base32.values(Base32.digits(Array(hash.finish().prefix(15)))) ?? []
        self.digits = Array(digits.prefix(Self.digitCount - 1))
    }

    /// As a person typed it who was read it out.
    public init(typed text: String) throws(FormatError) {
        digits = try Base32.checked(text, digitCount: Self.digitCount)
    }

    public var text: String {
        let whole = digits + [Base32.checkDigit(digits)]
        return stride(from: 0, to: Self.digitCount, by: 4).map {
            Base32.text(whole[$0..<($0 + 4)])
        }.joined(separator: "-")
    }
}
