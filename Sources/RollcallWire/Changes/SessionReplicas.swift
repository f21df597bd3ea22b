import RollcallCore

/// The numbers that one sender gives replicas in the order it first mentions them (specification 7a).
public struct SessionReplicas: Equatable, Sendable {
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

    /// As after encoding a mention.
    mutating func mention(_ replica: ReplicaNumber) {
        if indices[replica] == nil { append(replica) }
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

extension ChangesMessage {
    /// Gives numbers to what the message mentions, as encoding it does: others can then be encoded beside it.
    public func mention(in numbering: inout SessionReplicas) {
        numbering.mention(replica)
        var references = References(own: replica)
        for change in changes {
            references.mention(change.record)
            if let dot = change.operatorDot { references.mention(dot) }
            for index in change.writes.indices {
                for name in change.writes[index].names { references.mention(name) }
            }
        }
        for other in references.others { numbering.mention(other) }
    }
}
