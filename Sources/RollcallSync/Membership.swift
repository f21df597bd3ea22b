public import RollcallCore
public import RollcallTrust

/// A node that the register's authority has let in.
public struct Member: Equatable, Sendable {
    public var node: NodeID
    public var tlsKeyHash: [UInt8]
    public var role: UInt8
    public var name: String
    /// The control change that let it in; nil for the founder before its own entry is known.
    public var entry: Dot?
}

/// Who may speak in this register: a rule over the applied control changes, whatever their order.
public struct Membership: Sendable {
    public let genesis: Genesis
    public let register: RegisterID
    public private(set) var members: [NodeID: Member] = [:]
    /// Operators by the dot of their entry.
    public private(set) var operators: [Dot: OperatorEntry] = [:]

    private let scheme: SignatureScheme

    public init(genesis: Genesis, scheme: SignatureScheme = .ed25519) {
        self.genesis = genesis
        self.scheme = scheme
        register = genesis.register
        members[genesis.founder] = Member(
            node: genesis.founder, tlsKeyHash: genesis.founderTLSKeyHash,
            role: Role.administrator.rawValue, name: "", entry: nil)
    }

    public func isMember(_ node: NodeID) -> Bool { members[node] != nil }

    public func isAdministrator(_ node: NodeID) -> Bool {
        members[node]?.role == Role.administrator.rawValue
    }

    public func member(tlsKeyHash: [UInt8]) -> Member? {
        // Two nodes that show one TLS key are told apart by order, the same on every laptop.
        members.values.filter { $0.tlsKeyHash == tlsKeyHash }
            .min { $0.node.precedes($1.node) }
    }

    /// Takes in a control change by a member and answers whether somebody new was let in.
    ///
    /// Entries that are not well-formed, not proven, or by a node that may not let others in change nothing.
    mutating func apply(_ change: Change, _ table: ReplicaTable) -> Bool {
        guard let write = change.write(to: .entry),
            case .entry(let bytes) = Body(change.bodies, write.body).content
        else { return false }
        let author = table[change.dot.replica].node
        switch change.kind {
        case ChangeKind.member: return admit(bytes, by: author, change.dot, table)
        case ChangeKind.operator:
            if let entry = try? OperatorEntry(bytes) { operators[change.dot] = entry }
            return false
        default: return false
        }
    }

    private mutating func admit(
        _ bytes: [UInt8], by author: NodeID, _ dot: Dot, _ table: ReplicaTable
    ) -> Bool {
        guard isAdministrator(author), let entry = try? MemberEntry(bytes),
            entry.isProven(in: register, by: scheme)
        else { return false }
        let member = Member(
            node: entry.node, tlsKeyHash: entry.tlsKeyHash, role: entry.role, name: entry.name,
            entry: dot)
        guard let known = members[entry.node] else {
            members[entry.node] = member
            return true
        }
        // Two entries for one node: the one that comes first in canonical order, so that all nodes decide alike.
        if let earlier = known.entry, table.precedes(earlier, dot) { return false }
        members[entry.node] = member
        return false
    }
}
