import RollcallControl
import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// Who is in the register, and who is taken out.
extension Driver {
    func memberReports() throws -> [MemberReport] {
        guard let membership = laptop.membership else { throw LaptopError.noRegister }
        let members = membership.members.values.map { report($0, revokedFor: []) }
        let revoked = membership.revoked.values.map { report($0.member, revokedFor: $0.reasons) }
        return (members + revoked).sorted { $0.node < $1.node }
    }

    func membersReport() throws -> MembersReport {
        guard let membership = laptop.membership else { throw LaptopError.noRegister }
        return MembersReport(
            title: membership.genesis.title, registerGrouped: membership.register.checkedText)
    }

    private func report(_ member: Member, revokedFor reasons: [String]) -> MemberReport {
        MemberReport(
            node: member.node.text, name: member.name, role: Self.roleName(member.role),
            reads: reads(member.node), isThis: member.node == laptop.node, revokedFor: reasons)
    }

    /// The restricted classes of which a laptop has the key; of this one it is known, of others that it was given.
    private func reads(_ node: NodeID) -> [String] {
        let classes = node == laptop.node ? laptop.openClasses : laptop.classes(givenTo: node)
        return classes.compactMap { fieldClass in
            switch fieldClass {
            case 3: "private"
            case 4: "danger"
            default: nil
            }
        }
    }

    static func roleName(_ role: UInt8) -> String {
        switch Role(rawValue: role) {
        case .administrator: "administrator"
        case .operator: "operator"
        case .medic: "medic"
        case .observer: "observer"
        case nil: "role_\(role)"
        }
    }

    static func role(_ name: String) throws -> Role {
        guard let role = Role.allCases.first(where: { roleName($0.rawValue) == name }) else {
            throw ControlError(
                .badValue, "a role is administrator, operator, medic or observer")
        }
        return role
    }

    func revoke(_ text: String, reason: String, upTo: [String]) throws -> RevokeReport {
        let member = try member(text)
        let reason = try Self.name(reason, "reason")
        var believed: [ReplicaID: UInt64] = [:]
        for text in upTo {
            let dot = try dot(text)
            let replica = laptop.heads.table[dot.replica]
            guard replica.node == member.node, replica.lane == .data else {
                throw ControlError(.badDot, "this is no change that \(member.name) wrote")
            }
            believed[replica] = max(believed[replica] ?? 0, dot.counter)
        }
        believed.merge(try filesNamed(by: believed, of: member.node)) { named, _ in named }
        let (now, upTo) = (moment, believed)
        _ = try act { laptop, store, output in
            try laptop.revoke(
                member.node, reason: reason, upTo: upTo, now, store, &output)
        }
        return RevokeReport(
            node: member.node.text, name: member.name,
            quarantined: try waitingCount())
    }

    func giveRole(_ name: String, to text: String) throws -> RoleReport {
        let member = try member(text)
        let role = try Self.role(name)
        let now = moment
        _ = try act { laptop, store, output in
            try laptop.give(role, to: member.node, now, store, &output)
        }
        return RoleReport(node: member.node.text, name: member.name, role: name)
    }
}
