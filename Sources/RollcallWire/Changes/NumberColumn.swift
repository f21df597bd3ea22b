import RollcallCore

/// Numbers side by side, in whichever of three forms is shortest.
enum NumberColumn {
    static let constant: UInt8 = 0
    static let each: UInt8 = 1
    static let steps: UInt8 = 2

    static func encode(_ values: [UInt64], to writer: inout ByteWriter) {
        guard let first = values.first else { return }
        var eachBytes = 0
        var stepBytes = ByteWriter.varintBytes(first)
        var isConstant = true
        var last = first
        for (index, value) in values.enumerated() {
            eachBytes += ByteWriter.varintBytes(value)
            if index > 0 { stepBytes += ByteWriter.varintBytes(zigzag(value &- last)) }
            if value != first { isConstant = false }
            last = value
        }
        if isConstant {
            writer.u8(constant)
            writer.varint(first)
        } else if stepBytes < eachBytes {
            writer.u8(steps)
            writer.varint(first)
            last = first
            for value in values.dropFirst() {
                writer.varint(zigzag(value &- last))
                last = value
            }
        } else {
            writer.u8(each)
            for value in values { writer.varint(value) }
        }
    }

    static func decode(
        _ count: Int, from reader: inout ByteReader, _ field: @autoclosure () -> String
    ) throws(FormatError) -> [UInt64] {
        guard count > 0 else { return [] }
        switch try reader.u8(field()) {
        case constant:
            return [UInt64](repeating: try reader.varint(field()), count: count)
        case each:
            guard count <= reader.bytesLeft else { throw FormatError(.truncated, field()) }
            var values: [UInt64] = []
            values.reserveCapacity(count)
            for _ in 0..<count { values.append(try reader.varint(field())) }
            return values
        case steps:
            guard count <= reader.bytesLeft else { throw FormatError(.truncated, field()) }
            var values: [UInt64] = []
            values.reserveCapacity(count)
            var last = try reader.varint(field())
            values.append(last)
            for _ in 1..<count {
                last = last &+ unzigzag(try reader.varint(field()))
                values.append(last)
            }
            return values
        default:
            throw FormatError(.unknownColumnMode, field())
        }
    }

    private static func zigzag(_ difference: UInt64) -> UInt64 {
        let signed = Int64(bitPattern: difference)
        return UInt64(bitPattern: signed << 1 ^ signed >> 63)
    }

    private static func unzigzag(_ value: UInt64) -> UInt64 {
        value >> 1 ^ (0 &- (value & 1))
    }
}
