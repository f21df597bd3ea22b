/// What has been applied to one record: its changes, and which of their writes are live.
///
/// Live = applied and named by no applied change. Since a name that comes before its dot is remembered,
/// every order of the same changes ends in the same live writes, with no tombstone that could expire.
public struct RecordState: Equatable, Sendable {
    /// Which writes of an applied change are still live.
    public enum Live: Equatable, Sendable {
        /// Every write of the change: what most records are, without listing their fields.
        case all
        case some([FieldNumber])
    }

    public struct Entry: Equatable, Sendable {
        public var dot: Dot
        public var live: Live

        public var hasLive: Bool { live != .some([]) }
    }

    /// A dot that a change named before it came.
    public struct Awaited: Hashable, Sendable {
        public var field: FieldNumber
        public var dot: Dot
    }

    public private(set) var entries: [Entry] = []
    public private(set) var awaited: [Awaited] = []

    public init() {}

    public func includes(_ dot: Dot) -> Bool { entries.contains { $0.dot == dot } }

    /// Whether one change is all that was applied, and all of it is live: most records of a roster.
    public var isOneChange: Bool {
        entries.count == 1 && entries[0].live == .all && awaited.isEmpty
    }

    /// Applies a change of this record; one that is applied already changes nothing.
    ///
    /// - Parameter fieldsWritten: The fields that an earlier applied change wrote, asked when one of
    ///   them is replaced.
    public mutating func apply(
        _ change: Change, fieldsWritten: (Dot) throws -> [FieldNumber]
    ) rethrows {
        guard !includes(change.dot) else { return }
        let nameCount = change.writes.reduce(0) { $0 + $1.names.count }
        if nameCount > Self.searchedMax {
            try replaceMany(change, fieldsWritten)
        } else {
            for write in change.writes {
                for name in write.names { try replace(name, in: write.field, fieldsWritten) }
            }
        }
        if isPlanted(.lastArrivalWins) {
            for write in change.writes {
                for dot in entries.map(\.dot) { try replace(dot, in: write.field, fieldsWritten) }
            }
        }
        var live: Live = .all
        if !awaited.isEmpty {
            let bornReplaced = awaited.filter { $0.dot == change.dot }.map(\.field)
            if !bornReplaced.isEmpty {
                live = .some(change.writes.map(\.field).filter { !bornReplaced.contains($0) })
                awaited.removeAll { $0.dot == change.dot }
            }
        }
        entries.append(Entry(dot: change.dot, live: live))
    }

    /// So many names are looked for one by one; a change may have 65,536.
    private static let searchedMax = 16

    /// As ``replace(_:in:_:)`` for each name, with tables made once of what is looked for.
    private mutating func replaceMany(
        _ change: Change, _ fieldsWritten: (Dot) throws -> [FieldNumber]
    ) rethrows {
        var indices: [Dot: Int] = [:]
        for (index, entry) in entries.enumerated() { indices[entry.dot] = index }
        var known = Set(awaited)
        var live: [Int: Set<FieldNumber>] = [:]
        for write in change.writes {
            for name in write.names {
                guard let index = indices[name] else {
                    let awaitedName = Awaited(field: write.field, dot: name)
                    if known.insert(awaitedName).inserted { awaited.append(awaitedName) }
                    continue
                }
                if live[index] == nil {
                    switch entries[index].live {
                    case .all: live[index] = Set(try fieldsWritten(name))
                    case .some(let fields): live[index] = Set(fields)
                    }
                }
                live[index]?.remove(write.field)
            }
        }
        for (index, left) in live {
            switch entries[index].live {
            case .all:
                let fields = try fieldsWritten(entries[index].dot)
                if left.count < fields.count {
                    entries[index].live = .some(fields.filter(left.contains))
                }
            case .some(let fields):
                entries[index].live = .some(fields.filter(left.contains))
            }
        }
    }

    private mutating func replace(
        _ name: Dot, in field: FieldNumber, _ fieldsWritten: (Dot) throws -> [FieldNumber]
    ) rethrows {
        guard let index = entries.firstIndex(where: { $0.dot == name }) else {
            let awaitedName = Awaited(field: field, dot: name)
            if isPlanted(.awaitedNameForgotten) { return }
            if !awaited.contains(awaitedName) { awaited.append(awaitedName) }
            return
        }
        let fields =
            switch entries[index].live {
            case .all: try fieldsWritten(name)
            case .some(let fields): fields
            }
        guard fields.contains(field) else { return }
        entries[index].live = .some(fields.filter { $0 != field })
    }

    // MARK: as stored

    /// A compact form for the store: dots as this node numbers them.
    public func encoded() -> [UInt8] {
        var writer = ByteWriter(reserving: 16)
        writer.varint(entries.count)
        for entry in entries {
            writer.varint(entry.dot.rawValue)
            switch entry.live {
            case .all: writer.varint(0)
            case .some(let fields):
                writer.varint(fields.count + 1)
                for field in fields { writer.varint(UInt64(field.rawValue)) }
            }
        }
        for name in awaited {
            writer.varint(UInt64(name.field.rawValue))
            writer.varint(name.dot.rawValue)
        }
        return writer.bytes
    }

    /// The form of a record of which one change is all.
    public static func encode(oneChange dot: Dot, to writer: inout ByteWriter) {
        writer.varint(1)
        writer.varint(dot.rawValue)
        writer.varint(0)
    }

    public init(encoded bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        for _ in 0..<(try reader.count("entries", bytesEach: 2)) {
            let dot = try Self.dot(&reader)
            // 0 says that all are live; else it is one more than the fields that are.
            let live = try reader.varint("live fields")
            guard live > 0 else {
                entries.append(Entry(dot: dot, live: .all))
                continue
            }
            guard live - 1 <= UInt64(reader.bytesLeft) else {
                throw FormatError(.truncated, "live fields")
            }
            var fields: [FieldNumber] = []
            for _ in 1..<live {
                fields.append(FieldNumber(UInt32(truncatingIfNeeded: try reader.varint("field"))))
            }
            entries.append(Entry(dot: dot, live: .some(fields)))
        }
        while !reader.isAtEnd {
            let field = FieldNumber(UInt32(truncatingIfNeeded: try reader.varint("awaited field")))
            awaited.append(Awaited(field: field, dot: try Self.dot(&reader)))
        }
    }

    private static func dot(_ reader: inout ByteReader) throws(FormatError) -> Dot {
        guard let dot = Dot(rawValue: try reader.varint("dot")) else {
            throw FormatError(.badReference, "dot")
        }
        return dot
    }
}
