/// What of a record is compared with others to tell who may be one person.
///
/// Letters are folded and dates read once for each time that a record is written, and not at each change of any other.
struct LikenessKeys: Sendable {
    /// Surnames and given names, word by word.
    let words: [NameKey]
    /// Surname and given name in any order of their parts.
    let names: Set<String>
    /// Surname and given name, and patronymics, part by part in one script.
    let shortNames: Set<String>
    let patronymics: Set<String>
    /// Days, and the same with day and month the other way round.
    let birthDates: Set<String>
    let swappedDates: Set<String>
    let taxNumbers: Set<String>
    let serviceNumbers: Set<String>
    let sexes: Set<String>

    init(_ record: RecordFacts) {
        let (surnames, given) = (record.texts("surname"), record.texts("given_name"))
        words = (surnames + given).map(NameKey.init)
        names = Set(
            surnames.flatMap { surname in given.map { KnownDates.key([surname + " " + $0]) } })
        let folded = given.map(Self.folded)
        shortNames = Set(
            surnames.map(Self.folded).flatMap { surname in folded.map { surname + "," + $0 } })
        patronymics = Set(record.texts("patronymic").map(Self.folded))
        let days = record.texts("birth_date").compactMap { PartialDate($0) }
            .filter { $0.day != nil }
        birthDates = Set(days.map(\.text))
        swappedDates = Set(days.compactMap { $0.swapped?.text })
        taxNumbers = Self.digits(record.texts("tax_number"))
        serviceNumbers = Self.digits(record.texts("service_number"))
        sexes = Set(record.texts("sex"))
    }

    private static func folded(_ name: String) -> String {
        name.split { !$0.isLetter }.map { String(NameKey(String($0)).folded) }
            .joined(separator: " ")
    }

    /// Shorter ones are no numbers of anybody.
    private static func digits(_ texts: [String]) -> Set<String> {
        let keys = texts.map { $0.lowercased().filter { $0.isLetter || $0.isNumber } }
        return Set(keys.filter { $0.count >= 5 })
    }
}

extension Person {
    func keys<Key>(_ keys: (LikenessKeys) -> Set<Key>) -> Set<Key> {
        // Nearly everybody has one record.
        likeness.count == 1
            ? keys(likeness[0]) : likeness.reduce(into: []) { $0.formUnion(keys($1)) }
    }

    /// Names with the dates of all records.
    func namesAndDates(_ dates: (LikenessKeys) -> Set<String>) -> Set<String> {
        let dates = keys(dates)
        guard !dates.isEmpty else { return [] }
        return Set(keys(\.names).flatMap { name in dates.map { "\(name) \($0)" } })
    }

    /// Names with the patronymics of all records; who has none bears the name of others without one.
    var fullNames: Set<String> {
        let patronymics = keys(\.patronymics)
        return Set(
            keys(\.shortNames).flatMap { name in
                (patronymics.isEmpty ? [""] : patronymics).map { "\(name),\($0)" }
            })
    }
}
