import RollcallCore
import RollcallWire

/// What comes out of a socket first: frames, and the streams in them.
enum FrameEntries {
    static let all = [
        Decoder("frame", bytesMax: 1 << 12) { bytes in try frames(bytes) },
        Decoder("frame-pieces") { bytes in pieces(bytes) },
        Decoder("inflate", bytesMax: 1 << 14) { bytes in try inflate(bytes) },
        Decoder("framed-message", bytesMax: 1 << 14) { bytes in try framed(bytes) },
    ]

    /// One for all inputs, as a laptop has one for all frames; every decoder here runs in one thread.
    nonisolated(unsafe) static let compression = Compression()

    private static func frames(_ bytes: [UInt8]) throws {
        var decoder = FrameDecoder()
        decoder.append(bytes)
        var at = 0
        while let frame = try decoder.next() {
            require(
                frame.encoded == Array(bytes[at..<(at + frame.encodedBytes)]),
                "a frame is written as it was read")
            at += frame.encodedBytes
            require(decoder.bytesBuffered == bytes.count - at, "what is not given out is kept")
            _ = try frame.message(compression)
        }
    }

    private struct Outcome: Equatable {
        var frames: [Frame] = []
        var refusal: Refusal?
    }

    private static func outcome(_ pieces: [[UInt8]]) -> Outcome {
        var outcome = Outcome()
        var decoder = FrameDecoder()
        do throws(FormatError) {
            for piece in pieces {
                decoder.append(piece)
                while let frame = try decoder.next() { outcome.frames.append(frame) }
            }
        } catch { outcome.refusal = error.refusal }
        return outcome
    }

    /// However a network cuts a stream, the same frames come of it.
    private static func pieces(_ bytes: [UInt8]) {
        var choices = Choices(bytes)
        let step = choices.byte() + 1
        let stream = choices.rest()
        let cut = stride(from: 0, to: stream.count, by: step).map {
            Array(stream[$0..<min($0 + step, stream.count)])
        }
        require(outcome([stream]) == outcome(cut), "pieces make the frames of the whole")
    }

    private static func inflate(_ bytes: [UInt8]) throws {
        for flags in [Frame.compressedFlag, Frame.compressedFlag | Frame.dictionaryFlag] {
            let frame = Frame(type: FrameType.changes.rawValue, flags: flags, body: bytes)
            guard let message = try? frame.message(compression) else { continue }
            require(message.count <= Limits.inflatedBytesMax, "inflated within the limit")
        }
    }

    /// Compresses what it gets, so that the fuzzer need not find its way through zlib's checksums.
    private static func framed(_ bytes: [UInt8]) throws {
        var choices = Choices(bytes)
        let type = FrameType.allCases[choices.byte() % FrameType.allCases.count]
        let withDictionary = choices.byte() & 1 == 1
        let message = choices.rest()
        var decoder = FrameDecoder()
        decoder.append(
            Frame(type, message, compression: compression, withDictionary: withDictionary).encoded)
        guard let frame = try decoder.next() else { return }
        require(try frame.message(compression) == message, "what was deflated is inflated")
        try MessageEntries.read(type, message)
    }
}
