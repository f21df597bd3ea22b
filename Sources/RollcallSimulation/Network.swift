import RollcallSync

/// One direction of a connection: pieces under way, in order.
struct Pipe {
    /// From a position on: what came before has arrived.
    private var pieces: [(bytes: [UInt8], arrives: Int64)] = []
    private var start = 0
    private(set) var bytesUnderWay = 0
    /// When the piece sent last arrives.
    var busyUntil: Int64 = 0
    /// Whether an arrival is in the heap.
    var isExpected = false
    /// Cut when so many more bytes have passed.
    var cutAfter: Int?
    var cutNews: Int64 = 0
    var stalledUntil: Int64 = 0
    /// What was sent before the end still arrives, then the end is seen.
    var endsAfterSending = false
    var isDead = false

    var first: (bytes: [UInt8], arrives: Int64)? { start < pieces.count ? pieces[start] : nil }

    mutating func append(_ bytes: [UInt8], arrives: Int64) {
        pieces.append((bytes, arrives))
        bytesUnderWay += bytes.count
    }

    mutating func removeFirst() -> [UInt8] {
        let bytes = pieces[start].bytes
        pieces[start].bytes = []
        start += 1
        bytesUnderWay -= bytes.count
        if start == pieces.count {
            pieces.removeAll(keepingCapacity: true)
            start = 0
        }
        return bytes
    }

    mutating func drop() {
        pieces = []
        start = 0
        bytesUnderWay = 0
    }
}

/// A TLS connection of two nodes; side 0 dialled.
final class Connection {
    let id: Int
    let nodes: [Int]
    let sessions: [SessionID]
    let address: String
    /// The lives of both nodes that the connection belongs to.
    let lives: [Int]
    /// By the side that sends.
    var pipes = [Pipe(), Pipe()]
    /// Whether each side still holds its end.
    var isOpen = [true, true]
    var hasOpened = [false, false]
    var bytesPerSecond = 0

    init(id: Int, nodes: [Int], lives: [Int], sessions: [SessionID], address: String) {
        self.id = id
        self.nodes = nodes
        self.lives = lives
        self.sessions = sessions
        self.address = address
    }

    func side(of node: Int, _ session: SessionID) -> Int? {
        if nodes[0] == node, sessions[0] == session { return 0 }
        return nodes[1] == node && sessions[1] == session ? 1 : nil
    }
}

/// What passes between the nodes of each pair.
struct Cables {
    private let count: Int
    /// By sender and receiver: how many reasons there are for nothing to pass.
    private var blocks: [Int]
    /// Pairs that no cable joins, whatever is healed.
    private var isApart: [Bool]
    /// Bytes a second, where a cable is slow.
    var slow: [Int: (bytesPerSecond: Int, until: Int64)] = [:]
    private(set) var partition: (mask: UInt64, until: Int64)?

    init(_ count: Int, _ topology: Plan.Topology) {
        self.count = count
        blocks = [Int](repeating: 0, count: count * count)
        isApart = [Bool](repeating: false, count: count * count)
        for left in 0..<count {
            for right in 0..<count where left != right {
                isApart[left * count + right] = !Self.isJoined(left, right, count, topology)
            }
        }
    }

    private static func isJoined(
        _ left: Int, _ right: Int, _ count: Int, _ topology: Plan.Topology
    ) -> Bool {
        let distance = abs(left - right)
        switch topology {
        case .mesh: return true
        case .line: return distance == 1
        case .ring: return distance == 1 || distance == count - 1
        case .star: return left == 0 || right == 0
        }
    }

    func pair(_ left: Int, _ right: Int) -> Int { min(left, right) * count + max(left, right) }

    /// Node 0 stands in for clones, which lie beyond the count.
    func areJoined(_ left: Int, _ right: Int) -> Bool {
        guard left < count, right < count else { return true }
        return !isApart[left * count + right]
    }

    func passes(from: Int, to: Int, _ now: Int64) -> Bool {
        guard areJoined(from, to) else { return false }
        if let partition, partition.until > now,
            (partition.mask >> UInt64(from % 64)) & 1 != (partition.mask >> UInt64(to % 64)) & 1
        {
            return false
        }
        guard from < count, to < count else { return true }
        return blocks[from * count + to] == 0
    }

    mutating func block(_ from: Int, _ to: Int) { blocks[from * count + to] = 1 }

    mutating func heal(_ left: Int, _ right: Int) {
        blocks[left * count + right] = 0
        blocks[right * count + left] = 0
    }

    mutating func part(_ mask: UInt64, until: Int64) { partition = (mask, until) }

    mutating func healAll() {
        for index in blocks.indices { blocks[index] = 0 }
        partition = nil
        slow = [:]
    }
}
