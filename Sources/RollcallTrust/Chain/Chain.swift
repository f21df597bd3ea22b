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
        for rawClass in UInt8(0)..<8 where present & 1 << rawClass != 0 {
            let fieldClass = FieldClass(rawClass)
            commitments.append(
                commitment(to: change, in: fieldClass, salt: classSalt(leaf, fieldClass)))
        }
        return commitments
    }

    /// The salt of one class of one change.
    public static func classSalt(_ leaf: [UInt8], _ fieldClass: FieldClass) -> [UInt8] {
        var hash = LabelledHash("rc1.salt", reserving: 32)
        hash.add(leaf)
        hash.add(u8: fieldClass.rawValue)
        return hash.finish16()
    }

    public static func commitment(
        to change: Change, in fieldClass: FieldClass, salt: [UInt8]
    ) -> Commitment {
        var hash = LabelledHash("rc1.commit", reserving: 64 + change.bodies.count)
        hash.add(salt)
        for write in change.writes where write.field.fieldClass == fieldClass {
            hash.add(varint: UInt64(write.field.rawValue))
            hash.add(byteString: change.body(of: write))
        }
        return Commitment(fieldClass: fieldClass, hash: hash.finish())
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
