import RollcallCore
import RollcallTrust
import RollcallWire

/// What a laptop does where a replica's writer has two contents under one number.
///
/// It ends at the last change that all have alike. What follows, on either side, is kept whole under a name of its own, in
/// quarantine: by its first change, so that all laptops name it alike, whichever they met first.
extension Laptop {
    /// Makes room for a run that is unlike what is here from a counter on.
    ///
    /// - Returns: The branch that it begins; nil if there are as many as are kept.
    mutating func fork(
        _ path: ReplicaNumber, at counter: UInt64, first hash: [UInt8],
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> ReplicaNumber? {
        let origin = heads.origin(of: path)
        guard heads.branches(of: origin).count < Limits.branchesMax, !heads.table.isFull else {
            return nil
        }
        output.notices.append(.fork(heads[origin].id, height: counter))
        let keepsName = try isVouched(path, beyond: counter, storage)
        if counter < heads.end(of: path), !keepsName, !isPlanted(.firstSideStays) {
            try split(path, at: counter, storage, &output)
        }
        let number = addBranch(of: path, at: counter, first: hash, hash, &output)
        afterFork.mustGreetAnew = true
        mayStraighten = true
        return number
    }

    private mutating func addBranch(
        of parent: ReplicaNumber, at counter: UInt64, first: [UInt8], _ hash: [UInt8],
        _ output: inout Output
    ) -> ReplicaNumber {
        let origin = heads.origin(of: parent)
        let row = heads.add(
            Branch(origin: origin, parent: parent, base: counter),
            chain.branch(of: heads[origin].id, first: first), hash)
        output.commit.append(.replica(row))
        output.commit.append(.meta(Key.branches, heads.encodedBranches))
        return row.number
    }

    /// Gives what follows a counter a name of its own.
    mutating func split(
        _ path: ReplicaNumber, at counter: UInt64, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws {
        let before = heads[path]
        let height = counter - heads.base(of: path)
        let moved = try storage.changes(
            of: path, from: height + 1, through: before.height, contentBytesMax: .max)
        guard let first = moved.first?.hash, let last = try hash(of: path, at: counter, storage)
        else { throw LaptopError.storeIncomplete }
        let number = addBranch(of: path, at: counter, first: first, before.hash, &output)
        heads.move(branchesOf: path, beyond: counter, to: number)
        for change in moved {
            var change = change
            change.dot = Dot(number, change.dot.counter - height)
            output.commit.append(.change(change))
        }
        output.commit.append(.dropChanges(path, above: height))
        for head in try storage.heads(of: path, from: height + 1, limit: .max) {
            var moved = head
            moved.dot = Dot(number, head.dot.counter - height)
            output.commit.append(.dropHead(head.dot))
            output.commit.append(.head(moved))
        }
        try splitSalts(
            of: path, at: counter, end: counter + UInt64(moved.count), number, storage, &output)
        output.commit.append(.replica(heads.shorten(path, to: height, last)))
        output.commit.append(
            .replica(heads.advance(number, to: UInt64(moved.count), before.hash)))
        output.commit.append(.meta(Key.branches, heads.encodedBranches))
        openSegments[path] = nil
        own = own.filter { $0.value.number != path }
        afterFork.mustReadMembership = afterFork.mustReadMembership || height == 0
        try noteMoved(moved, from: path)
        for peer in peers.keys {
            let acknowledged = peers[peer]?.acknowledged[path] ?? 0
            peers[peer]?.acknowledged[path] = min(acknowledged, height)
        }
    }

    private mutating func splitSalts(
        of path: ReplicaNumber, at counter: UInt64, end: UInt64, _ branch: ReplicaNumber,
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        for block in (counter / Limits.changesPerBlock)...((end - 1) / Limits.changesPerBlock) {
            guard let tree = try saltTree(of: path, block: block, storage) else { continue }
            output.commit.append(.salts(replica: branch, block: block, tree.encoded()))
            let kept = tree.through(counter).encoded()
            output.commit.append(.salts(replica: path, block: block, kept))
        }
    }

    /// What a replica lost or got back changes the records that it is about; peers may have either side, or neither.
    mutating func noteMoved(_ moved: [StoredChange], from path: ReplicaNumber) throws {
        switch heads[path].id.lane {
        case .control, .controlBranch: afterFork.mustReadMembership = true
        case .data:
            for change in moved {
                let record = try Change.record(ofStored: change.content)
                afterFork.records[record, default: []].insert(change.dot)
            }
        case .dataBranch: break
        }
        for peer in peers.keys {
            peers[peer]?.base = VersionVector()
            peers[peer]?.baseDigest = 0
            unsavedPeers.insert(peer)
        }
    }

    // MARK: - afterwards

    /// What a fork leaves to be done once its rows are written.
    struct AfterFork {
        var mustGreetAnew = false
        var mustReadMembership = false
        /// The records to be made anew, each with changes of it that may count or may not count any more.
        var records: [Dot: Set<Dot>] = [:]
    }

    /// A piece of work of its own, written with the fork in one transaction; false if there was nothing to do.
    mutating func settleFork(
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Bool {
        guard afterFork.mustGreetAnew else { return false }
        let after = afterFork
        afterFork = AfterFork()
        for index in held.indices { held[index].isUnlike = false }
        if after.mustReadMembership, let membership {
            self.membership = Membership(genesis: membership.genesis, scheme: identity.key.scheme)
            try readMembership(storage)
            noteDifferences(from: membership, &output)
            mayStraighten = true
        }
        try remake(after.records, storage, &output)
        // Numbers and heights mean something else now: both sides say anew what they have.
        for id in sessions.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard sessions[id]?.peer != nil else { continue }
            bye(id, .fork, "a replica was written twice: what each has is told anew", &output)
        }
        return true
    }

    /// Makes records anew from those of their changes that count by now.
    private mutating func remake(
        _ records: [Dot: Set<Dot>], _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        guard let membership else { return }
        var merging = Merging()
        for (record, moved) in records.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            var dots = moved
            if let stored = try storage.record(record) {
                dots.formUnion(try RecordRow(stored).state.entries.map(\.dot))
            }
            let counting = try dots.filter { dot in
                guard membership.counted(of: heads[dot.replica].id).includes(dot.counter),
                    let stored = try storage.change(dot)
                else { return false }
                // The side that has the number now may say something of another record under it, or nothing.
                let change = try Change(dot: dot, stored: stored.content)
                return change.record == record && !change.saysNothing
            }
            try merging.rebuild(
                record, from: counting.sorted { $0.rawValue < $1.rawValue }, storage)
        }
        try merging.addRows(to: &output.commit, heads.table, saltSource(storage), storage)
    }
}
