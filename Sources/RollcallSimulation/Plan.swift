/// One thing that somebody does or that goes wrong, at a time.
public struct Step: Equatable, Sendable {
    /// What `a`, `b` and `c` mean stands beside each.
    public enum Verb: String, Sendable, CaseIterable {
        // People at a node: a = the number that all their choices come from.
        case add, set, take, mark, resolve
        /// Passage a of the sample operation; b = 1: list a.
        case exchange
        /// Somebody looks, and the custody log has it.
        case look
        /// Somebody keeps a file, which goes to others after all words.
        case keep
        /// A newcomer joins through node a; b = 1: its cable is cut on the way.
        case join
        /// A person stops, or seeks again, the sessions with node a.
        case disconnect, connect
        // Cables between the node and node a.
        /// Nothing passes; b = 1 only towards node a, 2 only from it, 3 both.
        case block
        case heal
        /// Cut when b more bytes have passed; c = ms until the far end learns it.
        case cut
        /// Nothing is delivered for b ms.
        case stall
        /// b bytes a second for c ms.
        case slow
        /// Only the node learns that the connection is over.
        case halfClose
        /// All nodes of bit mask a are apart from the others for b ms.
        case partition
        /// Who dials the node reaches node a, for b ms.
        case misroute
        // The daemon.
        /// After a effects, for b ms; c = 1: power, so that peers are told nothing.
        case crash
        /// It stands still for a ms.
        case pause
        // The disk.
        /// Write a from now fails; a person starts the daemon again after b ms.
        case failWrite
        /// Read a from now fails.
        case failRead
        /// Full for a ms.
        case full
        /// One row is damaged; a picks it.
        case rot
        /// The home as it is now is kept, as a backup.
        case snapshot
        /// The kept home takes the place of the present one.
        case restore
        /// The present home, copied to another laptop, runs beside it for a ms.
        case clone
        /// The running machine is copied, memory and all: from now on the node forks its own replica, for a ms.
        case fork
        // The wall clock.
        /// Moves by a − 2⁶³ ms.
        case jump
        case stick
        // Files.
        /// A bundle for node a (or all, if there is no such node), sealed to their keys as far as they have some; b % 8 = 7: a full
        /// one, b / 8 % 8 = 7: open to everybody.
        case export
        /// One of the bundles carried, by a; b picks what befalls it.
        case `import`
        // Joining by stick: node a's request goes one way, its admission the other.
        /// The node, which is in no register, asks to be let in; what it asked before is of no use any more.
        case request
        /// The node answers a request of node a; b picks which one, and whether it was damaged on its way.
        case admit
        /// The node takes in an admission that is carried, the a-th from the last, a = 2: some other bundle; b picks what befalls it, c = 1: a person types
        /// then where others are found.
        case enter
        /// A month has passed by the node's calendar: it makes a key for bundles. A plan without such a step has no keys.
        case renew
        /// Takes node a out; its data counts b changes less far than the node has it.
        case revoke
        /// Destroys the values of its a-th record; b = 1: of one that somebody put under hold.
        case erase
        /// Of what waits in quarantine at the node some is adopted or refused; a picks which, b what.
        case judge
        /// The node lies for b ms in way a (``Lie``).
        case lie
        // What an administrator decides besides.
        /// Makes node a an operator; b = 1: an administrator.
        case role
        /// Makes three recovery keys, out of a.
        case keys
        /// The node becomes an administrator with two recovery keys; a picks which.
        case recover
        /// Puts its a-th record under hold; b = 1: frees one of those that somebody put there; 2 and 3: the whole register.
        case hold
    }

    /// Microseconds since the beginning.
    public var at: Int64
    public var verb: Verb
    public var node: Int
    public var a: UInt64
    public var b: UInt64
    public var c: UInt64

    public init(
        _ at: Int64, _ verb: Verb, _ node: Int, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0
    ) {
        self.at = at
        self.verb = verb
        self.node = node
        self.a = a
        self.b = b
        self.c = c
    }

    public var isByPerson: Bool {
        switch verb {
        case .add, .set, .take, .mark, .resolve, .look, .keep, .exchange: true
        default: false
        }
    }
}

/// All that will happen to a team, written down before it does: run twice, it goes the same way twice.
public struct Plan: Equatable, Sendable {
    public enum Topology: String, Sendable, CaseIterable { case mesh, line, ring, star }
    public enum DiskKind: String, Sendable, CaseIterable { case model, sqlite, sealed }

    public struct Options: Equatable, Sendable {
        /// For what no step says: keys, nonces, delays.
        public var seed: UInt64
        public var nodes: Int
        public var topology: Topology = .mesh
        public var disk: DiskKind = .model
        public var isCryptoReal = false
        public var isCompressionOn = false
        /// The most bytes that arrive at once.
        public var pieceBytes = 65_536
        public var latency: Int64 = 2_000
        /// Bytes a second; 0: no limit.
        public var bandwidth = 0
        public var diskLatency: Int64 = 300
        /// Whether jumps of the wall clock are left out, to see that they change nothing.
        public var areClocksRight = false
        /// The seed of the sample operation that is played; 0: none is.
        public var sample: UInt64 = 0
        /// Whether all of it is, or a tenth.
        public var isSampleWhole = false

        public init(seed: UInt64, nodes: Int) {
            self.seed = seed
            self.nodes = nodes
        }
    }

    public var options: Options
    /// Ascending by time.
    public var steps: [Step]

    public init(_ options: Options, _ steps: [Step]) {
        self.options = options
        self.steps = steps
    }

    public var editCount: Int { steps.count { $0.isByPerson } }

    // MARK: - as text

    private static let opening = "rollcall plan 1"

    public var text: String {
        var lines = [Self.opening]
        lines.append("seed \(options.seed)")
        lines.append("nodes \(options.nodes)")
        lines.append("topology \(options.topology.rawValue)")
        lines.append("disk \(options.disk.rawValue)")
        lines.append("crypto \(options.isCryptoReal ? "real" : "ideal")")
        lines.append("compression \(options.isCompressionOn ? "on" : "off")")
        lines.append("piece \(options.pieceBytes)")
        lines.append("latency \(options.latency)")
        lines.append("bandwidth \(options.bandwidth)")
        lines.append("disk-latency \(options.diskLatency)")
        lines.append("clocks \(options.areClocksRight ? "right" : "wrong")")
        if options.sample > 0 {
            lines.append("sample \(options.sample) \(options.isSampleWhole ? "whole" : "tenth")")
        }
        for step in steps {
            var words = ["at", String(step.at), step.verb.rawValue, String(step.node)]
            var numbers = [step.a, step.b, step.c]
            while numbers.last == 0 { numbers.removeLast() }
            words += numbers.map { String($0) }
            lines.append(words.joined(separator: " "))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    public struct TextError: Error, CustomStringConvertible {
        public var line: Int
        public var description: String { "line \(line) of the plan is none" }
    }

    /// Lines that begin with # say something to people.
    public init(text: String) throws(TextError) {
        options = Options(seed: 0, nodes: 2)
        steps = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.contains(where: { $0 == Self.opening }) else { throw TextError(line: 1) }
        for (index, line) in lines.enumerated()
        where !line.isEmpty && !line.hasPrefix("#") && line != Self.opening {
            let words = line.split(separator: " ").map(String.init)
            guard words.count >= 2, words[0] == "at" ? take(step: words) : take(option: words)
            else { throw TextError(line: index + 1) }
        }
    }

    private mutating func take(step words: [String]) -> Bool {
        guard words.count >= 4, words.count <= 7, let at = Int64(words[1]), at >= 0,
            let verb = Step.Verb(rawValue: words[2]), let node = Int(words[3]), node >= 0
        else { return false }
        let numbers = words.dropFirst(4).compactMap { UInt64($0) }
        guard numbers.count == words.count - 4, steps.last.map({ $0.at <= at }) ?? true else {
            return false
        }
        let filled = numbers + [UInt64](repeating: 0, count: 3 - numbers.count)
        steps.append(Step(at, verb, node, filled[0], filled[1], filled[2]))
        return true
    }

    private mutating func take(option words: [String]) -> Bool {
        let (name, word) = (words[0], words[1])
        let number = Int64(word)
        switch name {
        case "seed": options.seed = UInt64(word) ?? 0
        case "nodes":
            guard let number, number >= 2, number <= 16 else { return false }
            options.nodes = Int(number)
        case "topology":
            guard let topology = Topology(rawValue: word) else { return false }
            options.topology = topology
        case "disk":
            guard let disk = DiskKind(rawValue: word) else { return false }
            options.disk = disk
        case "crypto": options.isCryptoReal = word == "real"
        case "compression": options.isCompressionOn = word == "on"
        case "clocks": options.areClocksRight = word == "right"
        case "sample":
            options.sample = UInt64(word) ?? 0
            options.isSampleWhole = words.last == "whole"
        case "piece": options.pieceBytes = Int(number ?? 1)
        case "latency": options.latency = number ?? 0
        case "bandwidth": options.bandwidth = Int(number ?? 0)
        case "disk-latency": options.diskLatency = number ?? 0
        default: return false
        }
        return options.pieceBytes > 0
    }
}
