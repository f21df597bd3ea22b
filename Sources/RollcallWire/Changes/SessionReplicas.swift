import RollcallCore

/// The numbers that one sender gives replicas in the order it first mentions them (specification 7a).
public struct SessionReplicas: Sendable {
    private var replicas: [ReplicaNumber] = []
    private var indices: [ReplicaNumber: Int] = [:]

    public init() {}

    mutating func encodeMention(
        of replica: ReplicaNumber, _ table: ReplicaTable, to writer: inout ByteWriter
    ) {
        if let known = indices[replica] {
            writer.varint(known)
            return
        }
        writer.varint(replicas.count)
        table[replica].encode(to: &writer)
        append(replica)
    }

    mutating func decodeMention(
        from reader: inout ByteReader, _ table: inout ReplicaTable,
        _ field: @autoclosure () -> String
    ) throws(FormatError) -> ReplicaNumber {
        let index = try reader.varint(field())
        if index < UInt64(replicas.count) { return replicas[Int(index)] }
        guard index == UInt64(replicas.count) else { throw FormatError(.indexOutOfRange, field()) }
        let id = try ReplicaID(from: &reader, field())
        guard !table.isFull || table.number(of: id) != nil else {
            throw FormatError(.tooMany, field())
        }
        let number = table.insert(id)
        append(number)
        return number
    }

    private mutating func append(_ replica: ReplicaNumber) {
        indices[replica] = replicas.count
        replicas.append(replica)
    }
}
