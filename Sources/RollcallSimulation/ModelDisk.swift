import GRDBSQLite
import RollcallCore
import RollcallStore

/// A register's disk as a model: rows in memory, a log to take back what is not committed, and faults on order.
///
/// Held to the same tests as ``RegisterStore``. A commit is whole or not at all, as SQLite's is when it has been synced.
final class ModelDisk: SimulatedDisk, SealableDisk {
    struct Rows {
        var meta: [String: [UInt8]] = [:]
        var keys: [KeyName: [UInt8]] = [:]
        var replicas: [ReplicaRow] = []
        var peers: [NodeID: [UInt8]] = [:]
        /// By replica number, then by counter less one: a replica's changes have no gaps.
        var changes: [[StoredChange]] = []
        var records: [UInt64: (state: [UInt8], conflicts: Int)] = [:]
        /// Dots of records, ascending.
        var recordOrder: [UInt64] = []
        /// By replica number, ascending.
        var heads: [[SignedHead]] = []
        var salts: [UInt64: [UInt8]] = [:]
        var held: [UInt64: HeldRow] = [:]
        var counts = StoreCounts(records: 0, changes: 0, conflicts: 0, held: 0)
        /// Records whose row no longer is what was written.
        var rotten: Set<UInt64> = []
    }

    private enum Undo {
        case meta(String, [UInt8]?)
        case key(KeyName, [UInt8]?)
        case replica(Int, ReplicaRow?)
        case peer(NodeID, [UInt8]?)
        case change(Int)
        case rewrite(StoredChange)
        case dropped([StoredChange])
        case record(UInt64, [UInt8]?, Int)
        case head(Dot, SignedHead?)
        case salts(UInt64, [UInt8]?)
        case held(UInt64, HeldRow?)
    }

    private var rows: Rows
    private var undo: [Undo] = []
    private var countsBefore: StoreCounts
    private(set) var isTransactionOpen = false
    private(set) var failure: StoreError?
    var faults = DiskFaults()

    init() {
        rows = Rows()
        countsBefore = rows.counts
    }

    private init(_ rows: Rows) {
        self.rows = rows
        countsBefore = rows.counts
    }

    func copy() throws -> any SimulatedDisk {
        try rollback()
        return ModelDisk(rows)
    }

    /// The daemon starts anew: only what is committed counts, and an earlier failure is over.
    func reopen() throws {
        failure = nil
        faults.clear()
        try rollback()
        // What SQLite's quick_check and the rows' own checksums would tell.
        if !rows.rotten.isEmpty { throw StoreError.damaged }
    }

    func rot(_ pick: UInt64) -> Bool {
        guard !rows.recordOrder.isEmpty else { return false }
        rows.rotten.insert(rows.recordOrder[Int(pick % UInt64(rows.recordOrder.count))])
        return true
    }

    // MARK: - transactions

    private func write(_ body: () throws -> Void) throws {
        if let failure { throw failure }
        do {
            try faults.strikeWriting()
            try body()
        } catch let error as StoreError {
            if case .ioFailure = error { failure = error }
            if case .damaged = error { failure = error }
            try rollback()
            throw error
        }
    }

    func apply(_ writes: [StoreWrite]) throws {
        guard !writes.isEmpty else {
            if let failure { throw failure }
            return
        }
        try write {
            if !isTransactionOpen {
                isTransactionOpen = true
                countsBefore = rows.counts
            }
            for write in writes { try put(write) }
        }
    }

    func commit() throws {
        guard isTransactionOpen || failure != nil else { return }
        try write {
            undo.removeAll(keepingCapacity: true)
            isTransactionOpen = false
        }
    }

    func rollback() throws {
        guard isTransactionOpen else { return }
        for step in undo.reversed() { takeBack(step) }
        undo.removeAll(keepingCapacity: true)
        rows.counts = countsBefore
        isTransactionOpen = false
    }

    private func put(_ write: StoreWrite) throws {
        switch write {
        case .change(let change): try put(change)
        case .rewrite(let change): rewrite(change)
        case .dropChanges(let replica, let height): drop(replica, above: Int(height))
        case .record(let record, let conflicts): put(record, conflicts)
        case .dropRecord(let dot): dropRecord(dot.rawValue)
        case .replica(let row): try put(row)
        case .head(let head): put(head)
        case .dropHead(let dot): dropHead(dot)
        case .salts(let replica, let block, let salts):
            let key = Self.key(replica, block)
            undo.append(.salts(key, rows.salts.updateValue(salts, forKey: key)))
        case .held(let row): put(row, at: Dot(row.replica, row.first))
        case .dropHeld(let replica, let first): put(nil, at: Dot(replica, first))
        case .peer(let node, let state):
            undo.append(.peer(node, rows.peers[node]))
            rows.peers[node] = state
        case .meta(let key, let value):
            undo.append(.meta(key, rows.meta[key]))
            rows.meta[key] = value
        case .key(let name, let wrapped):
            undo.append(.key(name, rows.keys[name]))
            rows.keys[name] = wrapped
        }
    }

    private static func key(_ replica: ReplicaNumber, _ block: UInt64) -> UInt64 {
        UInt64(replica.rawValue) << 40 | block
    }

    private func put(_ change: StoredChange) throws {
        let replica = Int(change.dot.replica.rawValue)
        while rows.changes.count <= replica { rows.changes.append([]) }
        let next = UInt64(rows.changes[replica].count) + 1
        if change.dot.counter < next { throw StoreError.changeExists(change.dot) }
        guard change.dot.counter == next else { throw SimulationFailure(.gapWritten, "") }
        rows.changes[replica].append(change)
        rows.counts.changes += 1
        undo.append(.change(replica))
    }

    private func rewrite(_ change: StoredChange) {
        let (replica, index) = (Int(change.dot.replica.rawValue), Int(change.dot.counter) - 1)
        undo.append(.rewrite(rows.changes[replica][index]))
        rows.changes[replica][index] = change
    }

    private func drop(_ replica: ReplicaNumber, above height: Int) {
        let index = Int(replica.rawValue)
        guard index < rows.changes.count, rows.changes[index].count > height else { return }
        let dropped = Array(rows.changes[index][height...])
        rows.changes[index].removeLast(dropped.count)
        rows.counts.changes -= dropped.count
        undo.append(.dropped(dropped))
    }

    private func put(_ record: StoredRecord, _ conflicts: Int) {
        let key = record.dot.rawValue
        let before = rows.records.updateValue((record.state, conflicts), forKey: key)
        undo.append(.record(key, before?.state, before?.conflicts ?? 0))
        rows.counts.conflicts += conflicts - (before?.conflicts ?? 0)
        if before == nil {
            rows.counts.records += 1
            let position = rows.recordOrder.firstPosition(notBefore: key)
            rows.recordOrder.insert(key, at: position)
        }
    }

    private func dropRecord(_ key: UInt64) {
        guard let before = rows.records.removeValue(forKey: key) else { return }
        rows.recordOrder.remove(at: rows.recordOrder.firstPosition(notBefore: key))
        undo.append(.record(key, before.state, before.conflicts))
        rows.counts.records -= 1
        rows.counts.conflicts -= before.conflicts
    }

    private func put(_ row: ReplicaRow) throws {
        let number = Int(row.number.rawValue)
        guard number <= rows.replicas.count else { throw SimulationFailure(.gapWritten, "replica") }
        if number == rows.replicas.count {
            undo.append(.replica(number, nil))
            rows.replicas.append(row)
        } else {
            undo.append(.replica(number, rows.replicas[number]))
            rows.replicas[number] = row
        }
    }

    private func put(_ head: SignedHead) {
        let replica = Int(head.dot.replica.rawValue)
        while rows.heads.count <= replica { rows.heads.append([]) }
        let position = position(of: head.dot)
        if position < rows.heads[replica].count, rows.heads[replica][position].dot == head.dot {
            undo.append(.head(head.dot, rows.heads[replica][position]))
            rows.heads[replica][position] = head
        } else {
            undo.append(.head(head.dot, nil))
            rows.heads[replica].insert(head, at: position)
        }
    }

    private func dropHead(_ dot: Dot) {
        let replica = Int(dot.replica.rawValue)
        guard replica < rows.heads.count else { return }
        let position = position(of: dot)
        guard position < rows.heads[replica].count, rows.heads[replica][position].dot == dot else {
            return
        }
        undo.append(.head(dot, rows.heads[replica].remove(at: position)))
    }

    /// The first head of the dot's replica that is not before it.
    private func position(of dot: Dot) -> Int {
        let heads = rows.heads[Int(dot.replica.rawValue)]
        if let last = heads.last, last.dot.counter < dot.counter { return heads.count }
        return heads.firstIndex { $0.dot.counter >= dot.counter } ?? heads.count
    }

    private func put(_ row: HeldRow?, at dot: Dot) {
        let before = rows.held[dot.rawValue]
        undo.append(.held(dot.rawValue, before))
        rows.held[dot.rawValue] = row
        rows.counts.held += Self.count(row) - Self.count(before)
    }

    private static func count(_ row: HeldRow?) -> Int {
        guard let row else { return 0 }
        return Int(row.last - row.first) + 1
    }

    private func takeBack(_ step: Undo) {
        switch step {
        case .meta(let key, let value): rows.meta[key] = value
        case .key(let name, let wrapped): rows.keys[name] = wrapped
        case .peer(let node, let state): rows.peers[node] = state
        case .salts(let key, let salts): rows.salts[key] = salts
        case .held(let key, let row): rows.held[key] = row
        case .change(let replica): rows.changes[replica].removeLast()
        case .rewrite(let change):
            rows.changes[Int(change.dot.replica.rawValue)][Int(change.dot.counter) - 1] = change
        case .dropped(let changes):
            guard let replica = changes.first?.dot.replica else { return }
            rows.changes[Int(replica.rawValue)] += changes
        case .replica(let number, nil): rows.replicas.remove(at: number)
        case .replica(let number, .some(let row)): rows.replicas[number] = row
        case .record(let key, nil, _):
            rows.records[key] = nil
            rows.recordOrder.remove(at: rows.recordOrder.firstPosition(notBefore: key))
        case .record(let key, .some(let state), let conflicts):
            if rows.records.updateValue((state, conflicts), forKey: key) == nil {
                rows.recordOrder.insert(key, at: rows.recordOrder.firstPosition(notBefore: key))
            }
        case .head(let dot, let head):
            let replica = Int(dot.replica.rawValue)
            let position = position(of: dot)
            let isThere =
                position < rows.heads[replica].count && rows.heads[replica][position].dot == dot
            switch (isThere, head) {
            case (true, .some(let head)): rows.heads[replica][position] = head
            case (true, nil): rows.heads[replica].remove(at: position)
            case (false, .some(let head)): rows.heads[replica].insert(head, at: position)
            case (false, nil): break
            }
        }
    }

    // MARK: - reading

    private func read<Value>(_ body: () throws -> Value) throws -> Value {
        try faults.strikeReading()
        return try body()
    }

    func meta(_ key: String) throws -> [UInt8]? { try read { rows.meta[key] } }

    func replicas() throws -> [ReplicaRow] { try read { rows.replicas } }

    func peers() throws -> [(node: NodeID, state: [UInt8])] {
        try read {
            rows.peers.map { (node: $0.key, state: $0.value) }
                .sorted { $0.node.bytes.lexicographicallyPrecedes($1.node.bytes) }
        }
    }

    func change(_ dot: Dot) throws -> StoredChange? {
        try read {
            let replica = Int(dot.replica.rawValue)
            guard replica < rows.changes.count, dot.counter <= rows.changes[replica].count else {
                return nil
            }
            return rows.changes[replica][Int(dot.counter) - 1]
        }
    }

    func changes(
        of replica: ReplicaNumber, from first: UInt64, through last: UInt64, contentBytesMax: Int
    ) throws -> [StoredChange] {
        try read {
            let number = Int(replica.rawValue)
            guard number < rows.changes.count else { return [] }
            let end = min(Int(clamping: last), rows.changes[number].count)
            var found: [StoredChange] = []
            var contentBytes = 0
            var index = max(Int(clamping: first), 1) - 1
            while index < end {
                let change = rows.changes[number][index]
                contentBytes += change.content.count
                if contentBytes > contentBytesMax, !found.isEmpty { break }
                found.append(change)
                index += 1
            }
            return found
        }
    }

    func record(_ dot: Dot) throws -> [UInt8]? {
        try read {
            if rows.rotten.contains(dot.rawValue) { throw StoreError.damaged }
            return rows.records[dot.rawValue]?.state
        }
    }

    func records(after dot: Dot?, limit: Int) throws -> [StoredRecord] {
        try read {
            let from = rows.recordOrder.firstPosition(notBefore: (dot?.rawValue ?? 0) + 1)
            return try rows.recordOrder[from...].prefix(limit).map { key in
                if rows.rotten.contains(key) { throw StoreError.damaged }
                guard let dot = Dot(rawValue: key), let row = rows.records[key] else {
                    throw StoreError.damaged
                }
                return StoredRecord(dot: dot, state: row.state)
            }
        }
    }

    func recordsInConflict() throws -> [Dot] {
        try read {
            rows.recordOrder.filter { (rows.records[$0]?.conflicts ?? 0) > 0 }
                .compactMap { Dot(rawValue: $0) }
        }
    }

    func heads(
        of replica: ReplicaNumber, from first: UInt64, limit: Int
    ) throws -> [SignedHead] {
        try read {
            let number = Int(replica.rawValue)
            guard number < rows.heads.count else { return [] }
            let from = rows.heads[number].firstPosition { $0.dot.counter >= first }
            return Array(rows.heads[number][from...].prefix(limit))
        }
    }

    func heads(
        of replica: ReplicaNumber, before last: UInt64, limit: Int
    ) throws -> [SignedHead] {
        try read {
            let number = Int(replica.rawValue)
            guard number < rows.heads.count else { return [] }
            return Array(
                rows.heads[number].reversed().filter { $0.dot.counter <= last }.prefix(limit))
        }
    }

    func salts(of replica: ReplicaNumber, block: UInt64) throws -> [UInt8]? {
        try read { rows.salts[Self.key(replica, block)] }
    }

    func heldRanges() throws -> [HeldRange] {
        try read { rows.held.keys.sorted().compactMap { rows.held[$0].map(HeldRange.init) } }
    }

    func held(_ dot: Dot) throws -> HeldRow? { try read { rows.held[dot.rawValue] } }

    func counts() throws -> StoreCounts { rows.counts }

    // MARK: - for whoever seals

    func keys() throws -> [(name: KeyName, wrapped: [UInt8])] {
        try read {
            rows.keys.map { (name: $0.key, wrapped: $0.value) }
                .sorted { $0.name.rawValue < $1.name.rawValue }
        }
    }

    func rewriteUnderEpoch(_ body: (EpochRow, [UInt8]) throws -> [UInt8]) throws {
        try apply(try keys().map { .key($0.name, try body(.key($0.name), $0.wrapped)) })
        for key in rows.salts.keys.sorted() {
            let replica = ReplicaNumber(UInt32(key >> 40))
            let block = key & (1 << 40 - 1)
            guard let salts = rows.salts[key] else { continue }
            let sealed = try body(.salts(replica: replica, block: block), salts)
            try apply([.salts(replica: replica, block: block, sealed)])
        }
        for key in rows.held.keys.sorted() {
            guard var row = rows.held[key], let dot = Dot(rawValue: key) else { continue }
            row.message = try body(.held(dot), row.message)
            try apply([.held(row)])
        }
    }

}

extension Array {
    /// The first position for which an ascending question is answered yes.
    func firstPosition(_ isReached: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isReached(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension [UInt64] {
    func firstPosition(notBefore key: UInt64) -> Int {
        if let last, last < key { return count }
        return firstPosition { $0 >= key }
    }
}
