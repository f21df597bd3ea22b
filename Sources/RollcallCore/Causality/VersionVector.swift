/// How two states of knowledge stand in causal order: four answers, so nothing here is `Comparable`.
public enum CausalOrder: Sendable {
    case equal, before, after, concurrent
}

/// For each replica, how many of its changes are included, counted from 1 without gaps.
///
/// The field also calls it a vector clock.
public struct VersionVector: Equatable, Sendable {
    public private(set) var counters: [ReplicaNumber: UInt64] = [:]

    public init() {}

    /// How far a replica is included; one that is not listed counts as 0.
    public subscript(replica: ReplicaNumber) -> UInt64 {
        get { counters[replica] ?? 0 }
        set { counters[replica] = newValue == 0 ? nil : newValue }
    }

    public func includes(_ dot: Dot) -> Bool { self[dot.replica] >= dot.counter }

    /// Whether every change that `other` includes is included here too.
    ///
    /// A vector descends from itself.
    public func descends(from other: Self) -> Bool {
        other.counters.allSatisfy { replica, counter in self[replica] >= counter }
    }

    /// Whether this descends from `other` and is not equal to it.
    public func dominates(_ other: Self) -> Bool { self != other && descends(from: other) }

    public func order(relativeTo other: Self) -> CausalOrder {
        switch (descends(from: other), other.descends(from: self)) {
        case (true, true): .equal
        case (false, true): .before
        case (true, false): .after
        case (false, false): .concurrent
        }
    }

    /// Takes the greater counter of each replica.
    public mutating func merge(_ other: Self) {
        for (replica, counter) in other.counters where counter > self[replica] {
            self[replica] = counter
        }
    }

    /// Takes the lesser counter of each replica: what both include.
    public mutating func meet(_ other: Self) {
        for (replica, counter) in counters where other[replica] < counter {
            self[replica] = other[replica]
        }
    }

    /// How many changes are included in all.
    public var changeCount: UInt64 { counters.values.reduce(0, +) }

    /// How many changes of this one the other lacks.
    public func changeCount(missingFrom other: Self) -> UInt64 {
        counters.reduce(0) { sum, entry in
            let theirs = other[entry.key]
            return entry.value > theirs ? sum + entry.value - theirs : sum
        }
    }
}
