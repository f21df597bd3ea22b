import RollcallCore

/// The values of one field side by side.
enum ValueColumn {
    static let lengths: UInt8 = 0
    static let lines: UInt8 = 1
    static let dictionary: UInt8 = 2
    private static let lineEnd: UInt8 = 0x0a

    /// A value: a range of one change's bodies.
    struct Source {
        var change: Int
        var range: Range<Int>
    }

    static func encode(_ values: [Source], in changes: [Change], to writer: inout ByteWriter) {
        guard !values.isEmpty else { return }
        if containsLineEnd(values, changes) {
            writer.u8(lengths)
            NumberColumn.encode(values.map { UInt64($0.range.count) }, to: &writer)
            for value in values { writer.raw(changes[value.change].bodies[value.range]) }
        } else if let (distinct, indices) = repeats(values, changes) {
            writer.u8(dictionary)
            writer.varint(distinct.count)
            for value in distinct { appendLine(value, changes, to: &writer) }
            for index in indices {
                if distinct.count <= 256 {
                    writer.u8(UInt8(index))
                } else {
                    writer.u16(UInt16(index))
                }
            }
        } else {
            writer.u8(lines)
            for value in values { appendLine(value, changes, to: &writer) }
        }
    }

    private static func appendLine(
        _ value: Source, _ changes: [Change], to writer: inout ByteWriter
    ) {
        writer.raw(changes[value.change].bodies[value.range])
        writer.u8(lineEnd)
    }

    private static func containsLineEnd(_ values: [Source], _ changes: [Change]) -> Bool {
        values.contains { value in
            changes[value.change].bodies.withUnsafeBufferPointer { bytes in
                UnsafeBufferPointer(rebasing: bytes[value.range]).contains(lineEnd)
            }
        }
    }

    /// The distinct values in order of first appearance and the index of each, if values repeat enough for that to pay.
    ///
    /// First appearance makes the indices of a column that follows from another (a Latin spelling) the same as that other's,
    /// which deflate then finds.
    private static func repeats(_ values: [Source], _ changes: [Change]) -> ([Source], [Int])? {
        guard values.count >= 8 else { return nil }
        var table = DistinctValues(capacity: values.count)
        var indices: [Int] = []
        indices.reserveCapacity(values.count)
        for (position, value) in values.enumerated() {
            indices.append(table.index(of: value, in: changes))
            if position == 255, table.distinct.count > 192 { return nil }
        }
        guard table.distinct.count <= min(values.count / 2, Limits.valueDictionaryMax) else {
            return nil
        }
        return (table.distinct, indices)
    }

    static func decode(
        _ count: Int, from reader: inout ByteReader, _ field: @autoclosure () -> String
    ) throws(FormatError) -> [Range<Int>] {
        guard count > 0 else { return [] }
        switch try reader.u8(field()) {
        case lengths:
            let lengths = try NumberColumn.decode(count, from: &reader, field())
            var ranges: [Range<Int>] = []
            ranges.reserveCapacity(count)
            for length in lengths {
                guard length <= UInt64(reader.bytesLeft) else {
                    throw FormatError(.truncated, field())
                }
                ranges.append(try reader.range(of: Int(length), field()))
            }
            return ranges
        case lines:
            return try lineRanges(count, &reader, field())
        case dictionary:
            let distinctCount = try reader.count(field(), min: 1, max: Limits.valueDictionaryMax)
            let distinct = try lineRanges(distinctCount, &reader, field())
            let indexBytes = distinctCount <= 256 ? 1 : 2
            guard reader.bytesLeft >= count * indexBytes else {
                throw FormatError(.truncated, field())
            }
            var ranges: [Range<Int>] = []
            ranges.reserveCapacity(count)
            for _ in 0..<count {
                let index =
                    indexBytes == 1 ? Int(try reader.u8(field())) : Int(try reader.u16(field()))
                guard index < distinctCount else { throw FormatError(.indexOutOfRange, field()) }
                ranges.append(distinct[index])
            }
            return ranges
        default:
            throw FormatError(.unknownColumnMode, field())
        }
    }

    private static func lineRanges(
        _ count: Int, _ reader: inout ByteReader, _ field: @autoclosure () -> String
    ) throws(FormatError) -> [Range<Int>] {
        guard count <= reader.bytesLeft else { throw FormatError(.truncated, field()) }
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(count)
        var start = reader.index
        let end = reader.end
        reader.bytes.withUnsafeBufferPointer { bytes in
            var index = start
            while index < end, ranges.count < count {
                if bytes[index] == lineEnd {
                    ranges.append(start..<index)
                    start = index + 1
                }
                index += 1
            }
        }
        guard ranges.count == count else { throw FormatError(.truncated, field()) }
        _ = try reader.range(of: start - reader.index, field())
        return ranges
    }
}

/// Finds values that were seen before, by content; open addressing over their bytes where they lie.
private struct DistinctValues {
    private(set) var distinct: [ValueColumn.Source] = []
    private var slots: [Int32]
    private var hashes: [UInt64] = []
    private let mask: Int

    init(capacity: Int) {
        var size = 64
        while size < capacity * 2 { size *= 2 }
        slots = [Int32](repeating: -1, count: size)
        mask = size - 1
    }

    mutating func index(of value: ValueColumn.Source, in changes: [Change]) -> Int {
        changes[value.change].bodies.withUnsafeBufferPointer { bodies in
            let bytes = UnsafeBufferPointer(rebasing: bodies[value.range])
            let hash = Self.hash(bytes)
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] >= 0 {
                let candidate = Int(slots[slot])
                if hashes[candidate] == hash, equals(distinct[candidate], bytes, changes) {
                    return candidate
                }
                slot = (slot + 1) & mask
            }
            slots[slot] = Int32(distinct.count)
            distinct.append(value)
            hashes.append(hash)
            return distinct.count - 1
        }
    }

    private func equals(
        _ known: ValueColumn.Source, _ bytes: UnsafeBufferPointer<UInt8>, _ changes: [Change]
    ) -> Bool {
        known.range.count == bytes.count
            && changes[known.change].bodies.withUnsafeBufferPointer {
                UnsafeBufferPointer(rebasing: $0[known.range]).elementsEqual(bytes)
            }
    }

    /// Like FNV-1a, but eight bytes at a time.
    ///
    /// A peer can make its own values collide only within one message, whose size is limited.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let raw = UnsafeRawBufferPointer(bytes)
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var offset = 0
        while offset + 8 <= raw.count {
            hash = mixed(hash, raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        while offset < raw.count {
            hash = mixed(hash, UInt64(raw[offset]))
            offset += 1
        }
        return hash ^ hash >> 32
    }

    private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
        return product ^ product >> 29
    }
}
