public import RollcallCore
import RollcallTrust
import RollcallWire

/// Whose values are to be destroyed, by the erasures that are known.
public struct Erasures: Equatable, Sendable {
    /// An erasure of a record, as people are told of it.
    public struct Erasure: Equatable, Sendable {
        public var entry: Dot
        public var reason: String
    }

    /// What some erasure destroys here.
    private(set) var destroyed: [ReplicaID: Set<UInt64>] = [:]
    /// What somebody may have destroyed, rightly then: their entry counts no more.
    private(set) var accepted: [ReplicaID: Set<UInt64>] = [:]
    private(set) var records: [EraseEntry.Name: [Erasure]] = [:]

    /// - Parameter entries: Those that their authors might write, with whether they count, in canonical order.
    init(_ entries: [(dot: Dot, entry: EraseEntry, counts: Bool)] = []) {
        for (dot, entry, counts) in entries {
            for erased in entry.records {
                for change in erased.changes {
                    accepted[change.replica, default: []].insert(change.counter)
                    if counts { destroyed[change.replica, default: []].insert(change.counter) }
                }
                guard counts else { continue }
                records[erased.record, default: []].append(
                    Erasure(entry: dot, reason: entry.reason))
            }
        }
    }

    func destroys(_ replica: ReplicaID, _ counter: UInt64) -> Bool {
        destroyed[replica]?.contains(counter) ?? false
    }

    /// Whether a change may come without its values.
    func accepts(_ replica: ReplicaID, _ counter: UInt64) -> Bool {
        accepted[replica]?.contains(counter) ?? false
    }
}

extension Laptop {
    // MARK: - what people ask

    /// Destroys all that is known of some records, on every laptop that hears of it, for good.
    ///
    /// What somebody else writes of them without knowing stays, and waits for another erasure.
    @discardableResult
    public mutating func erase(
        _ erased: [Dot], reason: String, _ moment: Moment, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws -> Dot {
        self.moment = moment
        guard let membership else { throw LaptopError.noRegister }
        guard membership.isAdministrator(node) else { throw LaptopError.notAllowed }
        var records: [EraseEntry.Erased] = []
        for record in erased {
            // Here alone: what was erased elsewhere, by somebody who did not know or care, is gone all the same.
            let holds = holds(on: record)
            guard holds.isEmpty || isPlanted(.erasedInSpiteOfHold) else {
                throw LaptopError.underHold(record, reasons: holds.map(\.reason))
            }
            // As they were written: what stands under one number on two sides of a fork goes on both.
            let names = Set(try changes(of: record, storage).map { name(heads.written($0)) })
                .filter { !membership.erasures.destroys($0.replica, $0.counter) }
            guard !names.isEmpty else { throw LaptopError.noSuchRecord }
            records.append(EraseEntry.Erased(record: name(record), changes: Array(names)))
        }
        let entry = EraseEntry(reason: reason, records: records).encoded()
        guard entry.count < Limits.bodyBytesMax else { throw LaptopError.changeTooLong }
        return try writeControl(ChangeKind.erase, entry, storage, &output)
    }

    func name(_ dot: Dot) -> EraseEntry.Name {
        EraseEntry.Name(replica: heads[dot.replica].id, counter: dot.counter)
    }

    /// All changes of a record that are here, whether they count or not.
    private func changes(of record: Dot, _ storage: some RegisterStorage) throws -> [Dot] {
        var dots: Set<Dot> = []
        if let stored = try storage.record(record) {
            dots.formUnion(try RecordRow(stored).state.entries.map(\.dot))
        }
        for stored in try quarantined(storage) {
            let change = try Change(dot: stored.dot, stored: stored.content)
            if change.record == record, !change.saysNothing { dots.insert(stored.dot) }
        }
        return dots.sorted { $0.rawValue < $1.rawValue }
    }

    /// The erasures of a record, in canonical order; none for one that was not erased.
    public func erasures(of record: Dot) -> [Erasures.Erasure] {
        membership?.erasures.records[name(record)] ?? []
    }

    /// The records that were erased and are known here, in the order of their dots' raw values.
    public var erasedRecords: [Dot] {
        guard let membership else { return [] }
        return membership.erasures.records.keys.compactMap { name in
            heads.table.number(of: name.replica).map { Dot($0, name.counter) }
        }.sorted { $0.rawValue < $1.rawValue }
    }

    // MARK: - what comes

    /// What of a replica is destroyed; nil where nothing is.
    private func destroyed(of id: ReplicaID) -> Set<UInt64>? { membership?.erasures.destroyed[id] }

    /// A run as it is to be kept while it waits.
    func withoutErased(
        _ message: ChangesMessage, of id: ReplicaID
    ) throws(FormatError) -> ChangesMessage {
        guard let destroyed = destroyed(of: id) else { return message }
        return try message.erasing(destroyed)
    }

    /// Whether all changes of a run that come without their values may.
    func mayComeErased(_ message: ChangesMessage, _ id: ReplicaID) -> Bool {
        message.changes.allSatisfy { change in
            !change.isErased || membership?.erasures.accepts(id, change.dot.counter) ?? false
        }
    }

    /// Salts from which no erased change's follow, though a peer gave them.
    ///
    /// Of what is erased here also those that were erased by a word that does not count any more: a run with both could not be
    /// passed on.
    func withoutErased(
        _ tree: SaltTree, block: UInt64, on path: ReplicaNumber, _ storage: some RegisterStorage
    ) throws -> SaltTree {
        let id = heads[heads.origin(of: path)].id
        let first = block * Limits.changesPerBlock + 1
        let counters = first..<(first + Limits.changesPerBlock)
        guard let erasures = membership?.erasures,
            counters.contains(where: { erasures.accepts(id, $0) })
        else { return tree }
        var tree = tree
        for counter in counters where erasures.destroyed[id]?.contains(counter) == true {
            tree.puncture(counter)
        }
        for stored in try changes(
            of: path, from: first, through: counters.upperBound - 1, contentBytesMax: .max, storage)
        where try Change(dot: stored.dot, stored: stored.content).isErased {
            tree.puncture(stored.dot.counter)
        }
        return tree
    }

    // MARK: - destroying

    /// Destroys what came before its erasure did; false if there was nothing to do.
    ///
    /// A piece of work of its own, written with what led to it in one transaction.
    mutating func destroyErased(
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Bool {
        guard let pending = erasuresBefore, let membership else { return false }
        erasuresBefore = nil
        var touched: [Dot: [Change]] = [:]
        for (replica, counters) in membership.erasures.destroyed {
            guard let number = heads.table.number(of: replica) else { continue }
            let new = counters.subtracting(pending.destroyed[replica] ?? []).sorted()
            for part in [number] + heads.branches(of: number) {
                for counter in new
                where counter > heads.base(of: part) && counter <= heads.end(of: part) {
                    let dot = Dot(part, counter - heads.base(of: part))
                    guard let stored = try storage.change(dot) else { continue }
                    let change = try Change(dot: stored.dot, stored: stored.content)
                    if !change.isErased { touched[change.record, default: []].append(change) }
                }
            }
        }
        try rewriteHeldRuns(storage, &output)
        guard !touched.isEmpty else { return !output.commit.isEmpty }
        let salts = saltSource(storage)
        for record in touched.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            try destroy(touched[record] ?? [], of: record, salts, storage, &output)
        }
        try puncture(touched.values.flatMap { $0.map(\.dot) }, storage, &output)
        return true
    }

    /// The record's key goes; what stays of the record comes under another.
    private func destroy(
        _ changes: [Change], of record: Dot, _ salts: (Dot) throws -> [UInt8]?,
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        output.commit.append(.key(.record(record), nil))
        let gone = Dictionary(uniqueKeysWithValues: changes.map { ($0.dot, $0) })
        // What says nothing is named by no laptop's erasure, and may be by one that somebody forged.
        let named = Set(try self.changes(of: record, storage)).union(gone.keys)
        for dot in named.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard var stored = try storage.change(dot) else { throw LaptopError.storeIncomplete }
            if let change = gone[dot] {
                guard let leaf = try salts(dot) else { throw LaptopError.storeIncomplete }
                let commitments = Chain.commitments(to: change, leaf: leaf)
                stored.content = change.erased(Commitment.bytes(of: commitments)).stored()
            }
            output.commit.append(.rewrite(stored))
        }
        guard let state = try storage.record(record) else { return }
        let live = try (liveWrites(of: record, storage) ?? []).map { entry in
            LiveWrites(
                change: gone[entry.change.dot] == nil ? entry.change : entry.change.erased([]),
                fields: entry.fields)
        }
        let conflicts = RecordView(live, heads.table).fields.count { $0.isConflict }
        output.commit.append(
            .record(StoredRecord(dot: record, state: state), conflicts: conflicts))
    }

    private mutating func puncture(
        _ dots: [Dot], _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        // By the first dot of each block.
        var blocks: [Dot: SaltTree] = [:]
        for dot in dots {
            let written = heads.written(dot)
            let block = (written.counter - 1) / Limits.changesPerBlock
            // The block in which a branch begins is kept for both sides.
            for part in [written.replica] + heads.branches(of: written.replica) {
                let key = Dot(part, block * Limits.changesPerBlock + 1)
                if blocks[key] == nil {
                    blocks[key] = try storage.salts(of: part, block: block)
                        .map { try SaltTree(encoded: $0) }
                }
                blocks[key]?.puncture(written.counter)
            }
            punctureOwn(dot, block)
        }
        for key in blocks.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            output.commit.append(
                .salts(
                    replica: key.replica, block: (key.counter - 1) / Limits.changesPerBlock,
                    blocks[key]?.encoded() ?? []))
        }
    }

    /// What waits is rewritten, too: it may be the only copy of what else is in its run.
    private mutating func rewriteHeldRuns(
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        for index in held.indices {
            let range = held[index].range
            let id = heads[range.replica].id
            guard
                destroyed(of: id)?.contains(where: { $0 >= range.first && $0 <= range.last })
                    == true,
                var row = try storage.held(Dot(range.replica, range.first))
            else { continue }
            var (table, numbering) = (heads.table, SessionReplicas())
            let message = try ChangesMessage(row.message, table: &table, numbering: &numbering)
            numbering = SessionReplicas()
            row.message = try withoutErased(message, of: id).encode(table, numbering: &numbering)
            held[index].range = HeldRange(row)
            output.commit.append(.held(row))
        }
    }
}

extension Change {
    /// The change as it is to be kept: without its values, where an erasure destroys them.
    ///
    /// - Parameter destroyed: The counters of its replica whose values are.
    func kept(_ commitments: [Commitment], destroyed: Set<UInt64>?) -> Change {
        guard let destroyed, !isErased, destroyed.contains(dot.counter) else { return self }
        return erased(Commitment.bytes(of: commitments))
    }
}
