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
        case key(KeyEntry)
        case classKey(ClassKeyEntry)
        case recoveryKeys(RecoverySet)
        case recover(Recovery)
    }

    struct Entry {
        var dot: Dot
        /// As its author named them, which for a branch are others.
        var replica: ReplicaID
        var counter: UInt64
        var position: ControlTree.Position
        var act: Act

        var author: NodeID { replica.node }
    }

    /// An entry with what its author knew.
    struct Judged {
        var entry: Entry
        var past: Past
        /// Whether all that its author knew is here.
        var isPastWhole: Bool

        /// Whether an author knew this entry.
        func isKnown(in past: Past) -> Bool {
            past[entry.position.place] >= entry.position.counter
        }
    }

    private(set) var entries: [Entry] = []
    private var pasts = Pasts()
    /// What the first change of a replica ends, in both lanes.
    private(set) var endedLists: [ReplicaID: [Extras.Ended]] = [:]

    mutating func add(_ entry: Entry) { entries.append(entry) }

    var tree: ControlTree { pasts.tree }

    /// Notes what a change of the control lane names, whatever its kind; answers with where it stands.
    mutating func note(
        _ change: Change, _ hash: [UInt8], by id: ReplicaID, on branch: BranchPlace?
    ) -> ControlTree.Position {
        pasts.note(change, hash, by: id, on: branch)
    }

    /// Notes which replicas of its node a first change ends.
    mutating func note(endedBy change: Change, of id: ReplicaID) {
        let ended = Extras.ended(change)
        if !ended.isEmpty { endedLists[id] = ended }
    }

    /// All entries, causes before effects, and in canonical order beside each other.
    mutating func judged() -> [Judged] {
        pasts.forgetUnsettled()
        let judged = entries.map { entry in
            let (past, isWhole) = pasts.past(of: entry.position)
            return Judged(entry: entry, past: past, isPastWhole: isWhole)
        }
        let counts = judged.map(\.past.changeCount)
        return judged.indices.sorted { left, right in
            counts[left] == counts[right]
                ? precedes(judged[left].entry, judged[right].entry)
                : counts[left] < counts[right]
        }.map { judged[$0] }
    }

    /// By what their authors call them; of two sides of a fork by the hash.
    private func precedes(_ entry: Entry, _ other: Entry) -> Bool {
        guard entry.replica == other.replica, entry.counter == other.counter else {
            return entry.replica == other.replica
                ? entry.counter < other.counter : entry.replica.precedes(other.replica)
        }
        return tree.hash(entry.position).lexicographicallyPrecedes(tree.hash(other.position))
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

    /// As ``endedHeight(of:)``, of all control replicas that were ended.
    var endedControlHeights: [ReplicaID: UInt64] {
        var heights: [ReplicaID: UInt64] = [:]
        for (by, ended) in endedLists where by.lane == .control {
            for one in ended {
                let id = ReplicaID(node: by.node, lane: .control, incarnation: one.incarnation)
                heights[id] = max(heights[id] ?? 0, one.height)
            }
        }
        return heights
    }

    /// How far each replica of a revoked node counts, and by which hash; one that is not listed counts as far as a listed one
    /// ended it.
    func vouched(by revoke: RevokeEntry) -> [ReplicaID: Vouched] {
        var listed: [ReplicaID: Vouched] = [:]
        for cut in revoke.cuts {
            let id = ReplicaID(node: revoke.node, lane: cut.lane, incarnation: cut.incarnation)
            listed[id] = Vouched(height: cut.height, hash: cut.hash)
        }
        var vouched = listed
        var next = isPlanted(.endedUncounted) ? [] : Array(listed.keys)
        while let id = next.popLast() {
            for ended in endedLists[id] ?? [] where ended.height > 0 {
                let earlier = ReplicaID(
                    node: id.node, lane: id.lane, incarnation: ended.incarnation)
                guard listed[earlier] == nil else { continue }
                let end = Vouched(height: ended.height, hash: ended.hash)
                if vouched[earlier] == nil { next.append(earlier) }
                // Of two that ended it the greater: what follows from either counts.
                vouched[earlier] = vouched[earlier].map { $0.isAbove(end) ? $0 : end } ?? end
            }
        }
        return vouched
    }
}

/// The last change of a replica for which somebody vouches.
struct Vouched: Equatable {
    var height: UInt64
    /// h(height).
    var hash: [UInt8]

    /// The one that decides.
    static func lowest(_ several: [Vouched]) -> Vouched? {
        several.min { $1.isAbove($0) }
    }

    /// Of one height the smaller hash is below.
    func isAbove(_ other: Vouched) -> Bool {
        height == other.height
            ? other.hash.lexicographicallyPrecedes(hash) : height > other.height
    }
}
