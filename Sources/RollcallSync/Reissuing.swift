import RollcallCore
import RollcallTrust
import RollcallWire

/// Writing anew, as one's own, what was adopted of a branch.
///
/// A branch's own changes never count: others name the number under which they were written, and nobody can say which content
/// they mean. Whoever adopts them writes what they say again; then it has one name, for all.
extension Laptop {
    /// - Parameter chosen: Changes of branches.
    mutating func reissue(
        _ chosen: Set<Dot>, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        // In one run: two sides may have written of one record, and a run sees nothing of another that is not written yet.
        var existing: [Draft] = []
        for (path, dots) in Dictionary(grouping: chosen, by: \.replica)
            .sorted(by: { heads[$0.key].id.precedes(heads[$1.key].id) })
        {
            let side = try ForkedSide(path, of: self, storage)
            let kept = try side.drafts(of: dots.map { heads.written($0).counter })
            for (record, drafts) in kept.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                // What another side calls the same may be another person.
                guard try hasTwin(record, besides: path, storage) else {
                    existing += drafts.map { $0.about(.existing(record)) }
                    continue
                }
                // Under another name nothing would open that is sealed under this one.
                let opened = try drafts.map { try open($0, of: record) }
                try write(
                    opened.enumerated().map { $1.about($0 == 0 ? .new : .createdByFirst) },
                    storage, &output)
            }
            if isPlanted(.sidesAdoptedApart) {
                try write(existing, storage, &output)
                existing = []
            }
        }
        try write(existing, storage, &output)
    }

    /// Whether a record's name stands on another side of a fork for a record, too.
    private func hasTwin(
        _ record: Dot, besides path: ReplicaNumber, _ storage: some RegisterStorage
    ) throws -> Bool {
        guard record.counter > heads.base(of: path), record.replica == heads.origin(of: path)
        else { return false }
        for other in heads.branches(of: record.replica)
        where other != path && heads.base(of: other) < record.counter {
            let dot = Dot(other, record.counter - heads.base(of: other))
            if let stored = try storage.change(dot),
                try Change.record(ofStored: stored.content) == record
            {
                return true
            }
        }
        return false
    }
}

extension Draft {
    fileprivate func about(_ target: Target) -> Draft {
        var draft = self
        draft.record = target
        return draft
    }
}

/// What a replica's writer wrote on one side of a fork, under the numbers that it gave.
private struct ForkedSide {
    private var changes: [UInt64: Change] = [:]
    private var origin: ReplicaNumber

    init(
        _ path: ReplicaNumber, of laptop: Laptop, _ storage: some RegisterStorage
    ) throws {
        let heads = laptop.heads
        origin = heads.origin(of: path)
        let shared = heads[origin].height
        for stored in try laptop.changes(
            of: path, from: shared + 1, through: heads.end(of: path), contentBytesMax: .max, storage
        ) {
            changes[stored.dot.counter] = try Change(dot: stored.dot, stored: stored.content)
        }
    }

    /// By record, what is to be written anew: of each field what no other chosen change replaces.
    func drafts(of counters: [UInt64]) throws -> [Dot: [Draft]] {
        let chosen = counters.sorted().compactMap { changes[$0] }
            .filter { !$0.isErased && !$0.saysNothing }
        var replaced: Set<WriteName> = []
        for change in chosen {
            for write in change.writes {
                for name in write.names { replaced.insert(WriteName(name, write.field)) }
            }
        }
        var drafts: [Dot: [Draft]] = [:]
        for change in chosen {
            var draft = Draft(
                kind: change.kind, record: .new, operatorDot: change.operatorDot)
            for write in change.writes
            where !replaced.contains(WriteName(change.dot, write.field)) {
                draft.append(
                    write.field, names: names(of: write, in: change.record),
                    body: Array(change.bodies[write.body]))
            }
            if !draft.writes.isEmpty { drafts[change.record, default: []].append(draft) }
        }
        return drafts
    }

    /// What a write replaces outside of this side: by itself, or by what it replaces in it.
    private func names(of write: Write, in record: Dot) -> [Dot] {
        var found: Set<Dot> = []
        var (open, seen) = (write.names, Set<Dot>())
        while let name = open.popLast() {
            guard seen.insert(name).inserted else { continue }
            guard name.replica == origin, let change = changes[name.counter] else {
                found.insert(name)
                continue
            }
            open += change.writes.first { $0.field == write.field }?.names ?? []
        }
        return found.sorted { $0.rawValue < $1.rawValue }
    }

    private struct WriteName: Hashable {
        var dot: Dot
        var field: FieldNumber
        init(_ dot: Dot, _ field: FieldNumber) { (self.dot, self.field) = (dot, field) }
    }
}
