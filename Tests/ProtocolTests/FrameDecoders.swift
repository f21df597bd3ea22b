import RollcallCore
import RollcallWire
import Testing

/// Frames and their compression: section 6.
enum FrameDecoders {
    static let all: [String: VectorTests.Decoder] = [
        "frame": frame, "inflate": inflate, "frame_body": frameBody, "frame_message": frameMessage,
    ]

    static func name(of type: FrameType) -> String { snakeCase("\(type)") }

    static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : String($1) }
    }

    private static func next(_ vector: VectorFile) throws -> (frame: Frame, bytesLeft: Int) {
        var decoder = FrameDecoder()
        decoder.append(vector.bytes)
        guard let frame = try decoder.next() else { throw SessionOutcome.incomplete }
        return (frame, decoder.bytesBuffered)
    }

    private static func frame(_ vector: VectorFile) throws -> Decoded {
        let (frame, bytesLeft) = try next(vector)
        var decoded = Decoded(encoded: frame.encoded + vector.bytes.suffix(bytesLeft))
        decoded.add("frame.type", "0x" + Hex.text([frame.type]))
        decoded.add("frame.name", FrameType(rawValue: frame.type).map(name) ?? "skipped")
        decoded.add("frame.flags", frame.flags)
        decoded.add("frame.body", bytes: frame.body)
        decoded.add("frame.left", bytesLeft)
        return decoded
    }

    private static func inflate(_ vector: VectorFile) throws -> Decoded {
        let dictionary = vector.givenBytes("dictionary")
        let flags = Frame.compressedFlag | (dictionary == nil ? 0 : Frame.dictionaryFlag)
        let frame = Frame(type: FrameType.changes.rawValue, flags: flags, body: vector.bytes)
        var decoded = Decoded()
        decoded.add(
            "inflate.body", bytes: try frame.message(Compression(dictionary: dictionary ?? [])))
        return decoded
    }

    private static func frameBody(_ vector: VectorFile) throws -> Decoded {
        let (frame, _) = try next(vector)
        var decoded = Decoded()
        let compression = Compression(dictionary: vector.givenBytes("dictionary") ?? [])
        decoded.add("frame.body", bytes: try frame.message(compression))
        return decoded
    }

    /// The message in a frame, with the dictionary that is part of the program.
    private static func frameMessage(_ vector: VectorFile) throws -> Decoded {
        let (frame, _) = try next(vector)
        let compression = Compression()
        var inner = vector
        inner.bytes = try frame.message(compression)
        inner.decode = name(of: try #require(FrameType(rawValue: frame.type)))
        let decoder = try #require(VectorTests.decoders[inner.decode])
        var decoded = try decoder(inner)
        decoded.encoded = nil
        let again = Frame(
            try #require(FrameType(rawValue: frame.type)), inner.bytes, compression: compression)
        #expect(try again.message(compression) == inner.bytes)
        return decoded
    }
}
