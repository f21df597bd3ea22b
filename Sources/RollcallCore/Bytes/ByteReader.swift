/// Reads the specification's primitive forms from a run of bytes, in order.
///
/// Every read names the field it is for, so that a refusal says where.
public struct ByteReader: Sendable {
    public let bytes: [UInt8]
    @inlinable
    public var index: Int { position }
    public let end: Int
    @usableFromInline var position: Int

    @inlinable
    public init(_ bytes: [UInt8]) {
        self.init(bytes, 0..<bytes.count)
    }

    @inlinable
    public init(_ bytes: [UInt8], _ range: Range<Int>) {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= bytes.count,
            "range \(range) of \(bytes.count) bytes")
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    @inlinable
    public var bytesLeft: Int { end - position }
    @inlinable
    public var isAtEnd: Bool { position == end }

    @inlinable
    public mutating func u8(_ field: @autoclosure () -> String) throws(FormatError) -> UInt8 {
        guard position < end else { throw FormatError(.truncated, field()) }
        defer { position += 1 }
        return bytes[position]
    }

    @inlinable
    public mutating func u16(_ field: @autoclosure () -> String) throws(FormatError) -> UInt16 {
        UInt16(truncatingIfNeeded: try bigEndian(2, field()))
    }

    @inlinable
    public mutating func u32(_ field: @autoclosure () -> String) throws(FormatError) -> UInt32 {
        UInt32(truncatingIfNeeded: try bigEndian(4, field()))
    }

    @inlinable
    public mutating func u64(_ field: @autoclosure () -> String) throws(FormatError) -> UInt64 {
        try bigEndian(8, field())
    }

    @inlinable
    mutating func bigEndian(
        _ count: Int, _ field: @autoclosure () -> String
    ) throws(FormatError) -> UInt64 {
        guard bytesLeft >= count else { throw FormatError(.truncated, field()) }
        var value: UInt64 = 0
        for offset in 0..<count { value = value << 8 | UInt64(bytes[position + offset]) }
        position += count
        return value
    }

    /// An unsigned LEB128 number in its shortest form.
    @inlinable
    public mutating func varint(_ field: @autoclosure () -> String) throws(FormatError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard position < end else { throw FormatError(.truncated, field()) }
            let byte = bytes[position]
            position += 1
            if shift == 63, byte > 1 { throw FormatError(.varintTooLong, field()) }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 {
                if byte == 0, shift > 0 { throw FormatError(.varintNotMinimal, field()) }
                return value
            }
            shift += 7
        }
    }

    /// A count of elements, judged against the bytes left and then against its limits.
    ///
    /// - Parameter bytesEach: More than 1 only in forms of this program's own: the wire counts each element as a byte.
    @inlinable
    public mutating func count(
        _ field: @autoclosure () -> String, min: Int = 0, max: Int = .max, bytesEach: Int = 1
    ) throws(FormatError) -> Int {
        let value = try varint(field())
        guard value <= UInt64(bytesLeft / Swift.max(bytesEach, 1)) else {
            throw FormatError(.truncated, field())
        }
        guard value <= UInt64(max) else { throw FormatError(.tooMany, field()) }
        guard value >= UInt64(min) else { throw FormatError(.outOfLimits, field()) }
        return Int(value)
    }

    /// The range of the next `count` bytes, which are passed over.
    @inlinable
    public mutating func range(
        of count: Int, _ field: @autoclosure () -> String
    ) throws(FormatError) -> Range<Int> {
        guard count >= 0, bytesLeft >= count else { throw FormatError(.truncated, field()) }
        defer { position += count }
        return position..<(position + count)
    }

    @inlinable
    public mutating func raw(
        _ count: Int, _ field: @autoclosure () -> String
    ) throws(FormatError) -> [UInt8] {
        let range = try self.range(of: count, field())
        return range.isEmpty ? [] : Array(bytes[range])
    }

    /// A varint length and so many bytes.
    @inlinable
    public mutating func byteString(
        _ field: @autoclosure () -> String, max: Int = .max
    ) throws(FormatError) -> [UInt8] {
        Array(bytes[try byteStringRange(field(), max: max)])
    }

    @inlinable
    public mutating func byteStringRange(
        _ field: @autoclosure () -> String, max: Int = .max
    ) throws(FormatError) -> Range<Int> {
        let length = try varint(field())
        guard length <= UInt64(bytesLeft) else { throw FormatError(.truncated, field()) }
        guard length <= UInt64(max) else { throw FormatError(.outOfLimits, field()) }
        return try range(of: Int(length), field())
    }

    /// Well-formed UTF-8 with its length before it.
    public mutating func text(
        _ field: @autoclosure () -> String, max: Int = .max
    ) throws(FormatError) -> String {
        let range = try byteStringRange(field(), max: max)
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw FormatError(.notUTF8, field())
        }
        return text
    }

    public func finish(_ field: @autoclosure () -> String) throws(FormatError) {
        guard isAtEnd else { throw FormatError(.trailingBytes, field()) }
    }
}
