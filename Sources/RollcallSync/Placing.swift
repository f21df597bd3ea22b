import RollcallCore
import RollcallTrust
import RollcallWire

/// Where a verified run belongs among what is here of its replica.
enum Placement: Equatable {
    /// All of it is here, on a replica or one of its branches.
    case known(ReplicaNumber)
    /// It goes on where a replica or branch ends.
    case extends(ReplicaNumber)
    /// Its replica has something else under a number: the last counter that both share.
    case fork(ReplicaNumber, at: UInt64)
}

extension Laptop {
    /// What is here up to where a run begins, and h(first-1) there.
    struct RunStart {
        /// A replica, or one of its branches.
        var path: ReplicaNumber
        var hash: [UInt8]
    }

    /// Where a run goes on from what is here; nil for a gap.
    mutating func start(
        of message: ChangesMessage, isKnown: Bool, _ learned: ReplicaTable,
        _ storage: some RegisterStorage
    ) throws -> RunStart? {
        let replica = message.replica
        let counter = message.first - 1
        guard counter > 0 else {
            return RunStart(path: replica, hash: chain.start(of: learned[replica]))
        }
        guard isKnown else { return nil }
        var starts: [RunStart] = []
        for path in [replica] + heads.branches(of: replica)
        where path == replica || heads.base(of: path) < counter {
            guard let hash = try hash(of: path, at: counter, storage) else { continue }
            if message.startHash == nil || message.startHash == hash {
                starts.append(RunStart(path: path, hash: hash))
            }
        }
        guard starts.count > 1, message.startHash == nil else { return starts.first }
        // Whoever knows of no fork does not say which side goes on.
        for start in starts {
            do {
                _ = try verify(message, from: start.hash, on: start.path, learned, storage)
                return start
            } catch RunError.invalidSegment {
            } catch let error as FormatError where error.refusal == .saltMismatch {}
        }
        return starts.first
    }

    /// Follows a run along what is here.
    ///
    /// - Parameter links: h of each of its changes.
    func place(
        _ message: ChangesMessage, _ links: [[UInt8]], from start: ReplicaNumber,
        _ storage: some RegisterStorage
    ) throws -> Placement {
        func link(_ counter: UInt64) -> [UInt8] { links[Int(counter - message.first)] }
        var path = start
        while true {
            let end = heads.end(of: path)
            let shared = min(message.last, end)
            if shared >= message.first, shared > heads.base(of: path),
                try hash(of: path, at: shared, storage) != link(shared)
            {
                let last = try lastShared(message, links, with: path, storage)
                guard let next = try branch(of: path, at: last, link, storage) else {
                    return .fork(path, at: last)
                }
                path = next
                continue
            }
            if message.last <= end { return .known(path) }
            if let next = try branch(of: path, at: end, link, storage) {
                path = next
                continue
            }
            return heads.isForked(path) ? .fork(path, at: end) : .extends(path)
        }
    }

    /// The last counter at which a run and what is here are alike; they are not at the end of either.
    private func lastShared(
        _ message: ChangesMessage, _ links: [[UInt8]], with path: ReplicaNumber,
        _ storage: some RegisterStorage
    ) throws -> UInt64 {
        // Each hash covers all before it.
        var low = max(message.first - 1, heads.base(of: path))
        var high = min(message.last, heads.end(of: path))
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if try hash(of: path, at: middle, storage) == links[Int(middle - message.first)] {
                low = middle
            } else {
                high = middle
            }
        }
        return low
    }

    /// The branch that leaves a replica at a counter and goes on as a run does.
    private func branch(
        of path: ReplicaNumber, at counter: UInt64, _ link: (UInt64) -> [UInt8],
        _ storage: some RegisterStorage
    ) throws -> ReplicaNumber? {
        for (number, branch) in heads.branches
        where branch.parent == path && branch.base == counter {
            if try hash(of: number, at: counter + 1, storage) == link(counter + 1) { return number }
        }
        return nil
    }

    /// Whether a run that brings nothing beyond what is here is the same: nil if that shows only when it is verified.
    func isSigned(
        _ message: ChangesMessage, alikeOn path: ReplicaNumber, _ storage: some RegisterStorage
    ) throws -> Bool {
        guard message.last <= heads.end(of: path),
            let last = try signedHeads(of: path, from: message.last, limit: 1, storage).first
        else { return false }
        return last.dot.counter == message.last
            && last.signature == message.segments.last?.signature
    }
}
