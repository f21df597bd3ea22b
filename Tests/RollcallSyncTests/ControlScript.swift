import RollcallCore
import RollcallTrust
import RollcallWire

@testable import RollcallSync

/// A history of control changes, made by hand: who wrote what, and knew how much of the others then.
struct ControlScript {
    enum Act: Hashable {
        case admit(Int, Role)
        /// Under the TLS key of another.
        case admitAs(Int, Int)
        case role(Int, Role)
        /// With all of the node's control changes that are known to the author, or none of them.
        case revoke(Int, isWhole: Bool)
        /// A lie: with the first change of the node's second replica, whether or not the author knew it.
        case revokeUnseen(Int)
        /// What is decided of the first change of a node's data.
        case judge(Int, AdoptEntry.Verdict)
        /// Until when the register is kept; 0 is without an end.
        case keep(UInt64)
        /// A hold on the first record of a node, or its end.
        case hold(Int, HoldEntry.Verdict)
        /// Three recovery keys.
        case makeKeys
        /// With two keys of a set: by the replica that made it, and its place among that one's sets; known to the author or not.
        case recover(Int, Int = 1, with: Keys = .two)
        /// The name of an operator: no entry that decides anything.
        case name
    }

    enum Keys: Hashable {
        case two
        /// One of the set, and one of nobody's.
        case oneAndForeign
        /// Signed for the change after the author's.
        case twoForAnother
    }

    struct Entry: Hashable {
        /// A node's number, which stands for its first replica; its second has that plus ``ControlScript/nodeCount``.
        var author: Int
        var act: Act
        /// For each replica, how many of its changes the author knew.
        var known: [Int]
        /// How far the first change of a second replica says that the first of its node went.
        var ended = 0
    }

    static let nodeCount = 64
    static let keys: [NodeKey] = (0..<UInt8(nodeCount)).map {
        NodeKey(ideal: [UInt8](repeating: $0 + 1, count: 32))
    }
    static let ids = [7, 8].flatMap { incarnation in
        keys.map { ReplicaID(node: $0.node, lane: .control, incarnation: incarnation) }
    }
    static func dataID(_ node: Int) -> ReplicaID {
        ReplicaID(node: keys[node].node, lane: .data, incarnation: 9)
    }

    static func record(_ node: Int) -> EraseEntry.Name {
        EraseEntry.Name(replica: dataID(node), counter: 1)
    }

    static let genesis = Genesis(
        founder: keys[0].node, founderTLSKeyHash: hash(0), random: [UInt8](repeating: 0, count: 16),
        title: "test")

    static func hash(_ index: Int) -> [UInt8] { sha256([UInt8(index)]) }

    /// What stands for h of a change.
    static func link(_ replica: Int, _ counter: Int) -> [UInt8] {
        [UInt8(replica), UInt8(counter >> 8), UInt8(counter & 255)]
            + [UInt8](repeating: 1, count: 29)
    }

    static func link(_ dot: Dot) -> [UInt8] {
        link(Int(dot.replica.rawValue), Int(dot.counter))
    }

    private(set) var changes: [Change] = []
    private(set) var counts = [Int](repeating: 0, count: ids.count)
    let table: ReplicaTable = {
        var table = ReplicaTable()
        for id in ids { _ = table.insert(id) }
        return table
    }()

    /// Where each replica made recovery keys, by its counters.
    private let sets: [Int: [Int]]

    init(_ entries: [Entry]) {
        sets = Self.sets(entries)
        for entry in entries { add(entry) }
    }

    static func sets(_ entries: [Entry]) -> [Int: [Int]] {
        var counts: [Int: Int] = [:]
        var sets: [Int: [Int]] = [:]
        for entry in entries {
            counts[entry.author, default: 0] += 1
            if entry.act == .makeKeys {
                sets[entry.author, default: []].append(counts[entry.author] ?? 0)
            }
        }
        return sets
    }

    mutating func add(_ entry: Entry) {
        counts[entry.author] += 1
        let dot = Dot(ReplicaNumber(UInt32(entry.author)), UInt64(counts[entry.author]))
        var change = Change(
            dot: dot, kind: kind(entry.act), record: dot, operatorDot: nil, recordedAt: 0,
            extras: extras(entry))
        change.append(.entry, names: [], body: Body(.entry(bytes(entry))).encoded())
        changes.append(change)
    }

    private func kind(_ act: Act) -> UInt64 {
        switch act {
        case .admit, .admitAs: ChangeKind.member
        case .role: ChangeKind.role
        case .revoke, .revokeUnseen: ChangeKind.revoke
        case .judge: ChangeKind.adopt
        case .keep: ChangeKind.retention
        case .hold: ChangeKind.hold
        case .makeKeys, .recover: ChangeKind.recovery
        case .name: ChangeKind.operator
        }
    }

    private func bytes(_ entry: Entry) -> [UInt8] {
        switch entry.act {
        case .admit(let who, let role): return Self.member(who, role, under: who).encoded()
        case .admitAs(let who, let other):
            return Self.member(who, .administrator, under: other).encoded()
        case .role(let who, let role):
            return RoleEntry(node: Self.keys[who].node, role: role).encoded()
        case .revoke(let who, let isWhole):
            let cuts = [who, who + Self.nodeCount].map { ($0, isWhole ? entry.known.at($0) : 0) }
                .filter { $0.1 > 0 }.map { replica, height in
                    Cut(
                        lane: .control, incarnation: Self.ids[replica].incarnation,
                        height: UInt64(height), hash: Self.link(replica, height))
                }
            return RevokeEntry(node: Self.keys[who].node, reason: "lost", cuts: cuts).encoded()
        case .revokeUnseen(let who):
            let cut = Cut(
                lane: .control, incarnation: 8, height: 1, hash: Self.link(who + Self.nodeCount, 1))
            return RevokeEntry(node: Self.keys[who].node, reason: "lost", cuts: [cut]).encoded()
        case .judge(let who, let verdict):
            let run = AdoptEntry.Run(
                replica: Self.dataID(who), counters: 1...1, hash: Self.hash(who))
            return AdoptEntry(verdict: verdict, reason: "seen on paper", runs: [run]).encoded()
        case .keep(let day):
            return RetentionEntry(endDay: day == 0 ? nil : day, reason: "agreed").encoded()
        case .hold(let who, let verdict):
            return HoldEntry(verdict: verdict, reason: "inquiry", records: [Self.record(who)])
                .encoded()
        case .makeKeys:
            return RecoveryEntry.keys(
                Self.recoveryKeys(entry.author, counts[entry.author]).public
            ).encoded()
        case .recover(let maker, let place, let keys):
            return recovery(by: entry.author, maker, place, keys).encoded()
        case .name: return OperatorEntry(name: "Olena").encoded()
        }
    }

    /// The keys that a replica makes in one of its changes.
    private static func recoveryKeys(
        _ replica: Int, _ counter: Int
    ) -> (secret: [NodeKey], public: RecoveryKeys) {
        let secret = (0..<UInt8(3)).map {
            NodeKey(ideal: sha256([UInt8(replica), UInt8(counter), $0]))
        }.sorted { $0.node.precedes($1.node) }
        return (secret, RecoveryKeys(secret.map(\.node)))
    }

    private func recovery(
        by author: Int, _ maker: Int, _ place: Int, _ kind: Keys
    ) -> RecoveryEntry {
        let made = sets[maker] ?? []
        // A set that there is not has a name all the same.
        let counter = place <= made.count ? made[place - 1] : 255
        let keys = Self.recoveryKeys(maker, counter)
        let set = keys.public.set(
            in: Self.genesis.register, of: Self.ids[maker], UInt64(counter))
        var signers = Array(keys.secret.prefix(2))
        if kind == .oneAndForeign { signers[1] = Self.keys[0] }
        let own = UInt64(counts[author] + (kind == .twoForAnother ? 1 : 0))
        return .recover(
            Recovery(
                by: signers, of: set, in: Self.genesis.register, at: Self.ids[author], own))
    }

    private static func member(_ who: Int, _ role: Role, under other: Int) -> MemberEntry {
        let key = keys[who]
        return MemberEntry(
            node: key.node, tlsKeyHash: hash(other), role: role, bundleKey: [], name: "n\(who)",
            proof: key.signature(
                of: MemberEntry.enrolment(
                    register: genesis.register, node: key.node, tlsKeyHash: hash(other),
                    bundleKey: [])))
    }

    private func extras(_ entry: Entry) -> [UInt8] {
        var parents = ByteWriter()
        for (node, count) in entry.known.enumerated() where count > 0 && node != entry.author {
            Self.ids[node].encode(to: &parents)
            parents.varint(UInt64(count))
            parents.raw(Self.link(node, count).prefix(16))
        }
        var extras = ByteWriter()
        if entry.ended > 0 {
            var ended = ByteWriter()
            ended.u64(7)
            ended.varint(entry.ended)
            ended.raw(Self.link(entry.author % Self.nodeCount, entry.ended))
            extras.varint(Extras.ended)
            extras.byteString(ended.bytes)
        }
        guard !parents.bytes.isEmpty else { return extras.bytes }
        extras.varint(Extras.parents)
        extras.byteString(parents.bytes)
        return extras.bytes
    }

    /// In the order of their numbers.
    var replicasWritten: [ReplicaID] {
        Self.ids.indices.filter { counts[$0] > 0 }.map { Self.ids[$0] }
    }

    /// What laptops make of the changes in every order of arrival, each change judged as it comes.
    ///
    /// Those of one replica come in theirs, and so many of all come first. Answers what all orders end in; nil if two that had brought the same changes,
    /// at the end or on the way, came to unlike conclusions.
    func outcomeOfEveryOrder(after count: Int = 0) -> Outcome? {
        var outcomes: [[Int]: Outcome] = [:]
        let byReplica = Dictionary(grouping: changes) { Int($0.dot.replica.rawValue) }
        let replicas = byReplica.keys.sorted()
        let ids = replicas.map { Self.ids[$0] }
        func arrive(_ come: [Int], _ membership: Membership) -> Bool {
            let outcome = Outcome(membership, ids)
            if let earlier = outcomes[come], earlier != outcome { return false }
            outcomes[come] = outcome
            return replicas.indices.allSatisfy { index in
                let changes = byReplica[replicas[index]] ?? []
                guard come[index] < changes.count else { return true }
                var after = membership
                after.note(changes[come[index]], table)
                after.settle(table)
                var grown = come
                grown[index] += 1
                return arrive(grown, after)
            }
        }
        var start = Membership(genesis: Self.genesis, scheme: .ideal)
        var come = replicas.map { _ in 0 }
        for change in changes.prefix(count) {
            start.note(change, table)
            come[replicas.firstIndex(of: Int(change.dot.replica.rawValue)) ?? 0] += 1
        }
        start.settle(table)
        guard arrive(come, start) else { return nil }
        return outcomes[replicas.map { byReplica[$0]?.count ?? 0 }]
    }

    /// What a laptop makes of the changes, in an order; those of one replica come in theirs.
    func membership(_ order: [Int]? = nil, settlingEach: Bool = false) -> Membership {
        var membership = Membership(genesis: Self.genesis, scheme: .ideal)
        var left = Dictionary(grouping: changes) { $0.dot.replica }
        for index in order ?? Array(changes.indices) {
            let replica = changes[index].dot.replica
            guard let next = left[replica]?.removeFirst() else { continue }
            membership.note(next, table)
            if settlingEach { membership.settle(table) }
        }
        membership.settle(table)
        return membership
    }
}

/// All that follows from a history: who is a member, who is out, and how far each replica counts.
struct Outcome: Equatable {
    var roles: [NodeID: UInt8]
    var revoked: Set<NodeID>
    var heights: [UInt64]
    /// Of whom the first data change is adopted.
    var adopted: Set<NodeID>
    /// For whom a connection is taken, by the node whose TLS key it shows.
    var holders: [Int: NodeID] = [:]
    /// Of whom the first record is under hold.
    var underHold: Set<NodeID> = []
    var endDay: UInt64?
    /// The entries of the sets of recovery keys that hold.
    var recoverySets: Set<Dot> = []

    init(
        roles: [NodeID: UInt8], revoked: Set<NodeID>, heights: [UInt64], adopted: Set<NodeID>,
        holders: [Int: NodeID]
    ) {
        self.holders = holders
        self.roles = roles
        self.revoked = revoked
        self.heights = heights
        self.adopted = adopted
    }

    init(_ membership: Membership, _ ids: [ReplicaID]) {
        for index in 0..<4 {
            holders[index] = membership.member(tlsKeyHash: ControlScript.hash(index))?.node
        }
        roles = membership.members.mapValues(\.role)
        revoked = Set(membership.revoked.keys)
        heights = ids.map { membership.countedHeight(of: $0) }
        for index in 0..<4 {
            let hash = ControlScript.hash(index)
            holders[index] = membership.member(tlsKeyHash: hash)?.node
        }
        adopted = Set(
            (0..<4).filter { !membership.counted(of: ControlScript.dataID($0)).adopted.isEmpty }
                .map { ControlScript.keys[$0].node })
        underHold = Set(membership.keeping.onRecords.keys.map(\.replica.node))
        endDay = membership.keeping.endDay
        recoverySets = Set(membership.recoverySets.map(\.entry))
    }
}

extension Membership {
    mutating func note(_ change: Change, _ table: ReplicaTable) {
        apply(change, ControlScript.link(change.dot), table)
    }

    /// Which of the scripted nodes are members, with their roles.
    var roles: [Int: UInt8] {
        var roles: [Int: UInt8] = [:]
        for (index, key) in ControlScript.keys.enumerated() {
            if let member = members[key.node] { roles[index] = member.role }
        }
        return roles
    }

    func isRevoked(_ index: Int) -> Bool {
        revoked[ControlScript.keys[index].node] != nil
    }

    func heights() -> [UInt64] { ControlScript.ids.map { countedHeight(of: $0) } }
}

extension [Int] {
    func at(_ index: Int) -> Int { index < count ? self[index] : 0 }
}
