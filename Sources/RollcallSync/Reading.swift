public import RollcallCore
import RollcallTrust

extension Laptop {
    /// The live changes of a record, or nil if no change of it is known.
    public func liveWrites(
        of record: Dot, _ storage: some RegisterStorage
    ) throws -> [LiveWrites]? {
        guard let stored = try storage.record(record) else { return nil }
        return try liveWrites(of: RecordRow(stored).state, storage)
    }

    public func liveWrites(
        of state: RecordState, _ storage: some RegisterStorage
    ) throws -> [LiveWrites] {
        var live: [LiveWrites] = []
        for entry in state.entries where entry.hasLive {
            guard let stored = try storage.change(entry.dot) else {
                throw LaptopError.storeIncomplete
            }
            let change = try Change(dot: entry.dot, stored: stored.content)
            let fields =
                switch entry.live {
                case .all: change.writes.map(\.field)
                case .some(let fields): fields
                }
            live.append(LiveWrites(change: change, fields: fields))
        }
        return live
    }

    /// A record as people see it, or nil if no change of it is known.
    public func view(of record: Dot, _ storage: some RegisterStorage) throws -> RecordView? {
        guard let live = try liveWrites(of: record, storage) else { return nil }
        var view = RecordView(live, heads.table)
        open(&view, of: record)
        return view
    }

    /// All changes of a record, live or not, as they came about (``CausalOrder``).
    public func history(of record: Dot, _ storage: some RegisterStorage) throws -> [Change]? {
        guard let stored = try storage.record(record) else { return nil }
        let dots = try RecordRow(stored).state.entries.map(\.dot)
        var order = CausalOrder(
            try dots.map { dot in
                guard let change = try storage.change(dot) else {
                    throw LaptopError.storeIncomplete
                }
                return try Change(dot: dot, stored: change.content)
            }, heads.table)
        return order.ordered()
    }

    /// The 10 digits of a record.
    public func text(ofRecord dot: Dot) -> String {
        RegisterID.recordText(number(ofRecord: dot))
    }

    public func number(ofRecord dot: Dot) -> UInt64 { number(ofRecord: dot, in: heads.table) }

    /// For a dot of another table than this laptop's, as a bundle that is only looked at has.
    public func number(ofRecord dot: Dot, in table: ReplicaTable) -> UInt64 {
        chain.register.recordNumber(table[dot.replica], dot.counter)
    }

    /// The hash of the whole merged state, equal on converged nodes.
    public func fingerprint(_ storage: some RegisterStorage) throws -> [UInt8] {
        var hash = RunningHash("rc1.state")
        hash.add(chain.register.bytes)
        var writer = ByteWriter()
        writer.u64(UInt64(try storage.counts().records))
        hash.add(writer.bytes)
        let ordered = heads.allNumbers.sorted { heads[$0].id.precedes(heads[$1].id) }
        for replica in ordered {
            try eachRecord(of: replica, storage) { hash.add(Array($0.state.prefix(32))) }
        }
        hash.add(try membershipDigest(storage))
        var waiting = ByteWriter()
        let quarantined = try quarantined(storage)
        waiting.u64(UInt64(quarantined.count))
        for change in quarantined {
            heads.table.encode(change.dot, to: &waiting)
            waiting.raw(change.hash)
        }
        hash.add(waiting.bytes)
        return hash.finish()
    }

    /// All records that a replica created, in order, a page at a time.
    public func eachRecord(
        of replica: ReplicaNumber, _ storage: some RegisterStorage,
        _ body: (StoredRecord) throws -> Void
    ) throws {
        let pageRecords = 1_000
        var after =
            replica.rawValue == 0 ? nil : Dot(ReplicaNumber(replica.rawValue - 1), Dot.counterMax)
        while true {
            let page = try storage.records(after: after, limit: pageRecords)
            for record in page {
                guard record.dot.replica == replica else { return }
                try body(record)
            }
            guard page.count == pageRecords else { return }
            after = page.last?.dot
        }
    }

    private func membershipDigest(_ storage: some RegisterStorage) throws -> [UInt8] {
        var hash = LabelledHash("rc1.members")
        let control = heads.allNumbers.filter {
            heads[$0].id.lane == .control && heads[$0].height > 0
        }
        .sorted { heads[$0].id.precedes(heads[$1].id) }
        for number in control {
            for stored in try storage.changes(
                of: number, from: 1, through: heads[number].height, contentBytesMax: .max)
            {
                hash.add(heads[number].id)
                hash.add(u64: stored.dot.counter)
                hash.add(stored.hash)
            }
        }
        return hash.finish()
    }
}
