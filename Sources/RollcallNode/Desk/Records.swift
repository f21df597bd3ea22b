import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallStore
import RollcallSync
import RollcallTrust

/// Writing and reading records for the command line.
extension Driver {
    // MARK: - writing

    func add(_ fields: [FieldValue], source: String?, operatorName: String?) throws -> WriteReport {
        let edits = try self.edits(fields)
        guard !edits.isEmpty else {
            throw ControlError(.usage, "a record needs at least one field")
        }
        let authorship = Authorship(
            operatorDot: try operatorDot(operatorName), source: try Self.gradedSource(source))
        let (record, dots) = try act { laptop, store, output in
            try laptop.add(edits, authorship, store, &output)
        }
        return report(record, dots)
    }

    func set(
        _ id: String, _ fields: [FieldValue], seen: [String]?, source: String?,
        operatorName: String?
    ) throws -> WriteReport {
        let record = try writable(id)
        let edits = try self.edits(fields)
        let context = try readContext(seen)
        let authorship = Authorship(
            operatorDot: try operatorDot(operatorName), source: try Self.gradedSource(source))
        let dots = try act { laptop, store, output in
            try laptop.set(record, edits, context, authorship, store, &output)
        }
        return report(record, dots)
    }

    func unset(
        _ id: String, _ fields: [FieldChoice], state: String?, seen: [String]?, source: String?,
        operatorName: String?
    ) throws -> WriteReport {
        let record = try writable(id)
        guard let valueState = ValueState(name: state ?? "unknown") else {
            throw ControlError(
                .unknownState, "there is no such state",
                hint: "one of \(ValueState.allCases.map(\.name).joined(separator: ", "))")
        }
        let edits = try fields.map { choice in
            let field = try Self.field(choice.field)
            guard let value = choice.value else {
                return FieldEdit(field.number, .put(.state(valueState)))
            }
            return FieldEdit(field.number, .take(try content(field, value)))
        }
        let context = try readContext(seen)
        let authorship = Authorship(
            operatorDot: try operatorDot(operatorName), source: try Self.gradedSource(source))
        let dots = try act { laptop, store, output in
            try laptop.set(record, edits, context, authorship, store, &output)
        }
        return report(record, dots)
    }

    func mark(_ id: String, isRemoved: Bool, operatorName: String?) throws -> WriteReport {
        let record = try writable(id)
        let authorship = Authorship(operatorDot: try operatorDot(operatorName))
        let dots = try act { laptop, store, output in
            try laptop.mark(record, isRemoved: isRemoved, authorship, store, &output)
        }
        return report(record, dots)
    }

    func resolve(
        _ id: String, _ fieldName: String, _ choice: Choice, seen: [String]?, reason: String?,
        operatorName: String?
    ) throws -> ResolveReport {
        let record = try writable(id)
        guard let field = FieldSchema.field(named: fieldName) else {
            throw Self.unknownField(among: FieldSchema.all)
        }
        let context = try readContext(seen)
        var keep: Dot?
        var value: RollcallCore.Content?
        switch choice {
        case .keep(let text): keep = try dot(text)
        case .value("removed") where field.number == .removed:
            value = .mark(Mark(isRemoved: true, shown: []))
        case .value("restored") where field.number == .removed:
            value = .mark(Mark(isRemoved: false, shown: []))
        case .value(let text): value = try content(field, text)
        }
        if case .asStored = context {
            guard let view = try laptop.view(of: record, store),
                view[field.number]?.isConflict == true
            else {
                throw ControlError(
                    .noConflict, "\(field.name) has no conflict",
                    hint: "change it with `rollcall set`")
            }
        }
        let authorship = Authorship(
            operatorDot: try operatorDot(operatorName), reason: try Self.source(reason))
        let (kept, given) = (keep, value)
        let (dot, replaced) = try act { laptop, store, output in
            try laptop.resolve(
                record, field.number, keep: kept, value: given, context, authorship, store, &output)
        }
        return ResolveReport(
            record: laptop.text(ofRecord: record), field: field.name,
            dot: laptop.heads.table.text(dot),
            replaced: replaced.map { laptop.heads.table.text($0) })
    }

    /// The record that an id means, if something may be written of it.
    func writable(_ id: String) throws -> Dot {
        let record = try record(id)
        guard laptop.erasures(of: record).isEmpty else {
            throw ControlError(
                .recordErased, "this record was erased; nothing is written of it any more",
                hint:
                    "`rollcall erasures` says when and why; a new record is made with `rollcall add`"
            )
        }
        return record
    }

    func report(_ record: Dot, _ dots: [Dot]) -> WriteReport {
        WriteReport(
            record: laptop.text(ofRecord: record), dots: dots.map { laptop.heads.table.text($0) })
    }

    func edits(_ fields: [FieldValue]) throws -> [FieldEdit] {
        try fields.map { given in
            let field = try Self.field(given.field)
            return FieldEdit(field.number, .put(try content(field, given.value)))
        }
    }

    static func field(_ name: String) throws -> Field {
        guard let field = FieldSchema.field(named: name) else {
            throw unknownField(among: FieldSchema.writable)
        }
        guard field.isWritable else {
            throw ControlError(.unknownField, "\(name) is not a field that a person writes")
        }
        return field
    }

    private static func unknownField(among fields: [Field]) -> ControlError {
        ControlError(
            .unknownField, "there is no field of this name",
            hint: "fields: \(fields.map(\.name).joined(separator: ", "))")
    }

    /// What somebody typed for a field; another record by its id.
    func content(_ field: Field, _ text: String) throws -> RollcallCore.Content {
        guard field.type == .record else { return try Self.content(field, text) }
        let dot = try record(text)
        return .record(name(of: dot))
    }

    /// A dot as bodies name it.
    func name(of dot: Dot) -> NamedDot {
        Self.name(of: dot, laptop)
    }

    private static func content(_ field: Field, _ text: String) throws -> RollcallCore.Content {
        do {
            return try FieldInput.content(field: field, text: text)
        } catch {
            if case .tooLong = error.reason { throw ControlError(.valueTooLong, error.description) }
            throw ControlError(.badValue, error.description)
        }
    }

    static func source(_ text: String?) throws -> String? {
        guard let text = text.map(FieldInput.normalised), !text.isEmpty else { return nil }
        guard text.utf8.count <= 1_024 else {
            throw ControlError(.valueTooLong, "a source or reason has at most 1,024 bytes")
        }
        return text
    }

    /// A source, of which a grade that somebody tried to give is one.
    static func gradedSource(_ text: String?) throws -> String? {
        guard let text = try source(text) else { return nil }
        do {
            return try SourceText.kept(text)
        } catch {
            let kinds = SourceText.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw ControlError(
                .badValue,
                error == .badGrade
                    ? "no grade follows the kind of this source"
                    : "there is no such kind of source to grade",
                hint:
                    "a grade is a letter A to F, how reliable the source is, and a digit 1 to 6, how credible what it says, after one of "
                    + "\(kinds), as in 'document B2: passport'; a source without a grade is any text"
            )
        }
    }

    // MARK: - reading

    func requireRegister() throws {
        if laptop.membership == nil { throw LaptopError.noRegister }
    }

    /// A laptop that waits for its admission can tell what lies on a stick.
    func requireRegisterOrRequest() throws {
        if laptop.pendingRequest == nil { try requireRegister() }
    }

    func requireNoRegister() throws {
        if laptop.membership != nil { throw LaptopError.registerExists }
    }

    func allRecords() throws -> [Dot] { try records.all(laptop, store) }

    func views(
        _ dots: [Dot], _ filter: RecordFilter, limit: Int
    ) throws -> [RollcallControl.RecordView] {
        var views: [RollcallControl.RecordView] = []
        for dot in dots where views.count < limit {
            guard laptop.erasures(of: dot).isEmpty,
                let found = try laptop.view(of: dot, store), filter.admits(found)
            else {
                continue
            }
            views.append(view(dot, found))
        }
        return views
    }

    func matches(_ filters: [FieldValue]) throws -> RecordFilter {
        var filter = RecordFilter()
        for given in filters {
            guard let field = FieldSchema.field(named: given.field) else {
                throw Self.unknownField(among: FieldSchema.writable)
            }
            if let state = ValueState(name: given.value), field.number.kind == .single {
                filter.fields.append((field.number, .state(state)))
            } else {
                filter.fields.append((field.number, try content(field, given.value)))
            }
        }
        return filter
    }

    func show(_ id: String) throws -> RollcallControl.RecordView {
        let dot = try record(id)
        guard let found = try laptop.view(of: dot, store) else { throw LaptopError.noSuchRecord }
        log(.view, about: dot)
        return view(dot, found)
    }

    func history(_ id: String) throws -> [HistoryRow] {
        let dot = try record(id)
        guard let changes = try laptop.history(of: dot, store) else {
            throw LaptopError.noSuchRecord
        }
        log(.view, about: dot)
        return changes.flatMap { historyRows($0, lane: nil) }
    }

    func conflictRows() throws -> [ConflictRow] {
        let dots = try store.recordsInConflict().map { ($0, laptop.number(ofRecord: $0)) }
            .sorted { $0.1 == $1.1 ? laptop.heads.table.precedes($0.0, $1.0) : $0.1 < $1.1 }
        var rows: [ConflictRow] = []
        for (dot, _) in dots {
            guard let found = try laptop.view(of: dot, store) else { continue }
            for siblings in found.fields where siblings.isConflict {
                rows.append(
                    ConflictRow(
                        record: laptop.text(ofRecord: dot),
                        field: FieldSchema.name(of: siblings.field),
                        values: siblings.values.map(valueView)))
            }
        }
        return rows
    }

    func fingerprintReport() throws -> FingerprintReport {
        FingerprintReport(fingerprint: try fingerprintText())
    }

    func fingerprintText() throws -> String {
        if let knownFingerprint { return knownFingerprint }
        let text = Self.hexadecimal(try laptop.fingerprint(store))
        knownFingerprint = text
        return text
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
