public import RollcallCore
public import RollcallTrust
public import RollcallWire

/// Why somebody is not let in, whichever way they ask.
public enum NewcomerRefusal: Equatable, Sendable {
    case weakKey
    /// Nothing brings back who was taken out: the laptop is installed anew and has another key.
    case takenOut
    /// A member has this node key and another TLS key.
    case otherTLSKey
    /// Another node has this TLS key, or had it when it was taken out.
    case tlsKeyTaken
    case noRoom
    case otherRegister
}

extension Laptop {
    /// What stands against letting a newcomer in; nil for one who may come, and for a member that asks again.
    ///
    /// A member that asks again lost the answer of its first time; its entry stands, and only its key may use it.
    func refusal(ofNewcomer newcomer: NodeID, tlsKeyHash: [UInt8]) -> NewcomerRefusal? {
        guard let membership else { return .otherRegister }
        guard identity.key.scheme.verifier(of: newcomer) != nil else { return .weakKey }
        guard membership.revoked[newcomer] == nil else { return .takenOut }
        if let member = membership.members[newcomer] {
            if member.tlsKeyHash != tlsKeyHash { return .otherTLSKey }
        } else if membership.members.count >= Limits.membersMax {
            return .noRoom
        }
        return membership.isTaken(tlsKeyHash: tlsKeyHash, byOtherThan: newcomer)
            ? .tlsKeyTaken : nil
    }

    /// Writes the entry that lets a newcomer in; for a member nothing, its entry stands.
    ///
    /// - Returns: Whether there was none yet.
    @discardableResult
    mutating func enrol(
        _ entry: MemberEntry, _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Bool {
        guard membership?.isMember(entry.node) != true else { return false }
        _ = try writeControl(ChangeKind.member, entry.encoded(), storage, &output)
        return true
    }

    // MARK: - by stick

    /// Judges a request that came by stick, as far as this laptop can without its number.
    ///
    /// - Throws: `FormatError` where what it proves does not hold.
    public func judge(_ request: JoinRequest) throws {
        guard let membership else { throw LaptopError.noRegister }
        try request.check(by: identity.key.scheme)
        guard request.register == membership.register.bytes else {
            throw LaptopError.notAdmitted(.otherRegister)
        }
        guard membership.isAdministrator(node) else { throw LaptopError.notAllowed }
        if let refusal = refusal(ofNewcomer: request.node, tlsKeyHash: request.tlsKeyHash) {
            throw LaptopError.notAdmitted(refusal)
        }
    }

    /// Lets in whose request it is, once a person has told its number.
    ///
    /// - Returns: Whether it was no member yet.
    public mutating func admit(
        _ request: JoinRequest, as role: Role, _ moment: Moment, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws -> Bool {
        self.moment = moment
        try judge(request)
        let isNew = try enrol(
            MemberEntry(
                node: request.node, tlsKeyHash: request.tlsKeyHash, role: role,
                bundleKey: request.bundleKey, name: request.name, proof: request.enrolment),
            storage, &output)
        if isNew { output.notices.append(.admitted(request.node, name: request.name)) }
        return isNew
    }
}
