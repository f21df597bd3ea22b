public import RollcallCore
import RollcallTrust
import RollcallWire

/// Where what was written twice under one number leaves the replica that its writer named.
///
/// A branch is a replica of its own on every laptop that knows of it, and counts its changes from 1. Chain, signatures and
/// references are as its writer made them: of the origin, with the origin's counters.
struct Branch: Equatable, Sendable {
    /// The replica as its writer names it.
    var origin: ReplicaNumber
    /// What it forks off: the origin, or another branch of it.
    var parent: ReplicaNumber
    /// The counter of the last change that it shares with its parent.
    var base: UInt64
}

extension Heads {
    /// The replica that wrote a branch; of one that is no branch itself.
    func origin(of replica: ReplicaNumber) -> ReplicaNumber {
        branches[replica]?.origin ?? replica
    }

    /// The counter, as its writer has it, of the last change before a branch's own; 0 for a replica that is no branch.
    public func base(of replica: ReplicaNumber) -> UInt64 { branches[replica]?.base ?? 0 }

    /// The last change of a replica, in the counters of its origin.
    public func end(of replica: ReplicaNumber) -> UInt64 {
        base(of: replica) + self[replica].height
    }

    /// A change as its writer named it.
    func written(_ dot: Dot) -> Dot {
        guard let branch = branches[dot.replica] else { return dot }
        return Dot(branch.origin, branch.base + dot.counter)
    }

    /// Where a branch stands; nil for a replica that is none.
    func place(of replica: ReplicaNumber) -> BranchPlace? {
        branches[replica].map { branch in
            BranchPlace(
                origin: self[branch.origin].id, base: branch.base, parent: self[branch.parent].id,
                height: branch.base - base(of: branch.parent))
        }
    }

    /// What somebody has who has a replica up to a counter of its origin: its parents too, each in its own counters.
    func way(
        to replica: ReplicaNumber, at counter: UInt64
    ) -> [(part: ReplicaNumber, counter: UInt64)] {
        var way: [(part: ReplicaNumber, counter: UInt64)] = []
        var (part, end) = (replica, counter)
        while true {
            if end > base(of: part) { way.append((part, end - base(of: part))) }
            guard let branch = branches[part] else { return way }
            (part, end) = (branch.parent, branch.base)
        }
    }

    /// All that fork off a replica, and off its branches.
    public func branches(of origin: ReplicaNumber) -> [ReplicaNumber] {
        branches.isEmpty
            ? []
            : branches.filter { $0.value.origin == origin }.map(\.key)
                .sorted { $0.rawValue < $1.rawValue }
    }

    /// The branches that leave a replica where it ends.
    func ends(of replica: ReplicaNumber) -> [ReplicaNumber] {
        let end = end(of: replica)
        return branches.isEmpty
            ? [] : branches.filter { $0.value.parent == replica && $0.value.base == end }.map(\.key)
    }

    /// Whether nothing more is taken under this name: what follows was written twice.
    func isForked(_ replica: ReplicaNumber) -> Bool { !ends(of: replica).isEmpty }
}

extension Laptop {
    /// Whose laptops wrote two contents under one number.
    public var forkedNodes: [NodeID] {
        Set(heads.branches.keys.map { heads[$0].id.node }).sorted { $0.text < $1.text }
    }
}

/// Reading along a branch and what it forks off, in the counters of the origin.
extension Laptop {
    /// h(counter) on the way to the end of a branch; nil where the way does not lead.
    func hash(
        of path: ReplicaNumber, at counter: UInt64, _ storage: some RegisterStorage
    ) throws -> [UInt8]? {
        let (base, end) = (heads.base(of: path), heads.end(of: path))
        if counter > end { return nil }
        if counter == end, heads[path].height > 0 { return heads[path].hash }
        if counter > base { return try storage.change(Dot(path, counter - base))?.hash }
        if let branch = heads.branches[path] {
            return try hash(of: branch.parent, at: counter, storage)
        }
        return chain.start(of: heads[path].id)
    }

    func changes(
        of path: ReplicaNumber, from first: UInt64, through last: UInt64, contentBytesMax: Int,
        _ storage: some RegisterStorage
    ) throws -> [StoredChange] {
        guard let branch = heads.branches[path] else {
            return try storage.changes(
                of: path, from: first, through: last, contentBytesMax: contentBytesMax)
        }
        var found: [StoredChange] = []
        if first <= branch.base {
            found = try changes(
                of: branch.parent, from: first, through: min(last, branch.base),
                contentBytesMax: .max, storage)
        }
        guard last > branch.base else { return found }
        return try found
            + storage.changes(
                of: path, from: max(first, branch.base + 1) - branch.base,
                through: last - branch.base, contentBytesMax: contentBytesMax
            ).map { StoredChange(dot: heads.written($0.dot), hash: $0.hash, content: $0.content) }
    }

    /// Signed heads from a counter on.
    func signedHeads(
        of path: ReplicaNumber, from first: UInt64, limit: Int, _ storage: some RegisterStorage
    ) throws -> [SignedHead] {
        guard let branch = heads.branches[path] else {
            return try storage.heads(of: path, from: first, limit: limit)
        }
        var found: [SignedHead] = []
        if first <= branch.base {
            found = try signedHeads(of: branch.parent, from: first, limit: limit, storage)
                .filter { $0.dot.counter <= branch.base }
        }
        guard found.count < limit else { return found }
        return try found
            + storage.heads(
                of: path, from: max(first, branch.base + 1) - branch.base,
                limit: limit - found.count
            ).map {
                SignedHead(dot: heads.written($0.dot), hash: $0.hash, signature: $0.signature)
            }
    }

    /// The nearest signed head from a counter on, and others up to another counter and perhaps beyond.
    func signedHeads(
        of path: ReplicaNumber, from first: UInt64, through last: UInt64,
        _ storage: some RegisterStorage
    ) throws -> [SignedHead] {
        var found: [SignedHead] = []
        while true {
            let page = try signedHeads(
                of: path, from: found.last.map { $0.dot.counter + 1 } ?? first,
                limit: Self.headsPerPage, storage)
            found += page
            guard page.count == Self.headsPerPage, found[found.count - 1].dot.counter < last else {
                return found
            }
        }
    }

    /// A run of a roster has three, one of lone edits hundreds.
    private static let headsPerPage = 64

    /// The first counter of the segment that goes on beyond another counter.
    func segmentStart(
        beyond counter: UInt64, of path: ReplicaNumber, _ storage: some RegisterStorage
    ) throws -> UInt64 {
        guard counter > 0 else { return 1 }
        if let branch = heads.branches[path], counter <= branch.base {
            return try segmentStart(beyond: counter, of: branch.parent, storage)
        }
        let base = heads.base(of: path)
        let before = try storage.heads(of: path, before: counter - base, limit: 1).first
        if let before { return before.dot.counter + base + 1 }
        guard let branch = heads.branches[path] else { return 1 }
        return try segmentStart(beyond: branch.base, of: branch.parent, storage)
    }

    /// What is known of a block's salts.
    func saltTree(
        of path: ReplicaNumber, block: UInt64, _ storage: some RegisterStorage
    ) throws -> SaltTree? {
        if let stored = try storage.salts(of: path, block: block) {
            return try SaltTree(encoded: stored)
        }
        guard let branch = heads.branches[path], block * Limits.changesPerBlock < branch.base else {
            return nil
        }
        return try saltTree(of: branch.parent, block: block, storage)
    }
}
