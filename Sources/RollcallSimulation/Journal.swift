import RollcallCore
import RollcallTrust

/// A dot as all laptops know it.
struct GlobalDot: Hashable {
    var replica: ReplicaID
    var counter: UInt64

    func precedes(_ other: GlobalDot) -> Bool {
        replica == other.replica ? counter < other.counter : replica.precedes(other.replica)
    }
}

/// What the simulation itself knows of all changes: who wrote and acknowledged what, and with which content.
///
/// Kept apart from the program: it reads only what is committed to the disks. Replicas have one number here for all nodes.
struct Journal {
    /// A dot as one number: the replica's number here, then the counter.
    typealias Key = UInt64

    private(set) var replicas: [ReplicaID] = []
    private var numbers: [ReplicaID: Int] = [:]
    /// By node: the number here of each of its own numbers.
    private var local: [[Int]]
    /// The chain hash that each dot had first, its start.
    private(set) var contents: [Key: UInt64] = [:]
    /// What persons were told is saved, and at which node.
    private(set) var acknowledged: [(key: Key, node: Int, content: UInt64)] = []
    /// Destroyed before anybody else had it.
    private(set) var lossesExpected: Set<Key> = []
    /// Replicas of nodes that fork their own.
    var forkers: Set<NodeID> = []
    /// Nodes that somebody took out: their laptops are in other hands.
    var revoked: Set<NodeID> = []
    private(set) var violation: SimulationFailure?

    init(nodeCount: Int) { local = [[Int]](repeating: [], count: nodeCount) }

    mutating func learn(_ row: ReplicaRow, at node: Int) {
        let position = Int(row.number.rawValue)
        guard position >= local[node].count else {
            local[node][position] = number(of: row.id)
            return
        }
        local[node].append(number(of: row.id))
    }

    private mutating func number(of id: ReplicaID) -> Int {
        if let known = numbers[id] { return known }
        numbers[id] = replicas.count
        replicas.append(id)
        return replicas.count - 1
    }

    func key(_ dot: Dot, at node: Int) -> Key {
        UInt64(local[node][Int(dot.replica.rawValue)]) << 40 | dot.counter
    }

    func key(_ replica: ReplicaNumber, _ counter: UInt64, at node: Int) -> Key {
        UInt64(local[node][Int(replica.rawValue)]) << 40 | counter
    }

    func author(of key: Key) -> NodeID { replicas[Int(key >> 40)].node }
    func lane(of key: Key) -> Lane { replicas[Int(key >> 40)].lane }

    /// A change is durable at a node: it must be what the same dot was everywhere.
    mutating func commit(_ dot: Dot, _ hash: [UInt8], at node: Int) {
        let key = key(dot, at: node)
        let start = Self.start(of: hash)
        if let known = contents[key] {
            guard known != start else { return }
            guard !forkers.contains(author(of: key)) else { return }
            violation = SimulationFailure(.twoContents, "at node \(node)")
        } else {
            contents[key] = start
        }
    }

    mutating func accuse(_ failure: SimulationFailure) { violation = violation ?? failure }

    static func start(of hash: [UInt8]) -> UInt64 {
        hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func acknowledge(_ dot: Dot, at node: Int) {
        let key = key(dot, at: node)
        acknowledged.append((key, node, contents[key] ?? 0))
    }

    mutating func expectLoss(of key: Key) { lossesExpected.insert(key) }

    /// The number here of a node's own number.
    func replica(_ number: Int, at node: Int) -> Int { local[node][number] }

    /// The number of a replica that some node has had.
    func number(ofKnown id: ReplicaID) -> Int { numbers[id] ?? -1 }
}
