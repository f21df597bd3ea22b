public import RollcallCore
import RollcallWire

/// How far a revoked node's replica still counts.
public struct Cut: Equatable, Sendable {
    public var lane: Lane
    public var incarnation: UInt64
    public var height: UInt64
    /// h(height).
    public var hash: [UInt8]

    public init(lane: Lane, incarnation: UInt64, height: UInt64, hash: [UInt8]) {
        self.lane = lane
        self.incarnation = incarnation
        self.height = height
        self.hash = hash
    }

    /// By lane, then incarnation.
    func precedes(_ other: Cut) -> Bool {
        lane == other.lane
            ? incarnation < other.incarnation : lane.rawValue < other.lane.rawValue
    }
}

/// The entry that takes a node out for good.
public struct RevokeEntry: Equatable, Sendable {
    public var node: NodeID
    public var reason: String
    /// Of a replica that is not listed nothing counts, but for what a listed one ended.
    public private(set) var cuts: [Cut]

    public init(node: NodeID, reason: String, cuts: [Cut]) {
        self.node = node
        self.reason = reason
        self.cuts = cuts.sorted { $0.precedes($1) }
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        node = try NodeID(from: &reader, "node key")
        reason = try reader.text("reason", max: Limits.reasonBytesMax)
        cuts = []
        for _ in 0..<(try reader.count("cuts", max: Limits.cutsMax, bytesEach: 42)) {
            let lane = try Lane(from: &reader, "cut")
            let cut = Cut(
                lane: lane, incarnation: try reader.u64("incarnation"),
                height: try reader.varint("height"), hash: try reader.raw(32, "hash"))
            guard cut.incarnation > 0, cut.height > 0, cut.height <= Limits.counterMax else {
                throw FormatError(.badReference, "cut")
            }
            if let last = cuts.last, !last.precedes(cut) { throw FormatError(.notSorted, "cuts") }
            cuts.append(cut)
        }
        try reader.finish("revoke")
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        node.encode(to: &writer)
        writer.text(reason)
        writer.varint(cuts.count)
        for cut in cuts {
            writer.u8(cut.lane.rawValue)
            writer.u64(cut.incarnation)
            writer.varint(cut.height)
            writer.raw(cut.hash)
        }
        return writer.bytes
    }
}

/// The entry that gives a member another role.
public struct RoleEntry: Equatable, Sendable {
    public var node: NodeID
    public var role: Role

    public init(node: NodeID, role: Role) {
        self.node = node
        self.role = role
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        node = try NodeID(from: &reader, "node key")
        guard let role = Role(rawValue: try reader.u8("role")) else {
            throw FormatError(.outOfLimits, "role")
        }
        self.role = role
        try reader.finish("role")
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        node.encode(to: &writer)
        writer.u8(role.rawValue)
        return writer.bytes
    }
}
