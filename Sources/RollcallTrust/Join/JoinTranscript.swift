import Crypto
import RollcallCore
public import RollcallWire

/// All that both sides of a join saw; a proof over it holds only between these two keys.
public struct JoinTranscript: Equatable, Sendable {
    public let hash: [UInt8]

    public init(
        newcomerTLSKeyHash: [UInt8], inviterTLSKeyHash: [UInt8], offer: JoinOffer,
        answer: JoinAnswer,
        genesis: Genesis
    ) {
        var transcript = LabelledHash("rc1.join", reserving: 320)
        transcript.add(newcomerTLSKeyHash)
        transcript.add(inviterTLSKeyHash)
        transcript.add(offer.random)
        transcript.add(answer.random)
        transcript.add(offer.node)
        transcript.add(answer.node)
        transcript.add(byteString: offer.bundleKey)
        transcript.add(byteString: Array(offer.name.utf8))
        transcript.add(genesis.register.bytes)
        transcript.add(genesis.hash)
        hash = transcript.finish()
    }

    public func newcomerProof(_ code: JoinCode) -> [UInt8] { proof("rc1.newcomer", code) }
    public func inviterProof(_ code: JoinCode) -> [UInt8] { proof("rc1.inviter", code) }

    public func isNewcomerProof(_ proof: [UInt8], _ code: JoinCode) -> Bool {
        isProof(proof, "rc1.newcomer", code)
    }

    public func isInviterProof(_ proof: [UInt8], _ code: JoinCode) -> Bool {
        isProof(proof, "rc1.inviter", code)
    }

    private func message(_ label: String) -> [UInt8] {
        [UInt8(label.utf8.count)] + Array(label.utf8) + hash
    }

    private func proof(_ label: String, _ code: JoinCode) -> [UInt8] {
        Array(
            HMAC<SHA256>.authenticationCode(
                for: message(label), using: SymmetricKey(data: code.key)))
    }

    private func isProof(_ proof: [UInt8], _ label: String, _ code: JoinCode) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(
            proof, authenticating: message(label), using: SymmetricKey(data: code.key))
    }

    /// Six words that both screens show.
    public var words: String {
        var words = LabelledHash("rc1.words")
        words.add(hash)
        return words.finish().prefix(6).map { JoinWords.all[Int($0)] }.joined(separator: " ")
    }
}

/// The 256 words of `Protocol/words.txt`.
public enum JoinWords {
    public static let all: [String] = {
        let text = String(decoding: PackageResources.words_txt, as: UTF8.self)
        let words = text.split(separator: "\n").map(String.init)
        precondition(words.count == 256, "words.txt has 256 words, got \(words.count)")
        return words
    }()
}
