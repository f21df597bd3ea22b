import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync

/// How somebody said to read the lists of one issuer.
///
/// It is kept with each list that was read so, and comes to all laptops with it; a list that was withdrawn may have been read
/// wrongly, and its columns are forgotten with it.
struct RememberedColumns: Sendable {
    private var fields: [(column: String, field: String)] = []
    private(set) var key: String?

    /// What was said now, and of other columns what was said before.
    func columns(besides said: [ColumnField]) -> [ColumnField] {
        let names = Set(said.map { FieldInput.normalised($0.column) })
        return said
            + fields.filter { !names.contains($0.column) }.map {
                ColumnField(column: $0.column, field: $0.field)
            }
    }

    /// Takes in what is known of a list; of several the last counts.
    mutating func note(_ list: RecordFacts) {
        for text in list.texts(FieldSchema.listColumn).sorted() {
            guard let equals = text.lastIndex(of: "=") else { continue }
            let (column, field) = (
                String(text[..<equals]), String(text[text.index(after: equals)...])
            )
            fields.removeAll { $0.column == column }
            fields.append((column, field))
        }
        let keys = list.texts(FieldSchema.listKey)
        if keys.count == 1 { key = keys[0] }
    }
}

extension Driver {
    /// How the lists of an issuer were read before.
    func rememberedColumns(_ origin: ListOrigin?) throws -> RememberedColumns {
        guard let issuer = origin?.issuer else { return RememberedColumns() }
        while try fillExchange() {}
        let lists = exchangeIndex.all(laptop.heads.table).map(\.facts).filter { list in
            list.kind == .list
                && list.texts(FieldSchema.listIssuer) == [FieldInput.normalised(issuer)]
                && list.texts(FieldSchema.listWithdrawn).isEmpty
        }
        var remembered = RememberedColumns()
        for list in lists.sorted(by: { Self.revision($0) < Self.revision($1) }) {
            remembered.note(list)
        }
        return remembered
    }

    private static func revision(_ list: RecordFacts) -> Int {
        list.texts(FieldSchema.listRevision).compactMap { Int($0) }.max() ?? 0
    }
}
