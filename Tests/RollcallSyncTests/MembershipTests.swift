import RollcallCore
import RollcallTrust
import RollcallWire
import Testing

@testable import RollcallSync

@Suite struct MembershipTests {
    typealias Entry = ControlScript.Entry

    /// The founder 0 has let in the administrators 1 and 2, and both know it.
    static let founding = [
        Entry(author: 0, act: .admit(1, .administrator), known: [0, 0, 0]),
        Entry(author: 0, act: .admit(2, .administrator), known: [1, 0, 0]),
    ]

    func script(_ entries: [Entry]) -> ControlScript {
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

    @Test
    func `what an author knew through a change of another kind is heeded when that comes last`() {
        let lowered = Entry(author: 0, act: .role(1, .operator), known: [2, 0, 0])
        let between = Entry(author: 2, act: .name, known: [3, 0, 0])
        // It knew of the change between, and so that it is an administrator no more.
        let lets = Entry(author: 1, act: .admit(3, .operator), known: [2, 0, 1])
        let script = script([lowered, between, lets])
        let last = script.membership([0, 1, 2, 4, 3], settlingEach: true)
        #expect(last.roles == script.membership().roles)
        #expect(last.roles == [0: 1, 1: 2, 2: 1])
    }

    @Test func `a revoke that lists what its author never saw comes out one way in every order`() {
        let lowers = Entry(author: 1, act: .role(2, .operator), known: [2, 0, 0])
        let out = Entry(author: 0, act: .revokeUnseen(1), known: [2, 0, 0])
        let lets = Entry(author: 2, act: .admit(4, .operator), known: [3, 1, 0])
        // With it the first counts, so the author of the third was no administrator.
        let again = Entry(
            author: ControlScript.nodeCount + 1, act: .name, known: [], ended: 1)
        let script = script([lowers, out, lets, again])
        #expect(script.membership(settlingEach: true).roles == [0: 1, 2: 2])
        #expect(script.membership([5, 0, 1, 2, 3, 4]).roles == [0: 1, 2: 2])
    }

    @Test func `of several that ended one replica the greatest height counts`() {
        var history = ControlHistory()
        var table = ReplicaTable()
        let node = ControlScript.keys[1].node
        let lives = (10..<30).map {
            ReplicaID(node: node, lane: .control, incarnation: UInt64($0))
        }
        for (place, id) in lives.enumerated() {
            var ended = ByteWriter()
            ended.u64(9)
            ended.varint(place + 1)
            ended.raw(ControlScript.hash(1))
            var extras = ByteWriter()
            extras.varint(Extras.ended)
            extras.byteString(ended.bytes)
            let dot = Dot(table.insert(id), 1)
            let change = Change(
                dot: dot, kind: ChangeKind.operator, record: dot, operatorDot: nil, recordedAt: 0,
                extras: extras.bytes)
            history.note(endedBy: change, of: id)
        }
        let revoke = RevokeEntry(
            node: node, reason: "lost",
            cuts: lives.map {
                Cut(
                    lane: .control, incarnation: $0.incarnation, height: 1,
                    hash: ControlScript.hash(1))
            })
        let first = ReplicaID(node: node, lane: .control, incarnation: 9)
        #expect(history.vouched(by: revoke)[first]?.height == 20)
        #expect(history.endedHeight(of: first) == 20)
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
        for index in [0, 1, 3] { membership.note(script.changes[index], table) }
        membership.settle(table)
        #expect(membership.members.count == 3)

        membership.note(script.changes[2], script.table)
        membership.settle(script.table)
        #expect(membership.members.count == script.membership().members.count)
        #expect(membership.isMember(ControlScript.keys[3].node))
    }
}
