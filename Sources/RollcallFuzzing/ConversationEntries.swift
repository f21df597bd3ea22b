import RollcallAudit
import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire

/// Whole conversations with a laptop that is as the daemon has it, only its disk is memory.
///
/// An input is a byte of choices and then steps: a byte that says what kind, two of length, and the message.
enum ConversationEntries {
    static let all = [
        Decoder("session", bytesMax: 1 << 14) { bytes in converse(bytes, as: .member) },
        Decoder("stranger", bytesMax: 1 << 14) { bytes in converse(bytes, as: .stranger) },
        Decoder("newcomer", bytesMax: 1 << 13) { bytes in converse(bytes, as: .inviter) },
    ]

    /// Whom the input speaks for.
    enum Part { case member, stranger, inviter }

    /// Nothing that a peer says may come out as an error: the driver would take it for a failing disk.
    private static func converse(_ bytes: [UInt8], as part: Part) {
        do {
            var puppet = try Puppet(part)
            var choices = Choices(bytes)
            try puppet.begin(choices.byte())
            var steps = 0
            while !choices.isAtEnd, steps < 64, !puppet.laptop.isClosed {
                try puppet.step(choices.byte(), choices.piece())
                steps += 1
            }
            // A start costs as much as all else; what a peer may have left behind for it is looked for now and then.
            try puppet.finish(
                restarting: puppet.laptop.register.hasChanged || bytes.count & 7 == 0)
        } catch {
            preconditionFailure("a peer made the laptop throw: \(error)")
        }
    }
}

/// The other end of a session with one of the scene's laptops.
private struct Puppet {
    enum Kind {
        static let types = 0x1f
        static let compressed = 0x20
        /// A changes message is signed, a proof of a join is a true one.
        static let sound = 0x40
        /// Time passes, and a person says yes to whoever waits.
        static let wait = 0x80
    }

    private let part: ConversationEntries.Part
    var laptop: FuzzedLaptop
    private let key: NodeKey
    private let session = SessionID(7)
    private let tlsKeyHash: [UInt8]
    private var pen: MemberPen
    private var offer: JoinOffer?
    private var answer: JoinAnswer?

    init(_ part: ConversationEntries.Part) throws {
        let scene = Scene.shared
        self.part = part
        laptop = part == .inviter ? scene.newcomer : scene.founder
        switch part {
        case .member:
            key = scene.member.identity.key
            tlsKeyHash = scene.member.identity.tlsKeyHash
        case .stranger:
            key = scene.newcomer.identity.key
            tlsKeyHash = Scene.strangeKeyHash
        case .inviter:
            key = scene.founder.identity.key
            tlsKeyHash = scene.founder.identity.tlsKeyHash
        }
        pen = MemberPen(
            key: key,
            register: scene.founder.laptop.membership?.register
                ?? RegisterID([UInt8](repeating: 0, count: 16)))
        laptop.sent = []
    }

    mutating func begin(_ choice: Int) throws {
        let (at, code) = (laptop.moment, Scene.shared.code)
        if part == .inviter {
            try laptop.act { laptop, _, output in
                try laptop.join(
                    address: "x:1", code: code, name: "new", operatorName: "three", at, &output)
            }
        }
        try laptop.handle(
            .opened(session, tlsKeyHash: tlsKeyHash, dialled: part == .inviter ? "x:1" : nil))
        if part == .member, choice & 1 == 0 {
            try say(.hello, hello(isEqual: choice & 2 != 0), 0)
            if choice & 4 == 0 { try say(.have, Have(live: [], held: [], ended: []).encoded(), 0) }
        }
    }

    private func hello(isEqual: Bool) -> [UInt8] {
        let none = [UInt8](repeating: 0, count: 16)
        return Hello(
            register: laptop.laptop.membership?.register.bytes ?? none, startNonce: 4, wallClock: 5,
            window: UInt64(Limits.windowBytesMin), capabilities: 0, dictionaries: [],
            digest: isEqual ? laptop.laptop.heads.digest() : none, base: 0, changed: [],
            earlierNonces: []
        ).encoded()
    }

    mutating func step(_ kind: Int, _ message: [UInt8]) throws {
        if kind & Kind.wait != 0 {
            laptop.now += .milliseconds(message.count * 10)
            try laptop.handle(.woke)
            guard let words = laptop.laptop.newcomers.first?.words else { return }
            let at = laptop.moment
            try laptop.act { laptop, storage, output in
                _ = try laptop.confirm(words: words, at, storage, &output)
            }
            return
        }
        let types = FrameType.allCases
        let type = types[(kind & Kind.types) % types.count]
        let isSound = kind & Kind.sound != 0
        try say(type, isSound ? sound(type, message) : message, kind)
    }

    private mutating func say(_ type: FrameType, _ message: [UInt8], _ kind: Int) throws {
        switch type {
        case .joinOffer: offer = try? JoinOffer(message)
        case .joinAnswer: answer = try? JoinAnswer(message)
        default: break
        }
        let compression = kind & Kind.compressed == 0 ? nil : FrameEntries.compression
        try laptop.handle(
            .received(session, Frame(type, message, compression: compression).encoded))
    }

    // MARK: - what only somebody with a key can say

    private mutating func sound(_ type: FrameType, _ message: [UInt8]) -> [UInt8] {
        switch type {
        case .changes: return (try? pen.signed(message)) ?? message
        case .admission:
            guard let signed = try? pen.signed(message) else { return message }
            return Admission(messages: [signed]).encoded()
        case .joinOffer:
            return JoinOffer(
                node: key.node.bytes, random: [UInt8](repeating: 1, count: 16), bundleKey: [],
                name: "stranger"
            ).encoded()
        case .joinProof: return proof() ?? message
        case .joinAccept: return accept() ?? message
        default: return message
        }
    }

    /// The newest message of a type among what the laptop sent.
    private func heard(_ wanted: FrameType) -> [UInt8]? {
        var decoder = FrameDecoder()
        decoder.append(laptop.sent)
        var found: [UInt8]?
        while let frame = try? decoder.next() {
            if frame.type == wanted.rawValue {
                found = try? frame.message(FrameEntries.compression)
            }
        }
        return found
    }

    private func proof() -> [UInt8]? {
        guard let offer, let answer = heard(.joinAnswer).flatMap({ try? JoinAnswer($0) }),
            let genesis = try? Genesis(answer.genesis)
        else { return nil }
        let transcript = JoinTranscript(
            newcomerTLSKeyHash: tlsKeyHash, inviterTLSKeyHash: laptop.identity.tlsKeyHash,
            offer: offer, answer: answer, genesis: genesis)
        let enrolment = key.signature(
            of: MemberEntry.enrolment(
                register: genesis.register, node: key.node, tlsKeyHash: tlsKeyHash,
                bundleKey: offer.bundleKey))
        return JoinProof(proof: transcript.newcomerProof(Scene.shared.code), enrolment: enrolment)
            .encoded()
    }

    private func accept() -> [UInt8]? {
        guard let answer, let offer = heard(.joinOffer).flatMap({ try? JoinOffer($0) }),
            let genesis = try? Genesis(answer.genesis)
        else { return nil }
        let transcript = JoinTranscript(
            newcomerTLSKeyHash: laptop.identity.tlsKeyHash, inviterTLSKeyHash: tlsKeyHash,
            offer: offer, answer: answer, genesis: genesis)
        return JoinAccept(proof: transcript.inviterProof(Scene.shared.code)).encoded()
    }

    // MARK: - afterwards

    /// Whatever it heard, a laptop says only what its peers take.
    private func judgeWhatWasSaid() throws {
        var decoder = FrameDecoder()
        decoder.append(laptop.sent)
        while let frame = try decoder.next() {
            guard let type = FrameType(rawValue: frame.type) else { continue }
            let message = try frame.message(FrameEntries.compression)
            // Later changes messages go on with the numbers that earlier ones gave.
            if type != .changes { try MessageEntries.read(type, message) }
        }
        require(decoder.bytesBuffered == 0, "whole frames are sent")
    }

    /// What a peer said must leave a laptop that can show what it has, and start again with the same.
    mutating func finish(restarting: Bool) throws {
        try judgeWhatWasSaid()
        try laptop.handle(.closed(session))
        laptop.now += .seconds(4)
        try laptop.handle(.woke)
        try laptop.show()
        guard restarting else { return }
        let before = try laptop.laptop.fingerprint(laptop.register)
        try laptop.restart()
        try laptop.show()
        require(try laptop.laptop.fingerprint(laptop.register) == before, "a start changes nothing")
    }
}
