public import RollcallCore
import RollcallWire

/// The entry that destroys the values of changes on every laptop.
public struct EraseEntry: Equatable, Sendable {
    /// A record, and those of its changes that lose their values; dots by replica and counter.
    public struct Erased: Equatable, Sendable {
        public var record: Name
        public var changes: [Name]

        public init(record: Name, changes: [Name]) {
            self.record = record
            self.changes = changes.sorted { $0.precedes($1) }
        }
    }

    /// A dot that needs no table.
    public struct Name: Hashable, Sendable {
        public var replica: ReplicaID
        public var counter: UInt64

        public init(replica: ReplicaID, counter: UInt64) {
            self.replica = replica
            self.counter = counter
        }

        func precedes(_ other: Name) -> Bool {
            replica == other.replica
                ? counter < other.counter : replica.precedes(other.replica)
        }
    }

    public var reason: String
    public private(set) var records: [Erased]

    public init(reason: String, records: [Erased]) {
        self.reason = reason
        self.records = records.sorted { $0.record.precedes($1.record) }
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        reason = try reader.text("reason", max: Limits.reasonBytesMax)
        let replicas = try Self.replicas(from: &reader, min: 1)
        records = []
        for _ in 0..<(try reader.count("records", min: 1, bytesEach: 5)) {
            let record = try Self.name(from: &reader, replicas)
            if let last = records.last, !last.record.precedes(record) {
                throw FormatError(.notSorted, "records")
            }
            var changes: [Name] = []
            for _ in 0..<(try reader.count("changes", min: 1, bytesEach: 2)) {
                let change = try Self.name(from: &reader, replicas)
                if let last = changes.last, !last.precedes(change) {
                    throw FormatError(.notSorted, "changes")
                }
                changes.append(change)
            }
            records.append(Erased(record: record, changes: changes))
        }
        try reader.finish("erase")
    }

    /// The table of replicas that dots of an entry refer to.
    static func replicas(
        from reader: inout ByteReader, min least: Int
    ) throws(FormatError) -> [ReplicaID] {
        var replicas: [ReplicaID] = []
        for _ in 0..<(try reader.count("replicas", min: least, bytesEach: 41)) {
            let replica = try ReplicaID(from: &reader, "replica")
            // Who may speak is never erased, and so never kept from it.
            guard replica.lane == .data else { throw FormatError(.badReference, "replica") }
            if let last = replicas.last, !last.precedes(replica) {
                throw FormatError(.notSorted, "replicas")
            }
            replicas.append(replica)
        }
        return replicas
    }

    static func name(
        from reader: inout ByteReader, _ replicas: [ReplicaID]
    ) throws(FormatError) -> Name {
        let index = try reader.varint("replica")
        guard index < UInt64(replicas.count) else {
            throw FormatError(.indexOutOfRange, "replica")
        }
        let counter = try reader.varint("counter")
        guard counter > 0, counter <= Limits.counterMax else {
            throw FormatError(.badReference, "counter")
        }
        return Name(replica: replicas[Int(index)], counter: counter)
    }

    public func encoded() -> [UInt8] {
        var used: Set<ReplicaID> = []
        for erased in records {
            used.insert(erased.record.replica)
            used.formUnion(erased.changes.map(\.replica))
        }
        let replicas = used.sorted { $0.precedes($1) }
        let index = Dictionary(uniqueKeysWithValues: zip(replicas, UInt64(0)...))
        var writer = ByteWriter()
        writer.text(reason)
        writer.varint(replicas.count)
        for replica in replicas { replica.encode(to: &writer) }
        writer.varint(records.count)
        for erased in records {
            writer.varint(index[erased.record.replica] ?? 0)
            writer.varint(erased.record.counter)
            writer.varint(erased.changes.count)
            for change in erased.changes {
                writer.varint(index[change.replica] ?? 0)
                writer.varint(change.counter)
            }
        }
        return writer.bytes
    }
}
