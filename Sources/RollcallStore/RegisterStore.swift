import GRDB
import GRDBSQLite
public import RollcallCore

/// A register on disk: its changes, the state of its records and what is known of its peers.
///
/// One connection, locked for as long as it is open. All that one output asks to write goes through
/// ``apply(_:)`` and is made durable by ``commit()``; reads in between see it. A call that throws
/// rolls the whole transaction back, also what earlier calls wrote into it.
///
/// The store holds no key: what must be sealed comes to it sealed. It belongs to one actor, and all
/// its disk work happens on one queue while that actor waits.
public final class RegisterStore: RegisterDisk {
    private var queue: DatabaseQueue
    private let gauge = LogGauge()
    /// What is counted now, and what was when the transaction began.
    var tally: StoreCounts
    private var committedTally: StoreCounts

    /// Whether something was written that is not committed.
    public private(set) var isTransactionOpen = false

    /// Why writes are refused, since the disk failed or gave back nonsense; reads go on.
    ///
    /// Only opening the register again, which checks it, ends this.
    public private(set) var failure: StoreError?

    /// Opens a register's file, or makes a new one that only its owner may read.
    ///
    /// - Parameter checking: Whether SQLite looks for damage first, which reads the whole file.
    public convenience init(path: String, checking: Bool = true) throws(StoreError) {
        do {
            try self.init(Connection.open(path: path, checking: checking))
        } catch {
            throw StoreError(error)
        }
    }

    /// A register in a file system of SQLite's that is no operating system's, named in a URI.
    package convenience init(simulated uri: String) throws(StoreError) {
        do {
            try self.init(Connection.openSimulated(uri: uri))
        } catch {
            throw StoreError(error)
        }
    }

    /// A register that is gone when the store is.
    public static func inMemory() throws(StoreError) -> RegisterStore {
        do {
            return try RegisterStore(Connection.openInMemory())
        } catch {
            throw StoreError(error)
        }
    }

    private init(_ queue: DatabaseQueue) throws {
        self.queue = queue
        tally = try queue.writeWithoutTransaction { try StoreCounts(countedIn: $0) }
        committedTally = tally
        queue.writeWithoutTransaction { gauge.watch($0) }
    }

    // MARK: transactions

    /// Opens a transaction unless one is open.
    public func begin() throws(StoreError) {
        if let failure { throw failure }
        guard !isTransactionOpen else { return }
        try writing { try $0.beginTransaction(.immediate) }
        committedTally = tally
        isTransactionOpen = true
    }

    /// Writes in order, opening a transaction if none is open.
    public func apply(_ writes: [StoreWrite]) throws(StoreError) {
        if let failure { throw failure }
        guard !writes.isEmpty else { return }
        try begin()
        tally = try writing { [tally] database in
            var batch = try WriteBatch(in: database, tally: tally)
            for write in writes { try batch.put(write) }
            return batch.tally
        }
    }

    /// Makes durable what was written: when it returns, the transaction has been synced to disk.
    public func commit() throws(StoreError) {
        if let failure { throw failure }
        guard isTransactionOpen else { return }
        try writing { try $0.commit() }
        isTransactionOpen = false
    }

    /// Forgets what was written since the transaction began.
    public func rollback() throws(StoreError) {
        guard isTransactionOpen else { return }
        tally = committedTally
        isTransactionOpen = false
        do {
            try access { try $0.rollback() }
        } catch {
            failure = error
            throw error
        }
    }

    public func isFull(_ error: any Error) -> Bool { error as? StoreError == .diskFull }

    // MARK: housekeeping

    /// Moves the log into the file and empties it.
    ///
    /// For the end, and before the file is looked at; see ``shortenLog()`` for every day.
    public func checkpoint() throws(StoreError) {
        if let failure { throw failure }
        guard !isTransactionOpen else { throw .transactionOpen }
        try writing { _ = try $0.checkpoint(.truncate) }
        gauge.reset()
    }

    /// Whether so much was committed since the last time that ``shortenLog()`` is due.
    public var isLogLong: Bool { gauge.pages >= Connection.checkpointPages }

    /// Whether it is due even while others wait.
    public var isLogVeryLong: Bool { gauge.pages >= Connection.checkpointPagesMax }

    /// Moves a long log into the file, after commits whose word is out: nobody need wait for it.
    ///
    /// Throws nothing, since what was committed is durable whatever happens here. A full disk leaves the log longer; a
    /// failing one is told to whoever writes next.
    public func shortenLog() {
        guard isLogLong, failure == nil, !isTransactionOpen else { return }
        do {
            try access { _ = try $0.checkpoint(.passive) }
            gauge.reset()
        } catch {
            if error.endsWriting { failure = error }
        }
    }

    /// Writes all that is committed into a new file that only its owner may read.
    ///
    /// The copy is built anew from the rows, so nothing that was deleted comes along; when this
    /// returns, it is on the disk under its name.
    public func backup(to path: String) throws(StoreError) {
        guard !isTransactionOpen else { throw .transactionOpen }
        let copy = RegisterFile(path: path)
        try copy.create()
        do {
            try access { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
            try copy.sync()
            try copy.syncName()
        } catch {
            copy.remove()
            throw error
        }
    }

    /// Moves a register that was only in memory into a new file, which is there whole or not at all.
    public func settle(at path: String) throws(StoreError) {
        let draft = RegisterFile(path: path + ".new")
        draft.remove()
        try backup(to: draft.path)
        try draft.rename(to: path)
        do {
            let file = try Connection.open(path: path, checking: false)
            file.writeWithoutTransaction { gauge.watch($0) }
            try queue.close()
            queue = file
        } catch {
            RegisterFile(path: path).remove()
            throw StoreError(error)
        }
    }

    /// Rolls back what is not committed, empties the log and closes the file.
    ///
    /// After a failure it only closes: what SQLite then moves into the file was durable before.
    public func close() throws(StoreError) {
        try? rollback()
        var ending: StoreError?
        if failure == nil {
            do { try checkpoint() } catch { ending = error }
        }
        do { try queue.close() } catch { throw ending ?? StoreError(error) }
        if let ending { throw ending }
    }

    // MARK: access

    /// Runs on the store's queue; whatever is thrown there becomes a ``StoreError``.
    func access<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try queue.writeWithoutTransaction(body)
        } catch {
            throw StoreError(error)
        }
    }

    /// As ``access(_:)``, and takes back the whole transaction when it fails.
    private func writing<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try access(body)
        } catch {
            if error.endsWriting { failure = error }
            try? rollback()
            throw error
        }
    }
}
