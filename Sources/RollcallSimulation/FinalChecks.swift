import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

extension Team {
    /// Acknowledged changes that are not there at the end, and could not be.
    var lossesSeen: Int {
        guard let node = core.first else { return 0 }
        let heights = heights(of: node)
        return journal.acknowledged.count {
            heights[Int($0.key >> 40)] ?? 0 < $0.key & Dot.counterMax
        }
    }

    /// Every law, on what the disks of the core hold; a digest of the state without what clocks claimed.
    func checkAll() throws -> UInt64 {
        let core = core
        guard let first = core.first else { throw SimulationFailure(.crashed, "nobody is left") }
        try checkSameChanges(core)
        try journal.forkers.isEmpty ? checkAcknowledged(first) : checkForked(first)
        for node in core {
            try checkAcknowledgements(of: node)
            try checkErased(node)
            try checkTrunks(of: node)
            try checkCustody(of: node)
        }
        try checkCounts(core)
        try checkStanding(core)
        try checkSample(core)
        return try checkViews(core[Int(plan.options.seed % UInt64(core.count))], core)
    }

    /// A chain hash commits to all that comes before it, so heights and hashes of heads tell all.
    private func checkSameChanges(_ core: [SimulatedNode]) throws {
        var prints: [[UInt8]] = []
        var heads: [[Int: [UInt8]]] = []
        for node in core {
            var byReplica: [Int: [UInt8]] = [:]
            for row in try node.disk.replicas() where row.height > 0 {
                byReplica[journal.number(ofKnown: row.id)] = row.hash
                guard node.isDurable(Dot(row.number, row.height)) else {
                    throw SimulationFailure(.divergent, "\(node.name): a row unlike its changes")
                }
            }
            heads.append(byReplica)
            prints.append(try node.laptop?.fingerprint(node.disk) ?? [])
        }
        guard heads.allSatisfy({ $0 == heads[0] }) else { throw SimulationFailure(.divergent, "") }
        guard prints.allSatisfy({ $0 == prints[0] }) else {
            throw SimulationFailure(.fingerprints, "")
        }
    }

    private func checkAcknowledged(_ node: SimulatedNode) throws {
        let heights = heights(of: node)
        for (key, author, _) in journal.acknowledged {
            let counter = key & Dot.counterMax
            guard heights[Int(key >> 40)] ?? 0 < counter, !journal.lossesExpected.contains(key),
                !journal.revoked.contains(nodes[author].identity.node)
            else { continue }
            throw SimulationFailure(.lost, "change \(counter) acknowledged at node \(author)")
        }
    }

    /// The side of a fork for which a revoke vouches has its replica's name, so that it counts.
    private func checkTrunks(of node: SimulatedNode) throws {
        guard let laptop = node.laptop, !journal.forkers.isEmpty, !journal.revoked.isEmpty else {
            return
        }
        let oracle = try CountedByOracle(node, laptop)
        let contents = try contents(of: node)
        for number in laptop.heads.allNumbers where !laptop.heads[number].id.isBranch {
            guard let cut = oracle.cut(of: laptop.heads[number].id),
                contents.contains(Journal.start(of: cut.hash))
            else { continue }
            guard try node.disk.change(Dot(number, cut.height))?.hash == cut.hash else {
                throw SimulationFailure(.cutLost, "\(node.name), change \(cut.height)")
            }
            if laptop.heads.branches(of: number).contains(where: {
                laptop.heads.base(of: $0) < cut.height
            }) {
                mark(.forkedBelowCut)
            }
        }
    }

    private func checkCounts(_ core: [SimulatedNode]) throws {
        let counts = try core.map { try $0.disk.counts() }
        for (node, count) in zip(core, counts) {
            guard count.records == counts[0].records, count.changes == counts[0].changes else {
                throw SimulationFailure(.divergent, "counts of \(node.name)")
            }
            // Whoever erased on the word of a laptop that was taken out before has no values to compare.
            guard areSomeExcused || count.conflicts == counts[0].conflicts else {
                throw SimulationFailure(.conflicts, node.name)
            }
            guard count.held == 0 || !journal.lossesExpected.isEmpty else {
                throw SimulationFailure(.held, "\(count.held) at \(node.name)")
            }
        }
    }

    /// Where a member forked its own replica, what was acknowledged may have another name: each content must be there.
    private func checkForked(_ node: SimulatedNode) throws {
        let isBranched = try node.disk.replicas().contains { $0.id.isBranch }
        if isBranched, marks[.fork] == 0 { throw SimulationFailure(.forkUnnamed, "") }
        let contents = try contents(of: node)
        for (key, author, content) in journal.acknowledged
        where !contents.contains(content) && !journal.lossesExpected.contains(key) {
            let node = nodes[author].identity.node
            guard !journal.revoked.contains(node), !journal.forkers.contains(node) else { continue }
            throw SimulationFailure(.lost, "acknowledged at node \(author), beside a fork")
        }
    }

    // MARK: - the oracle

    /// What a register must show, reckoned apart from the program: all that was written, minus all that was named.
    private func checkViews(_ node: SimulatedNode, _ core: [SimulatedNode]) throws -> UInt64 {
        guard let laptop = node.laptop else { return 0 }
        let oracle = try CountedByOracle(node, laptop)
        let all = try Written.all(of: node, laptop)
        let written = all.filter {
            oracle.counts(laptop.heads.table[$0.dot.replica], $0.dot.counter)
        }
        if written.count < all.count { mark(.quarantined) }
        if written.contains(where: {
            oracle.isAdopted(laptop.heads.table[$0.dot.replica], $0.dot.counter)
        }) {
            mark(.adopted)
        }
        let counted = Set(written.map(\.record))
        for record in Set(all.map(\.record)).subtracting(counted) {
            guard try laptop.view(of: record, node.disk) == nil else {
                throw SimulationFailure(.siblings, "\(node.name) shows what does not count")
            }
        }
        guard try node.disk.counts().records == counted.count else {
            throw SimulationFailure(.siblings, "\(node.name) counts other records")
        }
        let live = Written.live(written)
        var digest = TraceHash()
        let byRecord = Dictionary(grouping: live, by: \.record)
        var conflictCount = 0
        for record in counted.sorted(by: { $0.rawValue < $1.rawValue }) {
            let expected = byRecord[record] ?? []
            try checkView(of: record, expected, node, laptop)
            conflictCount += Written.conflictCount(expected, laptop.heads.table)
        }
        guard try node.disk.counts().conflicts == conflictCount else {
            throw SimulationFailure(
                .conflicts, "\(node.name) counts other than \(conflictCount)")
        }
        let table = laptop.heads.table
        for write in live.sorted(by: {
            $0.dot == $1.dot ? $0.field < $1.field : table.precedes($0.dot, $1.dot)
        }) {
            digest.add(table[write.dot.replica].incarnation)
            digest.add(write.dot.counter)
            digest.add(UInt64(write.field.rawValue))
            digest.add(write.body)
        }
        return digest.value
    }

    private struct Place: Hashable {
        var field: FieldNumber
        var dot: Dot
    }

    private func checkView(
        of record: Dot, _ expected: [Written], _ node: SimulatedNode, _ laptop: Laptop
    ) throws {
        guard let view = try laptop.view(of: record, node.disk) else {
            throw SimulationFailure(.siblings, "\(node.name) does not show a record")
        }
        var shown: Set<Place> = []
        for field in view.fields {
            for claim in field.values.flatMap(\.witnesses) {
                guard shown.insert(Place(field: field.field, dot: claim.dot)).inserted else {
                    throw SimulationFailure(.shownTwice, node.name)
                }
            }
        }
        // A value taken out of a set is shown by not being shown.
        let wanted = Set(
            expected.filter { !$0.isErased && ($0.field.kind != .set || $0.content != .removal) }
                .map { Place(field: $0.field, dot: $0.dot) })
        guard shown == wanted else {
            throw SimulationFailure(
                .siblings, "\(node.name): \(shown.count) shown, \(wanted.count) expected")
        }
    }
}

/// One write of one change, as it lies on a disk.
struct Written {
    var dot: Dot
    var record: Dot
    var field: FieldNumber
    var names: [Dot]
    var body: [UInt8]
    var isErased: Bool

    var content: Content { Body(body, 0..<body.count).content }

    /// All writes of the data lane that a node has applied.
    static func all(of node: SimulatedNode, _ laptop: Laptop) throws -> [Written] {
        var written: [Written] = []
        for row in try node.disk.replicas() where row.id.lane == .data && row.height > 0 {
            for stored in try node.disk.changes(
                of: row.number, from: 1, through: row.height, contentBytesMax: .max)
            {
                let change = try Change(dot: stored.dot, stored: stored.content)
                for write in change.writes {
                    written.append(
                        Written(
                            dot: change.dot, record: change.record, field: write.field,
                            names: write.names, body: Array(change.body(of: write)),
                            isErased: change.isErased))
                }
            }
        }
        return written
    }

    private struct Name: Hashable {
        var record: Dot
        var field: FieldNumber
        var dot: Dot
    }

    /// Applied, and named by none.
    static func live(_ written: [Written]) -> [Written] {
        var named: Set<Name> = []
        for write in written {
            for name in write.names {
                named.insert(Name(record: write.record, field: write.field, dot: name))
            }
        }
        return written.filter {
            !named.contains(Name(record: $0.record, field: $0.field, dot: $0.dot))
        }
    }

    /// Fields of one record that a person must settle.
    static func conflictCount(_ live: [Written], _ table: ReplicaTable) -> Int {
        Dictionary(grouping: live.filter { !$0.isErased }, by: \.field).count { field, writes in
            let contents = writes.map(\.content)
            switch field.kind {
            case .set, .log: return false
            case .event:
                let unlike = Set(contents)
                let stages = Set(
                    unlike.map { content in
                        if case .event(let stage, _) = content { stage } else { "" }
                    })
                return unlike.count > stages.count
            case .single where field != .removed: return Set(contents).count > 1
            case .single:
                let marks = contents.compactMap { content in
                    if case .mark(let mark) = content { mark } else { nil }
                }
                if Set(marks.map(\.isRemoved)).count > 1 { return true }
                guard marks.first?.isRemoved == true else { return false }
                let seen = Set(marks.flatMap(\.shown))
                return live.contains {
                    $0.field != .removed
                        && !seen.contains(
                            NamedDot(replica: table[$0.dot.replica], counter: $0.dot.counter))
                }
            }
        }
    }
}
