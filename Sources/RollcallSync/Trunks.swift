import RollcallCore
import RollcallTrust
import RollcallWire

/// Which side of a forked replica keeps its name: the one for which those vouch who took its node out.
///
/// So whoever has a lost laptop in hand, and writes anew what it wrote before it was lost, takes nothing out of the records.
extension Laptop {
    /// Whether a replica leads beyond a counter to the last change that a revoke vouches for.
    func isVouched(
        _ replica: ReplicaNumber, beyond counter: UInt64, _ storage: some RegisterStorage
    ) throws -> Bool {
        guard let vouched = membership?.vouched(of: heads[replica].id), vouched.height > counter
        else { return false }
        return try hash(of: replica, at: vouched.height, storage) == vouched.hash
    }

    /// Makes a forked replica end where it should by what is known now: one step; false if there is nothing to do.
    ///
    /// A piece of work of its own, written with what led to it in one transaction.
    mutating func straighten(
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Bool {
        guard mayStraighten else { return false }
        for origin in Set(heads.branches.values.map(\.origin)).sorted(by: {
            $0.rawValue < $1.rawValue
        }) {
            guard try straighten(origin, storage, &output) else { continue }
            afterFork.mustGreetAnew = true
            return true
        }
        mayStraighten = false
        return false
    }

    private mutating func straighten(
        _ origin: ReplicaNumber, _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Bool {
        let vouched = membership?.vouched(of: heads[origin].id)
        let side = try vouched.flatMap { try self.side(of: origin, with: $0, storage) }
        if let side, let branch = firstBranch(to: side) {
            let base = heads.base(of: branch)
            if base < heads[origin].height {
                guard !heads.table.isFull else { return false }
                try split(origin, at: base, storage, &output)
            } else {
                try join(branch, storage, &output)
            }
            return true
        }
        let sure = side == origin ? vouched?.height ?? 0 : 0
        let forks = heads.branches.values.filter { $0.parent == origin && $0.base >= sure }
        guard let first = forks.map(\.base).min(), first < heads[origin].height,
            !heads.table.isFull
        else { return false }
        try split(origin, at: first, storage, &output)
        return true
    }

    /// The replica, or the branch of it, that holds a change.
    private func side(
        of origin: ReplicaNumber, with vouched: Vouched, _ storage: some RegisterStorage
    ) throws -> ReplicaNumber? {
        try ([origin] + heads.branches(of: origin)).first { part in
            try heads.base(of: part) < vouched.height
                && hash(of: part, at: vouched.height, storage) == vouched.hash
        }
    }

    /// Where the way to a branch leaves its origin; nil for the origin itself.
    private func firstBranch(to side: ReplicaNumber) -> ReplicaNumber? {
        var (next, first) = (side, ReplicaNumber?.none)
        while let branch = heads.branches[next] { (next, first) = (branch.parent, next) }
        return first
    }

    /// Gives a branch, which goes on where its replica ends, the replica's name: what ``split(_:at:_:_:)`` undoes.
    private mutating func join(
        _ branch: ReplicaNumber, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        guard let place = heads.branches[branch] else { return }
        let (path, base, before) = (place.origin, place.base, heads[branch])
        var moved = try storage.changes(
            of: branch, from: 1, through: before.height, contentBytesMax: .max)
        for index in moved.indices {
            moved[index].dot = Dot(path, base + moved[index].dot.counter)
            output.commit.append(.change(moved[index]))
        }
        output.commit.append(.dropChanges(branch, above: 0))
        for head in try storage.heads(of: branch, from: 1, limit: .max) {
            var moved = head
            moved.dot = Dot(path, base + head.dot.counter)
            output.commit.append(.dropHead(head.dot))
            output.commit.append(.head(moved))
        }
        let end = base + before.height
        for block in (base / Limits.changesPerBlock)...((end - 1) / Limits.changesPerBlock) {
            guard let salts = try storage.salts(of: branch, block: block) else { continue }
            output.commit.append(.salts(replica: path, block: block, salts))
            output.commit.append(.salts(replica: branch, block: block, SaltTree().encoded()))
        }
        output.commit.append(.replica(heads.advance(path, to: end, before.hash)))
        output.commit.append(.replica(heads.remove(branch: branch)))
        output.commit.append(.meta(Key.branches, heads.encodedBranches))
        openSegments[path] = nil
        openSegments[branch] = nil
        afterFork.mustReadMembership = afterFork.mustReadMembership || base == 0
        try noteMoved(moved, from: path)
        noteJoined(branch, to: path, above: base)
    }

    /// Who has all of a branch has as much of its replica.
    private mutating func noteJoined(
        _ branch: ReplicaNumber, to path: ReplicaNumber, above base: UInt64
    ) {
        for peer in peers.keys {
            let acknowledged = peers[peer]?.acknowledged[branch] ?? 0
            guard acknowledged > 0 else { continue }
            let height = max(peers[peer]?.acknowledged[path] ?? 0, base + acknowledged)
            peers[peer]?.acknowledged[path] = height
            peers[peer]?.acknowledged[branch] = 0
        }
    }
}
