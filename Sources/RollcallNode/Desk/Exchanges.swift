import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync
import RollcallTrust

/// What is derived from all records together: stages, lists, tallies, discrepancies.
extension Driver {
    // MARK: - asking

    func tallyRows(stage: String?) throws -> (rows: [TallyRow], report: TallyReport) {
        try requireRegister()
        log(.list)
        let exchange = try exchange()
        let tallies = exchange.tallies().filter { stage == nil || $0.stage == stage }
        guard stage == nil || !tallies.isEmpty else {
            throw ControlError(
                .badValue, "there is no stage of this code",
                hint: "stages: \(exchange.stages.map(\.code).joined(separator: ", "))")
        }
        let rows = tallies.flatMap { tally in
            Tally.Row.allCases.map { row in
                TallyRow(
                    stage: tally.stage, direction: tally.direction.rawValue, what: row.rawValue,
                    military: Self.report(tally.count(row, .military)),
                    civilian: Self.report(tally.count(row, .civilian)),
                    unresolved: Self.report(tally.count(row, .unresolved)),
                    all: Self.report(tally.count(row)))
            }
        }
        var stages: [String?] = []
        for tally in tallies where !stages.contains(tally.stage) { stages.append(tally.stage) }
        let report = TallyReport(
            parity: stages.map {
                .init(stage: $0, difference: Self.report(Exchange.parity(tallies, at: $0)))
            },
            target: exchange.target, withoutDirection: exchange.withoutDirection,
            discrepancies: exchange.discrepancies().count(where: \.isOpen), heard: heard,
            closings: closingReports(exchange, stage: stage),
            vehicles: vehicleReports(exchange, stage: stage))
        return (rows, report)
    }

    static func report(_ count: Count) -> RangeReport {
        RangeReport(least: count.least, most: count.most)
    }

    private var heard: [TallyReport.Heard] {
        laptop.standings.map { standing in
            .init(
                node: standing.node.text, name: standing.name,
                // One that is connected may have more to tell still.
                at: standing.isConnected && standing.weLack == 0
                    ? Self.time(Self.wallClock()) : Self.time(standing.knowledge.lastHeard))
        }.sorted { $0.node < $1.node }
    }

    func listReports() throws -> [ListReport] {
        try requireRegister()
        let exchange = try exchange()
        var lines: [NamedDot: Int] = [:]
        for person in exchange.people {
            for list in person.lists + person.takenOff { lines[list.name, default: 0] += 1 }
        }
        return exchange.lists.map { list in
            ListReport(
                record: recordText(list.name) ?? "", issuer: list.issuer,
                direction: list.direction?.rawValue, stage: list.stage, revision: list.revision,
                withdrawn: list.isWithdrawn, newest: list.isNewest, lines: lines[list.name] ?? 0)
        }
    }

    func recordText(_ name: NamedDot) -> String? {
        laptop.heads.table.number(of: name.replica).map {
            laptop.text(ofRecord: Dot($0, name.counter))
        }
    }

    // MARK: - writing

    /// Says who exchanges with whom, and how many; what was said before is replaced.
    func setExchange(partyA: String?, partyB: String?, target: Int?) throws -> WriteReport {
        let fields = [
            ("party_a", partyA), ("party_b", partyB), ("target", target.map { String($0) }),
        ]
        let edits = try fields.compactMap { name, text in
            try text.map {
                FieldEdit(try Self.field(name).number, .put(.text(try Self.name($0, name))))
            }
        }
        guard !edits.isEmpty else {
            throw ControlError(.usage, "say at least one of --party-a, --party-b and --target")
        }
        if let dot = try records(of: .operation).first { return try put(edits, on: dot) }
        return try make(.operation, edits)
    }

    func addStage(code: String, day: String?, place: String?) throws -> WriteReport {
        let code = try Self.name(code, "a stage's code")
        guard try !exchange().stages.contains(where: { $0.code == code && !$0.records.isEmpty })
        else {
            throw ControlError(
                .badValue, "there is a stage of this code already",
                hint: "change its record with `rollcall set`")
        }
        let fields = [("stage_code", code), ("stage_day", day), ("stage_place", place)]
        return try make(
            .stage,
            fields.compactMap { name, text in
                try text.map {
                    FieldEdit(try Self.field(name).number, .put(try content(Self.field(name), $0)))
                }
            })
    }

    /// Closes what a list opened; its lines and what was written of them stay.
    func withdrawList(_ id: String) throws -> WriteReport {
        let record = try writable(id)
        guard try exchange().lists.contains(where: { $0.name == name(of: record) }) else {
            throw ControlError(
                .badValue, "this record is no list", hint: "`rollcall lists` shows them")
        }
        return try put(
            [FieldEdit(try Self.field("list_withdrawn").number, .put(.text("yes")))], on: record)
    }

    func make(
        _ kind: RecordKind, _ edits: [FieldEdit], reason: String? = nil
    ) throws -> WriteReport {
        let authorship = Authorship(
            operatorDot: try operatorDot(nil), reason: try Self.source(reason))
        let isOf = FieldEdit(FieldSchema.recordKind, .put(.text(kind.rawValue)))
        let (record, dots) = try act { laptop, store, output in
            try laptop.add([isOf] + edits, authorship, store, &output)
        }
        return report(record, dots)
    }

    func put(
        _ edits: [FieldEdit], on record: Dot, reason: String? = nil
    ) throws -> WriteReport {
        let authorship = Authorship(
            operatorDot: try operatorDot(nil), reason: try Self.source(reason))
        let dots = try act { laptop, store, output in
            try laptop.set(record, edits, .asStored, authorship, store, &output)
        }
        return report(record, dots)
    }
}
