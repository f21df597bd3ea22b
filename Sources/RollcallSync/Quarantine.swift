public import RollcallCore
public import RollcallTrust
import RollcallWire

/// What is here and does not count: changes beyond a cut, and of nodes whose admission no longer counts.
extension Laptop {
    /// Draws the conclusions from what the control lane says by now: who is a member, and what counts.
    mutating func settleMembership(_ output: inout Output) {
        guard let before = membership, membership?.settle(heads.table) == true else { return }
        mayStraighten = true
        noteDifferences(from: before, &output)
    }

    /// Draws the conclusions from who was a member, and is now.
    mutating func noteDifferences(from before: Membership, _ output: inout Output) {
        guard let membership else { return }
        for node in membership.members.keys where peers[node] == nil && node != self.node {
            peers[node] = PeerKnowledge()
            unsavedPeers.insert(node)
        }
        if erasuresBefore == nil, before.erasures != membership.erasures {
            erasuresBefore = before.erasures
        }
        // Not before what this output writes can be read.
        if countedBefore == nil, before.hasLimits || membership.hasLimits {
            countedBefore = before
        }
        for session in sessions.values.sorted(by: { $0.id.rawValue < $1.id.rawValue }) {
            guard let peer = session.peer,
                let reason = Self.end(of: session.value, peer, before, membership)
            else { continue }
            // A goodbye would wait behind all that was sent and is not for it any more.
            end(session.id, reason: reason, &output)
            output.abort.append(session.id)
        }
        for (node, revocation) in membership.revoked where before.revoked[node] == nil {
            output.notices.append(.revoked(node, name: revocation.member.name))
        }
    }

    /// Why a session cannot go on; nil if it can.
    private static func end(
        of session: SyncSession, _ peer: NodeID, _ before: Membership, _ now: Membership
    ) -> String? {
        if before.isMember(peer), !now.isMember(peer) { return "taken out of the register" }
        let key = session.tlsKeyHash
        guard before.member(tlsKeyHash: key)?.node == peer,
            now.member(tlsKeyHash: key)?.node != peer
        else { return nil }
        return "its key is another laptop's"
    }

    /// Makes the records anew of which other changes count than before; false if there was nothing to do.
    ///
    /// A piece of work of its own, written with what led to it in one transaction.
    mutating func recount(
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Bool {
        guard let before = countedBefore, let after = membership else { return false }
        countedBefore = nil
        guard !isPlanted(.recordsNotRemade) else { return false }
        var touched: [Dot: [Dot]] = [:]
        for number in heads.allNumbers where heads[number].id.lane == .data {
            let row = heads[number]
            let (old, new) = (before.counted(of: row.id), after.counted(of: row.id))
            guard old != new, row.height > 0 else { continue }
            let changed = (1...row.height).runs { old.includes($0) != new.includes($0) }
            for run in changed {
                for stored in try storage.changes(
                    of: number, from: run.lowerBound, through: run.upperBound,
                    contentBytesMax: .max)
                {
                    let change = try Change(dot: stored.dot, stored: stored.content)
                    guard !change.saysNothing else { continue }
                    touched[change.record, default: []].append(change.dot)
                }
            }
        }
        guard !touched.isEmpty else { return false }
        var merging = Merging()
        for record in touched.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            var dots = Set(touched[record] ?? [])
            if let stored = try storage.record(record) {
                dots.formUnion(try RecordRow(stored).state.entries.map(\.dot))
            }
            let counting = dots.filter { counts($0, after) }
            try merging.rebuild(
                record, from: counting.sorted { $0.rawValue < $1.rawValue }, storage)
        }
        try merging.addRows(to: &output.commit, heads.table, saltSource(storage), storage)
        return true
    }

    private func counts(_ dot: Dot, _ membership: Membership) -> Bool {
        membership.counted(of: heads[dot.replica].id).includes(dot.counter)
    }

    /// The changes that do not count, refused ones too, in canonical order, with their links.
    public func quarantined(_ storage: some RegisterStorage) throws -> [StoredChange] {
        var waiting: [StoredChange] = []
        for (number, runs) in quarantinedRuns {
            for run in runs {
                waiting += try storage.changes(
                    of: number, from: run.lowerBound, through: run.upperBound,
                    contentBytesMax: .max)
            }
        }
        return waiting
    }

    private var quarantinedRuns: [(ReplicaNumber, [ClosedRange<UInt64>])] {
        guard let membership, membership.hasLimits || !heads.branches.isEmpty else { return [] }
        return heads.allNumbers.filter { heads[$0].id.lane != .control }
            .sorted { heads[$0].id.precedes(heads[$1].id) }
            .compactMap { number in
                let row = heads[number]
                let counted = membership.counted(of: row.id)
                guard counted.height < row.height else { return nil }
                return (
                    number, (counted.height + 1...row.height).runs { !counted.includes($0) }
                )
            }
    }

    /// What was decided of a change in quarantine, or once there.
    public func decisions(about dot: Dot) -> [Decision] {
        membership?.decisions(about: dot.counter, of: heads[dot.replica].id) ?? []
    }

    /// The changes that wait in quarantine for somebody to decide: of those that say nothing there is nothing to decide.
    public func waiting(_ storage: some RegisterStorage) throws -> [StoredChange] {
        try quarantined(storage).filter { stored in
            try decisions(about: stored.dot).isEmpty
                && !Change(dot: stored.dot, stored: stored.content).saysNothing
        }
    }

    /// Says of changes in quarantine whether they count nevertheless.
    @discardableResult
    public mutating func judge(
        _ dots: [Dot], _ verdict: AdoptEntry.Verdict, reason: String, _ moment: Moment,
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Dot {
        self.moment = moment
        guard let membership else { throw LaptopError.noRegister }
        guard membership.isAdministrator(node) else { throw LaptopError.notAllowed }
        var runs: [AdoptEntry.Run] = []
        for (number, dots) in Dictionary(grouping: Set(dots), by: \.replica) {
            let row = heads[number]
            let counters = Set(dots.map(\.counter))
            guard row.id.lane != .control, let first = counters.min(), let last = counters.max(),
                last <= row.height, first > membership.countedHeight(of: row.id)
            else { throw LaptopError.notQuarantined }
            guard verdict == .refuse || row.id.lane != .controlBranch else {
                throw LaptopError.notAdoptable
            }
            for run in (first...last).runs(where: counters.contains) {
                guard let change = try storage.change(Dot(number, run.upperBound)) else {
                    throw LaptopError.storeIncomplete
                }
                runs.append(.init(replica: row.id, counters: run, hash: change.hash))
            }
        }
        guard !runs.isEmpty else { throw LaptopError.notQuarantined }
        guard runs.count <= Limits.adoptedRunsMax else { throw LaptopError.changeTooLong }
        let ofBranches = Set(dots).filter { heads[$0.replica].id.isBranch }
        // What was adopted of them is written by now; to take that back, edit the record.
        guard !ofBranches.contains(where: isAdopted) else { throw LaptopError.notQuarantined }
        if verdict == .adopt { try reissue(ofBranches, storage, &output) }
        let entry = AdoptEntry(verdict: verdict, reason: reason, runs: runs)
        return try writeControl(ChangeKind.adopt, entry.encoded(), storage, &output)
    }

    private func isAdopted(_ dot: Dot) -> Bool {
        decisions(about: dot).contains { $0.verdict == .adopt }
    }

    /// Takes a node out of the register for good.
    ///
    /// - Parameter believed: The last data changes to believe, by replica: they count, with what their replicas ended, and
    ///   nothing else. None: all that is here counts.
    @discardableResult
    public mutating func revoke(
        _ revoked: NodeID, reason: String, upTo believed: [ReplicaID: UInt64] = [:],
        _ moment: Moment,
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Dot {
        self.moment = moment
        guard let membership else { throw LaptopError.noRegister }
        guard membership.members[revoked] != nil else { throw LaptopError.noSuchMember }
        guard membership.isAdministrator(node) || revoked == node else {
            throw LaptopError.notAllowed
        }
        var cuts: [Cut] = []
        for number in heads.allNumbers
        where heads[number].id.node == revoked && !heads[number].id.isBranch {
            let row = heads[number]
            let isAll = row.id.lane == .control || believed.isEmpty
            let height = isAll ? row.height : min(believed[row.id] ?? 0, row.height)
            // What counts in full, and as far as its ender says, which counts too, need not be listed. Not so of control changes:
            // whoever lacks the ender would turn away all whom they let in, and so whoever could bring it.
            let isImplied =
                row.id.lane == .data && isAll && membership.endedHeight(of: row.id) == height
            guard height > 0, !isImplied else { continue }
            let hash =
                height == row.height ? row.hash : try storage.change(Dot(number, height))?.hash
            guard let hash else { throw LaptopError.storeIncomplete }
            cuts.append(
                Cut(lane: row.id.lane, incarnation: row.id.incarnation, height: height, hash: hash))
        }
        let entry = RevokeEntry(node: revoked, reason: reason, cuts: cuts)
        return try writeControl(ChangeKind.revoke, entry.encoded(), storage, &output)
    }

    /// Gives a member another role.
    @discardableResult
    public mutating func give(
        _ role: Role, to member: NodeID, _ moment: Moment, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws -> Dot {
        self.moment = moment
        guard let membership else { throw LaptopError.noRegister }
        guard membership.members[member] != nil else { throw LaptopError.noSuchMember }
        guard membership.isAdministrator(node) else { throw LaptopError.notAllowed }
        let entry = RoleEntry(node: member, role: role)
        return try writeControl(ChangeKind.role, entry.encoded(), storage, &output)
    }
}
