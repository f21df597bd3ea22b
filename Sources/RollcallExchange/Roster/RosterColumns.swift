import RollcallCore

/// What each column of a roster fills.
struct RosterColumns: Sendable {
    struct Filling: Sendable {
        var meaning: ColumnMeaning
        var column: Int
        var isName: Bool
        /// By which fillings are in order.
        var number: UInt32
    }

    /// In the order of their fields.
    private(set) var all: [Filling] = []
    private(set) var unknown: [String] = []
    /// What each column was taken for, in a person's words; columns in their order.
    private(set) var names: [(column: Int, field: String)] = []
    /// The column that counts the lines.
    private(set) var lineNumber: Int?

    var hasNames: Bool { all.contains(where: \.isName) }

    /// - Parameter key: The name of the column that tells rows apart: it may be a number that only the list knows.
    init(
        _ header: [String], _ map: [(column: String, field: String)], key: String?
    ) throws(RosterError) {
        let mapped = try Self.mapped(header, map)
        var filledBy: [FieldName: Int] = [:]
        for (column, name) in header.enumerated() {
            guard let meaning = try Self.meaning(name, mapped[column]) else {
                if name != key { unknown.append(name) }
                continue
            }
            let fields = Self.fields(meaning)
            for field in fields {
                if let other = filledBy.updateValue(column, forKey: field.name) {
                    throw .fieldTwice(field: field.name, columns: [header[other], name])
                }
            }
            names.append((column, Self.text(meaning)))
            guard let first = fields.first else { continue }
            if first.name == "line_number" { lineNumber = column }
            all.append(
                Filling(
                    meaning: meaning, column: column,
                    isName: fields.contains { Self.namesOfPeople.contains($0.name) },
                    number: first.number.rawValue))
        }
        all.sort { $0.number < $1.number }
    }

    private typealias FieldName = String

    private static let namesOfPeople: Set = [
        "surname", "given_name", "surname_latin", "given_name_latin",
    ]

    private static func mapped(
        _ header: [String], _ map: [(column: String, field: String)]
    ) throws(RosterError) -> [Int: String] {
        var mapped: [Int: String] = [:]
        for (name, field) in map {
            let column = try column(name, header)
            guard mapped.updateValue(field, forKey: column) == nil else {
                throw .mappedTwice(column: header[column])
            }
        }
        return mapped
    }

    private static func meaning(
        _ name: String, _ mapped: String?
    ) throws(RosterError) -> ColumnMeaning? {
        let found = mapped.map(ColumnNames.meaning(mapped:)) ?? ColumnNames.meaning(of: name)
        do throws(InputError) {
            if case .field(let field)? = found { _ = try FieldInput.writable(named: field.name) }
            if let mapped, found == nil { throw InputError(.unknownField, mapped) }
        } catch {
            throw .field(column: name, error)
        }
        return found
    }

    static func column(_ name: String, _ header: [String]) throws(RosterError) -> Int {
        let name = TidyText(name).text
        guard let column = header.firstIndex(of: name) else { throw .missingColumn(name) }
        return column
    }

    private static func fields(_ meaning: ColumnMeaning) -> [Field] {
        switch meaning {
        case .ignored: []
        case .field(let field): [field]
        case .fullName(let surname, let givenName, let patronymic):
            [surname, givenName] + (patronymic.map { [$0] } ?? [])
        }
    }

    private static func text(_ meaning: ColumnMeaning) -> String {
        switch meaning {
        case .ignored: RosterPlan.ignored
        case .field(let field): field.name
        case .fullName(_, _, .some): ColumnNames.fullName
        case .fullName(_, _, nil): ColumnNames.fullNameLatin
        }
    }
}
