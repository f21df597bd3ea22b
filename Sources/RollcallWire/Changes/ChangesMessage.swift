public import RollcallCore

/// A run of one replica's changes, as sections of the wire (specification 7a).
public struct ChangesMessage: Equatable, Sendable {
    public var replica: ReplicaNumber
    public var first: UInt64
    /// h(first − 1), where the receiver cannot know it.
    public var startHash: [UInt8]?
    public var segments: [Segment]
    /// 16 bytes for each of ``subtrees``.
    public var salts: [UInt8]
    /// The subtrees whose salts are given, where something erased is among those of .
    public var listedSubtrees: [SaltSubtree]?
    public var changes: [Change]

    public init(
        replica: ReplicaNumber, first: UInt64, startHash: [UInt8]? = nil, segments: [Segment],
        salts: [UInt8], listedSubtrees: [SaltSubtree]? = nil, changes: [Change]
    ) {
        self.listedSubtrees = listedSubtrees
        self.replica = replica
        self.first = first
        self.startHash = startHash
        self.segments = segments
        self.salts = salts
        self.changes = changes
    }

    public var last: UInt64 { first + UInt64(changes.count) - 1 }

    /// What ``salts`` are of.
    public var subtrees: [SaltSubtree] {
        listedSubtrees ?? SaltSubtree.given(first: first, last: last)
    }
}

// MARK: - encoding

extension ChangesMessage {
    public func encode(
        _ table: ReplicaTable, numbering: inout SessionReplicas
    ) -> [UInt8] {
        var writer = ByteWriter(reserving: 64 + changes.reduce(0) { $0 + $1.bodies.count })
        numbering.encodeMention(of: replica, table, to: &writer)
        writer.varint(first)
        if let startHash {
            writer.u8(1)
            writer.raw(startHash)
        } else {
            writer.u8(0)
        }
        writer.varint(segments.count)
        for segment in segments {
            writer.varint(segment.changeCount)
            writer.raw(segment.signature)
        }
        encodeSalts(to: &writer)
        encodeColumns(table, numbering: &numbering, to: &writer)
        return writer.bytes
    }

    private func encodeColumns(
        _ table: ReplicaTable, numbering: inout SessionReplicas, to writer: inout ByteWriter
    ) {
        var columns = ChangeColumns(own: replica)
        for (index, change) in changes.enumerated() { columns.append(change, at: index) }

        writer.varint(columns.references.others.count)
        for other in columns.references.others {
            numbering.encodeMention(of: other, table, to: &writer)
        }
        for column in [
            columns.kinds, columns.recordReplicas, columns.recordCounters, columns.operatorReplicas,
            columns.operatorCounters, columns.recordedAt, columns.extrasLengths,
        ] { NumberColumn.encode(column, to: &writer) }
        for change in changes { writer.raw(change.extras) }
        writer.varint(columns.shapes.count)
        for shape in columns.shapes { Self.encode(shape, to: &writer) }
        NumberColumn.encode(columns.shapeIndices, to: &writer)
        writer.varint(columns.heads.count)
        for head in columns.heads { writer.byteString(head) }
        for column in columns.fields.sorted(by: { $0.field < $1.field }) {
            NumberColumn.encode(column.namesCounts, to: &writer)
            NumberColumn.encode(column.nameReplicas, to: &writer)
            NumberColumn.encode(column.nameCounters, to: &writer)
            NumberColumn.encode(column.heads, to: &writer)
            ValueColumn.encode(column.values, in: changes, to: &writer)
        }
    }

    private static func encode(_ shape: [FieldNumber], to writer: inout ByteWriter) {
        writer.varint(shape.count)
        var last: UInt32 = 0
        for field in shape {
            writer.varint(UInt64(field.rawValue - last))
            last = field.rawValue
        }
    }
}

/// The parts of many changes, gathered side by side.
private struct ChangeColumns {
    struct FieldColumn {
        let field: FieldNumber
        var namesCounts: [UInt64] = []
        var nameReplicas: [UInt64] = []
        var nameCounters: [UInt64] = []
        var heads: [UInt64] = []
        var values: [ValueColumn.Source] = []
    }

    var references: References
    var kinds: [UInt64] = []
    var recordReplicas: [UInt64] = []
    var recordCounters: [UInt64] = []
    var operatorReplicas: [UInt64] = []
    var operatorCounters: [UInt64] = []
    var recordedAt: [UInt64] = []
    var extrasLengths: [UInt64] = []
    var shapes: [[FieldNumber]] = []
    var shapeIndices: [UInt64] = []
    var heads: [[UInt8]] = []
    var fields: [FieldColumn] = []

    private var fieldIndices: [FieldNumber: Int] = [:]
    /// For each shape, where among `fields` its columns are.
    private var shapeColumns: [[Int]] = []
    private var shapeNumbers: [[FieldNumber]: Int] = [:]
    private var headNumbers: [[UInt8]: Int] = [:]
    private var lastHead: Int?

    init(own: ReplicaNumber) { references = References(own: own) }

    mutating func append(_ change: Change, at index: Int) {
        let own = change.dot.counter
        kinds.append(change.kind)
        let recordReplica = references.mention(change.record.replica)
        recordReplicas.append(UInt64(recordReplica))
        recordCounters.append(
            recordReplica == 0 ? own &- change.record.counter : change.record.counter)
        if let dot = change.operatorDot {
            operatorReplicas.append(UInt64(references.mention(dot.replica)) + 1)
            operatorCounters.append(dot.counter)
        } else {
            operatorReplicas.append(0)
        }
        recordedAt.append(change.recordedAt)
        extrasLengths.append(UInt64(change.extras.count))

        let shape = number(ofShapeOf: change)
        shapeIndices.append(UInt64(shape))
        change.bodies.withUnsafeBufferPointer { bodies in
            for position in change.writes.indices {
                append(
                    change.writes[position], of: own, bodies, at: index,
                    to: shapeColumns[shape][position])
            }
        }
    }

    private mutating func number(ofShapeOf change: Change) -> Int {
        if let last = shapeIndices.last, matches(shapes[Int(last)], change) { return Int(last) }
        let shape = change.writes.map(\.field)
        if let known = shapeNumbers[shape] { return known }
        shapeNumbers[shape] = shapes.count
        shapes.append(shape)
        shapeColumns.append(
            shape.map { field in
                if let known = fieldIndices[field] { return known }
                fields.append(FieldColumn(field: field))
                fieldIndices[field] = fields.count - 1
                return fields.count - 1
            })
        return shapes.count - 1
    }

    private func matches(_ shape: [FieldNumber], _ change: Change) -> Bool {
        guard shape.count == change.writes.count else { return false }
        return shape.indices.allSatisfy { shape[$0] == change.writes[$0].field }
    }

    private mutating func append(
        _ write: Write, of own: UInt64, _ bodies: UnsafeBufferPointer<UInt8>, at index: Int,
        to column: Int
    ) {
        fields[column].namesCounts.append(UInt64(write.names.count))
        for name in write.names {
            let replica = references.mention(name.replica)
            fields[column].nameReplicas.append(UInt64(replica))
            fields[column].nameCounters.append(
                replica == 0 ? own &- name.counter : name.counter)
        }
        guard let (head, value) = Body.parts(bodies, write.body) else {
            preconditionFailure("a body without a head at counter \(own)")
        }
        fields[column].heads.append(
            UInt64(number(ofHead: UnsafeBufferPointer(rebasing: bodies[head]))))
        fields[column].values.append(ValueColumn.Source(change: index, range: value))
    }

    private mutating func number(ofHead head: UnsafeBufferPointer<UInt8>) -> Int {
        // Most values of a message share their head with the one before.
        if let lastHead, heads[lastHead].elementsEqual(head) { return lastHead }
        let bytes = Array(head)
        let number = headNumbers[bytes] ?? heads.count
        if number == heads.count {
            headNumbers[bytes] = number
            heads.append(bytes)
        }
        lastHead = number
        return number
    }
}

// MARK: - decoding

extension ChangesMessage {
    /// Reads a message.
    ///
    /// Replicas that it defines get numbers in `table`; give copies of `table` and `numbering` and
    /// keep them only if this succeeds.
    public init(
        _ bytes: [UInt8], table: inout ReplicaTable, numbering: inout SessionReplicas
    ) throws(FormatError) {
        var reader = ByteReader(bytes)
        replica = try numbering.decodeMention(from: &reader, &table, "replica")
        first = try reader.varint("first counter")
        guard first > 0, first <= Dot.counterMax else {
            throw FormatError(.badReference, "first counter")
        }
        switch try reader.u8("start") {
        case 0: startHash = nil
        case 1: startHash = try reader.raw(32, "start hash")
        default: throw FormatError(.unknownStart, "start")
        }
        let (segments, changeCount) = try Self.decodeSegments(&reader)
        self.segments = segments
        guard UInt64(changeCount) - 1 <= Dot.counterMax - first else {
            throw FormatError(.badReference, "last counter")
        }
        let given = try GivenSalts(first: first, changeCount: changeCount, &reader)
        salts = given.salts
        listedSubtrees = given.subtrees
        var columns = try ColumnReader(
            replica: replica, first: first, changeCount: changeCount, &reader, &table, &numbering)
        try columns.readFields(&reader, table)
        try reader.finish("changes")
        columns.assemble(reader.bytes)
        changes = columns.changes
        try given.markErased(&changes)
        for change in changes { try Self.judgeLength(change, table) }
    }

    private static func decodeSegments(
        _ reader: inout ByteReader
    ) throws(FormatError) -> ([Segment], Int) {
        let count = try reader.count("segments", min: 1)
        var segments: [Segment] = []
        var total = 0
        for _ in 0..<count {
            let changeCount = try reader.varint("segment length")
            guard changeCount > 0, changeCount <= UInt64(Limits.changesPerSegmentMax) else {
                throw FormatError(.outOfLimits, "segment length")
            }
            total += Int(changeCount)
            segments.append(
                Segment(changeCount: Int(changeCount), signature: try reader.raw(64, "signature")))
        }
        guard total <= Limits.changesPerMessageMax else {
            throw FormatError(.tooManyChanges, "segments")
        }
        return (segments, total)
    }

    /// Bodies and canonical header together.
    ///
    /// The header is only made where it could matter.
    private static func judgeLength(_ change: Change, _ table: ReplicaTable) throws(FormatError) {
        var nameCount = 0
        for index in change.writes.indices { nameCount += change.writes[index].names.count }
        let headerBytesMax =
            64 + change.extras.count + change.writes.count * 10 + (nameCount + 2) * 56
        guard change.bodies.count + headerBytesMax > Limits.changeBytesMax else { return }
        guard
            change.bodies.count + CanonicalHeader.encode(change, table).count
                <= Limits.changeBytesMax
        else {
            throw FormatError(.changeTooLong, "change")
        }
    }
}

/// Reads the columns of a message; each is judged before the next is read.
///
/// The changes are put together when all columns are known, one after the other: what belongs together is then
/// written side by side, in memory of the right size.
private struct ColumnReader {
    let replica: ReplicaNumber
    let first: UInt64
    var changes: [Change] = []
    private var others: [ReplicaNumber] = []
    private var shapes: [[FieldNumber]] = []
    private var shapeIndices: [Int] = []
    /// Where in the message they are, each with its length before it: as it stands in front of a value.
    private var heads: [Range<Int>] = []
    /// Ascending.
    private var fields: [FieldNumber] = []
    private var columns: [FieldColumn] = []
    /// For each shape that a change has, where among `fields` its columns are.
    private var shapeColumns: [[Int]] = []
    /// The changes that write to each field, by position; made when the first field names something.
    private var holders: [[Int]] = []
    private var namesOfEach: [Int] = []
    private var nameCount = 0
    private var bodyBytes = 0

    private struct FieldColumn {
        /// Empty where no write of the field names anything.
        var namesCounts: [Int]
        var names: [Dot]
        var heads: [UInt64]
        /// Where in the message the values are.
        var values: [Range<Int>]
        /// How many of them, and of the names, are put into changes.
        var next = 0
        var nextName = 0
    }

    init(
        replica: ReplicaNumber, first: UInt64, changeCount: Int, _ reader: inout ByteReader,
        _ table: inout ReplicaTable, _ numbering: inout SessionReplicas
    ) throws(FormatError) {
        self.replica = replica
        self.first = first
        var mentioned: Set<ReplicaNumber> = [replica]
        for _ in 0..<(try reader.count("others", max: Limits.replicasPerMessageMax)) {
            let other = try numbering.decodeMention(from: &reader, &table, "other replica")
            guard mentioned.insert(other).inserted else {
                throw FormatError(.badReference, "other replica")
            }
            others.append(other)
        }
        try readHeaders(changeCount, &reader)
        try readShapes(changeCount, &reader)
        for _ in 0..<(try reader.count("heads")) {
            let start = reader.index
            _ = try reader.byteStringRange("head")
            heads.append(start..<reader.index)
        }
    }

    private mutating func readHeaders(_ count: Int, _ reader: inout ByteReader) throws(FormatError)
    {
        let kinds = try NumberColumn.decode(count, from: &reader, "kinds")
        let recordReplicas = try readIndices(
            count, of: others.count + 1, &reader, "record replicas")
        let records = try readDots(recordReplicas, &reader, "record counters") {
            first + UInt64($0)
        }
        let operatorReplicas = try readIndices(
            count, of: others.count + 2, &reader, "operator replicas")
        let operators = try readDots(
            operatorReplicas.compactMap { $0 == 0 ? nil : $0 - 1 }, &reader, "operator counters"
        ) { _ in nil }
        let recordedAt = try NumberColumn.decode(count, from: &reader, "recorded at")
        let extrasLengths = try NumberColumn.decode(count, from: &reader, "extras lengths")

        changes.reserveCapacity(count)
        var operatorIndex = 0
        for index in 0..<count {
            var operatorDot: Dot?
            if operatorReplicas[index] != 0 {
                operatorDot = operators[operatorIndex]
                operatorIndex += 1
            }
            guard extrasLengths[index] <= UInt64(reader.bytesLeft) else {
                throw FormatError(.truncated, "extras")
            }
            changes.append(
                Change(
                    dot: Dot(replica, first + UInt64(index)), kind: kinds[index],
                    record: records[index],
                    operatorDot: operatorDot, recordedAt: recordedAt[index],
                    extras: try reader.raw(Int(extrasLengths[index]), "extras")))
        }
    }

    private mutating func readShapes(_ count: Int, _ reader: inout ByteReader) throws(FormatError) {
        for _ in 0..<(try reader.count("shapes")) {
            var shape: [FieldNumber] = []
            var last: UInt64 = 0
            for position in 0..<(try reader.count("shape", max: Limits.writesPerChangeMax)) {
                let step = try reader.varint("field number")
                if position > 0, step == 0 { throw FormatError(.notSorted, "shape") }
                guard step <= UInt64(UInt32.max), last + step <= UInt64(UInt32.max) else {
                    throw FormatError(.outOfLimits, "field number")
                }
                last += step
                shape.append(FieldNumber(UInt32(last)))
            }
            shapes.append(shape)
        }
        var writeCount = 0
        for index in try readIndices(count, of: shapes.count, &reader, "shape of each") {
            shapeIndices.append(Int(index))
            writeCount += shapes[Int(index)].count
        }
        guard writeCount <= Limits.writesPerMessageMax else {
            throw FormatError(.tooMany, "writes")
        }
    }

    mutating func readFields(_ reader: inout ByteReader, _ table: ReplicaTable) throws(FormatError)
    {
        var changesOfShape = [Int](repeating: 0, count: shapes.count)
        for shape in shapeIndices { changesOfShape[shape] += 1 }
        var holderCounts: [FieldNumber: Int] = [:]
        for (shape, count) in zip(shapes, changesOfShape) where count > 0 {
            for field in shape { holderCounts[field, default: 0] += count }
        }
        fields = holderCounts.keys.sorted()
        var indices: [FieldNumber: Int] = [:]
        for (index, field) in fields.enumerated() { indices[field] = index }
        shapeColumns = zip(shapes, changesOfShape).map { shape, count in
            count > 0 ? shape.map { indices[$0] ?? 0 } : []
        }
        columns.reserveCapacity(fields.count)
        for index in fields.indices {
            columns.append(
                try readField(index, holderCounts[fields[index]] ?? 0, &reader, table))
        }
    }

    private mutating func readField(
        _ index: Int, _ count: Int, _ reader: inout ByteReader, _ table: ReplicaTable
    ) throws(FormatError) -> FieldColumn {
        var counts = try NumberColumn.decode(count, from: &reader, "names counts")
        var names: [Dot] = []
        if counts.contains(where: { $0 > 0 }) {
            if holders.isEmpty { findHolders() }
            try judge(namesCounts: counts, of: holders[index])
            names = try readNames(counts.map { Int($0) }, of: holders[index], &reader, table)
        } else {
            counts = []
        }
        let headIndices = try readIndices(count, of: heads.count, &reader, "heads of values")
        let values = try ValueColumn.decode(count, from: &reader, "values")
        for position in 0..<count {
            let byteCount = heads[Int(headIndices[position])].count + values[position].count
            guard byteCount <= Limits.bodyBytesMax else { throw FormatError(.valueTooLong, "body") }
            bodyBytes += byteCount
            guard bodyBytes <= Limits.bodyBytesPerMessageMax else {
                throw FormatError(.outOfLimits, "bodies")
            }
        }
        return FieldColumn(
            namesCounts: counts.map { Int($0) }, names: names, heads: headIndices, values: values)
    }

    /// In one go for all fields: a peer may give as many fields and shapes as a message has bytes for.
    private mutating func findHolders() {
        holders = [[Int]](repeating: [], count: fields.count)
        for position in shapeIndices.indices {
            for column in shapeColumns[shapeIndices[position]] { holders[column].append(position) }
        }
    }

    /// Makes the changes' writes and bodies of the columns, in one go through each.
    mutating func assemble(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { bytes in
            for position in changes.indices {
                let (writes, bodies) = nextWrites(shapeIndices[position], bytes)
                changes[position].writes = writes
                changes[position].bodies = bodies
            }
        }
    }

    private mutating func nextWrites(
        _ shape: Int, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> ([Write], [UInt8]) {
        var byteCount = 0
        for column in shapeColumns[shape] {
            let next = columns[column].next
            byteCount +=
                heads[Int(columns[column].heads[next])].count + columns[column].values[next].count
        }
        var writes: [Write] = []
        writes.reserveCapacity(shapeColumns[shape].count)
        var bodies: [UInt8] = []
        bodies.reserveCapacity(byteCount)
        for column in shapeColumns[shape] {
            let next = columns[column].next
            columns[column].next = next + 1
            let start = bodies.count
            let head = heads[Int(columns[column].heads[next])]
            bodies.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[head]))
            let value = columns[column].values[next]
            bodies.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[value]))
            writes.append(
                Write(
                    field: fields[column],
                    names: columns[column].namesCounts.isEmpty ? [] : nextNames(column, next),
                    body: start..<bodies.count))
        }
        return (writes, bodies)
    }

    private mutating func nextNames(_ column: Int, _ index: Int) -> [Dot] {
        let start = columns[column].nextName
        let end = start + columns[column].namesCounts[index]
        columns[column].nextName = end
        return Array(columns[column].names[start..<end])
    }

    private mutating func judge(
        namesCounts counts: [UInt64], of holders: [Int]
    ) throws(FormatError) {
        if namesOfEach.isEmpty { namesOfEach = [Int](repeating: 0, count: changes.count) }
        for (holder, count) in zip(holders, counts) where count > 0 {
            guard count <= UInt64(Limits.namesPerChangeMax) else {
                throw FormatError(.tooMany, "names")
            }
            nameCount += Int(count)
            namesOfEach[holder] += Int(count)
            guard nameCount <= Limits.namesPerMessageMax,
                namesOfEach[holder] <= Limits.namesPerChangeMax
            else { throw FormatError(.tooMany, "names") }
        }
    }

    /// All names of a field, in order of change; those of one write ascend.
    private func readNames(
        _ counts: [Int], of holders: [Int], _ reader: inout ByteReader, _ table: ReplicaTable
    ) throws(FormatError) -> [Dot] {
        let total = counts.reduce(0, +)
        guard total > 0 else { return [] }
        var owners: [UInt64] = []
        owners.reserveCapacity(total)
        for (holder, count) in zip(holders, counts) {
            for _ in 0..<count { owners.append(first + UInt64(holder)) }
        }
        let replicas = try readIndices(total, of: others.count + 1, &reader, "names replicas")
        let names = try readDots(replicas, &reader, "names counters") { owners[$0] }
        var end = 0
        for count in counts {
            let start = end
            end += count
            for index in start..<end
            where index > start && !table.precedes(names[index - 1], names[index]) {
                throw FormatError(.notSorted, "names")
            }
        }
        return names
    }

    /// A column of indices into so many things.
    private func readIndices(
        _ count: Int, of elementCount: Int, _ reader: inout ByteReader,
        _ field: @autoclosure () -> String
    ) throws(FormatError) -> [UInt64] {
        let indices = try NumberColumn.decode(count, from: &reader, field())
        for index in indices where index >= UInt64(elementCount) {
            throw FormatError(.indexOutOfRange, field())
        }
        return indices
    }

    /// A column of counters that makes references of replica indices: for index 0 a distance back from the
    /// counter that `own` gives, where it gives one.
    private func readDots(
        _ indices: [UInt64], _ reader: inout ByteReader, _ field: @autoclosure () -> String,
        own: (Int) -> UInt64?
    ) throws(FormatError) -> [Dot] {
        let numbers = try NumberColumn.decode(indices.count, from: &reader, field())
        var dots: [Dot] = []
        dots.reserveCapacity(indices.count)
        for position in 0..<indices.count {
            let index = indices[position]
            var counter = numbers[position]
            if index == 0, let own = own(position) {
                guard counter < own else { throw FormatError(.badReference, field()) }
                counter = own - counter
            }
            guard counter > 0, counter <= Dot.counterMax else {
                throw FormatError(.badReference, field())
            }
            dots.append(Dot(index == 0 ? replica : others[Int(index) - 1], counter))
        }
        return dots
    }
}
