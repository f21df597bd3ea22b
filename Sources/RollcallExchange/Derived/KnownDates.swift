public import RollcallCore

/// When those were born who are known, by their names: to see whether a list has day and month the other way round.
public struct KnownDates: Sendable {
    private var dates: [String: Set<PartialDate>] = [:]

    public static let field = FieldSchema.number("birth_date")

    /// Nobody is known.
    public init() {}

    public init(_ exchange: Exchange) {
        for record in exchange.people.flatMap(\.records) {
            for surname in record.texts("surname") {
                for given in record.texts("given_name") {
                    let born = record.texts("birth_date").compactMap { PartialDate($0) }
                    dates[Self.key([surname, given]), default: []].formUnion(born)
                }
            }
        }
    }

    /// Whether somebody of a row's name is known under its date with day and month changed, and nobody under the date itself.
    public func haveSwapped(_ row: RosterRow) -> Bool {
        guard !dates.isEmpty else { return false }
        func text(_ name: String) -> String? {
            let number = FieldSchema.number(name)
            for write in row.writes where write.field == number {
                if case .text(let text) = write.content { return text }
            }
            return nil
        }
        guard let surname = text("surname"), let given = text("given_name"),
            let date = text("birth_date").flatMap({ PartialDate($0) }), let swapped = date.swapped,
            let known = dates[Self.key([surname, given])]
        else { return false }
        return !known.contains(date) && known.contains(swapped)
    }

    /// Names in any order of their parts.
    static func key(_ names: [String]) -> String {
        names.joined(separator: " ").lowercased().split { !$0.isLetter }.sorted()
            .joined(separator: " ")
    }
}
