public import RollcallCore
import RollcallTrust
import RollcallWire

extension Laptop {
    /// Takes in one event.
    ///
    /// Frames that came with it may be left over: call ``proceed(_:_:)`` until it has no more.
    public mutating func handle(
        _ event: Event, _ moment: Moment, _ storage: some RegisterStorage
    ) throws -> Output {
        self.moment = moment
        var output = Output()
        switch event {
        case .opened(let id, let tlsKeyHash, let dialled):
            try open(id, tlsKeyHash, dialled, storage, &output)
        case .received(let id, let bytes):
            guard sessions[id] != nil else { break }
            sessions[id]?.decoder.append(bytes)
            sessions[id]?.lastReceived = moment.now
            if !ready.contains(id) { ready.append(id) }
        case .closed(let id):
            end(id, reason: "connection closed", &output)
        case .dialFailed(let address):
            dialEnded(address)
            failJoin(dialled: address, .unreachable, &output)
        case .woke:
            break
        }
        try keepTime(storage, &output)
        return output
    }

    /// The next piece of work that is ready, or nil.
    ///
    /// Each is written before the next is asked for, so that it reads what the one before wrote.
    public mutating func proceed(
        _ moment: Moment, _ storage: some RegisterStorage
    ) throws -> Output? {
        self.moment = moment
        var output = Output()
        if try straighten(storage, &output) { return output }
        if try settleFork(storage, &output) { return output }
        if try destroyErased(storage, &output) { return output }
        if try recount(storage, &output) { return output }
        if let message = try nextReleasable(storage, &output) {
            try release(message, storage, &output)
            tellSessions(storage, &output)
            return output
        }
        if !output.notices.isEmpty { return output }
        while let id = ready.first {
            guard let frame = nextFrame(id, &output) else {
                ready.removeAll { $0 == id }
                if !output.send.isEmpty || !output.close.isEmpty || !output.commit.isEmpty {
                    return output
                }
                continue
            }
            do {
                try receive(frame, id, storage, &output)
            } catch let error as FormatError {
                fail(id, error, &output)
            } catch let error as RunError {
                fail(id, error, &output)
            }
            return output
        }
        return try sendNext(storage, &output) ? output : nil
    }

    private mutating func nextFrame(_ id: SessionID, _ output: inout Output) -> Frame? {
        do throws(FormatError) {
            return try sessions[id]?.decoder.next()
        } catch {
            fail(id, error, &output)
            return nil
        }
    }

    /// When to call with `.woke` if nothing happens before.
    public var deadline: Duration {
        var earliest = moment.now + .seconds(60)
        for session in sessions.values { earliest = min(earliest, session.deadline) }
        for (node, attempt) in dialling.attempts where isDialDue(node) {
            earliest = min(earliest, attempt.next)
        }
        if let invitation { earliest = min(earliest, invitation.expires) }
        if !unsavedPeers.isEmpty { earliest = min(earliest, peersSavedAt + Self.peersSavedEvery) }
        if let joining { earliest = min(earliest, joining.deadline) }
        return max(earliest, moment.now + .milliseconds(5))
    }

    // MARK: - opening and ending

    private mutating func open(
        _ id: SessionID, _ tlsKeyHash: [UInt8], _ dialled: String?, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws {
        let until = moment.now + .seconds(Limits.admissionSeconds)
        var session = Shared(
            SyncSession(
                id: id, tlsKeyHash: tlsKeyHash, dialled: dialled, phase: .stranger(until: until),
                now: moment.now))
        let meant = dialled.flatMap { dialling.underWay.removeValue(forKey: $0) ?? nil }
        if let meant, meant != membership?.member(tlsKeyHash: tlsKeyHash)?.node {
            // Another laptop has the address now: the one that was meant is tried again later, and elsewhere.
            dialling.failed(meant, moment.now, jitter: Double.random(in: 0..<1, using: &chance))
            if let dialled { peers[meant]?.forget(address: dialled) }
            unsavedPeers.insert(meant)
        }
        if let dialled, joining?.address == dialled {
            sessions[id] = session
            beginJoin(id, &output)
            return
        }
        guard let membership else {
            output.close.append(id)
            return
        }
        if let member = membership.member(tlsKeyHash: tlsKeyHash) {
            if let dialled { noteDialled(dialled, member.node) }
            guard member.node != node, peers[member.node]?.isBarred != true else {
                sessions[id] = session
                bye(id, .disconnected, "not wanted here", &output)
                return
            }
            session.peer = member.node
            session.phase = .greeting(until: until)
            sessions[id] = session
            try greet(id, storage, &output)
        } else if membership.isTakenOut(tlsKeyHash: tlsKeyHash) {
            sessions[id] = session
            bye(id, .takenOut, Self.takenOutText, &output)
        } else {
            sessions[id] = session
            // Whoever dials shows itself; whoever is dialled by a stranger waits.
            if dialled != nil { try sendAdmission(id, storage, &output) }
        }
    }

    /// Sends what opens a session with a member.
    mutating func greet(
        _ id: SessionID, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        guard let peer = sessions[id]?.peer else { return }
        if peers[peer] == nil { peers[peer] = PeerKnowledge() }
        let knowledge = peers[peer] ?? PeerKnowledge()
        if knowledge.baseDigest == 0 { try sendAdmission(id, storage, &output) }
        var hello = Hello(
            register: chain.register.bytes, startNonce: startNonce, wallClock: moment.wallClock,
            window: UInt64(Limits.windowBytes),
            capabilities: isCompressionOff ? Hello.compressionOff : 0,
            dictionaries: [Self.dictionaryTag], digest: heads.digest(), base: 0, changed: [],
            earlierNonces: earlierNonces)
        let changed = entriesChanged(since: knowledge.base)
        if knowledge.baseDigest != 0, changed.count <= haveEntryCount {
            hello.base = knowledge.baseDigest
            hello.changed = changed
            hello.earlierNonces = Array(earlierNonces.prefix(1))
        }
        send(.hello, hello.encoded(), id, &output)
        output.authenticated.append(id)
        let vector = heads.vector
        sessions[id]?.told = vector
        sessions[id]?.greeted = SyncSession.Greeting(
            digest: hello.digest, vector: vector, base: knowledge.base, baseDigest: hello.base)
    }

    /// How many entries a full have would list: a base since which more has changed is of no use.
    private var haveEntryCount: Int {
        let known = heads.allNumbers.filter { heads[$0].height > 0 }
        return known.count { !heads[$0].isEnded } + Set(known.map { heads[$0].id.node }).count
    }

    private func entriesChanged(since base: VersionVector) -> [HaveEntry] {
        heads.numbersInTagOrder.filter { heads[$0].height != base[$0] }
            .map { haveEntry(heads[$0]) }
    }

    func haveEntry(_ row: ReplicaRow) -> HaveEntry {
        HaveEntry(tag: heads.tag(row.number), height: row.height, hash: firstEight(row.hash))
    }

    /// Of two sessions of one pair the one dialled by the smaller key stays; of two the same way, and after the peer
    /// started anew, the newer.
    ///
    /// Judged when a hello comes: before it nobody knows whether the peer of the older session is still alive.
    mutating func keepOne(
        sessionOf peer: NodeID, _ id: SessionID, _ hello: Hello, _ output: inout Output
    ) -> Bool {
        guard
            let other = sessions.values.first(where: {
                $0.peer == peer && $0.id != id && $0.peerHello != nil
            })
        else { return true }
        let newIsMine = sessions[id]?.dialled != nil
        let oldIsMine = other.dialled != nil
        let mineWins = node.precedes(peer)
        if newIsMine != oldIsMine, newIsMine != mineWins,
            other.peerHello?.startNonce == hello.startNonce
        {
            bye(id, .duplicateSession, "another session stays", &output)
            return false
        }
        bye(other.id, .duplicateSession, "another session stays", &output)
        return true
    }

    mutating func bye(
        _ id: SessionID, _ reason: Bye.Reason, _ text: String, _ output: inout Output
    ) {
        guard let session = sessions[id], session.phase != .ended else { return }
        if reason == .protocolError { suspectSomebodyInBetween(id, &output) }
        send(.bye, Bye(reason, text).encoded(), id, &output)
        end(id, reason: "\(reason): \(text)", &output)
        output.close.append(id)
    }

    private mutating func fail(_ id: SessionID, _ error: FormatError, _ output: inout Output) {
        let reason: Bye.Reason =
            switch error.refusal {
            case .frameTooLong, .inflatedTooLong, .tooMany, .tooManyChanges, .changeTooLong:
                .tooLong
            case .unknownCriticalFrame: .unknownCriticalFrame
            default: .protocolError
            }
        output.notices.append(.refused(id, reason: error.description))
        bye(id, reason, error.description, &output)
    }

    private mutating func fail(_ id: SessionID, _ error: RunError, _ output: inout Output) {
        switch error {
        case .invalidSegment:
            output.notices.append(.refused(id, reason: "a segment that does not verify"))
            bye(id, .invalidSegment, "a segment does not verify", &output)
        case .erasureUnknown:
            output.notices.append(.refused(id, reason: "changes without values that nobody erased"))
            bye(id, .invalidSegment, "values that nobody erased are missing", &output)
        case .tooManyHeld:
            output.notices.append(.refused(id, reason: "more changes that wait for others"))
            bye(id, .disk, "too many changes wait for others here", &output)
        }
    }

    /// Forgets a session; what was learned of the peer stays.
    mutating func end(_ id: SessionID, reason: String, _ output: inout Output) {
        guard var session = sessions[id], session.phase != .ended else {
            sessions[id] = nil
            return
        }
        ready.removeAll { $0 == id }
        sessions[id] = nil
        endJoin(of: session.value, &output)
        session.phase = .ended
        if let dialled = session.dialled { dialEnded(dialled, failing: session.peer == nil) }
        guard let peer = session.peer else { return }
        if !sessions.values.contains(where: { $0.peer == peer }) {
            unsavedPeers.insert(peer)
            savePeers(&output)
            // Only a session that lasted shows that the next may: one that ends at its first frames would else be
            // sought again twice a second for ever.
            if moment.now - session.openedAt >= Self.lasting { dialling.reset(peer, moment.now) }
            dialling.failed(peer, moment.now, jitter: Double.random(in: 0..<1, using: &chance))
            if isPlanted(.neverRedialled) { dialling.forget(peer) }
            output.notices.append(.disconnected(peer, reason: reason))
        }
    }

    private static let lasting: Duration = .seconds(5)

    /// Says goodbye to all and saves what was learned; nothing may be handled after.
    public mutating func shutDown(_ output: inout Output) {
        invitation = nil
        for id in sessions.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            bye(id, .goingDown, "stopping", &output)
        }
        unsavedPeers.formUnion(peers.keys)
        savePeers(&output)
    }

    mutating func savePeers(_ output: inout Output) {
        for peer in unsavedPeers.sorted(by: { $0.precedes($1) }) {
            guard let knowledge = peers[peer] else { continue }
            output.commit.append(.peer(peer, knowledge.encoded()))
        }
        unsavedPeers = []
        peersSavedAt = moment.now
    }

    /// What is learned of peers is written now and then: losing some of it costs bytes, never a change.
    private static let peersSavedEvery: Duration = .seconds(2)

    // MARK: - time

    private mutating func keepTime(
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        let now = moment.now
        for id in sessions.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard let session = sessions[id], session.deadline <= now else { continue }
            switch session.phase {
            case .exchanging:
                if session.lastReceived + .seconds(Limits.idleSeconds) <= now,
                    !isPlanted(.silenceIgnored)
                {
                    bye(id, .idle, "nothing heard for \(Limits.idleSeconds) s", &output)
                } else {
                    send(.ping, [], id, &output)
                }
            case .stranger:
                bye(id, .notAMember, "this key was not let in here", &output)
            case .joining:
                bye(id, .joinClosed, "time over", &output)
            case .greeting, .listing:
                bye(id, .idle, "no greeting", &output)
            case .ended: break
            }
        }
        if !unsavedPeers.isEmpty, peersSavedAt + Self.peersSavedEvery <= now { savePeers(&output) }
        expireInvitation(&output)
        expireJoin(&output)
        dialDue(&output)
    }

    // MARK: - dialling

    private func isDialDue(_ node: NodeID) -> Bool {
        guard let peer = peers[node], !peer.isBarred, !peer.addresses.isEmpty, let membership,
            // One who was cut off right after it was let in knows nobody yet but whom it joined through.
            membership.isMember(node)
                || !membership.isMember(self.node) && !isPlanted(.newcomerWaits)
        else { return false }
        return !sessions.values.contains { $0.peer == node }
            && !dialling.underWay.values.contains(node)
    }

    private mutating func dialDue(_ output: inout Output) {
        for (node, attempt) in dialling.attempts.sorted(by: { $0.key.precedes($1.key) })
        where attempt.next <= moment.now && isDialDue(node) {
            let addresses = peers[node]?.addresses ?? []
            let address = addresses[attempt.addressIndex % addresses.count]
            if dialling.underWay[address] != nil {
                // Another peer is thought to be there, too: who answers will tell.
                dialling.putOff(node, until: moment.now + .seconds(1))
            }
            dial(address, node, &output)
        }
        for address in dialling.unnamed where dialling.underWay[address] == nil {
            dial(address, nil, &output)
        }
        dialling.unnamed = []
    }

    private mutating func dial(_ address: String, _ node: NodeID?, _ output: inout Output) {
        guard dialling.underWay[address] == nil else { return }
        dialling.underWay[address] = .some(node)
        output.dial.append(address)
    }

    private mutating func dialEnded(_ address: String, failing: Bool = true) {
        guard let underWay = dialling.underWay.removeValue(forKey: address) else { return }
        if failing, let node = underWay {
            dialling.failed(node, moment.now, jitter: Double.random(in: 0..<1, using: &chance))
        }
    }

    /// An address that led to a member is kept; if a person asked for it, the member is no longer refused.
    private mutating func noteDialled(_ address: String, _ peer: NodeID) {
        guard peer != node else { return }
        for (other, knowledge) in peers where other != peer && knowledge.addresses.contains(address)
        {
            peers[other]?.forget(address: address)
            unsavedPeers.insert(other)
        }
        peers[peer, default: PeerKnowledge()].reached(by: address)
        if dialling.asked.remove(address) != nil { peers[peer]?.isBarred = false }
        unsavedPeers.insert(peer)
    }

    /// A person asks to dial: an address, or a member by its known addresses.
    public mutating func connect(address: String, _ output: inout Output) {
        // A peer that is known to be there is let in again at once, whether or not it answers now.
        for (node, peer) in peers where peer.isBarred && peer.addresses.contains(address) {
            peers[node]?.isBarred = false
            unsavedPeers.insert(node)
            dialling.reset(node, moment.now)
        }
        dialling.unnamed.append(address)
        dialling.asked.insert(address)
        dialDue(&output)
    }

    public mutating func connect(_ peer: NodeID, _ output: inout Output) throws {
        guard peers[peer]?.addresses.isEmpty == false else { throw LaptopError.noAddress }
        peers[peer, default: PeerKnowledge()].isBarred = false
        unsavedPeers.insert(peer)
        savePeers(&output)
        dialling.reset(peer, moment.now)
        dialDue(&output)
    }

    /// A person asks to stop dialling and to refuse a peer, over restarts too.
    public mutating func disconnect(_ peer: NodeID, _ output: inout Output) {
        peers[peer, default: PeerKnowledge()].isBarred = true
        unsavedPeers.insert(peer)
        savePeers(&output)
        let ended = sessions.values.filter { $0.peer == peer }
        for session in ended.sorted(by: { $0.id.rawValue < $1.id.rawValue }) {
            bye(session.id, .disconnected, "a person disconnected", &output)
        }
    }

    // MARK: - sending

    static let dictionaryTag = firstEight(sha256(PresetDictionary.bytes))

    mutating func send(
        _ type: FrameType, _ message: [UInt8], _ id: SessionID, _ output: inout Output
    ) {
        guard let session = sessions[id] else { return }
        let mayCompress = session.usesCompression && !isCompressionOff && message.count > 64
        let frame = Frame(
            type, message, compression: mayCompress ? compression : nil,
            withDictionary: session.usesDictionary)
        send(frame, id, &output)
    }

    mutating func send(_ frame: Frame, _ id: SessionID, _ output: inout Output) {
        sessions[id]?.lastSent = moment.now
        if let last = output.send.indices.last, output.send[last].session == id {
            frame.encode(to: &output.send[last].bytes)
        } else {
            output.send.append(.init(session: id, bytes: frame.encoded))
        }
    }

    /// Shows the peer the control changes by which this node was let in.
    private mutating func sendAdmission(
        _ id: SessionID, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        guard let membership, membership.genesis.founder != node,
            sessions[id]?.isAdmissionSent == false
        else { return }
        sessions[id]?.isAdmissionSent = true
        let messages = try admissionMessages(storage)
        guard !messages.isEmpty else { return }
        send(.admission, Admission(messages: messages).encoded(), id, &output)
    }

    /// The runs of control replicas that lead from the founder to this node, founder's side first.
    ///
    /// Who let it in may have become an administrator later, by somebody else's word: that belongs to it.
    private func admissionMessages(_ storage: some RegisterStorage) throws -> [[UInt8]] {
        var shown: [ReplicaNumber] = []
        var seen: Set<NodeID> = []
        func show(_ entry: Dot) {
            let author = heads[entry.replica].id.node
            if seen.insert(author).inserted {
                for ground in membership?.grounds(of: author) ?? [] { show(ground) }
            }
            if !shown.contains(entry.replica) { shown.append(entry.replica) }
        }
        if let entry = membership?.members[node]?.entry { show(entry) }
        var messages: [[UInt8]] = []
        var bytesLeft = Limits.admissionBytesMax - 8
        for replica in shown.prefix(Limits.admissionMessagesMax) {
            guard let run = try run(of: replica, from: 1, contentBytesMax: 1 << 15, storage)
            else { continue }
            var numbering = SessionReplicas()
            let message = run.encode(heads.table, numbering: &numbering)
            guard message.count + 4 <= bytesLeft else { continue }
            bytesLeft -= message.count + 4
            messages.append(message)
        }
        return messages
    }
}
