/// A decoder that meets foreign bytes, as one function that must come back whatever it is given.
///
/// It decodes as the daemon does, drops what was decoded and every refusal, and traps where a property does not hold.
/// The same functions serve the fuzzer and the tests, which replay what the fuzzer ever found.
public struct Decoder: Sendable {
    public let name: String
    /// The longest input worth trying: as much as the daemon would hand over, or less where time is better spent.
    public let bytesMax: Int
    public let read: @Sendable ([UInt8]) -> Void

    init(
        _ name: String, bytesMax: Int = 4_096, _ read: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        self.name = name
        self.bytesMax = bytesMax
        self.read = { bytes in try? read(bytes) }
    }

    public static let all: [Decoder] =
        FrameEntries.all + MessageEntries.all + ChangesEntries.all + NameEntries.all
        + PeopleEntries.all + ConversationEntries.all + BundleEntries.all
}

extension Decoder {
    /// Traps at three certain bytes: what finds that would find a trap in a decoder.
    public static let planted = Decoder("planted", bytesMax: 64) { bytes in
        if bytes.count > 3, bytes[0] == 0x52 {
            if bytes[1] &+ bytes[0] == 0x95 { require(bytes[2] != 0x4c, "planted") }
        }
    }
}

/// Ends the program if a property of a decoder does not hold; the fuzzer calls that a crash.
public func require(_ isTrue: Bool, _ property: @autoclosure () -> String) {
    if !isTrue { preconditionFailure(property()) }
}

/// Takes numbers off the front of an input, for entries that need more than the bytes to decode.
struct Choices {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    var isAtEnd: Bool { bytes.isEmpty }

    /// 0 at the end.
    mutating func byte() -> Int { Int(bytes.popFirst() ?? 0) }

    mutating func take(_ count: Int) -> [UInt8] {
        defer { bytes = bytes.dropFirst(count) }
        return Array(bytes.prefix(count))
    }

    /// Bytes with a length of three bytes before them; what is left, where there are fewer.
    mutating func piece() -> [UInt8] { take(byte() << 16 | byte() << 8 | byte()) }

    static func piece(_ bytes: [UInt8]) -> [UInt8] {
        [16, 8, 0].map { UInt8(truncatingIfNeeded: bytes.count >> $0) } + bytes
    }

    mutating func rest() -> [UInt8] { take(bytes.count) }
}
