import Foundation
import RollcallCore
import RollcallStore

/// The real store, in memory, with faults on order.
final class SQLiteDisk: SimulatedDisk {
    private let store: RegisterStore
    private(set) var failure: StoreError?
    var faults = DiskFaults()

    convenience init() throws { self.init(try RegisterStore.inMemory()) }

    private init(_ store: RegisterStore) { self.store = store }

    var isTransactionOpen: Bool { store.isTransactionOpen }

    func copy() throws -> any SimulatedDisk {
        try store.rollback()
        return SQLiteDisk(try store.copyInMemory())
    }

    func reopen() throws {
        failure = nil
        faults.clear()
        try store.rollback()
    }

    func rot(_ pick: UInt64) -> Bool { false }

    private func write(_ body: () throws -> Void) throws {
        if let failure { throw failure }
        do {
            try faults.strikeWriting()
            try body()
        } catch let error as StoreError {
            if case .ioFailure = error { failure = error }
            try store.rollback()
            throw error
        }
    }

    func apply(_ writes: [StoreWrite]) throws { try write { try store.apply(writes) } }
    func commit() throws { try write { try store.commit() } }
    func rollback() throws { try store.rollback() }

    private func read<Value>(_ body: () throws -> Value) throws -> Value {
        try faults.strikeReading()
        return try body()
    }

    func meta(_ key: String) throws -> [UInt8]? { try read { try store.meta(key) } }
    func replicas() throws -> [ReplicaRow] { try read { try store.replicas() } }
    func peers() throws -> [(node: NodeID, state: [UInt8])] {
        try read { try store.peers() }
    }
    func change(_ dot: Dot) throws -> StoredChange? { try read { try store.change(dot) } }
    func changes(
        of replica: ReplicaNumber, from first: UInt64, through last: UInt64, contentBytesMax: Int
    ) throws -> [StoredChange] {
        try read {
            try store.changes(
                of: replica, from: first, through: last, contentBytesMax: contentBytesMax)
        }
    }
    func record(_ dot: Dot) throws -> [UInt8]? { try read { try store.record(dot) } }
    func records(after dot: Dot?, limit: Int) throws -> [StoredRecord] {
        try read { try store.records(after: dot, limit: limit) }
    }
    func recordsInConflict() throws -> [Dot] { try read { try store.recordsInConflict() } }
    func heads(
        of replica: ReplicaNumber, from first: UInt64, limit: Int
    ) throws -> [SignedHead] {
        try read { try store.heads(of: replica, from: first, limit: limit) }
    }
    func heads(
        of replica: ReplicaNumber, before last: UInt64, limit: Int
    ) throws -> [SignedHead] {
        try read { try store.heads(of: replica, before: last, limit: limit) }
    }
    func salts(of replica: ReplicaNumber, block: UInt64) throws -> [UInt8]? {
        try read { try store.salts(of: replica, block: block) }
    }
    func held() throws -> [HeldRow] { try read { try store.held() } }
    func counts() throws -> StoreCounts { try store.counts() }
}
