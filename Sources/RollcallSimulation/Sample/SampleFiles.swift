extension SampleOperation {
    /// The operation as files: the lists as the sides hand them over, what they are, and the truth.
    public var files: [(name: String, text: String)] {
        lists.map { ($0.fileName, $0.text) } + [
            ("lists.csv", listsText), ("columns.csv", columnsText), ("stages.csv", stagesText),
            ("truth.csv", truthText),
        ]
    }

    private var listsText: String {
        Self.csv(
            ["file", "issuer", "direction", "stage", "revision", "lines"],
            lists.map {
                [
                    $0.fileName, $0.side.rawValue, $0.side.direction, $0.stage, "\($0.revision)",
                    "\($0.lines.count)",
                ]
            })
    }

    private var columnsText: String {
        Self.csv(
            ["issuer", "column", "field"],
            SampleSide.allCases.flatMap { side in
                SampleList.columns(of: side).map { [side.rawValue, $0.name, $0.field] }
            })
    }

    private var stagesText: String {
        Self.csv(
            ["stage", "day", "military", "civilian"],
            plans.map { [$0.code, $0.day, "\($0.military)", "\($0.civilian)"] })
    }

    /// A row for each person and each stage at which anything becomes of them.
    ///
    /// Names stand as their own list spells them when it makes no mistake, then as a table of the other side writes them down.
    private var truthText: String {
        Self.csv(
            [
                "person", "direction", "category", "sex", "surname", "given_name", "patronymic",
                "surname_heard", "given_name_heard", "patronymic_heard", "birth_date", "rank",
                "service_number", "stage", "line", "listed", "outcome", "twice", "disputed",
                "errors",
            ],
            passages.map { passage in
                let person = self[person: passage.person]
                let (side, name) = (person.side, person.name)
                let names = [name.surname, name.given, name.patronymic]
                return ["\(person.number)", side.direction, person.category]
                    + [person.isWoman ? "female" : "male"] + names.map(side.own)
                    + names.map(side.other)
                    + [person.birth.text, side.own(person.rank), person.serviceNumber]
                    + [passage.stage, passage.line.map { "\($0)" } ?? ""]
                    + [Self.word(passage.isListed), passage.outcome.rawValue]
                    + [Self.word(passage.isTwice), Self.word(passage.isDisputed)]
                    + [passage.errors.map(\.rawValue).joined(separator: " ")]
            })
    }

    private static func word(_ truth: Bool) -> String { truth ? "yes" : "no" }

    /// No cell of a sample has a comma, a quote or a line break in it.
    private static func csv(_ header: [String], _ rows: [[String]]) -> String {
        ([header] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
    }
}
