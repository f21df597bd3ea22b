import RollcallCore

/// How a row looks on disk: a number for its seal, what names the key, then nonce, ciphertext and tag.
enum SealedRow {
    /// Under the key of a record, or of the register.
    static let byKey: UInt8 = 1
    /// Under an epoch's key itself.
    static let byEpoch: UInt8 = 2
    private static let epochBytes = 5
    /// What sealing under a record's key adds at most, padding apart.
    private static let keyOverheadMax = 11 + SealingKey.overhead
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
            context(head, to: &writer)
            return writer.bytes
        }

        fileprivate func context(_ head: [UInt8], to writer: inout ByteWriter) {
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
        }
    }

    // MARK: under the key of a record

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

    /// Without the byte that ends the content, and the zeros after it.
    private static func unpadded(_ bytes: [UInt8]) -> [UInt8]? {
        guard let end = bytes.lastIndex(where: { $0 != 0 }), bytes[end] == 0x80 else { return nil }
        var bytes = bytes
        bytes.removeLast(bytes.count - end)
        return bytes
    }

    // MARK: under an epoch's key

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

extension SealedRow {
    /// Seals row after row, in memory that they share: a roster has hundreds of thousands.
    struct Sealer {
        private var context = ByteWriter(reserving: 64)
        private var padded = ByteWriter(reserving: 1_024)

        mutating func seal(
            _ bytes: [UInt8], at place: Place, under name: KeyName, _ key: SealingKey,
            _ nonce: SealingKey.Nonce
        ) throws -> [UInt8] {
            let paddedCount = pad(bytes)
            var row = ByteWriter(reserving: paddedCount + keyOverheadMax)
            row.u8(byKey)
            row.varint(name.rawValue)
            setContext(row.bytes, place)
            try key.seal(padded.bytes, context: context.bytes, nonce, to: &row)
            return row.bytes
        }

        mutating func seal(
            _ bytes: [UInt8], at place: Place, under epoch: EpochKey, _ nonce: SealingKey.Nonce
        ) throws -> [UInt8] {
            var row = ByteWriter(reserving: bytes.count + epochOverhead)
            row.u8(byEpoch)
            row.u32(epoch.number)
            setContext(row.bytes, place)
            try epoch.key.seal(bytes, context: context.bytes, nonce, to: &row)
            return row.bytes
        }

        private mutating func setContext(_ head: [UInt8], _ place: Place) {
            context.bytes.removeAll(keepingCapacity: true)
            place.context(head, to: &context)
        }

        /// A byte that ends the content, then zeros up to the next multiple.
        private mutating func pad(_ bytes: [UInt8]) -> Int {
            let count = (bytes.count / paddedTo + 1) * paddedTo
            padded.bytes.removeAll(keepingCapacity: true)
            padded.raw(bytes)
            padded.u8(0x80)
            padded.raw(repeatElement(0, count: count - bytes.count - 1))
            return count
        }
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
