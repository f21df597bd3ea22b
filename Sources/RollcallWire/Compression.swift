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

    /// Above so many bytes a lower level does, as in bundles and first syncs: half the time for some more bytes.
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
        let level = bytes.count > Self.bulkBytes ? min(level, Self.bulkLevel) : level
        guard bytes.count > 8, deflateReset(deflater) == Z_OK,
            deflateParams(deflater, level, Z_DEFAULT_STRATEGY) == Z_OK
        else { return nil }
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
                deflater.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                deflater.pointee.avail_in = UInt32(input.count)
                deflater.pointee.next_out = out.baseAddress
                deflater.pointee.avail_out = UInt32(limit)
                result = deflate(deflater, Z_FINISH)
                count = limit - Int(deflater.pointee.avail_out)
            }
        }
        return result == Z_STREAM_END ? output : nil
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
