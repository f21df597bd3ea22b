public import RollcallCore

/// What a newcomer offers.
public struct JoinOffer: Equatable, Sendable {
    public var node: [UInt8]
    public var random: [UInt8]
    public var bundleKey: [UInt8]
    public var name: String

    public init(node: [UInt8], random: [UInt8], bundleKey: [UInt8], name: String) {
        self.node = node
        self.random = random
        self.bundleKey = bundleKey
        self.name = name
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(node)
        writer.raw(random)
        writer.byteString(bundleKey)
        writer.text(name)
        return writer.bytes
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        node = try reader.raw(32, "node key")
        random = try reader.raw(16, "random")
        bundleKey = try reader.publicKeyOrNone("bundle key")
        name = try reader.text("name", max: Limits.nameBytesMax)
        try reader.finish("join offer")
    }
}

/// Who invites, and to which register.
public struct JoinAnswer: Equatable, Sendable {
    public var node: [UInt8]
    public var random: [UInt8]
    public var genesis: [UInt8]

    public init(node: [UInt8], random: [UInt8], genesis: [UInt8]) {
        self.node = node
        self.random = random
        self.genesis = genesis
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(node)
        writer.raw(random)
        writer.byteString(genesis)
        return writer.bytes
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        node = try reader.raw(32, "node key")
        random = try reader.raw(16, "random")
        genesis = try reader.byteString("genesis")
        try reader.finish("join answer")
    }
}

/// The newcomer's proofs: that it knows the code, and that it holds its key.
public struct JoinProof: Equatable, Sendable {
    public var proof: [UInt8]
    public var enrolment: [UInt8]

    public init(proof: [UInt8], enrolment: [UInt8]) {
        self.proof = proof
        self.enrolment = enrolment
    }

    public func encoded() -> [UInt8] { proof + enrolment }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        proof = try reader.raw(32, "proof")
        enrolment = try reader.raw(64, "enrolment proof")
        try reader.finish("join proof")
    }
}

/// The inviter's proof that it knows the code.
public struct JoinAccept: Equatable, Sendable {
    public var proof: [UInt8]

    public init(proof: [UInt8]) { self.proof = proof }

    public func encoded() -> [UInt8] { proof }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        proof = try reader.raw(32, "proof")
        try reader.finish("join accept")
    }
}

extension ByteReader {
    /// A bundle key, or nothing.
    public mutating func publicKeyOrNone(_ field: @autoclosure () -> String) throws(FormatError)
        -> [UInt8]
    {
        let key = try byteString(field())
        guard key.isEmpty || !BundleKey.isWeak(key) else { throw FormatError(.weakKey, field()) }
        return key
    }
}
