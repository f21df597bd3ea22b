public import RollcallCore

/// The bytes of a change that its link of the chain covers.
public enum CanonicalHeader {
    public static func encode(_ change: Change, _ table: ReplicaTable) -> [UInt8] {
        var writer = ByteWriter(reserving: 96 + change.writes.count * 4)
        encode(change, table, to: &writer)
        return writer.bytes
    }

    public static func encode(_ change: Change, _ table: ReplicaTable, to writer: inout ByteWriter)
    {
        var references = References(own: change.dot.replica)
        references.mention(change.record)
        if let dot = change.operatorDot { references.mention(dot) }
        for index in change.writes.indices where !change.writes[index].names.isEmpty {
            for name in change.writes[index].names { references.mention(name) }
        }

        writer.varint(change.kind)
        writer.varint(change.dot.counter)
        writer.varint(references.others.count)
        for replica in references.others { table[replica].encode(to: &writer) }
        references.encode(change.record, to: &writer)
        if let dot = change.operatorDot {
            references.encode(dot, to: &writer)
        } else {
            writer.varint(0)
            writer.varint(0)
        }
        writer.varint(change.recordedAt)
        writer.varint(change.writes.count)
        // By index: a write taken out of the array is a copy, and counted.
        for index in change.writes.indices {
            writer.varint(UInt64(change.writes[index].field.rawValue))
            writer.varint(change.writes[index].names.count)
            if change.writes[index].names.isEmpty { continue }
            for name in change.writes[index].names { references.encode(name, to: &writer) }
        }
        writer.byteString(change.extras)
    }
}

/// The replicas that some dots refer to, numbered in the order of first mention; 0 is the change's own.
struct References {
    let own: ReplicaNumber
    private(set) var others: [ReplicaNumber] = []
    /// Where to find one, once they are too many to look at each.
    private var indices: [ReplicaNumber: Int] = [:]
    private static let searchedMax = 8

    init(own: ReplicaNumber) { self.own = own }

    mutating func mention(_ dot: Dot) { _ = mention(dot.replica) }

    mutating func mention(_ replica: ReplicaNumber) -> Int {
        if replica == own { return 0 }
        if let known = knownIndex(of: replica) { return known }
        others.append(replica)
        if others.count == Self.searchedMax + 1 {
            for (position, other) in others.enumerated() { indices[other] = position + 1 }
        } else if others.count > Self.searchedMax {
            indices[replica] = others.count
        }
        return others.count
    }

    private func knownIndex(of replica: ReplicaNumber) -> Int? {
        if others.count > Self.searchedMax { return indices[replica] }
        return others.firstIndex(of: replica).map { $0 + 1 }
    }

    private func index(of replica: ReplicaNumber) -> Int {
        guard replica != own else { return 0 }
        guard let index = knownIndex(of: replica) else {
            preconditionFailure("a dot of replica \(replica.rawValue) was not mentioned")
        }
        return index
    }

    func encode(_ dot: Dot, to writer: inout ByteWriter) {
        writer.varint(index(of: dot.replica))
        writer.varint(dot.counter)
    }
}
