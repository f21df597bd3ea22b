import GRDB
import GRDBSQLite
import RollcallCore

/// The writes of one call, put into the open transaction row by row.
///
/// Changes and records come by the hundred thousand, so their statements are looked up once a call.
struct WriteBatch {
    private(set) var tally: StoreCounts
    private let database: Database
    private let insertChange: PreparedStatement
    private let insertRecord: PreparedStatement

    init(in database: Database, tally: StoreCounts) throws {
        self.database = database
        self.tally = tally
        insertChange = try PreparedStatement(SQL.insertChange, in: database)
        insertRecord = try PreparedStatement(SQL.insertRecord, in: database)
    }

    mutating func put(_ write: StoreWrite) throws {
        switch write {
        case .change(let change): try put(change)
        case .rewrite(let change): try rewrite(change)
        case .dropChanges(let replica, let height): try drop(replica, above: height)
        case .record(let record, let conflicts): try put(record, conflicts: conflicts)
        case .dropRecord(let dot): try dropRecord(dot)
        case .replica(let row): try put(row)
        case .head(let head): try put(head)
        case .dropHead(let dot): try drop(dot, SQL.dropHead)
        case .salts(let replica, let block, let salts): try put(salts, replica, block)
        case .held(let row): try put(row)
        case .dropHeld(let replica, let first): try dropHeld(Dot(replica, first))
        case .peer(let node, let state): try put(state, of: node)
        case .meta(let key, let value): try put(value, under: key)
        case .key(let name, let wrapped): try put(name, wrapped)
        }
    }

    // MARK: in bulk

    private mutating func put(_ change: StoredChange) throws {
        insertChange.bind(change.dot, at: 1)
        let code = try change.hash.withUnsafeBytes { hash in
            try change.content.withUnsafeBytes { content in
                try insertChange.lend(hash, at: 2)
                try insertChange.lend(content, at: 3)
                return insertChange.run()
            }
        }
        switch code {
        case SQLITE_OK: tally.changes += 1
        case ExtendedCode.keyTaken: throw StoreError.changeExists(change.dot)
        default: throw StoreError(code: code)
        }
    }

    /// Most records are new when they come in bulk, so the insert is tried first.
    private mutating func put(_ record: StoredRecord, conflicts: Int) throws {
        insertRecord.bind(record.dot, at: 1)
        insertRecord.bind(Int64(conflicts), at: 3)
        try record.state.withUnsafeBytes { state in
            try insertRecord.lend(state, at: 2)
            try insertRecord.execute()
        }
        if sqlite3_changes(database.sqliteConnection) > 0 {
            tally.records += 1
        } else {
            tally.conflicts -= try replace(record, conflicts: conflicts)
        }
        tally.conflicts += conflicts
    }

    /// Replaces a record that is there, and returns how many conflicts it had.
    private func replace(_ record: StoredRecord, conflicts: Int) throws -> Int {
        guard let before = try integer(SQL.recordConflicts, of: record.dot) else {
            throw StoreError.damaged
        }
        let update = try PreparedStatement(SQL.updateRecord, in: database)
        update.bind(record.dot, at: 1)
        update.bind(Int64(conflicts), at: 3)
        try record.state.withUnsafeBytes { state in
            try update.lend(state, at: 2)
            try update.execute()
        }
        return Int(before)
    }

    private mutating func dropRecord(_ dot: Dot) throws {
        guard let conflicts = try integer(SQL.recordConflicts, of: dot) else { return }
        try drop(dot, SQL.dropRecord)
        tally.records -= 1
        tally.conflicts -= Int(conflicts)
    }

    // MARK: one by one

    private func rewrite(_ change: StoredChange) throws {
        let statement = try PreparedStatement(SQL.rewriteChange, in: database)
        statement.bind(change.dot, at: 1)
        try statement.bind(change.hash, at: 2)
        try statement.bind(change.content, at: 3)
        try statement.execute()
        guard sqlite3_changes(database.sqliteConnection) == 1 else { throw StoreError.damaged }
    }

    private mutating func drop(_ replica: ReplicaNumber, above height: UInt64) throws {
        let statement = try PreparedStatement(SQL.dropChanges, in: database)
        statement.bind(Dot(replica, height + 1), at: 1)
        statement.bind(Dot(replica, Dot.counterMax), at: 2)
        try statement.execute()
        tally.changes -= Int(sqlite3_changes(database.sqliteConnection))
    }

    private func put(_ row: ReplicaRow) throws {
        let statement = try PreparedStatement(SQL.putReplica, in: database)
        statement.bind(Int64(row.number.rawValue), at: 1)
        try statement.bind(row.id.node.bytes, at: 2)
        statement.bind(Int64(row.id.lane.rawValue), at: 3)
        statement.bind(Int64(bitPattern: row.id.incarnation), at: 4)
        statement.bind(Int64(bitPattern: row.height), at: 5)
        try statement.bind(row.hash, at: 6)
        statement.bind(row.isEnded ? 1 : 0, at: 7)
        try statement.execute()
    }

    private func put(_ head: SignedHead) throws {
        let statement = try PreparedStatement(SQL.putHead, in: database)
        statement.bind(head.dot, at: 1)
        try statement.bind(head.hash, at: 2)
        try statement.bind(head.signature, at: 3)
        try statement.execute()
    }

    private func put(_ salts: [UInt8], _ replica: ReplicaNumber, _ block: UInt64) throws {
        let statement = try PreparedStatement(SQL.putSalts, in: database)
        statement.bind(Int64(replica.rawValue), at: 1)
        statement.bind(Int64(bitPattern: block), at: 2)
        try statement.bind(salts, at: 3)
        try statement.execute()
    }

    private mutating func put(_ row: HeldRow) throws {
        let dot = Dot(row.replica, row.first)
        tally.held -= try heldCount(dot)
        let statement = try PreparedStatement(SQL.putHeld, in: database)
        statement.bind(dot, at: 1)
        statement.bind(Int64(bitPattern: row.last), at: 2)
        try row.message.withUnsafeBytes { message in
            try statement.lend(message, at: 3)
            try statement.execute()
        }
        tally.held += StoreCounts.held(from: row.first, through: row.last)
    }

    private mutating func dropHeld(_ dot: Dot) throws {
        tally.held -= try heldCount(dot)
        try drop(dot, SQL.dropHeld)
    }

    private func put(_ state: [UInt8]?, of node: NodeID) throws {
        let sql = state == nil ? SQL.dropPeer : SQL.putPeer
        let statement = try PreparedStatement(sql, in: database)
        try statement.bind(node.bytes, at: 1)
        if let state { try statement.bind(state, at: 2) }
        try statement.execute()
    }

    private func put(_ value: [UInt8]?, under key: String) throws {
        let sql = value == nil ? SQL.dropMeta : SQL.putMeta
        let statement = try PreparedStatement(sql, in: database)
        try statement.bind(key, at: 1)
        if let value { try statement.bind(value, at: 2) }
        try statement.execute()
    }

    private func put(_ name: KeyName, _ wrapped: [UInt8]?) throws {
        let sql = wrapped == nil ? SQL.dropKey : SQL.putKey
        let statement = try PreparedStatement(sql, in: database)
        statement.bind(Int64(bitPattern: name.rawValue), at: 1)
        if let wrapped { try statement.bind(wrapped, at: 2) }
        try statement.execute()
    }

    private func drop(_ dot: Dot, _ sql: String) throws {
        let statement = try PreparedStatement(sql, in: database)
        statement.bind(dot, at: 1)
        try statement.execute()
    }

    /// How many changes the held row at a dot stands for; 0 when there is none.
    private func heldCount(_ dot: Dot) throws -> Int {
        guard let last = try integer(SQL.heldLast, of: dot) else { return 0 }
        return StoreCounts.held(from: dot.counter, through: UInt64(bitPattern: last))
    }

    private func integer(_ sql: String, of dot: Dot) throws -> Int64? {
        let statement = try PreparedStatement(sql, in: database)
        defer { statement.reset() }
        statement.bind(dot, at: 1)
        return try statement.next() ? statement.integer(0) : nil
    }
}

extension StoreCounts {
    /// Counts what a file holds; afterwards every write says what it adds.
    init(countedIn database: Database) throws {
        func count(_ sql: String) throws -> Int { try Int.fetchOne(database, sql: sql) ?? 0 }
        self.init(
            records: try count(SQL.countRecords), changes: try count(SQL.countChanges),
            conflicts: try count(SQL.sumConflicts), held: 0)
        let ranges = try PreparedStatement(SQL.countHeld, in: database)
        defer { ranges.reset() }
        while try ranges.next() {
            let last = UInt64(bitPattern: ranges.integer(1))
            held += Self.held(from: try ranges.dot(0).counter, through: last)
        }
    }

    /// How many changes a held row stands for.
    static func held(from first: UInt64, through last: UInt64) -> Int {
        last < first ? 0 : Int(clamping: last - first) + 1
    }
}
