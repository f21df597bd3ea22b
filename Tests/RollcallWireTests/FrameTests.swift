import RollcallCore
import Testing

@testable import RollcallWire

@Suite struct FrameTests {
    private static let frames = [
        Frame(.ping, []), Frame(.credit, [0xac, 0x02]), Frame(type: 0x33, body: [1, 2, 3]),
        Frame(.bye, Bye(.done, "good night").encoded()), Frame(.ping, []),
    ]

    private static let stream = frames.flatMap(\.encoded)

    private static func frames(in parts: [some Sequence<UInt8>]) throws(FormatError) -> [Frame] {
        var decoder = FrameDecoder()
        var found: [Frame] = []
        for part in parts {
            decoder.append(part)
            while let frame = try decoder.next() { found.append(frame) }
        }
        return found
    }

    @Test func `a stream cut anywhere, in three parts, gives the same frames`() throws {
        for first in 0...Self.stream.count {
            for second in first...Self.stream.count {
                let parts = [
                    Self.stream[..<first], Self.stream[first..<second], Self.stream[second...],
                ]
                #expect(try Self.frames(in: parts) == Self.frames)
            }
        }
    }

    @Test func `a stream that comes byte by byte gives the same frames`() throws {
        #expect(try Self.frames(in: Self.stream.map { [$0] }) == Self.frames)
    }

    @Test func `a long stream does not stay in memory`() throws {
        var decoder = FrameDecoder()
        let frame = Frame(type: 0x33, body: [UInt8](repeating: 1, count: 50_000)).encoded
        for _ in 0..<100 {
            decoder.append(frame)
            _ = try decoder.next()
        }
        #expect(decoder.bytesBuffered == 0)
    }

    @Test func `a frame over the limit is refused before its body arrives`() {
        var decoder = FrameDecoder()
        decoder.append([0, 0x10, 0, 1])
        #expect(throws: FormatError(.frameTooLong, "frame length")) { try decoder.next() }
    }

    @Test func `an unknown critical type is refused before its flags`() {
        var decoder = FrameDecoder()
        decoder.append([0, 0, 0, 2, 0xb3, 0xff])
        #expect(throws: FormatError(.unknownCriticalFrame, "frame type")) { try decoder.next() }
    }

    // MARK: - compression

    @Test(arguments: [true, false]) func `what is compressed comes back`(withDictionary: Bool)
        throws
    {
        let compression = Compression()
        var generator = SeededGenerator(seed: 4)
        for count in [0, 1, 9, 100, 70_000] {
            let message = (0..<count).map { _ in UInt8(generator.below(5)) }
            let frame = Frame(
                .changes, message, compression: compression, withDictionary: withDictionary)
            #expect(try frame.message(compression) == message)
            #expect(frame.flags == (count < 100 ? 0 : withDictionary ? 3 : 1))
        }
    }

    @Test func `what cannot be made shorter is stored between what can`() throws {
        let compression = Compression()
        var generator = SeededGenerator(seed: 5)
        func even(_ count: Int) -> [UInt8] { generator.bytes(count) }
        func text(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(generator.below(5)) } }
        func sealed(_ count: Int) -> [UInt8] {
            (0..<(count / 36)).flatMap { _ in [0xd0, 0xb9, 0x36, 0x13] + even(32) }
        }
        let messages = [
            text(70_000) + sealed(60_000) + text(5_000),
            even(300_000) + text(90_000) + even(20_000) + text(3_000) + even(100_001),
            text(70_000) + even(40_000), even(70_000) + text(1), even(15_000) + text(80_000),
        ]
        for message in messages {
            for withDictionary in [true, false] {
                let frame = Frame(
                    .changes, message, compression: compression, withDictionary: withDictionary)
                #expect(try frame.message(compression) == message)
                let plain = Frame(
                    .changes, message, compression: Compression(level: 9),
                    withDictionary: withDictionary)
                #expect(frame.body.count <= message.count)
                #expect(frame.body.count <= plain.body.count + plain.body.count / 12)
            }
        }
        #expect(compression.deflated(even(200_000), withDictionary: true) == nil)
    }

    @Test func `a compressor is not disturbed by a stream that fails`() throws {
        let compression = Compression()
        let message = [UInt8](repeating: 5, count: 3_000)
        let sound = Frame(.changes, message, compression: compression)
        var damaged = sound
        damaged.body[damaged.body.count - 2] ^= 1
        #expect(throws: FormatError(.inflateFailed, "stream")) { try damaged.message(compression) }
        #expect(try sound.message(compression) == message)
    }

    @Test func `an inflater stops at the length that was declared`() throws {
        let compression = Compression()
        let zeros = [UInt8](repeating: 0, count: Limits.inflatedBytesMax)
        let stream = try #require(compression.deflated(zeros, withDictionary: false))
        #expect(stream.count < 2_000)
        func frame(declaring byteCount: Int) -> Frame {
            var writer = ByteWriter()
            writer.varint(byteCount)
            writer.raw(stream)
            return Frame(type: FrameType.changes.rawValue, flags: 1, body: writer.bytes)
        }
        #expect(try frame(declaring: zeros.count).message(compression) == zeros)
        for wrong in [1, 100, zeros.count - 1] {
            #expect(throws: FormatError(.inflateFailed, "stream")) {
                try frame(declaring: wrong).message(compression)
            }
        }
        for wrong in [0, zeros.count + 1, Int.max] {
            #expect(throws: FormatError(.inflatedTooLong, "inflated length")) {
                try frame(declaring: wrong).message(compression)
            }
        }
    }
}
