import RollcallCore
import RollcallStore
import Testing

struct StoreTransactionTests {
    @Test func `what is written is seen before the commit and gone after a rollback`() throws {
        let store = try RegisterStore.inMemory()
        try store.applyAndCommit([.meta("kept", [1])])

        try store.begin()
        try store.begin()
        try store.apply([.change(change(first, 1)), .meta("kept", [2])])
        #expect(store.isTransactionOpen)
        #expect(try store.change(Dot(first, 1)) == change(first, 1))
        #expect(try store.meta("kept") == [2])

        try store.rollback()
        #expect(!store.isTransactionOpen)
        #expect(try store.change(Dot(first, 1)) == nil)
        #expect(try store.meta("kept") == [1])
    }

    @Test func `a commit or a rollback of nothing does nothing`() throws {
        let store = try RegisterStore.inMemory()
        try store.commit()
        try store.rollback()
        try store.apply([])
        #expect(!store.isTransactionOpen)
    }

    @Test func `counts follow every write`() throws {
        let store = try RegisterStore.inMemory()
        #expect(try store.counts() == StoreCounts(records: 0, changes: 0, conflicts: 0, held: 0))

        try store.apply([
            .change(change(first, 1)), record(Dot(first, 1), [1], conflicts: 3),
            .change(change(first, 2)), record(Dot(first, 2), [1]),
            .held(HeldRow(replica: second, first: 11, last: 20, message: [1])),
        ])
        #expect(try store.counts() == StoreCounts(records: 2, changes: 2, conflicts: 3, held: 10))

        try store.apply([
            record(Dot(first, 1), [2], conflicts: 1), record(Dot(first, 2), [2], conflicts: 1),
            .held(HeldRow(replica: second, first: 11, last: 12, message: [2])),
        ])
        #expect(try store.counts() == StoreCounts(records: 2, changes: 2, conflicts: 2, held: 2))

        try store.apply([
            .dropHeld(replica: second, first: 11), .dropHeld(replica: second, first: 11),
        ])
        #expect(try store.counts().held == 0)
    }

    @Test func `counts go back with a rollback`() throws {
        let store = try RegisterStore.inMemory()
        try store.applyAndCommit([
            .change(change(first, 1)), record(Dot(first, 1), [1], conflicts: 2),
            .held(HeldRow(replica: second, first: 5, last: 6, message: [1])),
        ])
        let before = try store.counts()

        try store.apply([.change(change(first, 2)), record(Dot(first, 1), [2], conflicts: 0)])
        try store.apply([record(Dot(first, 2), [2]), .dropHeld(replica: second, first: 5)])
        #expect(try store.counts() == StoreCounts(records: 2, changes: 2, conflicts: 0, held: 0))

        try store.rollback()
        #expect(try store.counts() == before)
    }

    @Test func `a call that throws takes the calls before it along`() throws {
        let store = try RegisterStore.inMemory()
        try store.apply([.change(change(first, 1))])
        #expect(throws: StoreError.changeExists(Dot(first, 1))) {
            try store.apply([.change(change(first, 1))])
        }

        #expect(try store.change(Dot(first, 1)) == nil)
        #expect(try store.counts().changes == 0)
        try store.applyAndCommit([.change(change(first, 1))])
        #expect(try store.counts().changes == 1)
    }

    @Test func `a backup is refused within a transaction`() throws {
        let folder = try TemporaryFolder()
        let store = try RegisterStore.inMemory()
        try store.begin()
        #expect(throws: StoreError.transactionOpen) { try store.backup(to: folder.file("copy")) }
        #expect(throws: StoreError.transactionOpen) { try store.checkpoint() }
        #expect(!exists(folder.file("copy")))
    }
}
