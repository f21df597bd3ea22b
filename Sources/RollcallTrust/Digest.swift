import Crypto
public import RollcallCore

/// SHA-256 over a label and what follows it.
public struct LabelledHash {
    private var buffer: ByteWriter

    public init(_ label: StaticString, reserving byteCount: Int = 96) {
        buffer = ByteWriter(reserving: byteCount)
        buffer.label(label)
    }

    public mutating func add(_ bytes: [UInt8]) { buffer.raw(bytes) }
    public mutating func add(_ bytes: ArraySlice<UInt8>) { buffer.raw(bytes) }
    public mutating func add(u8 value: UInt8) { buffer.u8(value) }
    public mutating func add(u64 value: UInt64) { buffer.u64(value) }
    public mutating func add(varint value: UInt64) { buffer.varint(value) }
    public mutating func add(_ replica: ReplicaID) { replica.encode(to: &buffer) }
    public mutating func add(byteString bytes: some Collection<UInt8>) { buffer.byteString(bytes) }

    /// All 32 bytes.
    public func finish() -> [UInt8] { sha256(buffer.bytes) }
    /// The first 16 bytes.
    public func finish16() -> [UInt8] { withSHA256(of: buffer.bytes) { Array($0.prefix(16)) } }
    /// The first 8 bytes as a number.
    public func finish8() -> UInt64 {
        withSHA256(of: buffer.bytes) { hash in hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
    }
}

/// Hashes more than one would hold in memory at once.
public struct RunningHash {
    private var sha = SHA256()

    public init(_ label: StaticString) {
        sha.update(data: [UInt8(label.utf8CodeUnitCount)])
        label.withUTF8Buffer { sha.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }

    public mutating func add(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { sha.update(bufferPointer: $0) }
    }

    public func finish() -> [UInt8] { Array(sha.finalize()) }
}

public func sha256(_ bytes: [UInt8]) -> [UInt8] {
    withSHA256(of: bytes) { Array($0) }
}

/// Lends the 32 bytes of a hash, so that a part of them can be taken without a copy of all.
func withSHA256<Result>(of bytes: [UInt8], _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    var sha = SHA256()
    bytes.withUnsafeBytes { sha.update(bufferPointer: $0) }
    return sha.finalize().withUnsafeBytes(body)
}

/// The first 8 bytes of a hash as a number.
public func firstEight(_ hash: [UInt8]) -> UInt64 {
    hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
}

extension ByteWriter {
    /// What a hash of this kind begins with.
    mutating func label(_ label: StaticString) {
        u8(UInt8(label.utf8CodeUnitCount))
        label.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }
}
