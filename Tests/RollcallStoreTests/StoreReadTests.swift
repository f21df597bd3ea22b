import RollcallCore
import RollcallStore
import Testing

struct StoreReadTests {
    let store: RegisterStore

    init() throws { store = try RegisterStore.inMemory() }

    @Test func `changes of one replica end at the last counter`() throws {
        try store.applyAndCommit(
            (1...9).flatMap { [.change(change(first, $0)), .change(change(second, $0))] })

        let some = try store.changes(of: second, from: 3, through: 5, contentBytesMax: .max)
        #expect(some == [change(second, 3), change(second, 4), change(second, 5)])
        let all = try store.changes(of: first, from: 0, through: .max, contentBytesMax: .max)
        #expect(all.map(\.dot.counter) == Array(1...9))
        #expect(try store.changes(of: first, from: 6, through: 5, contentBytesMax: .max).isEmpty)
        #expect(try store.changes(of: last, from: 1, through: 9, contentBytesMax: .max).isEmpty)
    }

    @Test(arguments: [(0, 1), (99, 1), (100, 1), (199, 1), (200, 2), (299, 2), (300, 3), (9999, 5)])
    func `changes stay within the byte limit, but there is always one`(
        bytesMax: Int, count: Int
    ) throws {
        try store.applyAndCommit((1...5).map { .change(change(first, $0, contentBytes: 100)) })

        let changes = try store.changes(of: first, from: 1, through: 5, contentBytesMax: bytesMax)
        #expect(changes.count == count)
    }

    @Test func `heads ascend from a counter`() throws {
        try store.applyAndCommit(
            [2, 4, 6, 8].flatMap { [.head(head(first, $0)), .head(head(second, $0 + 1))] })

        #expect(try counters(store.heads(of: first, from: 4, limit: 2)) == [4, 6])
        #expect(try counters(store.heads(of: first, from: 5, limit: 9)) == [6, 8])
        #expect(try counters(store.heads(of: first, from: 9, limit: 9)) == [])
        #expect(try counters(store.heads(of: first, from: .max, limit: 9)) == [])
        #expect(try counters(store.heads(of: first, from: 0, limit: 0)) == [])
        #expect(try counters(store.heads(of: second, from: 0, limit: 9)) == [3, 5, 7, 9])
    }

    @Test func `heads descend from a counter`() throws {
        try store.applyAndCommit(
            [2, 4, 6, 8].flatMap { [.head(head(first, $0)), .head(head(second, $0 + 1))] })

        #expect(try counters(store.heads(of: first, before: 6, limit: 2)) == [6, 4])
        #expect(try counters(store.heads(of: first, before: .max, limit: 9)) == [8, 6, 4, 2])
        #expect(try counters(store.heads(of: second, before: 4, limit: 9)) == [3])
        #expect(try counters(store.heads(of: second, before: 2, limit: 9)) == [])
        #expect(try counters(store.heads(of: second, before: 0, limit: 9)) == [])
    }

    @Test func `records come page by page in the order of their dots`() throws {
        let dots = [Dot(first, 1), Dot(first, 9), Dot(second, 1), Dot(last, Dot.counterMax)]
        try store.applyAndCommit(dots.reversed().map { record($0, [7]) })

        #expect(try store.records(after: nil, limit: 2).map(\.dot) == [dots[0], dots[1]])
        #expect(try store.records(after: dots[1], limit: 9).map(\.dot) == [dots[2], dots[3]])
        #expect(try store.records(after: dots[3], limit: 9).isEmpty)
        #expect(try store.records(after: nil, limit: -1).isEmpty)
    }

    @Test func `only records in conflict are listed`() throws {
        try store.applyAndCommit([
            record(Dot(second, 1), [1], conflicts: 2), record(Dot(first, 1), [1]),
            record(Dot(first, 2), [1], conflicts: 1), record(Dot(first, 3), [1], conflicts: 1),
        ])
        try store.applyAndCommit([record(Dot(first, 3), [2])])

        #expect(try store.recordsInConflict() == [Dot(first, 2), Dot(second, 1)])
    }

    private func counters(_ heads: [SignedHead]) -> [UInt64] { heads.map(\.dot.counter) }
}
