import RollcallCore
import Testing

@testable import RollcallWire

/// Headers, bodies, columns and changes messages: sections 4 and 7a.
enum ChangeDecoders {
    static let all: [String: VectorTests.Decoder] = [
        "header": header, "body": body, "number_column": numberColumn, "value_column": valueColumn,
        "changes": changes,
    ]

    // MARK: - headers

    /// Nobody receives a header by itself, so the program only writes them; this reads one.
    private static func header(_ vector: VectorFile) throws -> Decoded {
        var reader = ByteReader(vector.bytes)
        var own = ByteReader(try #require(vector.givenBytes("replica")))
        var table = ReplicaTable()
        var replicas = [table.insert(try ReplicaID(from: &own, "own replica"))]
        let kind = try reader.varint("kind")
        let counter = try reader.varint("counter")
        guard counter > 0 else { throw FormatError(.badReference, "counter") }
        for _ in 0..<(try reader.count("replicas", max: Limits.replicasPerMessageMax)) {
            replicas.append(table.insert(try ReplicaID(from: &reader, "replica")))
        }
        func reference() throws -> Dot? {
            let index = try reader.varint("index")
            guard index < UInt64(replicas.count) else {
                throw FormatError(.indexOutOfRange, "index")
            }
            let counter = try reader.varint("counter")
            return counter == 0 ? nil : Dot(replicas[Int(index)], counter)
        }
        let creation = try reference()
        let record = try #require(creation)
        var change = Change(
            dot: Dot(replicas[0], counter), kind: kind, record: record,
            operatorDot: try reference(),
            recordedAt: try reader.varint("recorded at"))
        for _ in 0..<(try reader.count("writes", max: Limits.writesPerChangeMax)) {
            let field = FieldNumber(UInt32(try reader.varint("field")))
            if let last = change.writes.last, field <= last.field {
                throw FormatError(.notSorted, "fields")
            }
            var names: [Dot] = []
            for _ in 0..<(try reader.count("names", max: Limits.namesPerChangeMax)) {
                let named = try reference()
                let name = try #require(named)
                if let last = names.last, !table.precedes(last, name) {
                    throw FormatError(.notSorted, "names")
                }
                names.append(name)
            }
            change.append(field, names: names, body: [])
        }
        change.extras = try reader.byteString("extras")
        try reader.finish("header")

        var decoded = Decoded(encoded: CanonicalHeader.encode(change, table))
        tell(&decoded, "header", change, table, withBodies: false)
        return decoded
    }

    static func tell(
        _ decoded: inout Decoded, _ path: String, _ change: Change, _ table: ReplicaTable,
        withBodies: Bool = true
    ) {
        decoded.add("\(path).counter", change.dot.counter)
        decoded.add("\(path).kind", change.kind)
        decoded.add("\(path).record", bytes: bytes(of: change.record, table))
        decoded.add(
            "\(path).operator", bytes: change.operatorDot.map { bytes(of: $0, table) } ?? [])
        decoded.add("\(path).recorded_at", change.recordedAt)
        decoded.add("\(path).extras", bytes: change.extras)
        decoded.add("\(path).writes", change.writes.count)
        for (position, write) in change.writes.enumerated() {
            let path = "\(path).write.\(position)"
            decoded.add("\(path).field", write.field.rawValue)
            decoded.add("\(path).names", write.names.count)
            for (place, name) in write.names.enumerated() {
                decoded.add("\(path).name.\(place)", bytes: bytes(of: name, table))
            }
            if withBodies { decoded.add("\(path).body", bytes: change.body(of: write)) }
        }
    }

    static func bytes(of dot: Dot, _ table: ReplicaTable) -> [UInt8] {
        var writer = ByteWriter()
        table.encode(dot, to: &writer)
        return writer.bytes
    }

    // MARK: - bodies

    private static func body(_ vector: VectorFile) throws -> Decoded {
        let body = try Body(strictly: vector.bytes, 0..<vector.bytes.count)
        let (headRange, valueRange) = try Body.valueStart(vector.bytes, 0..<vector.bytes.count)
        var head = ByteReader(vector.bytes, headRange)
        let form = head.isAtEnd ? 0 : try head.u8("form")
        var items: [(type: UInt64, bytes: [UInt8])] = []
        while !head.isAtEnd { items.append((try head.varint("type"), try head.byteString("item"))) }

        var decoded = Decoded()
        decoded.add("body.form", form)
        decoded.add("body.items", items.count)
        for (position, item) in items.enumerated() {
            decoded.add("body.item.\(position).type", item.type)
            switch item.type {
            case 1: decoded.add("body.item.\(position).value", text: try #require(body.source))
            case 2: decoded.add("body.item.\(position).value", text: try #require(body.reason))
            default: decoded.add("body.item.\(position).value", bytes: item.bytes)
            }
        }
        tell(&decoded, body.content, vector.bytes[valueRange])
        let isWrittenSo = form != 0 || !items.isEmpty || headRange.isEmpty
        if isWrittenSo, items.allSatisfy({ (1...2).contains($0.type) || form == 6 && $0.type == 3 })
        {
            decoded.encoded = body.encoded()
        }
        return decoded
    }

    private static func tell(
        _ decoded: inout Decoded, _ content: Content, _ value: ArraySlice<UInt8>
    ) {
        switch content {
        case .text(let text): decoded.add("body.text", text: text)
        case .state(let state): decoded.add("body.state", state.name)
        case .removal: break
        case .event(let stage, let time):
            decoded.add("body.stage", text: stage)
            decoded.add("body.time", time)
        case .entry(let bytes): decoded.add("body.entry", bytes: bytes)
        case .mark(let mark):
            decoded.add("body.mark", mark.isRemoved ? "removed" : "restored")
            for (position, dot) in mark.shown.sorted(by: { $0.precedes($1) }).enumerated() {
                decoded.add("body.dot.\(position)", bytes: bytes(dot))
            }
        case .record(let name):
            decoded.add("body.record", bytes: Self.bytes(name))
        case .verification(let verification):
            decoded.add("body.outcome", "\(verification.outcome)")
            decoded.add("body.field", verification.field.rawValue)
            decoded.add("body.station", text: verification.station)
            let checked = verification.checked.sorted { $0.precedes($1) }
            for (position, dot) in checked.enumerated() {
                decoded.add("body.dot.\(position)", bytes: Self.bytes(dot))
            }
        case .sealed(let sealed):
            decoded.add("body.key", sealed.keyID)
            decoded.add("body.check", bytes: sealed.check)
            decoded.add("body.sealed", bytes: sealed.bytes)
        case .opaque: decoded.add("body.value", bytes: value)
        }
    }

    private static func bytes(_ dot: NamedDot) -> [UInt8] {
        var writer = ByteWriter()
        dot.replica.encode(to: &writer)
        writer.u64(dot.counter)
        return writer.bytes
    }

    // MARK: - columns

    private static func numberColumn(_ vector: VectorFile) throws -> Decoded {
        let count = Int(try vector.givenNumber("count"))
        var reader = ByteReader(vector.bytes)
        let numbers = try NumberColumn.decode(count, from: &reader, "column")
        try reader.finish("column")
        var writer = ByteWriter()
        NumberColumn.encode(numbers, to: &writer)
        var again = ByteReader(writer.bytes)
        #expect(try NumberColumn.decode(count, from: &again, "column") == numbers)
        var decoded = Decoded()
        for (position, number) in numbers.enumerated() { decoded.add("column.\(position)", number) }
        return decoded
    }

    private static func valueColumn(_ vector: VectorFile) throws -> Decoded {
        let count = Int(try vector.givenNumber("count"))
        var reader = ByteReader(vector.bytes)
        let values = try ValueColumn.decode(count, from: &reader, "column").map {
            Array(vector.bytes[$0])
        }
        try reader.finish("column")
        var table = ReplicaTable()
        let change = try anyChange(of: values, &table)
        let sources = change.writes.map { ValueColumn.Source(change: 0, range: $0.body) }
        var writer = ByteWriter()
        ValueColumn.encode(sources, in: [change], to: &writer)
        var again = ByteReader(writer.bytes)
        #expect(
            try ValueColumn.decode(count, from: &again, "column").map { Array(writer.bytes[$0]) }
                == values)
        var decoded = Decoded()
        for (position, value) in values.enumerated() {
            decoded.add("column.\(position)", bytes: value)
        }
        return decoded
    }

    private static func anyChange(of values: [[UInt8]], _ table: inout ReplicaTable) throws
        -> Change
    {
        let node = try #require(NodeID([UInt8](repeating: 9, count: 32)))
        let dot = Dot(table.insert(ReplicaID(node: node, lane: .data, incarnation: 1)), 1)
        var change = Change(
            dot: dot, kind: ChangeKind.edit, record: dot, operatorDot: nil, recordedAt: 0)
        for (position, value) in values.enumerated() {
            change.append(FieldNumber(UInt32(position)), names: [], body: value)
        }
        return change
    }

    // MARK: - changes messages

    private static func changes(_ vector: VectorFile) throws -> Decoded {
        var table = ReplicaTable()
        var numbering = try numbering(vector, &table)
        let message = try ChangesMessage(vector.bytes, table: &table, numbering: &numbering)
        try expectRoundTrip(message, table)
        var decoded = Decoded()
        tell(&decoded, message, table)
        return decoded
    }

    /// The numbers that were given earlier in the session.
    static func numbering(_ vector: VectorFile, _ table: inout ReplicaTable) throws
        -> SessionReplicas
    {
        var numbering = SessionReplicas()
        for (position, replica) in vector.givenList("replica").enumerated() {
            var writer = ByteWriter()
            writer.varint(position)
            writer.raw(try #require(Hex.bytes(replica)))
            var reader = ByteReader(writer.bytes)
            _ = try numbering.decodeMention(from: &reader, &table, "given replica")
        }
        return numbering
    }

    static func expectRoundTrip(_ message: ChangesMessage, _ table: ReplicaTable) throws {
        var writing = SessionReplicas()
        let bytes = message.encode(table, numbering: &writing)
        var reading = SessionReplicas()
        var table = table
        let again = try ChangesMessage(bytes, table: &table, numbering: &reading)
        #expect(again == message)
    }

    static func tell(_ decoded: inout Decoded, _ message: ChangesMessage, _ table: ReplicaTable) {
        decoded.add("changes.replica", bytes: table[message.replica].bytes)
        decoded.add("changes.first", message.first)
        decoded.add("changes.start", bytes: message.startHash ?? [])
        decoded.add("changes.segments", message.segments.count)
        for (position, segment) in message.segments.enumerated() {
            decoded.add("changes.segment.\(position).changes", segment.changeCount)
            decoded.add("changes.segment.\(position).signature", bytes: segment.signature)
        }
        decoded.add("changes.salts", message.salts.count / 16)
        for (position, subtree) in message.subtrees.enumerated() {
            let salt = message.salts[(position * 16)..<(position * 16 + 16)]
            decoded.add(
                "changes.salt.\(position)",
                "\(subtree.first) \(1 << subtree.level) \(Hex.text(salt))")
        }
        for (position, change) in message.changes.enumerated() {
            tell(&decoded, "changes.change.\(position)", change, table)
            let erased = change.erased ?? []
            for start in stride(from: 0, to: erased.count, by: 33) {
                decoded.add(
                    "changes.change.\(position).erased.\(erased[start])",
                    bytes: erased[(start + 1)..<(start + 33)])
            }
        }
    }
}
