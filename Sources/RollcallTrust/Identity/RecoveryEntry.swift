public import RollcallCore
import RollcallWire

/// The entry about recovery keys: three are made, or two of them make its author an administrator.
public enum RecoveryEntry: Equatable, Sendable {
    case keys(RecoveryKeys)
    case recover(Recovery)

    public enum What: UInt8, Sendable, CaseIterable {
        case keys = 1
        case recover = 2
    }

    /// - Throws: `out of limits` for what is neither, `not sorted` and `weak key` for its keys.
    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        switch What(rawValue: try reader.u8("recovery")) {
        case .keys: self = .keys(try RecoveryKeys(from: &reader))
        case .recover: self = .recover(try Recovery(from: &reader))
        case nil: throw FormatError(.outOfLimits, "recovery")
        }
        try reader.finish("recovery")
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .keys(let keys):
            writer.u8(What.keys.rawValue)
            for key in keys.keys { key.encode(to: &writer) }
        case .recover(let recovery):
            writer.u8(What.recover.rawValue)
            writer.raw(recovery.set)
            for proof in recovery.proofs {
                proof.key.encode(to: &writer)
                writer.raw(proof.signature)
            }
        }
        return writer.bytes
    }

    /// A public key that comes after the one before, so that no two are the same.
    fileprivate static func key(
        from reader: inout ByteReader, after last: NodeID?
    ) throws(FormatError) -> NodeID {
        let key = try NodeID(from: &reader, "recovery key")
        if let last, !last.precedes(key) { throw FormatError(.notSorted, "recovery keys") }
        // Whoever likes could sign as such a one.
        guard !key.isWeak else { throw FormatError(.weakKey, "recovery key") }
        return key
    }
}

/// The public halves of three recovery keys, ascending.
public struct RecoveryKeys: Equatable, Sendable {
    public static let count = 3

    public let keys: [NodeID]

    /// - Precondition: Three unlike keys.
    public init(_ keys: [NodeID]) {
        precondition(Set(keys).count == Self.count, "a set has three unlike recovery keys")
        self.keys = keys.sorted { $0.precedes($1) }
    }

    fileprivate init(from reader: inout ByteReader) throws(FormatError) {
        var keys: [NodeID] = []
        for _ in 0..<Self.count {
            keys.append(try RecoveryEntry.key(from: &reader, after: keys.last))
        }
        self.keys = keys
    }

    /// What names this set: the keys, and where they were made known.
    ///
    /// - Returns: 32 bytes.
    public func set(
        in register: RegisterID, of replica: ReplicaID, _ counter: UInt64
    ) -> [UInt8] {
        var hash = LabelledHash("rc1.recovery")
        hash.add(register.bytes)
        hash.add(replica)
        hash.add(u64: counter)
        for key in keys { hash.add(key.bytes) }
        return hash.finish()
    }
}

/// What makes the author of an entry an administrator: two recovery keys of one set, and what they signed.
public struct Recovery: Equatable, Sendable {
    public static let count = 2

    public struct Proof: Equatable, Sendable {
        public var key: NodeID
        /// 64 bytes.
        public var signature: [UInt8]

        public init(key: NodeID, signature: [UInt8]) {
            self.key = key
            self.signature = signature
        }
    }

    /// 32 bytes (``RecoveryKeys/set(in:of:_:)``).
    public let set: [UInt8]
    /// Two, ascending by key: one key alone is of no use, and neither is one twice.
    public let proofs: [Proof]

    /// Signs for one entry: the dot that it will have names the node, and no other entry ever has it.
    ///
    /// - Precondition: Two unlike keys.
    public init(
        by keys: [NodeKey], of set: [UInt8], in register: RegisterID, at replica: ReplicaID,
        _ counter: UInt64
    ) {
        precondition(Set(keys.map(\.node)).count == Self.count, "two unlike keys recover")
        let message = Self.message(set, register, replica, counter)
        self.set = set
        proofs = keys.sorted { $0.node.precedes($1.node) }.map {
            Proof(key: $0.node, signature: $0.signature(of: message))
        }
    }

    /// As a liar might write it.
    package init(set: [UInt8], proofs: [Proof]) {
        self.set = set
        self.proofs = proofs
    }

    fileprivate init(from reader: inout ByteReader) throws(FormatError) {
        set = try reader.raw(32, "set")
        var proofs: [Proof] = []
        for _ in 0..<Self.count {
            let key = try RecoveryEntry.key(from: &reader, after: proofs.last?.key)
            proofs.append(Proof(key: key, signature: try reader.raw(64, "signature")))
        }
        self.proofs = proofs
    }

    /// Whether both keys signed for the entry with this dot.
    public func isSigned(
        in register: RegisterID, at replica: ReplicaID, _ counter: UInt64,
        by scheme: SignatureScheme = .ed25519
    ) -> Bool {
        let message = Self.message(set, register, replica, counter)
        return Set(proofs.map(\.key)).count == Self.count
            && proofs.allSatisfy {
                scheme.verifier(of: $0.key)?.verifies($0.signature, of: message) ?? false
            }
    }

    private static func message(
        _ set: [UInt8], _ register: RegisterID, _ replica: ReplicaID, _ counter: UInt64
    ) -> [UInt8] {
        var hash = LabelledHash("rc1.recover")
        hash.add(register.bytes)
        hash.add(set)
        hash.add(replica)
        hash.add(u64: counter)
        return hash.finish()
    }
}
