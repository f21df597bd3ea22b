import Crypto
import RollcallCore

/// The small file beside a register that opens it: slots, and what the root key in them covers.
///
/// A fixed number of slots, of which none says whether it is used: what is in one is the root key, sealed under a passphrase's
/// key. All share one salt, so that a passphrase is stretched once and tried on each. Under the root key lie the epoch keys,
/// the node's own keys and the names of the slots. Without a passphrase the first slot opens with a key that everybody
/// knows: the file is all that it takes then, and whoever shows such a register says so.
public struct KeyFile: Equatable, Sendable {
    static let magic = Array("rollcall keys".utf8)
    static let version: UInt8 = 1
    public static let slotCount = 8
    static let slotBytes = SealingKey.byteCount + SealingKey.overhead
    static let digestBytes = 32
    public static let bytesMax = 16_384

    /// Whether whoever has the file has what it covers.
    public let isOpenToAll: Bool
    let stretching: Stretching
    let salt: [UInt8]
    var slots: [[UInt8]]
    /// Sealed under the root key.
    var content: [UInt8]

    // MARK: - as bytes

    public func encoded() -> [UInt8] {
        var writer = ByteWriter(reserving: 1_024 + content.count)
        writer.raw(head)
        for slot in slots { writer.raw(slot) }
        writer.byteString(content)
        return writer.bytes + sha256(writer.bytes)
    }

    /// What slots and content are bound to.
    var head: [UInt8] {
        var writer = ByteWriter(reserving: 40)
        writer.raw(Self.magic)
        writer.u8(Self.version)
        writer.u8(isOpenToAll ? 0 : 1)
        writer.u8(stretching.logRounds)
        writer.raw(salt)
        return writer.bytes
    }

    /// Nil unless the bytes are a key file, whole and undamaged.
    public init?(encoded bytes: [UInt8]) {
        guard bytes.count <= Self.bytesMax, bytes.count > Self.digestBytes else { return nil }
        let end = bytes.count - Self.digestBytes
        guard sha256(Array(bytes[..<end])) == Array(bytes[end...]),
            let file = try? KeyFile(ByteReader(bytes, 0..<end))
        else { return nil }
        self = file
    }

    private init(_ bytes: ByteReader) throws {
        var reader = bytes
        guard try reader.raw(Self.magic.count, "magic") == Self.magic else {
            throw FormatError(.badMagic, "key file")
        }
        guard try reader.u8("version") == Self.version else {
            throw FormatError(.unknownVersion, "key file")
        }
        isOpenToAll = try reader.u8("protection") == 0
        stretching = Stretching(logRounds: try reader.u8("rounds"))
        guard Stretching.bounds.contains(stretching.logRounds) else {
            throw FormatError(.outOfLimits, "rounds")
        }
        salt = try reader.raw(Stretching.saltBytes, "salt")
        slots = []
        for _ in 0..<Self.slotCount { slots.append(try reader.raw(Self.slotBytes, "slot")) }
        content = try reader.byteString("content")
        try reader.finish("key file")
    }

    init(isOpenToAll: Bool, stretching: Stretching, _ chance: inout some RandomNumberGenerator) {
        self.isOpenToAll = isOpenToAll
        self.stretching = stretching
        salt = randomBytes(Stretching.saltBytes, &chance)
        slots = []
        content = []
        for _ in 0..<Self.slotCount { slots.append(randomBytes(Self.slotBytes, &chance)) }
    }

    // MARK: - slots

    /// The key that a passphrase gives for this file; without one, the key that everybody knows.
    func unlockKey(_ passphrase: Passphrase?) throws(UnlockError) -> SealingKey {
        guard let passphrase else {
            guard isOpenToAll else { throw .passphraseNeeded }
            return SealingKey([UInt8](repeating: 0, count: SealingKey.byteCount))
        }
        guard !isOpenToAll else { throw .wrongPassphrase }
        guard let key = stretching.key(passphrase, salt: salt) else { throw .noMemory }
        return SealingKey(key)
    }

    private func context(ofSlot index: Int) -> [UInt8] { head + [UInt8(index)] }

    /// The root key, and in which slot it was.
    func root(_ unlockKey: SealingKey) throws(UnlockError) -> (slot: Int, root: SealingKey) {
        for (index, slot) in slots.enumerated() {
            let context = context(ofSlot: index)
            guard let root = unlockKey.open(slot[...], context: context) else { continue }
            return (index, SealingKey(root))
        }
        throw .wrongPassphrase
    }

    mutating func fill(
        slot: Int, _ root: SealingKey, under unlockKey: SealingKey,
        _ chance: inout some RandomNumberGenerator
    ) throws {
        slots[slot] = try unlockKey.seal(root.bytes, context: context(ofSlot: slot), &chance)
    }

    /// What was in it is lost.
    mutating func empty(slot: Int, _ chance: inout some RandomNumberGenerator) {
        slots[slot] = randomBytes(Self.slotBytes, &chance)
    }
}

/// Why a register does not open.
public enum UnlockError: Error, Equatable, Sendable {
    case passphraseNeeded
    case wrongPassphrase
    /// The passphrase fits, and what it covers is damaged.
    case damaged
    /// A passphrase takes 128 MiB for a moment.
    case noMemory
    case noFreeSlot
    case noSuchSlot
    /// The last passphrase would go.
    case lastSlot
    case nameTaken
}
