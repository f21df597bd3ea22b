import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// The daemon died here.
struct Crash: Error {
    enum Place { case beforeCommit, beforeSend, beforeAnswer }
    var place: Place
}

/// A laptop and its daemon: carries out what ``Laptop`` says on a disk and a network that are models.
///
/// Driven by the daemon's own ``Carrier``.
final class SimulatedNode {
    let index: Int
    let name: String
    let identity: LaptopIdentity
    let address: String
    /// The node whose home was copied to make this one.
    let original: Int?
    var disk: any SimulatedDisk
    /// Nil while the daemon is down.
    private var carrier: Carrier<NodeDisk>?
    /// Grows with every start.
    private(set) var life = 0
    private(set) var startedAt: Int64 = 0
    /// Every reading of the disk draws its own numbers, as a laptop's source of chance does.
    private var readings: UInt64 = 0
    var mailbox: [Event] = []
    var isDrainExpected = false
    var pausedUntil: Int64 = 0
    var busyUntil: Int64 = 0
    var scheduledWake: Int64?
    /// The daemon dies at the so-manieth effect from now.
    var effectsUntilCrash: Int?
    var crashDownMs: UInt64 = 0
    var isCrashPowerLoss = false
    /// A backup, and whether damage that nobody has met yet was copied with it.
    var snapshot: (disk: any SimulatedDisk, hasRot: Bool)?
    /// The disk is damaged beyond a start: the laptop is out.
    var isRotten = false
    var wall = WallClock()
    var lie: Lie?
    var hasLied = false
    var hasRot = false
    private var wasReplaced = false
    var wasRestored = false
    var hasTriedToJoin = false
    /// What a form showed once, by record.
    var seenOnce: [GlobalDot: [GlobalDot]] = [:]

    /// How many months have passed for whoever looks after the keys for bundles; nil where nobody has any.
    var keyMonth: UInt64?
    private var keysLookedAt: Int64 = 0
    /// The public halves of those that it had at the last look, and of those that it let go.
    private var keysSeen: Set<[UInt8]> = []
    private(set) var keysLetGo: Set<[UInt8]> = []

    private var namesAwaited: [Dot: Int] = [:]
    private unowned let team: Team
    private let seed: UInt64

    /// What the disk holds durably, reckoned from what was committed: height by local replica number.
    private(set) var durable: [UInt64] = []
    private var writtenHeights: [(ReplicaRow)] = []
    private var writtenChanges: [(dot: Dot, hash: [UInt8])] = []

    init(
        _ index: Int, name: String, identity: LaptopIdentity, disk: any SimulatedDisk,
        original: Int? = nil, team: Team, seed: UInt64
    ) {
        self.index = index
        self.name = name
        self.identity = identity
        self.disk = disk
        self.original = original
        self.team = team
        self.seed = seed
        address = "node\(index):1"
    }

    var laptop: Laptop? { carrier?.laptop }
    var isUp: Bool { carrier != nil }
    /// Whether it may say anything of itself that others keep.
    var isAsOnDisk: Bool { carrier?.isAsOnDisk() ?? false }
    var failure: StoreError? { disk.failure }

    func moment(_ now: Int64) -> Moment {
        Moment(now: .microseconds(now - startedAt), wallClock: wall.reading(now))
    }

    // MARK: - life

    /// Begins a life on what the disk holds; false if it cannot be read.
    func start() -> Bool {
        life += 1
        startedAt = team.now
        scheduledWake = nil
        mailbox = []
        do {
            try disk.reopen()
            let before = durable
            try readDurable()
            // What was committed had been synced: no crash and no loss of power may take it.
            if !wasReplaced, !hasRot, try isLess(than: before) {
                team.journal.accuse(SimulationFailure(.lostByCrash, name))
            }
            wasReplaced = false
            carrier = try begin()
        } catch {
            if !hasRot { team.journal.accuse(SimulationFailure(.lostByCrash, "\(name): \(error)")) }
            carrier = nil
            return false
        }
        return true
    }

    /// Whether the disk holds less than it held durably.
    ///
    /// A commit that failed may be there all the same, and what it moved to a branch is no longer its replica's.
    private func isLess(than before: [UInt64]) throws -> Bool {
        let rows = try disk.replicas()
        let branches = rows.map(\.id).filter(\.isBranch)
        let isShorter = zip(before, rows).contains { height, row in
            height > row.height
                && !branches.contains { $0.node == row.id.node && $0.lane == row.id.lane.branch }
        }
        return isShorter || before.count > rows.count
    }

    private func begin() throws -> Carrier<NodeDisk> {
        let (identity, name, seed) = (identity, name, seed)
        let carrier = try Carrier(
            disk: NodeDisk(self), clock: { [unowned self] in moment(team.now) },
            note: { [unowned self] writes in note(writes) }
        ) { [unowned self] disk, moment, output in
            readings += 1
            return try Laptop(
                identity: identity, name: name, storage: disk, moment: moment,
                chance: Chance(seed: seed, for: readings), output: &output)
        }
        carrier.tell = { [unowned self] output in try carryOut(output) }
        carrier.advertise([address])
        if !team.plan.options.isCompressionOn { carrier.turnCompressionOff() }
        return carrier
    }

    /// A second daemon with the memory of a running one, as a copied machine has: both go on with the same numbers.
    func start(withMemoryOf other: SimulatedNode) throws {
        guard let running = other.carrier else { return }
        life = other.life
        startedAt = other.startedAt
        try readDurable()
        let carrier = running.copy(
            on: NodeDisk(self), clock: { [unowned self] in moment(team.now) },
            note: { [unowned self] writes in note(writes) })
        carrier.tell = { [unowned self] output in try carryOut(output) }
        carrier.advertise([address])
        self.carrier = carrier
    }

    /// The daemon is gone, with all that was not committed.
    func stop(isPowerLoss: Bool) {
        carrier = nil
        effectsUntilCrash = nil
        mailbox = []
        disk.stop(isPowerLoss: isPowerLoss)
        if !(disk is SQLiteDisk) { try? disk.rollback() }
        forgetWritten()
    }

    private func readDurable() throws {
        durable = try disk.replicas().map(\.height)
        forgetWritten()
        for row in try disk.replicas() { team.journal.learn(row, at: index) }
    }

    // MARK: - events

    func drain() throws {
        let events = mailbox
        mailbox.removeAll(keepingCapacity: true)
        guard let carrier, !events.isEmpty else { return }
        if carrier.isQuiet, events.contains(where: \.isOpening) { team.mark(.quiet) }
        do {
            try carrier.drain(events)
        } catch {
            try recover(from: error)
        }
        if keyMonth != nil, team.now - keysLookedAt >= Self.keyLookEvery { try renewBundleKey() }
    }

    /// Less than the daemon's minute: a plan is over in a few.
    private static let keyLookEvery: Int64 = 5_000_000

    /// As the daemon does once a minute, by a calendar that no jump of the clock moves.
    func renewBundleKey() throws {
        guard let keyMonth, let laptop, laptop.membership?.isMember(laptop.node) == true,
            !disk.isTransactionOpen
        else { return }
        keysLookedAt = team.now
        var moment = moment(team.now)
        moment.wallClock = 1_800_000_000_000 + keyMonth * 31 * 86_400_000
        let isChanged = try attempt { laptop, disk, output in
            try laptop.renewBundleKey(moment, disk, &output)
        }
        if isChanged == true { try noteKeys() }
    }

    /// Looks which keys are there, and which are no more: a crash may have come between.
    func noteKeys() throws {
        // A read that fails is no look; the next one is.
        guard keyMonth != nil, let laptop,
            let identities = try? laptop.bundleIdentities(disk)
        else { return }
        let keys = Set(identities.map(\.publicKey))
        if !keysSeen.isEmpty, !keys.isSubset(of: keysSeen) { team.mark(.keyRenewed) }
        let gone = keysSeen.subtracting(keys)
        keysSeen = keys
        keysLetGo.formUnion(gone)
        if !hasRot { try team.check(gone, letGoBy: self) }
    }

    /// A request that another took the place of: what was sealed to its key opens nowhere.
    func letGo(ofKey key: [UInt8]) { keysLetGo.insert(key) }

    func wake() throws {
        guard isUp else { return }
        scheduledWake = nil
        mailbox.append(.woke)
        try drain()
    }

    /// What a person's command does; durable when this returns.
    func act<Result>(
        _ body: (inout Laptop, any RegisterStorage, inout Output) throws -> Result
    ) throws -> Result {
        try guarding { try $0.act { try body(&$0, $1, &$2) } }
    }

    /// As ``act(_:)``; nil when the laptop refuses or its disk fails, which a person is told.
    func attempt<Result>(
        _ body: (inout Laptop, any RegisterStorage, inout Output) throws -> Result
    ) throws -> Result? {
        do {
            return try act(body)
        } catch let error where error is LaptopError || error is StoreError {
            return nil
        }
    }

    /// Several steps that are written together or not at all.
    func actInSteps(
        _ body: (inout Laptop, NodeDisk, (Output) throws -> Void) throws -> (Void, isKept: Bool)
    ) throws {
        try guarding { _ = try $0.actInSteps(body) }
    }

    private func guarding<Result>(_ body: (Carrier<NodeDisk>) throws -> Result) throws -> Result {
        guard let carrier else { throw StoreError.inUse }
        if let failure = disk.failure { throw failure }
        do {
            return try body(carrier)
        } catch {
            if error is StoreError || carrier.hasUnfinished {
                try recover(from: error)
            } else {
                forgetWritten()
            }
            throw error
        }
    }

    private func recover(from error: any Error) throws {
        if error is Crash || error is SimulationFailure { throw error }
        forgetWritten()
        team.hear(diskError: error, of: self)
        carrier?.recover()
    }

    private func carryOut(_ output: Output) throws {
        for sending in output.send {
            try team.send(sending.bytes, sending.session, from: self)
            try effect(.beforeSend)
        }
        for id in output.close + output.abort { team.close(id, of: index) }
        for address in output.dial {
            if carrier?.isQuiet == true {
                team.post(.dialFailed(address: address), to: index)
            } else {
                team.dial(address, from: self)
            }
        }
        for notice in output.notices { try team.hear(notice, of: self) }
    }

    func effect(_ place: Crash.Place) throws {
        guard let left = effectsUntilCrash else { return }
        effectsUntilCrash = left - 1
        guard left <= 1 else { return }
        effectsUntilCrash = nil
        throw Crash(place: place)
    }

    // MARK: - what is durable

    private func note(_ writes: [StoreWrite]) {
        for write in writes {
            switch write {
            case .replica(let row): writtenHeights.append(row)
            case .change(let change): writtenChanges.append((change.dot, change.hash))
            case .held: team.mark(.held)
            case .dropHeld: team.mark(.heldReleased)
            case .record(let record, _) where team.isWatchingNames: noteNames(record)
            default: break
            }
        }
    }

    /// A name that waits for its dot, and the dot that comes at last.
    private func noteNames(_ record: StoredRecord) {
        guard let row = try? RecordRow(record.state) else { return }
        let count = row.state.awaited.count
        if count > 0 { team.mark(.nameAwaited) }
        if count < namesAwaited[record.dot] ?? 0 { team.mark(.bornReplaced) }
        namesAwaited[record.dot] = count
    }

    fileprivate func wasWritten() throws { try effect(.beforeCommit) }

    fileprivate func wasCommitted() throws {
        committed()
        busyUntil = team.now + team.plan.options.diskLatency
        try effect(.beforeSend)
    }

    private func committed() {
        for row in writtenHeights {
            let number = Int(row.number.rawValue)
            if number >= durable.count {
                team.journal.learn(row, at: index)
                durable.append(row.height)
            } else {
                if row.isEnded, row.height > durable[number] { team.mark(.endedGrew) }
                durable[number] = row.height
            }
        }
        for change in writtenChanges {
            team.journal.commit(change.dot, change.hash, at: index)
        }
        forgetWritten()
    }

    private func forgetWritten() {
        writtenHeights.removeAll(keepingCapacity: true)
        writtenChanges.removeAll(keepingCapacity: true)
    }

    func isDurable(_ dot: Dot) -> Bool {
        let number = Int(dot.replica.rawValue)
        return number < durable.count && durable[number] >= dot.counter
    }

    /// Puts another home in the place of this one; the daemon must be down.
    func replaceDisk(_ other: any SimulatedDisk, hasRot: Bool) {
        disk = other
        isRotten = false
        self.hasRot = hasRot
        wasReplaced = true
        seenOnce = [:]
        keysSeen = []
    }
}

extension Event {
    fileprivate var isOpening: Bool {
        if case .opened = self { true } else { false }
    }
}

/// A node's disk as its carrier sees it: tells the node what is written and committed, where the daemon may die.
final class NodeDisk: RegisterDisk {
    private unowned let node: SimulatedNode

    init(_ node: SimulatedNode) { self.node = node }

    var isTransactionOpen: Bool { node.disk.isTransactionOpen }

    func apply(_ writes: [StoreWrite]) throws {
        try node.disk.apply(writes)
        if !writes.isEmpty { try node.wasWritten() }
    }

    func commit() throws {
        guard node.disk.isTransactionOpen else { return }
        try node.disk.commit()
        try node.wasCommitted()
    }

    func rollback() throws { try node.disk.rollback() }
    func isFull(_ error: any Error) -> Bool { node.disk.isFull(error) }

    func meta(_ key: String) throws -> [UInt8]? { try node.disk.meta(key) }
    func replicas() throws -> [ReplicaRow] { try node.disk.replicas() }
    func peers() throws -> [(node: NodeID, state: [UInt8])] { try node.disk.peers() }
    func change(_ dot: Dot) throws -> StoredChange? { try node.disk.change(dot) }
    func changes(
        of replica: ReplicaNumber, from first: UInt64, through last: UInt64, contentBytesMax: Int
    ) throws -> [StoredChange] {
        try node.disk.changes(
            of: replica, from: first, through: last, contentBytesMax: contentBytesMax)
    }
    func record(_ dot: Dot) throws -> [UInt8]? { try node.disk.record(dot) }
    func records(after dot: Dot?, limit: Int) throws -> [StoredRecord] {
        try node.disk.records(after: dot, limit: limit)
    }
    func recordsInConflict() throws -> [Dot] { try node.disk.recordsInConflict() }
    func heads(
        of replica: ReplicaNumber, from first: UInt64, limit: Int
    ) throws -> [SignedHead] {
        try node.disk.heads(of: replica, from: first, limit: limit)
    }
    func heads(
        of replica: ReplicaNumber, before last: UInt64, limit: Int
    ) throws -> [SignedHead] {
        try node.disk.heads(of: replica, before: last, limit: limit)
    }
    func salts(of replica: ReplicaNumber, block: UInt64) throws -> [UInt8]? {
        try node.disk.salts(of: replica, block: block)
    }
    func heldRanges() throws -> [HeldRange] { try node.disk.heldRanges() }
    func held(_ dot: Dot) throws -> HeldRow? { try node.disk.held(dot) }
    func counts() throws -> StoreCounts { try node.disk.counts() }
}

/// What a laptop's clock says.
struct WallClock {
    var offset: Int64 = 0
    var stuckAt: UInt64?

    /// Milliseconds since 1970.
    func reading(_ now: Int64) -> UInt64 {
        stuckAt ?? UInt64(max(0, 1_800_000_000_000 + now / 1_000 + offset))
    }
}
