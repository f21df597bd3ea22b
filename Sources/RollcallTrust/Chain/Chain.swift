public import RollcallCore
import RollcallWire

/// The salted commitment to one class of a change's bodies.
public struct Commitment: Equatable, Sendable {
    public var fieldClass: FieldClass
    public var hash: [UInt8]

    public init(fieldClass: FieldClass, hash: [UInt8]) {
        self.fieldClass = fieldClass
        self.hash = hash
    }
}

/// The hash chain of a register's replicas and the signatures of its heads.
public struct Chain: Sendable {
    public let register: RegisterID

    public init(register: RegisterID) { self.register = register }

    public static func commitments(to change: Change, leaf: [UInt8]) -> [Commitment] {
        var present: UInt8 = 0
        for write in change.writes { present |= 1 << write.field.fieldClass.rawValue }
        var commitments: [Commitment] = []
        commitments.reserveCapacity(present.nonzeroBitCount)
        // One buffer for all: a roster of 100,000 rows makes 800,000 of these hashes.
        var buffer = ByteWriter(reserving: 64 + change.bodies.count + change.writes.count * 6)
        for rawClass in UInt8(0)..<8 where present & 1 << rawClass != 0 {
            buffer.bytes.removeAll(keepingCapacity: true)
            buffer.label("rc1.salt")
            buffer.raw(leaf)
            buffer.u8(rawClass)
            withSHA256(of: buffer.bytes) { salt in
                buffer.bytes.removeAll(keepingCapacity: true)
                buffer.label("rc1.commit")
                buffer.bytes.append(contentsOf: salt.prefix(16))
            }
            for write in change.writes where write.field.fieldClass.rawValue == rawClass {
                buffer.varint(UInt64(write.field.rawValue))
                buffer.varint(write.body.count)
                change.bodies.withUnsafeBufferPointer { bodies in
                    buffer.bytes.append(
                        contentsOf: UnsafeBufferPointer(rebasing: bodies[write.body]))
                }
            }
            commitments.append(
                Commitment(fieldClass: FieldClass(rawClass), hash: sha256(buffer.bytes)))
        }
        return commitments
    }

    /// h(0).
    public func start(of replica: ReplicaID) -> [UInt8] {
        var hash = LabelledHash("rc1.chain")
        hash.add(register.bytes)
        hash.add(replica)
        return hash.finish()
    }

    /// h(n) from h(n−1).
    public func link(
        _ previous: [UInt8], _ change: Change, _ commitments: [Commitment], _ table: ReplicaTable
    ) -> [UInt8] {
        link(previous, header: CanonicalHeader.encode(change, table), commitments)
    }

    public func link(_ previous: [UInt8], header: [UInt8], _ commitments: [Commitment]) -> [UInt8] {
        var hash = LabelledHash("rc1.link", reserving: 64 + header.count + commitments.count * 33)
        hash.add(previous)
        hash.add(byteString: header)
        hash.add(u8: UInt8(commitments.count))
        for commitment in commitments {
            hash.add(u8: commitment.fieldClass.rawValue)
            hash.add(commitment.hash)
        }
        return hash.finish()
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
