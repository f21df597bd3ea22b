import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync
import RollcallTrust

/// Which records a command wants.
struct RecordFilter: Sendable {
    var fields: [(number: FieldNumber, content: RollcallCore.Content)] = []

    /// People, unless it is asked for what records are of.
    func admits(_ view: RollcallSync.RecordView) -> Bool {
        let isOfPerson = view[FieldSchema.recordKind]?.values.isEmpty ?? true
        guard isOfPerson || fields.contains(where: { $0.number == FieldSchema.recordKind }) else {
            return false
        }
        for (number, content) in fields {
            guard view[number]?.values.contains(where: { $0.content.says(sameAs: content) }) == true
            else {
                return false
            }
        }
        return true
    }
}

extension Driver {
    func view(_ record: Dot, _ view: RollcallSync.RecordView) -> RollcallControl.RecordView {
        var fields: [String: FieldView] = [:]
        let marks = view[FieldSchema.verification]
        for siblings in view.fields
        where !siblings.values.isEmpty && siblings.field != FieldSchema.verification {
            fields[FieldSchema.name(of: siblings.field)] = FieldView(
                kind: Self.kindName(siblings.field.kind), conflict: siblings.isConflict,
                values: siblings.values.map { sibling in
                    var sibling = sibling
                    sibling.content = Self.brief(sibling.content, of: siblings.field)
                    return valueView(sibling)
                },
                verifications: self.marks(on: siblings, marks))
        }
        return RollcallControl.RecordView(
            record: laptop.text(ofRecord: record), created: laptop.heads.table.text(record),
            removed: view.isRemoved, erased: !laptop.erasures(of: record).isEmpty,
            underHold: !laptop.holds(on: record).isEmpty, fields: fields)
    }

    static func kindName(_ kind: FieldKind) -> String {
        switch kind {
        case .single: "single"
        case .set: "set"
        case .event: "event"
        case .log: "log"
        }
    }

    func valueView(_ sibling: Sibling) -> ValueView {
        ValueView(
            shown(sibling.content) ?? .state("sealed"),
            witnesses: sibling.witnesses.map(witness))
    }

    private func marks(on siblings: Siblings, _ marks: Siblings?) -> [VerificationView] {
        let table = laptop.heads.table
        return VerificationMark.all(of: siblings.field, siblings, marks: marks) {
            NamedDot(replica: table[$0.replica], counter: $0.counter)
        }.map { mark in
            VerificationView(
                outcome: "\(mark.verification.outcome)", station: mark.verification.station,
                stands: mark.stands, witness: witness(mark.claim))
        }
    }

    /// What a program wrote for itself, as people are shown it: a part of a file by its place, a decision without all that it names.
    private static func brief(
        _ content: RollcallCore.Content, of field: FieldNumber
    ) -> RollcallCore.Content {
        guard case .text(let text) = content else { return content }
        if FieldNumber.ofParts.contains(field) {
            return .text("part \(text.prefix { $0 != " " })")
        }
        return field == FieldSchema.settled ? .text(Settlement.shown(text)) : content
    }

    /// Content as JSON shows it, other records by their ids.
    func shown(_ content: RollcallCore.Content) -> RollcallControl.Content? {
        guard case .record(let name) = content,
            let number = laptop.heads.table.number(of: name.replica)
        else { return Self.shown(content) }
        return .text(laptop.text(ofRecord: Dot(number, name.counter)))
    }

    /// Content as JSON shows it; nil for what has no value to show.
    static func shown(_ content: RollcallCore.Content) -> RollcallControl.Content? {
        switch content {
        case .text(let text): .text(text)
        case .state(let state): .state(state.name)
        case .event(let stage, let time):
            .event(
                stage: stage,
                time: time == 0 ? nil : UTCTime.text(millisecondsSince1970: Int64(clamping: time)))
        case .mark(let mark): .text(mark.isRemoved ? "removed" : "restored")
        case .removal, .entry: nil
        case .record: .state("record_not_here")
        case .verification(let verification):
            .text("\(verification.outcome) \(FieldSchema.name(of: verification.field))")
        case .opaque: .state("unknown_form")
        case .sealed: .state("sealed")
        }
    }

    func witness(_ claim: Claim) -> Witness {
        Witness(
            dot: laptop.heads.table.text(claim.dot), source: claim.body.source,
            operator: operatorName(claim.operatorDot),
            node: laptop.heads.table[claim.dot.replica].node.text,
            recordedAt: Self.time(claim.recordedAt), grade: Self.grade(claim.body.source))
    }

    static func grade(_ source: String?) -> String? {
        source.flatMap { SourceText($0)?.grade.text }
    }

    func operatorName(_ dot: Dot?) -> String? {
        dot.flatMap { laptop.membership?.operators[$0]?.name }
    }

    static func time(_ milliseconds: UInt64) -> String? {
        milliseconds == 0 ? nil : UTCTime.text(millisecondsSince1970: Int64(clamping: milliseconds))
    }

    /// One row for each write of a change.
    func historyRows(_ change: Change, lane: Lane?) -> [HistoryRow] {
        let table = laptop.heads.table
        let isData = [.data, .dataBranch].contains(table[change.dot.replica].lane)
        let adopters = adopters(of: change.dot)
        return change.writes.map { write in
            let body = laptop.body(of: write, in: change)
            var row = HistoryRow(
                dot: table.text(change.dot),
                record: isData ? laptop.text(ofRecord: change.record) : nil,
                kind: Self.changeKindName(change.kind), field: FieldSchema.name(of: write.field),
                content: change.isErased
                    ? .state("erased")
                    : shown(Self.brief(body.content, of: write.field)),
                names: write.names.map { table.text($0) },
                operator: operatorName(change.operatorDot),
                node: table[change.dot.replica].node.text,
                recordedAt: Self.time(change.recordedAt), source: body.source,
                reason: body.reason,
                lane: lane.map { $0 == .control ? "control" : "data" })
            row.grade = Self.grade(body.source)
            row.adoptedBy = adopters
            return row
        }
    }

    /// Who took a change out of quarantine; nobody where it counts without that.
    private func adopters(of dot: Dot) -> [String] {
        guard let membership = laptop.membership,
            dot.counter > membership.countedHeight(of: laptop.heads.table[dot.replica])
        else { return [] }
        return laptop.decisions(about: dot).filter { $0.verdict == .adopt }.map(\.author.text)
    }

    static func changeKindName(_ kind: UInt64) -> String {
        switch kind {
        case ChangeKind.member: "member"
        case ChangeKind.role: "role"
        case ChangeKind.revoke: "revoke"
        case ChangeKind.close: "close"
        case ChangeKind.erase: "erase"
        case ChangeKind.adopt: "adopt"
        case ChangeKind.operator: "operator"
        case ChangeKind.retention: "retention"
        case ChangeKind.recovery: "recovery"
        case ChangeKind.hold: "hold"
        case ChangeKind.key: "key"
        case ChangeKind.classKey: "class_key"
        case ChangeKind.custody: "custody"
        case ChangeKind.edit: "edit"
        default: "kind_\(kind)"
        }
    }
}
