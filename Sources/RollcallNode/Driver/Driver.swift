import Foundation
import Logging
import NIOConcurrencyHelpers
import RollcallControl
import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// Carries out what the laptop says, and decides nothing.
///
/// It hands an event to the laptop, writes what the output asks to be written, commits, and only then sends. Events that
/// came in meanwhile share one commit.
actor Driver {
    nonisolated let thread: DiskThread
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    let home: HomeFolder
    let socketPath: String
    let identity: NodeIdentityFile
    let store: SealedRegister
    var keys: NodeKeys
    let logger: Logger
    var transport: Transport?
    var listening: String?
    var records = RecordIndex()
    var search = Search()
    var exchangeIndex = ExchangeIndex()
    var enquiries = EnquiryIndex()
    /// As long as nothing is written.
    var knownFingerprint: String?
    var knownWaiting: Int?
    /// Who is at the keyboard, of those who have an account here.
    var currentOperator: String?
    var custodyLog = CustodyLog()

    /// When it was last looked whether this laptop needs a new key for bundles.
    var keysTendedAt: Duration?

    private let started = ContinuousClock.now
    /// A lock of pthreads and not `Mutex`, whose waiting Thread Sanitizer cannot see.
    private nonisolated let mailbox = NIOLockedValueBox<[TransportEvent]>([])
    private let carrier: Carrier<SealedRegister>
    private var scheduledWake: Duration?
    private var isTidying = false
    private var observers: [Int: AsyncStream<Observation>.Continuation] = [:]
    private var nextObserver = 0
    var watches: [Int: Watch] = [:]

    /// What a waiting command may want to know of.
    enum Observation: Sendable {
        case notice(Notice)
        case moved
    }

    init(
        home: HomeFolder, socketPath: String, keys: NodeKeys, store: sending RegisterStore,
        logger: Logger, thread: DiskThread
    ) throws {
        guard let identity = NodeIdentityFile(encoded: keys.ring.identity) else {
            throw UnlockError.damaged
        }
        let sealed = try SealedRegister(store, epochs: keys.ring.epochs)
        self.home = home
        self.socketPath = socketPath
        self.identity = identity
        self.keys = keys
        self.store = sealed
        self.logger = logger
        self.thread = thread
        let started = started
        carrier = try Carrier(
            disk: sealed, clock: { Self.moment(since: started) }
        ) { store, moment, output in
            var laptop = try Laptop(
                identity: LaptopIdentity(key: identity.nodeKey, tlsKeyHash: identity.tlsKeyHash),
                name: "", storage: store, moment: moment, chance: SystemRandomNumberGenerator(),
                output: &output)
            laptop.spread = overAllCores
            return laptop
        }
    }

    var laptop: Laptop { _read { yield carrier.laptop } }

    // MARK: - time

    static func wallClock() -> UInt64 { UInt64(max(0, Date().timeIntervalSince1970 * 1_000)) }

    private static func moment(since start: ContinuousClock.Instant) -> Moment {
        Moment(now: ContinuousClock.now - start, wallClock: wallClock())
    }

    var moment: Moment { carrier.moment }

    // MARK: - what happens outside

    /// Called by the transport, on any thread.
    nonisolated func post(_ event: TransportEvent) {
        let isFirst = mailbox.withLockedValue { events in
            events.append(event)
            return events.count == 1
        }
        if isFirst { thread.submit { self.assumeIsolated { $0.drain() } } }
    }

    private func drain() {
        // Peers may come before the start is over; what they say waits until it can be answered.
        guard transport != nil else { return }
        let events = mailbox.withLockedValue { events in
            defer { events = [] }
            return events
        }
        guard !events.isEmpty else { return }
        // Before the work and not after it: the next chunk of each comes meanwhile, and waits here.
        for event in events {
            if case .received(let id, _) = event { transport?.allowRead(id) }
        }
        drain(events.map { event($0) })
    }

    private func drain(_ events: [Event]) {
        do {
            try carrier.drain(events)
            finishErasing()
            tendKeys()
        } catch {
            recover(from: error)
        }
        scheduleWake()
        scheduleTidying()
    }

    private func event(_ event: TransportEvent) -> Event {
        switch event {
        case .opened(let id, let tlsKeyHash, let dialled):
            return .opened(SessionID(id), tlsKeyHash: tlsKeyHash, dialled: dialled)
        case .received(let id, let bytes): return .received(SessionID(id), bytes)
        case .closed(let id): return .closed(SessionID(id))
        case .dialFailed(let address, let reason):
            logger.debug("dial failed", metadata: ["address": "\(address)", "reason": "\(reason)"])
            return .dialFailed(address: address)
        }
    }

    private func woke() {
        scheduledWake = nil
        drain([.woke])
    }

    private func scheduleWake() {
        let deadline = laptop.deadline
        if let scheduledWake, scheduledWake <= deadline { return }
        scheduledWake = deadline
        let instant = started + deadline
        Task {
            try? await Task.sleep(until: instant, clock: .continuous)
            if scheduledWake == deadline { woke() }
        }
    }

    /// Has a long log moved into the register's file, once whoever waits for the commit has its answer.
    private func scheduleTidying() {
        guard store.disk.isLogLong, !isTidying else { return }
        isTidying = true
        thread.submit { self.assumeIsolated { $0.tidy() } }
    }

    private func tidy() {
        isTidying = false
        // What waits is drained next, and asks again: in a first sync each time costs three syncs.
        guard store.disk.isLogVeryLong || mailbox.withLockedValue(\.isEmpty) else { return }
        store.disk.shortenLog()
    }

    // MARK: - what a command asks

    /// Lets a command act on the laptop; what it asks to be written is durable when this returns.
    func act<Result>(
        _ body: (inout Laptop, SealedRegister, inout Output) throws -> Result
    ) throws -> Result {
        let acting = try actingOperator()
        return try guarding {
            try carrier.act { laptop, store, output in
                laptop.actingOperator = acting
                return try body(&laptop, store, &output)
            }
        }
    }

    /// Lets the daemon act by itself, in nobody's name.
    func actAlone<Result>(
        _ body: (inout Laptop, SealedRegister, inout Output) throws -> Result
    ) throws -> Result {
        try guarding {
            try carrier.act { laptop, store, output in
                laptop.actingOperator = nil
                return try body(&laptop, store, &output)
            }
        }
    }

    /// Lets a command act in several steps that are written together or not at all.
    ///
    /// - Parameter body: Is given a function that writes an output; what that asks to be sent goes out after
    ///   the commit. If it throws, or answers that nothing is to be kept, all is as before.
    func actInSteps<Result>(
        _ body: (inout Laptop, SealedRegister, (Output) throws -> Void) throws -> (
            Result, isKept: Bool
        )
    ) throws -> Result {
        try guarding {
            do {
                let (result, isKept) = try carrier.actInSteps(body)
                if !isKept { forgetUnwritten() }
                return result
            } catch {
                forgetUnwritten()
                throw error
            }
        }
    }

    private func guarding<Result>(_ body: () throws -> Result) throws -> Result {
        if let failure = store.disk.failure { throw failure }
        do {
            defer {
                scheduleWake()
                scheduleTidying()
            }
            let result = try body()
            finishErasing()
            return result
        } catch {
            if error is StoreError || error is SealError || carrier.hasUnfinished {
                recover(from: error)
            }
            throw error
        }
    }

    // MARK: - carrying out

    private func noteWritten(_ writes: [StoreWrite]) {
        if writes.contains(where: changesState) { forgetKnown() }
        records.note(writes)
        search.index.note(writes)
        exchangeIndex.note(writes)
        noteWatched(writes)
    }

    /// Whether the register's state, and so its fingerprint, may be another after this.
    private func changesState(_ write: StoreWrite) -> Bool {
        switch write {
        case .change(let change): !isForTheLogAlone(change)
        case .rewrite, .dropChanges, .record, .dropRecord: true
        case .replica, .head, .dropHead, .salts, .held, .dropHeld, .peer, .meta, .key: false
        }
    }

    /// Whether a change counts and says nothing: each look would else cost a fingerprint of all records.
    private func isForTheLogAlone(_ change: StoredChange) -> Bool {
        let heads = laptop.heads
        guard Int(change.dot.replica.rawValue) < heads.table.count,
            let membership = laptop.membership
        else { return false }
        let id = heads.table[change.dot.replica]
        return id.lane == .data && membership.counted(of: id).includes(change.dot.counter)
            && (try? Change.keyName(ofStored: change.content)) == .register
    }

    private func forgetKnown() {
        knownFingerprint = nil
        knownWaiting = nil
    }

    private func forgetUnwritten() {
        records.forget()
        forgetKnown()
    }

    private func carryOut(_ output: Output) {
        for id in output.authenticated { transport?.markAuthenticated(id.rawValue) }
        for sending in output.send { transport?.send(sending.session.rawValue, sending.bytes) }
        for id in output.close { transport?.closeAfterSending(id.rawValue) }
        for id in output.abort { transport?.abort(id.rawValue) }
        for address in output.dial {
            if carrier.isQuiet {
                post(.dialFailed(address: address, reason: "the disk refuses changes"))
            } else {
                transport?.dial(address)
            }
        }
        for notice in output.notices { tell(notice) }
        for observer in observers.values { observer.yield(.moved) }
        tellWatches()
    }

    private func tell(_ notice: Notice) {
        log(notice)
        for observer in observers.values { observer.yield(.notice(notice)) }
    }

    /// Refuses what may be said only of what is durable, while the disk cannot be read.
    func requireDisk() throws {
        guard carrier.isAsOnDisk() else {
            throw ControlError(
                .diskFailed, "the disk cannot be read now; nothing was written",
                hint: "try again; `rollcall doctor` says how the disk is")
        }
    }

    private func recover(from error: any Error) {
        let seconds = carrier.recover()
        forgetUnwritten()
        logger.error(
            "could not write or read; going on from what is on the disk",
            metadata: ["error": "\(error)", "peers heard again in": "\(seconds) s"])
        scheduleWake()
    }

    // MARK: - watching

    func observe() -> (id: Int, stream: AsyncStream<Observation>) {
        nextObserver += 1
        let id = nextObserver
        let (stream, continuation) = AsyncStream.makeStream(
            of: Observation.self, bufferingPolicy: .bufferingNewest(256))
        observers[id] = continuation
        return (id, stream)
    }

    func stopObserving(_ id: Int) {
        observers[id]?.finish()
        observers[id] = nil
    }

    // MARK: - start and stop

    func start(_ transport: Transport, listening: String?, advertised: [String]) {
        self.transport = transport
        self.listening = listening
        carrier.advertise(advertised)
        carrier.note = { [unowned self] writes in assumeIsolated { $0.noteWritten(writes) } }
        carrier.tell = { [unowned self] output in assumeIsolated { $0.carryOut(output) } }
        woke()
        drain()
        finishErasing()
        Task { while try fillSearch() { await Task.yield() } }
    }

    /// Says goodbye, saves what is known of peers, closes the store.
    func shutDown() {
        do {
            try carrier.shutDown()
            try store.disk.close()
        } catch {
            logger.error("could not end cleanly", metadata: ["error": "\(error)"])
        }
        for observer in observers.values { observer.finish() }
        for watch in watches.values { watch.wake.finish() }
    }

    private func log(_ notice: Notice) {
        switch notice {
        case .connected(let node): logger.info("connected", metadata: ["peer": "\(node.text)"])
        case .disconnected(let node, let reason):
            logger.info("disconnected", metadata: ["peer": "\(node.text)", "reason": "\(reason)"])
        case .refused(let session, let reason):
            logger.warning(
                "refused", metadata: ["session": "\(session.rawValue)", "reason": "\(reason)"])
        case .admitted(let node, let name):
            logger.notice("admitted", metadata: ["node": "\(node.text)", "name": "\(name)"])
        case .revoked(let node, let name):
            logger.notice("revoked", metadata: ["node": "\(node.text)", "name": "\(name)"])
        case .fork(let replica, let height):
            logger.critical(
                "fork: one number, two contents",
                metadata: [
                    "node": "\(replica.node.text)", "replica": "\(replica.text)",
                    "height": "\(height)",
                ])
        case .newcomerWaits: logger.notice("a newcomer waits to be confirmed")
        case .joinWords: logger.info("the inviter proved the code")
        case .joined: logger.notice("joined the register")
        case .joinFailed(let failure):
            logger.warning("join failed", metadata: ["reason": "\(failure.rawValue)"])
        case .joinUnproven(let left):
            logger.warning(
                "somebody asked to join and did not prove the code",
                metadata: ["attempts left": "\(left)"])
        case .invitationClosed(let end):
            logger.notice("invitation closed", metadata: ["reason": "\(end.rawValue)"])
        }
    }
}
