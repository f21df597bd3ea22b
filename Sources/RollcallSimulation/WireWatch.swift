import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire

/// Looks at every frame as it leaves a laptop: what it claims must be durable there.
struct WireWatch {
    private let compression = Compression()

    func check(_ bytes: [UInt8], from node: SimulatedNode, to peer: Int, _ team: Team) throws {
        guard !node.disk.isTransactionOpen else {
            throw SimulationFailure(.claimBeforeCommit, "\(node.name) sends before its commit")
        }
        var start = 0
        while start + 6 <= bytes.count {
            let length =
                Int(bytes[start]) << 24 | Int(bytes[start + 1]) << 16 | Int(bytes[start + 2]) << 8
                | Int(bytes[start + 3])
            let end = start + 4 + length
            guard length >= 2, end <= bytes.count else { return }
            if let type = FrameType(rawValue: bytes[start + 4]) {
                try check(type, bytes[start..<end], node, peer, team)
                team.tell("\(node.name) → \(peer): \(type), \(length) bytes")
            }
            start = end
        }
    }

    static func isAck(_ bytes: [UInt8]) -> Bool {
        bytes.count > 4 && bytes[4] == FrameType.ack.rawValue
    }

    private func check(
        _ type: FrameType, _ bytes: ArraySlice<UInt8>, _ node: SimulatedNode, _ peer: Int,
        _ team: Team
    ) throws {
        switch type {
        case .ack:
            for entry in try Ack(try message(bytes)).entries {
                try check(entry.tag, entry.height, node)
            }
        case .hello:
            let hello = try Hello(try message(bytes))
            if team.noteHello(hello.digest, node.index, peer) { team.mark(.equalHellos) }
            if hello.base != 0 { team.mark(.baseUsed) }
            for entry in hello.changed { try check(entry.tag, entry.height, node) }
        case .have:
            team.mark(.listing)
            for entry in try Have(try message(bytes)).live {
                try check(entry.tag, entry.height, node)
            }
        case .sift: team.mark(.sift)
        case .admission: team.mark(.admissionShown)
        case .plan: team.mark(.longBacklog)
        case .credit: team.mark(.credit)
        case .changes: if bytes.count > 4_096 { team.mark(.longMessage) }
        case .addresses:
            if try Addresses(try message(bytes)).entries.count > 1 { team.mark(.gossip) }
        case .bye: note(try Bye(try message(bytes)), node, team)
        default: break
        }
    }

    private func message(_ bytes: ArraySlice<UInt8>) throws -> [UInt8] {
        var decoder = FrameDecoder()
        decoder.append(bytes)
        guard let frame = try decoder.next() else { throw FormatError(.truncated, "frame") }
        return try frame.message(compression)
    }

    private func check(_ tag: UInt64, _ height: UInt64, _ node: SimulatedNode) throws {
        guard let heads = node.laptop?.heads, let replica = heads.number(ofTag: tag) else { return }
        // A branch that has just got its replica's name back.
        if heads[replica].id.isBranch, heads[replica].height == 0 { return }
        // What was said just before a fork was found is durable, under another name.
        let isDurable = ([replica] + heads.branches(of: replica)).contains { part in
            let base = heads.base(of: part)
            return height <= base || node.isDurable(Dot(part, height - base))
        }
        guard isDurable else {
            throw SimulationFailure(.claimBeforeCommit, node.name)
        }
    }

    private func note(_ bye: Bye, _ node: SimulatedNode, _ team: Team) {
        switch bye.knownReason {
        case .idle: team.mark(.idle)
        case .duplicateSession: team.mark(.duplicateSession)
        case .notAMember: team.mark(.notAMember)
        default: break
        }
        team.tell("\(node.name) says goodbye: \(bye.text)")
    }
}
