import CZlib
public import RollcallCore

/// One zlib stream a frame, each with a context of its own.
///
/// The two streams are kept and reset between frames, which spares their 300 kB of memory being made anew; nothing of
/// one frame is visible to the next. Not for use from two threads at once.
public final class Compression {
    private let deflater: UnsafeMutablePointer<z_stream>
    private let inflater: UnsafeMutablePointer<z_stream>
    private let dictionary: [UInt8]
    private let level: Int32

    /// Above so many bytes a lower level does, as in bundles and first syncs, and none for what hardly gets shorter: a fifth of the
    /// time for a twenty-fifth more bytes.
    private static let bulkBytes = 64 << 10
    private static let bulkLevel: Int32 = 4

    public init(level: Int32 = 6, dictionary: [UInt8] = PresetDictionary.bytes) {
        self.dictionary = dictionary
        self.level = level
        deflater = .allocate(capacity: 1)
        inflater = .allocate(capacity: 1)
        deflater.initialize(to: z_stream())
        inflater.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        let started = deflateInit2_(
            deflater, level, Z_DEFLATED, 15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        let opened = inflateInit2_(inflater, 15, ZLIB_VERSION, size)
        precondition(started == Z_OK && opened == Z_OK, "zlib did not start: \(started), \(opened)")
    }

    deinit {
        deflateEnd(deflater)
        inflateEnd(inflater)
        deflater.deallocate()
        inflater.deallocate()
    }

    /// The stream of some bytes, or nil if it is not shorter than they are.
    public func deflated(_ bytes: [UInt8], withDictionary: Bool) -> [UInt8]? {
        let isBulk = bytes.count > Self.bulkBytes
        let level = isBulk ? min(level, Self.bulkLevel) : level
        guard bytes.count > 8, deflateReset(deflater) == Z_OK else { return nil }
        if withDictionary {
            guard deflateSetDictionary(deflater, dictionary, UInt32(dictionary.count)) == Z_OK
            else {
                return nil
            }
        }
        let limit = bytes.count - 1
        var result = Z_OK
        let output = [UInt8](unsafeUninitializedCapacity: limit) { out, count in
            bytes.withUnsafeBufferPointer { input in
                deflater.pointee.next_out = out.baseAddress
                deflater.pointee.avail_out = UInt32(limit)
                let parts = isBulk ? Density.parts(of: input) : [(input.indices, isDense: false)]
                for (range, isDense) in parts where result == Z_OK {
                    result = deflate(
                        UnsafeBufferPointer(rebasing: input[range]), level: isDense ? 0 : level,
                        isLast: range.upperBound == input.count)
                }
                count = limit - Int(deflater.pointee.avail_out)
            }
        }
        return result == Z_STREAM_END ? output : nil
    }

    private func deflate(
        _ input: UnsafeBufferPointer<UInt8>, level: Int32, isLast: Bool
    ) -> Int32 {
        // What came before, at another level, is written out first.
        deflater.pointee.avail_in = 0
        let set = deflateParams(deflater, level, Z_DEFAULT_STRATEGY)
        guard set == Z_OK else { return set }
        deflater.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        deflater.pointee.avail_in = UInt32(input.count)
        let result = CZlib.deflate(deflater, isLast ? Z_FINISH : Z_NO_FLUSH)
        return result == Z_OK && deflater.pointee.avail_in > 0 ? Z_BUF_ERROR : result
    }

    /// Inflates a stream that must give exactly `length` bytes and end with its input.
    public func inflated(
        _ bytes: [UInt8], _ range: Range<Int>, length: Int, withDictionary: Bool
    ) throws(FormatError) -> [UInt8] {
        guard inflateReset(inflater) == Z_OK else { throw FormatError(.inflateFailed, "stream") }
        var result = Z_OK
        let output = [UInt8](unsafeUninitializedCapacity: length) { out, count in
            bytes.withUnsafeBufferPointer { input in
                inflater.pointee.next_in = UnsafeMutablePointer(
                    mutating: input.baseAddress.map { $0 + range.lowerBound })
                inflater.pointee.avail_in = UInt32(range.count)
                inflater.pointee.next_out = out.baseAddress
                inflater.pointee.avail_out = UInt32(length)
                result = inflate(inflater, Z_FINISH)
                if result == Z_NEED_DICT, withDictionary {
                    result = inflateSetDictionary(inflater, dictionary, UInt32(dictionary.count))
                    if result == Z_OK { result = inflate(inflater, Z_FINISH) }
                } else if result == Z_STREAM_END, withDictionary {
                    result = Z_DATA_ERROR
                }
                count = length - Int(inflater.pointee.avail_out)
            }
        }
        guard result == Z_STREAM_END, output.count == length, inflater.pointee.avail_in == 0 else {
            throw FormatError(.inflateFailed, "stream")
        }
        return output
    }
}

/// The dictionary that both ends hold beforehand: schema and synthetic records only.
public enum PresetDictionary {
    public static let bytes: [UInt8] = PackageResources.dictionary_1_bin
}

/// Which parts of a message are worth deflating.
///
/// In a bundle four bytes of five are of values that are sealed for roles, and of salts. Deflating finds nothing in them but the
/// number of the key that stands before each value: a seventh of their length, for most of the time of an export.
enum Density {
    /// So many bytes are judged together.
    private static let blockBytes = 1 << 10
    /// Shorter runs of dense blocks are not worth a change of level.
    private static let denseBytesMin = 4 << 10
    /// The squares of how often each byte comes, added up: even bytes give this, and words many times as much.
    private static let evenSum = blockBytes + blockBytes * (blockBytes - 1) / 256
    private static let denseSumMax = 2 * evenSum

    /// All bytes, in ranges side by side that are alike in whether they are dense.
    static func parts(
        of bytes: UnsafeBufferPointer<UInt8>
    ) -> [(range: Range<Int>, isDense: Bool)] {
        var parts: [(range: Range<Int>, isDense: Bool)] = []
        var start = 0
        for (range, isDense) in runs(of: bytes) where isDense && range.count >= denseBytesMin {
            if range.lowerBound > start { parts.append((start..<range.lowerBound, false)) }
            parts.append((range, true))
            start = range.upperBound
        }
        if start < bytes.count { parts.append((start..<bytes.count, false)) }
        return parts
    }

    private static func runs(
        of bytes: UnsafeBufferPointer<UInt8>
    ) -> [(range: Range<Int>, isDense: Bool)] {
        var runs: [(range: Range<Int>, isDense: Bool)] = []
        var counts = [UInt16](repeating: 0, count: 256)
        for start in stride(from: 0, to: bytes.count - blockBytes + 1, by: blockBytes) {
            let range = start..<(start + blockBytes)
            let isDense = isDense(UnsafeBufferPointer(rebasing: bytes[range]), &counts)
            if let last = runs.last, last.isDense == isDense {
                runs[runs.count - 1].range = last.range.lowerBound..<range.upperBound
            } else {
                runs.append((range, isDense))
            }
        }
        return runs
    }

    private static func isDense(
        _ block: UnsafeBufferPointer<UInt8>, _ counts: inout [UInt16]
    ) -> Bool {
        counts.withUnsafeMutableBufferPointer { counts in
            counts.update(repeating: 0)
            for byte in block { counts[Int(byte)] &+= 1 }
            return counts.reduce(0) { $0 + Int($1) * Int($1) } <= denseSumMax
        }
    }
}
