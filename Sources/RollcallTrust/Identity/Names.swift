public import RollcallCore
import RollcallWire

extension NodeID {
    /// As people and JSON see it: 26 digits.
    public var text: String { Base32.digits(Array(nameHash.prefix(16))) }

    /// The start of the name, as `have` lists nodes.
    public var tag: UInt64 { firstEight(nameHash) }

    private var nameHash: [UInt8] {
        var hash = LabelledHash("rc1.node")
        hash.add(bytes)
        return hash.finish()
    }
}

extension ReplicaID {
    /// A short name that its writer cannot choose.
    public var tag: UInt64 {
        var hash = LabelledHash("rc1.replica")
        hash.add(self)
        return hash.finish8()
    }
}

/// What names a register: its genesis.
public struct Genesis: Equatable, Sendable {
    public static let format: UInt8 = 1

    public var founder: NodeID
    public var founderTLSKeyHash: [UInt8]
    public var random: [UInt8]
    public var title: String

    public init(founder: NodeID, founderTLSKeyHash: [UInt8], random: [UInt8], title: String) {
        self.founder = founder
        self.founderTLSKeyHash = founderTLSKeyHash
        self.random = random
        self.title = title
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        guard try reader.u8("genesis") == Self.format else {
            throw FormatError(.unknownVersion, "genesis")
        }
        founder = try NodeID(from: &reader, "founder")
        founderTLSKeyHash = try reader.raw(32, "founder's TLS key hash")
        random = try reader.raw(16, "random")
        title = try reader.text("title", max: Limits.titleBytesMax)
        try reader.finish("genesis")
        // Whoever likes could sign as such a founder.
        guard !founder.isWeak else { throw FormatError(.weakKey, "founder") }
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.u8(Self.format)
        founder.encode(to: &writer)
        writer.raw(founderTLSKeyHash)
        writer.raw(random)
        writer.text(title)
        return writer.bytes
    }

    public var hash: [UInt8] {
        var hash = LabelledHash("rc1.genesis")
        hash.add(encoded())
        return hash.finish()
    }

    public var register: RegisterID { RegisterID(Array(hash.prefix(16))) }
}

/// A register's name: the start of its genesis' hash.
public struct RegisterID: Hashable, Sendable {
    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) {
        precondition(bytes.count == 16, "a register id has 16 bytes, got \(bytes.count)")
        self.bytes = bytes
    }

    public var text: String { Base32.digits(bytes) }

    private static let digitCount = 27

    /// With a check digit and in groups, as it is read out to somebody.
    public var checkedText: String {
        let digits = Base32.values(text) ?? []
        let checked = digits + [Base32.checkDigit(digits)]
        return stride(from: 0, to: Self.digitCount, by: 3).map {
            Base32.text(checked[$0..<($0 + 3)])
        }.joined(separator: "-")
    }

    /// As a person typed it who was read it out.
    public init(typed text: String) throws(FormatError) {
        let digits = try Base32.checked(text, digitCount: Self.digitCount)
        // 26 digits are two bits more than 16 bytes.
        guard digits[0] < 8 else { throw FormatError(.outOfLimits, "register") }
        var bytes: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = -2
        for digit in digits {
            buffer = (buffer << 5 | UInt32(digit)) & 0x1fff
            bits += 5
            guard bits >= 8 else { continue }
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
        }
        self.init(bytes)
    }

    /// The first 45 bits of a record's name.
    public func recordNumber(_ replica: ReplicaID, _ counter: UInt64) -> UInt64 {
        var hash = LabelledHash("rc1.record")
        hash.add(bytes)
        hash.add(replica)
        hash.add(u64: counter)
        return hash.finish8() >> 19
    }

    /// The 10 digits that people see for a record's number.
    public static func recordText(_ number: UInt64) -> String {
        let digits = Base32.digits(number, count: 9)
        let check = Base32.checkDigit(Base32.values(digits) ?? [])
        return digits + Base32.text([check])
    }
}
