import RollcallCore
import RollcallTrust

/// The control changes that decide who may speak, and what each one's author knew when it wrote it.
///
/// Changes may come in any order; what is asked for later is over all that came.
struct ControlHistory {
    enum Act: Equatable {
        case member(MemberEntry)
        case role(RoleEntry)
        case revoke(RevokeEntry)
        case erase(EraseEntry)
    }

    struct Entry {
        var dot: Dot
        var author: NodeID
        var act: Act
    }

    /// A head that a change names as known to it: its parents, and the replicas that it ends.
    private struct Link {
        var counter: UInt64
        var known: ReplicaID
        var height: UInt64
    }

    private(set) var entries: [Entry] = []
    private var links: [ReplicaNumber: [Link]] = [:]
    /// What the first change of a replica ends, in both lanes.
    private(set) var endedLists: [ReplicaID: [Extras.Ended]] = [:]
    /// How far each control replica has come.
    private(set) var applied = VersionVector()

    mutating func add(_ entry: Entry) { entries.append(entry) }

    /// Notes what a change of the control lane names, whatever its kind.
    mutating func note(linksOf change: Change, by id: ReplicaID) {
        var found = Extras.parents(change).map {
            Link(counter: change.dot.counter, known: $0.replica, height: $0.counter)
        }
        found += Extras.ended(change).map {
            Link(
                counter: change.dot.counter,
                known: ReplicaID(node: id.node, lane: id.lane, incarnation: $0.incarnation),
                height: $0.height)
        }
        if !found.isEmpty { links[change.dot.replica, default: []] += found }
        applied[change.dot.replica] = max(applied[change.dot.replica], change.dot.counter)
    }

    /// Notes which replicas of its node a first change ends.
    mutating func note(endedBy change: Change, of id: ReplicaID) {
        let ended = Extras.ended(change)
        if !ended.isEmpty { endedLists[id] = ended }
    }

    /// All that the author of a change knew when it wrote it, as far as those changes have come, and whether all have.
    func past(of dot: Dot, _ table: ReplicaTable) -> (known: VersionVector, isWhole: Bool) {
        var past = VersionVector()
        var isHeardOf = true
        var next: [Dot] = []
        func follow(_ replica: ReplicaNumber, above low: UInt64, through high: UInt64) {
            for link in links[replica] ?? [] where link.counter > low && link.counter <= high {
                guard link.height > 0, link.height <= Dot.counterMax else { continue }
                if let number = table.number(of: link.known) {
                    next.append(Dot(number, link.height))
                } else {
                    isHeardOf = false
                }
            }
        }
        follow(dot.replica, above: dot.counter - 1, through: dot.counter)
        if dot.counter > 1 { next.append(Dot(dot.replica, dot.counter - 1)) }
        while let known = next.popLast() {
            let before = past[known.replica]
            guard known.counter > before else { continue }
            past[known.replica] = known.counter
            follow(known.replica, above: before, through: known.counter)
        }
        return (past, isHeardOf && applied.descends(from: past))
    }
}

extension ControlHistory {
    /// How far a replica went by the first change that ended it; nil if none did.
    func endedHeight(of id: ReplicaID) -> UInt64? {
        for (by, ended) in endedLists where by.node == id.node && by.lane == id.lane {
            if let found = ended.first(where: { $0.incarnation == id.incarnation }) {
                return found.height
            }
        }
        return nil
    }
}
