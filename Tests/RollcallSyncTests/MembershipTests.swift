import RollcallCore
import RollcallTrust
import RollcallWire
import Testing

@testable import RollcallSync

/// A history of control changes, made by hand: who wrote what, and knew how much of the others then.
struct ControlScript {
    enum Act: Hashable {
        case admit(Int, Role)
        case role(Int, Role)
        /// With all of the node's control changes that are known to the author, or none of them.
        case revoke(Int, isWhole: Bool)
    }

    struct Entry: Hashable {
        var author: Int
        var act: Act
        /// For each node, how many of its control changes the author knew.
        var known: [Int]
    }

    static let keys: [NodeKey] = (0..<16).map {
        NodeKey(ideal: [UInt8](repeating: $0 + 1, count: 32))
    }
    static let ids = keys.map { ReplicaID(node: $0.node, lane: .control, incarnation: 7) }
    static let genesis = Genesis(
        founder: keys[0].node, founderTLSKeyHash: hash(0), random: [UInt8](repeating: 0, count: 16),
        title: "test")

    static func hash(_ index: Int) -> [UInt8] { sha256([UInt8(index)]) }

    private(set) var changes: [Change] = []
    private(set) var counts = [Int](repeating: 0, count: keys.count)
    let table: ReplicaTable = {
        var table = ReplicaTable()
        for id in ids { _ = table.insert(id) }
        return table
    }()

    init(_ entries: [Entry]) { for entry in entries { add(entry) } }

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
        case .admit: ChangeKind.member
        case .role: ChangeKind.role
        case .revoke: ChangeKind.revoke
        }
    }

    private func bytes(_ entry: Entry) -> [UInt8] {
        switch entry.act {
        case .admit(let who, let role):
            let key = Self.keys[who]
            return MemberEntry(
                node: key.node, tlsKeyHash: Self.hash(who), role: role, bundleKey: [],
                name: "n\(who)",
                proof: key.signature(
                    of: MemberEntry.enrolment(
                        register: Self.genesis.register, node: key.node,
                        tlsKeyHash: Self.hash(who), bundleKey: []))
            ).encoded()
        case .role(let who, let role):
            return RoleEntry(node: Self.keys[who].node, role: role).encoded()
        case .revoke(let who, let isWhole):
            let height = isWhole ? UInt64(entry.known[who]) : 0
            let cut = Cut(lane: .control, incarnation: 7, height: height, hash: Self.hash(who))
            return RevokeEntry(
                node: Self.keys[who].node, reason: "lost", cuts: height > 0 ? [cut] : []
            ).encoded()
        }
    }

    private func extras(_ entry: Entry) -> [UInt8] {
        var parents = ByteWriter()
        for (node, count) in entry.known.enumerated() where count > 0 && node != entry.author {
            Self.ids[node].encode(to: &parents)
            parents.varint(UInt64(count))
            parents.raw([UInt8](repeating: 0, count: 16))
        }
        guard !parents.bytes.isEmpty else { return [] }
        var extras = ByteWriter()
        extras.varint(Extras.parents)
        extras.byteString(parents.bytes)
        return extras.bytes
    }

    /// What a laptop makes of the changes, in an order; those of one replica come in theirs.
    func membership(_ order: [Int]? = nil, settlingEach: Bool = false) -> Membership {
        var membership = Membership(genesis: Self.genesis, scheme: .ideal)
        var left = Dictionary(grouping: changes) { $0.dot.replica }
        for index in order ?? Array(changes.indices) {
            let replica = changes[index].dot.replica
            guard let next = left[replica]?.removeFirst() else { continue }
            membership.apply(next, table)
            if settlingEach { membership.settle(table) }
        }
        membership.settle(table)
        return membership
    }
}

extension Membership {
    /// Which of the scripted nodes are members, with their roles.
    fileprivate var roles: [Int: UInt8] {
        var roles: [Int: UInt8] = [:]
        for (index, key) in ControlScript.keys.enumerated() {
            if let member = members[key.node] { roles[index] = member.role }
        }
        return roles
    }

    fileprivate func isRevoked(_ index: Int) -> Bool {
        revoked[ControlScript.keys[index].node] != nil
    }

    fileprivate func heights() -> [UInt64] { ControlScript.ids.map { countedHeight(of: $0) } }
}

@Suite struct MembershipTests {
    typealias Entry = ControlScript.Entry

    /// The founder 0 has let in the administrators 1 and 2, and both know it.
    static let founding = [
        Entry(author: 0, act: .admit(1, .administrator), known: [0, 0, 0]),
        Entry(author: 0, act: .admit(2, .administrator), known: [1, 0, 0]),
    ]

    private func script(_ entries: [Entry]) -> ControlScript {
        ControlScript(Self.founding + entries)
    }

    private func roles(_ entries: [Entry]) -> [Int: UInt8] { script(entries).membership().roles }

    @Test func `whoever is taken out is out, and being let in again does not bring them back`() {
        let out = Entry(author: 0, act: .revoke(1, isWhole: true), known: [2, 0, 0])
        let again = Entry(author: 0, act: .admit(1, .administrator), known: [3, 0, 0])
        let unknowing = Entry(author: 2, act: .admit(1, .administrator), known: [2, 0, 0])
        #expect(roles([out]) == [0: 1, 2: 1])
        #expect(roles([out, again]) == [0: 1, 2: 1])
        #expect(roles([unknowing, out]) == [0: 1, 2: 1])
        #expect(script([out]).membership().isRevoked(1))
    }

    @Test func `two that take each other out at once are both out`() {
        let first = Entry(author: 1, act: .revoke(2, isWhole: true), known: [2, 0, 0])
        let second = Entry(author: 2, act: .revoke(1, isWhole: true), known: [2, 0, 0])
        #expect(roles([first, second]) == [0: 1])
        // Who knew that it was out is not heard.
        let late = Entry(author: 2, act: .revoke(1, isWhole: true), known: [2, 1, 0])
        #expect(roles([first, late]) == [0: 1, 1: 1])
    }

    @Test func `what the taken out did at the same time is undone, and what followed from it`() {
        let lets = Entry(author: 1, act: .admit(3, .administrator), known: [2, 0, 0])
        let letsOn = Entry(author: 3, act: .admit(4, .operator), known: [2, 1, 0, 0])
        let out = Entry(author: 0, act: .revoke(1, isWhole: true), known: [2, 0, 0])
        #expect(roles([lets, letsOn]) == [0: 1, 1: 1, 2: 1, 3: 1, 4: 2])
        #expect(roles([lets, letsOn, out]) == [0: 1, 2: 1])
        // Nothing that they write counts, though it may be here.
        let membership = script([lets, letsOn, out]).membership()
        #expect(membership.isKnown(ControlScript.keys[3].node))
        #expect(membership.countedHeight(of: ControlScript.ids[3]) == 0)
        // Whom the taken out had let in before, and the remover knew it, stays.
        let knowing = Entry(author: 0, act: .revoke(1, isWhole: true), known: [2, 1, 0])
        #expect(roles([lets, letsOn, knowing]) == [0: 1, 2: 1, 3: 1, 4: 2])
        let back = Entry(author: 0, act: .revoke(1, isWhole: false), known: [2, 1, 0])
        #expect(roles([lets, letsOn, back]) == [0: 1, 2: 1])
    }

    @Test func `only administrators let in, take out and give roles; anybody may leave`() {
        let lowered = Entry(author: 0, act: .role(1, .operator), known: [2, 0, 0])
        let lets = Entry(author: 1, act: .admit(3, .operator), known: [3, 0, 0])
        let takes = Entry(author: 1, act: .revoke(2, isWhole: true), known: [3, 0, 0])
        let raises = Entry(author: 1, act: .role(1, .administrator), known: [3, 0, 0])
        let leaves = Entry(author: 1, act: .revoke(1, isWhole: true), known: [3, 0, 0])
        #expect(roles([lowered, lets, takes, raises]) == [0: 1, 1: 2, 2: 1])
        #expect(roles([lowered, leaves]) == [0: 1, 2: 1])
        #expect(
            roles([Entry(author: 3, act: .admit(3, .administrator), known: [2])]).keys.count == 3)
    }

    @Test
    func `of two roles given at once the one that may do less counts, until one that knew both`() {
        let one = Entry(author: 1, act: .role(2, .medic), known: [2, 0, 0])
        let other = Entry(author: 0, act: .role(2, .operator), known: [2, 0, 0])
        let both = Entry(author: 0, act: .role(2, .operator), known: [3, 1, 0])
        #expect(roles([one, other]) == [0: 1, 1: 1, 2: 3])
        #expect(roles([one, other, both]) == [0: 1, 1: 1, 2: 2])
    }

    @Test func `several cuts of one node: the lowest counts`() {
        let writes = [
            Entry(author: 1, act: .admit(3, .operator), known: [2, 0, 0]),
            Entry(author: 1, act: .admit(4, .operator), known: [2, 1, 0]),
        ]
        let early = Entry(author: 0, act: .revoke(1, isWhole: true), known: [2, 1, 0])
        let late = Entry(author: 2, act: .revoke(1, isWhole: true), known: [2, 2, 0])
        let id = ControlScript.ids[1]
        #expect(script(writes + [late]).membership().countedHeight(of: id) == 2)
        #expect(script(writes + [late, early]).membership().countedHeight(of: id) == 1)
        #expect(roles(writes + [late, early]) == [0: 1, 2: 1, 3: 2])
    }

    // MARK: - any order

    /// All histories of so many entries after the founding, by the three administrators.
    private func eachHistory(
        _ left: Int, _ acts: (Int) -> [ControlScript.Act], _ entries: [Entry] = [],
        _ counts: [Int] = [2, 0, 0], _ body: ([Entry]) throws -> Void
    ) rethrows {
        try body(entries)
        guard left > 0 else { return }
        for author in 0..<3 {
            for act in acts(author) {
                var known = [2, 0, 0]
                try eachKnowledge(author, counts, 0, &known) { known in
                    var grown = counts
                    grown[author] += 1
                    try eachHistory(
                        left - 1, acts,
                        entries + [Entry(author: author, act: act, known: known)], grown, body)
                }
            }
        }
    }

    private func eachKnowledge(
        _ author: Int, _ counts: [Int], _ node: Int, _ known: inout [Int],
        _ body: ([Int]) throws -> Void
    ) rethrows {
        guard node < 3 else { return try body(known) }
        let least = node == author ? counts[node] : node == 0 ? 2 : 0
        for count in least...max(least, counts[node]) {
            known[node] = count
            try eachKnowledge(author, counts, node + 1, &known, body)
        }
    }

    private func expectOne(_ script: ControlScript) {
        let straight = script.membership()
        let count = script.changes.count
        let orders = [
            Array((0..<count).reversed()), (0..<count).map { ($0 + count / 2) % count },
            (0..<count).sorted { ($0 % 2, $0) < ($1 % 2, $1) },
        ]
        for order in orders {
            let other = script.membership(order, settlingEach: true)
            #expect(other.roles == straight.roles)
            #expect(other.heights() == straight.heights())
        }
    }

    /// Removals are never undone by what comes later.
    private func expectRemovalsStay(_ entries: [Entry]) {
        var before = Membership(genesis: ControlScript.genesis, scheme: .ideal)
        for count in 0...entries.count {
            let after = script(Array(entries.prefix(count))).membership()
            for index in 0..<12 where before.isRevoked(index) {
                #expect(after.roles[index] == nil)
            }
            before = after
        }
    }

    private func removals(by author: Int) -> [ControlScript.Act] {
        (0..<3).filter { $0 != author }.map { .revoke($0, isWhole: true) }
    }

    private func acts(of author: Int) -> [ControlScript.Act] {
        removals(by: author) + [.role((author + 1) % 3, .operator), .admit(3, .administrator)]
    }

    @Test func `every short history by three administrators comes out one way in every order`() {
        var historyCount = 0
        eachHistory(2, acts(of:)) { entries in
            historyCount += 1
            expectOne(script(entries))
        }
        eachHistory(3, removals(by:)) { entries in
            historyCount += 1
            expectOne(script(entries))
        }
        #expect(historyCount > 800)
    }

    @Test func `random histories of twelve laptops come out one way, and removals stay`() async {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<200 {
            // Others wait for a thread, and some of them for less than five seconds.
            await Task.yield()
            var entries: [Entry] = []
            var counts = [2, 0, 0] + [Int](repeating: 0, count: 9)
            for _ in 0..<Int.random(in: 4...24, using: &generator) {
                let author = Int.random(in: 0..<12, using: &generator)
                let target = Int.random(in: 0..<12, using: &generator)
                let act: ControlScript.Act =
                    switch Int.random(in: 0..<10, using: &generator) {
                    case ..<5: .admit(target, .administrator)
                    case ..<7:
                        .role(target, Role.allCases.randomElement(using: &generator) ?? .observer)
                    default: .revoke(target, isWhole: Bool.random(using: &generator))
                    }
                let known = counts.enumerated().map { node, count in
                    node == author ? count : Int.random(in: 0...count, using: &generator)
                }
                entries.append(Entry(author: author, act: act, known: known))
                counts[author] += 1
            }
            expectOne(script(entries))
            expectRemovalsStay(entries)
        }
    }
}

extension MembershipTests {
    @Test func `a verdict is kept once all that its author knew is here, and not before`() {
        let lets = Entry(author: 1, act: .admit(3, .administrator), known: [2, 0, 0])
        let out = Entry(author: 0, act: .revoke(1, isWhole: true), known: [2, 0, 0])
        // It knew that node 1 is out, so node 1's removal of it is not heard; but that comes last.
        let late = Entry(author: 1, act: .revoke(2, isWhole: true), known: [3, 1, 0])
        let script = script([lets, out, late])
        let membership = script.membership([0, 1, 2, 4, 3], settlingEach: true)
        #expect(membership.members.count == script.membership().members.count)
        #expect(membership.isMember(ControlScript.keys[2].node))
    }

    @Test func `many entries about the same two come out as the last says`() {
        var entries = Self.founding
        for round in 0..<150 {
            entries.append(
                Entry(
                    author: 0, act: .role(1 + round % 2, .administrator),
                    known: [entries.count, 0, 0]))
        }
        let membership = ControlScript(entries).membership()
        #expect(membership.members.count == 3)
        #expect(membership.isAdministrator(ControlScript.keys[1].node))
    }

    @Test func `a verdict waits for parents in a replica that nobody here has heard of`() {
        // Node 1 is an operator until node 2 makes it an administrator, of which it knows when it lets in node 3.
        let entries = [
            Entry(author: 0, act: .admit(2, .administrator), known: [0, 0, 0]),
            Entry(author: 0, act: .admit(1, .operator), known: [1, 0, 0]),
            Entry(author: 2, act: .role(1, .administrator), known: [2, 0, 0]),
            Entry(author: 1, act: .admit(3, .operator), known: [2, 0, 1]),
        ]
        let script = ControlScript(entries)
        var table = ReplicaTable()
        for id in ControlScript.ids.prefix(2) { _ = table.insert(id) }
        var membership = Membership(genesis: ControlScript.genesis, scheme: .ideal)
        for index in [0, 1, 3] { membership.apply(script.changes[index], table) }
        membership.settle(table)
        #expect(membership.members.count == 3)

        membership.apply(script.changes[2], script.table)
        membership.settle(script.table)
        #expect(membership.members.count == script.membership().members.count)
        #expect(membership.isMember(ControlScript.keys[3].node))
    }
}
