public import RollcallCore

/// What a frame carries, by number; bit 7 marks those that a receiver must know.
public enum FrameType: UInt8, Sendable, CaseIterable {
    case hello = 0x81
    case have = 0x82
    case sift = 0x83
    case plan = 0x84
    case changes = 0x85
    case ack = 0x86
    case credit = 0x87
    case bye = 0x88
    case admission = 0x89
    case joinOffer = 0x8a
    case joinAnswer = 0x8b
    case joinProof = 0x8c
    case joinAccept = 0x8d
    case joinAdmitted = 0x8e
    case manifest = 0x90
    case joinRequest = 0x91
    case trace = 0x0d
    case addresses = 0x0e
    case ping = 0x0f

    public static let criticalBit: UInt8 = 0x80
}

/// A length, a type, flags and a body.
public struct Frame: Equatable, Sendable {
    public static let compressedFlag: UInt8 = 1
    public static let dictionaryFlag: UInt8 = 2

    public var type: UInt8
    public var flags: UInt8
    public var body: [UInt8]

    public init(type: UInt8, flags: UInt8 = 0, body: [UInt8]) {
        self.type = type
        self.flags = flags
        self.body = body
    }

    /// A frame of a message, compressed where that makes it shorter.
    public init(
        _ type: FrameType, _ message: [UInt8], compression: Compression? = nil,
        withDictionary: Bool = true
    ) {
        self.init(type: type.rawValue, body: message)
        guard let compression,
            let stream = compression.deflated(message, withDictionary: withDictionary)
        else { return }
        var writer = ByteWriter(reserving: stream.count + 4)
        writer.varint(message.count)
        writer.raw(stream)
        guard writer.bytes.count < message.count else { return }
        body = writer.bytes
        flags = Self.compressedFlag | (withDictionary ? Self.dictionaryFlag : 0)
    }

    public var encodedBytes: Int { body.count + 6 }

    public func encode(to bytes: inout [UInt8]) {
        var writer = ByteWriter()
        writer.u32(UInt32(body.count + 2))
        writer.u8(type)
        writer.u8(flags)
        bytes.append(contentsOf: writer.bytes)
        bytes.append(contentsOf: body)
    }

    public var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encodedBytes)
        encode(to: &bytes)
        return bytes
    }

    /// The message inside, inflated if need be; the inflated length is judged first.
    public func message(_ compression: Compression) throws(FormatError) -> [UInt8] {
        guard flags & Self.compressedFlag != 0 else { return body }
        var reader = ByteReader(body)
        let length = try reader.varint("inflated length")
        guard length > 0, length <= UInt64(Limits.inflatedBytesMax) else {
            throw FormatError(.inflatedTooLong, "inflated length")
        }
        return try compression.inflated(
            body, reader.index..<body.count, length: Int(length),
            withDictionary: flags & Self.dictionaryFlag != 0)
    }
}

/// Cuts a stream of bytes into frames.
///
/// The length is judged before the rest is waited for, so that a hostile prefix makes nobody buffer more than one frame.
public struct FrameDecoder: Sendable {
    private var buffer: [UInt8] = []
    private var start = 0

    public init() {}

    /// Bytes received and not yet given out as a frame.
    public var bytesBuffered: Int { buffer.count - start }

    public mutating func append(_ bytes: some Sequence<UInt8>) {
        if start > 0, start == buffer.count || start > 1 << 16 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole frame, or nil until more bytes arrive.
    public mutating func next() throws(FormatError) -> Frame? {
        guard buffer.count - start >= 4 else { return nil }
        var reader = ByteReader(buffer, start..<buffer.count)
        let length = Int(try reader.u32("frame length"))
        guard length >= Limits.frameBytesMin else {
            throw FormatError(.frameTooShort, "frame length")
        }
        guard length <= Limits.frameBytesMax else {
            throw FormatError(.frameTooLong, "frame length")
        }
        guard reader.bytesLeft >= length else { return nil }
        let type = try reader.u8("frame type")
        guard type & FrameType.criticalBit == 0 || FrameType(rawValue: type) != nil else {
            throw FormatError(.unknownCriticalFrame, "frame type")
        }
        let flags = try reader.u8("frame flags")
        guard flags & ~3 == 0, flags != Frame.dictionaryFlag else {
            throw FormatError(.unknownFlags, "frame flags")
        }
        let body = try reader.raw(length - 2, "frame body")
        start = reader.index
        return Frame(type: type, flags: flags, body: body)
    }
}
