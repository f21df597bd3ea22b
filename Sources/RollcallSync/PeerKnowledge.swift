public import RollcallCore

/// What this node knows of another: what it has acknowledged, where it may be reached.
public struct PeerKnowledge: Equatable, Sendable {
    public enum Route: UInt8, Sendable { case none = 0, session = 1, bundle = 2 }

    /// What the peer has acknowledged as durable and decided.
    public var acknowledged = VersionVector()
    public var startNonce: UInt64 = 0
    public var earlierNonces: [UInt64] = []
    /// What both held when they last agreed, and the start of its digest; 0 = none.
    public var base = VersionVector()
    public var baseDigest: UInt64 = 0
    public var addresses: [String] = []
    /// A person said `disconnect`: neither dial nor accept.
    public var isBarred = false
    /// It said, last time, that this laptop was taken out of the register: a claim, if a member's.
    public var saysTakenOut = false
    public var lastHeard: UInt64 = 0
    public var acknowledgedAt: UInt64 = 0
    public var route: Route = .none
    public var clockOffset: Int64?
    /// Bundles that were written for it, oldest first: what somebody may have in a pocket, and never what it has.
    public private(set) var onTheWay: [Shipment] = []
    /// A hash of the addresses that the peer was last told.
    var addressesTold: UInt64 = 0

    public init() {}

    /// Takes in a vector that the peer sent by another way than a live session.
    public mutating func learn(_ vector: VersionVector, nonce: UInt64, earlier: [UInt64]) {
        if nonce == startNonce {
            acknowledged.merge(vector)
        } else if startNonce == 0 || earlier.contains(startNonce) {
            acknowledged = vector
        } else if earlierNonces.contains(nonce) {
            return
        } else {
            acknowledged.meet(vector)
            return
        }
        startNonce = nonce
        earlierNonces = earlier
    }

    // MARK: what is on the way

    private static let shipmentsMax = 8

    /// What a bundle for the peer brings it, beyond what it had acknowledged.
    public struct Shipment: Equatable, Sendable {
        /// By this laptop's clock.
        public var since: UInt64
        public var vector: VersionVector
    }

    /// A bundle was written that brings the peer what it has not acknowledged.
    ///
    /// Of so many that nobody brought the two oldest are counted as one.
    mutating func note(onTheWay vector: VersionVector, since: UInt64) {
        onTheWay.removeAll { acknowledged.descends(from: $0.vector) }
        guard !onTheWay.contains(where: { $0.vector == vector }) else { return }
        onTheWay.append(Shipment(since: since, vector: vector))
        guard onTheWay.count > Self.shipmentsMax else { return }
        let second = onTheWay.remove(at: 1)
        onTheWay[0].vector.merge(second.vector)
    }

    mutating func merge(addresses found: [String]) {
        for address in found where !addresses.contains(address) { addresses.append(address) }
        if addresses.count > 8 { addresses.removeFirst(addresses.count - 8) }
    }

    /// It answered at an address, which is tried first from now on.
    mutating func reached(by address: String) {
        addresses.removeAll { $0 == address }
        addresses.insert(address, at: 0)
        if addresses.count > 8 { addresses.removeLast(addresses.count - 8) }
    }

    /// Another laptop answered there; the only address that is known is kept all the same.
    mutating func forget(address: String) {
        if addresses.count > 1 { addresses.removeAll { $0 == address } }
    }

    // MARK: as stored

    static let form: UInt8 = 2
    /// Before it was kept what is on the way.
    private static let earlierForm: UInt8 = 1

    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.u8(Self.form)
        Self.encode(acknowledged, to: &writer)
        writer.u64(startNonce)
        writer.varint(earlierNonces.count)
        for nonce in earlierNonces { writer.u64(nonce) }
        Self.encode(base, to: &writer)
        writer.u64(baseDigest)
        writer.varint(addresses.count)
        for address in addresses { writer.text(address) }
        writer.u8((isBarred ? 1 : 0) | (saysTakenOut ? 2 : 0))
        writer.varint(lastHeard)
        writer.varint(acknowledgedAt)
        writer.u8(route.rawValue)
        writer.u8(clockOffset == nil ? 0 : 1)
        writer.u64(UInt64(bitPattern: clockOffset ?? 0))
        writer.u64(addressesTold)
        writer.varint(onTheWay.count)
        for shipment in onTheWay {
            writer.u64(shipment.since)
            Self.encode(shipment.vector, to: &writer)
        }
        return writer.bytes
    }

    package init(encoded bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        let form = try reader.u8("peer form")
        guard form == Self.form || form == Self.earlierForm else {
            throw FormatError(.unknownVersion, "peer")
        }
        acknowledged = try Self.vector(from: &reader)
        startNonce = try reader.u64("start nonce")
        for _ in 0..<(try reader.count("nonces", bytesEach: 8)) {
            earlierNonces.append(try reader.u64("nonce"))
        }
        base = try Self.vector(from: &reader)
        baseDigest = try reader.u64("base digest")
        for _ in 0..<(try reader.count("addresses")) {
            addresses.append(try reader.text("address"))
        }
        let refusals = try reader.u8("refusals")
        isBarred = refusals & 1 != 0
        saysTakenOut = refusals & 2 != 0
        lastHeard = try reader.varint("last heard")
        acknowledgedAt = try reader.varint("acknowledged at")
        route = Route(rawValue: try reader.u8("route")) ?? .none
        let hasOffset = try reader.u8("clock offset known") == 1
        let offset = Int64(bitPattern: try reader.u64("clock offset"))
        clockOffset = hasOffset ? offset : nil
        addressesTold = try reader.u64("addresses told")
        guard form == Self.form else { return }
        for _ in 0..<(try reader.count("on the way", bytesEach: 9)) {
            let since = try reader.u64("since")
            onTheWay.append(Shipment(since: since, vector: try Self.vector(from: &reader)))
        }
    }

    private static func encode(_ vector: VersionVector, to writer: inout ByteWriter) {
        let entries = vector.counters.sorted { $0.key.rawValue < $1.key.rawValue }
        writer.varint(entries.count)
        for (replica, counter) in entries {
            writer.varint(UInt64(replica.rawValue))
            writer.varint(counter)
        }
    }

    private static func vector(from reader: inout ByteReader) throws(FormatError) -> VersionVector {
        var vector = VersionVector()
        for _ in 0..<(try reader.count("vector", bytesEach: 2)) {
            let replica = try reader.varint("replica")
            guard replica <= UInt64(ReplicaNumber.max) else {
                throw FormatError(.badReference, "replica")
            }
            let counter = try reader.varint("counter")
            guard counter <= Dot.counterMax else { throw FormatError(.outOfLimits, "counter") }
            vector[ReplicaNumber(UInt32(replica))] = counter
        }
        return vector
    }
}
