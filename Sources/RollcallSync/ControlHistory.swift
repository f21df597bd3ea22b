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
        case adopt(AdoptEntry)
        case retention(RetentionEntry)
        case hold(HoldEntry)
        case recoveryKeys(RecoverySet)
        case recover(Recovery)
    }

    struct Entry {
        var dot: Dot
        var replica: ReplicaID
        var act: Act

        var author: NodeID { replica.node }
    }

    /// An entry with what its author knew.
    struct Judged {
        var entry: Entry
        /// Where its replica stands in pasts.
        var place: Int
        var past: Past
        /// Whether all that its author knew is here.
        var isPastWhole: Bool

        /// Whether an author knew this entry.
        func isKnown(in past: Past) -> Bool { past[place] >= entry.dot.counter }
    }

    private(set) var entries: [Entry] = []
    private var pasts = Pasts()
    /// What the first change of a replica ends, in both lanes.
    private(set) var endedLists: [ReplicaID: [Extras.Ended]] = [:]

    mutating func add(_ entry: Entry) { entries.append(entry) }

    /// Notes what a change of the control lane names, whatever its kind.
    mutating func note(
        linksOf change: Change, by id: ReplicaID, after start: (known: ReplicaID, height: UInt64)?
    ) {
        pasts.note(change, by: id, after: start)
    }

    /// Notes which replicas of its node a first change ends.
    mutating func note(endedBy change: Change, of id: ReplicaID) {
        let ended = Extras.ended(change)
        if !ended.isEmpty { endedLists[id] = ended }
    }

    /// All entries, causes before effects, and in canonical order beside each other.
    mutating func judged(_ table: ReplicaTable) -> [Judged] {
        pasts.forgetUnsettled()
        let judged = entries.map { entry in
            // An entry's links were noted before it was added.
            let place = pasts.place(ofKnown: entry.replica) ?? 0
            let (past, isWhole) = pasts.past(of: entry.dot.counter, at: place)
            return Judged(entry: entry, place: place, past: past, isPastWhole: isWhole)
        }
        let counts = judged.map(\.past.changeCount)
        return judged.indices.sorted { left, right in
            counts[left] == counts[right]
                ? table.precedes(judged[left].entry.dot, judged[right].entry.dot)
                : counts[left] < counts[right]
        }.map { judged[$0] }
    }
}

extension ControlHistory {
    /// How far a replica went by the first changes that ended it; nil if none did.
    ///
    /// A laptop that was restored from an old copy may have ended one twice.
    func endedHeight(of id: ReplicaID) -> UInt64? {
        endedLists.lazy.filter { by, _ in by.node == id.node && by.lane == id.lane }
            .flatMap(\.value).filter { $0.incarnation == id.incarnation }.map(\.height).max()
    }

    /// How far each replica of a revoked node counts; one that is not listed counts as far as a listed one ended it.
    func heights(by revoke: RevokeEntry) -> [ReplicaID: UInt64] {
        var listed: [ReplicaID: UInt64] = [:]
        for cut in revoke.cuts {
            let id = ReplicaID(node: revoke.node, lane: cut.lane, incarnation: cut.incarnation)
            listed[id] = cut.height
        }
        var heights = listed
        var next = isPlanted(.endedUncounted) ? [] : Array(listed.keys)
        while let id = next.popLast() {
            for ended in endedLists[id] ?? [] where ended.height > 0 {
                let earlier = ReplicaID(
                    node: id.node, lane: id.lane, incarnation: ended.incarnation)
                guard listed[earlier] == nil else { continue }
                if heights[earlier] == nil { next.append(earlier) }
                // Of two that ended it the greater: what follows from either counts.
                heights[earlier] = max(heights[earlier] ?? 0, ended.height)
            }
        }
        return heights
    }
}
