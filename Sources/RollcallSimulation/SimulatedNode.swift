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
/// Does what the daemon's driver does, in the same order: events, writes, one commit, and only then sends.
final class SimulatedNode {
    let index: Int
    let name: String
    let identity: LaptopIdentity
    let address: String
    /// The node whose home was copied to make this one.
    let original: Int?
    var disk: any SimulatedDisk
    /// Nil while the daemon is down.
    private(set) var laptop: Laptop?
    /// Grows with every start.
    private(set) var life = 0
    private(set) var startedAt: Int64 = 0
    var mailbox: [Event] = []
    var isDrainExpected = false
    var pausedUntil: Int64 = 0
    var busyUntil: Int64 = 0
    var scheduledWake: Int64?
    /// The daemon dies at the so-manieth effect from now.
    var effectsUntilCrash: Int?
    var crashDownMs: UInt64 = 0
    var isCrashPowerLoss = false
    var snapshot: (any SimulatedDisk)?
    /// The disk is damaged beyond a start: the laptop is out.
    var isRotten = false
    var wall = WallClock()
    var lie: Lie?
    var hasLied = false
    var hasRot = false
    var wasRestored = false
    var hasTriedToJoin = false
    /// What a form showed once, by record.
    var seenOnce: [GlobalDot: [GlobalDot]] = [:]

    private var waiting: [Output] = []
    private var openSessions: Set<SessionID> = []
    private var failuresInARow = 0
    private var quietUntil: Int64 = 0
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

    var isUp: Bool { laptop != nil }
    var failure: StoreError? { disk.failure }
    var isQuiet: Bool { team.now < quietUntil }

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
        waiting = []
        openSessions = []
        failuresInARow = 0
        quietUntil = 0
        do {
            try disk.reopen()
            try readDurable()
            laptop = try begin()
        } catch {
            laptop = nil
            return false
        }
        return true
    }

    private func begin() throws -> Laptop {
        var output = Output()
        var laptop = try Laptop(
            identity: identity, name: name, storage: disk, moment: moment(team.now),
            chance: Chance(seed: seed, for: UInt64(life) << 8 | UInt64(failuresInARow)),
            output: &output)
        laptop.ownAddresses = [address]
        laptop.isCompressionOff = !team.plan.options.isCompressionOn
        note(output.commit)
        try disk.apply(output.commit)
        try disk.commit()
        committed()
        return laptop
    }

    /// The daemon is gone, with all that was not committed.
    func stop() {
        laptop = nil
        effectsUntilCrash = nil
        mailbox = []
        waiting = []
        openSessions = []
        try? disk.rollback()
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
        guard laptop != nil, !events.isEmpty else { return }
        do {
            for event in events {
                try handle(event)
                try proceed()
            }
            try commitAndSend()
        } catch let crash as Crash {
            throw crash
        } catch let failure as SimulationFailure {
            throw failure
        } catch {
            try recover(from: error)
        }
    }

    func handle(_ event: Event) throws {
        var event = event
        if case .opened(let id, _, let dialled) = event {
            guard !isQuiet else {
                team.mark(.quiet)
                team.close(id, of: index)
                guard let dialled else { return }
                event = .dialFailed(address: dialled)
                return try take(try run { try $0.handle(event, moment(team.now), disk) })
            }
            openSessions.insert(id)
        }
        if case .closed(let id) = event { openSessions.remove(id) }
        try take(try run { try $0.handle(event, moment(team.now), disk) })
    }

    func wake() throws {
        guard laptop != nil else { return }
        scheduledWake = nil
        mailbox.append(.woke)
        try drain()
    }

    private func run<Result>(_ body: (inout Laptop) throws -> Result) throws -> Result {
        guard var copy = laptop else { throw StoreError.inUse }
        // Taken out, so that the laptop is not copied while it is changed.
        laptop = nil
        defer { laptop = copy }
        return try body(&copy)
    }

    /// What a person's command does; durable when this returns.
    func act<Result>(
        _ body: (inout Laptop, any SimulatedDisk, inout Output) throws -> Result
    ) throws -> Result {
        if let failure = disk.failure { throw failure }
        do {
            var output = Output()
            let disk = disk
            let result = try run { try body(&$0, disk, &output) }
            try take(output)
            try proceed()
            try commitAndSend()
            return result
        } catch let error as StoreError {
            try recover(from: error)
            throw error
        }
    }

    /// Several steps that are written together or not at all.
    func actInSteps(
        _ body: (inout Laptop, any SimulatedDisk, (Output) throws -> Void) throws -> Void
    ) throws {
        if let failure = disk.failure { throw failure }
        guard let before = laptop else { throw StoreError.inUse }
        do {
            var copy = before
            try body(&copy, disk) { try take($0) }
            laptop = copy
            try proceed()
            try commitAndSend()
        } catch let error as StoreError {
            try recover(from: error)
            throw error
        } catch let crash as Crash {
            throw crash
        } catch {
            waiting = []
            laptop = before
            try disk.rollback()
            forgetWritten()
            throw error
        }
    }

    // MARK: - carrying out

    private func take(_ output: Output) throws {
        if !output.commit.isEmpty {
            note(output.commit)
            try disk.apply(output.commit)
            try effect(.beforeCommit)
        }
        var rest = output
        rest.commit = []
        waiting.append(rest)
        if !disk.isTransactionOpen { try carryOut() }
    }

    private func proceed() throws {
        while true {
            guard let output = try run({ try $0.proceed(moment(team.now), disk) }) else { return }
            try take(output)
        }
    }

    private func commitAndSend() throws {
        if disk.isTransactionOpen {
            try disk.commit()
            committed()
            busyUntil = team.now + team.plan.options.diskLatency
            if !isQuiet { failuresInARow = 0 }
            try effect(.beforeSend)
        }
        try carryOut()
    }

    private func carryOut() throws {
        guard !waiting.isEmpty else { return }
        let outputs = waiting
        waiting = []
        for output in outputs {
            for sending in output.send {
                try team.send(sending.bytes, sending.session, from: self)
                try effect(.beforeSend)
            }
            for id in output.close {
                openSessions.remove(id)
                team.close(id, of: index)
            }
            for address in output.dial {
                if isQuiet {
                    team.post(.dialFailed(address: address), to: index)
                } else {
                    team.dial(address, from: self)
                }
            }
            for notice in output.notices { try team.hear(notice, of: self) }
        }
    }

    func effect(_ place: Crash.Place) throws {
        guard let left = effectsUntilCrash else { return }
        effectsUntilCrash = left - 1
        guard left <= 1 else { return }
        effectsUntilCrash = nil
        throw Crash(place: place)
    }

    /// As the daemon: nothing in memory counts any more, and for a while no session is taken or sought.
    private func recover(from error: any Error) throws {
        team.hear(diskError: error, of: self)
        failuresInARow += 1
        quietUntil = team.now + Int64(min(1 << min(failuresInARow, 5), 30)) * 1_000_000
        waiting = []
        try? disk.rollback()
        forgetWritten()
        for id in openSessions.sorted(by: { $0.rawValue < $1.rawValue }) {
            team.close(id, of: index)
        }
        openSessions = []
        guard let fresh = try? beginAgain() else { return }
        laptop = fresh
    }

    private func beginAgain() throws -> Laptop {
        var output = Output()
        var fresh = try Laptop(
            identity: identity, name: "", storage: disk, moment: moment(team.now),
            chance: Chance(seed: seed, for: UInt64(life) << 8 | UInt64(failuresInARow)),
            output: &output)
        fresh.ownAddresses = [address]
        fresh.isCompressionOff = !team.plan.options.isCompressionOn
        note(output.commit)
        if (try? disk.apply(output.commit)) != nil, (try? disk.commit()) != nil { committed() }
        forgetWritten()
        return fresh
    }

    // MARK: - what is durable

    private func note(_ writes: [StoreWrite]) {
        for write in writes {
            switch write {
            case .replica(let row): writtenHeights.append(row)
            case .change(let change): writtenChanges.append((change.dot, change.hash))
            case .held: team.mark(.held)
            case .dropHeld: team.mark(.heldReleased)
            default: break
            }
        }
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
    func replaceDisk(_ other: any SimulatedDisk) {
        disk = other
        isRotten = false
        seenOnce = [:]
    }

    /// A second daemon with this memory and this disk: a copy of a running machine.
    func adoptMemory(of other: SimulatedNode) throws {
        laptop = other.laptop
        life = other.life
        startedAt = other.startedAt
        try readDurable()
    }
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
