import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// A laptop is lost: somebody takes it out, and what it wrote counts so far.
extension Team {
    func revoke(_ step: Step) throws {
        let node = nodes[step.node]
        let lost = Int(clamping: step.a)
        guard lost < plan.options.nodes, node.isUp, node.pausedUntil <= now,
            let laptop = node.laptop, laptop.membership != nil
        else { return }
        let target = nodes[lost].identity.node
        // Some must be left to agree.
        let left = team.filter {
            $0.original == nil && $0.identity.node != target
                && !journal.revoked.contains($0.identity.node)
        }
        guard left.count > 1 else { return }
        var heights: [ReplicaID: UInt64] = [:]
        for number in laptop.heads.allNumbers {
            let row = laptop.heads[number]
            guard row.id.node == target, row.id.lane == .data, step.b > 0 else { continue }
            heights[row.id] = row.height > step.b ? row.height - step.b : 0
        }
        let moment = node.moment(now)
        let isNew = journal.revoked.insert(target).inserted
        try guarding(node) {
            do {
                _ = try node.act { laptop, disk, output in
                    try laptop.revoke(
                        target, reason: "lost", upTo: heights, moment, disk, &output)
                }
                mark(.revoked)
                if journal.revoked.contains(node.identity.node) { mark(.revokedBoth) }
            } catch let error where error is LaptopError || error is StoreError {
                // A crash on the way may have left it done.
                if isNew { journal.revoked.remove(target) }
            }
        }
    }
}

/// Which changes count, reckoned apart from the program: by all revokes and admissions that lie on a disk.
///
/// In a simulation every laptop is an administrator and none writes a revoke that it may not, so all of them hold.
struct CountedByOracle {
    private var ended: [ReplicaID: [Extras.Ended]] = [:]
    private var revokes: [RevokeEntry] = []
    private var erases: [(by: ReplicaID, counter: UInt64, entry: EraseEntry)] = []
    private var admissions: [(by: ReplicaID, counter: UInt64, node: NodeID)] = []
    private var admitted: Set<NodeID>

    init(_ node: SimulatedNode, _ laptop: Laptop) throws {
        admitted = Set([laptop.membership?.genesis.founder].compactMap { $0 })
        for row in try node.disk.replicas() where row.height > 0 {
            let isControl = row.id.lane == .control
            for stored in try node.disk.changes(
                of: row.number, from: 1, through: isControl ? row.height : 1, contentBytesMax: .max)
            {
                let change = try Change(dot: stored.dot, stored: stored.content)
                if change.dot.counter == 1 { ended[row.id] = Extras.ended(change) }
                if isControl { note(change, row.id) }
            }
        }
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for admission in admissions
            where admitted.contains(admission.by.node)
                && admission.counter <= height(of: admission.by)
                && admitted.insert(admission.node).inserted
            {
                isGrowing = true
            }
        }
    }

    private mutating func note(_ change: Change, _ id: ReplicaID) {
        guard let write = change.write(to: .entry),
            case .entry(let bytes) = Body(change.bodies, write.body).content
        else { return }
        if change.kind == ChangeKind.revoke, let entry = try? RevokeEntry(bytes) {
            revokes.append(entry)
        }
        if change.kind == ChangeKind.erase, let entry = try? EraseEntry(bytes) {
            erases.append((id, change.dot.counter, entry))
        }
        if change.kind == ChangeKind.member, let entry = try? MemberEntry(bytes) {
            admissions.append((id, change.dot.counter, entry.node))
        }
    }

    private func height(of id: ReplicaID) -> UInt64 {
        revokes.filter { $0.node == id.node }.map { height(of: id, by: $0) }.min() ?? .max
    }

    private func height(of id: ReplicaID, by revoke: RevokeEntry) -> UInt64 {
        if let cut = revoke.cuts.first(where: {
            $0.lane == id.lane && $0.incarnation == id.incarnation
        }) {
            return cut.height
        }
        for (by, list) in ended where by.node == id.node && by.lane == id.lane && by != id {
            guard let found = list.first(where: { $0.incarnation == id.incarnation }),
                height(of: by, by: revoke) > 0
            else { continue }
            return found.height
        }
        return 0
    }

    /// The changes whose values must be gone, or only may be.
    func erased(butOnly mustBe: Bool) -> Set<EraseEntry.Name> {
        Set(
            erases.filter { !mustBe || counts($0.by, $0.counter) }
                .flatMap { $0.entry.records.flatMap(\.changes) })
    }

    func counts(_ id: ReplicaID, _ counter: UInt64) -> Bool {
        admitted.contains(id.node) && counter <= height(of: id)
    }
}
