import RollcallCore
import RollcallTrust

/// Who may speak, by some of the control changes.
///
/// Given the same changes it comes out the same, whatever the order in which they came.
struct Authority {
    /// Everybody who was let in by a grant that counts, revoked or not.
    private(set) var admitted: [NodeID: Member] = [:]
    private(set) var revocations: [NodeID: [RevokeEntry]] = [:]
    /// By each revocation of a node, how far its replicas count.
    private(set) var cuts: [NodeID: [[ReplicaID: UInt64]]] = [:]
    /// Nodes that a grant named which no longer counts, since its author's replica was cut before it.
    private(set) var disowned: Set<NodeID> = []
    /// The roles that each was ever given by what counts.
    private(set) var rolesEver: [NodeID: Set<UInt8>] = [:]

    /// What was to be destroyed, and whether it still is.
    private(set) var erased: [(dot: Dot, entry: EraseEntry, counts: Bool)] = []

    /// An entry with what its author knew.
    struct Judged {
        var entry: ControlHistory.Entry
        var past: VersionVector
        /// Whether all that its author knew is here.
        var isPastWhole: Bool
    }

    /// - Parameter judged: Valid entries, causes before effects, and in canonical order beside each other.
    init(
        _ genesis: Genesis, _ judged: [Judged], _ history: ControlHistory, _ table: ReplicaTable
    ) {
        admitted[genesis.founder] = Member(
            node: genesis.founder, tlsKeyHash: genesis.founderTLSKeyHash,
            role: Role.administrator.rawValue, name: "", entry: nil)
        rolesEver[genesis.founder] = [Role.administrator.rawValue]
        for case .revoke(let revoke) in judged.map(\.entry.act) {
            revocations[revoke.node, default: []].append(revoke)
            cuts[revoke.node, default: []].append(Self.heights(by: revoke, history))
        }
        var roleGivers: [NodeID: [(role: UInt8, by: Judged)]] = [:]
        for grant in judged {
            let author = grant.entry.author
            let id = table[grant.entry.dot.replica]
            let isCut =
                cuts[author]?.contains { (heights: [ReplicaID: UInt64]) in
                    grant.entry.dot.counter > heights[id] ?? 0
                } ?? false
            let counts = !isCut && admitted[author] != nil
            switch grant.entry.act {
            case .revoke: continue
            case .erase(let entry): erased.append((grant.entry.dot, entry, counts))
            case .member(let entry):
                guard counts else {
                    disowned.insert(entry.node)
                    continue
                }
                admit(entry, grant.entry.dot, table)
                roleGivers[entry.node, default: []].append((entry.role, grant))
            case .role(let entry):
                guard counts, admitted[entry.node] != nil else { continue }
                roleGivers[entry.node, default: []].append((entry.role.rawValue, grant))
            }
        }
        disowned.subtract(admitted.keys)
        for (node, givers) in roleGivers {
            rolesEver[node, default: []].formUnion(givers.map(\.role))
            admitted[node]?.role = Self.role(givers)
        }
    }

    /// Of several entries for one node the one whose dot comes first counts.
    private mutating func admit(_ entry: MemberEntry, _ dot: Dot, _ table: ReplicaTable) {
        if let earlier = admitted[entry.node]?.entry, table.precedes(earlier, dot) { return }
        admitted[entry.node] = Member(
            node: entry.node, tlsKeyHash: entry.tlsKeyHash, role: entry.role, name: entry.name,
            entry: dot)
    }

    /// The role by the entries that no other entry's author knew; of several the one that may do least.
    private static func role(_ givers: [(role: UInt8, by: Judged)]) -> UInt8 {
        let latest = givers.filter { giver in
            !givers.contains { $0.by.past.includes(giver.by.entry.dot) }
        }
        return latest.map(\.role).max() ?? Role.observer.rawValue
    }

    // MARK: - cuts

    /// How far each replica of a revoked node counts; one that is not listed counts as far as a listed one ended it.
    static func heights(
        by revoke: RevokeEntry, _ history: ControlHistory
    ) -> [ReplicaID: UInt64] {
        var heights: [ReplicaID: UInt64] = [:]
        for cut in revoke.cuts {
            let id = ReplicaID(node: revoke.node, lane: cut.lane, incarnation: cut.incarnation)
            heights[id] = cut.height
        }
        var next = isPlanted(.endedUncounted) ? [] : Array(heights.keys)
        while let id = next.popLast() {
            for ended in history.endedLists[id] ?? [] where ended.height > 0 {
                let earlier = ReplicaID(
                    node: id.node, lane: id.lane, incarnation: ended.incarnation)
                guard heights[earlier] == nil else { continue }
                heights[earlier] = ended.height
                next.append(earlier)
            }
        }
        return heights
    }

    // MARK: - questions

    func isMember(_ node: NodeID) -> Bool { admitted[node] != nil && revocations[node] == nil }

    func isAdministrator(_ node: NodeID) -> Bool {
        isMember(node) && admitted[node]?.role == Role.administrator.rawValue
    }
}
