public import RollcallCore

/// Hashes along one replica, to find where two laptops begin to hold it unlike.
public struct Trace: Equatable, Sendable {
    public struct Point: Equatable, Sendable {
        public var height: UInt64
        /// The first 8 bytes of h(height).
        public var hash: UInt64
        public init(height: UInt64, hash: UInt64) {
            self.height = height
            self.hash = hash
        }
    }

    public var tag: UInt64
    /// Ascending.
    public var points: [Point]

    public init(tag: UInt64, points: [Point]) {
        self.tag = tag
        self.points = points
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter(reserving: 16 + points.count * 14)
        writer.u64(tag)
        writer.varint(points.count)
        for point in points {
            writer.varint(point.height)
            writer.u64(point.hash)
        }
        return writer.bytes
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        tag = try reader.u64("replica tag")
        points = []
        let count = try reader.count("points", min: 1, max: Limits.tracePointsMax, bytesEach: 9)
        for _ in 0..<count {
            let point = Point(
                height: try reader.varint("height"), hash: try reader.u64("hash"))
            guard point.height > 0, point.height <= Dot.counterMax else {
                throw FormatError(.badReference, "height")
            }
            if let last = points.last, last.height >= point.height {
                throw FormatError(.notSorted, "points")
            }
            points.append(point)
        }
        try reader.finish("trace")
    }
}
