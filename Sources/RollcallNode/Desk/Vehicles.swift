import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync

/// Heads that somebody counts in a vehicle, before anybody in it has a name.
extension Driver {
    /// Writes how many; what was counted before, and is known here, is replaced, and the history keeps it.
    ///
    /// - Parameter reason: Why this one holds, where counts stand side by side.
    func countHeads(
        _ heads: Int, in vehicle: String, at stage: String, reason: String?
    ) throws -> WriteReport {
        let (code, stage) = (
            try Self.name(vehicle, "a vehicle's code"), try Self.name(stage, "a stage's code")
        )
        guard (0...Self.headsMax).contains(heads) else {
            throw ControlError(.badValue, "a count of heads is a number from 0 to \(Self.headsMax)")
        }
        let exchange = try exchange()
        guard exchange.stages.contains(where: { $0.code == stage }) else {
            throw ControlError(
                .badValue, "there is no stage of this code",
                hint: "stages: \(exchange.stages.map(\.code).joined(separator: ", "))")
        }
        let field = try Self.field("head_count").number
        let known = exchange.vehicles(at: stage).first {
            $0.code.lowercased() == code.lowercased()
        }
        guard let known, !known.records.isEmpty else {
            let said = [("vehicle_code", code), ("vehicle_stage", stage)]
            return try make(
                .vehicle,
                try said.map { FieldEdit(try Self.field($0).number, .put(.text($1))) }
                    + [FieldEdit(field, .put(.text("\(heads)")))], reason: reason)
        }
        guard known.counted.count < 2 || reason != nil else {
            throw ControlError(
                .contextRequired,
                "unlike counts of this vehicle stand side by side",
                hint:
                    "`rollcall tally` shows them: count again, and say with --reason why that number holds"
            )
        }
        return try put(heads, field, on: known.records.compactMap(dot(named:)), reason)
    }

    /// No vehicle has more seats, and no train.
    private static let headsMax = 9_999

    private func put(
        _ heads: Int, _ field: FieldNumber, on records: [Dot], _ reason: String?
    ) throws -> WriteReport {
        let authorship = Authorship(
            operatorDot: try operatorDot(nil), reason: try Self.source(reason))
        let edit = FieldEdit(field, .put(.text("\(heads)")))
        var seen: [Dot: [Dot]] = [:]
        for record in records {
            let values = try laptop.view(of: record, store)?[field]?.values ?? []
            seen[record] = values.flatMap(\.witnesses).map(\.dot)
        }
        let shown = seen
        let dots = try act { laptop, store, output in
            try records.flatMap { record in
                try laptop.set(
                    record, [edit], .dots(shown[record] ?? []), authorship, store, &output)
            }
        }
        return report(records[0], dots)
    }

    func vehicleReports(_ exchange: Exchange, stage: String?) -> [TallyReport.Vehicle] {
        exchange.vehicles().filter { stage == nil || $0.stage == stage }.map {
            TallyReport.Vehicle(
                stage: $0.stage, vehicle: $0.code, counted: $0.counted,
                registered: Self.report($0.registered), records: $0.records.compactMap(recordText))
        }
    }
}
