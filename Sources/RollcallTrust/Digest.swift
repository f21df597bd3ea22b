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

    /// Begins another hash in the memory of this one: a roster makes a million of them.
    mutating func restart(_ label: StaticString) {
        buffer.bytes.removeAll(keepingCapacity: true)
        buffer.label(label)
    }

    mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) { buffer.raw(bytes) }
    mutating func add(_ salt: Salt) { salt.append(to: &buffer) }
    mutating func add(_ hash: Hash32) { hash.append(to: &buffer) }

    /// All 32 bytes.
    public func finish() -> [UInt8] { sha256(buffer.bytes) }
    /// The first 12 bytes.
    func finish12() -> [UInt8] { withSHA256(of: buffer.bytes) { Array($0.prefix(12)) } }
    /// The first 16 bytes.
    public func finish16() -> [UInt8] { withSHA256(of: buffer.bytes) { Array($0.prefix(16)) } }
    /// The first 8 bytes as a number.
    public func finish8() -> UInt64 {
        withSHA256(of: buffer.bytes) { hash in hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
    }
    /// All 32 bytes, at the end of others.
    public func finish(to writer: inout ByteWriter) {
        withSHA256(of: buffer.bytes) { writer.raw($0) }
    }
    func hash32() -> Hash32 { withSHA256(of: buffer.bytes) { Hash32($0) } }
    func salt() -> Salt { withSHA256(of: buffer.bytes) { Salt($0) } }
}

/// A hash that lies where it is and has no memory of its own, as an array would.
struct Hash32: Equatable, Sendable {
    private let first: Salt
    private let second: Salt

    /// From the first 32 bytes.
    init(_ bytes: UnsafeRawBufferPointer) {
        first = Salt(bytes)
        second = Salt(UnsafeRawBufferPointer(rebasing: bytes[16...]))
    }

    func append(to writer: inout ByteWriter) {
        withUnsafeBytes(of: self) { writer.raw($0) }
    }
}

/// A salt or an inner value of its tree, kept like ``Hash32``.
struct Salt: Equatable, Sendable {
    private let a: UInt64
    private let b: UInt64

    /// From the first 16 bytes.
    init(_ bytes: UnsafeRawBufferPointer) {
        a = bytes.loadUnaligned(as: UInt64.self)
        b = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    }

    init(_ bytes: [UInt8]) { self = bytes.withUnsafeBytes { Salt($0) } }

    func append(to writer: inout ByteWriter) {
        withUnsafeBytes(of: self) { writer.raw($0) }
    }

    var bytes: [UInt8] { withUnsafeBytes(of: self) { Array($0) } }
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
