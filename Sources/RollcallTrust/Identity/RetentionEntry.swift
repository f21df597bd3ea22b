public import RollcallCore
import RollcallWire

/// The entry that says until when a register is kept.
public struct RetentionEntry: Equatable, Sendable {
    /// Days from 1970-01-01 to the last day on which all is kept; nil: without an end.
    public var endDay: UInt64?
    public var reason: String

    public init(endDay: UInt64?, reason: String) {
        self.endDay = endDay
        self.reason = reason
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        let day = try reader.varint("end")
        guard day <= Limits.endDayMax else { throw FormatError(.outOfLimits, "end") }
        endDay = day == 0 ? nil : day
        reason = try reader.text("reason", max: Limits.reasonBytesMax)
        try reader.finish("retention")
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(endDay ?? 0)
        writer.text(reason)
        return writer.bytes
    }
}
