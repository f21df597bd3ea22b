import RollcallCore
import RollcallTrust

/// The entries that are valid, causes before effects, and by the node that they are about.
struct ValidEntries {
    struct Revoke {
        var judged: ControlHistory.Judged
        var entry: RevokeEntry
        /// How far the node's replicas count.
        var vouched: [ReplicaID: Vouched]
    }

    private(set) var all: [ControlHistory.Judged] = []
    /// Places in `all` of the entries that let a node in or give it a role.
    private(set) var grants: [NodeID: [Int]] = [:]
    private(set) var revokes: [NodeID: [Revoke]] = [:]
    /// Places in `all` of the entries that destroy values.
    private(set) var erases: [Int] = []
    /// Places in `all` of the entries about changes in quarantine.
    private(set) var adopts: [Int] = []
    /// Places in `all` of the entries that say until when the register is kept.
    private(set) var retentions: [Int] = []
    /// Places in `all` of the entries about what must not be erased.
    private(set) var holds: [Int] = []
    /// Places in `all` of the entries that say a node's bundle key, by the node.
    private(set) var keys: [NodeID: [Int]] = [:]
    /// Places in `all` of the entries that give keys of restricted classes.
    private(set) var classKeys: [Int] = []
    /// Places in `all` of the sets of recovery keys.
    private(set) var recoverySets: [Int] = []

    mutating func append(_ judged: ControlHistory.Judged, _ history: ControlHistory) {
        switch judged.entry.act {
        case .member(let entry): grants[entry.node, default: []].append(all.count)
        case .role(let entry): grants[entry.node, default: []].append(all.count)
        case .erase: erases.append(all.count)
        case .revoke(let entry):
            revokes[entry.node, default: []].append(
                Revoke(judged: judged, entry: entry, vouched: history.vouched(by: entry)))
        case .adopt: adopts.append(all.count)
        case .retention: retentions.append(all.count)
        case .hold: holds.append(all.count)
        case .key: keys[judged.entry.author, default: []].append(all.count)
        case .classKey: classKeys.append(all.count)
        case .recoveryKeys: recoverySets.append(all.count)
        case .recover: grants[judged.entry.author, default: []].append(all.count)
        }
        all.append(judged)
    }

    /// Whether an entry lets the node in, counting or not.
    func namesNewcomer(_ node: NodeID) -> Bool {
        grants[node]?.contains { place in
            if case .member = all[place].entry.act { true } else { false }
        } ?? false
    }
}

/// Who may speak, by the valid entries that somebody knew, or by all of them.
///
/// It looks only at what a question needs: thousands of entries ask it about their own authors.
struct Authority {
    private let founder: NodeID
    private let entries: ValidEntries
    private let tree: ControlTree
    /// Nil: by all of them.
    private let past: Past?
    /// The place of the first entry that counts and lets a node in.
    private var admissions: [NodeID: Int] = [:]
    /// How many of a node's grants were looked at for that.
    private var lookedAt: [NodeID: Int] = [:]

    init(
        founder: NodeID, _ entries: ValidEntries, _ tree: ControlTree, knownIn past: Past? = nil
    ) {
        self.founder = founder
        self.entries = entries
        self.tree = tree
        self.past = past
    }

    // MARK: - questions

    /// The revokes of a node, causes first.
    func revokes(of node: NodeID) -> [ValidEntries.Revoke] {
        (entries.revokes[node] ?? []).filter { isHere($0.judged) }
    }

    func isRevoked(_ node: NodeID) -> Bool {
        entries.revokes[node]?.contains { isHere($0.judged) } ?? false
    }

    /// Whether a node was ever let in by what counts.
    mutating func isAdmitted(_ node: NodeID) -> Bool { isAdmitted(node, before: .max) }

    mutating func isMember(_ node: NodeID) -> Bool { !isRevoked(node) && isAdmitted(node) }

    mutating func isAdministrator(_ node: NodeID) -> Bool {
        isMember(node) && role(of: node) == Role.administrator.rawValue
    }

    /// The entries that count and let a node in or give it a role, causes first.
    mutating func grants(to node: NodeID) -> [ControlHistory.Judged] {
        var counting: [ControlHistory.Judged] = []
        for place in entries.grants[node] ?? [] where counts(place) {
            counting.append(entries.all[place])
        }
        return counting
    }

    /// The entries that destroy values, and whether each counts.
    mutating func erasures() -> [(dot: Dot, entry: EraseEntry, counts: Bool)] {
        var erasures: [(dot: Dot, entry: EraseEntry, counts: Bool)] = []
        for place in entries.erases {
            guard case .erase(let entry) = entries.all[place].entry.act else { continue }
            erasures.append((entries.all[place].entry.dot, entry, counts(place)))
        }
        return erasures
    }

    /// The entries about changes in quarantine that count, causes first.
    mutating func adopts() -> [ControlHistory.Judged] { counting(entries.adopts) }

    /// What is to be kept and for how long, by the entries that count.
    mutating func keeping() -> Keeping {
        Keeping(retentions: counting(entries.retentions), holds: counting(entries.holds))
    }

    /// The sets of recovery keys that hold: those that count and no other's author knew.
    mutating func recoverySets() -> [RecoverySet] {
        LatestEntries.of(counting(entries.recoverySets)).compactMap { judged in
            if case .recoveryKeys(let set) = judged.entry.act { set } else { nil }
        }
    }

    /// The bundle keys of each node: of its entries that count those of which no later one knew.
    mutating func bundleKeys() -> [NodeID: [AgeRecipient]] {
        var keys: [NodeID: [AgeRecipient]] = [:]
        for (node, places) in entries.keys {
            let latest = LatestEntries.of(counting(places)).compactMap { judged in
                if case .key(let entry) = judged.entry.act { entry.recipient } else { nil }
            }
            if !latest.isEmpty { keys[node] = latest }
        }
        return keys
    }

    /// All keys that a node ever named for bundles, replaced ones too.
    mutating func bundleKeysEver() -> [NodeID: Set<AgeRecipient>] {
        var keys: [NodeID: Set<AgeRecipient>] = [:]
        for (node, places) in entries.keys {
            for judged in counting(places) {
                if case .key(let entry) = judged.entry.act {
                    keys[node, default: []].insert(entry.recipient)
                }
            }
        }
        return keys
    }

    /// The keys of restricted classes, by the entries that count.
    mutating func classKeys(_ table: ReplicaTable) -> GivenClassKeys {
        GivenClassKeys(counting(entries.classKeys), table)
    }

    /// Every set of recovery keys that somebody knew, whether it counts or not.
    var knownSets: [(place: Int, set: RecoverySet, by: ControlHistory.Judged)] {
        entries.recoverySets.compactMap { place in
            let judged = entries.all[place]
            guard isHere(judged), case .recoveryKeys(let set) = judged.entry.act else { return nil }
            return (place, set, judged)
        }
    }

    mutating func countsAsSet(_ place: Int) -> Bool { counts(place) }

    private mutating func counting(_ places: [Int]) -> [ControlHistory.Judged] {
        var counting: [ControlHistory.Judged] = []
        for place in places where counts(place) { counting.append(entries.all[place]) }
        return counting
    }

    /// The role by the entries that no other entry's author knew; of several the one that may do least.
    mutating func role(of node: NodeID) -> UInt8 {
        var role: UInt8?
        var isAnyGiven = false
        var latest = LatestEntries()
        for place in (entries.grants[node] ?? []).reversed() {
            let grant = entries.all[place]
            guard !latest.hides(grant), counts(place) else { continue }
            isAnyGiven = true
            if latest.add(grant) { role = max(role ?? 0, Self.role(grant.entry.act)) }
        }
        if let role { return role }
        return (isAnyGiven ? Role.observer : .administrator).rawValue
    }

    static func role(_ act: ControlHistory.Act) -> UInt8 {
        switch act {
        case .member(let entry): entry.role
        case .role(let entry): entry.role.rawValue
        case .recover: Role.administrator.rawValue
        case .revoke, .erase, .adopt, .retention, .hold, .key, .classKey, .recoveryKeys:
            Role.observer.rawValue
        }
    }

    // MARK: - what counts

    private func isHere(_ judged: ControlHistory.Judged) -> Bool {
        past.map { judged.isKnown(in: $0) } ?? true
    }

    /// Whether an entry lies beyond how far its author's replica counts, or is on a branch of it.
    private func isCut(_ judged: ControlHistory.Judged) -> Bool {
        let entry = judged.entry
        let revokes = revokes(of: entry.author)
        if revokes.contains(where: { entry.counter > $0.vouched[entry.replica]?.height ?? 0 }) {
            return true
        }
        return !tree.isOnTrunk(
            entry.position, in: past,
            vouched: Vouched.lowest(revokes.compactMap { $0.vouched[entry.replica] }))
    }

    /// Whether an entry that is no revoke counts: its author was let in before it by what counts, and so was whom it gives
    /// a role.
    private mutating func counts(_ place: Int) -> Bool {
        let judged = entries.all[place]
        guard isHere(judged), !isCut(judged), isAdmitted(judged.entry.author, before: place) else {
            return false
        }
        switch judged.entry.act {
        case .role(let entry): return isAdmitted(entry.node, before: place)
        case .recover(let recovery): return bears(recovery, judged)
        default: return true
        }
    }

    /// Whether a node was let in by an entry that stands before a place.
    ///
    /// Who let it in must have been let in, and so on; a chain may be as long as a liar likes.
    private mutating func isAdmitted(_ node: NodeID, before place: Int) -> Bool {
        var open = [(node: node, before: place)]
        while let (asked, bound) = open.last {
            guard let admission = nextAdmission(of: asked, before: bound) else {
                open.removeLast()
                continue
            }
            let judged = entries.all[admission]
            let author = judged.entry.author
            if !isHere(judged) || isCut(judged) {
                lookedAt[asked, default: 0] += 1
            } else if wasFound(author, before: admission) {
                admissions[asked] = admission
            } else if nextAdmission(of: author, before: admission) == nil {
                lookedAt[asked, default: 0] += 1
            } else {
                open.append((author, admission))
            }
        }
        return wasFound(node, before: place)
    }

    private func wasFound(_ node: NodeID, before place: Int) -> Bool {
        node == founder || admissions[node].map { $0 < place } ?? false
    }

    /// The next entry that may let a node in; nil if it is known whether one before the place does.
    private mutating func nextAdmission(of node: NodeID, before place: Int) -> Int? {
        guard node != founder, admissions[node] == nil, let grants = entries.grants[node] else {
            return nil
        }
        var index = lookedAt[node] ?? 0
        while index < grants.count, grants[index] < place {
            if case .member = entries.all[grants[index]].entry.act {
                lookedAt[node] = index
                return grants[index]
            }
            index += 1
        }
        lookedAt[node] = index
        return nil
    }
}
