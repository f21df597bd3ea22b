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
                // Another's change of which it had the last copy: nobody gets that from it any more.
                destroyed(self.heights(of: nodes[lost]), of: nodes[lost])
                if journal.revoked.contains(node.identity.node) { mark(.revokedBoth) }
            } catch let error where error is LaptopError || error is StoreError {
                // A crash on the way may have left it done.
                if isNew { journal.revoked.remove(target) }
            }
        }
    }
}

extension Team {
    /// Somebody decides of some of what waits, or of what was decided before.
    func judge(_ step: Step) throws {
        let node = nodes[step.node]
        guard node.isUp, node.pausedUntil <= now, let laptop = node.laptop,
            laptop.membership != nil
        else { return }
        let moment = node.moment(now)
        let verdict: AdoptEntry.Verdict = step.b % 3 == 0 ? .refuse : .adopt
        try guarding(node) {
            do {
                let limited = laptop.heads.allNumbers.map { laptop.heads[$0] }
                    .filter { !$0.id.lane.isControl }
                    .flatMap { row in
                        let counted = laptop.membership?.countedHeight(of: row.id) ?? row.height
                        return (min(counted, row.height)..<row.height).map {
                            Dot(row.number, $0 + 1)
                        }
                    }
                let dots = limited.enumerated().filter { offset, _ in
                    step.a >> UInt64(offset % 60) & 1 == 1
                }.map(\.element)
                guard !dots.isEmpty else { return }
                let isDecided = dots.contains { !laptop.decisions(about: $0).isEmpty }
                _ = try node.act { laptop, disk, output in
                    try laptop.judge(dots, verdict, reason: "paper", moment, disk, &output)
                }
                if isDecided { mark(.decidedAgain) }
            } catch let error where error is LaptopError || error is StoreError {
                // Not allowed any more, or cut off on the way.
            }
        }
    }
}

/// Which changes count, reckoned apart from the program: by all revokes and admissions that lie on a disk.
///
/// In a simulation every laptop is let in as an administrator and none writes an entry that it may not, so all are valid: a role
/// that it loses at the same time takes nothing from what it wrote.
struct CountedByOracle {
    private var ended: [ReplicaID: [Extras.Ended]] = [:]
    private(set) var revokes: [RevokeEntry] = []
    private var erases: [(by: ReplicaID, counter: UInt64, entry: EraseEntry)] = []
    private var admissions: [(by: ReplicaID, counter: UInt64, node: NodeID)] = []
    private(set) var admitted: Set<NodeID>
    /// What says who may do what, and what must not be erased.
    private(set) var said: [Said] = []
    private let register: RegisterID?
    private var adoptions: [(by: ReplicaID, counter: UInt64, entry: AdoptEntry)] = []
    /// Of the control replicas.
    private var heights: [ReplicaID: UInt64] = [:]
    private var links: [ReplicaID: [(counter: UInt64, known: ReplicaID, height: UInt64)]] = [:]

    init(_ node: SimulatedNode, _ laptop: Laptop) throws {
        register = laptop.membership?.register
        admitted = Set([laptop.membership?.genesis.founder].compactMap { $0 })
        for row in try node.disk.replicas() where row.height > 0 {
            let isControl = row.id.lane.isControl
            if isControl { heights[row.id] = row.height }
            for stored in try node.disk.changes(
                of: row.number, from: 1, through: row.id.lane.isControl ? row.height : 1,
                contentBytesMax: .max)
            {
                let change = try Change(dot: stored.dot, stored: stored.content)
                if row.id.isBranch {
                    if isControl { noteOnBranch(change, row.id) }
                    continue
                }
                if change.dot.counter == 1 { ended[row.id] = Extras.ended(change) }
                if isControl { note(change, row.id) }
                if row.id.lane == .controlBranch { noteErase(change, row.id) }
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
        adoptions = adoptions.filter {
            admitted.contains($0.by.node) && $0.counter <= height(of: $0.by)
        }
    }

    /// Of what stands on a branch removals hold, and what it erases may be gone.
    private mutating func noteOnBranch(_ change: Change, _ id: ReplicaID) {
        guard let write = change.write(to: .entry),
            case .entry(let bytes) = Body(change.bodies, write.body).content
        else { return }
        if change.kind == ChangeKind.revoke, let entry = try? RevokeEntry(bytes) {
            revokes.append(entry)
        }
        if change.kind == ChangeKind.erase, let entry = try? EraseEntry(bytes) {
            erases.append((id, change.dot.counter, entry))
        }
    }

    private mutating func note(_ change: Change, _ id: ReplicaID) {
        links[id, default: []] += Extras.parents(change).map {
            (change.dot.counter, $0.replica, $0.counter)
        }
        links[id, default: []] += Extras.ended(change).map {
            let earlier = ReplicaID(node: id.node, lane: id.lane, incarnation: $0.incarnation)
            return (change.dot.counter, earlier, $0.height)
        }
        guard let write = change.write(to: .entry),
            case .entry(let bytes) = Body(change.bodies, write.body).content
        else { return }
        if change.kind == ChangeKind.revoke, let entry = try? RevokeEntry(bytes) {
            revokes.append(entry)
        }
        noteErase(change, id)
        said +=
            Said(change.kind, bytes, by: id, change.dot.counter, in: register).map { [$0] } ?? []
        if change.kind == ChangeKind.member, let entry = try? MemberEntry(bytes) {
            admissions.append((id, change.dot.counter, entry.node))
        }
        if change.kind == ChangeKind.adopt, let entry = try? AdoptEntry(bytes) {
            adoptions.append((id, change.dot.counter, entry))
        }
    }

    /// What was written twice does not count, and may have been carried out before that was known.
    private mutating func noteErase(_ change: Change, _ id: ReplicaID) {
        guard change.kind == ChangeKind.erase, let write = change.write(to: .entry),
            case .entry(let bytes) = Body(change.bodies, write.body).content,
            let entry = try? EraseEntry(bytes)
        else { return }
        erases.append((id, change.dot.counter, entry))
    }

    /// How far the author of a change knew each control replica, by all heads that it follows from.
    func known(to id: ReplicaID, _ counter: UInt64) -> [ReplicaID: UInt64] {
        var known: [ReplicaID: UInt64] = [:]
        var next = [(id, counter - 1)]
        next += (links[id] ?? []).filter { $0.counter == counter }.map { ($0.known, $0.height) }
        while let (replica, height) = next.popLast() {
            guard height > known[replica] ?? 0 else { continue }
            known[replica] = height
            next += (links[replica] ?? []).filter { $0.counter <= height }
                .map { ($0.known, $0.height) }
        }
        return known
    }

    /// Whether one of the adoptions about a change, of those that no other's author knew, lets it count.
    func isAdopted(_ id: ReplicaID, _ counter: UInt64) -> Bool {
        let about = adoptions.filter { adoption in
            adoption.entry.runs.contains { $0.replica == id && $0.counters.contains(counter) }
        }
        return about.contains { one in
            one.entry.verdict == .adopt
                && !about.contains { known(to: $0.by, $0.counter)[one.by] ?? 0 >= one.counter }
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
        // A restored home may have ended one twice; what follows from either counts.
        var highest: UInt64 = 0
        for (by, list) in ended where by.node == id.node && by.lane == id.lane && by != id {
            guard let found = list.first(where: { $0.incarnation == id.incarnation }),
                height(of: by, by: revoke) > 0
            else { continue }
            highest = max(highest, found.height)
        }
        return highest
    }

    /// What all who took a replica's node out list of it: the lowest.
    func cut(of id: ReplicaID) -> Cut? {
        let about = revokes.filter { $0.node == id.node }
        let cuts = about.compactMap { revoke in
            revoke.cuts.first { $0.lane == id.lane && $0.incarnation == id.incarnation }
        }
        guard !cuts.isEmpty, cuts.count == about.count else { return nil }
        return cuts.min {
            $0.height == $1.height
                ? $0.hash.lexicographicallyPrecedes($1.hash) : $0.height < $1.height
        }
    }

    /// The changes whose values must be gone, or only may be.
    func erased(butOnly mustBe: Bool) -> Set<EraseEntry.Name> {
        Set(
            erases.filter { !mustBe || counts($0.by, $0.counter) }
                .flatMap { $0.entry.records.flatMap(\.changes) })
    }

    /// The records of which an erasure that counts destroys something.
    var erasedRecords: Set<EraseEntry.Name> {
        Set(
            erases.filter { counts($0.by, $0.counter) }.flatMap { $0.entry.records.map(\.record) })
    }

    /// Whether all that the author of each control change here knew is here.
    var isWhole: Bool {
        links.values.allSatisfy { list in
            list.allSatisfy { heights[$0.known] ?? 0 >= $0.height }
        }
    }

    func counts(_ id: ReplicaID, _ counter: UInt64) -> Bool {
        !id.isBranch && admitted.contains(id.node) && counter <= height(of: id)
            || isAdopted(id, counter)
    }
}
