import Crypto
import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust
import RollcallWire

/// A field team in one thread: laptops, cables, clocks, disks and people, all by one plan.
///
///     founding and joins ──▶ the plan's steps ──▶ all is healed ──▶ convergence ──▶ quiet ──▶ checks
///
/// Everything that happens comes out of one heap, by time and then by order, so that a plan goes the same way each time.
public final class Team {
    enum Happening {
        /// The first piece under way of a pipe arrives.
        case arrive(Connection, side: Int)
        case drain(Int)
        case wake(Int, life: Int, at: Int64)
        case handshaken(Connection)
        case dialFailed(Int, life: Int, address: String)
        /// An end learns that its connection is over.
        case ended(Connection, side: Int)
        case step(Int)
        case start(Int)
        case heal(node: Int, other: Int)
        case emptyDisk(Int)
        case stopClone(Int)
        case stopLying(Int)
        case unmisroute(Int)
    }

    let plan: Plan
    var now: Int64 = 0
    var nodes: [SimulatedNode] = []
    var cables: Cables
    var heap = Heap<Happening>()
    var chance: Chance
    var journal: Journal
    public internal(set) var marks = Marks()
    public internal(set) var trace = TraceHash()
    public internal(set) var eventCount = 0
    public internal(set) var bytesCarried = 0
    /// Seconds from the end of all faults to equal state.
    public internal(set) var secondsToConverge: Double = 0
    public internal(set) var editsDone = 0

    var connections: [Int: Connection] = [:]
    /// By node and session.
    var bySession: [UInt64: Connection] = [:]
    private var nextConnection = 1
    private var nextSession: UInt64 = 1
    /// Where a dial to a node's address leads instead.
    var misrouted: [Int: Int] = [:]
    /// The next connection that a node dials is cut after so many bytes.
    var cutNext: [Int: Int] = [:]
    var sticks: [Stick] = []
    /// What newcomers asked for by stick, by node, in order; the last one is out.
    var requests: [Int: [JoinRequest]] = [:]
    var admissions: [Stick] = []
    var people: People
    /// The sample operation, where one is played.
    var script: SampleScript?
    var wire = WireWatch()
    /// By sender and receiver: the digest of the last hello.
    private var helloDigests: [Int: [UInt8]] = [:]
    /// Bytes by pair of nodes since the last look.
    var bytesByPair: [Int: Int] = [:]
    /// Hears of every event, for a person who reads a replay.
    var narrator: ((String) -> Void)?
    /// Whether names that wait are looked for in every row: in some plans only, for it takes time.
    var isWatchingNames: Bool { plan.options.seed % 8 == 0 }
    var isFaultTime = true
    /// Whether some disk lacks values by an erasure that counts no more.
    var areSomeExcused = false
    var isOver = false
    var nextClone: Int
    static let eventsMax = 6_000_000

    public init(_ plan: Plan, narrator: ((String) -> Void)? = nil) throws {
        self.plan = plan
        self.narrator = narrator
        let count = plan.options.nodes
        nextClone = count
        cables = Cables(count, plan.options.topology)
        chance = Chance(seed: plan.options.seed, for: 1)
        let cloneCount = plan.steps.count { $0.verb == .clone || $0.verb == .fork }
        journal = Journal(nodeCount: count + cloneCount)
        people = People()
        if plan.options.sample > 0 {
            script = SampleScript(
                SampleOperation(
                    seed: plan.options.sample,
                    plans: plan.options.isSampleWhole
                        ? SampleOperation.whole : SampleOperation.tenth))
        }
        for index in 0..<count {
            nodes.append(
                SimulatedNode(
                    index, name: "laptop \(index)",
                    identity: Self.identity(
                        index, plan.options,
                        asks: plan.steps.contains { $0.verb == .request && $0.node == index }),
                    disk: try Self.disk(plan.options.disk, seed: plan.options.seed), team: self,
                    seed: plan.options.seed &* 31 &+ UInt64(index)))
        }
    }

    private static func secret(_ index: Int, _ options: Plan.Options) -> [UInt8] {
        var chance = Chance(seed: options.seed, for: 1_000 + UInt64(index))
        return (0..<32).map { _ in UInt8.random(in: 0...255, using: &chance) }
    }

    /// The TLS key of a laptop that asks to join by stick, for which it signs.
    static func tlsKey(_ index: Int, _ options: Plan.Options) -> P256.Signing.PrivateKey? {
        try? P256.Signing.PrivateKey(rawRepresentation: sha256([2] + secret(index, options)))
    }

    /// - Parameter asks: Whether it has a real TLS key: by cable a number does.
    private static func identity(
        _ index: Int, _ options: Plan.Options, asks: Bool
    ) -> LaptopIdentity {
        let secret = secret(index, options)
        var tlsKeyHash = sha256([1] + secret)
        if asks, let key = tlsKey(index, options) {
            tlsKeyHash = sha256(Array(key.publicKey.derRepresentation))
        }
        guard options.isCryptoReal, let key = NodeKey(secret: secret) else {
            return LaptopIdentity(key: NodeKey(ideal: secret), tlsKeyHash: tlsKeyHash)
        }
        return LaptopIdentity(key: key, tlsKeyHash: tlsKeyHash)
    }

    static func disk(_ kind: Plan.DiskKind, seed: UInt64) throws -> any SimulatedDisk {
        switch kind {
        case .model: ModelDisk()
        case .sqlite: try SQLiteDisk(seed: seed)
        case .sealed: try SealedModelDisk(seed: seed)
        }
    }

    func mark(_ state: RareState) { marks.note(state) }

    func tell(_ sentence: @autoclosure () -> String) {
        guard let narrator else { return }
        let seconds = Double(now) / 1_000_000
        let digits = String(seconds)
        narrator(digits + String(repeating: " ", count: max(1, 14 - digits.count)) + sentence())
    }

    // MARK: - the heap

    func schedule(_ happening: Happening, at time: Int64) {
        heap.insert(happening, at: max(time, now))
    }

    /// Lets all happen until a time.
    func run(until end: Int64) throws {
        while let next = heap.first, next.time <= end {
            _ = heap.popFirst()
            now = next.time
            eventCount += 1
            guard eventCount < Self.eventsMax else {
                throw SimulationFailure(.tooManySteps, "\(eventCount)")
            }
            try happen(next.element)
            if let violation = journal.violation { throw violation }
        }
        now = end
    }

    private func happen(_ happening: Happening) throws {
        switch happening {
        case .arrive(let connection, let side): try arrive(connection, side)
        case .drain(let index):
            nodes[index].isDrainExpected = false
            try drain(nodes[index])
        case .wake(let index, let life, let at):
            let node = nodes[index]
            guard node.life == life, node.scheduledWake == at else { return }
            guard node.pausedUntil <= now else {
                node.scheduledWake = node.pausedUntil
                return schedule(
                    .wake(index, life: life, at: node.pausedUntil), at: node.pausedUntil)
            }
            trace.add(UInt64(index) << 8 | 1)
            try guarding(node) { try node.wake() }
        case .handshaken(let connection): handshaken(connection)
        case .dialFailed(let index, let life, let address):
            guard nodes[index].life == life else { return }
            mark(.dialFailed)
            post(.dialFailed(address: address), to: index)
        case .ended(let connection, let side): learnEnd(connection, side)
        case .step(let index) where plan.steps[index].verb == .exchange:
            try actBySample(index)
        case .step(let index): try perform(plan.steps[index])
        case .start(let index): start(nodes[index])
        case .heal(let node, let other): heal(node, other)
        case .emptyDisk(let index): nodes[index].disk.faults.isFull = false
        case .stopClone(let index):
            // Once all is mended it stays, and what was written at it reaches the others.
            if isFaultTime { stop(nodes[index], isPowerLoss: false) }
        case .stopLying(let index): nodes[index].lie = nil
        case .unmisroute(let index): misrouted[index] = nil
        }
    }

    // MARK: - events for a node

    /// Puts an event into a node's mailbox; it is taken when the node is free.
    func post(_ event: Event, to index: Int) {
        let node = nodes[index]
        guard node.isUp else { return }
        node.mailbox.append(event)
        guard !node.isDrainExpected else { return }
        node.isDrainExpected = true
        schedule(.drain(index), at: max(node.busyUntil, node.pausedUntil))
    }

    private func drain(_ node: SimulatedNode) throws {
        if node.pausedUntil > now {
            node.isDrainExpected = true
            return schedule(.drain(node.index), at: node.pausedUntil)
        }
        if node.mailbox.count > 4_096 {
            throw SimulationFailure(.unboundedQueue, "mailbox of \(node.mailbox.count)")
        }
        try guarding(node) { try node.drain() }
    }

    /// Lets a node do something; a crash on the way ends its life.
    func guarding(_ node: SimulatedNode, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let crash as Crash {
            switch crash.place {
            case .beforeCommit: mark(.crashBeforeCommit)
            case .beforeSend: mark(.crashBeforeSend)
            case .beforeAnswer: mark(.crashBeforeAnswer)
            }
            die(node)
        } catch let failure as SimulationFailure {
            throw failure
        }
        scheduleWake(node)
    }

    func scheduleWake(_ node: SimulatedNode) {
        guard let laptop = node.laptop else { return }
        let deadline = node.startedAt + laptop.deadline.inMicroseconds
        if let scheduled = node.scheduledWake, scheduled <= deadline { return }
        node.scheduledWake = deadline
        schedule(.wake(node.index, life: node.life, at: deadline), at: deadline)
    }

    // MARK: - life and death

    func start(_ node: SimulatedNode) {
        guard !node.isUp, !node.isRotten else { return }
        // Whoever has a lost laptop by then lets it be.
        guard isFaultTime || !journal.revoked.contains(node.identity.node) else { return }
        let before = heights(of: node)
        guard node.start() else {
            // Only damage that a start finds keeps a laptop from starting.
            mark(.rotFound)
            node.isRotten = true
            tell("\(node.name) finds its disk damaged and stays out")
            destroyed(before, of: node)
            return
        }
        if node.hasRot { noteShrunken(node, before) }
        if (try? node.disk.heldRanges().isEmpty) == false { mark(.heldOverRestart) }
        tell("\(node.name) starts")
        scheduleWake(node)
    }

    /// A bit that rotted in the log looks like a write that a crash tore: what came after it is gone, as if an earlier home had
    /// been restored.
    private func noteShrunken(_ node: SimulatedNode, _ before: [Int: UInt64]) {
        let after = heights(of: node)
        guard before.contains(where: { after[$0.key] ?? 0 < $0.value }) else { return }
        tell("\(node.name) finds its log damaged, and what came after that gone")
        node.wasRestored = true
        destroyed(before, of: node, kept: after)
    }

    private func die(_ node: SimulatedNode) {
        let down = Int64(node.crashDownMs) * 1_000
        stop(node, isPowerLoss: node.isCrashPowerLoss)
        tell("\(node.name) dies")
        schedule(.start(node.index), at: now + max(down, 1_000))
    }

    /// The daemon ends without a goodbye.
    ///
    /// A killed process' connections are reset; after a power loss nobody is told.
    func stop(_ node: SimulatedNode, isPowerLoss: Bool) {
        guard node.isUp else { return }
        node.stop(isPowerLoss: isPowerLoss)
        if isPowerLoss { mark(.powerLoss) }
        for connection in connections.values.sorted(by: { $0.id < $1.id })
        where connection.nodes.contains(node.index) {
            let side = connection.nodes[0] == node.index ? 0 : 1
            drop(connection, side)
            connection.pipes[side].drop()
            connection.pipes[1 - side].drop()
            connection.pipes[1 - side].isDead = true
            if isPowerLoss {
                connection.pipes[side].isDead = true
            } else {
                tellEnd(connection, 1 - side, at: now + plan.options.latency)
            }
        }
    }

    // MARK: - connections

    func newSession() -> SessionID {
        defer { nextSession += 1 }
        return SessionID(nextSession)
    }

    private static func key(_ node: Int, _ session: SessionID) -> UInt64 {
        session.rawValue << 8 | UInt64(node)
    }

    func dial(_ address: String, from node: SimulatedNode) {
        let target = self.target(of: address)
        tell("\(node.name) dials \(address)")
        guard let target, nodes[target].isUp, nodes[target].index != node.index,
            cables.passes(from: node.index, to: target, now),
            cables.passes(from: target, to: node.index, now)
        else {
            // A cable that carries nothing takes until the time is over; a closed port answers at once.
            let isSilent = target.map { !cables.passes(from: node.index, to: $0, now) } ?? false
            let delay = isSilent ? 5_000_000 : 2 * plan.options.latency
            return schedule(
                .dialFailed(node.index, life: node.life, address: address), at: now + delay)
        }
        let connection = Connection(
            id: nextConnection, nodes: [node.index, target],
            lives: [node.life, nodes[target].life], sessions: [newSession(), newSession()],
            address: address)
        nextConnection += 1
        connections[connection.id] = connection
        schedule(.handshaken(connection), at: now + 4 * plan.options.latency)
    }

    /// The node that a dial to an address reaches.
    private func target(of address: String) -> Int? {
        guard address.hasPrefix("node"), let number = Int(address.dropFirst(4).dropLast(2)),
            number < nodes.count
        else { return nil }
        if let other = misrouted[number], other < nodes.count {
            mark(.wrongPeer)
            return other
        }
        return number
    }

    private func handshaken(_ connection: Connection) {
        let ends = connection.nodes.map { nodes[$0] }
        guard ends[0].isUp, ends[0].life == connection.lives[0] else {
            connections[connection.id] = nil
            return
        }
        guard ends[1].isUp, ends[1].life == connection.lives[1],
            cables.passes(from: connection.nodes[0], to: connection.nodes[1], now),
            cables.passes(from: connection.nodes[1], to: connection.nodes[0], now)
        else {
            connections[connection.id] = nil
            mark(.dialFailed)
            return post(.dialFailed(address: connection.address), to: connection.nodes[0])
        }
        if connections.values.contains(where: {
            $0.hasOpened[0] && $0.isOpen[0] && $0.nodes[0] == connection.nodes[1]
                && $0.nodes[1] == connection.nodes[0]
        }) {
            mark(.bothDialled)
        }
        if connections.values.contains(where: { other in
            Set(other.nodes) == Set(connection.nodes)
                && (0...1).contains {
                    other.isOpen[$0] && other.lives[1 - $0] != nodes[other.nodes[1 - $0]].life
                }
        }) {
            mark(.replacedSession)
        }
        connection.pipes[0].cutAfter = cutNext.removeValue(forKey: connection.nodes[0])
        for side in [1, 0] {
            connection.hasOpened[side] = true
            bySession[Self.key(connection.nodes[side], connection.sessions[side])] = connection
            post(
                .opened(
                    connection.sessions[side],
                    tlsKeyHash: ends[1 - side].identity.tlsKeyHash,
                    dialled: side == 0 ? connection.address : nil), to: connection.nodes[side])
        }
    }

    func connection(of node: Int, _ session: SessionID) -> Connection? {
        bySession[Self.key(node, session)]
    }

    func send(_ bytes: [UInt8], _ session: SessionID, from node: SimulatedNode) throws {
        guard let connection = connection(of: node.index, session),
            let side = connection.side(of: node.index, session), connection.isOpen[side],
            !connection.pipes[side].isDead
        else {
            if WireWatch.isAck(bytes) { mark(.cutBetweenCommitAndAck) }
            return
        }
        try wire.check(bytes, from: node, to: connection.nodes[1 - side], self)
        var bytes = bytes
        if let lie = node.lie {
            guard let changed = lies(lie, bytes, node) else { return }
            bytes = changed
        }
        bytesCarried += bytes.count
        bytesByPair[pair(connection), default: 0] += bytes.count
        put(bytes, connection, side)
        if connection.pipes[side].bytesUnderWay > 8 << 20 {
            throw SimulationFailure(.unboundedQueue, "a pipe of \(node.name)")
        }
    }

    /// Notes what a hello says; whether the other side's said the same.
    func noteHello(_ digest: [UInt8], _ from: Int, _ to: Int) -> Bool {
        helloDigests[from * 64 + to] = digest
        return helloDigests[to * 64 + from] == digest
    }

    func pair(_ connection: Connection) -> Int {
        min(connection.nodes[0], connection.nodes[1]) * 64
            + max(connection.nodes[0], connection.nodes[1])
    }

    private func put(_ bytes: [UInt8], _ connection: Connection, _ side: Int) {
        let rate = bytesPerSecond(connection)
        // What crosses in a second has arrived after it: no network hands on only what is whole.
        let pieceBytes =
            rate > 0 ? min(plan.options.pieceBytes, rate) : plan.options.pieceBytes
        var start = 0
        while start < bytes.count {
            let end = min(start + pieceBytes, bytes.count)
            let piece = end - start == bytes.count ? bytes : Array(bytes[start..<end])
            var arrives = max(
                connection.pipes[side].busyUntil,
                max(now, nodes[connection.nodes[side]].busyUntil)
                    + plan.options.latency)
            if rate > 0 { arrives += Int64(piece.count) * 1_000_000 / Int64(rate) }
            connection.pipes[side].busyUntil = arrives
            connection.pipes[side].append(piece, arrives: arrives)
            start = end
        }
        expect(connection, side)
    }

    private func bytesPerSecond(_ connection: Connection) -> Int {
        if let slow = cables.slow[pair(connection)], slow.until > now { return slow.bytesPerSecond }
        return plan.options.bandwidth
    }

    private func expect(_ connection: Connection, _ side: Int) {
        guard !connection.pipes[side].isExpected, let first = connection.pipes[side].first else {
            return
        }
        connection.pipes[side].isExpected = true
        schedule(
            .arrive(connection, side: side),
            at: max(first.arrives, connection.pipes[side].stalledUntil))
    }

    private func arrive(_ connection: Connection, _ side: Int) throws {
        connection.pipes[side].isExpected = false
        guard !connection.pipes[side].isDead, connection.pipes[side].first != nil else { return }
        if connection.pipes[side].stalledUntil > now { return expect(connection, side) }
        // A cable that carries nothing holds what is under way; healing lets it go on.
        let (from, to) = (connection.nodes[side], connection.nodes[1 - side])
        guard cables.passes(from: from, to: to, now) else { return }
        var bytes = connection.pipes[side].removeFirst()
        if let left = connection.pipes[side].cutAfter {
            if left < bytes.count {
                mark(.cutInsideFrame)
                bytes = Array(bytes.prefix(left))
                deliver(bytes, connection, 1 - side)
                return cut(connection, farNews: connection.pipes[side].cutNews)
            }
            connection.pipes[side].cutAfter = left - bytes.count
        }
        deliver(bytes, connection, 1 - side)
        if connection.pipes[side].first != nil {
            expect(connection, side)
        } else if connection.pipes[side].endsAfterSending {
            tellEnd(connection, 1 - side, at: now)
        }
    }

    private func deliver(_ bytes: [UInt8], _ connection: Connection, _ side: Int) {
        guard connection.isOpen[side], connection.hasOpened[side], !bytes.isEmpty else { return }
        trace.add(UInt64(connection.nodes[side]) << 32 | UInt64(connection.id))
        trace.add(bytes)
        post(.received(connection.sessions[side], bytes), to: connection.nodes[side])
    }

    /// What is under way is lost; both ends learn it, one later than the other.
    func cut(_ connection: Connection, farNews: Int64) {
        for side in 0...1 {
            connection.pipes[side].isDead = true
            connection.pipes[side].drop()
        }
        tell("the cable of \(connection.nodes[0]) and \(connection.nodes[1]) is cut")
        tellEnd(connection, 1, at: now)
        tellEnd(connection, 0, at: now + farNews)
    }

    func tellEnd(_ connection: Connection, _ side: Int, at time: Int64) {
        schedule(.ended(connection, side: side), at: time)
    }

    private func learnEnd(_ connection: Connection, _ side: Int) {
        guard connection.isOpen[side] else { return }
        let wasOpen = connection.hasOpened[side]
        drop(connection, side)
        if wasOpen, nodes[connection.nodes[side]].life == connection.lives[side] {
            post(.closed(connection.sessions[side]), to: connection.nodes[side])
        }
    }

    private func drop(_ connection: Connection, _ side: Int) {
        connection.isOpen[side] = false
        bySession[Self.key(connection.nodes[side], connection.sessions[side])] = nil
        if !connection.isOpen[1 - side] { connections[connection.id] = nil }
    }

    /// A node closes its end: what it sent still arrives, then the other learns it.
    func close(_ session: SessionID, of index: Int) {
        guard let connection = connection(of: index, session),
            let side = connection.side(of: index, session), connection.isOpen[side]
        else { return }
        drop(connection, side)
        post(.closed(session), to: index)
        if connection.pipes[side].isDead { return }
        if connection.pipes[side].first == nil {
            tellEnd(connection, 1 - side, at: now + plan.options.latency)
        } else {
            connection.pipes[side].endsAfterSending = true
        }
    }

    /// Lets go on what waits between two nodes.
    func heal(_ left: Int, _ right: Int) {
        guard left >= 0 else { return resume { _ in true } }
        if left < plan.options.nodes, right < plan.options.nodes { cables.heal(left, right) }
        resume { $0.nodes.contains(left) && $0.nodes.contains(right) }
    }

    func resume(_ isMeant: (Connection) -> Bool) {
        for connection in connections.values.sorted(by: { $0.id < $1.id }) where isMeant(connection)
        {
            for side in 0...1 { expect(connection, side) }
        }
    }
}

extension Duration {
    var inMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
