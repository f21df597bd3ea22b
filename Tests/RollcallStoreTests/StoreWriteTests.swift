import RollcallCore
import RollcallStore
import Testing

struct StoreWriteTests {
    let store: RegisterStore

    init() throws { store = try RegisterStore.inMemory() }

    @Test func `a change comes back as it was written`() throws {
        let written = [
            change(first, 1), change(last, Dot.counterMax), change(second, 7, contentBytes: 0),
        ]
        try store.applyAndCommit(written.map { .change($0) })

        for change in written { #expect(try store.change(change.dot) == change) }
        #expect(try store.change(Dot(first, 2)) == nil)
    }

    @Test func `a long change comes back whole`() throws {
        let long = change(first, 1, contentBytes: 3 << 20)
        try store.applyAndCommit([.change(long)])

        #expect(try store.change(long.dot) == long)
    }

    @Test func `a change that is there already is refused and stays as it was`() throws {
        try store.applyAndCommit([.change(change(first, 1))])
        var other = change(first, 1)
        other.content = [1]

        #expect(throws: StoreError.changeExists(Dot(first, 1))) {
            try store.apply([.change(change(first, 2)), .change(other)])
        }
        #expect(try store.change(Dot(first, 1)) == change(first, 1))
        #expect(try store.change(Dot(first, 2)) == nil)
        #expect(try store.counts().changes == 1)
        #expect(!store.isTransactionOpen)
    }

    @Test func `a record is inserted, then replaced`() throws {
        let dot = Dot(first, 1)
        try store.applyAndCommit([record(dot, [1, 2, 3])])
        #expect(try store.record(dot) == [1, 2, 3])

        try store.applyAndCommit([record(dot, [])])
        #expect(try store.record(dot) == [])
        #expect(try store.record(Dot(first, 2)) == nil)
    }

    @Test func `a replica is inserted, then replaced, with all 64 bits of its incarnation`() throws
    {
        let id = ReplicaID(node: try node(1), lane: .data, incarnation: .max - 1)
        var row = ReplicaRow(number: first, id: id, height: 3, hash: hash(3), isEnded: false)
        var control = row
        control.number = last
        control.id.lane = .control
        try store.applyAndCommit([.replica(control), .replica(row)])
        #expect(try store.replicas() == [row, control])

        row.height = Dot.counterMax
        row.hash = hash(4)
        row.isEnded = true
        try store.applyAndCommit([.replica(row)])
        #expect(try store.replicas() == [row, control])
    }

    @Test func `a head is written and dropped`() throws {
        try store.applyAndCommit([.head(head(first, 5)), .head(head(second, 5))])
        #expect(try store.heads(of: first, from: 0, limit: 9) == [head(first, 5)])

        try store.applyAndCommit([.dropHead(Dot(first, 5)), .dropHead(Dot(first, 6))])
        #expect(try store.heads(of: first, from: 0, limit: 9) == [])
        #expect(try store.heads(of: second, from: 0, limit: 9) == [head(second, 5)])
    }

    @Test func `salts of a block are replaced`() throws {
        try store.applyAndCommit([
            .salts(replica: first, block: 0, [1]), .salts(replica: first, block: 1, [2]),
            .salts(replica: first, block: 0, [3, 4]), .salts(replica: last, block: 0, []),
        ])

        #expect(try store.salts(of: first, block: 0) == [3, 4])
        #expect(try store.salts(of: first, block: 1) == [2])
        #expect(try store.salts(of: last, block: 0) == [])
        #expect(try store.salts(of: second, block: 0) == nil)
    }

    @Test func `held changes come back in order and are dropped`() throws {
        let early = HeldRow(replica: first, first: 4, last: 9, message: [1, 2])
        let late = HeldRow(replica: first, first: 20, last: 20, message: [])
        let other = HeldRow(replica: last, first: 1, last: Dot.counterMax, message: [3])
        try store.applyAndCommit([.held(other), .held(late), .held(early)])
        #expect(try store.heldRanges() == [early, late, other].map(HeldRange.init))
        #expect(try store.held(Dot(first, 4)) == early)
        #expect(try store.held(Dot(first, 20)) == late)
        #expect(try store.held(Dot(first, 5)) == nil)

        try store.applyAndCommit([.dropHeld(replica: first, first: 4)])
        #expect(try store.heldRanges() == [late, other].map(HeldRange.init))
    }

    @Test func `what is known of a peer is replaced and removed`() throws {
        try store.applyAndCommit([.peer(try node(2), [2]), .peer(try node(1), [1])])
        try store.applyAndCommit([.peer(try node(2), [])])
        let peers = try store.peers()
        #expect(peers.map(\.node) == [try node(1), try node(2)])
        #expect(peers.map(\.state) == [[1], []])

        try store.applyAndCommit([.peer(try node(1), nil), .peer(try node(3), nil)])
        #expect(try store.peers().map(\.node) == [try node(2)])
    }

    @Test func `meta values are replaced and removed`() throws {
        try store.applyAndCommit([.meta("register", [1]), .meta("", [2]), .meta("título", [])])
        try store.applyAndCommit([.meta("register", [3]), .meta("", nil)])

        #expect(try store.meta("register") == [3])
        #expect(try store.meta("título") == [])
        #expect(try store.meta("") == nil)
    }
}
