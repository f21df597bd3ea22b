import Foundation
import Logging
import RollcallControl
import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust
import Synchronization

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
    let store: RegisterStore
    let logger: Logger
    private(set) var laptop: Laptop
    var transport: Transport?
    var listening: String?
    var records = RecordIndex()
    /// As long as nothing is written.
    var knownFingerprint: String?

    private let started = ContinuousClock.now
    private nonisolated let mailbox = Mutex<[TransportEvent]>([])
    private var waiting: [Output] = []
    private var openSessions: Set<SessionID> = []
    private var scheduledWake: Duration?
    private var failuresInARow = 0
    private var quietUntil: Duration = .zero
    private var observers: [Int: AsyncStream<Observation>.Continuation] = [:]
    private var nextObserver = 0

    /// What a waiting command may want to know of.
    enum Observation: Sendable {
        case notice(Notice)
        case moved
    }

    init(
        home: HomeFolder, socketPath: String, identity: NodeIdentityFile,
        store: sending RegisterStore, logger: Logger, thread: DiskThread
    ) throws {
        self.home = home
        self.socketPath = socketPath
        self.identity = identity
        self.store = store
        self.logger = logger
        self.thread = thread
        var output = Output()
        laptop = try Self.laptop(identity, store, .zero, &output)
        try store.apply(output.commit)
        try store.commit()
    }

    private static func laptop(
        _ identity: NodeIdentityFile, _ store: RegisterStore, _ now: Duration,
        _ output: inout Output
    ) throws -> Laptop {
        try Laptop(
            identity: LaptopIdentity(key: identity.nodeKey, tlsKeyHash: identity.tlsKeyHash),
            name: "",
            storage: store, moment: Moment(now: now, wallClock: wallClock()),
            chance: SystemRandomNumberGenerator(), output: &output)
    }

    // MARK: - time

    static func wallClock() -> UInt64 { UInt64(max(0, Date().timeIntervalSince1970 * 1_000)) }

    var moment: Moment { Moment(now: ContinuousClock.now - started, wallClock: Self.wallClock()) }

    // MARK: - what happens outside

    /// Called by the transport, on any thread.
    nonisolated func post(_ event: TransportEvent) {
        let isFirst = mailbox.withLock { events in
            events.append(event)
            return events.count == 1
        }
        if isFirst { thread.submit { self.assumeIsolated { $0.drain() } } }
    }

    private func drain() {
        let events = mailbox.withLock { events in
            defer { events = [] }
            return events
        }
        guard !events.isEmpty else { return }
        do {
            for event in events {
                try handle(event)
                // Before the next event: what a peer still said is heard before its end is.
                try proceed()
            }
            try commitAndSend()
        } catch {
            recover(from: error)
        }
        for event in events {
            if case .received(let id, _) = event { transport?.allowRead(id) }
        }
        scheduleWake()
    }

    private func handle(_ event: TransportEvent) throws {
        switch event {
        case .opened(let id, let tlsKeyHash, let dialled):
            guard !isQuiet else {
                transport?.closeAfterSending(id)
                if let dialled { try handle(.dialFailed(address: dialled)) }
                return
            }
            openSessions.insert(SessionID(id))
            try handle(.opened(SessionID(id), tlsKeyHash: tlsKeyHash, dialled: dialled))
        case .received(let id, let bytes):
            try handle(.received(SessionID(id), bytes))
        case .closed(let id):
            openSessions.remove(SessionID(id))
            try handle(.closed(SessionID(id)))
        case .dialFailed(let address, let reason):
            logger.debug("dial failed", metadata: ["address": "\(address)", "reason": "\(reason)"])
            try handle(.dialFailed(address: address))
        }
    }

    private func handle(_ event: Event) throws {
        try take(try laptop.handle(event, moment, store))
    }

    private func woke() {
        scheduledWake = nil
        do {
            try handle(.woke)
            try proceed()
            try commitAndSend()
        } catch {
            recover(from: error)
        }
        scheduleWake()
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

    // MARK: - what a command asks

    /// Lets a command act on the laptop; what it asks to be written is durable when this returns.
    func act<Result>(
        _ body: (inout Laptop, RegisterStore, inout Output) throws -> Result
    ) throws -> Result {
        if let failure = store.failure { throw failure }
        do {
            var output = Output()
            let result = try body(&laptop, store, &output)
            try take(output)
            try proceed()
            try commitAndSend()
            scheduleWake()
            return result
        } catch let error as StoreError {
            recover(from: error)
            throw error
        }
    }

    /// Lets a command act in several steps that are written together or not at all.
    ///
    /// - Parameter body: Is given a function that writes an output; what that asks to be sent goes out after
    ///   the commit. If it throws, or answers that nothing is to be kept, all is as before.
    func actInSteps<Result>(
        _ body: (inout Laptop, RegisterStore, (Output) throws -> Void) throws -> (
            Result, isKept: Bool
        )
    ) throws -> Result {
        if let failure = store.failure { throw failure }
        let before = laptop
        do {
            var copy = laptop
            let (result, isKept) = try body(&copy, store) { try take($0) }
            guard isKept else {
                try undo(to: before)
                return result
            }
            laptop = copy
            try proceed()
            try commitAndSend()
            scheduleWake()
            return result
        } catch let error as StoreError {
            recover(from: error)
            throw error
        } catch {
            try undo(to: before)
            throw error
        }
    }

    private func undo(to before: Laptop) throws {
        waiting = []
        laptop = before
        records.forget()
        knownFingerprint = nil
        if store.isTransactionOpen { try store.rollback() }
    }

    // MARK: - carrying out

    private func take(_ output: Output) throws {
        if !output.commit.isEmpty {
            if output.commit.contains(where: \.changesState) { knownFingerprint = nil }
            records.note(output.commit)
            try store.apply(output.commit)
        }
        var rest = output
        rest.commit = []
        waiting.append(rest)
        if !store.isTransactionOpen { carryOut() }
    }

    private func proceed() throws {
        while let output = try laptop.proceed(moment, store) { try take(output) }
    }

    private func commitAndSend() throws {
        if store.isTransactionOpen {
            try store.commit()
            if !isQuiet { failuresInARow = 0 }
        }
        carryOut()
    }

    private func carryOut() {
        guard !waiting.isEmpty else { return }
        let outputs = waiting
        waiting = []
        for output in outputs {
            for id in output.authenticated { transport?.markAuthenticated(id.rawValue) }
            for sending in output.send { transport?.send(sending.session.rawValue, sending.bytes) }
            for id in output.close {
                openSessions.remove(id)
                transport?.closeAfterSending(id.rawValue)
            }
            for address in output.dial {
                if isQuiet {
                    post(.dialFailed(address: address, reason: "the disk refuses changes"))
                } else {
                    transport?.dial(address)
                }
            }
            for notice in output.notices { tell(notice) }
        }
        for observer in observers.values { observer.yield(.moved) }
    }

    private func tell(_ notice: Notice) {
        log(notice)
        for observer in observers.values { observer.yield(.notice(notice)) }
    }

    /// After a disk error nothing in memory counts: sessions end, and the laptop is read anew from what is committed.
    ///
    /// For a while, longer each time, no session is taken or sought: peers would only offer again what the disk has
    /// just refused.
    private func recover(from error: any Error) {
        failuresInARow += 1
        let seconds = min(1 << min(failuresInARow, 5), 30)
        quietUntil = moment.now + .seconds(seconds)
        logger.error(
            "could not write; reading on",
            metadata: ["error": "\(error)", "peers heard again in": "\(seconds) s"])
        waiting = []
        try? store.rollback()
        for id in openSessions { transport?.closeAfterSending(id.rawValue) }
        openSessions = []
        records.forget()
        let addresses = laptop.ownAddresses
        var output = Output()
        guard let fresh = try? Self.laptop(identity, store, moment.now, &output) else {
            logger.critical("the register cannot be read")
            return
        }
        laptop = fresh
        laptop.ownAddresses = addresses
        // The new start nonce is a convenience for peers; on a full disk the laptop goes on without it.
        if (try? store.apply(output.commit)) != nil { try? store.commit() }
        scheduleWake()
    }

    private var isQuiet: Bool { moment.now < quietUntil }

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
        laptop.ownAddresses = advertised
        woke()
    }

    /// Says goodbye, saves what is known of peers, closes the store.
    func shutDown() {
        do {
            var output = Output()
            laptop.shutDown(&output)
            try take(output)
            try commitAndSend()
            try store.close()
        } catch {
            logger.error("could not end cleanly", metadata: ["error": "\(error)"])
        }
        for observer in observers.values { observer.finish() }
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
        case .invitationClosed(let reason):
            logger.notice("invitation closed", metadata: ["reason": "\(reason)"])
        }
    }
}

extension StoreWrite {
    /// Whether the register's state, and so its fingerprint, may be another after this.
    fileprivate var changesState: Bool {
        switch self {
        case .change, .record: true
        case .replica, .head, .dropHead, .salts, .held, .dropHeld, .peer, .meta: false
        }
    }
}
