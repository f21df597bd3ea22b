public import RollcallCore
public import RollcallTrust
import RollcallWire

/// Three recovery keys that an administrator made, by their public halves.
public struct RecoverySet: Equatable, Sendable {
    /// 32 bytes that name it (``RecoveryKeys/set(in:of:_:)``).
    public var id: [UInt8]
    /// Ascending.
    public var keys: [NodeID]
    /// The control change that made them known.
    public var entry: Dot
    public var author: NodeID
}

/// Why two recovery keys make this laptop no administrator; nothing was changed.
public enum RecoveryRefusal: Equatable, Sendable {
    /// It is one.
    case administratorAlready
    /// No set holds.
    case noKeys
    case sameKey
    /// The first or second is of no set that holds.
    case unknownKey(Int)
    case keysOfTwoSets
}

extension Authority {
    /// Whether two keys of a set make the author of an entry an administrator: it knew the set, which counts, and no set that counts
    /// took its place without knowing of the entry.
    mutating func bears(_ recovery: Recovery, _ judged: ControlHistory.Judged) -> Bool {
        var isBorne = false
        for (place, set, by) in knownSets where set.id == recovery.set {
            guard by.isKnown(in: judged.past), countsAsSet(place),
                recovery.proofs.allSatisfy({ set.keys.contains($0.key) })
            else { continue }
            isBorne =
                isBorne || isPlanted(.recoveryOutlivesKeys)
                || !isReplaced(by, unlessKnowing: judged)
        }
        return isBorne
    }

    /// The dots of what lets a node in and gives it a role, and of the sets that it recovered with.
    func grounds(_ grants: [ControlHistory.Judged]) -> [Dot] {
        grants.flatMap { grant in
            guard case .recover(let recovery) = grant.entry.act else { return [grant.entry.dot] }
            let sets = knownSets.filter { $0.set.id == recovery.set }.map(\.set.entry)
            return sets + [grant.entry.dot]
        }
    }

    private mutating func isReplaced(
        _ set: ControlHistory.Judged, unlessKnowing recovered: ControlHistory.Judged
    ) -> Bool {
        for (place, _, by) in knownSets
        where set.isKnown(in: by.past) && !recovered.isKnown(in: by.past) {
            if by.entry.dot != set.entry.dot, countsAsSet(place) { return true }
        }
        return false
    }
}

extension Laptop {
    public var recoverySets: [RecoverySet] { membership?.recoverySets ?? [] }

    /// Makes the public halves of three recovery keys known, in place of all that are known here.
    ///
    /// - Throws: ``LaptopError/notAllowed`` unless this laptop is an administrator.
    @discardableResult
    public mutating func setRecoveryKeys(
        _ keys: RecoveryKeys, _ moment: Moment, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws -> Dot {
        self.moment = moment
        guard let membership else { throw LaptopError.noRegister }
        guard membership.isAdministrator(node) else { throw LaptopError.notAllowed }
        return try writeControl(
            ChangeKind.recovery, RecoveryEntry.keys(keys).encoded(), storage, &output)
    }

    /// Makes this laptop an administrator with two recovery keys of one set that holds.
    ///
    /// - Throws: ``LaptopError/notAllowed`` where it is no member, ``LaptopError/revoked``, and ``LaptopError/recovery(_:)``.
    @discardableResult
    public mutating func recover(
        with first: NodeKey, and second: NodeKey, _ moment: Moment,
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Dot {
        self.moment = moment
        guard let membership else { throw LaptopError.noRegister }
        guard membership.revoked[node] == nil else { throw LaptopError.revoked }
        guard membership.isMember(node) else { throw LaptopError.notAllowed }
        guard !membership.isAdministrator(node) else {
            throw LaptopError.recovery(.administratorAlready)
        }
        let set = try set(of: first.node, second.node)
        let replica = beginReplica(.control, &output)
        let (id, counter) = (heads[replica].id, heads[replica].height + 1)
        let recovery = Recovery(
            by: [first, second], of: set.id, in: membership.register, at: id, counter)
        return try writeControl(
            ChangeKind.recovery, RecoveryEntry.recover(recovery).encoded(), storage, &output)
    }

    private func set(of first: NodeID, _ second: NodeID) throws -> RecoverySet {
        guard !recoverySets.isEmpty else { throw LaptopError.recovery(.noKeys) }
        guard first != second else { throw LaptopError.recovery(.sameKey) }
        for (place, key) in [first, second].enumerated() {
            guard recoverySets.contains(where: { $0.keys.contains(key) }) else {
                throw LaptopError.recovery(.unknownKey(place + 1))
            }
        }
        let set = recoverySets.first { $0.keys.contains(first) && $0.keys.contains(second) }
        guard let set else { throw LaptopError.recovery(.keysOfTwoSets) }
        return set
    }
}
