import Foundation
import Logging
import RollcallControl
import RollcallTrust
import RollcallWeb

/// Whoever asks the daemon comes here first: while it is locked, all that it does is unlock.
///
/// Locking is no state that it goes back to. The process ends its work and begins anew, so that nothing of the register or its
/// keys can be left anywhere in its memory.
actor Gate {
    private enum State {
        case locked
        case unlocking
        case open(OpenLaptop)
        case closed
    }

    private let folder: HomeFolder
    private let plan: OpeningPlan
    private var state = State.locked
    private var lastAsked = ContinuousClock.now
    private var page: PageServer?
    private nonisolated let endings = AsyncStream.makeStream(of: Daemon.Ending.self)

    init(_ folder: HomeFolder, _ plan: OpeningPlan) {
        self.folder = folder
        self.plan = plan
    }

    // MARK: - from start to end

    /// Opens what can be opened without anybody's help.
    func begin() async throws {
        guard let file = try keyFile() else {
            let ring = try KeyRing(
                identity: try NodeIdentityFile().encoded(), passphrase: nil, &Self.chance)
            return try await open(ring, isKept: false)
        }
        if file.isOpenToAll {
            plan.logger.warning("no passphrase: whoever has this laptop has its register")
            return try await open(try KeyRing(file, passphrase: nil), isKept: true)
        }
        guard let text = plan.configuration.passphrase else { return }
        try await open(try Self.ring(file, text), isKept: true)
        await log(.unlock)
    }

    private static var chance: SystemRandomNumberGenerator {
        get { SystemRandomNumberGenerator() }
        set {}
    }

    private func keyFile() throws -> KeyFile? {
        do {
            return try folder.keys()
        } catch {
            throw ControlError(error)
        }
    }

    private func open(_ ring: KeyRing, isKept: Bool) async throws {
        state = .unlocking
        do {
            state = .open(try await OpenLaptop(folder, ring, isKept: isKept, plan))
            lastAsked = .now
        } catch {
            state = .locked
            throw error
        }
    }

    /// What is said at the start.
    var facts: Logger.Metadata {
        get async {
            var facts: Logger.Metadata = ["home": "\(folder.path)"]
            guard case .open(let laptop) = state else {
                facts["locked"] = "rollcall unlock"
                return facts
            }
            facts["listening"] = "\(await laptop.driver.listening ?? "")"
            facts["node"] = "\(laptop.driver.identity.nodeKey.node.text)"
            return facts
        }
    }

    nonisolated func end(_ ending: Daemon.Ending) { endings.continuation.yield(ending) }

    nonisolated func ending() async -> Daemon.Ending {
        for await ending in endings.stream { return ending }
        return .stopped
    }

    func close() async {
        let before = state
        state = .closed
        let page = page
        self.page = nil
        await page?.stop()
        if case .open(let laptop) = before { await laptop.close() }
    }

    /// Locks when nobody has asked for anything for long.
    func lockWhenIdle() async {
        let minutes = plan.configuration.lockAfterMinutes
        guard minutes > 0 else { return }
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            guard case .open(let laptop) = state, await laptop.driver.hasPassphrase else {
                continue
            }
            guard ContinuousClock.now - lastAsked >= .seconds(60 * minutes) else { continue }
            await log(.lock)
            return end(.locked)
        }
    }

    // MARK: - what is asked

    func answer(_ line: Data, to answer: AnswerLine) async {
        do {
            await self.answer(try Desk.request(line), isAttended: true, to: answer)
        } catch {
            await Desk.send(error, to: answer)
        }
    }

    private func answer(
        _ request: ControlRequest, isAttended: Bool, to answer: AnswerLine
    ) async {
        do {
            if try await answered(request, answer) { return }
            if case .closed = state { throw Self.ending }
            guard case .open(let laptop) = state else { throw Self.locked }
            if isAttended, !request.isWatching { lastAsked = .now }
            await laptop.desk.answer(request, to: answer)
        } catch {
            await Desk.send(error, to: answer)
        }
    }

    private static var ending: ControlError {
        ControlError(.busy, "the laptop is being locked or stopped", hint: "ask again in a moment")
    }

    private static var locked: ControlError {
        ControlError(
            .locked, "this laptop is locked", hint: "unlock it with `rollcall unlock`")
    }

    /// Whether it was one of those that are answered here.
    private func answered(_ request: ControlRequest, _ answer: AnswerLine) async throws -> Bool {
        switch request {
        case .unlock(let passphrase): try await unlock(passphrase, answer)
        case .lock: try await lock(answer)
        case .panic: try await panic(answer)
        case .open: try await openPage(answer)
        default: return false
        }
        return true
    }

    private func unlock(_ passphrase: String, _ answer: AnswerLine) async throws {
        guard let file = try keyFile() else {
            throw ControlError(
                .noRegister, "there is nothing to unlock: this laptop has no register yet",
                hint: "found one with `rollcall init`, or join one with `rollcall join`")
        }
        switch state {
        case .locked:
            try await open(try Self.ring(file, passphrase), isKept: true)
            await log(.unlock)
        case .open: if !file.isOpenToAll { _ = try Self.ring(file, passphrase) }
        case .unlocking: throw ControlError(.busy, "the laptop is being unlocked already")
        case .closed: throw Self.ending
        }
        plan.logger.notice("unlocked")
        guard case .open(let laptop) = state else { throw Self.locked }
        try await answer.result(try await laptop.driver.status())
    }

    private static func ring(_ file: KeyFile, _ text: String) throws -> KeyRing {
        guard let passphrase = Passphrase(text) else {
            throw ControlError(UnlockError.wrongPassphrase)
        }
        do {
            return try KeyRing(file, passphrase: passphrase)
        } catch let error as UnlockError {
            throw ControlError(error)
        }
    }

    private func lock(_ answer: AnswerLine) async throws {
        guard case .open(let laptop) = state else { return try await answer.result(nil) }
        guard await laptop.driver.hasPassphrase else {
            throw ControlError(
                .noPassphrase, "there is no passphrase to lock with",
                hint: "set one with `rollcall passphrase add`")
        }
        await log(.lock)
        try await answer.result(nil)
        end(.locked)
    }

    private func log(_ act: CustodyAct) async {
        if case .open(let laptop) = state { await laptop.driver.log(act) }
    }

    /// The keys first, then the answer; sessions and the register's file are let go with the process.
    ///
    /// Whatever the disk says: an open register must not stay open because a file could not be overwritten.
    private func panic(_ answer: AnswerLine) async throws {
        defer { end(.locked) }
        do {
            try folder.destroyKeys()
        } catch {
            plan.logger.error("keys not destroyed for sure", metadata: ["error": "\(error)"])
            // Told before the end, which cuts off whoever still waits for an answer.
            return await Desk.send(ControlError(error), to: answer)
        }
        plan.logger.notice("keys destroyed")
        try await answer.result(nil)
    }
}

// MARK: - the page

extension Gate: PageBackend {
    /// Starts to serve the page, with the first that asks for it.
    private func openPage(_ answer: AnswerLine) async throws {
        guard case .open = state else { throw Self.locked }
        if page == nil {
            let started = try await PageServer.start(self, on: plan.group, logger: plan.logger)
            // Somebody else may have asked meanwhile, or locked.
            if page == nil, case .open = state { page = started } else { await started.stop() }
        }
        guard let page else { throw Self.ending }
        try await answer.result(PageReport(address: page.launchAddress()))
    }

    func answer(
        _ request: ControlRequest, isAttended: Bool,
        _ send: @escaping @Sendable (Data) async -> Void
    ) async {
        await answer(
            request, isAttended: isAttended,
            to: AnswerLine(send: send, isClosed: { Task.isCancelled }))
    }

    func changes() async -> AsyncStream<PageChange> {
        let (changes, telling) = AsyncStream.makeStream(of: PageChange.self)
        guard case .open(let laptop) = state else {
            telling.finish()
            return changes
        }
        let driver = laptop.driver
        let watching = Task {
            let (id, wakes) = await driver.watch()
            for await _ in wakes {
                // What is written together is told together.
                try? await Task.sleep(for: .milliseconds(20))
                let written = await driver.takeWritten(id)
                telling.yield(
                    PageChange(records: written.records, enquiries: written.enquiries))
            }
            await driver.stopWatching(id)
            telling.finish()
        }
        telling.onTermination = { _ in watching.cancel() }
        return changes
    }
}

extension ControlRequest {
    /// Whether it only looks at how things stand, as a script may do all day long.
    fileprivate var isWatching: Bool {
        switch self {
        case .status, .peers, .members, .waitUpToDate: true
        default: false
        }
    }
}
