import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync
import RollcallTrust

/// One revision of a side's list, as the file says it.
struct ListRevision: Sendable {
    private let origin: ListOrigin
    private let texts: [(field: FieldNumber, text: String)]
    /// What all revisions of the list have in common; by it their rows are known again.
    let series: String

    /// - Parameter hash: SHA-256 of the whole file, by which it can be told again, byte for byte.
    init(_ origin: ListOrigin, _ path: String, _ hash: [UInt8]) throws {
        guard Direction(rawValue: origin.direction) != nil else {
            throw ControlError(.badValue, "a direction is a_to_b or b_to_a")
        }
        guard (1...9_999).contains(origin.revision) else {
            throw ControlError(.badValue, "a revision is a number from 1 to 9999")
        }
        let issuer = try Driver.name(origin.issuer, "an issuer")
        let stage = try Driver.name(origin.stage, "a stage's code")
        self.origin = origin
        let file = String((path.split(separator: "/").last ?? "").prefix(200))
        series = "\(issuer) \(origin.direction) \(stage)"
        texts = try [
            ("list_issuer", issuer), ("list_direction", origin.direction),
            ("list_stage", stage), ("list_revision", String(origin.revision)),
            ("list_file", FieldInput.normalised(file) + " " + Driver.hexadecimal(hash)),
        ].map { (try Driver.field($0.0).number, $0.1) }
    }

    /// What the list's file is called, and its hash.
    var fileText: String { texts.last?.text ?? "" }

    /// The changes that make the list, with how its columns were read.
    func drafts(_ columns: [ColumnField], key: String?, _ operatorDot: Dot?) -> [Draft] {
        var first = draft(operatorDot)
        if let key {
            first.append(
                FieldSchema.listKey, body: Body(.text(FieldInput.normalised(key))).encoded())
        }
        return [first]
            + columns.map { column in
                var draft = Draft(record: .createdByFirst, operatorDot: operatorDot)
                let text = FieldInput.normalised(column.column) + "=" + column.field
                draft.append(FieldSchema.listColumn, body: Body(.text(text)).encoded())
                return draft
            }
    }

    private func draft(_ operatorDot: Dot?) -> Draft {
        var draft = Draft(record: .new, operatorDot: operatorDot)
        draft.append(
            FieldSchema.recordKind, body: Body(.text(RecordKind.list.rawValue)).encoded())
        for (field, text) in texts { draft.append(field, body: Body(.text(text)).encoded()) }
        return draft
    }

    /// Whether a later revision of the list is here.
    func isReplaced(in exchange: Exchange) -> Bool {
        exchange.lists.contains { list in
            !list.isWithdrawn && list.issuer == FieldInput.normalised(origin.issuer)
                && list.direction?.rawValue == origin.direction
                && list.stage == FieldInput.normalised(origin.stage)
                && list.revision > origin.revision
        }
    }

    /// Whether a record is this revision, of this file, and was not withdrawn.
    func isSaid(by view: RollcallSync.RecordView) -> Bool {
        !view.isRemoved && view[FieldSchema.listWithdrawn]?.values.isEmpty ?? true
            && texts.allSatisfy { field, text in
                view[field]?.values.map(\.content) == [.text(text)]
            }
    }
}

extension Driver {
    /// The list that was made when this file was imported before.
    func record(of revision: ListRevision) throws -> Dot? {
        try records(of: .list).first { dot in
            try laptop.view(of: dot, store).map { revision.isSaid(by: $0) } ?? false
        }
    }

    static func name(of dot: Dot, _ laptop: Laptop) -> NamedDot {
        NamedDot(replica: laptop.heads.table[dot.replica], counter: dot.counter)
    }
}

extension Draft {
    /// A new record of whoever is known by these.
    func of(_ others: [NamedDot]) throws -> Draft {
        guard let other = others.first else { return self }
        return inserting(FieldSchema.sameAs, body: Body(.record(other)).encoded())
    }
}
