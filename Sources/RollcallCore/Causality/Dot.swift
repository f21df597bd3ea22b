/// The number that one node gives a replica for its own use; it never leaves the laptop.
public struct ReplicaNumber: Hashable, Sendable {
    public static let max: UInt32 = 1 << 23 - 1
    public let rawValue: UInt32

    @inlinable
    public init(_ rawValue: UInt32) {
        precondition(rawValue <= Self.max, "replica number \(rawValue)")
        self.rawValue = rawValue
    }
}

/// The name of one change: a replica and a counter from 1.
///
/// Inside a laptop the replica stands as its local number, so that a dot is one integer: the row number
/// of its change on disk. Bytes that leave the laptop carry whole replica ids.
public struct Dot: Hashable, Sendable {
    public static let counterBits: UInt64 = 40
    /// The greatest counter that a change can have.
    public static let counterMax: UInt64 = 1 << counterBits - 1

    public let rawValue: UInt64

    @inlinable
    public init(_ replica: ReplicaNumber, _ counter: UInt64) {
        precondition(counter > 0 && counter <= Self.counterMax, "dots count from 1, got \(counter)")
        rawValue = UInt64(replica.rawValue) << Self.counterBits | counter
    }

    /// From a row number; nil for one that names no change.
    @inlinable
    public init?(rawValue: UInt64) {
        guard rawValue & Self.counterMax > 0, rawValue >> 63 == 0 else { return nil }
        self.rawValue = rawValue
    }

    @inlinable
    public var replica: ReplicaNumber { ReplicaNumber(UInt32(rawValue >> Self.counterBits)) }
    @inlinable
    public var counter: UInt64 { rawValue & Self.counterMax }
}
