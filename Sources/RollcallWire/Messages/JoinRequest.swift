public import RollcallCore

/// What a newcomer asks for that comes by stick, without a network.
public struct JoinRequest: Equatable, Sendable {
    /// A P-256 key as a SubjectPublicKeyInfo has so many bytes.
    public static let tlsKeyBytes = 91

    public var register: [UInt8]
    public var node: NodeID
    /// The whole key, not its hash: that it is held is proven.
    public var tlsKey: [UInt8]
    public var bundleKey: [UInt8]
    public var name: String
    /// The node's signature, as its member entry will have it.
    public var enrolment: [UInt8]
    /// The TLS key's signature.
    public var signature: [UInt8] = []

    public init(
        register: [UInt8], node: NodeID, tlsKey: [UInt8], bundleKey: [UInt8], name: String,
        enrolment: [UInt8]
    ) {
        self.register = register
        self.node = node
        self.tlsKey = tlsKey
        self.bundleKey = bundleKey
        self.name = name
        self.enrolment = enrolment
    }

    /// All that the TLS key's signature covers.
    public func encodedForSigning() -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(register)
        node.encode(to: &writer)
        writer.byteString(tlsKey)
        writer.raw(bundleKey)
        writer.text(name)
        writer.raw(enrolment)
        return writer.bytes
    }

    public func encoded() -> [UInt8] { encodedForSigning() + signature }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        register = try reader.raw(16, "register")
        node = try NodeID(from: &reader, "node key")
        tlsKey = try reader.byteString("TLS key")
        guard tlsKey.count == Self.tlsKeyBytes else { throw FormatError(.weakKey, "TLS key") }
        bundleKey = try reader.raw(32, "bundle key")
        guard !BundleKey.isWeak(bundleKey) else { throw FormatError(.weakKey, "bundle key") }
        name = try reader.text("name", max: Limits.nameBytesMax)
        enrolment = try reader.raw(64, "enrolment proof")
        signature = try reader.raw(64, "signature")
        try reader.finish("join request")
    }

    // MARK: - as a file

    /// The whole file.
    public var file: [UInt8] {
        BundleFile.magic + [BundleFile.version, BundleFile.request] + frame
    }

    /// What its number is made of.
    public var frame: [UInt8] { Frame(.joinRequest, encoded()).encoded }

    /// The longest that a file of a request can be.
    public static let fileBytesMax = 1_024

    /// Whether a file begins as a request does.
    public static func isRequest(_ start: [UInt8]) -> Bool {
        start.starts(with: BundleFile.magic + [BundleFile.version, BundleFile.request])
    }

    /// Reads a whole file; what it proves is judged apart.
    public init(file bytes: [UInt8]) throws(FormatError) {
        let magic = BundleFile.magic
        guard magic.starts(with: bytes.prefix(magic.count)) else {
            throw FormatError(.badMagic, "file")
        }
        var reader = ByteReader(bytes)
        _ = try reader.range(of: magic.count, "file")
        guard try reader.u8("version") == BundleFile.version else {
            throw FormatError(.unknownVersion, "version")
        }
        guard try reader.u8("seal") == BundleFile.request else {
            throw FormatError(.unknownSeal, "seal")
        }
        var decoder = FrameDecoder()
        decoder.append(bytes.dropFirst(reader.index))
        guard let frame = try decoder.next() else { throw FormatError(.truncated, "frame") }
        guard frame.type == FrameType.joinRequest.rawValue else {
            throw FormatError(.badMagic, "frame")
        }
        guard frame.flags == 0 else { throw FormatError(.unknownFlags, "frame") }
        try self.init(frame.body)
        guard decoder.bytesBuffered == 0 else { throw FormatError(.trailingBytes, "file") }
    }
}
