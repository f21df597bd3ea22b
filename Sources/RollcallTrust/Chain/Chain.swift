public import RollcallCore
import RollcallWire

/// The salted commitment to one class of a change's bodies.
public struct Commitment: Equatable, Sendable {
    public var fieldClass: FieldClass
    let digest: Hash32

    public var hash: [UInt8] {
        var writer = ByteWriter(reserving: 32)
        digest.append(to: &writer)
        return writer.bytes
    }

    public init(fieldClass: FieldClass, hash: [UInt8]) {
        precondition(hash.count == 32, "a commitment of \(hash.count) bytes")
        self.init(fieldClass: fieldClass, digest: hash.withUnsafeBytes { Hash32($0) })
    }

    /// `u8` class and 32 bytes each.
    public static func list(_ bytes: [UInt8]) -> [Commitment] {
        stride(from: 0, to: bytes.count, by: 33).map {
            Commitment(
                fieldClass: FieldClass(bytes[$0]), hash: Array(bytes[($0 + 1)..<($0 + 33)]))
        }
    }

    public static func bytes(of commitments: [Commitment]) -> [UInt8] {
        commitments.flatMap { [$0.fieldClass.rawValue] + $0.hash }
    }

    init(fieldClass: FieldClass, digest: Hash32) {
        self.fieldClass = fieldClass
        self.digest = digest
    }
}

/// The hash chain of a register's replicas and the signatures of its heads.
public struct Chain: Sendable {
    public let register: RegisterID

    public init(register: RegisterID) { self.register = register }

    /// The commitments to one change; ``ChainHasher`` makes those of many.
    public static func commitments(to change: Change, leaf: [UInt8]) -> [Commitment] {
        var hasher = ChainHasher()
        return hasher.commitments(to: change, leaf: leaf[...])
    }

    /// h(0).
    public func start(of replica: ReplicaID) -> [UInt8] {
        var hash = LabelledHash("rc1.chain")
        hash.add(register.bytes)
        hash.add(replica)
        return hash.finish()
    }

    /// The name of what forks off a replica, by the first change that is unlike another.
    public func branch(of replica: ReplicaID, first hash: [UInt8]) -> ReplicaID {
        var name = LabelledHash("rc1.branch")
        name.add(register.bytes)
        name.add(replica)
        name.add(hash)
        return ReplicaID(
            node: replica.node, lane: replica.lane.branch, incarnation: max(name.finish8(), 1))
    }

    /// h(n) from h(n−1).
    public func link(
        _ previous: [UInt8], _ change: Change, _ commitments: [Commitment], _ table: ReplicaTable
    ) -> [UInt8] {
        link(previous, header: CanonicalHeader.encode(change, table), commitments)
    }

    public func link(_ previous: [UInt8], header: [UInt8], _ commitments: [Commitment]) -> [UInt8] {
        var hasher = ChainHasher()
        return hasher.link(previous, header: header, commitments)
    }

    /// What a head's signature covers.
    public func headMessage(_ replica: ReplicaID, _ counter: UInt64, _ hash: [UInt8]) -> [UInt8] {
        var head = LabelledHash("rc1.head")
        head.add(register.bytes)
        head.add(replica)
        head.add(u64: counter)
        head.add(hash)
        return head.finish()
    }
}

/// Hashes the changes of a run one after another, in memory that they share.
public struct ChainHasher {
    private var hash = LabelledHash("rc1.link", reserving: 1_024)
    private var header = ByteWriter(reserving: 256)

    public init() {}

    public mutating func commitments(
        to change: Change, leaf: ArraySlice<UInt8>
    ) -> [Commitment] {
        if let erased = change.erased { return Commitment.list(erased) }
        let present = change.classBits
        var commitments: [Commitment] = []
        commitments.reserveCapacity(present.nonzeroBitCount)
        for rawClass in UInt8(0)..<8 where present & 1 << rawClass != 0 {
            hash.restart("rc1.salt")
            hash.add(leaf)
            hash.add(u8: rawClass)
            let salt = hash.salt()
            hash.restart("rc1.commit")
            hash.add(salt)
            addWrites(of: change, rawClass)
            commitments.append(
                Commitment(fieldClass: FieldClass(rawClass), digest: hash.hash32()))
        }
        return commitments
    }

    private mutating func addWrites(of change: Change, _ rawClass: UInt8) {
        change.bodies.withUnsafeBufferPointer { bodies in
            for index in change.writes.indices
            where change.writes[index].field.fieldClass.rawValue == rawClass {
                let body = change.writes[index].body
                hash.add(varint: UInt64(change.writes[index].field.rawValue))
                hash.add(varint: UInt64(body.count))
                hash.add(UnsafeBufferPointer(rebasing: bodies[body]))
            }
        }
    }

    /// h(n) from h(n−1).
    public mutating func link(
        _ previous: [UInt8], _ change: Change, _ commitments: [Commitment], _ table: ReplicaTable
    ) -> [UInt8] {
        header.bytes.removeAll(keepingCapacity: true)
        CanonicalHeader.encode(change, table, to: &header)
        return link(previous, header: header.bytes, commitments)
    }

    mutating func link(
        _ previous: [UInt8], header: [UInt8], _ commitments: [Commitment]
    ) -> [UInt8] {
        hash.restart("rc1.link")
        hash.add(previous)
        hash.add(byteString: header)
        hash.add(u8: UInt8(commitments.count))
        for commitment in commitments {
            hash.add(u8: commitment.fieldClass.rawValue)
            hash.add(commitment.digest)
        }
        return hash.finish()
    }
}
