import Crypto
import RollcallCore

/// A key under which rows or other keys lie sealed: AES-256-GCM with a random nonce.
///
/// Copies of its bytes may lie anywhere in memory: what takes them away for sure is the end of the process.
struct SealingKey: Sendable {
    static let byteCount = 32
    private static let nonceBytes = 12
    private static let tagBytes = 16
    /// What sealing adds.
    static let overhead = nonceBytes + tagBytes

    let key: SymmetricKey

    init(_ key: SymmetricKey) { self.key = key }

    init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    init(_ bytes: ArraySlice<UInt8>) { key = SymmetricKey(data: bytes) }

    /// Of which no two are the same, as long as one value of it is used.
    struct Nonces {
        private let prefix: UInt64
        private var count: UInt32 = 0

        /// Half of a nonce is drawn once: for a roster, chance would be a tenth of the work.
        init(_ chance: inout some RandomNumberGenerator) { prefix = chance.next() }

        mutating func next() -> Nonce {
            precondition(count < .max, "nonces of one batch are used up")
            count += 1
            return Nonce(prefix: prefix, count: count)
        }
    }

    struct Nonce: Sendable {
        fileprivate let prefix: UInt64
        fileprivate let count: UInt32

        fileprivate var bytes: [UInt8] {
            var writer = ByteWriter(reserving: nonceBytes)
            writer.u64(prefix)
            writer.u32(count)
            return writer.bytes
        }
    }

    static func random(_ chance: inout some RandomNumberGenerator) -> SealingKey {
        SealingKey(randomBytes(byteCount, &chance))
    }

    var bytes: [UInt8] { key.withUnsafeBytes { Array($0) } }

    /// Nonce, ciphertext and tag; `context` must be given again to open it.
    func seal(
        _ bytes: [UInt8], context: [UInt8], _ chance: inout some RandomNumberGenerator
    ) throws -> [UInt8] {
        var nonces = Nonces(&chance)
        var sealed = ByteWriter(reserving: bytes.count + Self.overhead)
        try seal(bytes, context: context, nonces.next(), to: &sealed)
        return sealed.bytes
    }

    /// The same, at the end of others.
    func seal(
        _ bytes: [UInt8], context: [UInt8], _ nonce: Nonce, to sealed: inout ByteWriter
    ) throws {
        let box = try AES.GCM.seal(
            bytes, using: key, nonce: AES.GCM.Nonce(data: nonce.bytes), authenticating: context)
        // As one piece: its three parts would each be copied out of it first.
        guard let whole = box.combined else { throw SealError.broken }
        sealed.raw(whole)
    }

    /// Nil unless it was sealed under this key in this context, and is as it was.
    func open(_ sealed: ArraySlice<UInt8>, context: [UInt8]) -> [UInt8]? {
        guard sealed.count >= Self.overhead,
            let box = try? AES.GCM.SealedBox(combined: sealed),
            let opened = try? AES.GCM.open(box, using: key, authenticating: context)
        else { return nil }
        return Array(opened)
    }
}

func randomBytes(_ count: Int, _ chance: inout some RandomNumberGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
        withUnsafeBytes(of: chance.next()) { bytes.append(contentsOf: $0) }
    }
    return Array(bytes.prefix(count))
}

/// A key that covers the keys of records for a while: it is replaced when one of them must not be found again.
public struct EpochKey: Sendable {
    /// Counts up from 1.
    public let number: UInt32
    let key: SealingKey

    public init(number: UInt32, _ chance: inout some RandomNumberGenerator) {
        self.number = number
        key = .random(&chance)
    }

    init(number: UInt32, bytes: [UInt8]) {
        self.number = number
        key = SealingKey(bytes)
    }

    /// The one that comes after it.
    public func next(_ chance: inout some RandomNumberGenerator) -> EpochKey {
        EpochKey(number: number + 1, &chance)
    }
}
