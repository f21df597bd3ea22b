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

/// A node that was taken out for good.
public struct Revocation: Equatable, Sendable {
    public var member: Member
    /// One for each revoke, causes first.
    public var reasons: [String]
}

/// Who may speak in this register: a rule over all control changes that came, whatever their order.
public struct Membership: Sendable {
    public let genesis: Genesis
    public let register: RegisterID
    public private(set) var members: [NodeID: Member] = [:]
    public private(set) var revoked: [NodeID: Revocation] = [:]
    /// Operators by the dot of their entry.
    public private(set) var operators: [Dot: OperatorEntry] = [:]
    /// What is destroyed for good.
    public private(set) var erasures = Erasures()

    private let scheme: SignatureScheme
    private var history = ControlHistory()
    /// What was decided of entries whose whole past is here.
    private var verdicts: [Dot: (isValid: Bool, past: VersionVector)] = [:]
    private var isSettled = true
    /// How far the replicas of nodes that are no members count; none: nothing of them.
    private var countedHeights: [NodeID: [ReplicaID: UInt64]] = [:]
    private var mayNotWrite: Set<NodeID> = []

    public init(genesis: Genesis, scheme: SignatureScheme = .ed25519) {
        self.genesis = genesis
        self.scheme = scheme
        register = genesis.register
        members[genesis.founder] = Member(
            node: genesis.founder, tlsKeyHash: genesis.founderTLSKeyHash,
            role: Role.administrator.rawValue, name: "", entry: nil)
    }

    // MARK: - questions

    public func isMember(_ node: NodeID) -> Bool { members[node] != nil }

    public func isAdministrator(_ node: NodeID) -> Bool {
        members[node]?.role == Role.administrator.rawValue
    }

    /// Whether a node may only read.
    public func isObserver(_ node: NodeID) -> Bool {
        members[node]?.role == Role.observer.rawValue
    }

    /// Whether what a node signed is taken in at all, if only to wait in quarantine.
    public func isKnown(_ node: NodeID) -> Bool {
        members[node] != nil || countedHeights[node] != nil
    }

    public func member(tlsKeyHash: [UInt8]) -> Member? {
        // Two nodes that show one TLS key are told apart by order, the same on every laptop.
        members.values.filter { $0.tlsKeyHash == tlsKeyHash }
            .min { $0.node.precedes($1.node) }
    }

    /// Up to which change a replica counts; beyond it all is in quarantine.
    public func countedHeight(of replica: ReplicaID) -> UInt64 {
        if replica.lane == .data, mayNotWrite.contains(replica.node) { return 0 }
        guard let heights = countedHeights[replica.node], !isPlanted(.cutIgnored) else {
            return Dot.counterMax
        }
        return heights[replica] ?? 0
    }

    /// How far an ended replica went by what ended it.
    func endedHeight(of replica: ReplicaID) -> UInt64? { history.endedHeight(of: replica) }

    /// Whether something may be beyond what counts.
    public var hasLimits: Bool { !countedHeights.isEmpty || !mayNotWrite.isEmpty }

    /// Entries of members, roles and revocations.
    public var entryCount: Int { history.entries.count }

    // MARK: - what came

    /// Takes in a control change; ``settle(_:)`` draws the conclusions.
    ///
    /// Entries that are not well-formed or not proven change nothing.
    mutating func apply(_ change: Change, _ table: ReplicaTable) {
        let id = table[change.dot.replica]
        history.note(linksOf: change, by: id)
        noteEnded(by: change, table)
        guard let write = change.write(to: .entry),
            case .entry(let bytes) = Body(change.bodies, write.body).content
        else { return }
        if change.kind == ChangeKind.operator {
            if let entry = try? OperatorEntry(bytes) { operators[change.dot] = entry }
        } else if let act = act(change.kind, bytes) {
            history.add(.init(dot: change.dot, author: id.node, act: act))
            isSettled = false
        }
    }

    /// Which replicas a first change ended says how far those count, once their node is revoked.
    mutating func noteEnded(by change: Change, _ table: ReplicaTable) {
        guard change.dot.counter == 1 else { return }
        history.note(endedBy: change, of: table[change.dot.replica])
        if hasLimits { isSettled = false }
    }

    private func act(_ kind: UInt64, _ bytes: [UInt8]) -> ControlHistory.Act? {
        switch kind {
        case ChangeKind.member:
            guard let entry = try? MemberEntry(bytes), entry.isProven(in: register, by: scheme)
            else { return nil }
            return .member(entry)
        case ChangeKind.role: return (try? RoleEntry(bytes)).map { .role($0) }
        case ChangeKind.revoke: return (try? RevokeEntry(bytes)).map { .revoke($0) }
        case ChangeKind.erase: return (try? EraseEntry(bytes)).map { .erase($0) }
        default: return nil
        }
    }

    // MARK: - conclusions

    /// Decides anew who may speak; answers whether anything that was asked above may be answered otherwise now.
    @discardableResult
    mutating func settle(_ table: ReplicaTable) -> Bool {
        guard !isSettled else { return false }
        isSettled = true
        let before = (members, countedHeights, mayNotWrite, erasures)
        let authority = Authority(genesis, validEntries(table), history, table)
        members = authority.admitted.filter { authority.isMember($0.key) }
        revoked = [:]
        countedHeights = [:]
        for node in authority.disowned { countedHeights[node] = [:] }
        for (node, revokes) in authority.revocations {
            countedHeights[node] = Self.lowest(authority.cuts[node] ?? [])
            guard let member = authority.admitted[node] else { continue }
            revoked[node] = Revocation(member: member, reasons: revokes.map(\.reason))
        }
        mayNotWrite = Set(
            authority.rolesEver.filter { $0.value == [Role.observer.rawValue] }.keys)
        erasures = Erasures(authority.erased)
        return before != (members, countedHeights, mayNotWrite, erasures)
    }

    private static func lowest(_ cuts: [[ReplicaID: UInt64]]) -> [ReplicaID: UInt64] {
        guard var lowest = cuts.first else { return [:] }
        for other in cuts.dropFirst() {
            lowest = lowest.filter { other[$0.key] != nil }
            for (id, height) in other where lowest[id].map({ $0 > height }) ?? false {
                lowest[id] = height
            }
        }
        return lowest
    }

    /// The entries whose authors might write them, by all that they knew themselves: causes before effects.
    ///
    /// So a removal holds against whoever removes its author at the same time, and whoever knew of their own removal when
    /// they wrote is not heard.
    private mutating func validEntries(_ table: ReplicaTable) -> [Authority.Judged] {
        let judged = history.entries.map { entry in
            if let verdict = verdicts[entry.dot] {
                return Authority.Judged(entry: entry, past: verdict.past, isPastWhole: true)
            }
            let past = history.past(of: entry.dot, table)
            return Authority.Judged(entry: entry, past: past.known, isPastWhole: past.isWhole)
        }.sorted { left, right in
            let (a, b) = (left.past.changeCount, right.past.changeCount)
            return a == b ? table.precedes(left.entry.dot, right.entry.dot) : a < b
        }
        var valid: [Authority.Judged] = []
        for candidate in judged {
            if isValid(candidate, valid, table) { valid.append(candidate) }
        }
        return valid
    }

    private mutating func isValid(
        _ candidate: Authority.Judged, _ valid: [Authority.Judged], _ table: ReplicaTable
    ) -> Bool {
        if let verdict = verdicts[candidate.entry.dot] { return verdict.isValid }
        let known = valid.filter { candidate.past.includes($0.entry.dot) }
        let isValid = isAllowed(candidate.entry, by: Authority(genesis, known, history, table))
        // Once all that its author knew is here, nothing that comes changes the verdict.
        if candidate.isPastWhole {
            verdicts[candidate.entry.dot] = (isValid, candidate.past)
        }
        return isValid
    }

    private func isAllowed(_ entry: ControlHistory.Entry, by authority: Authority) -> Bool {
        switch entry.act {
        case .member, .role, .erase: return authority.isAdministrator(entry.author)
        case .revoke(let revoke):
            // Anybody may leave.
            return authority.isAdministrator(entry.author)
                || revoke.node == entry.author && authority.isMember(entry.author)
        }
    }
}
