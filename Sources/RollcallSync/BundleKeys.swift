public import RollcallCore
public import RollcallTrust

/// The keys to which bundles for this laptop are sealed, and for the others.
extension Laptop {
    /// After which a laptop seals nothing more to a key of its own.
    public static let bundleKeyDays: UInt64 = 30

    /// A key of this laptop's, kept as long as somebody may seal to it.
    struct OwnBundleKey {
        var entry: Dot
        /// In ms since 1970, by the clock of that time.
        var madeAt: UInt64
        var identity: AgeIdentity
    }

    /// What opens bundles for this laptop, newest first.
    public func bundleIdentities(_ storage: some RegisterStorage) throws -> [AgeIdentity] {
        try ownBundleKeys(storage).reversed().map(\.identity)
            + [pendingRequest?.identity].compactMap(\.self)
    }

    /// The key of a request is this laptop's first one: others seal to it until it says another.
    mutating func keepBundleKey(
        of request: PendingRequest, _ entry: Dot, _ output: inout Output
    ) throws {
        let key = OwnBundleKey(
            entry: entry, madeAt: request.madeAt, identity: try AgeIdentity(request.bundleKey))
        output.commit.append(.meta(Key.bundleKeys, Self.encoded([key])))
    }

    /// To what a bundle for a member is sealed; none if it has not said yet.
    ///
    /// Several where two machines have its home, or it was restored: each may be the one that lives on.
    public func recipients(of node: NodeID) -> [AgeRecipient] {
        membership?.isMember(node) == true ? membership?.bundleKeys[node] ?? [] : []
    }

    /// Makes a new key where there is none, the last one is old, or the clock says that it is from the future; lets go of those that
    /// nobody seals to any more.
    ///
    /// - Returns: Whether anything was done.
    public mutating func renewBundleKey(
        _ moment: Moment, _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Bool {
        self.moment = moment
        guard let membership, membership.isMember(node) else { return false }
        var keys = try ownBundleKeys(storage)
        let count = keys.count
        keys = stillUsed(keys)
        let newest = keys.last
        let isKnown = newest.map {
            recipients(of: node).map(\.bytes).contains($0.identity.publicKey)
        }
        if isKnown != true || isOld(newest) {
            let secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &chance) }
            let identity = try AgeIdentity(secret)
            let entry = KeyEntry(try AgeRecipient(identity.publicKey))
            let dot = try writeControl(ChangeKind.key, entry.encoded(), storage, &output)
            keys.append(.init(entry: dot, madeAt: moment.wallClock, identity: identity))
        } else if keys.count == count {
            return false
        }
        output.commit.append(.meta(Key.bundleKeys, Self.encoded(keys)))
        return true
    }

    private func isOld(_ key: OwnBundleKey?) -> Bool {
        guard let key else { return true }
        let age = Int64(bitPattern: moment.wallClock &- key.madeAt)
        return age.magnitude > Self.bundleKeyDays * 86_400_000
    }

    /// Without those of which all who may export have heard that another came after.
    private func stillUsed(_ keys: [OwnBundleKey]) -> [OwnBundleKey] {
        let others = membership?.members.keys.filter { $0 != node } ?? []
        let replaced = zip(keys, keys.dropFirst()).prefix { _, later in
            isPlanted(.keyDestroyedSoon)
                || others.allSatisfy {
                    peers[$0]?.acknowledged[later.entry.replica] ?? 0 >= later.entry.counter
                }
        }
        return Array(keys.dropFirst(Array(replaced).count))
    }

    private func ownBundleKeys(_ storage: some RegisterStorage) throws -> [OwnBundleKey] {
        guard let stored = try storage.meta(Key.bundleKeys) else { return [] }
        var reader = ByteReader(stored)
        var keys: [OwnBundleKey] = []
        while !reader.isAtEnd {
            guard let entry = Dot(rawValue: try reader.u64("entry")) else {
                throw FormatError(.badReference, "bundle key")
            }
            keys.append(
                OwnBundleKey(
                    entry: entry,
                    madeAt: try reader.u64("made at"),
                    identity: try AgeIdentity(try reader.raw(32, "identity"))))
        }
        return keys
    }

    private static func encoded(_ keys: [OwnBundleKey]) -> [UInt8] {
        var writer = ByteWriter()
        for key in keys {
            writer.u64(key.entry.rawValue)
            writer.u64(key.madeAt)
            writer.raw(key.identity.bytes)
        }
        return writer.bytes
    }
}
