import RollcallCore
import Testing

@testable import RollcallWire

@Suite struct ChangesMessageTests {
    @Test(arguments: 1...200 as ClosedRange<UInt64>) func `random changes come back`(seed: UInt64)
        throws
    {
        var generator = SeededGenerator(seed: seed)
        let first = [1, 2, 200, 255, 256, 257, 1 << 30][generator.below(7)] as UInt64
        let changes = randomChanges(
            &generator, count: 1 + generator.below(seed % 20 == 0 ? 600 : 40), first: first)
        var sent = message(changes)
        if first > 1, seed % 2 == 0 { sent.startHash = generator.bytes(32) }
        let (received, _) = try decoded(encoded(sent))
        #expect(received == sent)
    }

    @Test func `numbers of replicas are given once in a session`() throws {
        var generator = SeededGenerator(seed: 1)
        var table = replicas()
        var sending = SessionReplicas()
        var receiving = SessionReplicas()
        var lengths: [Int] = []
        for _ in 0..<3 {
            let sent = message(randomChanges(&generator, count: 40, first: 1))
            var mentioning = sending
            sent.mention(in: &mentioning)
            let bytes = sent.encode(table, numbering: &sending)
            #expect(sending == mentioning)
            lengths.append(bytes.count)
            #expect(try ChangesMessage(bytes, table: &table, numbering: &receiving) == sent)
        }
        #expect(table.count == 4)
    }

    @Test(
        arguments: [
            ([7, 7, 7, 7, 7], NumberColumn.constant), ([1, 900, 2, 70_000, 3], NumberColumn.each),
            ([1 << 40, 1 << 40 + 1, 1 << 40 + 3, 1 << 40], NumberColumn.steps),
            ([5], NumberColumn.constant),
            ([.max, 0, .max], NumberColumn.steps),
        ] as [([UInt64], UInt8)])
    func `a number column is written in its shortest mode`(numbers: [UInt64], mode: UInt8) throws {
        var writer = ByteWriter()
        NumberColumn.encode(numbers, to: &writer)
        #expect(writer.bytes.first == mode)
        var reader = ByteReader(writer.bytes)
        #expect(try NumberColumn.decode(numbers.count, from: &reader, "column") == numbers)
        #expect(reader.isAtEnd)
    }

    @Test func `a value column is written in every mode that suits its values`() throws {
        func mode(_ values: [String]) throws -> UInt8? {
            var change = randomChange
            for (position, value) in values.enumerated() {
                change.append(FieldNumber(UInt32(position)), names: [], body: Array(value.utf8))
            }
            let sources = change.writes.map { ValueColumn.Source(change: 0, range: $0.body) }
            var writer = ByteWriter()
            ValueColumn.encode(sources, in: [change], to: &writer)
            var reader = ByteReader(writer.bytes)
            let ranges = try ValueColumn.decode(values.count, from: &reader, "column")
            #expect(reader.isAtEnd)
            #expect(ranges.map { Array(writer.bytes[$0]) } == values.map { Array($0.utf8) })
            return writer.bytes.first
        }
        #expect(try mode([]) == nil)
        #expect(try mode(["a\nb", ""]) == ValueColumn.lengths)
        #expect(try mode(["Kyiv", "Lviv"]) == ValueColumn.lines)
        #expect(try mode((0..<40).map { ["m", "f"][$0 % 2] }) == ValueColumn.dictionary)
        #expect(try mode((0..<1_000).map { "\($0 % 300)" } + ["0"]) == ValueColumn.lines)
        #expect(
            try mode((0..<500).map { "\($0 / 2 % 150)" } + (0..<500).map { "\($0 % 300)" })
                == ValueColumn.dictionary)
    }

    private var randomChange: Change {
        let dot = Dot(ReplicaNumber(0), 1)
        return Change(dot: dot, kind: ChangeKind.edit, record: dot, operatorDot: nil, recordedAt: 0)
    }

    // MARK: - limits

    private func edit(_ counter: UInt64, body: [UInt8]) -> Change {
        let dot = Dot(ReplicaNumber(0), counter)
        var change = Change(
            dot: dot, kind: ChangeKind.edit, record: dot, operatorDot: nil, recordedAt: 0)
        change.append(FieldNumber(130), names: [], body: body)
        return change
    }

    @Test func `a body at its limit is taken, one over it refused`() {
        let body = [0] + [UInt8](repeating: 1, count: Limits.bodyBytesMax - 1)
        #expect(refusal(encoded(message([edit(1, body: body)]))) == nil)
        #expect(refusal(encoded(message([edit(1, body: body + [1])]))) == .valueTooLong)
    }

    @Test func `a change at its limit is taken, one a byte longer refused`() {
        var change = randomChange
        for field in UInt32(0)..<4 {
            change.append(
                FieldNumber(130 + field * 32), names: [],
                body: [0] + [UInt8](repeating: 1, count: 65_000))
        }
        let table = replicas()
        func length() -> Int { change.bodies.count + CanonicalHeader.encode(change, table).count }
        change.extras = [UInt8](repeating: 1, count: 1_000)
        change.extras += [UInt8](repeating: 1, count: Limits.changeBytesMax - length())
        #expect(length() == Limits.changeBytesMax)
        #expect(refusal(encoded(message([change]))) == nil)
        change.extras.append(1)
        #expect(refusal(encoded(message([change]))) == .changeTooLong)
    }

    @Test func `the names of a change count together`() {
        func change(_ nameCounts: [Int]) -> Change {
            let dot = Dot(ReplicaNumber(0), 70_000)
            var change = Change(
                dot: dot, kind: ChangeKind.edit, record: dot, operatorDot: nil, recordedAt: 0)
            for (position, count) in nameCounts.enumerated() {
                let names = (0..<UInt64(count)).map { Dot(ReplicaNumber(0), $0 + 1) }
                change.append(FieldNumber(130 + UInt32(position)), names: names, body: [0])
            }
            return change
        }
        #expect(refusal(encoded(message([change([40_000, 25_536])]))) == nil)
        #expect(refusal(encoded(message([change([40_000, 25_537])]))) == .tooMany)
    }

    // MARK: - bombs

    /// A message of many changes that all columns but some keep at their least.
    private func bomb(
        changeCount: Int, shape: [UInt64] = [130], heads: [[UInt8]] = [[]], fields: [UInt8]
    ) -> [UInt8] {
        let table = replicas()
        var writer = ByteWriter()
        writer.varint(0)
        table[ReplicaNumber(0)].encode(to: &writer)
        writer.varint(1)
        writer.u8(0)
        let segmentCount = (changeCount + 255) / 256
        writer.varint(segmentCount)
        for _ in 0..<segmentCount {
            writer.varint(256)
            writer.raw([UInt8](repeating: 0, count: 64))
        }
        writer.u8(0)
        writer.raw([UInt8](repeating: 0, count: segmentCount * 16))
        writer.varint(0)
        writer.raw([0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        writer.varint(1)
        writer.varint(shape.count)
        for step in shape { writer.varint(step) }
        writer.raw([0, 0])
        writer.varint(heads.count)
        for head in heads { writer.byteString(head) }
        writer.raw(fields)
        return writer.bytes
    }

    /// What expands without bounds does not come back from this.
    private func expectBounded(_ expected: Refusal?, _ bytes: [UInt8]) {
        #expect(refusal(bytes) == expected)
    }

    @Test func `a message as full of changes as it may be is read`() {
        expectBounded(nil, bomb(changeCount: 65_536, fields: [0, 0, 0, 0, 0, 0, 0]))
    }

    @Test func `more writes than a message may have, from one shape, are refused at once`() {
        expectBounded(
            .tooMany, bomb(changeCount: 65_536, shape: [UInt64](repeating: 1, count: 5), fields: [])
        )
    }

    @Test(arguments: [0x0f, 0xff])
    func `names without end in a constant column are refused at once`(last: UInt8) {
        expectBounded(
            .tooMany, bomb(changeCount: 65_536, fields: [0, 0x80 | last, 0xff, 0xff, 0x0f]))
    }

    @Test func `a long head that all share is refused before it is copied`() {
        let head = [UInt8](repeating: 0, count: 60_000)
        expectBounded(
            .outOfLimits, bomb(changeCount: 65_536, heads: [head], fields: [0, 0, 0, 0, 0, 0, 0]))
    }

    @Test func `a long value that all share is refused before it is copied`() {
        var writer = ByteWriter()
        writer.raw([0, 0, 0, 0, 2, 1])
        writer.raw([UInt8](repeating: 1, count: 60_000) + [0x0a])
        writer.raw([UInt8](repeating: 0, count: 65_536))
        expectBounded(.outOfLimits, bomb(changeCount: 65_536, fields: writer.bytes))
    }

    @Test func `names of as many replicas as there may be are read`() throws {
        var table = replicas()
        let node = try #require(NodeID([UInt8](repeating: 1, count: 32)))
        let others = (1...UInt64(5_000)).map { incarnation in
            table.insert(ReplicaID(node: node, lane: .data, incarnation: incarnation))
        }
        let dot = Dot(ReplicaNumber(0), 1)
        let changes = (0..<52).map { offset in
            let dot = Dot(dot.replica, dot.counter + UInt64(offset))
            var change = Change(
                dot: dot, kind: ChangeKind.edit, record: dot, operatorDot: nil, recordedAt: 0)
            change.append(FieldNumber(130), names: others.map { Dot($0, 1) }, body: [0])
            return change
        }
        expectBounded(nil, encoded(message(changes), table))
    }
}
