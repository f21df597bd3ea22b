/// A laptop's installation, named by its Ed25519 public key.
public struct NodeID: Hashable, Sendable {
    private let words: InlineWords

    private struct InlineWords: Hashable, Sendable {
        var a: UInt64
        var b: UInt64
        var c: UInt64
        var d: UInt64
    }

    /// Nil unless there are exactly 32 bytes.
    public init?(_ key: some Collection<UInt8>) {
        guard key.count == 32 else { return nil }
        var parts: [UInt64] = [0, 0, 0, 0]
        for (offset, byte) in key.enumerated() {
            parts[offset / 8] = parts[offset / 8] << 8 | UInt64(byte)
        }
        words = InlineWords(a: parts[0], b: parts[1], c: parts[2], d: parts[3])
    }

    public init(from reader: inout ByteReader, _ field: @autoclosure () -> String)
        throws(FormatError)
    {
        words = InlineWords(
            a: try reader.u64(field()), b: try reader.u64(field()), c: try reader.u64(field()),
            d: try reader.u64(field()))
    }

    public func encode(to writer: inout ByteWriter) {
        writer.u64(words.a)
        writer.u64(words.b)
        writer.u64(words.c)
        writer.u64(words.d)
    }

    public var bytes: [UInt8] {
        var writer = ByteWriter(reserving: 32)
        encode(to: &writer)
        return writer.bytes
    }

    /// The order of the key's bytes: for canonical output and for choosing between two sessions.
    public func precedes(_ other: NodeID) -> Bool {
        (words.a, words.b, words.c, words.d)
            < (other.words.a, other.words.b, other.words.c, other.words.d)
    }
}

/// Control (who may speak) or data (all else); each has its own replicas.
public enum Lane: UInt8, Sendable, CaseIterable {
    case control = 0
    case data = 1
    /// What was written twice in one of the two: see ``ReplicaID/isBranch``.
    case controlBranch = 2
    case dataBranch = 3

    public var isBranch: Bool { self == .controlBranch || self == .dataBranch }
    /// Of control changes, whether or not they were written twice.
    public var isControl: Bool { self == .control || self == .controlBranch }

    /// The lane of what a branch of this one forks off; of one that is no branch itself.
    public var origin: Lane { isControl ? .control : .data }

    /// The lane of what forks off a replica of this one.
    public var branch: Lane {
        switch self {
        case .control, .controlBranch: .controlBranch
        case .data, .dataBranch: .dataBranch
        }
    }
}

extension Lane {
    public init(
        from reader: inout ByteReader, _ field: @autoclosure () -> String, mayBeBranch: Bool = false
    ) throws(FormatError) {
        guard let lane = Lane(rawValue: try reader.u8(field())), mayBeBranch || !lane.isBranch
        else { throw FormatError(.unknownLane, field()) }
        self = lane
    }
}

/// What one node wrote in one lane between two starts.
///
/// A new incarnation at the first write after every start is what makes a restored or copied home
/// unable to use a number twice.
public struct ReplicaID: Hashable, Sendable {
    public static let encodedBytes = 41

    public var node: NodeID
    public var lane: Lane
    public var incarnation: UInt64

    public init(node: NodeID, lane: Lane, incarnation: UInt64) {
        self.node = node
        self.lane = lane
        self.incarnation = incarnation
    }

    /// - Parameter mayBeBranch: Whether the name of a branch is meant to stand here.
    public init(
        from reader: inout ByteReader, _ field: @autoclosure () -> String, mayBeBranch: Bool = false
    ) throws(FormatError) {
        node = try NodeID(from: &reader, field())
        lane = try Lane(from: &reader, field(), mayBeBranch: mayBeBranch)
        incarnation = try reader.u64(field())
        guard incarnation != 0 else { throw FormatError(.badReference, field()) }
    }

    public func encode(to writer: inout ByteWriter) {
        node.encode(to: &writer)
        writer.u8(lane.rawValue)
        writer.u64(incarnation)
    }

    public var bytes: [UInt8] {
        var writer = ByteWriter(reserving: Self.encodedBytes)
        encode(to: &writer)
        return writer.bytes
    }

    /// Whether this names what a replica has twice, from the first change that is unlike another.
    public var isBranch: Bool { lane.isBranch }

    /// As people and JSON see it: 13 digits.
    public var text: String { Base32.digits(incarnation, count: 13) }

    /// The canonical order of replicas: by incarnation, then node, then lane.
    ///
    /// It says nothing about time.
    public func precedes(_ other: ReplicaID) -> Bool {
        if incarnation != other.incarnation { return incarnation < other.incarnation }
        if node != other.node { return node.precedes(other.node) }
        return lane.rawValue < other.lane.rawValue
    }
}
