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
    /// What that says of its bundle key; empty: nothing.
    public var bundleKey: [UInt8] = []
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

    /// What is to be kept and for how long.
    public private(set) var keeping = Keeping()

    /// The sets of recovery keys of which two make a member an administrator, causes first.
    public private(set) var recoverySets: [RecoverySet] = []

    /// To what bundles for a node are sealed.
    public private(set) var bundleKeys: [NodeID: [AgeRecipient]] = [:]

    /// All keys that each node ever named for bundles.
    private(set) var bundleKeysEver: [NodeID: Set<AgeRecipient>] = [:]

    /// To whom the keys of restricted classes were given.
    public private(set) var classKeys = GivenClassKeys()

    /// How often conclusions were drawn.
    private(set) var settledCount = 0

    /// The entries by which a node was let in and has its role, with the sets of recovery keys that it took.
    private var grounds: [NodeID: [Dot]] = [:]

    private let scheme: SignatureScheme
    private var history = ControlHistory()
    /// What was decided of entries whose whole past is here.
    private var verdicts: [Dot: Bool] = [:]
    private var isSettled = true
    /// How far the replicas of nodes that are no members count; none: nothing of them.
    private var vouched: [NodeID: [ReplicaID: Vouched]] = [:]
    private var mayNotWrite: Set<NodeID> = []
    private var decisions = Decisions()
    private var holders = KeyHolders()

    public init(genesis: Genesis, scheme: SignatureScheme = .ed25519) {
        self.genesis = genesis
        self.scheme = scheme
        register = genesis.register
        members[genesis.founder] = Member(
            node: genesis.founder, tlsKeyHash: genesis.founderTLSKeyHash,
            role: Role.administrator.rawValue, name: "", entry: nil)
        holders = KeyHolders([], founder: members[genesis.founder], ReplicaTable())
    }

    // MARK: - questions

    public func isMember(_ node: NodeID) -> Bool { members[node] != nil }

    /// In canonical order of causes.
    func grounds(of node: NodeID) -> [Dot] { grounds[node] ?? [] }

    public func isAdministrator(_ node: NodeID) -> Bool {
        members[node]?.role == Role.administrator.rawValue
    }

    /// Whether a node may only read.
    public func isObserver(_ node: NodeID) -> Bool {
        members[node]?.role == Role.observer.rawValue
    }

    /// Whether what a node signed is taken in at all, if only to wait in quarantine.
    public func isKnown(_ node: NodeID) -> Bool {
        members[node] != nil || vouched[node] != nil
    }

    /// Whose connection it is that shows a TLS key.
    public func member(tlsKeyHash: [UInt8]) -> Member? {
        holders.nodes[tlsKeyHash].flatMap { members[$0] }
    }

    /// Whether another node has this TLS key, or had it before it was taken out.
    func isTaken(tlsKeyHash: [UInt8], byOtherThan node: NodeID) -> Bool {
        (Array(members.values) + revoked.values.map(\.member)).contains {
            $0.tlsKeyHash == tlsKeyHash && $0.node != node
        }
    }

    /// Up to which change a replica counts; beyond it is in quarantine what was not adopted.
    public func countedHeight(of replica: ReplicaID) -> UInt64 {
        if replica.isBranch { return 0 }
        if replica.lane == .data, mayNotWrite.contains(replica.node) { return 0 }
        guard let vouched = vouched[replica.node], !isPlanted(.cutIgnored) else {
            return Dot.counterMax
        }
        return vouched[replica]?.height ?? 0
    }

    /// The last change of a replica for which those vouch who took its node out: where it was written twice, the side that
    /// leads there keeps its name.
    func vouched(of replica: ReplicaID) -> Vouched? { vouched[replica.node]?[replica] }

    /// Which changes of a replica count.
    public func counted(of replica: ReplicaID) -> CountedChanges {
        CountedChanges(
            height: countedHeight(of: replica),
            // What was written twice counts under the names that whoever adopts it gives it.
            adopted: replica.isBranch ? [] : decisions.adopted(of: replica))
    }

    /// What was decided of a change, by those who did not know of each other's decision; causes first.
    public func decisions(about counter: UInt64, of replica: ReplicaID) -> [Decision] {
        decisions.about(counter, of: replica)
    }

    /// How far an ended replica went by what ended it.
    func endedHeight(of replica: ReplicaID) -> UInt64? { history.endedHeight(of: replica) }

    /// How far each ended control replica went by what ended it.
    var endedControlHeights: [ReplicaID: UInt64] { history.endedControlHeights }

    /// Whether something may be beyond what counts.
    public var hasLimits: Bool { !vouched.isEmpty || !mayNotWrite.isEmpty }

    /// Entries of members, roles and revocations.
    public var entryCount: Int {
        history.entries.count { entry in
            switch entry.act {
            case .member, .role, .revoke, .erase: true
            case .adopt, .retention, .hold, .key, .classKey, .recoveryKeys, .recover: false
            }
        }
    }

    // MARK: - what came

    /// Takes in a control change; ``settle(_:)`` draws the conclusions.
    ///
    /// Entries that are not well-formed or not proven change nothing.
    mutating func apply(
        _ change: Change, _ hash: [UInt8], _ table: ReplicaTable, on branch: BranchPlace? = nil
    ) {
        let id = table[change.dot.replica]
        let position = history.note(change, hash, by: id, on: branch)
        if branch == nil { noteEnded(by: change, table) }
        // Whatever its kind: somebody may have known of it, and it of others.
        isSettled = false
        guard let write = change.write(to: .entry),
            case .entry(let bytes) = Body(change.bodies, write.body).content
        else { return }
        let origin = branch?.origin ?? id
        let counter = (branch?.base ?? 0) + change.dot.counter
        if change.kind == ChangeKind.operator {
            if branch == nil, let entry = try? OperatorEntry(bytes) {
                operators[change.dot] = entry
            }
        } else if let act = act(change.kind, bytes, origin, counter, change.dot) {
            history.add(
                .init(
                    dot: change.dot, replica: origin, counter: counter, position: position, act: act
                ))
        }
    }

    /// Which replicas a first change ended says how far those count, once their node is revoked.
    mutating func noteEnded(by change: Change, _ table: ReplicaTable) {
        guard change.dot.counter == 1 else { return }
        let id = table[change.dot.replica]
        history.note(endedBy: change, of: id)
        guard vouched[id.node] != nil else { return }
        isSettled = false
        // A revoke may list a replica of which its author knew nothing, and what that one ended counts then.
        if id.lane == .control { verdicts = [:] }
    }

    private func act(
        _ kind: UInt64, _ bytes: [UInt8], _ id: ReplicaID, _ counter: UInt64, _ dot: Dot
    ) -> ControlHistory.Act? {
        switch kind {
        case ChangeKind.member:
            guard let entry = try? MemberEntry(bytes), entry.isProven(in: register, by: scheme)
            else { return nil }
            return .member(entry)
        case ChangeKind.role: return (try? RoleEntry(bytes)).map { .role($0) }
        case ChangeKind.revoke: return (try? RevokeEntry(bytes)).map { .revoke($0) }
        case ChangeKind.erase: return (try? EraseEntry(bytes)).map { .erase($0) }
        case ChangeKind.adopt: return (try? AdoptEntry(bytes)).map { .adopt($0) }
        case ChangeKind.retention: return (try? RetentionEntry(bytes)).map { .retention($0) }
        case ChangeKind.hold: return (try? HoldEntry(bytes)).map { .hold($0) }
        case ChangeKind.key: return (try? KeyEntry(bytes)).map { .key($0) }
        case ChangeKind.classKey: return (try? ClassKeyEntry(bytes)).map { .classKey($0) }
        case ChangeKind.recovery: return recoveryAct(bytes, id, counter, dot)
        default: return nil
        }
    }

    private func recoveryAct(
        _ bytes: [UInt8], _ id: ReplicaID, _ counter: UInt64, _ dot: Dot
    ) -> ControlHistory.Act? {
        switch try? RecoveryEntry(bytes) {
        case .keys(let keys):
            return .recoveryKeys(
                RecoverySet(
                    id: keys.set(in: register, of: id, counter), keys: keys.keys, entry: dot,
                    author: id.node))
        case .recover(let recovery):
            return recovery.isSigned(in: register, at: id, counter, by: scheme)
                ? .recover(recovery) : nil
        case nil: return nil
        }
    }

    // MARK: - conclusions

    /// Decides anew who may speak; answers whether anything that was asked above may be answered otherwise now.
    @discardableResult
    mutating func settle(_ table: ReplicaTable) -> Bool {
        guard !isSettled else { return false }
        isSettled = true
        settledCount += 1
        let before = (members, vouched, mayNotWrite, erasures, decisions, holders)
        var admitted: [(member: Member, grants: [ControlHistory.Judged])] = []
        let entries = validEntries()
        var authority = Authority(founder: genesis.founder, entries, history.tree)
        members = [:]
        revoked = [:]
        vouched = [:]
        mayNotWrite = []
        grounds = [:]
        for node in Set(entries.grants.keys).union([genesis.founder]) {
            let grants = authority.grants(to: node)
            guard authority.isAdmitted(node) else {
                if entries.namesNewcomer(node) { vouched[node] = [:] }
                continue
            }
            grounds[node] = authority.grounds(grants)
            let member = member(node, by: grants, role: authority.role(of: node), table)
            let revokes = authority.revokes(of: node)
            if revokes.isEmpty {
                members[node] = member
                admitted.append((member, grants))
            } else {
                revoked[node] = Revocation(member: member, reasons: revokes.map(\.entry.reason))
            }
            let roles = Set(grants.map { Authority.role($0.entry.act) })
            if roles == [Role.observer.rawValue], node != genesis.founder {
                mayNotWrite.insert(node)
            }
        }
        for (node, revokes) in entries.revokes {
            vouched[node] = Self.lowest(revokes.map(\.vouched))
        }
        erasures = Erasures(authority.erasures())
        decisions = Decisions(authority.adopts())
        holders = KeyHolders(admitted, founder: founderWithItsKey, table)
        // No answer to a question above depends on it.
        keeping = authority.keeping()
        recoverySets = authority.recoverySets()
        bundleKeys = authority.bundleKeys()
        bundleKeysEver = authority.bundleKeysEver()
        classKeys = authority.classKeys(table)
        for member in members.values {
            guard let recipient = try? AgeRecipient(member.bundleKey) else { continue }
            bundleKeysEver[member.node, default: []].insert(recipient)
            if bundleKeys[member.node] == nil { bundleKeys[member.node] = [recipient] }
        }
        return before != (members, vouched, mayNotWrite, erasures, decisions, holders)
    }

    private var founderWithItsKey: Member? {
        members[genesis.founder].flatMap {
            $0.tlsKeyHash == genesis.founderTLSKeyHash ? $0 : nil
        }
    }

    /// Of several entries that let one node in the one whose dot comes first says its name and TLS key.
    private func member(
        _ node: NodeID, by grants: [ControlHistory.Judged], role: UInt8, _ table: ReplicaTable
    ) -> Member {
        var member = Member(
            node: node, tlsKeyHash: genesis.founderTLSKeyHash, role: role, name: "", entry: nil)
        for grant in grants {
            guard case .member(let entry) = grant.entry.act else { continue }
            if let earlier = member.entry, table.precedes(earlier, grant.entry.dot) { continue }
            member.tlsKeyHash = entry.tlsKeyHash
            member.name = entry.name
            member.entry = grant.entry.dot
            member.bundleKey = entry.bundleKey
        }
        return member
    }

    /// By several revokes of a node: what each of them lists, as far as the least of them.
    private static func lowest(
        _ revokes: [[ReplicaID: Vouched]]
    ) -> [ReplicaID: Vouched] {
        guard var lowest = revokes.first else { return [:] }
        for other in revokes.dropFirst() {
            for (id, vouched) in lowest {
                lowest[id] = other[id].flatMap { Vouched.lowest([vouched, $0]) }
            }
        }
        return lowest
    }

    /// The entries whose authors might write them, by all that they knew themselves: causes before effects.
    ///
    /// So a removal holds against whoever removes its author at the same time, and whoever knew of their own removal when
    /// they wrote is not heard.
    private mutating func validEntries() -> ValidEntries {
        var valid = ValidEntries()
        for candidate in history.judged() {
            let isValid = verdicts[candidate.entry.dot] ?? isAllowed(candidate, by: valid)
            // Once all that its author knew is here, nothing that comes changes the verdict.
            if candidate.isPastWhole { verdicts[candidate.entry.dot] = isValid }
            if isValid { valid.append(candidate, history) }
        }
        return valid
    }

    private func isAllowed(_ candidate: ControlHistory.Judged, by valid: ValidEntries) -> Bool {
        let author = candidate.entry.author
        var authority = Authority(
            founder: genesis.founder, valid, history.tree, knownIn: candidate.past)
        if case .recover(let recovery) = candidate.entry.act {
            return authority.isMember(author) && authority.bears(recovery, candidate)
        }
        if authority.isAdministrator(author) { return true }
        switch candidate.entry.act {
        // Anybody may leave, and speaks for its own key.
        case .revoke(let revoke): return revoke.node == author && authority.isMember(author)
        case .key: return authority.isMember(author)
        default: return false
        }
    }
}
