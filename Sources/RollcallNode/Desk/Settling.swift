import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync
import RollcallTrust

/// What people decide of what does not fit: it names what it was decided of, and is open again once that is another.
extension Driver {
    func discrepancyReports() throws -> [DiscrepancyReport] {
        try requireRegister()
        log(.list)
        let all = try exchange().discrepancies()
        return (all.filter(\.isOpen) + all.filter { !$0.isOpen }).map { found in
            DiscrepancyReport(
                kind: found.kind.rawValue, stage: found.stage,
                records: found.records.compactMap(recordText), about: found.about,
                station: found.kind.station,
                settled: found.settlements.map { settlement in
                    .init(
                        as: settlement.code.rawValue, reason: settlement.claim.body.reason,
                        operator: operatorName(settlement.claim.operatorDot),
                        node: laptop.heads.table[settlement.claim.dot.replica].node.text,
                        recordedAt: Self.time(settlement.claim.recordedAt))
                })
        }
    }

    func settle(_ order: SettleOrder) throws -> WriteReport {
        let found = try discrepancy(order)
        guard let reason = try Self.source(order.reason) else {
            throw ControlError(.usage, "say why: --reason")
        }
        let authorship = Authorship(operatorDot: try operatorDot(nil), reason: reason)
        guard let typed = order.code else { return try reopen(found, authorship) }
        guard let code = Settlement.Code(rawValue: typed) else {
            throw ControlError(
                .badValue, "nothing is settled so",
                hint: "one of "
                    + Settlement.Code.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard !found.kind.isForLinks else {
            throw ControlError(
                .badValue, "this is settled by saying who is who",
                hint: "`rollcall link`, or for what a family asks `rollcall match`")
        }
        guard found.isOpen else {
            throw ControlError(.badValue, "this is settled already, as it stands")
        }
        let edit = FieldEdit(
            FieldSchema.settled, .put(.text("\(code.rawValue) \(found.subject)")))
        if let record = found.records.first.flatMap(dot(named:)) {
            return report(record, try set([(record, edit)], authorship))
        }
        let stage = try exchange().stages.first { $0.code == found.stage }
        guard let record = stage?.records.first.flatMap(dot(named:)) else {
            let code = FieldEdit(
                try Self.field("stage_code").number, .put(.text(found.stage ?? "")))
            return try make(.stage, [code, edit], reason: reason)
        }
        return report(record, try set([(record, edit)], authorship))
    }

    private func reopen(_ found: Discrepancy, _ authorship: Authorship) throws -> WriteReport {
        let edits = found.settlements.compactMap { settlement in
            dot(named: settlement.record).map { record in
                (
                    record: record,
                    edit: FieldEdit(FieldSchema.settled, .take(.text(settlement.text)))
                )
            }
        }
        guard let first = edits.first else {
            throw ControlError(.nothingToRemove, "this is open: nobody settled it as it stands")
        }
        return report(first.record, try set(edits, authorship))
    }

    /// The one that is meant: of its kind, and about all records that are named.
    private func discrepancy(_ order: SettleOrder) throws -> Discrepancy {
        let records = Set(try order.records.map { name(of: try record($0)) })
        let found = try exchange().discrepancies().filter { found in
            found.kind.rawValue == order.kind && records.isSubset(of: found.records)
                && (order.stage == nil || order.stage == found.stage)
                && (order.about == nil || order.about == found.about)
        }
        guard let only = found.first else {
            throw ControlError(
                .badValue, "there is nothing of this kind that does not fit, or not any more",
                hint: "`rollcall discrepancies` lists what there is")
        }
        guard found.count == 1 else {
            throw ControlError(
                .badValue, "\(found.count) of this kind do not fit",
                hint: "name the records, and the stage with --stage")
        }
        return only
    }
}
