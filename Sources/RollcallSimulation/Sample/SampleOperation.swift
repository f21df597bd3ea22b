/// A made-up exchange: who is held, who stands on which list, and what becomes of each.
///
/// The same for the same seed, byte by byte. All in it is synthetic: names are put together at random from common parts.
public struct SampleOperation: Sendable {
    /// How many of each side are handed over at a stage.
    public struct Plan: Sendable {
        public var code: String
        public var day: String
        public var military: Int
        public var civilian: Int

        public init(_ code: String, day: String, military: Int, civilian: Int) {
            self.code = code
            self.day = day
            self.military = military
            self.civilian = civilian
        }

        public var all: Int { military + civilian }
    }

    /// 390, 307 and 303 a side: 880 military and 120 civilian.
    public static let whole = [
        Plan("1", day: "2026-03-02", military: 270, civilian: 120),
        Plan("2", day: "2026-03-03", military: 307, civilian: 0),
        Plan("3", day: "2026-03-04", military: 303, civilian: 0),
    ]

    /// A tenth of it, for tests that have little time.
    public static let tenth = [
        Plan("1", day: "2026-03-02", military: 27, civilian: 12),
        Plan("2", day: "2026-03-03", military: 31, civilian: 0),
        Plan("3", day: "2026-03-04", military: 30, civilian: 0),
    ]

    public let plans: [Plan]
    public internal(set) var people: [SamplePerson] = []
    public internal(set) var lists: [SampleList] = []
    public internal(set) var passages: [SamplePassage] = []

    public init(seed: UInt64, plans: [Plan] = whole) {
        self.plans = plans
        var maker = SampleMaker(seed: seed)
        for plan in plans {
            // One late list is enough to show what one does, and there are people to show it on.
            for side in SampleSide.allCases {
                maker.make(plan, side, hasLateRevision: side == .a && plan.code == plans[0].code)
            }
        }
        people = maker.people.all
        lists = maker.lists
        passages = maker.passages
    }

    public subscript(person number: Int) -> SamplePerson { people[number - 1] }
}

/// What happens to somebody at one stage.
public struct SamplePassage: Sendable {
    public enum Outcome: String, Sendable, CaseIterable {
        case handedOver = "handed_over"
        case absent, declined, deferred
        /// A newer revision took them off the list, and they do not come.
        case withdrawn
    }

    public var person: Int
    public var stage: String
    /// On the lists of this stage; nil of those who come without being listed.
    public var line: Int?
    /// Whether the newest revision has the line.
    public var isListed: Bool
    public var outcome: Outcome
    /// Two tables that did not know of each other each wrote them down.
    public var isTwice = false
    /// The list says another category than they do.
    public var isDisputed = false
    public var errors: [SampleError] = []
}

/// One revision of a list, as its file has it.
public struct SampleList: Sendable {
    public struct Line: Sendable {
        public var number: Int
        public var person: Int
        var cells: SampleLine
    }

    public var side: SampleSide
    public var stage: String
    public var revision: Int
    public var lines: [Line]

    public var fileName: String { "\(stage)-\(side.direction)-revision-\(revision).csv" }

    /// What each side calls its columns, and the fields they are.
    public static func columns(of side: SampleSide) -> [(name: String, field: String)] {
        let names =
            side == .a
            ? [
                "№", "Прізвище", "Ім'я", "По батькові", "Дата народження", "Категорія", "Звання",
                "Особистий номер",
            ]
            : [
                "№", "Фамилия", "Имя", "Отчество", "Дата рождения", "Категория", "Звание",
                "Личный номер",
            ]
        let fields = [
            "line_number", "surname", "given_name", "patronymic", "birth_date", "category", "rank",
            "service_number",
        ]
        return Array(zip(names, fields))
    }

    /// CSV: side A with a byte order mark and semicolons, as a spreadsheet there writes it, side B with commas.
    public var text: String {
        let separator = side == .a ? ";" : ","
        let header = Self.columns(of: side).map(\.name).joined(separator: separator)
        let rows = lines.map { line in
            (["\(line.number)"] + line.cells.cells).joined(separator: separator)
        }
        return (side == .a ? "\u{FEFF}" : "") + ([header] + rows).map { $0 + "\r\n" }.joined()
    }
}
