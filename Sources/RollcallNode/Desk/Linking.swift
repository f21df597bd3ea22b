import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync

/// Who is one person, as people say it: nothing is copied or deleted by it, and it can be taken back.
extension Driver {
    func link(_ order: LinkOrder) throws -> WriteReport {
        let (one, other) = (try person(order.one), try person(order.other))
        guard one != other else {
            throw ControlError(.badValue, "both ids are of one record")
        }
        guard let reason = try Self.source(order.reason) else {
            throw ControlError(.usage, "say why: --reason")
        }
        let authorship = Authorship(operatorDot: try operatorDot(order.operator), reason: reason)
        switch order.kind {
        case "same": return try link(one, FieldSchema.sameAs, other, authorship)
        case "not_same": return try link(one, FieldSchema.notSameAs, other, authorship)
        case "withdraw": return try unlink(one, other, authorship)
        default:
            throw ControlError(
                .badValue, "two records are same or not_same; withdraw takes it back")
        }
    }

    private func link(
        _ one: Dot, _ field: FieldNumber, _ other: Dot, _ authorship: Authorship
    ) throws -> WriteReport {
        let opposite = field == FieldSchema.sameAs ? FieldSchema.notSameAs : FieldSchema.sameAs
        guard try !says(one, opposite, other), try !says(other, opposite, one) else {
            throw ControlError(
                .badValue, "somebody said the opposite of these two",
                hint: "take it back first: `rollcall unlink`")
        }
        // Said by either of the two it is said of both.
        let isSaid = try says(other, field, one)
        let edit = FieldEdit(field, .put(.record(name(of: isSaid ? one : other))))
        let record = isSaid ? other : one
        let dots = try act { laptop, store, output in
            try laptop.set(record, [edit], .asStored, authorship, store, &output)
        }
        return report(record, dots)
    }

    private func unlink(_ one: Dot, _ other: Dot, _ authorship: Authorship) throws -> WriteReport {
        var edits: [(record: Dot, edit: FieldEdit)] = []
        for (record, of) in [(one, other), (other, one)] {
            for field in [FieldSchema.sameAs, FieldSchema.notSameAs]
            where try says(record, field, of) {
                edits.append((record, FieldEdit(field, .take(.record(name(of: of))))))
            }
        }
        guard !edits.isEmpty else {
            throw ControlError(.nothingToRemove, "nobody said anything of these two")
        }
        return report(one, try set(edits, authorship))
    }

    /// Writes to several records in one step, to each of them once.
    func set(
        _ edits: [(record: Dot, edit: FieldEdit)], _ authorship: Authorship
    ) throws -> [Dot] {
        let byRecord = Dictionary(grouping: edits, by: \.record)
        let records = byRecord.keys.sorted { laptop.heads.table.precedes($0, $1) }
        return try act { laptop, store, output in
            try records.flatMap { record in
                try laptop.set(
                    record, (byRecord[record] ?? []).map(\.edit), .asStored, authorship, store,
                    &output)
            }
        }
    }

    private func says(_ one: Dot, _ field: FieldNumber, _ other: Dot) throws -> Bool {
        let values = try laptop.view(of: one, store)?[field]?.values ?? []
        return values.contains { $0.content == .record(name(of: other)) }
    }

    /// A record of a person, of which something may be written.
    func person(_ id: String) throws -> Dot {
        let record = try writable(id)
        guard let view = try laptop.view(of: record, store),
            view[FieldSchema.recordKind]?.values.isEmpty ?? true
        else { throw ControlError(.badValue, "this record is of no person") }
        return record
    }
}
