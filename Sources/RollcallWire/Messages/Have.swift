public import RollcallCore

/// All that a node has: live replicas one by one, ended ones by a digest for each node.
public struct Have: Equatable, Sendable {
    public struct Held: Equatable, Sendable {
        public var tag: UInt64
        public var first: UInt64
        public var last: UInt64
        public init(tag: UInt64, first: UInt64, last: UInt64) {
            self.tag = tag
            self.first = first
            self.last = last
        }
    }

    public struct Ended: Equatable, Sendable {
        public var nodeTag: UInt64
        public var count: UInt64
        public var digest: UInt64
        public init(nodeTag: UInt64, count: UInt64, digest: UInt64) {
            self.nodeTag = nodeTag
            self.count = count
            self.digest = digest
        }
    }

    public var live: [HaveEntry]
    public var held: [Held]
    public var ended: [Ended]

    public init(live: [HaveEntry], held: [Held], ended: [Ended]) {
        self.live = live
        self.held = held
        self.ended = ended
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter(reserving: 16 + live.count * 20)
        HaveEntry.encode(live, to: &writer)
        writer.varint(held.count)
        for run in held {
            writer.u64(run.tag)
            writer.varint(run.first)
            writer.varint(run.last)
        }
        writer.varint(ended.count)
        for node in ended {
            writer.u64(node.nodeTag)
            writer.varint(node.count)
            writer.u64(node.digest)
        }
        return writer.bytes
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        live = try HaveEntry.list(from: &reader, "live")
        held = []
        for _ in 0..<(try reader.count("held", max: Limits.haveEntriesMax)) {
            let run = Held(
                tag: try reader.u64("replica tag"), first: try reader.varint("held from"),
                last: try reader.varint("held to"))
            guard run.first > 0, run.first <= run.last, run.last <= Dot.counterMax else {
                throw FormatError(.badRange, "held")
            }
            held.append(run)
        }
        ended = []
        for _ in 0..<(try reader.count("ended", max: Limits.haveEntriesMax)) {
            ended.append(
                Ended(
                    nodeTag: try reader.u64("node tag"), count: try reader.varint("ended count"),
                    digest: try reader.u64("ended digest")))
        }
        try reader.finish("have")
    }
}

/// Settles which of a node's ended replicas two laptops hold unlike, by halving.
public struct Sift: Equatable, Sendable {
    public enum Part: Equatable, Sendable {
        case digest(count: UInt64, UInt64)
        case list([HaveEntry], wantsAnswer: Bool)
        /// The digest that was sent is ours too.
        case equal
    }

    public struct TagRange: Equatable, Sendable {
        public var lowest: UInt64
        public var highest: UInt64
        public var part: Part
        public init(lowest: UInt64, highest: UInt64, part: Part) {
            self.lowest = lowest
            self.highest = highest
            self.part = part
        }
    }

    public var nodeTag: UInt64
    public var ranges: [TagRange]

    public init(nodeTag: UInt64, ranges: [TagRange]) {
        self.nodeTag = nodeTag
        self.ranges = ranges
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.u64(nodeTag)
        writer.varint(ranges.count)
        for range in ranges {
            writer.u64(range.lowest)
            writer.u64(range.highest)
            switch range.part {
            case .digest(let count, let digest):
                writer.u8(0)
                writer.varint(count)
                writer.u64(digest)
            case .list(let entries, let wantsAnswer):
                writer.u8(wantsAnswer ? 1 : 2)
                HaveEntry.encode(entries, to: &writer)
            case .equal:
                writer.u8(3)
            }
        }
        return writer.bytes
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        nodeTag = try reader.u64("node tag")
        ranges = []
        for _ in 0..<(try reader.count("ranges")) {
            let lowest = try reader.u64("lowest tag")
            let highest = try reader.u64("highest tag")
            guard lowest <= highest else { throw FormatError(.badRange, "range") }
            let part: Part
            switch try reader.u8("range form") {
            case 0:
                part = .digest(
                    count: try reader.varint("range count"), try reader.u64("range digest"))
            case 1: part = .list(try HaveEntry.list(from: &reader, "range list"), wantsAnswer: true)
            case 2:
                part = .list(try HaveEntry.list(from: &reader, "range list"), wantsAnswer: false)
            case 3: part = .equal
            default: throw FormatError(.unknownRangeForm, "range form")
            }
            ranges.append(TagRange(lowest: lowest, highest: highest, part: part))
        }
        try reader.finish("sift")
    }
}
