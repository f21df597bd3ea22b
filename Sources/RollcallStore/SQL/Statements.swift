/// The statements that run on every day, each prepared once; ``Migration`` holds the tables.
enum SQL {
    /// The columns that each table's sum is over, in order.
    static let columns: KeyValuePairs = [
        "change": "dot, hash, content",
        "record": "dot, state, conflicts",
        "replica": "number, node, lane, incarnation, height, hash, ended",
        "head": "dot, hash, signature",
        "salts": "replica, block, salts",
        "held": "dot, last, message",
        "peer": "node, state",
        "meta": "key, value",
        "record_key": "record, wrapped",
    ]

    /// Whether a row of a table is what was written.
    private static func isSound(_ table: String) -> String {
        "sum IS row_sum(\(columns.first { $0.key == table }?.value ?? ""))"
    }

    // MARK: writing

    static let insertChange = """
        INSERT INTO change (dot, hash, content, sum) VALUES (?1, ?2, ?3, row_sum(?1, ?2, ?3))
        """

    static let rewriteChange = """
        UPDATE change SET hash = ?2, content = ?3, sum = row_sum(?1, ?2, ?3) WHERE dot = ?1
        """

    static let dropChanges = "DELETE FROM change WHERE dot BETWEEN ?1 AND ?2"

    static let insertRecord = """
        INSERT INTO record (dot, state, conflicts, sum) VALUES (?1, ?2, ?3, row_sum(?1, ?2, ?3))
        ON CONFLICT DO NOTHING
        """
    static let recordConflicts = "SELECT conflicts FROM record WHERE dot = ?1"
    static let updateRecord = """
        UPDATE record SET state = ?2, conflicts = ?3, sum = row_sum(?1, ?2, ?3) WHERE dot = ?1
        """

    static let dropRecord = "DELETE FROM record WHERE dot = ?1"

    static let putReplica = """
        INSERT INTO replica (number, node, lane, incarnation, height, hash, ended, sum)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, row_sum(?1, ?2, ?3, ?4, ?5, ?6, ?7))
        ON CONFLICT (number) DO UPDATE SET
            node = excluded.node, lane = excluded.lane, incarnation = excluded.incarnation,
            height = excluded.height, hash = excluded.hash, ended = excluded.ended,
            sum = excluded.sum
        """

    static let putHead = """
        INSERT INTO head (dot, hash, signature, sum) VALUES (?1, ?2, ?3, row_sum(?1, ?2, ?3))
        ON CONFLICT (dot) DO UPDATE SET hash = excluded.hash, signature = excluded.signature,
            sum = excluded.sum
        """
    static let dropHead = "DELETE FROM head WHERE dot = ?1"

    static let putSalts = """
        INSERT INTO salts (replica, block, salts, sum) VALUES (?1, ?2, ?3, row_sum(?1, ?2, ?3))
        ON CONFLICT (replica, block) DO UPDATE SET salts = excluded.salts, sum = excluded.sum
        """

    static let putHeld = """
        INSERT INTO held (dot, last, message, sum) VALUES (?1, ?2, ?3, row_sum(?1, ?2, ?3))
        ON CONFLICT (dot) DO UPDATE SET last = excluded.last, message = excluded.message,
            sum = excluded.sum
        """
    static let heldLast = "SELECT last FROM held WHERE dot = ?1"
    static let dropHeld = "DELETE FROM held WHERE dot = ?1"

    static let putPeer = """
        INSERT INTO peer (node, state, sum) VALUES (?1, ?2, row_sum(?1, ?2))
        ON CONFLICT (node) DO UPDATE SET state = excluded.state, sum = excluded.sum
        """
    static let dropPeer = "DELETE FROM peer WHERE node = ?1"

    static let putMeta = """
        INSERT INTO meta (key, value, sum) VALUES (?1, ?2, row_sum(?1, ?2))
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, sum = excluded.sum
        """
    static let dropMeta = "DELETE FROM meta WHERE key = ?1"

    static let putKey = """
        INSERT INTO record_key (record, wrapped, sum) VALUES (?1, ?2, row_sum(?1, ?2))
        ON CONFLICT (record) DO UPDATE SET wrapped = excluded.wrapped, sum = excluded.sum
        """
    static let dropKey = "DELETE FROM record_key WHERE record = ?1"

    // MARK: reading; the last column says whether the row is what was written

    static let meta = "SELECT value, \(isSound("meta")) FROM meta WHERE key = ?1"
    static let replicas = """
        SELECT number, node, lane, incarnation, height, hash, ended, \(isSound("replica"))
        FROM replica ORDER BY number
        """
    static let peers = "SELECT node, state, \(isSound("peer")) FROM peer ORDER BY node"
    static let change = "SELECT hash, content, \(isSound("change")) FROM change WHERE dot = ?1"
    static let changes = """
        SELECT dot, hash, content, \(isSound("change"))
        FROM change WHERE dot BETWEEN ?1 AND ?2 ORDER BY dot
        """
    static let record = "SELECT state, \(isSound("record")) FROM record WHERE dot = ?1"
    static let records = """
        SELECT dot, state, \(isSound("record"))
        FROM record WHERE dot > ?1 ORDER BY dot LIMIT ?2
        """
    static let recordsInConflict = "SELECT dot FROM record WHERE conflicts > 0 ORDER BY dot"
    static let headsAscending = """
        SELECT dot, hash, signature, \(isSound("head"))
        FROM head WHERE dot BETWEEN ?1 AND ?2 ORDER BY dot LIMIT ?3
        """
    static let headsDescending = """
        SELECT dot, hash, signature, \(isSound("head"))
        FROM head WHERE dot BETWEEN ?1 AND ?2 ORDER BY dot DESC LIMIT ?3
        """
    static let salts =
        "SELECT salts, \(isSound("salts")) FROM salts WHERE replica = ?1 AND block = ?2"
    static let heldRanges = """
        SELECT dot, last, length(message), \(isSound("held")) FROM held ORDER BY dot
        """
    static let held = "SELECT last, message, \(isSound("held")) FROM held WHERE dot = ?1"

    static let keys = """
        SELECT record, wrapped, \(isSound("record_key")) FROM record_key ORDER BY record
        """
    static let allSalts = """
        SELECT replica, block, salts, \(isSound("salts")) FROM salts ORDER BY replica, block
        """

    // MARK: counting, once at the start

    static let countRecords = "SELECT COUNT(*) FROM record"
    static let countChanges = "SELECT COUNT(*) FROM change"
    static let countHeld = "SELECT dot, last FROM held"
    static let sumConflicts = "SELECT COALESCE(SUM(conflicts), 0) FROM record WHERE conflicts > 0"
}
