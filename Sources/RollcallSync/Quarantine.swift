public import RollcallCore
public import RollcallTrust
import RollcallWire

/// What is here and does not count: changes beyond a cut, and of nodes whose admission no longer counts.
extension Laptop {
    /// Draws the conclusions from what the control lane says by now: who is a member, and what counts.
    mutating func settleMembership(_ output: inout Output) {
        guard let before = membership, membership?.settle(heads.table) == true, let membership
        else { return }
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
        let ended = sessions.values.filter { session in
            session.peer.map { !membership.isMember($0) && before.isMember($0) } ?? false
        }
        for session in ended.sorted(by: { $0.id.rawValue < $1.id.rawValue }) {
            // A goodbye would wait behind all that was sent and is not for it any more.
            end(session.id, reason: "taken out of the register", &output)
            output.abort.append(session.id)
        }
        for (node, revocation) in membership.revoked where before.revoked[node] == nil {
            output.notices.append(.revoked(node, name: revocation.member.name))
        }
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
            let heights = [before, after].map { min($0.countedHeight(of: row.id), row.height) }
            guard let low = heights.min(), let high = heights.max(), low < high else { continue }
            for stored in try storage.changes(
                of: number, from: low + 1, through: high, contentBytesMax: .max)
            {
                let change = try Change(dot: stored.dot, stored: stored.content)
                touched[change.record, default: []].append(change.dot)
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
        dot.counter <= membership.countedHeight(of: heads[dot.replica].id)
    }

    /// The changes that wait in quarantine, in canonical order, with their links.
    public func quarantined(_ storage: some RegisterStorage) throws -> [StoredChange] {
        guard let membership, membership.hasLimits else { return [] }
        var waiting: [StoredChange] = []
        let data = heads.allNumbers.filter { heads[$0].id.lane == .data }
            .sorted { heads[$0].id.precedes(heads[$1].id) }
        for number in data {
            let counted = membership.countedHeight(of: heads[number].id)
            guard counted < heads[number].height else { continue }
            waiting += try storage.changes(
                of: number, from: counted + 1, through: heads[number].height,
                contentBytesMax: .max)
        }
        return waiting
    }

    /// How many changes wait in quarantine.
    public var quarantinedCount: Int {
        guard let membership, membership.hasLimits else { return 0 }
        return heads.allNumbers.map { heads[$0] }.filter { $0.id.lane == .data }.reduce(0) {
            $0 + Int($1.height - min($1.height, membership.countedHeight(of: $1.id)))
        }
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
        for number in heads.allNumbers where heads[number].id.node == revoked {
            let row = heads[number]
            let isAll = row.id.lane == .control || believed.isEmpty
            let height = isAll ? row.height : min(believed[row.id] ?? 0, row.height)
            // What counts in full, and as far as its ender says, which counts too, need not be listed.
            let isImplied = isAll && membership.endedHeight(of: row.id) == height
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
