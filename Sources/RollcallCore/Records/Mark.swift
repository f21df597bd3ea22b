/// A dot by its replica's own name, as it stands in a body.
public struct NamedDot: Hashable, Sendable {
    public var replica: ReplicaID
    public var counter: UInt64

    public init(replica: ReplicaID, counter: UInt64) {
        self.replica = replica
        self.counter = counter
    }

    /// The canonical order of dots.
    public func precedes(_ other: NamedDot) -> Bool {
        replica == other.replica ? counter < other.counter : replica.precedes(other.replica)
    }

    func encode(to writer: inout ByteWriter) {
        replica.encode(to: &writer)
        writer.varint(counter)
    }

    init(from reader: inout ByteReader, _ field: String) throws(FormatError) {
        replica = try ReplicaID(from: &reader, field)
        counter = try Self.counter(from: &reader, field)
    }

    private static func counter(
        from reader: inout ByteReader, _ field: String
    ) throws(FormatError) -> UInt64 {
        let counter = try reader.varint(field)
        guard counter > 0, counter <= Dot.counterMax else {
            throw FormatError(.badReference, field)
        }
        return counter
    }

    // MARK: - many of them

    /// Replicas in the order of their first mention, then the dots, ascending.
    static func encode(_ all: Set<NamedDot>, to writer: inout ByteWriter) {
        let dots = all.sorted { $0.precedes($1) }
        var replicas: [ReplicaID] = []
        for dot in dots where replicas.last != dot.replica { replicas.append(dot.replica) }
        writer.varint(replicas.count)
        for replica in replicas { replica.encode(to: &writer) }
        writer.varint(dots.count)
        var index = 0
        for dot in dots {
            while replicas[index] != dot.replica { index += 1 }
            writer.varint(index)
            writer.varint(dot.counter)
        }
    }

    static func all(from reader: inout ByteReader) throws(FormatError) -> Set<NamedDot> {
        let replicaCount = try reader.count("replicas")
        var replicas: [ReplicaID] = []
        for _ in 0..<replicaCount { replicas.append(try ReplicaID(from: &reader, "replica")) }
        let dotCount = try reader.count("dots")
        var all: Set<NamedDot> = []
        var mentioned: [ReplicaID] = []
        var previous: NamedDot?
        for _ in 0..<dotCount {
            let index = try reader.varint("dot")
            guard index < UInt64(replicas.count) else {
                throw FormatError(.indexOutOfRange, "dot")
            }
            let dot = NamedDot(
                replica: replicas[Int(index)], counter: try counter(from: &reader, "dot"))
            if let previous, !previous.precedes(dot) { throw FormatError(.notSorted, "dots") }
            previous = dot
            all.insert(dot)
            if mentioned.last != dot.replica { mentioned.append(dot.replica) }
        }
        guard mentioned == replicas else { throw FormatError(.notSorted, "replicas") }
        return all
    }
}

/// A person's mark on a whole record: removed or restored, and the live dots they were shown.
public struct Mark: Hashable, Sendable {
    public var isRemoved: Bool
    public var shown: Set<NamedDot>

    public init(isRemoved: Bool, shown: Set<NamedDot>) {
        self.isRemoved = isRemoved
        self.shown = shown
    }

    func encode(to writer: inout ByteWriter) {
        writer.u8(isRemoved ? 1 : 2)
        NamedDot.encode(shown, to: &writer)
    }

    init(from reader: inout ByteReader) throws(FormatError) {
        switch try reader.u8("mark") {
        case 1: isRemoved = true
        case 2: isRemoved = false
        default: throw FormatError(.outOfLimits, "mark")
        }
        shown = try NamedDot.all(from: &reader)
    }
}

/// A person's mark that one field's value was compared with one source.
///
/// The source stands in the head of the body.
public struct Verification: Hashable, Sendable {
    public enum Outcome: UInt8, Sendable, CaseIterable {
        case confirmed = 1
        case contradicted = 2
        /// Nothing could be read from the source, or it does not say.
        case unable = 3
    }

    public var outcome: Outcome
    public var field: FieldNumber
    /// Where it was compared, as people there call the place; may be empty.
    public var station: String
    /// The writes that were shown as the field's value: it lapses when they are no longer all that is live.
    public var checked: Set<NamedDot>

    public static let stationBytesMax = 256

    public init(
        outcome: Outcome, field: FieldNumber, station: String, checked: Set<NamedDot>
    ) {
        self.outcome = outcome
        self.field = field
        self.station = station
        self.checked = checked
    }

    func encode(to writer: inout ByteWriter) {
        writer.u8(outcome.rawValue)
        writer.varint(UInt64(field.rawValue))
        writer.text(station)
        NamedDot.encode(checked, to: &writer)
    }

    init(from reader: inout ByteReader) throws(FormatError) {
        guard let outcome = Outcome(rawValue: try reader.u8("outcome")) else {
            throw FormatError(.outOfLimits, "outcome")
        }
        self.outcome = outcome
        let number = try reader.varint("field")
        guard number <= UInt32.max else { throw FormatError(.outOfLimits, "field") }
        field = FieldNumber(UInt32(number))
        station = try reader.text("station")
        guard station.utf8.count <= Self.stationBytesMax else {
            throw FormatError(.outOfLimits, "station")
        }
        checked = try NamedDot.all(from: &reader)
        guard !checked.isEmpty else { throw FormatError(.outOfLimits, "checked") }
    }
}
