import RollcallCore
import RollcallSync

/// What a register must hold, reckoned apart from the program: all that was written, minus all that was named.
struct Oracle {
    struct Written: Hashable {
        var dot: GlobalDot
        var record: GlobalDot
        var field: FieldNumber
        var names: [GlobalDot]
        var body: [UInt8]
    }

    private(set) var written: [Written] = []
    private(set) var changeCount = 0

    mutating func note(_ change: Change, _ table: ReplicaTable) {
        changeCount += 1
        written += Self.writes(of: change, table)
    }

    static func writes(of change: Change, _ table: ReplicaTable) -> [Written] {
        func global(_ dot: Dot) -> GlobalDot {
            GlobalDot(replica: table[dot.replica], counter: dot.counter)
        }
        return change.writes.map { write in
            Written(
                dot: global(change.dot), record: global(change.record), field: write.field,
                names: write.names.map(global), body: Array(change.body(of: write)))
        }
    }

    var records: Set<GlobalDot> { Set(written.map(\.record)) }

    private struct Place: Hashable {
        var record: GlobalDot
        var field: FieldNumber
        var dot: GlobalDot
    }

    /// Live writes: applied, and named by none.
    var live: Set<Written> {
        var named: Set<Place> = []
        for write in written {
            for name in write.names {
                named.insert(Place(record: write.record, field: write.field, dot: name))
            }
        }
        return Set(
            written.filter {
                !named.contains(Place(record: $0.record, field: $0.field, dot: $0.dot))
            })
    }

    /// Fields in conflict, over all records.
    var conflictCount: Int {
        let live = live
        var count = 0
        for (record, writes) in Dictionary(grouping: live, by: \.record) {
            for (field, claims) in Dictionary(grouping: writes, by: \.field) {
                let contents = claims.map { Body($0.body, 0..<$0.body.count).content }
                if isConflict(record, field, contents, writes) { count += 1 }
            }
        }
        return count
    }

    private func isConflict(
        _ record: GlobalDot, _ field: FieldNumber, _ contents: [Content], _ live: [Written]
    ) -> Bool {
        switch field.kind {
        case .set, .log: return false
        case .event:
            let unlike = Set(contents)
            let stages = Set(
                unlike.map { content in
                    if case .event(let stage, _) = content { stage } else { "" }
                })
            return unlike.count > stages.count
        case .single where field != .removed:
            return Set(contents).count > 1
        case .single:
            let marks = contents.compactMap { content in
                if case .mark(let mark) = content { mark } else { nil }
            }
            if Set(marks.map(\.isRemoved)).count > 1 { return true }
            guard marks.first?.isRemoved == true else { return false }
            let shown = Set(
                marks.flatMap(\.shown).map { GlobalDot(replica: $0.replica, counter: $0.counter) })
            return live.contains { $0.field != .removed && !shown.contains($0.dot) }
        }
    }
}
