package import RollcallCore

/// A disk made of dictionaries, which can be copied as it stands; it traps where the real one would be refused.
package struct MemoryRegister: RegisterStorage {
    private struct Block: Hashable {
        var replica: ReplicaNumber
        var block: UInt64
    }

    /// Whether a change, or a run that waits, came in since this was unset.
    package var hasChanged = false
    private var metas: [String: [UInt8]] = [:]
    private var replicaRows: [ReplicaRow] = []
    private var peerStates: [NodeID: [UInt8]] = [:]
    private var storedChanges: [Dot: StoredChange] = [:]
    private var recordStates: [Dot: [UInt8]] = [:]
    private var conflictCounts: [Dot: Int] = [:]
    private var signedHeads: [Dot: SignedHead] = [:]
    private var saltTrees: [Block: [UInt8]] = [:]
    private var heldRows: [Dot: HeldRow] = [:]

    package init() {}

    package mutating func apply(_ writes: [StoreWrite]) {
        for write in writes { apply(write) }
    }

    private mutating func apply(_ write: StoreWrite) {
        switch write {
        case .change(let change):
            precondition(
                storedChanges[change.dot] == nil, "change \(change.dot.rawValue) is written twice")
            storedChanges[change.dot] = change
            hasChanged = true
        case .dropChanges(let replica, let height):
            storedChanges = storedChanges.filter {
                $0.key.replica != replica || $0.key.counter <= height
            }
        case .record(let record, let conflicts):
            recordStates[record.dot] = record.state
            conflictCounts[record.dot] = conflicts
        case .dropRecord(let dot):
            recordStates[dot] = nil
            conflictCounts[dot] = nil
        case .replica(let row): apply(row)
        case .head(let head): signedHeads[head.dot] = head
        case .dropHead(let dot): signedHeads[dot] = nil
        case .salts(let replica, let block, let bytes):
            saltTrees[Block(replica: replica, block: block)] = bytes
        case .held(let row):
            heldRows[Dot(row.replica, row.first)] = row
            hasChanged = true
        case .dropHeld(let replica, let first): heldRows[Dot(replica, first)] = nil
        case .peer(let node, let state): peerStates[node] = state
        case .meta(let key, let value): metas[key] = value
        case .key: break
        case .rewrite(let change): storedChanges[change.dot] = change
        }
    }

    private mutating func apply(_ row: ReplicaRow) {
        let index = Int(row.number.rawValue)
        precondition(
            index <= replicaRows.count,
            "replica \(index) is written after \(replicaRows.count)")
        if index == replicaRows.count {
            replicaRows.append(row)
        } else {
            precondition(
                replicaRows[index].id == row.id, "replica \(index) does not keep its number")
            replicaRows[index] = row
        }
    }

    // MARK: - reading

    package func meta(_ key: String) -> [UInt8]? { metas[key] }
    package func replicas() -> [ReplicaRow] { replicaRows }
    package func peers() -> [(node: NodeID, state: [UInt8])] {
        peerStates.map { ($0.key, $0.value) }
    }
    package func change(_ dot: Dot) -> StoredChange? { storedChanges[dot] }
    package func record(_ dot: Dot) -> [UInt8]? { recordStates[dot] }

    package func changes(
        of replica: ReplicaNumber, from first: UInt64, through last: UInt64, contentBytesMax: Int
    ) -> [StoredChange] {
        var found: [StoredChange] = []
        var byteCount = 0
        for counter in first...max(first, last) {
            guard let change = storedChanges[Dot(replica, counter)] else { break }
            byteCount += change.content.count
            if !found.isEmpty, byteCount > contentBytesMax { break }
            found.append(change)
        }
        return found
    }

    package func records(after dot: Dot?, limit: Int) -> [StoredRecord] {
        recordStates.filter { $0.key.rawValue > dot?.rawValue ?? 0 }
            .sorted { $0.key.rawValue < $1.key.rawValue }.prefix(limit)
            .map { StoredRecord(dot: $0.key, state: $0.value) }
    }

    package func recordsInConflict() -> [Dot] {
        conflictCounts.filter { $0.value > 0 }.keys.sorted { $0.rawValue < $1.rawValue }
    }

    package func heads(of replica: ReplicaNumber, from first: UInt64, limit: Int) -> [SignedHead] {
        heads(of: replica) { $0 >= first }.prefix(limit).map { $0 }
    }

    package func heads(of replica: ReplicaNumber, before last: UInt64, limit: Int) -> [SignedHead] {
        heads(of: replica) { $0 <= last }.reversed().prefix(limit).map { $0 }
    }

    private func heads(of replica: ReplicaNumber, _ isWanted: (UInt64) -> Bool) -> [SignedHead] {
        signedHeads.values.filter { $0.dot.replica == replica && isWanted($0.dot.counter) }
            .sorted { $0.dot.counter < $1.dot.counter }
    }

    package func salts(of replica: ReplicaNumber, block: UInt64) -> [UInt8]? {
        saltTrees[Block(replica: replica, block: block)]
    }

    package func heldRanges() -> [HeldRange] {
        heldRows.values.map(HeldRange.init)
            .sorted { ($0.replica.rawValue, $0.first) < ($1.replica.rawValue, $1.first) }
    }

    package func held(_ dot: Dot) -> HeldRow? { heldRows[dot] }

    package func counts() -> StoreCounts {
        StoreCounts(
            records: recordStates.count, changes: storedChanges.count,
            conflicts: conflictCounts.values.reduce(0, +),
            held: heldRows.values.reduce(0) { $0 + Int($1.last - $1.first) + 1 })
    }
}
