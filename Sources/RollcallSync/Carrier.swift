public import RollcallCore

/// Carries out what a laptop says, in the order that the laws ask for: write, commit, and only then tell anybody.
///
/// The daemon and the simulator drive their laptops with this same code; they differ in disk, clock and network. Events that
/// came in together share one commit. After a disk error nothing in memory counts: see ``recover()``.
public final class Carrier<Disk: RegisterDisk> {
    /// Reads a laptop from the disk.
    public typealias Reading = (Disk, Moment, inout Output) throws -> Laptop

    public private(set) var laptop: Laptop
    public let disk: Disk
    /// Is told of all that is written, before it is durable.
    public var note: ([StoreWrite]) -> Void
    /// Is handed what is to be sent, closed, dialled and told, when all that it speaks of is durable.
    public var tell: (Output) throws -> Void = { _ in }

    private let clock: () -> Moment
    private let read: Reading
    private var waiting: [Output] = []
    private var openSessions: Set<SessionID> = []
    private var failuresInARow = 0
    private var quietUntil: Duration = .zero
    /// Whether the laptop in memory may be ahead of the disk, since the disk could not be read.
    private var isStale = false

    public init(
        disk: Disk, clock: @escaping () -> Moment,
        note: @escaping ([StoreWrite]) -> Void = { _ in },
        read: @escaping Reading
    ) throws {
        self.disk = disk
        self.clock = clock
        self.note = note
        self.read = read
        var output = Output()
        laptop = try read(disk, clock(), &output)
        try keepIfThereIsRoom(output.commit)
    }

    /// What a new life writes, its start nonce, is a convenience for peers: on a full disk the laptop reads on without.
    private func keepIfThereIsRoom(_ writes: [StoreWrite]) throws {
        note(writes)
        do {
            try disk.apply(writes)
            try disk.commit()
        } catch {
            guard disk.isFull(error) else { throw error }
        }
    }

    /// The same laptop once more, as a copy of a whole running machine has it: for simulations of such a mishap.
    package func copy(
        on disk: Disk, clock: @escaping () -> Moment, note: @escaping ([StoreWrite]) -> Void
    ) -> Carrier {
        Carrier(laptop, disk, clock, note, read)
    }

    private init(
        _ laptop: Laptop, _ disk: Disk, _ clock: @escaping () -> Moment,
        _ note: @escaping ([StoreWrite]) -> Void, _ read: @escaping Reading
    ) {
        self.laptop = laptop
        self.disk = disk
        self.clock = clock
        self.note = note
        self.read = read
    }

    public var moment: Moment { clock() }

    public func advertise(_ addresses: [String]) { laptop.ownAddresses = addresses }
    public func turnCompressionOff() { laptop.isCompressionOff = true }

    // MARK: - events

    /// Takes in what happened, each event with all that it leads to, then commits.
    ///
    /// When it throws, call ``recover()``.
    public func drain(_ events: [Event]) throws {
        for case .opened(let id, _, _) in events { openSessions.insert(id) }
        try refresh()
        for event in events {
            try handle(event)
            // Before the next event: what a peer still said is heard before its end is.
            try proceed()
        }
        try commit()
    }

    private func handle(_ event: Event) throws {
        if case .opened(let id, _, let dialled) = event, isQuiet {
            openSessions.remove(id)
            var refusal = Output()
            refusal.close = [id]
            try take(refusal)
            guard let dialled else { return }
            return try take(try laptop.handle(.dialFailed(address: dialled), clock(), disk))
        }
        if case .closed(let id) = event { openSessions.remove(id) }
        try take(try laptop.handle(event, clock(), disk))
    }

    // MARK: - commands

    /// Lets a command act on the laptop; what it asks to be written is durable when this returns.
    ///
    /// When it throws and ``hasUnfinished``, or the disk failed, call ``recover()``.
    public func act<Result>(
        _ body: (inout Laptop, Disk, inout Output) throws -> Result
    ) throws -> Result {
        try refresh()
        var output = Output()
        let result = try body(&laptop, disk, &output)
        try take(output)
        try proceed()
        if !isPlanted(.answerBeforeCommit) { try commit() }
        return result
    }

    /// Lets a command act in several steps that are written together or not at all.
    ///
    /// - Parameter body: Is given a function that writes an output; what that asks to be sent goes out after the commit. If it
    ///   throws, or answers that nothing is to be kept, all is as before.
    public func actInSteps<Result>(
        _ body: (inout Laptop, Disk, (Output) throws -> Void) throws -> (Result, isKept: Bool)
    ) throws -> (Result, isKept: Bool) {
        try refresh()
        var copy = laptop
        let outcome: (Result, isKept: Bool)
        do {
            outcome = try body(&copy, disk) { try take($0) }
            guard outcome.isKept else {
                try undo()
                return outcome
            }
        } catch {
            if isPlanted(.importKeptAfterError) { laptop = copy }
            try undo()
            throw error
        }
        laptop = copy
        try proceed()
        try commit()
        return outcome
    }

    private func undo() throws {
        waiting = []
        if disk.isTransactionOpen { try disk.rollback() }
    }

    /// Says goodbye to all and saves what was learned; nothing may be handled after.
    public func shutDown() throws {
        var output = Output()
        laptop.shutDown(&output)
        try take(output)
        try commit()
    }

    // MARK: - carrying out

    private func take(_ output: Output) throws {
        if !output.commit.isEmpty {
            note(output.commit)
            try disk.apply(output.commit)
        }
        var rest = output
        rest.commit = []
        waiting.append(rest)
        if !disk.isTransactionOpen || isPlanted(.tellBeforeCommit) { try carryOut() }
    }

    private func proceed() throws {
        while let output = try laptop.proceed(clock(), disk) { try take(output) }
    }

    private func commit() throws {
        if disk.isTransactionOpen {
            try disk.commit()
            if !isQuiet { failuresInARow = 0 }
        }
        try carryOut()
    }

    private func carryOut() throws {
        guard !waiting.isEmpty else { return }
        let outputs = waiting
        waiting = []
        for output in outputs { try tell(output) }
    }

    /// Whether something was taken that is neither durable nor told.
    public var hasUnfinished: Bool { disk.isTransactionOpen || !waiting.isEmpty }

    // MARK: - after a disk error

    /// Whether no session is taken or sought, for a disk's sake.
    public var isQuiet: Bool { clock().now < quietUntil }

    /// Sessions end, and the laptop is read anew from what is committed; for how many seconds it is quiet.
    ///
    /// For a while, longer each time, no session is taken or sought: peers would only offer again what the disk has just
    /// refused. If the disk cannot even be read, the laptop in memory does and says nothing until it can.
    @discardableResult
    public func recover() -> Int {
        failuresInARow += 1
        let seconds = min(1 << min(failuresInARow, 5), 30)
        quietUntil = clock().now + .seconds(seconds)
        waiting = []
        try? disk.rollback()
        var closing = Output()
        closing.close = openSessions.sorted { $0.rawValue < $1.rawValue }
        openSessions = []
        isStale = !isPlanted(.aheadOfDisk)
        try? refresh()
        try? tell(closing)
        return seconds
    }

    /// Whether the laptop in memory is what is on the disk; one that is ahead of it is read anew first, if that can be.
    ///
    /// What it says of itself is not durable until then, so that nothing of it may be signed for others.
    public func isAsOnDisk() -> Bool {
        try? refresh()
        return !isStale
    }

    private func refresh() throws {
        guard isStale else { return }
        var output = Output()
        var fresh = try read(disk, clock(), &output)
        fresh.ownAddresses = laptop.ownAddresses
        fresh.isCompressionOff = laptop.isCompressionOff
        laptop = fresh
        isStale = false
        try? keepIfThereIsRoom(output.commit)
    }
}
