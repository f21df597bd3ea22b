public import RollcallCore
public import RollcallTrust

/// What an administrator decided of changes in quarantine, by an entry that counts.
public struct Decision: Equatable, Sendable {
    public var entry: Dot
    public var author: NodeID
    public var verdict: AdoptEntry.Verdict
    public var reason: String
}

/// Which changes of a replica count.
public struct CountedChanges: Equatable, Sendable {
    /// All up to here.
    public var height: UInt64
    /// Beyond it, those that were adopted; ascending.
    public var adopted: [ClosedRange<UInt64>] = []

    public func includes(_ counter: UInt64) -> Bool {
        guard counter > height else { return true }
        var (low, high) = (0, adopted.count)
        while low < high {
            let middle = (low + high) / 2
            if adopted[middle].upperBound < counter { low = middle + 1 } else { high = middle }
        }
        return low < adopted.count && adopted[low].contains(counter)
    }
}

/// All that was decided of changes in quarantine, by replica.
struct Decisions: Equatable {
    /// Changes side by side about which the same entries decide.
    struct Run: Equatable {
        var counters: ClosedRange<UInt64>
        /// Those that no other's author knew; one that adopts is enough.
        var decisions: [Decision]

        var isAdopted: Bool { decisions.contains { $0.verdict == .adopt } }
    }

    private(set) var runs: [ReplicaID: [Run]] = [:]

    init() {}

    /// - Parameter counting: The entries that count, causes before effects.
    init(_ counting: [ControlHistory.Judged]) {
        var covered: [ReplicaID: [(counters: ClosedRange<UInt64>, place: Int)]] = [:]
        for (place, judged) in counting.enumerated() {
            guard case .adopt(let entry) = judged.entry.act else { continue }
            for run in entry.runs {
                covered[run.replica, default: []].append((run.counters, place))
            }
        }
        for (replica, named) in covered {
            let starts = named.flatMap { [$0.counters.lowerBound, $0.counters.upperBound + 1] }
            let bounds = Set(starts).sorted()
            for (first, next) in zip(bounds, bounds.dropFirst()) {
                let about = named.filter { $0.counters.contains(first) }.map { counting[$0.place] }
                let decisions = Self.latest(about)
                guard !decisions.isEmpty else { continue }
                runs[replica, default: []].append(
                    Run(counters: first...(next - 1), decisions: decisions))
            }
        }
    }

    private static func latest(_ about: [ControlHistory.Judged]) -> [Decision] {
        var latest = LatestEntries()
        var decisions: [Decision] = []
        for judged in about.reversed() {
            guard case .adopt(let entry) = judged.entry.act, !latest.hides(judged),
                latest.add(judged)
            else { continue }
            decisions.append(
                Decision(
                    entry: judged.entry.dot, author: judged.entry.author, verdict: entry.verdict,
                    reason: entry.reason))
        }
        return decisions.reversed()
    }

    func about(_ counter: UInt64, of replica: ReplicaID) -> [Decision] {
        runs[replica]?.first { $0.counters.contains(counter) }?.decisions ?? []
    }

    func adopted(of replica: ReplicaID) -> [ClosedRange<UInt64>] {
        runs[replica]?.filter(\.isAdopted).map(\.counters) ?? []
    }
}

/// Of entries about one thing, given from the last to the first, those that no other's author knew.
struct LatestEntries {
    private var pasts: [Past] = []

    /// Of entries about one thing, causes first, those that decide, in the same order.
    static func of(_ about: [ControlHistory.Judged]) -> [ControlHistory.Judged] {
        var latest = LatestEntries()
        var found: [ControlHistory.Judged] = []
        for judged in about.reversed() where !latest.hides(judged) && latest.add(judged) {
            found.append(judged)
        }
        return found.reversed()
    }

    func hides(_ judged: ControlHistory.Judged) -> Bool {
        pasts.contains { judged.isKnown(in: $0) }
    }

    /// Takes in an entry that is not hidden; false if it says that its author knew it before it was written, which is a lie.
    mutating func add(_ judged: ControlHistory.Judged) -> Bool {
        pasts.append(judged.past)
        return !judged.isKnown(in: judged.past)
    }
}

extension ClosedRange<UInt64> {
    /// The longest runs of numbers of which something holds, ascending.
    func runs(where holds: (UInt64) -> Bool) -> [ClosedRange<UInt64>] {
        var runs: [ClosedRange<UInt64>] = []
        for number in self where holds(number) {
            if let last = runs.last, last.upperBound == number - 1 {
                runs[runs.count - 1] = last.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
        return runs
    }
}
