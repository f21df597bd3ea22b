import Foundation
import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallStore
import RollcallSync
import RollcallTrust

/// Founding, joining, peers and status for the command line.
extension Driver {
    func found(name: String, title: String, operatorName: String) throws -> FoundingReport {
        let (name, title, operatorName) = (
            try Self.name(name, "name"), try Self.name(title, "register"),
            try Self.name(operatorName, "operator")
        )
        let now = moment
        try act { laptop, store, output in
            try laptop.found(
                title: title, name: name, operatorName: operatorName, now, store, &output)
        }
        tendKeys()
        return FoundingReport(
            node: laptop.node.text, name: name, replica: nil, register: registerText ?? "",
            registerGrouped: registerGrouped ?? "", title: title)
    }

    /// Names of laptops, registers and operators: what a person can say over a radio.
    static func name(_ text: String, _ what: String) throws -> String {
        let name = FieldInput.normalised(text.trimmingCharacters(in: .whitespacesAndNewlines))
        guard !name.isEmpty, name.utf8.count <= 256,
            !name.unicodeScalars.contains(where: { CharacterSet.controlCharacters.contains($0) })
        else {
            throw ControlError(.badValue, "\(what) has 1 to 256 bytes and no control characters")
        }
        return name
    }

    var registerText: String? { laptop.membership?.register.text }
    /// As somebody reads it out to somebody else.
    var registerGrouped: String? { laptop.membership?.register.checkedText }

    /// Opens an invitation in place of the one that is open, whose watch then ends.
    func openInvitation(
        minutes: Int, yes: Bool, role: String?, _ watch: Int, _ invitations: Invitations
    ) throws -> Invitation {
        guard (1...1_440).contains(minutes) else {
            throw ControlError(.badValue, "--minutes is 1 to 1440")
        }
        let now = moment
        let role = try role.map { try Self.role($0) } ?? .operator
        let code = try act { laptop, _, _ in
            try laptop.invite(minutes: minutes, admitsAtOnce: yes, role: role, now)
        }
        let replaced = invitations.open(watch)
        if let replaced { stopObserving(replaced) }
        return Invitation(
            addresses: laptop.ownAddresses, code: code.text,
            expiresAt: Self.time(now.wallClock + UInt64(minutes) * 60_000) ?? "",
            replaced: replaced != nil)
    }

    /// Whoever invited hung up: a newcomer that waits is refused, and the code is good no longer.
    func closeInvitation(_ words: String, _ watch: Int, _ invitations: Invitations) throws {
        guard invitations.close(watch) || !words.isEmpty else { return }
        try act { laptop, _, output in laptop.refuse(words: words, &output) }
    }

    func confirm(_ words: String) throws -> ConfirmReport {
        let now = moment
        let plain = words.split(separator: " ").joined(separator: " ").lowercased()
        let entry = try act { laptop, store, output in
            try laptop.confirm(words: plain, now, store, &output)
        }
        return ConfirmReport(joined: NamedNode(node: entry.node.text, name: entry.name))
    }

    func beginJoin(_ address: String, _ name: String, _ operatorName: String, _ code: String) throws
    {
        guard let code = JoinCode(code) else {
            throw ControlError(
                .badValue, "this is no join code: a letter or digit is wrong or missing",
                hint: "it has 20 letters and digits in 5 groups")
        }
        let (name, operatorName) = (
            try Self.name(name, "name"), try Self.name(operatorName, "operator")
        )
        guard NetworkAddress(address) != nil else { throw Self.badAddress }
        let now = moment
        try act { laptop, _, output in
            try laptop.join(
                address: address, code: code, name: name, operatorName: operatorName, now, &output)
        }
    }

    func cancelJoin() throws {
        try act { laptop, _, output in laptop.cancelJoin(&output) }
    }

    private static var badAddress: ControlError {
        ControlError(.badAddress, "an address is HOST:PORT")
    }

    func joinReport(_ peer: NodeID) -> JoinReport {
        JoinReport(
            node: laptop.node.text, register: registerText ?? "",
            registerGrouped: registerGrouped ?? "",
            title: laptop.membership?.genesis.title ?? "",
            peer: peer.text)
    }

    // MARK: - peers

    func connect(_ target: String) throws -> NodeReport {
        guard laptop.membership != nil else { throw LaptopError.noRegister }
        do {
            let member = try member(target)
            try act { laptop, _, output in try laptop.connect(member.node, &output) }
            return NodeReport(node: member.node.text)
        } catch let error as ControlError where error.code == .noSuchNode {
            guard NetworkAddress(target) == nil else { return try connect(address: target) }
            guard !target.contains(":") else { throw Self.badAddress }
            throw ControlError(
                .noSuchNode, "no laptop is called that, and an address is HOST:PORT",
                hint: "`rollcall peers` lists the laptops")
        }
    }

    private func connect(address target: String) throws -> NodeReport {
        try act { laptop, _, output in laptop.connect(address: target, &output) }
        return NodeReport(node: nil)
    }

    func disconnect(_ text: String) throws -> NodeReport {
        let member = try member(text)
        try act { laptop, _, output in laptop.disconnect(member.node, &output) }
        return NodeReport(node: member.node.text)
    }

    func peerReports() -> [PeerReport] {
        laptop.standings.map { standing in
            let knowledge = standing.knowledge
            return PeerReport(
                node: standing.node.text, name: standing.name, addresses: standing.addresses,
                connected: standing.isConnected, upToDate: standing.isUpToDate,
                theyLack: Int(standing.theyLack),
                weLack: standing.weLack.map { Int($0) }, lastHeard: Self.time(knowledge.lastHeard),
                acknowledgedAt: Self.time(knowledge.acknowledgedAt),
                via: Self.via(knowledge.route),
                clockOffsetMilliseconds: knowledge.clockOffset.map { Int($0) },
                saysTakenOut: knowledge.saysTakenOut,
                onTheWay: Int(standing.onTheWay?.changes ?? 0),
                onTheWaySince: standing.onTheWay.flatMap { Self.time($0.since) })
        }.sorted { $0.node < $1.node }
    }

    static func via(_ route: PeerKnowledge.Route) -> PeerReport.Via? {
        switch route {
        case .none: nil
        case .session: .session
        case .bundle: .bundle
        }
    }

    func status(isBrief: Bool = false) throws -> StatusReport {
        let counts = try store.counts()
        let isFounded = laptop.membership != nil
        return StatusReport(
            node: laptop.node.text, name: isFounded ? laptop.name : nil,
            replica: laptop.dataReplica?.text,
            register: registerText, title: laptop.membership?.genesis.title, listening: listening,
            records: counts.records, changes: counts.changes, conflicts: counts.conflicts,
            held: counts.held,
            quarantined: try waitingCount(),
            fingerprint: isFounded && !isBrief ? try fingerprintText() : nil,
            peers: peerReports(),
            joining: laptop.newcomers.map { Newcomer(words: $0.words, name: $0.name) },
            protection: protection, socket: socketPath, traffic: traffic, takenOut: takenOut,
            failedJoins: laptop.failedJoins, writtenTwice: writtenTwice,
            recoveryKeys: try recoverySetReports(), registerGrouped: registerGrouped,
            request: laptop.pendingRequest.map { Self.report($0) }, admitted: isAdmitted)
    }

    private var isAdmitted: Bool? {
        guard let membership = laptop.membership, takenOut == nil else { return nil }
        return membership.isMember(laptop.node)
    }

    private var writtenTwice: [NamedNode] {
        laptop.forkedNodes.map { node in
            NamedNode(
                node: node.text,
                name: laptop.membership?.members[node]?.name
                    ?? laptop.membership?.revoked[node]?.member.name)
        }
    }

    private var takenOut: TakenOut? {
        let reasons = laptop.membership?.revoked[laptop.node]?.reasons ?? []
        let saidBy = laptop.takenOutByWordOf
        guard !reasons.isEmpty || !saidBy.isEmpty else { return nil }
        return TakenOut(
            reasons: reasons, saidBy: saidBy.map { NamedNode(node: $0.node.text, name: $0.name) })
    }

    private var traffic: Traffic {
        let counted = transport?.traffic
        return Traffic(
            sent: Int(counted?.bytesSent ?? 0), received: Int(counted?.bytesReceived ?? 0))
    }

    // MARK: - waiting

    /// What `wait` waits for: everything written here when it began.
    func vectorNow() -> VersionVector { laptop.heads.vector }

    func membersNamed(_ names: [String]) throws -> [NodeID] {
        try names.map { try member($0).node }
    }

    /// The peers that are not up to date yet; nil if there is nobody to wait for.
    func waitingFor(_ named: [NodeID], _ vector: VersionVector) -> [NodeID]? {
        let asked = named.isEmpty ? laptop.connectedPeers : named
        guard !asked.isEmpty else { return nil }
        return asked.filter { !laptop.isUpToDate($0, with: vector) }
    }
}

/// Commands that take a while: they watch the driver and answer as things happen.
extension Desk {
    func invite(
        minutes: Int, wait: Bool, yes: Bool, role: String?, _ answer: AnswerLine
    ) async throws {
        let (watch, stream) = await driver.observe()
        let invitation: Invitation
        do {
            invitation = try await driver.openInvitation(
                minutes: minutes, yes: yes, role: role, watch, invitations)
        } catch {
            await driver.stopObserving(watch)
            throw error
        }
        guard wait else {
            // Nobody waits, but a later invitation has to know whether it replaces this one.
            Task {
                for await observation in stream where Self.usesUpCode(observation) { break }
                invitations.close(watch)
                await driver.stopObserving(watch)
            }
            return try await answer.result(invitation)
        }
        defer { Task { await driver.stopObserving(watch) } }
        try await answer.interim(invitation)
        var words = ""
        let hangUp = watchForHangUp(answer, watch)
        defer { hangUp.cancel() }
        for await observation in stream {
            if Self.usesUpCode(observation) { invitations.close(watch) }
            guard case .notice(let notice) = observation else { continue }
            switch notice {
            case .newcomerWaits(let shown, let name):
                words = shown
                try await answer.interim(Newcomer(words: shown, name: name))
            case .admitted(let node, let name):
                return try await answer.result(
                    AdmissionReport(joined: NamedNode(node: node.text, name: name), words: words))
            case .joinUnproven(let left):
                try await answer.interim(FailedAttempt(attemptsLeft: left))
            case .invitationClosed(let end): throw Self.invitationError(end)
            default: continue
            }
        }
        guard answer.isClosed() else {
            throw ControlError(.joinClosed, "the invitation ended: a later one took its place")
        }
        try await driver.closeInvitation(words, watch, invitations)
    }

    private static func invitationError(_ end: InvitationEnd) -> ControlError {
        switch end {
        case .time: ControlError(.joinClosed, "the invitation ended: \(end.rawValue)")
        case .failures:
            ControlError(
                .joinInBetween,
                "the invitation ended: \(end.rawValue), so somebody may be in between",
                hint: "make a new code, and tell it and the address in another way than before")
        }
    }

    private static func usesUpCode(_ observation: Driver.Observation) -> Bool {
        switch observation {
        case .notice(.newcomerWaits), .notice(.admitted), .notice(.invitationClosed): true
        case .notice, .moved: false
        }
    }

    /// Ends a watch when the command line goes away.
    private func watchForHangUp(_ answer: AnswerLine, _ watch: Int) -> Task<Void, Never> {
        Task {
            while !Task.isCancelled, !answer.isClosed() {
                try? await Task.sleep(for: .milliseconds(100))
            }
            await driver.stopObserving(watch)
        }
    }

    func join(
        _ address: String, _ name: String, _ operatorName: String, _ code: String,
        _ answer: AnswerLine
    ) async throws {
        let (watch, stream) = await driver.observe()
        let hangUp = watchForHangUp(answer, watch)
        defer {
            hangUp.cancel()
            Task { await driver.stopObserving(watch) }
        }
        try await driver.beginJoin(address, name, operatorName, code)
        for await observation in stream {
            guard case .notice(let notice) = observation else { continue }
            switch notice {
            case .joinWords(let words): try await answer.interim(JoinWords(words: words))
            case .joined(let joined):
                return try await answer.result(await driver.joinReport(joined.peer))
            case .joinFailed(let failure): throw Self.joinError(failure, address)
            default: continue
            }
        }
        // The person hung up, or the daemon stops: nobody waits to be admitted any more.
        try await driver.cancelJoin()
        throw ControlError(.joinTimeout, "the join was given up")
    }

    private static let compareAddress =
        "ask for a new code with `rollcall invite`, and compare the address"

    private static func joinError(_ failure: JoinFailure, _ address: String) -> ControlError {
        switch failure {
        case .unreachable:
            ControlError(
                .unreachable, "nobody answers at \(address)",
                hint: "is the address right, and the other daemon running?")
        case .wrongCode:
            ControlError(
                .joinInBetween, "the code is wrong, or somebody may be in between",
                hint: compareAddress)
        case .somebodyInBetween:
            ControlError(
                .joinInBetween,
                "the other side does not prove that it knows the code: somebody may be in between",
                hint: compareAddress)
        case .unproven:
            ControlError(
                .joinInBetween,
                "the connection ended before the other side proved the code: "
                    + "it broke, or somebody may be in between",
                hint: compareAddress)
        case .keyNotTaken:
            ControlError(
                .joinRefused, "the other side does not take the key of this laptop",
                hint: "a home that is empty joins as a new laptop")
        case .notInviting:
            ControlError(
                .joinClosed, "no invitation is open there",
                hint: "run `rollcall invite` on that laptop; "
                    + "if a code is open there, somebody may be in between")
        case .refusedByPerson:
            ControlError(.joinRefused, "the other side did not admit this laptop")
        case .takenOut:
            ControlError(
                .joinRefused, "this laptop was taken out of that register",
                hint: "a home that is empty joins as a new laptop")
        case .cutOff:
            ControlError(.joinTimeout, "the connection ended before this laptop was admitted")
        }
    }

    func wait(_ names: [String], _ timeout: Double?, _ answer: AnswerLine) async throws {
        let (watch, stream) = await driver.observe()
        let named = try await driver.membersNamed(names)
        let vector = await driver.vectorNow()
        let timer = Task {
            // A number of seconds may be greater than any clock can count to, and then ends the daemon.
            try? await Task.sleep(for: .seconds(min(max(timeout ?? 86_400, 0), 31_622_400)))
            await driver.stopObserving(watch)
        }
        let hangUp = watchForHangUp(answer, watch)
        defer {
            timer.cancel()
            hangUp.cancel()
            Task { await driver.stopObserving(watch) }
        }
        var left = await driver.waitingFor(named, vector)
        if left?.isEmpty == false || (left == nil && !named.isEmpty) {
            for await _ in stream {
                left = await driver.waitingFor(named, vector)
                if left?.isEmpty == true { break }
                if left == nil, named.isEmpty { break }
            }
        }
        let isUpToDate = left?.isEmpty == true
        try await answer.result(
            WaitReport(upToDate: isUpToDate, waitingFor: (left ?? named).map(\.text).sorted()))
    }
}
