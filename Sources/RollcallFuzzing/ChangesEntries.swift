import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire

/// Changes, as they come and as they lie on disk, and what is made of them.
enum ChangesEntries {
    static let all = [
        Decoder("changes", bytesMax: 1 << 15) { bytes in try read(bytes) },
        Decoder("merge", bytesMax: 1 << 14) { bytes in try merge(bytes) },
        Decoder("body", bytesMax: 1 << 13) { bytes in body(bytes) },
        Decoder("stored-change", bytesMax: 1 << 13) { bytes in try storedChange(bytes) },
        Decoder("record-state") { bytes in try recordState(bytes) },
        Decoder("salt-tree") { bytes in try saltTree(bytes) },
        Decoder("peer-knowledge") { bytes in try peerKnowledge(bytes) },
    ]

    private static func decoded(_ bytes: [UInt8], _ table: inout ReplicaTable) throws
        -> ChangesMessage
    {
        var numbering = SessionReplicas()
        return try ChangesMessage(bytes, table: &table, numbering: &numbering)
    }

    /// Its writer has a choice of columns, so it must mean the same when written again.
    static func read(_ bytes: [UInt8]) throws {
        var table = ReplicaTable()
        let message = try decoded(bytes, &table)
        var numbering = SessionReplicas()
        let again = message.encode(table, numbering: &numbering)
        var sameTable = table
        require(
            try decoded(again, &sameTable) == message, "changes mean the same when written again")

        var hasher = ChainHasher()
        var hash = [UInt8](repeating: 7, count: 32)
        for change in message.changes.prefix(64) {
            let commitments = hasher.commitments(to: change, leaf: hash.prefix(16))
            hash = hasher.link(hash, change, commitments, table)
            _ = RecordDigest.of(change, commitments, table)
            require(
                try Change(dot: change.dot, stored: change.stored()) == change,
                "a change lies on disk as it came")
            for write in change.writes { body(Array(change.body(of: write))) }
        }
    }

    // MARK: - merging

    private struct Applied {
        var states: [Dot: RecordState] = [:]
        var changes: [Dot: Change] = [:]

        mutating func apply(_ change: Change) {
            guard changes[change.dot] == nil else { return }
            changes[change.dot] = change
            let known = changes
            states[change.record, default: RecordState()].apply(change) { dot in
                known[dot]?.writes.map(\.field) ?? []
            }
        }

        /// For each record its live writes, whatever the order in which they came.
        var live: [Dot: [Dot: Set<FieldNumber>]] {
            states.mapValues { state in
                var live: [Dot: Set<FieldNumber>] = [:]
                for entry in state.entries {
                    switch entry.live {
                    case .all: live[entry.dot] = Set(changes[entry.dot]?.writes.map(\.field) ?? [])
                    case .some(let fields): live[entry.dot] = Set(fields)
                    }
                }
                return live
            }
        }
    }

    /// Any order of the same changes makes the same records (law 2).
    private static func merge(_ bytes: [UInt8]) throws {
        var choices = Choices(bytes)
        var table = ReplicaTable()
        var changes: [Change] = []
        var known: Set<Dot> = []
        while !choices.isAtEnd {
            guard let message = try? decoded(choices.piece(), &table) else { continue }
            for change in message.changes.prefix(256) where known.insert(change.dot).inserted {
                changes.append(change)
            }
        }
        var forward = Applied()
        for change in changes { forward.apply(change) }
        var backward = Applied()
        for change in changes.reversed() { backward.apply(change) }
        require(forward.live == backward.live, "order does not matter")

        for state in forward.states.values {
            require(try RecordState(encoded: state.encoded()) == state, "a state as it was")
            let writes = state.entries.compactMap { entry -> LiveWrites? in
                guard let change = forward.changes[entry.dot] else { return nil }
                switch entry.live {
                case .all: return LiveWrites(change: change, fields: change.writes.map(\.field))
                case .some(let fields): return LiveWrites(change: change, fields: fields)
                }
            }
            _ = RecordView(writes, table).isRemoved
        }
    }

    // MARK: - parts, and forms on disk

    static func body(_ bytes: [UInt8]) {
        let body = Body(bytes, 0..<bytes.count)
        if case .opaque(let kept) = body.content {
            require(body.source != nil || body.reason != nil || kept == bytes, "kept whole")
        }
        guard let strict = try? Body(strictly: bytes, 0..<bytes.count) else { return }
        if case .opaque = strict.content { return }
        let again = strict.encoded()
        guard again.count <= Body.bytesMax else { return }
        require(
            (try? Body(strictly: again, 0..<again.count)) == strict, "a body means the same again")
        let siblings = Siblings(
            field: FieldNumber(UInt32(bytes.first ?? 0)),
            claims: [strict, body].map {
                Claim(
                    dot: Dot(ReplicaNumber(0), 1), operatorDot: nil, recordedAt: .max, body: $0)
            })
        require(siblings.values.count <= 2, "no more values than claims")
    }

    private static func storedChange(_ bytes: [UInt8]) throws {
        let change = try Change(dot: Dot(ReplicaNumber(0), 1), stored: bytes)
        require(
            try Change(dot: change.dot, stored: change.stored()) == change, "a change as it was")
        for write in change.writes { body(Array(change.body(of: write))) }
    }

    private static func recordState(_ bytes: [UInt8]) throws {
        let state = try RecordState(encoded: bytes)
        require(try RecordState(encoded: state.encoded()) == state, "a state as it was")
        _ = state.isOneChange
    }

    private static func saltTree(_ bytes: [UInt8]) throws {
        let tree = try SaltTree(encoded: bytes)
        MessageEntries.written(tree.encoded(), bytes)
        for node in tree.nodes.prefix(4) {
            _ = tree.leaf(node.subtree.first)
            var copy = tree
            try? copy.insert(SaltSubtree(first: 1, level: 8), node.value)
        }
        _ = tree.leaves(1, Limits.changesPerBlock)
    }

    private static func peerKnowledge(_ bytes: [UInt8]) throws {
        var knowledge = try PeerKnowledge(encoded: bytes)
        require(
            try PeerKnowledge(encoded: knowledge.encoded()) == knowledge, "knowledge as it was")
        knowledge.learn(knowledge.base, nonce: 1, earlier: [2])
        _ = knowledge.acknowledged.changeCount(missingFrom: knowledge.base)
    }
}
