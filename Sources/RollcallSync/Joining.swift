public import RollcallCore
public import RollcallTrust
import RollcallWire

/// Where a session stands in a join.
enum JoinStep: Equatable {
    /// The inviter answered an offer and awaits the proof of the code that was open then.
    case answered(JoinOffer, JoinTranscript, of: JoinCode)
    /// The newcomer proved the code; a person compares the words.
    case confirming(MemberEntry, words: String)
    /// The newcomer sent its offer.
    case offered
    /// The newcomer sent its proof.
    case proved
    /// The newcomer waits to be admitted.
    case accepted
}

/// A one-time code that is open.
struct Invitation {
    var code: JoinCode
    var expires: Duration
    var failures = 0
    /// Whoever proves the code is admitted without a person's word.
    var admitsAtOnce: Bool
    /// What the newcomer will be.
    var role: Role
}

/// This laptop's own attempt to join a register.
struct JoinAttempt {
    var address: String
    var code: JoinCode
    var name: String
    var operatorName: String
    var deadline: Duration
    var session: SessionID?
    var offer: JoinOffer
    var answer: JoinAnswer?
    var genesis: Genesis?
    var transcript: JoinTranscript?
}

extension Laptop {
    // MARK: - the inviter

    public mutating func invite(
        minutes: Int, admitsAtOnce: Bool, role: Role, _ moment: Moment
    ) throws -> JoinCode {
        self.moment = moment
        guard let membership else { throw LaptopError.noRegister }
        guard membership.isAdministrator(node) else { throw LaptopError.notAllowed }
        guard membership.members.count < Limits.membersMax else { throw LaptopError.tooManyMembers }
        let code = JoinCode(using: &chance)
        invitation = Invitation(
            code: code, expires: moment.now + .seconds(minutes * 60), admitsAtOnce: admitsAtOnce,
            role: role)
        return code
    }

    /// Newcomers who proved the code and wait for a person's word.
    public var newcomers: [(words: String, name: String)] {
        sessions.values.compactMap { session in
            guard case .joining(.confirming(let entry, let words), _) = session.phase else {
                return nil
            }
            return (words, entry.name)
        }.sorted { $0.words < $1.words }
    }

    /// A person compared the words: lets the newcomer in.
    public mutating func confirm(
        words: String, _ moment: Moment, _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> MemberEntry {
        self.moment = moment
        for (id, session) in sessions.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            guard case .joining(.confirming(let entry, words), _) = session.phase else { continue }
            // Somebody else may have come in since, here or elsewhere.
            if let refusal = refusal(ofNewcomer: entry.node, tlsKeyHash: entry.tlsKeyHash) {
                throw LaptopError.notAdmitted(refusal)
            }
            try admit(entry, id, storage, &output)
            return entry
        }
        throw LaptopError.noSuchNewcomer
    }

    /// A person did not recognise the words.
    public mutating func refuse(words: String, _ output: inout Output) {
        for (id, session) in sessions.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            guard case .joining(.confirming(_, words), _) = session.phase else { continue }
            bye(id, .joinRefused, "not admitted", &output)
        }
        // With words the code was used up when they were made; another may be open by now.
        if words.isEmpty { invitation = nil }
    }

    private mutating func admit(
        _ entry: MemberEntry, _ id: SessionID, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws {
        invitation = nil
        try enrol(entry, storage, &output)
        send(.joinAdmitted, [], id, &output)
        output.notices.append(.admitted(entry.node, name: entry.name))
        sessions[id]?.peer = entry.node
        sessions[id]?.phase = .greeting(until: moment.now + .seconds(Limits.admissionSeconds))
        try greet(id, storage, &output)
    }

    mutating func expireInvitation(_ output: inout Output) {
        guard let invitation, invitation.expires <= moment.now else { return }
        self.invitation = nil
        output.notices.append(.invitationClosed(.time))
    }

    /// Somebody asked to join and did not prove the code, however that ended: three such, and the code is good no longer.
    ///
    /// Whoever stands between two laptops can end an attempt in many ways; a person has to learn of each.
    private mutating func countFailure(_ output: inout Output) {
        guard invitation != nil else { return }
        failedJoins += 1
        invitation?.failures += 1
        let left = Limits.joinFailuresMax - (invitation?.failures ?? 0)
        if left > 0 { return output.notices.append(.joinUnproven(attemptsLeft: left)) }
        invitation = nil
        output.notices.append(.invitationClosed(.failures))
    }

    // MARK: - messages

    mutating func receiveJoin(
        _ type: FrameType, _ message: [UInt8], _ id: SessionID, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws {
        switch (type, sessions[id]?.phase) {
        case (.joinOffer, .stranger), (.joinOffer, .greeting):
            answer(try JoinOffer(message), id, &output)
        case (.joinProof, .joining(.answered(let offer, let transcript, let code), _)):
            try check(try JoinProof(message), offer, transcript, code, id, storage, &output)
        case (.joinAnswer, .joining(.offered, _)):
            try prove(try JoinAnswer(message), id, &output)
        case (.joinAccept, .joining(.proved, _)):
            checkInviter(try JoinAccept(message), id, &output)
        case (.joinAdmitted, .joining(.accepted, _)):
            guard message.isEmpty else { throw FormatError(.trailingBytes, "join admitted") }
            try enter(id, storage, &output)
        default: refuse(outOfPlace: type, id, &output)
        }
    }

    /// A message of a join that the other side may not send now: it takes itself for the inviter, or this laptop for one.
    mutating func refuse(outOfPlace type: FrameType, _ id: SessionID, _ output: inout Output) {
        switch (type, sessions[id]?.phase) {
        case (.joinAnswer, .stranger), (.joinProof, .stranger), (.joinAccept, .stranger),
            (.joinAdmitted, .stranger):
            countFailure(&output)
        default: break
        }
        bye(id, .protocolError, "\(type) out of place", &output)
    }

    private mutating func answer(_ offer: JoinOffer, _ id: SessionID, _ output: inout Output) {
        guard let invitation, let membership else {
            return bye(id, .joinClosed, "no invitation is open here", &output)
        }
        let tlsKeyHash = sessions[id]?.tlsKeyHash ?? []
        guard let newcomer = NodeID(offer.node) else {
            return bye(id, .joinRefused, "this key is not accepted", &output)
        }
        if let refusal = refusal(ofNewcomer: newcomer, tlsKeyHash: tlsKeyHash) {
            return turnAway(refusal, id, &output)
        }
        let random = (0..<16).map { _ in UInt8.random(in: 0...255, using: &chance) }
        let answer = JoinAnswer(
            node: node.bytes, random: random, genesis: membership.genesis.encoded())
        let transcript = JoinTranscript(
            newcomerTLSKeyHash: tlsKeyHash, inviterTLSKeyHash: identity.tlsKeyHash,
            offer: offer, answer: answer, genesis: membership.genesis)
        sessions[id]?.phase = .joining(
            .answered(offer, transcript, of: invitation.code),
            until: moment.now + .seconds(Limits.admissionSeconds))
        send(.joinAnswer, answer.encoded(), id, &output)
    }

    private mutating func turnAway(
        _ refusal: NewcomerRefusal, _ id: SessionID, _ output: inout Output
    ) {
        switch refusal {
        case .takenOut:
            // Under another TLS key than it had: whoever asks has not shown that the key is theirs.
            output.notices.append(.refused(id, reason: "a laptop that was taken out asks to join"))
        case .tlsKeyTaken:
            output.notices.append(.refused(id, reason: "a newcomer under another laptop's key"))
        case .otherTLSKey:
            return bye(id, .joinRefused, "another laptop of this key is a member already", &output)
        case .noRoom:
            return bye(id, .joinRefused, "the register has no room for another laptop", &output)
        case .weakKey, .otherRegister: break
        }
        bye(id, .joinRefused, "this key is not accepted", &output)
    }

    private mutating func check(
        _ proof: JoinProof, _ offer: JoinOffer, _ transcript: JoinTranscript, _ code: JoinCode,
        _ id: SessionID, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        guard let invitation, invitation.code == code, let membership else {
            return bye(id, .joinClosed, "no invitation is open here", &output)
        }
        guard let newcomer = NodeID(offer.node), transcript.isNewcomerProof(proof.proof, code)
        else {
            return bye(
                id, .joinRefused, "the code is wrong, or somebody may be in between", &output)
        }
        let entry = MemberEntry(
            node: newcomer, tlsKeyHash: sessions[id]?.tlsKeyHash ?? [], role: invitation.role,
            bundleKey: offer.bundleKey, name: offer.name, proof: proof.enrolment)
        guard entry.isProven(in: membership.register, by: identity.key.scheme) else {
            return bye(id, .joinRefused, "the newcomer does not hold its key", &output)
        }
        // Somebody else may have come in since it was answered.
        if let refusal = refusal(ofNewcomer: newcomer, tlsKeyHash: entry.tlsKeyHash) {
            return turnAway(refusal, id, &output)
        }
        send(.joinAccept, JoinAccept(proof: transcript.inviterProof(code)).encoded(), id, &output)
        guard !invitation.admitsAtOnce else { return try admit(entry, id, storage, &output) }
        // The code is used up, whoever comes now.
        self.invitation = nil
        sessions[id]?.phase = .joining(
            .confirming(entry, words: transcript.words), until: moment.now + .seconds(600))
        output.notices.append(.newcomerWaits(words: transcript.words, name: offer.name))
    }

    // MARK: - the newcomer

    public mutating func join(
        address: String, code: JoinCode, name: String, operatorName: String, _ moment: Moment,
        _ output: inout Output
    ) throws {
        self.moment = moment
        guard membership == nil else { throw LaptopError.registerExists }
        cancelJoin(&output)
        let random = (0..<16).map { _ in UInt8.random(in: 0...255, using: &chance) }
        joining = JoinAttempt(
            address: address, code: code, name: name, operatorName: operatorName,
            deadline: moment.now + .seconds(30),
            offer: JoinOffer(node: node.bytes, random: random, bundleKey: [], name: name))
        dialling.underWay[address] = .some(nil)
        output.dial.append(address)
    }

    /// Gives up an attempt that is under way: the person went away, or begins another.
    public mutating func cancelJoin(_ output: inout Output) {
        guard let attempt = joining else { return }
        joining = nil
        if let id = attempt.session { bye(id, .joinClosed, "given up", &output) }
    }

    mutating func beginJoin(_ id: SessionID, _ output: inout Output) {
        guard let attempt = joining else { return }
        joining?.session = id
        sessions[id]?.phase = .joining(.offered, until: attempt.deadline)
        send(.joinOffer, attempt.offer.encoded(), id, &output)
    }

    private mutating func prove(
        _ answer: JoinAnswer, _ id: SessionID, _ output: inout Output
    ) throws {
        guard var attempt = joining, attempt.session == id else { return }
        guard let inviter = NodeID(answer.node), identity.key.scheme.verifier(of: inviter) != nil
        else {
            throw FormatError(.weakKey, "inviter")
        }
        let genesis = try Genesis(answer.genesis)
        let transcript = JoinTranscript(
            newcomerTLSKeyHash: identity.tlsKeyHash,
            inviterTLSKeyHash: sessions[id]?.tlsKeyHash ?? [],
            offer: attempt.offer, answer: answer, genesis: genesis)
        let enrolment = identity.key.signature(
            of: MemberEntry.enrolment(
                register: genesis.register, node: node, tlsKeyHash: identity.tlsKeyHash,
                bundleKey: []))
        attempt.answer = answer
        attempt.genesis = genesis
        attempt.transcript = transcript
        joining = attempt
        sessions[id]?.phase = .joining(.proved, until: attempt.deadline)
        send(
            .joinProof,
            JoinProof(proof: transcript.newcomerProof(attempt.code), enrolment: enrolment)
                .encoded(), id,
            &output)
    }

    private mutating func checkInviter(
        _ accept: JoinAccept, _ id: SessionID, _ output: inout Output
    ) {
        guard let attempt = joining, attempt.session == id, let transcript = attempt.transcript
        else { return }
        guard transcript.isInviterProof(accept.proof, attempt.code) else {
            fail(join: .somebodyInBetween, &output)
            return bye(id, .joinRefused, "somebody may be in between", &output)
        }
        joining?.deadline = moment.now + .seconds(600)
        sessions[id]?.phase = .joining(.accepted, until: moment.now + .seconds(600))
        output.notices.append(.joinWords(transcript.words))
    }

    private mutating func enter(
        _ id: SessionID, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        guard let attempt = joining, attempt.session == id, let genesis = attempt.genesis,
            let inviter = attempt.answer.flatMap({ NodeID($0.node) })
        else { return }
        joining = nil
        enter(genesis, name: attempt.name, &output)
        try addOwnOperator(attempt.operatorName, storage, &output)
        var knowledge = PeerKnowledge()
        knowledge.addresses = [attempt.address]
        peers[inviter] = knowledge
        unsavedPeers.insert(inviter)
        savePeers(&output)
        output.notices.append(.joined(.init(peer: inviter)))
        sessions[id]?.peer = inviter
        sessions[id]?.phase = .greeting(until: moment.now + .seconds(Limits.admissionSeconds))
        try greet(id, storage, &output)
    }

    // MARK: - failing

    private mutating func fail(join failure: JoinFailure, _ output: inout Output) {
        guard joining != nil else { return }
        joining = nil
        output.notices.append(.joinFailed(failure))
    }

    mutating func failJoin(dialled address: String, _ failure: JoinFailure, _ output: inout Output)
    {
        if joining?.address == address, joining?.session == nil { fail(join: failure, &output) }
    }

    mutating func failJoin(session id: SessionID, _ bye: Bye, _ output: inout Output) {
        guard joining?.session == id else { return }
        switch (bye.knownReason, sessions[id]?.phase) {
        case (.joinRefused, .joining(.accepted, _)): fail(join: .refusedByPerson, &output)
        case (.joinRefused, .joining(.proved, _)): fail(join: .wrongCode, &output)
        case (.joinRefused, _): fail(join: .keyNotTaken, &output)
        // Once the code was shown, whoever was shown it owes a proof.
        case (_, .joining(.proved, _)): fail(join: .unproven, &output)
        case (.joinClosed, _): fail(join: .notInviting, &output)
        case (.takenOut, _): fail(join: .takenOut, &output)
        default: fail(join: .cutOff, &output)
        }
    }

    /// Ends what a session was part of: this laptop's own attempt, or somebody's at this one.
    mutating func endJoin(of session: SyncSession, _ output: inout Output) {
        if case .joining(.answered(_, _, let code), _) = session.phase, code == invitation?.code {
            countFailure(&output)
        }
        guard joining?.session == session.id else { return }
        if case .joining(.proved, _) = session.phase {
            fail(join: .unproven, &output)
        } else {
            fail(join: .cutOff, &output)
        }
    }

    /// Whatever an inviter would never say: it was not the inviter who said it.
    mutating func suspectSomebodyInBetween(_ id: SessionID, _ output: inout Output) {
        if joining?.session == id { fail(join: .somebodyInBetween, &output) }
    }

    mutating func expireJoin(_ output: inout Output) {
        guard let attempt = joining, attempt.deadline <= moment.now else { return }
        if let id = attempt.session { bye(id, .joinClosed, "time over", &output) }
        fail(join: .unreachable, &output)
    }
}
