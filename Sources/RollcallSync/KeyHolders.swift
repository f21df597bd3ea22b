import RollcallCore
import RollcallTrust

/// For whom a connection is taken that shows a TLS key: for one member, the first whom anybody named with it.
///
/// That others name it, too, alters nothing of who is a member, and nothing for whoever holds it.
struct KeyHolders: Equatable {
    private struct Claim {
        var node: NodeID
        var judged: ControlHistory.Judged
    }

    private(set) var nodes: [[UInt8]: NodeID] = [:]

    init() {}

    /// - Parameters:
    ///   - members: Each with the entries that count and let it in.
    ///   - founder: To whom the genesis gave its TLS key before anybody could name it; nil if it is no member, or has another.
    init(
        _ members: [(member: Member, grants: [ControlHistory.Judged])], founder: Member?,
        _ table: ReplicaTable
    ) {
        var claims: [[UInt8]: [Claim]] = [:]
        for (member, grants) in members {
            for judged in grants {
                guard case .member(let entry) = judged.entry.act,
                    entry.tlsKeyHash == member.tlsKeyHash
                else { continue }
                claims[entry.tlsKeyHash, default: []].append(
                    Claim(node: member.node, judged: judged))
            }
        }
        nodes = claims.compactMapValues { Self.first($0, table)?.node }
        if let founder { nodes[founder.tlsKeyHash] = founder.node }
    }

    /// The claim whose author knew of no other node's; of several the one whose dot comes first.
    private static func first(_ claims: [Claim], _ table: ReplicaTable) -> Claim? {
        // Nearly always, there is nobody else.
        guard claims.contains(where: { $0.node != claims[0].node }) else { return claims.first }
        let first = claims.filter { claim in
            !claims.contains {
                $0.node != claim.node && $0.judged.isKnown(in: claim.judged.past)
            }
        }
        // Liars may say that they knew of each other.
        return (first.isEmpty ? claims : first).min {
            table.precedes($0.judged.entry.dot, $1.judged.entry.dot)
        }
    }
}
