import RollcallCore

/// How a row looks on disk: a number for its seal, what names the key, then nonce, ciphertext and tag.
enum SealedRow {
    /// Under the key of a record, or of the register.
    static let byKey: UInt8 = 1
    /// Under an epoch's key itself.
    static let byEpoch: UInt8 = 2
    private static let epochBytes = 5
    /// What sealing under an epoch adds.
    static let epochOverhead = epochBytes + SealingKey.overhead
    /// Sizes say no more than which multiple of this a row comes nearest to.
    private static let paddedTo = 64

    /// Which row a sealed piece belongs in: it opens in no other.
    enum Place {
        case change(Dot)
        case record(Dot)
        case salts(ReplicaNumber, UInt64)
        case held(Dot)
        case peer(NodeID)
        case meta(String)
        case key(KeyName)

        func context(_ head: [UInt8]) -> [UInt8] {
            var writer = ByteWriter(reserving: 32)
            writer.byteString(head)
            switch self {
            case .change(let dot): writer.place(1, dot.rawValue)
            case .record(let dot): writer.place(2, dot.rawValue)
            case .salts(let replica, let block):
                writer.place(3, UInt64(replica.rawValue))
                writer.u64(block)
            case .held(let dot): writer.place(4, dot.rawValue)
            case .peer(let node):
                writer.u8(5)
                writer.raw(node.bytes)
            case .meta(let key):
                writer.u8(6)
                writer.raw(Array(key.utf8))
            case .key(let name): writer.place(7, name.rawValue)
            }
            return writer.bytes
        }
    }

    // MARK: under the key of a record

    static func seal(
        _ bytes: [UInt8], at place: Place, under name: KeyName, _ key: SealingKey,
        _ nonces: inout SealingKey.Nonces
    ) throws -> [UInt8] {
        var writer = ByteWriter(reserving: bytes.count + 112)
        writer.u8(byKey)
        writer.varint(name.rawValue)
        let context = place.context(writer.bytes)
        writer.raw(try key.seal(padded(bytes), context: context, &nonces))
        return writer.bytes
    }

    static func open(
        _ sealed: [UInt8], at place: Place, _ key: (KeyName) -> SealingKey?
    ) throws -> [UInt8] {
        var reader = ByteReader(sealed)
        guard try reader.u8("seal") == byKey else { throw SealError.unknownSeal }
        let name = KeyName(rawValue: try reader.varint("key"))
        guard let key = key(name) else { throw SealError.keyMissing }
        let context = place.context(Array(sealed[..<reader.index]))
        guard let opened = key.open(sealed[reader.index...], context: context),
            let bytes = unpadded(opened)
        else { throw SealError.broken }
        return bytes
    }

    /// A byte that ends the content, then zeros up to the next multiple.
    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        let count = (bytes.count / paddedTo + 1) * paddedTo
        var padded = bytes
        padded.reserveCapacity(count)
        padded.append(0x80)
        padded.append(contentsOf: repeatElement(0, count: count - padded.count))
        return padded
    }

    private static func unpadded(_ bytes: [UInt8]) -> [UInt8]? {
        guard let end = bytes.lastIndex(where: { $0 != 0 }), bytes[end] == 0x80 else { return nil }
        return Array(bytes[..<end])
    }

    // MARK: under an epoch's key

    static func seal(
        _ bytes: [UInt8], at place: Place, under epoch: EpochKey,
        _ nonces: inout SealingKey.Nonces
    ) throws -> [UInt8] {
        var writer = ByteWriter(reserving: bytes.count + epochOverhead)
        writer.u8(byEpoch)
        writer.u32(epoch.number)
        let context = place.context(writer.bytes)
        writer.raw(try epoch.key.seal(bytes, context: context, &nonces))
        return writer.bytes
    }

    static func open(
        _ sealed: [UInt8], at place: Place, _ epoch: (UInt32) -> EpochKey?
    ) throws -> [UInt8] {
        var reader = ByteReader(sealed)
        guard try reader.u8("seal") == byEpoch else { throw SealError.unknownSeal }
        guard let epoch = epoch(try reader.u32("epoch")) else { throw SealError.keyMissing }
        let context = place.context(Array(sealed[..<reader.index]))
        guard let bytes = epoch.key.open(sealed[reader.index...], context: context) else {
            throw SealError.broken
        }
        return bytes
    }
}

/// Why a row does not open.
public enum SealError: Error, Equatable, Sendable {
    /// Its first byte is no seal of this version.
    case unknownSeal
    /// The key that it names is not there.
    case keyMissing
    /// It is not as it was sealed, or lies in another's place.
    case broken
}

extension ByteWriter {
    fileprivate mutating func place(_ table: UInt8, _ row: UInt64) {
        u8(table)
        u64(row)
    }
}
