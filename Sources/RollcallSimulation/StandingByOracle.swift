import RollcallCore
import RollcallTrust

/// An entry about who may do what, or about what must not be erased.
struct Said {
    enum Act {
        case role(of: NodeID, UInt8)
        case keys(id: [UInt8], [NodeID])
        case recover(Recovery)
        case hold(HoldEntry)
    }

    var by: ReplicaID
    var counter: UInt64
    var act: Act

    init?(
        _ kind: UInt64, _ bytes: [UInt8], by replica: ReplicaID, _ counter: UInt64,
        in register: RegisterID?
    ) {
        by = replica
        self.counter = counter
        switch kind {
        case ChangeKind.member:
            guard let entry = try? MemberEntry(bytes) else { return nil }
            act = .role(of: entry.node, entry.role)
        case ChangeKind.role:
            guard let entry = try? RoleEntry(bytes) else { return nil }
            act = .role(of: entry.node, entry.role.rawValue)
        case ChangeKind.hold:
            guard let entry = try? HoldEntry(bytes) else { return nil }
            act = .hold(entry)
        case ChangeKind.recovery:
            guard let register, let entry = try? RecoveryEntry(bytes) else { return nil }
            switch entry {
            case .keys(let keys):
                act = .keys(id: keys.set(in: register, of: replica, counter), keys.keys)
            case .recover(let recovery): act = .recover(recovery)
            }
        default: return nil
        }
    }
}

/// Roles, recovery keys and holds by the rules as they are written, slowly and with nothing kept.
extension CountedByOracle {
    struct Holds {
        var onAll: Set<GlobalDot> = []
        /// By record the entries that decide and hold.
        var onRecords: [EraseEntry.Name: Set<GlobalDot>] = [:]
    }

    private func counts(_ one: Said) -> Bool { counts(one.by, one.counter) }

    private func knows(_ author: Said, _ one: Said) -> Bool {
        known(to: author.by, author.counter)[one.by] ?? 0 >= one.counter
    }

    /// Those whom the author of no other knew.
    private func latest(_ about: [Said]) -> [Said] {
        about.filter { one in !about.contains { knows($0, one) } }
    }

    // MARK: - recovery keys

    private var sets: [(said: Said, id: [UInt8], keys: [NodeID])] {
        said.compactMap { one in
            guard case .keys(let id, let keys) = one.act, counts(one) else { return nil }
            return (one, id, keys)
        }
    }

    /// The sets of recovery keys that hold.
    var recoverySets: [(id: [UInt8], keys: [NodeID])] {
        let all = sets
        return all.filter { one in !all.contains { knows($0.said, one.said) } }
            .map { ($0.id, $0.keys) }
    }

    private func isBorne(_ one: Said, _ recovery: Recovery) -> Bool {
        let all = sets
        return all.contains { set in
            set.id == recovery.set && knows(one, set.said)
                && recovery.proofs.allSatisfy { set.keys.contains($0.key) }
                && !all.contains { knows($0.said, set.said) && !knows($0.said, one) }
        }
    }

    /// Whether somebody recovered with keys whose place others took without knowing of it.
    var hasRecoveryUndone: Bool {
        said.contains { one in
            if case .recover(let recovery) = one.act {
                counts(one) && !isBorne(one, recovery)
            } else {
                false
            }
        }
    }

    // MARK: - roles

    /// Nil for one that is no member.
    func role(of node: NodeID, founder: NodeID) -> UInt8? {
        guard admitted.contains(node), !revokes.contains(where: { $0.node == node }) else {
            return nil
        }
        let about = said.filter { one in
            guard counts(one) else { return false }
            return switch one.act {
            case .role(of: node, _): true
            case .recover(let recovery): one.by.node == node && isBorne(one, recovery)
            default: false
            }
        }
        let roles = latest(about).map { one in
            if case .role(_, let role) = one.act { role } else { Role.administrator.rawValue }
        }
        return roles.max() ?? Role.administrator.rawValue
    }

    // MARK: - holds

    var holds: Holds {
        var holds = Holds()
        var byRecord: [EraseEntry.Name: [Said]] = [:]
        var onAll: [Said] = []
        for one in said {
            guard case .hold(let entry) = one.act, counts(one) else { continue }
            if entry.records.isEmpty { onAll.append(one) }
            for record in entry.records { byRecord[record, default: []].append(one) }
        }
        holds.onAll = standing(onAll)
        holds.onRecords = byRecord.mapValues(standing).filter { !$0.value.isEmpty }
        return holds
    }

    private func standing(_ about: [Said]) -> Set<GlobalDot> {
        let holding = latest(about).filter { one in
            if case .hold(let entry) = one.act { entry.verdict == .hold } else { false }
        }
        return Set(holding.map { GlobalDot(replica: $0.by, counter: $0.counter) })
    }

    func isUnderHold(_ record: EraseEntry.Name) -> Bool {
        let holds = holds
        return !holds.onAll.isEmpty || holds.onRecords[record] != nil
    }
}
