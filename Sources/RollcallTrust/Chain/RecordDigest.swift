public import RollcallCore

/// The state of one record as one hash.
public struct RecordDigest {
    private var hash: LabelledHash
    private let table: ReplicaTable

    public init(record: Dot, _ table: ReplicaTable) {
        self.table = table
        hash = LabelledHash("rc1.rec", reserving: 320)
        add(record)
    }

    /// Begins another record in the memory of this one.
    public mutating func restart(record: Dot) {
        hash.restart("rc1.rec")
        add(record)
    }

    private mutating func add(_ dot: Dot) {
        hash.add(table[dot.replica])
        hash.add(u64: dot.counter)
    }

    /// Adds one change's live writes; changes come in order of dot, fields ascending.
    public mutating func add(_ dot: Dot, fields: [FieldNumber], _ commitments: [Commitment]) {
        add(dot)
        hash.add(varint: UInt64(fields.count))
        var present: UInt8 = 0
        for field in fields {
            hash.add(varint: UInt64(field.rawValue))
            present |= 1 << field.fieldClass.rawValue
        }
        for commitment in commitments where present & 1 << commitment.fieldClass.rawValue != 0 {
            hash.add(u8: commitment.fieldClass.rawValue)
            hash.add(commitment.digest)
        }
    }

    public func finish() -> [UInt8] { hash.finish() }

    public func finish(to writer: inout ByteWriter) { hash.finish(to: &writer) }

    /// Adds the change that is all of a record, every write of it live.
    public mutating func add(whole change: Change, _ commitments: [Commitment]) {
        guard !change.writes.isEmpty else { return }
        add(change.dot)
        hash.add(varint: UInt64(change.writes.count))
        for index in change.writes.indices {
            hash.add(varint: UInt64(change.writes[index].field.rawValue))
        }
        for commitment in commitments {
            hash.add(u8: commitment.fieldClass.rawValue)
            hash.add(commitment.digest)
        }
    }

    /// The digest of a record of which one change is all.
    public static func of(
        _ change: Change, _ commitments: [Commitment], _ table: ReplicaTable
    ) -> [UInt8] {
        var digest = RecordDigest(record: change.record, table)
        digest.add(whole: change, commitments)
        return digest.finish()
    }
}
