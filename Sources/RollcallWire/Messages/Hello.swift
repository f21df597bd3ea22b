public import RollcallCore

/// A replica's height, as `have`, `hello` and `sift` list it.
public struct HaveEntry: Equatable, Sendable {
    public var tag: UInt64
    public var height: UInt64
    /// The first 8 bytes of h(height).
    public var hash: UInt64

    public init(tag: UInt64, height: UInt64, hash: UInt64) {
        self.tag = tag
        self.height = height
        self.hash = hash
    }

    func encode(to writer: inout ByteWriter) {
        writer.u64(tag)
        writer.varint(height)
        writer.u64(hash)
    }

    init(from reader: inout ByteReader) throws(FormatError) {
        tag = try reader.u64("replica tag")
        height = try reader.varint("height")
        guard height <= Dot.counterMax else { throw FormatError(.badReference, "height") }
        hash = try reader.u64("head hash")
    }

    static func encode(_ entries: [HaveEntry], to writer: inout ByteWriter) {
        writer.varint(entries.count)
        for entry in entries { entry.encode(to: &writer) }
    }

    static func list(from reader: inout ByteReader, _ field: String) throws(FormatError)
        -> [HaveEntry]
    {
        let count = try reader.count(field, max: Limits.haveEntriesMax)
        var entries: [HaveEntry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count { entries.append(try HaveEntry(from: &reader)) }
        return entries
    }
}

/// Opens a session, in both directions at once.
public struct Hello: Equatable, Sendable {
    static let magic: [UInt8] = [0x52, 0x43, 0x4c, 0x31]
    public static let compressionOff: UInt64 = 1

    public struct Item: Equatable, Sendable {
        public var type: UInt64
        public var content: [UInt8]
    }

    public var lowestVersion: UInt8
    public var highestVersion: UInt8
    public var register: [UInt8]
    public var startNonce: UInt64
    public var wallClock: UInt64
    public var window: UInt64
    public var capabilities: UInt64
    public var dictionaries: [UInt64]
    public var digest: [UInt8]
    /// The first 8 bytes of the digest of the base agreed with this peer; 0 = none.
    public var base: UInt64
    public var changed: [HaveEntry]
    public var earlierNonces: [UInt64]
    public var items: [Item] = []

    public init(
        register: [UInt8], startNonce: UInt64, wallClock: UInt64, window: UInt64,
        capabilities: UInt64, dictionaries: [UInt64], digest: [UInt8], base: UInt64,
        changed: [HaveEntry], earlierNonces: [UInt64]
    ) {
        lowestVersion = Limits.version
        highestVersion = Limits.version
        self.register = register
        self.startNonce = startNonce
        self.wallClock = wallClock
        self.window = window
        self.capabilities = capabilities
        self.dictionaries = dictionaries
        self.digest = digest
        self.base = base
        self.changed = changed
        self.earlierNonces = earlierNonces
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter(reserving: 96)
        writer.raw(Self.magic)
        writer.u8(lowestVersion)
        writer.u8(highestVersion)
        writer.raw(register)
        writer.u64(startNonce)
        writer.varint(wallClock)
        writer.varint(window)
        writer.varint(capabilities)
        writer.varint(dictionaries.count)
        for dictionary in dictionaries { writer.u64(dictionary) }
        writer.raw(digest)
        writer.u64(base)
        HaveEntry.encode(changed, to: &writer)
        writer.varint(earlierNonces.count)
        for nonce in earlierNonces { writer.u64(nonce) }
        for item in items {
            writer.varint(item.type)
            writer.byteString(item.content)
        }
        return writer.bytes
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        guard try reader.raw(4, "magic") == Self.magic else {
            throw FormatError(.badMagic, "magic")
        }
        lowestVersion = try reader.u8("lowest version")
        highestVersion = try reader.u8("highest version")
        register = try reader.raw(16, "register")
        startNonce = try reader.u64("start nonce")
        wallClock = try reader.varint("wall clock")
        window = try reader.varint("window")
        guard window >= UInt64(Limits.windowBytesMin) else {
            throw FormatError(.windowTooSmall, "window")
        }
        capabilities = try reader.varint("capabilities")
        dictionaries = []
        for _ in 0..<(try reader.count("dictionaries")) {
            dictionaries.append(try reader.u64("dictionary"))
        }
        digest = try reader.raw(16, "digest")
        base = try reader.u64("base")
        changed = try HaveEntry.list(from: &reader, "changed")
        earlierNonces = []
        for _ in 0..<(try reader.count("earlier nonces", max: Limits.earlierNoncesMax)) {
            earlierNonces.append(try reader.u64("earlier nonce"))
        }
        var last: UInt64?
        while !reader.isAtEnd {
            let type = try reader.varint("item type")
            if let last, type <= last { throw FormatError(.notSorted, "items") }
            last = type
            items.append(Item(type: type, content: try reader.byteString("item")))
        }
    }
}
