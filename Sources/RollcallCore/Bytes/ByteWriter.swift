/// Writes the specification's primitive forms, the mirror of ``ByteReader``.
///
/// Inlinable like it: other modules write a number or a byte at a time, many millions of times.
public struct ByteWriter: Sendable {
    public var bytes: [UInt8] = []

    @inlinable
    public init(reserving byteCount: Int = 0) {
        // Even 0 would give the empty array memory of its own.
        if byteCount > 0 { bytes.reserveCapacity(byteCount) }
    }

    @inlinable
    public mutating func u8(_ value: UInt8) { bytes.append(value) }

    @inlinable
    public mutating func u16(_ value: UInt16) {
        bytes.append(UInt8(value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    @inlinable
    public mutating func u32(_ value: UInt32) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    @inlinable
    public mutating func u64(_ value: UInt64) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    @inlinable
    public mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    @inlinable
    public mutating func varint(_ value: Int) { varint(UInt64(value)) }

    @inlinable
    public mutating func raw(_ content: some Sequence<UInt8>) { bytes.append(contentsOf: content) }

    @inlinable
    public mutating func byteString(_ content: some Collection<UInt8>) {
        varint(content.count)
        bytes.append(contentsOf: content)
    }

    @inlinable
    public mutating func text(_ content: String) {
        var content = content
        content.withUTF8 { utf8 in
            varint(utf8.count)
            bytes.append(contentsOf: utf8)
        }
    }

    /// How many bytes a varint of this value takes.
    @inlinable
    public static func varintBytes(_ value: UInt64) -> Int {
        value < 0x80 ? 1 : (70 - value.leadingZeroBitCount) / 7
    }
}
