import RollcallCore
import RollcallTrust
import RollcallWire

/// Signs whatever changes it is given with a member's key: no fuzzer finds a signature, and what lies behind one
/// must hold out against a member that lies.
struct MemberPen {
    let key: NodeKey
    let chain: Chain
    private var table = ReplicaTable()
    private var outgoing = SessionReplicas()
    private var hashes: [Dot: [UInt8]] = [:]

    init(key: NodeKey, register: RegisterID) {
        self.key = key
        chain = Chain(register: register)
    }

    /// A changes message with other replicas' changes made into this member's own, for the next frame of a session.
    mutating func signed(_ bytes: [UInt8]) throws -> [UInt8] {
        var numbering = SessionReplicas()
        var message = try ChangesMessage(bytes, table: &table, numbering: &numbering)
        let id = table[message.replica]
        let own = table.insert(
            ReplicaID(node: key.node, lane: id.lane, incarnation: id.incarnation))
        Self.move(&message, to: own, table)
        message.salts = message.subtrees.flatMap { Self.salt($0, id.incarnation) }
        sign(&message)
        return message.encode(table, numbering: &outgoing)
    }

    private static func move(
        _ message: inout ChangesMessage, to own: ReplicaNumber, _ table: ReplicaTable
    ) {
        let old = message.replica
        let moved = { (dot: Dot) in dot.replica == old ? Dot(own, dot.counter) : dot }
        message.replica = own
        for index in message.changes.indices {
            message.changes[index].dot = moved(message.changes[index].dot)
            message.changes[index].record = moved(message.changes[index].record)
            message.changes[index].operatorDot = message.changes[index].operatorDot.map(moved)
            for position in message.changes[index].writes.indices {
                message.changes[index].writes[position].names = Set(
                    message.changes[index].writes[position].names.map(moved)
                ).sorted { table.precedes($0, $1) }
            }
        }
    }

    private static func tree(_ counter: UInt64, _ incarnation: UInt64) -> SaltTree {
        SaltTree(
            root: [UInt8](repeating: UInt8(truncatingIfNeeded: incarnation), count: 16),
            blockStart: (counter - 1) / Limits.changesPerBlock * Limits.changesPerBlock + 1)
    }

    private static func salt(_ subtree: SaltSubtree, _ incarnation: UInt64) -> [UInt8] {
        tree(subtree.first, incarnation).value(of: subtree) ?? []
    }

    private mutating func sign(_ message: inout ChangesMessage) {
        let id = table[message.replica]
        var hash = [UInt8](repeating: 0, count: 32)
        if message.first == 1 {
            hash = chain.start(of: id)
        } else if let known = hashes[Dot(message.replica, message.first - 1)] {
            hash = known
        }
        if message.startHash != nil { message.startHash = hash }
        var hasher = ChainHasher()
        var position = 0
        for index in message.segments.indices {
            for _ in 0..<message.segments[index].changeCount {
                let change = message.changes[position]
                let leaf = Self.tree(change.dot.counter, id.incarnation).leaf(change.dot.counter)
                let commitments = hasher.commitments(to: change, leaf: (leaf ?? [])[...])
                hash = hasher.link(hash, change, commitments, table)
                hashes[change.dot] = hash
                position += 1
            }
            let counter = message.first + UInt64(position) - 1
            message.segments[index].signature = key.signature(
                of: chain.headMessage(id, counter, hash))
        }
    }
}
