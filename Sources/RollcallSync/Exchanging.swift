import RollcallCore
import RollcallTrust
import RollcallWire

extension Laptop {
    /// Takes in one frame of a session.
    mutating func receive(
        _ frame: Frame, _ id: SessionID, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        guard let session = sessions[id] else { return }
        guard let type = FrameType(rawValue: frame.type) else {
            guard frame.type & FrameType.criticalBit == 0 else {
                throw FormatError(.unknownCriticalFrame, "frame type")
            }
            return
        }
        switch (type, session.phase) {
        case (_, .ended): return
        case (.bye, _): return try receive(Bye(try frame.message(compression)), id, &output)
        case (.ping, _): return
        case (.admission, .stranger), (.admission, .greeting), (.admission, .listing),
            (.admission, .exchanging):
            try receive(Admission(try frame.message(compression)), id, storage, &output)
        case (.admission, .joining), (.hello, .joining):
            // Who takes this laptop for a member already greets it; the join goes first.
            return
        case (.joinOffer, .stranger), (.joinOffer, .greeting), (.joinAnswer, .joining),
            (.joinProof, .joining),
            (.joinAccept, .joining), (.joinAdmitted, .joining):
            try receiveJoin(type, try frame.message(compression), id, storage, &output)
        case (.hello, .stranger):
            // It takes itself for known; told so, it shows its admission next time.
            bye(id, .notAMember, "this key was not let in here", &output)
        case (.hello, .greeting):
            try receive(Hello(try frame.message(compression)), id, storage, &output)
        case (.have, .listing), (.have, .exchanging):
            try receive(Have(try frame.message(compression)), id, storage, &output)
        case (.sift, .listing), (.sift, .exchanging):
            try receive(Sift(try frame.message(compression)), id, storage, &output)
        case (.changes, .listing), (.changes, .exchanging):
            try receiveChanges(frame, id, storage, &output)
        case (.trace, .listing), (.trace, .exchanging):
            try receive(Trace(try frame.message(compression)), id, storage, &output)
        case (.ack, .listing), (.ack, .exchanging):
            try receive(Ack(try frame.message(compression)), id, &output)
        case (.credit, .listing), (.credit, .exchanging):
            receive(try Credit(try frame.message(compression)), id)
        case (.plan, .listing), (.plan, .exchanging):
            _ = try Plan(try frame.message(compression))
        case (.addresses, .listing), (.addresses, .exchanging):
            receive(try Addresses(try frame.message(compression)), id, &output)
        case (.manifest, _), (.joinRequest, _), (.hello, _), (.have, _), (.sift, _), (.changes, _),
            (.trace, _), (.ack, _), (.credit, _), (.plan, _), (.addresses, _), (.joinOffer, _),
            (.joinAnswer, _),
            (.joinProof, _), (.joinAccept, _), (.joinAdmitted, _):
            output.notices.append(.refused(id, reason: "\(type) out of place"))
            refuse(outOfPlace: type, id, &output)
        }
    }

    private mutating func receive(_ bye: Bye, _ id: SessionID, _ output: inout Output) {
        failJoin(session: id, bye, &output)
        if bye.knownReason == .notAMember, let peer = sessions[id]?.peer {
            // It was restored to a time before it knew this laptop: what both agreed on is gone there.
            peers[peer]?.base = VersionVector()
            peers[peer]?.baseDigest = 0
            unsavedPeers.insert(peer)
        }
        let peer = sessions[id]?.peer
        if bye.knownReason == .takenOut, let peer { peers[peer]?.saysTakenOut = true }
        end(id, reason: "peer: \(bye.text)", &output)
        output.close.append(id)
        if bye.knownReason == .takenOut, let peer {
            dialling.putOff(peer, until: moment.now + .seconds(Limits.takenOutSeconds))
        }
        if bye.knownReason == .disconnected, let peer {
            // Whoever told it so will dial when that is over.
            dialling.putOff(peer, until: moment.now + .seconds(2 * Limits.backoffSecondsMax))
        }
        guard bye.knownReason == .duplicateSession, let peer,
            !sessions.values.contains(where: { $0.peer == peer })
        else { return }
        // Another machine with this laptop's key is there: at once again, and neither would ever finish a sentence.
        dialling.putOff(peer, until: moment.now + .seconds(Limits.idleSeconds))
    }

    // MARK: - who is there

    private mutating func receive(
        _ admission: Admission, _ id: SessionID, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws {
        guard case .stranger(_)? = sessions[id]?.phase, let tlsKeyHash = sessions[id]?.tlsKeyHash
        else {
            _ = try apply(admission, storage, &output)
            return tellSessions(storage, &output)
        }
        // What a stranger shows is kept only if it lets the stranger in.
        var trial = self
        var learned = Output()
        let isWhole = try trial.apply(admission, storage, &learned)
        guard isWhole, let member = trial.membership?.member(tlsKeyHash: tlsKeyHash),
            member.node != node,
            peers[member.node]?.isBarred != true
        else {
            output.notices.append(.refused(id, reason: "an admission that admits nobody here"))
            bye(id, .notAMember, "this key was not let in here", &output)
            return
        }
        self = trial
        // All of it: what it says of others may end their sessions.
        output.append(learned)
        tellSessions(storage, &output)
        output.notices.append(.admitted(member.node, name: member.name))
        sessions[id]?.peer = member.node
        sessions[id]?.phase = .greeting(until: moment.now + .seconds(Limits.admissionSeconds))
        try greet(id, storage, &output)
    }

    /// Whether all of it could be applied.
    private mutating func apply(
        _ admission: Admission, _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Bool {
        var isWhole = true
        for bytes in admission.messages {
            var table = heads.table
            var numbering = SessionReplicas()
            let message = try ChangesMessage(bytes, table: &table, numbering: &numbering)
            guard table[message.replica].lane == .control, message.first == 1 else {
                throw FormatError(.badReference, "admission")
            }
            var left: Set<ReplicaNumber> = []
            let outcome = try receive(message, table, leaving: &left, storage, &output)
            if outcome.path == nil { isWhole = false }
        }
        return isWhole
    }

    private mutating func receive(
        _ hello: Hello, _ id: SessionID, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        guard let peer = sessions[id]?.peer, let greeted = sessions[id]?.greeted else { return }
        guard hello.lowestVersion <= Limits.version, hello.highestVersion >= Limits.version else {
            return bye(
                id, .version,
                "peer speaks \(hello.lowestVersion) to \(hello.highestVersion), this laptop \(Limits.version)",
                &output)
        }
        guard hello.register == chain.register.bytes else {
            return bye(id, .register, "another register", &output)
        }
        guard keepOne(sessionOf: peer, id, hello, &output) else { return }
        sessions[id]?.peerHello = hello
        sessions[id]?.window = Int(min(hello.window, UInt64(Limits.windowBytes)))
        sessions[id]?.usesDictionary = hello.dictionaries.contains(Self.dictionaryTag)
        sessions[id]?.usesCompression = hello.capabilities & Hello.compressionOff == 0
        note(hello, from: peer)
        output.notices.append(.connected(peer))

        // Both sides decide by what the two hellos say, so that they decide alike.
        if hello.digest == greeted.digest {
            try begin(id, knowing: greeted.vector, storage, &output)
        } else if greeted.baseDigest != 0,
            greeted.baseDigest == hello.base || hello.base != 0 && isPlanted(.unlikeBaseBelieved)
        {
            var theirs = greeted.base
            try take(hello.changed, into: &theirs, id, storage, &output)
            try begin(id, knowing: theirs, storage, &output)
        } else {
            let listed = heads.numbersInTagOrder.map { heads[$0] }
            sessions[id]?.listed = listed
            sessions[id]?.phase = .listing(until: moment.now + .seconds(Limits.idleSeconds))
            send(.have, have(of: listed).encoded(), id, &output)
        }
    }

    private mutating func note(_ hello: Hello, from peer: NodeID) {
        var knowledge = peers[peer] ?? PeerKnowledge()
        knowledge.startNonce = hello.startNonce
        knowledge.earlierNonces = hello.earlierNonces
        knowledge.lastHeard = moment.wallClock
        knowledge.saysTakenOut = false
        knowledge.clockOffset = Int64(bitPattern: hello.wallClock &- moment.wallClock)
        peers[peer] = knowledge
        unsavedPeers.insert(peer)
    }

    // MARK: - what the peer has

    private func have(of listed: [ReplicaRow]) -> Have {
        let ended = Dictionary(grouping: listed.filter(\.isEnded)) { $0.id.node }
        return Have(
            live: listed.filter { !$0.isEnded }.map(haveEntry),
            held: held.map(\.range).map {
                .init(tag: heads.tag($0.replica), first: $0.first, last: $0.last)
            },
            ended: ended.map { node, replicas in
                .init(
                    nodeTag: node.tag, count: UInt64(replicas.count), digest: endedDigest(replicas))
            }.sorted { $0.nodeTag < $1.nodeTag })
    }

    /// A digest over ended replicas that are in order of tag.
    func endedDigest(_ rows: [ReplicaRow]) -> UInt64 {
        var hash = LabelledHash("rc1.ended", reserving: 16 + rows.count * 48)
        for row in rows {
            hash.add(u64: heads.tag(row.number))
            hash.add(u64: row.height)
            hash.add(row.hash)
        }
        return hash.finish8()
    }

    private mutating func receive(
        _ have: Have, _ id: SessionID, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        if isPlanted(.siftByWhatIsNow) {
            sessions[id]?.listed = heads.numbersInTagOrder.map { heads[$0] }
        }
        guard let listed = sessions[id]?.listed, sessions[id]?.isExchanging == false else { return }
        var theirs = VersionVector()
        try take(have.live, into: &theirs, id, storage, &output)
        sessions[id]?.theirHeld = have.held
        let mine = Dictionary(grouping: listed.filter(\.isEnded)) { heads.nodeTag($0.number) }
        let said = Dictionary(
            have.ended.map { ($0.nodeTag, $0) }, uniquingKeysWith: { first, _ in first })
        let nodeTags = Set(mine.keys).union(said.keys).sorted()
        for tag in nodeTags {
            let ended = mine[tag] ?? []
            if let theirDigest = said[tag], theirDigest.count == UInt64(ended.count),
                theirDigest.digest == endedDigest(ended)
            {
                for row in ended { theirs[row.number] = row.height }
            } else {
                sessions[id]?.sifting.insert(tag)
            }
        }
        try begin(id, knowing: theirs, storage, &output)
        for tag in nodeTags where sessions[id]?.sifting.contains(tag) == true {
            beginSift(tag, theirCount: said[tag]?.count ?? 0, id, &output)
        }
    }

    /// Notes listed heights.
    mutating func take(
        _ entries: [HaveEntry], into vector: inout VersionVector, _ id: SessionID,
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        for entry in entries {
            guard let replica = heads.number(ofTag: entry.tag) else {
                try noteUnheard(entry.tag, entry.height, id)
                continue
            }
            try note(entry, of: replica, into: &vector, id, storage, &output)
        }
    }

    /// Notes how much a peer has of a replica that this laptop has not heard of; of so many, and no more, as any
    /// message may mention.
    mutating func noteUnheard(
        _ tag: UInt64, _ height: UInt64, _ id: SessionID
    ) throws(FormatError) {
        guard let count = sessions[id]?.unheardOf.count else { return }
        guard count < Limits.replicasPerMessageMax || sessions[id]?.unheardOf[tag] != nil else {
            throw FormatError(.tooMany, "unknown replicas")
        }
        sessions[id]?.unheardOf[tag] = height
    }

    private mutating func begin(
        _ id: SessionID, knowing theirs: VersionVector, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws {
        guard var session = sessions[id], let peer = session.peer else { return }
        var theirs = theirs
        for (replica, height) in session.setAside { theirs[replica] = min(theirs[replica], height) }
        session.phase = .exchanging
        session.theirs = theirs
        session.sent = theirs
        session.lacking = Set(
            heads.allNumbers.filter {
                heads[$0].height > theirs[$0] && session.setAside[$0] == nil
            })
        sessions[id] = session
        learn(theirs, from: peer)
        sendPlan(id, &output)
        sendAddresses(id, &output)
        agreeIfEqual(id)
        pump(id)
        // What came in from others between hello and now has not been told yet.
        acknowledge(heads.allNumbers, id, &output)
    }

    /// A live session's word replaces what was known of the peer.
    private mutating func learn(_ vector: VersionVector, from peer: NodeID) {
        var counted = vector
        counted.meet(heads.vector)
        peers[peer]?.acknowledged = counted
        peers[peer]?.acknowledgedAt = moment.wallClock
        peers[peer]?.route = .session
        unsavedPeers.insert(peer)
    }

    private mutating func sendPlan(_ id: SessionID, _ output: inout Output) {
        guard let session = sessions[id], !session.lacking.isEmpty else { return }
        var changes: [Lane: UInt64] = [:]
        for replica in session.lacking {
            changes[heads[replica].id.lane, default: 0] +=
                heads[replica].height - session.sent[replica]
        }
        // Bytes are a guess from the mean of earlier registers: exact ones would take the encoding itself.
        let plan = Plan(
            controlChanges: changes[.control] ?? 0, controlBytes: (changes[.control] ?? 0) * 250,
            dataChanges: changes[.data] ?? 0, dataBytes: (changes[.data] ?? 0) * 60)
        if plan.dataChanges + plan.controlChanges > 1 { send(.plan, plan.encoded(), id, &output) }
    }

    private mutating func sendAddresses(_ id: SessionID, _ output: inout Output) {
        guard let peer = sessions[id]?.peer else { return }
        var entries = [Addresses.Entry(node: node, addresses: ownAddresses)]
        for (other, knowledge) in peers.sorted(by: { $0.key.precedes($1.key) })
        where other != peer && !knowledge.addresses.isEmpty && membership?.isMember(other) == true {
            entries.append(.init(node: other, addresses: knowledge.addresses))
        }
        let message = Addresses(
            entries: Array(entries.filter { !$0.addresses.isEmpty }.prefix(Limits.addressesMax)))
        let digest = firstEight(sha256(message.encoded()))
        guard digest != peers[peer]?.addressesTold else { return }
        peers[peer]?.addressesTold = digest
        unsavedPeers.insert(peer)
        send(.addresses, message.encoded(), id, &output)
    }

    private mutating func receive(
        _ addresses: Addresses, _ id: SessionID, _ output: inout Output
    ) {
        var isNews = false
        for entry in addresses.entries
        where entry.node != node && peers.count < 2 * Limits.membersMax {
            let known = peers[entry.node]?.addresses ?? []
            if entry.node == sessions[id]?.peer {
                // Its own word, and the address by which it was reached.
                let reached = sessions[id]?.dialled.map { [$0] } ?? []
                peers[entry.node, default: PeerKnowledge()].addresses = []
                peers[entry.node]?.merge(addresses: entry.addresses + reached)
            } else {
                peers[entry.node, default: PeerKnowledge()].merge(addresses: entry.addresses)
            }
            guard peers[entry.node]?.addresses != known else { continue }
            unsavedPeers.insert(entry.node)
            dialling.reset(entry.node, moment.now)
            isNews = isNews || known.isEmpty && membership?.isMember(entry.node) == true
        }
        // Who could not be reached before is told of to all, once: whoever told of it may be gone tomorrow.
        guard isNews else { return }
        for other in sessions.keys.sorted(by: { $0.rawValue < $1.rawValue })
        where other != id && sessions[other]?.isExchanging == true {
            sendAddresses(other, &output)
        }
    }

    // MARK: - changes, acks, credit

    private mutating func receiveChanges(
        _ frame: Frame, _ id: SessionID, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        guard var session = sessions[id] else { return }
        var table = heads.table
        let message = try ChangesMessage(
            try frame.message(compression), table: &table, numbering: &session.incoming)
        let isData = table[message.replica].lane == .data
        let outcome = try receive(
            message, table, leaving: &session.left, storage, &output)
        let path = outcome.path ?? message.replica
        let way = outcome == .left ? [] : heads.way(to: path, at: message.last)
        for (part, counter) in way where counter > session.theirs[part] {
            session.theirs[part] = counter
            session.sent[part] = max(session.sent[part], counter)
            session.unheardOf[heads.tag(part)] = nil
        }
        if isData { session.creditOwed += frame.encodedBytes }
        let returned = session.creditOwed
        // Often enough that the sender learns soon how fast the link is.
        let isLarge = returned >= 4 << 10
        if isLarge { session.creditOwed = 0 }
        sessions[id] = session
        count(path, id)
        tellSessions(storage, &output)
        if case .known = outcome { acknowledge([path], id, &output) }
        if isPlanted(.heldAcknowledged), outcome == .held {
            let entry = Ack.Entry(tag: heads.tag(message.replica), height: message.last)
            send(.ack, Ack(entries: [entry]).encoded(), id, &output)
        }
        if isLarge { send(.credit, Credit(byteCount: UInt64(returned)).encoded(), id, &output) }
        if let peer = session.peer { peers[peer]?.lastHeard = moment.wallClock }
    }

    private mutating func receive(
        _ ack: Ack, _ id: SessionID, _ output: inout Output
    ) throws(FormatError) {
        guard let peer = sessions[id]?.peer else { return }
        for entry in ack.entries {
            guard let replica = heads.number(ofTag: entry.tag) else {
                try noteUnheard(entry.tag, entry.height, id)
                continue
            }
            guard entry.height <= Dot.counterMax, sessions[id]?.setAside[replica] == nil,
                let theirs = sessions[id]?.theirs[replica]
            else {
                continue
            }
            if entry.height > theirs { sessions[id]?.theirs[replica] = entry.height }
            if let sent = sessions[id]?.sent[replica], entry.height > sent {
                sessions[id]?.sent[replica] = entry.height
            }
            count(replica, id)
        }
        peers[peer]?.acknowledgedAt = moment.wallClock
        peers[peer]?.lastHeard = moment.wallClock
        peers[peer]?.route = .session
        unsavedPeers.insert(peer)
        agreeIfEqual(id)
        pump(id)
    }

    /// Counts as acknowledged what the peer is known to have of a replica, as far as it is here: a peer lists, sends
    /// and acknowledges only what is durable there.
    mutating func count(_ replica: ReplicaNumber, _ id: SessionID) {
        guard let session = sessions[id], let peer = session.peer else { return }
        let counted = min(session.theirs[replica], heads[replica].height)
        guard counted > peers[peer]?.acknowledged[replica] ?? 0 else { return }
        peers[peer]?.acknowledged[replica] = counted
        unsavedPeers.insert(peer)
    }

    private mutating func receive(_ credit: Credit, _ id: SessionID) {
        guard var session = sessions[id] else { return }
        session.value.take(
            credit: Int(min(credit.byteCount, UInt64(session.bytesInFlight))), moment.now)
        sessions[id] = session
        pump(id)
    }

    /// When both hold the same, that is the base of the next meeting.
    mutating func agreeIfEqual(_ id: SessionID) {
        guard let session = sessions[id], session.isExchanging, session.lacking.isEmpty,
            session.sifting.isEmpty, session.unheardOf.isEmpty, session.setAside.isEmpty,
            let peer = session.peer
        else { return }
        let vector = heads.vector
        guard session.theirs == vector else { return }
        peers[peer]?.base = vector
        peers[peer]?.baseDigest = firstEight(heads.digest())
        unsavedPeers.insert(peer)
    }
}
