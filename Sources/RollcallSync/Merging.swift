public import RollcallCore
import RollcallTrust

/// Applies a run of one replica's changes to records, reading each record once and writing it once.
struct Merging {
    /// Ascending; side by side, unless some of the run are in quarantine and do not count.
    private var applied: [Applied] = []
    /// Of the records touched, but for those of which one change of the run is all.
    private var states: [Dot: RecordState] = [:]
    private var order: [Dot] = []
    /// Raw values of dots that are no records in the store.
    private var absent: Range<UInt64> = 0..<0

    struct Applied {
        var change: Change
        var commitments: [Commitment]
        /// Whether the change made a record and is all of it, as most changes of a roster.
        var isWholeRecord = false
    }

    init(reserving count: Int = 0) {
        applied.reserveCapacity(count)
        order.reserveCapacity(count)
    }

    mutating func apply(
        _ change: Change, _ commitments: [Commitment], _ storage: some RegisterStorage
    ) throws {
        guard !change.saysNothing || isPlanted(.lookMakesRecord) else { return }
        applied.append(Applied(change: change, commitments: commitments))
        if try isWholeRecord(change, storage) {
            applied[applied.count - 1].isWholeRecord = true
            order.append(change.record)
            return
        }
        var state = try state(of: change.record, storage)
        try state.apply(change) { dot in try fields(of: dot, storage) }
        states[change.record] = state
    }

    /// A change may have been about the record before this one made it, for it came by another way.
    private mutating func isWholeRecord(
        _ change: Change, _ storage: some RegisterStorage
    ) throws -> Bool {
        guard change.record == change.dot, states.isEmpty || states[change.record] == nil,
            change.writes.indices.allSatisfy({ change.writes[$0].names.isEmpty })
        else { return false }
        let record = change.dot.rawValue
        if record >= absent.upperBound {
            // One read for all that follow, rather than one each.
            let next = try storage.records(after: Dot(rawValue: record - 1), limit: 1).first
            absent = record..<max(record, next?.dot.rawValue ?? .max)
        }
        return absent.contains(record)
    }

    private func index(of dot: Dot) -> Int? {
        // Dots of one replica lie side by side, and those of others further away than any run is long.
        guard !applied.isEmpty, dot.rawValue >= applied[0].change.dot.rawValue else { return nil }
        let offset = dot.rawValue - applied[0].change.dot.rawValue
        // What was left out may bring it nearer to the first, never further away.
        var high = Int(min(offset, UInt64(applied.count - 1)))
        if applied[high].change.dot == dot { return high }
        var low = 0
        while low < high {
            let middle = (low + high) / 2
            if applied[middle].change.dot.rawValue < dot.rawValue {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return applied[low].change.dot == dot ? low : nil
    }

    private mutating func state(
        of record: Dot, _ storage: some RegisterStorage
    ) throws -> RecordState {
        if let state = states[record] { return state }
        if let index = index(of: record), applied[index].isWholeRecord {
            applied[index].isWholeRecord = false
            var state = RecordState()
            state.apply(applied[index].change) { _ in [] }
            return state
        }
        order.append(record)
        guard let stored = try storage.record(record) else { return RecordState() }
        return try RecordRow(stored).state
    }

    /// Makes a record anew from those of its changes that count.
    mutating func rebuild(
        _ record: Dot, from dots: [Dot], _ storage: some RegisterStorage
    ) throws {
        var state = RecordState()
        for dot in dots {
            guard let stored = try storage.change(dot) else { throw LaptopError.storeIncomplete }
            try state.apply(try Change(dot: dot, stored: stored.content)) { dot in
                try fields(of: dot, storage)
            }
        }
        order.append(record)
        states[record] = state
    }

    private func fields(of dot: Dot, _ storage: some RegisterStorage) throws -> [FieldNumber] {
        if let index = index(of: dot) { return applied[index].change.writes.map(\.field) }
        guard let stored = try storage.change(dot) else { return [] }
        return try Change(dot: dot, stored: stored.content).writes.map(\.field)
    }

    /// Puts in the rows of all records touched, in the order first touched.
    func addRows(
        to writes: inout [StoreWrite], _ table: ReplicaTable, _ salts: (Dot) throws -> [UInt8]?,
        _ storage: some RegisterStorage
    ) throws {
        guard let first = order.first else { return }
        var digests = RecordDigest(record: first, table)
        for record in order {
            if let index = index(of: record), applied[index].isWholeRecord {
                let row = Self.row(of: applied[index], &digests)
                writes.append(.record(StoredRecord(dot: record, state: row), conflicts: 0))
                continue
            }
            guard let state = states[record] else { continue }
            guard !state.entries.isEmpty else {
                writes.append(.dropRecord(record))
                continue
            }
            let live = try liveChanges(state, salts, storage)
            let digest = Self.digest(record, live, table)
            let conflicts = live.count < 2 ? 0 : Self.conflicts(in: live, table)
            writes.append(
                .record(
                    StoredRecord(
                        dot: record, state: RecordRow(digest: digest, state: state).encoded()),
                    conflicts: conflicts))
        }
    }

    /// As ``RecordRow/encoded()``, in one piece.
    private static func row(of whole: Applied, _ digests: inout RecordDigest) -> [UInt8] {
        digests.restart(record: whole.change.record)
        digests.add(whole: whole.change, whole.commitments)
        var row = ByteWriter(reserving: 48)
        digests.finish(to: &row)
        RecordState.encode(oneChange: whole.change.dot, to: &row)
        return row.bytes
    }

    private struct LiveChange {
        var applied: Applied
        var fields: [FieldNumber]
    }

    private func liveChanges(
        _ state: RecordState, _ salts: (Dot) throws -> [UInt8]?, _ storage: some RegisterStorage
    ) throws -> [LiveChange] {
        var live: [LiveChange] = []
        for entry in state.entries where entry.hasLive {
            let known: Applied
            if let index = index(of: entry.dot) {
                known = applied[index]
            } else {
                guard let stored = try storage.change(entry.dot) else {
                    throw LaptopError.storeIncomplete
                }
                let change = try Change(dot: entry.dot, stored: stored.content)
                guard let leaf = change.isErased ? [] : try salts(entry.dot) else {
                    throw LaptopError.storeIncomplete
                }
                known = Applied(
                    change: change, commitments: Chain.commitments(to: change, leaf: leaf))
            }
            let fields =
                switch entry.live {
                case .all: known.change.writes.map(\.field)
                case .some(let fields): fields
                }
            if !fields.isEmpty { live.append(LiveChange(applied: known, fields: fields)) }
        }
        return live
    }

    private static func digest(
        _ record: Dot, _ live: [LiveChange], _ table: ReplicaTable
    ) -> [UInt8] {
        var digest = RecordDigest(record: record, table)
        let sorted =
            live.count < 2
            ? live
            : live.sorted { table.precedes($0.applied.change.dot, $1.applied.change.dot) }
        for change in sorted {
            digest.add(change.applied.change.dot, fields: change.fields, change.applied.commitments)
        }
        return digest.finish()
    }

    private static func conflicts(in live: [LiveChange], _ table: ReplicaTable) -> Int {
        let view = RecordView(
            live.map { LiveWrites(change: $0.applied.change, fields: $0.fields) }, table)
        return view.fields.count { $0.isConflict }
    }
}

/// A record's row: the digest of its live writes, then its state.
public struct RecordRow {
    public var digest: [UInt8]
    public var state: RecordState

    init(digest: [UInt8], state: RecordState) {
        self.digest = digest
        self.state = state
    }

    public init(_ stored: [UInt8]) throws(FormatError) {
        guard stored.count >= 32 else { throw FormatError(.truncated, "record") }
        digest = Array(stored.prefix(32))
        state = try RecordState(encoded: Array(stored.dropFirst(32)))
    }

    func encoded() -> [UInt8] { digest + state.encoded() }
}

/// A change with those of its writes that are live.
public struct LiveWrites: Sendable {
    public var change: Change
    public var fields: [FieldNumber]

    public init(change: Change, fields: [FieldNumber]) {
        self.change = change
        self.fields = fields
    }
}

/// A record as people see it: for each field its values, in canonical order.
public struct RecordView: Sendable {
    public private(set) var fields: [Siblings] = []
    /// Every live dot outside the field `removed`: what a mark on the whole record lists.
    public private(set) var dotsShown: [NamedDot] = []

    /// Any order of changes; the view is the same.
    public init(_ live: [LiveWrites], _ table: ReplicaTable) {
        let sorted =
            live.count < 2 ? live : live.sorted { table.precedes($0.change.dot, $1.change.dot) }
        var claims: [FieldNumber: [Claim]] = [:]
        for writes in sorted {
            let change = writes.change
            guard !change.isErased else { continue }
            for field in writes.fields {
                guard let write = change.write(to: field) else { continue }
                claims[field, default: []].append(
                    Claim(
                        dot: change.dot, operatorDot: change.operatorDot,
                        recordedAt: change.recordedAt, body: Body(change.bodies, write.body)))
            }
        }
        dotsShown = Self.dotsShown(sorted, table)
        if isPlanted(.latestClockWins) {
            for field in claims.keys where field.kind == .single {
                let latest = claims[field]?.map(\.recordedAt).max()
                claims[field]?.removeAll { $0.recordedAt != latest }
            }
        }
        fields = claims.keys.sorted().map { field in
            Siblings(
                field: field, claims: claims[field] ?? [],
                recordDots: field == .removed ? dotsShown : [])
        }
    }

    private static func dotsShown(_ live: [LiveWrites], _ table: ReplicaTable) -> [NamedDot] {
        live.filter { $0.fields.contains { $0 != .removed } }
            .map {
                NamedDot(replica: table[$0.change.dot.replica], counter: $0.change.dot.counter)
            }
    }

    /// Puts what this laptop can read in the place of what is sealed.
    ///
    /// What is in conflict stays as all see it.
    mutating func open(_ read: (FieldNumber, Body) -> Body) {
        for index in fields.indices {
            let field = fields[index].field
            for value in fields[index].values.indices {
                let witnesses = fields[index].values[value].witnesses.map { claim in
                    var claim = claim
                    claim.body = read(field, claim.body)
                    return claim
                }
                fields[index].values[value].witnesses = witnesses
                if let first = witnesses.first {
                    fields[index].values[value].content = first.body.content
                }
            }
        }
    }

    public subscript(field: FieldNumber) -> Siblings? { fields.first { $0.field == field } }

    /// Whether a person removed the record and nobody restored it.
    public var isRemoved: Bool {
        self[.removed]?.values.contains {
            if case .mark(let mark) = $0.content { return mark.isRemoved }
            return false
        } ?? false
    }
}
