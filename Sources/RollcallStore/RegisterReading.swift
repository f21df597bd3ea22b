import GRDB
public import RollcallCore

extension RegisterStore {
    public func meta(_ key: String) throws(StoreError) -> [UInt8]? {
        try read(SQL.meta) { row in
            try row.bind(key, at: 1)
            return try row.nextSound() ? row.blob(0) : nil
        }
    }

    public func replicas() throws(StoreError) -> [ReplicaRow] {
        try read(SQL.replicas) { row in
            var rows: [ReplicaRow] = []
            while try row.nextSound() { rows.append(try ReplicaRow(row)) }
            return rows
        }
    }

    /// In the order of their keys.
    public func peers() throws(StoreError) -> [(node: NodeID, state: [UInt8])] {
        try read(SQL.peers) { row in
            var peers: [(node: NodeID, state: [UInt8])] = []
            while try row.nextSound() {
                guard let node = NodeID(row.blob(0)) else { throw StoreError.damaged }
                peers.append((node, row.blob(1)))
            }
            return peers
        }
    }

    public func change(_ dot: Dot) throws(StoreError) -> StoredChange? {
        try read(SQL.change) { row in
            row.bind(dot, at: 1)
            guard try row.nextSound() else { return nil }
            return StoredChange(dot: dot, hash: row.blob(0), content: row.blob(1))
        }
    }

    /// Their content stays within `contentBytesMax`, unless the first alone is longer.
    public func changes(
        of replica: ReplicaNumber, from first: UInt64, through last: UInt64, contentBytesMax: Int
    ) throws(StoreError) -> [StoredChange] {
        guard let keys = KeyRange(replica, from: first, through: last) else { return [] }
        return try read(SQL.changes) { row in
            row.bind(keys)
            var changes: [StoredChange] = []
            var contentBytes = 0
            while try row.nextSound() {
                contentBytes += row.blobBytes(2)
                if contentBytes > contentBytesMax, !changes.isEmpty { break }
                changes.append(
                    StoredChange(dot: try row.dot(0), hash: row.blob(1), content: row.blob(2)))
            }
            return changes
        }
    }

    public func record(_ dot: Dot) throws(StoreError) -> [UInt8]? {
        try read(SQL.record) { row in
            row.bind(dot, at: 1)
            return try row.nextSound() ? row.blob(0) : nil
        }
    }

    public func records(after dot: Dot?, limit: Int) throws(StoreError) -> [StoredRecord] {
        try read(SQL.records) { row in
            row.bind(Int64(bitPattern: dot?.rawValue ?? 0), at: 1)
            row.bind(Int64(max(limit, 0)), at: 2)
            var records: [StoredRecord] = []
            while try row.nextSound() {
                records.append(StoredRecord(dot: try row.dot(0), state: row.blob(1)))
            }
            return records
        }
    }

    public func recordsInConflict() throws(StoreError) -> [Dot] {
        try read(SQL.recordsInConflict) { row in
            var dots: [Dot] = []
            while try row.next() { dots.append(try row.dot(0)) }
            return dots
        }
    }

    public func heads(
        of replica: ReplicaNumber, from first: UInt64, limit: Int
    ) throws(StoreError) -> [SignedHead] {
        guard let keys = KeyRange(replica, from: first, through: Dot.counterMax) else { return [] }
        return try heads(SQL.headsAscending, keys, limit: limit)
    }

    public func heads(
        of replica: ReplicaNumber, before last: UInt64, limit: Int
    ) throws(StoreError) -> [SignedHead] {
        guard let keys = KeyRange(replica, from: 0, through: last) else { return [] }
        return try heads(SQL.headsDescending, keys, limit: limit)
    }

    public func salts(
        of replica: ReplicaNumber, block: UInt64
    ) throws(StoreError) -> [UInt8]? {
        try read(SQL.salts) { row in
            row.bind(Int64(replica.rawValue), at: 1)
            row.bind(Int64(bitPattern: block), at: 2)
            return try row.nextSound() ? row.blob(0) : nil
        }
    }

    public func heldRanges() throws(StoreError) -> [HeldRange] {
        try read(SQL.heldRanges) { row in
            var ranges: [HeldRange] = []
            while try row.nextSound() {
                let dot = try row.dot(0)
                ranges.append(
                    HeldRange(
                        replica: dot.replica, first: dot.counter,
                        last: UInt64(bitPattern: row.integer(1)),
                        byteCount: Int(row.integer(2))))
            }
            return ranges
        }
    }

    public func held(_ dot: Dot) throws(StoreError) -> HeldRow? {
        try read(SQL.held) { row in
            row.bind(dot, at: 1)
            guard try row.nextSound() else { return nil }
            return HeldRow(
                replica: dot.replica, first: dot.counter,
                last: UInt64(bitPattern: row.integer(0)), message: row.blob(1))
        }
    }

    /// What was counted at the start and kept since; it reads nothing.
    ///
    /// `held` counts changes, not the messages they came in.
    public func counts() throws(StoreError) -> StoreCounts { tally }

    // MARK: access

    private func heads(
        _ sql: String, _ keys: KeyRange, limit: Int
    ) throws(StoreError) -> [SignedHead] {
        try read(sql) { row in
            row.bind(keys)
            row.bind(Int64(max(limit, 0)), at: 3)
            var heads: [SignedHead] = []
            while try row.nextSound() {
                heads.append(
                    SignedHead(dot: try row.dot(0), hash: row.blob(1), signature: row.blob(2)))
            }
            return heads
        }
    }

    func read<Value>(
        _ sql: String, _ body: (PreparedStatement) throws -> Value
    ) throws(StoreError) -> Value {
        try access { database in
            let statement = try PreparedStatement(sql, in: database)
            defer { statement.reset() }
            return try body(statement)
        }
    }
}

/// The row numbers of one replica's dots from a counter through a counter.
private struct KeyRange {
    let first: Int64
    let last: Int64

    /// Nil when there can be no such row.
    init?(_ replica: ReplicaNumber, from first: UInt64, through last: UInt64) {
        let last = min(last, Dot.counterMax)
        let first = max(first, 1)
        guard first <= last else { return nil }
        self.first = Int64(bitPattern: Dot(replica, first).rawValue)
        self.last = Int64(bitPattern: Dot(replica, last).rawValue)
    }
}

extension PreparedStatement {
    fileprivate func bind(_ keys: KeyRange) {
        bind(keys.first, at: 1)
        bind(keys.last, at: 2)
    }
}

extension ReplicaRow {
    fileprivate init(_ row: PreparedStatement) throws(StoreError) {
        guard let number = UInt32(exactly: row.integer(0)), number <= ReplicaNumber.max,
            let node = NodeID(row.blob(1)),
            let lane = UInt8(exactly: row.integer(2)).flatMap(Lane.init(rawValue:))
        else { throw .damaged }
        self.init(
            number: ReplicaNumber(number),
            id: ReplicaID(
                node: node, lane: lane, incarnation: UInt64(bitPattern: row.integer(3))),
            height: UInt64(bitPattern: row.integer(4)), hash: row.blob(5),
            isEnded: row.integer(6) != 0)
    }
}
