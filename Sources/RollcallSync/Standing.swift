public import RollcallCore

/// How this node stands with another, for people.
public struct PeerStanding: Sendable {
    public var node: NodeID
    public var name: String
    public var addresses: [String]
    public var isConnected: Bool
    public var isUpToDate: Bool
    /// Changes that it has not acknowledged.
    public var theyLack: UInt64
    /// Changes that it is known to have and this node lacks; nil if it was never heard.
    public var weLack: UInt64?
    public var knowledge: PeerKnowledge
    /// Since when bundles are on their way to it that it has not acknowledged, and how many changes they bring.
    public var onTheWay: (since: UInt64, changes: UInt64)?
}

extension Laptop {
    /// All other members, in order of node text.
    public var standings: [PeerStanding] {
        guard let membership else { return [] }
        let vector = heads.vector
        return membership.members.values.filter { $0.node != node }
            .map { standing(of: $0, vector) }
            .sorted { $0.node.precedes($1.node) }
    }

    private func standing(of member: Member, _ vector: VersionVector) -> PeerStanding {
        let knowledge = peers[member.node] ?? PeerKnowledge()
        let session = sessions.values.first { $0.peer == member.node && $0.isExchanging }
        let theyLack = vector.changeCount(missingFrom: knowledge.acknowledged)
        var weLack: UInt64?
        if let session {
            weLack =
                session.theirs.changeCount(missingFrom: vector)
                + session.unheardOf.values.reduce(0, +)
        }
        return PeerStanding(
            node: member.node, name: member.name, addresses: knowledge.addresses,
            isConnected: session != nil,
            isUpToDate: session != nil && theyLack == 0 && weLack == 0
                && session?.sifting.isEmpty == true,
            theyLack: theyLack, weLack: weLack, knowledge: knowledge,
            onTheWay: onTheWay(knowledge))
    }

    private func onTheWay(_ knowledge: PeerKnowledge) -> (since: UInt64, changes: UInt64)? {
        var brought = VersionVector()
        var since: UInt64?
        for shipment in knowledge.onTheWay {
            var vector = shipment.vector
            // A replica may have become shorter since: it was written twice, and its end has another name.
            for (replica, counter) in vector.counters {
                vector[replica] = min(counter, heads[replica].height)
            }
            guard !knowledge.acknowledged.descends(from: vector) else { continue }
            since = since ?? shipment.since
            brought.merge(vector)
        }
        return since.map { ($0, brought.changeCount(missingFrom: knowledge.acknowledged)) }
    }

    /// Whether a peer is connected, has acknowledged all that a vector includes, and has nothing that is not here.
    ///
    /// Of one that is away nobody knows what it wrote since.
    public func isUpToDate(_ peer: NodeID, with vector: VersionVector) -> Bool {
        guard let standing = standings.first(where: { $0.node == peer }) else { return false }
        return standing.isConnected && standing.knowledge.acknowledged.descends(from: vector)
            && standing.weLack == 0
    }

    /// Of all replicas together.
    public var controlChangeCount: UInt64 {
        heads.allNumbers.reduce(0) {
            heads[$1].id.lane.isControl ? $0 + heads[$1].height : $0
        }
    }

    public var connectedPeers: [NodeID] {
        standings.filter(\.isConnected).map(\.node)
    }
}
