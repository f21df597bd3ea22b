import RollcallCore
import RollcallTrust
import RollcallWire

/// The messages of a session and of a join, each read and written again.
enum MessageEntries {
    static let all =
        kinds.map { kind in
            Decoder(kind.name, bytesMax: kind.bytesMax) { bytes in try read(kind.type, bytes) }
        } + [
            Decoder("manifest", bytesMax: 1 << 14) { bytes in try manifest(bytes) }
        ]

    private static let kinds: [(name: String, type: FrameType, bytesMax: Int)] = [
        ("hello", .hello, 4_096), ("have", .have, 1 << 14), ("sift", .sift, 1 << 14),
        ("plan", .plan, 64), ("ack", .ack, 1 << 14), ("credit", .credit, 32), ("bye", .bye, 1_024),
        ("admission", .admission, Limits.admissionBytesMax + 64),
        ("addresses", .addresses, 1 << 14), ("trace", .trace, 1_024),
        ("join-offer", .joinOffer, 1_024), ("join-answer", .joinAnswer, 2_048),
        ("join-proof", .joinProof, 128), ("join-accept", .joinAccept, 64),
        ("join-request", .joinRequest, 1_024),
    ]

    static func read(_ type: FrameType, _ bytes: [UInt8]) throws {
        switch type {
        case .hello: written(try Hello(bytes).encoded(), bytes)
        case .have: written(try Have(bytes).encoded(), bytes)
        case .sift: written(try Sift(bytes).encoded(), bytes)
        case .plan: written(try Plan(bytes).encoded(), bytes)
        case .ack: written(try Ack(bytes).encoded(), bytes)
        case .credit: written(try Credit(bytes).encoded(), bytes)
        case .bye: written(try Bye(bytes).encoded(), bytes)
        case .trace: written(try Trace(bytes).encoded(), bytes)
        case .addresses: written(try Addresses(bytes).encoded(), bytes)
        case .admission:
            let admission = try Admission(bytes)
            written(admission.encoded(), bytes)
            for message in admission.messages { try ChangesEntries.read(message) }
        case .joinOffer:
            let offer = try JoinOffer(bytes)
            written(offer.encoded(), bytes)
            _ = NodeID(offer.node)?.isWeak
        case .joinAnswer:
            let answer = try JoinAnswer(bytes)
            written(answer.encoded(), bytes)
            _ = NodeID(answer.node)?.isWeak
            _ = try Genesis(answer.genesis).register
        case .joinProof: written(try JoinProof(bytes).encoded(), bytes)
        case .joinAccept: written(try JoinAccept(bytes).encoded(), bytes)
        case .changes: try ChangesEntries.read(bytes)
        case .manifest: try manifest(bytes)
        case .joinRequest: written(try JoinRequest(bytes).encoded(), bytes)
        case .ping, .joinAdmitted: break
        }
    }

    private static func manifest(_ bytes: [UInt8]) throws {
        written(try Manifest(bytes).encoded(), bytes)
    }

    /// One meaning has one form.
    static func written(_ again: [UInt8], _ bytes: [UInt8]) {
        require(again == bytes, "a message is written as it was read")
    }
}
