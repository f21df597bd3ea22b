import RollcallControl

/// What records, their history and their conflicts look like to a person.
///
/// Bookkeeping is left out: from which line of which list a record came, and, unless it is removed
/// or that is in conflict, whether it was.
///
/// A `!` stands before each value of a field in conflict: none of them counts more.
enum RecordPage {
    static func text(of record: RecordView, names: NodeNames) -> String {
        var table = Table()
        for (field, view) in shownFields(of: record, withRemoval: record.removed) {
            add(view.values, of: field, inConflict: view.conflict, names: names, to: &table)
            for mark in view.verifications {
                table.add([
                    "", "    " + Sentences.outcome(of: mark),
                    Sentences.place(of: mark, names: names),
                    mark.witness.dot,
                ])
            }
        }
        return Sentences.recordHeading(record) + "\n" + table.text
    }

    /// One line a record: its id, marks, and its values without their witnesses.
    static func table(of records: [RecordView]) -> String {
        var table = Table()
        for record in records {
            let fields = shownFields(of: record, withRemoval: false)
            let inConflict = fields.contains { $0.value.conflict }
            let values = fields.map { field, view in
                let texts = view.values.map { Sentences.content($0.content) }
                return field + "=" + texts.joined(separator: view.conflict ? " ! " : ", ")
            }
            table.add([
                record.record, (inConflict ? "!" : "") + (record.removed ? "removed" : ""),
                values.joined(separator: "  "),
            ])
        }
        return table.text
    }

    private static func shownFields(
        of record: RecordView, withRemoval: Bool
    ) -> [(key: String, value: FieldView)] {
        record.fields.filter { field, view in
            switch field {
            case "list_line": false
            case "removed": withRemoval || view.conflict
            default: true
            }
        }.sorted { $0.key < $1.key }
    }

    static func table(of conflicts: [ConflictRow], names: NodeNames) -> String {
        var table = Table()
        for row in conflicts {
            let label = "\(row.record) \(row.field)"
            add(row.values, of: label, inConflict: true, names: names, to: &table)
        }
        return table.text
    }

    static func table(of history: [HistoryRow], names: NodeNames) -> String {
        var table = Table()
        for row in history {
            // Its time stands first, where the eye looks for it.
            let witness = Witness(
                dot: row.dot, source: row.source, operator: row.operator, node: row.node,
                recordedAt: nil, grade: row.grade)
            table.add([
                row.recordedAt.map(Sentences.time) ?? "-", row.dot,
                row.lane.map { "\($0) \(row.kind)" } ?? row.kind,
                row.lane == nil
                    ? row.field ?? "-"
                    : [row.record, row.field].compactMap { $0 }.joined(separator: " "),
                row.content.map(Sentences.content) ?? "-",
                Sentences.witness(witness, names: names),
                row.names.isEmpty ? "" : "names " + row.names.joined(separator: ","),
                row.reason.map(Sentences.reason) ?? "",
                row.adoptedBy.isEmpty ? "" : Sentences.adopted(row.adoptedBy, names: names),
            ])
        }
        return table.text
    }

    /// Each value on its line, and each witness on its own.
    private static func add(
        _ values: [ValueView], of field: String, inConflict: Bool, names: NodeNames,
        to table: inout Table
    ) {
        var label = field
        for value in values {
            var text = (inConflict ? "! " : "  ") + Sentences.content(value.content)
            for witness in value.witnesses {
                table.add([label, text, Sentences.witness(witness, names: names), witness.dot])
                label = ""
                text = ""
            }
        }
    }
}
