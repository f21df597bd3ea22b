public import RollcallCore
import RollcallWire

/// What a member may do.
public enum Role: UInt8, Sendable, CaseIterable {
    case administrator = 1
    case `operator` = 2
    case medic = 3
    case observer = 4

    /// Whether a laptop of this role has the keys of a class.
    public func mayRead(_ fieldClass: UInt8) -> Bool {
        switch (self, fieldClass) {
        case (.administrator, _), (.operator, _), (.medic, 0...3), (.observer, 0...2): true
        default: false
        }
    }
}

/// The entry that lets a node in.
public struct MemberEntry: Equatable, Sendable {
    public var node: NodeID
    public var tlsKeyHash: [UInt8]
    public var role: UInt8
    public var bundleKey: [UInt8]
    public var name: String
    /// The node's own signature: it holds the key (proof of possession).
    public var proof: [UInt8]

    public init(
        node: NodeID, tlsKeyHash: [UInt8], role: Role, bundleKey: [UInt8], name: String,
        proof: [UInt8]
    ) {
        self.node = node
        self.tlsKeyHash = tlsKeyHash
        self.role = role.rawValue
        self.bundleKey = bundleKey
        self.name = name
        self.proof = proof
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        node = try NodeID(from: &reader, "node key")
        tlsKeyHash = try reader.raw(32, "TLS key hash")
        role = try reader.u8("role")
        bundleKey = try reader.publicKeyOrNone("bundle key")
        name = try reader.text("name", max: Limits.nameBytesMax)
        proof = try reader.raw(64, "proof")
        try reader.finish("member")
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        node.encode(to: &writer)
        writer.raw(tlsKeyHash)
        writer.u8(role)
        writer.byteString(bundleKey)
        writer.text(name)
        writer.raw(proof)
        return writer.bytes
    }

    /// What the proof signs.
    public static func enrolment(
        register: RegisterID, node: NodeID, tlsKeyHash: [UInt8], bundleKey: [UInt8]
    ) -> [UInt8] {
        var hash = LabelledHash("rc1.enrol")
        hash.add(register.bytes)
        hash.add(node.bytes)
        hash.add(tlsKeyHash)
        hash.add(byteString: bundleKey)
        return hash.finish()
    }

    /// Whether the node holds its key, and the key is not weak.
    public func isProven(in register: RegisterID, by scheme: SignatureScheme = .ed25519) -> Bool {
        scheme.verifier(of: node)?
            .verifies(
                proof,
                of: Self.enrolment(
                    register: register, node: node, tlsKeyHash: tlsKeyHash, bundleKey: bundleKey))
            ?? false
    }
}

/// The entry that names a person at a keyboard.
public struct OperatorEntry: Equatable, Sendable {
    public var name: String
    /// What their laptop lets them do; nil: no account was made for them, and the laptop's role is theirs.
    public var role: Role?

    public init(name: String, role: Role? = nil) {
        self.name = name
        self.role = role
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        name = try reader.text("name", max: Limits.nameBytesMax)
        guard !reader.isAtEnd else { return }
        guard let role = Role(rawValue: try reader.u8("role")) else {
            throw FormatError(.outOfLimits, "role")
        }
        self.role = role
        try reader.finish("operator")
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.text(name)
        if let role { writer.u8(role.rawValue) }
        return writer.bytes
    }
}
