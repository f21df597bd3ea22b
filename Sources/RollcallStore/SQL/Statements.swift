/// The statements that run on every day, each prepared once; ``Migration`` holds the tables.
enum SQL {
    // MARK: writing

    static let insertChange = "INSERT INTO change (dot, hash, content) VALUES (?1, ?2, ?3)"

    static let insertRecord = """
        INSERT INTO record (dot, state, conflicts) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING
        """
    static let recordConflicts = "SELECT conflicts FROM record WHERE dot = ?1"
    static let updateRecord = "UPDATE record SET state = ?2, conflicts = ?3 WHERE dot = ?1"

    static let putReplica = """
        INSERT INTO replica (number, node, lane, incarnation, height, hash, ended)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (number) DO UPDATE SET
            node = excluded.node, lane = excluded.lane, incarnation = excluded.incarnation,
            height = excluded.height, hash = excluded.hash, ended = excluded.ended
        """

    static let putHead = """
        INSERT INTO head (dot, hash, signature) VALUES (?1, ?2, ?3)
        ON CONFLICT (dot) DO UPDATE SET hash = excluded.hash, signature = excluded.signature
        """
    static let dropHead = "DELETE FROM head WHERE dot = ?1"

    static let putSalts = """
        INSERT INTO salts (replica, block, salts) VALUES (?1, ?2, ?3)
        ON CONFLICT (replica, block) DO UPDATE SET salts = excluded.salts
        """

    static let putHeld = """
        INSERT INTO held (dot, last, message) VALUES (?1, ?2, ?3)
        ON CONFLICT (dot) DO UPDATE SET last = excluded.last, message = excluded.message
        """
    static let heldLast = "SELECT last FROM held WHERE dot = ?1"
    static let dropHeld = "DELETE FROM held WHERE dot = ?1"

    static let putPeer = """
        INSERT INTO peer (node, state) VALUES (?1, ?2)
        ON CONFLICT (node) DO UPDATE SET state = excluded.state
        """
    static let dropPeer = "DELETE FROM peer WHERE node = ?1"

    static let putMeta = """
        INSERT INTO meta (key, value) VALUES (?1, ?2)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value
        """
    static let dropMeta = "DELETE FROM meta WHERE key = ?1"

    // MARK: reading

    static let meta = "SELECT value FROM meta WHERE key = ?1"
    static let replicas = """
        SELECT number, node, lane, incarnation, height, hash, ended FROM replica ORDER BY number
        """
    static let peers = "SELECT node, state FROM peer ORDER BY node"
    static let change = "SELECT hash, content FROM change WHERE dot = ?1"
    static let changes = """
        SELECT dot, hash, content FROM change WHERE dot BETWEEN ?1 AND ?2 ORDER BY dot
        """
    static let record = "SELECT state FROM record WHERE dot = ?1"
    static let records = "SELECT dot, state FROM record WHERE dot > ?1 ORDER BY dot LIMIT ?2"
    static let recordsInConflict = "SELECT dot FROM record WHERE conflicts > 0 ORDER BY dot"
    static let headsAscending = """
        SELECT dot, hash, signature FROM head WHERE dot BETWEEN ?1 AND ?2
        ORDER BY dot LIMIT ?3
        """
    static let headsDescending = """
        SELECT dot, hash, signature FROM head WHERE dot BETWEEN ?1 AND ?2
        ORDER BY dot DESC LIMIT ?3
        """
    static let salts = "SELECT salts FROM salts WHERE replica = ?1 AND block = ?2"
    static let held = "SELECT dot, last, message FROM held ORDER BY dot"

    // MARK: counting, once at the start

    static let countRecords = "SELECT COUNT(*) FROM record"
    static let countChanges = "SELECT COUNT(*) FROM change"
    static let heldRanges = "SELECT dot, last FROM held"
    static let sumConflicts = "SELECT COALESCE(SUM(conflicts), 0) FROM record WHERE conflicts > 0"
}
