import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync
import RollcallTrust

/// Closing a stage with its numbers, and opening it again.
extension Driver {
    /// Writes down the numbers of a stage as they stand, and of each laptop how far it was heard.
    ///
    /// - Parameter reason: Why it is closed although something is left to look at.
    func closeStage(_ code: String, reason: String?) throws -> WriteReport {
        let exchange = try exchange()
        let stage = try Self.stage(code, in: exchange)
        guard !stage.isClosed else {
            throw ControlError(
                .badValue, "this stage is closed already",
                hint: "what came later counts, and shows as late; open it with --reopen")
        }
        let open = exchange.discrepancies(at: stage.code).count(where: \.isOpen)
        guard open == 0 || reason != nil else {
            throw ControlError(
                .badValue, "\(open) discrepancies of this stage are open",
                hint:
                    "`rollcall discrepancies` lists them: settle them, or say with --reason why it is closed all the same"
            )
        }
        let numbers = StageClosing(
            fingerprint: try fingerprintText(), heads: knownHeads,
            exchange.tallies(closing: stage.code).filter { $0.stage == stage.code })
        let edit = FieldEdit(FieldSchema.stageClosed, .put(.text(numbers.text)))
        guard let record = stage.records.first.flatMap(dot(named:)) else {
            let code = FieldEdit(try Self.field("stage_code").number, .put(.text(stage.code)))
            return try make(.stage, [code, edit], reason: reason)
        }
        return try put([edit], on: record, reason: reason)
    }

    /// Takes back what a stage is closed with; the history keeps it.
    func reopenStage(_ code: String, reason: String?) throws -> WriteReport {
        let stage = try Self.stage(code, in: try exchange())
        guard let closing = stage.closings.first, let record = dot(named: closing.record) else {
            throw ControlError(.badValue, "this stage is not closed")
        }
        guard let reason else {
            throw ControlError(.usage, "say with --reason why the stage is opened again")
        }
        let texts = stage.closings.filter { $0.record == closing.record }.map(\.numbers.text)
        return try put(
            texts.map { FieldEdit(FieldSchema.stageClosed, .take(.text($0))) }, on: record,
            reason: reason)
    }

    private static func stage(_ code: String, in exchange: Exchange) throws -> Stage {
        let code = try name(code, "a stage's code")
        guard let stage = exchange.stages.first(where: { $0.code == code }) else {
            throw ControlError(
                .badValue, "there is no stage of this code",
                hint: "stages: \(exchange.stages.map(\.code).joined(separator: ", "))")
        }
        return stage
    }

    /// The last change that is here of each replica with records in it.
    private var knownHeads: [String: UInt64] {
        let heads = laptop.heads
        let rows = heads.allNumbers.map { heads[$0] }.filter {
            $0.height > 0 && !$0.id.lane.isControl
        }
        return Dictionary(rows.map { ($0.id.text, $0.height) }, uniquingKeysWith: max)
    }

    /// Nil of a record whose replica nobody has heard of here.
    func dot(named name: NamedDot) -> Dot? {
        laptop.heads.table.number(of: name.replica).map { Dot($0, name.counter) }
    }

    // MARK: - telling

    func closingReports(_ exchange: Exchange, stage: String?) -> [TallyReport.Closing] {
        exchange.stages.filter { stage == nil || $0.code == stage }.flatMap { stage in
            stage.closings.map { closing in
                TallyReport.Closing(
                    stage: stage.code, operator: operatorName(closing.claim.operatorDot),
                    node: laptop.heads.table[closing.claim.dot.replica].node.text,
                    at: Self.time(closing.claim.recordedAt), reason: closing.claim.body.reason,
                    fingerprint: closing.numbers.fingerprint,
                    late: exchange.lateEventCount(at: stage.code),
                    rows: closing.numbers.lines.map { Self.row($0, stage: stage.code) })
            }
        }
    }

    private static func row(_ line: StageClosing.Line, stage: String) -> TallyRow {
        TallyRow(
            stage: stage, direction: line.direction.rawValue, what: line.row.rawValue,
            military: report(line.military), civilian: report(line.civilian),
            unresolved: report(line.unresolved), all: report(line.all))
    }
}
