import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync
import RollcallTrust

/// Marks on values that somebody compared with a document, a list or a person's own word.
extension Driver {
    func verify(_ order: VerifyOrder) throws -> WriteReport {
        let record = try writable(order.id)
        let field = try Self.field(order.field)
        guard let outcome = Self.outcome(order.outcome) else {
            throw ControlError(.badValue, "an outcome is confirmed, contradicted or unable")
        }
        guard let source = try Self.gradedSource(order.source) else {
            throw ControlError(
                .usage, "a mark says with what the value was compared",
                hint: "name it with --source: a passport, a list, the person")
        }
        let station = FieldInput.normalised(order.station)
        guard station.utf8.count <= Verification.stationBytesMax else {
            throw ControlError(.valueTooLong, "a station has at most 256 bytes")
        }
        let verification = Verification(
            outcome: outcome, field: field.number, station: station,
            checked: Set(try checked(record, field, order.seen).map(name)))
        let authorship = Authorship(
            operatorDot: try operatorDot(order.operator), source: source)
        let dots = try act { laptop, store, output in
            try laptop.set(
                record, [FieldEdit(FieldSchema.verification, .put(.verification(verification)))],
                .asStored, authorship, store, &output)
        }
        return report(record, dots)
    }

    /// Takes back all marks on a field that are shown now.
    func unverify(_ id: String, _ fieldName: String, operatorName: String?) throws -> WriteReport {
        let record = try writable(id)
        let field = try Self.field(fieldName)
        guard let view = try laptop.view(of: record, store) else { throw LaptopError.noSuchRecord }
        let marks = (view[FieldSchema.verification]?.values ?? []).filter { value in
            guard case .verification(let verification) = value.content else { return false }
            return verification.field == field.number
        }
        guard !marks.isEmpty else {
            throw ControlError(.nothingToRemove, "\(field.name) has no mark")
        }
        let authorship = Authorship(operatorDot: try operatorDot(operatorName))
        let dots = try act { laptop, store, output in
            try laptop.set(
                record, marks.map { FieldEdit(FieldSchema.verification, .take($0.content)) },
                .asStored, authorship, store, &output)
        }
        return report(record, dots)
    }

    /// The writes that make up the value which a person has before their eyes.
    private func checked(_ record: Dot, _ field: Field, _ seen: [String]?) throws -> [Dot] {
        guard let view = try laptop.view(of: record, store) else { throw LaptopError.noSuchRecord }
        let values = view[field.number]?.values ?? []
        if let seen {
            let dots = try seen.map { try dot($0) }
            let live = Set(values.flatMap(\.witnesses).map(\.dot))
            guard !dots.isEmpty, dots.allSatisfy(live.contains) else {
                throw ControlError(
                    .badDot, "\(field.name) is another by now; nothing was marked",
                    hint: "look at it again: `rollcall show`")
            }
            return dots
        }
        guard let value = values.first else {
            throw ControlError(.badValue, "\(field.name) has no value to compare")
        }
        guard values.count == 1 else { throw LaptopError.contextRequired(field.number) }
        return value.witnesses.map(\.dot)
    }

    private static func outcome(_ name: String) -> Verification.Outcome? {
        Verification.Outcome.allCases.first { "\($0)" == name }
    }
}
