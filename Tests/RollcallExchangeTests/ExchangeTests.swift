import RollcallCore
import Testing

@testable import RollcallExchange

/// Records as a test says them: field by field.
struct Facts {
    static let replica: ReplicaID? = {
        var reader = ByteReader([UInt8](repeating: 3, count: 32) + [1, 0, 0, 0, 0, 0, 0, 0, 9])
        return try? ReplicaID(from: &reader, "replica")
    }()

    static func name(_ counter: UInt64) throws -> NamedDot {
        NamedDot(replica: try #require(replica), counter: counter)
    }

    /// - Parameter fields: `name=value`; of events the stage, of records their counters.
    static func record(_ counter: UInt64, _ fields: String...) throws -> RecordFacts {
        var claims: [FieldNumber: [Claim]] = [:]
        for (place, text) in fields.enumerated() {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            let field = try #require(FieldSchema.field(named: parts[0]))
            let content: Content =
                switch field.type {
                case .record: .record(try name(try #require(UInt64(parts[1]))))
                case .program: .text(parts[1])
                default: try FieldInput.content(field: field, text: parts[1])
                }
            claims[field.number, default: []].append(
                Claim(
                    dot: Dot(ReplicaNumber(0), counter * 100 + UInt64(place)), operatorDot: nil,
                    recordedAt: 0, body: Body(content)))
        }
        return RecordFacts(
            try name(counter), claims.map { Siblings(field: $0.key, claims: $0.value) })
    }
}

@Suite struct ExchangeTests {
    private func list(_ counter: UInt64, _ revision: Int, _ more: String...) throws -> RecordFacts {
        var fields = [
            "record_kind=list", "list_issuer=a", "list_direction=a_to_b", "list_stage=1",
            "list_revision=\(revision)",
        ]
        fields += more
        return try record(counter, fields)
    }

    private func record(_ counter: UInt64, _ fields: [String]) throws -> RecordFacts {
        switch fields.count {
        case 5: try Facts.record(counter, fields[0], fields[1], fields[2], fields[3], fields[4])
        default:
            try Facts.record(
                counter, fields[0], fields[1], fields[2], fields[3], fields[4], fields[5])
        }
    }

    private func kinds(_ exchange: Exchange) -> [Discrepancy.Kind] {
        exchange.discrepancies().map(\.kind)
    }

    private func tally(_ exchange: Exchange, _ direction: Direction = .aToB) throws -> Tally {
        try #require(
            exchange.tallies().first { $0.stage == "1" && $0.direction == direction })
    }

    @Test func `a person comes from expected to their destination, one step after the other`()
        throws
    {
        let listed = ["line_list=1", "surname=Коваль"]
        let steps: [(more: [String], step: Passage.Step)] = [
            ([], .expected), (["absent=1"], .absent), (["arrival=1"], .present),
            (["arrival=1", "identity_confirmed=1"], .present),
            (
                [
                    "arrival=1", "identity_confirmed=1", "transfer_wish=wants",
                    "travel_fitness=yes",
                ], .cleared
            ),
            (["arrival=1", "deferred=1"], .deferred), (["arrival=1", "declined=1"], .declined),
            (["arrival=1", "handover=1"], .handedOver),
            (["handover=1", "boarding=1"], .inTransit),
            (["boarding=1", "arrival_destination=1"], .atDestination),
            (["handover=1", "returned=1"], .returned), (["arrival=1", "died=1"], .died),
        ]
        for (more, step) in steps {
            let all = listed + more
            let person =
                switch all.count {
                case 2: try Facts.record(2, all[0], all[1])
                case 3: try Facts.record(2, all[0], all[1], all[2])
                case 4: try Facts.record(2, all[0], all[1], all[2], all[3])
                default:
                    try Facts.record(2, all[0], all[1], all[2], all[3], all[4], all[5])
                }
            let exchange = Exchange([try list(1, 1), person])
            #expect(exchange.people[0].passage.step == step, "\(more)")
        }
        #expect(Exchange([try Facts.record(2, "surname=x")]).people[0].passage.step == .recorded)
    }

    @Test func `what cannot both be so is told, and counts as both`() throws {
        let exchange = Exchange([
            try Facts.record(1, "detained_by=a", "declined=1", "boarding=1", "arrival=1")
        ])
        #expect(kinds(exchange).contains(.statusConflict))
        let tally = try tally(exchange)
        #expect(tally.count(.declined) == Count(1) && tally.count(.present) == Count(1))
        // Of another day it is no contradiction.
        let apart = Exchange([try Facts.record(1, "detained_by=a", "declined=1", "boarding=2")])
        #expect(!kinds(apart).contains(.statusConflict))
    }

    @Test func `absent and unlisted are told by name, and come right on the next day`() throws {
        let exchange = Exchange([
            try list(1, 1), try Facts.record(2, "line_list=1", "absent=1"),
            try Facts.record(3, "arrival=1", "detained_by=a"),
            try Facts.record(4, "line_list=1", "absent=1", "arrival=2"),
        ])
        let tally = try tally(exchange)
        #expect(tally.count(.listed) == Count(2) && tally.count(.absent) == Count(2))
        #expect(tally.count(.present) == Count(1) && tally.count(.unlisted) == Count(1))
        #expect(
            kinds(exchange) == [.listedAbsent, .listedAbsent, .presentUnlisted, .presentUnlisted])
        let second = try #require(
            exchange.tallies().first { $0.stage == "2" && $0.direction == .aToB })
        #expect(second.count(.present) == Count(1) && second.count(.absent) == Count(0))
    }

    @Test func `revisions follow the issuer's count, whichever came first`() throws {
        let records = [
            try list(1, 2), try list(2, 1), try Facts.record(3, "line_list=1", "line_list=2"),
            try Facts.record(4, "line_list=2", "arrival=1", "handover=1", "identity_confirmed=1"),
        ]
        for order in [[0, 1, 2, 3], [1, 0, 2, 3]] {
            let exchange = Exchange(order.map { records[$0] })
            let newest = exchange.lists.filter(\.isNewest).map(\.revision)
            #expect(newest == [2])
            #expect(try tally(exchange).count(.listed) == Count(1))
            #expect(kinds(exchange).contains(.takenOffAfterHandover))
        }
        let withdrawn = Exchange([
            try list(1, 2, "list_withdrawn=yes"), records[1], records[2], records[3],
        ])
        #expect(withdrawn.lists.filter(\.isNewest).map(\.revision) == [1])
        #expect(try tally(withdrawn).count(.listed) == Count(2))
        let clash = Exchange([try list(1, 2), try list(5, 2)])
        #expect(kinds(clash) == [.revisionClash])
    }

    @Test func `one person under two records is one, and both again once that is taken back`()
        throws
    {
        let one = try Facts.record(1, "surname=Коваль", "arrival=1", "detained_by=a")
        let other = try Facts.record(2, "surname=Коваль", "arrival=1", "detained_by=a")
        let same = try Facts.record(
            2, "surname=Ковалёв", "arrival=1", "detained_by=a", "same_as=1")
        #expect(try tally(Exchange([one, other])).count(.present) == Count(2))
        let joined = Exchange([one, same])
        #expect(try tally(joined).count(.present) == Count(1))
        #expect(joined.discrepancies().contains { $0.kind == .mismatch && $0.about == ["surname"] })
    }

    @Test func `a chain of same is one person, and who says not is heard`() throws {
        let exchange = Exchange([
            try Facts.record(1, "arrival=1", "detained_by=a"),
            try Facts.record(2, "same_as=1", "same_as=3"),
            try Facts.record(3, "arrival=1", "not_same_as=1"),
        ])
        #expect(exchange.people.count == 1)
        #expect(kinds(exchange).contains(.sameDisputed))
    }

    @Test func `two who may be one make a range, which falls together when somebody decides`()
        throws
    {
        let one = try Facts.record(
            1, "surname=Коваль", "given_name=Петро", "birth_date=12.03.1988", "handover=1",
            "detained_by=a")
        func other(_ more: String) throws -> RecordFacts {
            try Facts.record(
                2, "surname=КОВАЛЬ", "given_name=Петро", "birth_date=03.12.1988", "handover=1",
                "detained_by=a", more)
        }
        let open = Exchange([one, try other("category=military")])
        #expect(try tally(open).count(.handedOver) == Count(2, least: 1))
        #expect(open.candidates.map(\.reasons) == [[.nameAndSwappedBirthDate]])
        let told = Exchange([one, try other("not_same_as=1")])
        #expect(try tally(told).count(.handedOver) == Count(2))
        let same = Exchange([one, try other("same_as=1")])
        #expect(try tally(same).count(.handedOver) == Count(1))
    }

    @Test func `all categories together are their sum`() throws {
        let categories = ["military", "military", "civilian", "unsure"]
        let records = try categories.enumerated().map { place, category in
            try Facts.record(
                UInt64(place + 1), "category=\(category)", "arrival=1", "detained_by=a")
        }
        let tally = try tally(Exchange(records))
        let parts = Category.allCases.map { tally.count(.present, $0).most }
        #expect(parts == [2, 1, 1] && tally.count(.present) == Count(4))
    }

    @Test func `parity is over stages too, and of whom nobody holds nothing is counted`() throws {
        let exchange = Exchange([
            try Facts.record(1, "handover=1", "detained_by=a"),
            try Facts.record(2, "handover=1", "handover=2", "detained_by=b"),
            try Facts.record(3, "handover=2"),
        ])
        let tallies = exchange.tallies()
        #expect(Exchange.parity(tallies, at: "1") == Count(0))
        #expect(Exchange.parity(tallies, at: "2") == Count(-1))
        // Over all stages each person counts once.
        #expect(Exchange.parity(tallies, at: nil) == Count(0))
        #expect(exchange.withoutDirection == 1)
        #expect(kinds(exchange).contains(.doubleHandover))
        #expect(kinds(exchange).contains(.parityGap))
    }
}

@Suite struct PartialDateTests {
    @Test(arguments: [
        ("12.03.1988", "1988-03-12"), ("1988-3-12", "1988-03-12"),
        ("03.1988", "1988-03"), ("1988", "1988"), ("1988 р.н.", "1988"), ("~1988", "~1988"),
        ("близько 1988 р.", "~1988"), ("12.03.1988 г.р.", "1988-03-12"),
    ])
    func `one day is written in one way, however a list has it`(given: String, kept: String) throws
    {
        #expect(PartialDate(given)?.text == kept)
        #expect(try content("birth_date", given) == .text(kept))
    }

    @Test(arguments: [
        "12.03.88", "12/03/1988", "31.02.1988", "13.13.1988", "1700", "spring 1988", "1.2.3.1988",
        ".",
    ])
    func `what is no date stays as it was written`(given: String) throws {
        #expect(PartialDate(given) == nil)
        #expect(try content("birth_date", given) == .text(given))
    }

    @Test func `day and month are swapped where that is a date`() {
        #expect(PartialDate("1988-03-12")?.swapped?.text == "1988-12-03")
        #expect(PartialDate("1988-03-13")?.swapped == nil)
        #expect(PartialDate("1988-03-03")?.swapped == nil)
    }

    @Test func `a choice is kept in one way, and other words as they are`() throws {
        #expect(try content("category", "MILITARY") == .text("military"))
        #expect(try content("measure", "Prisoner of war") == .text("prisoner_of_war"))
        #expect(try content("category", "військовий") == .text("військовий"))
    }
}

@Suite struct VerificationMarkTests {
    private static let surname = FieldSchema.number("surname")

    private func siblings(_ field: FieldNumber, _ values: [(dot: UInt64, content: Content)])
        -> Siblings
    {
        Siblings(
            field: field,
            claims: values.map {
                Claim(
                    dot: Dot(ReplicaNumber(0), $0.dot), operatorDot: nil, recordedAt: 0,
                    body: Body($0.content))
            })
    }

    private func stands(_ values: [(dot: UInt64, content: Content)], checked: [UInt64]) throws
        -> Bool
    {
        let mark = Verification(
            outcome: .confirmed, field: Self.surname, station: "",
            checked: Set(try checked.map { try Facts.name($0) }))
        let marks = siblings(FieldSchema.verification, [(90, .verification(mark))])
        let replica = try Facts.name(1).replica
        let all = VerificationMark.all(
            of: Self.surname, siblings(Self.surname, values), marks: marks
        ) { NamedDot(replica: replica, counter: $0.counter) }
        #expect(all.count == 1)
        return all[0].stands
    }

    @Test func `a mark stands on the value that it names, and lapses with it`() throws {
        #expect(try stands([(1, .text("x"))], checked: [1]))
        // Somebody else wrote the same.
        #expect(try stands([(1, .text("x")), (2, .text("x"))], checked: [1]))
        #expect(try !stands([(2, .text("x"))], checked: [1]))
        #expect(try !stands([(1, .text("x")), (2, .text("y"))], checked: [1]))
        #expect(try !stands([], checked: [1]))
        #expect(try !stands([(1, .text("x"))], checked: [1, 2]))
    }
}

@Suite struct TargetTests {
    @Test func `a target that not all say the same of is none, however many say it`() throws {
        func operation(_ counter: UInt64, _ target: Int) throws -> RecordFacts {
            try Facts.record(counter, "record_kind=operation", "target=\(target)")
        }
        let records = try [(1, 5), (2, 6), (3, 7)].map { try operation(UInt64($0.0), $0.1) }
        #expect(Exchange(records).target == nil)
        #expect(Exchange([records[0], try operation(4, 5)]).target == 5)
    }

    @Test func `two spellings of one name on one birth date may be one person`() throws {
        let exchange = Exchange([
            try Facts.record(
                1, "arrival=1", "surname=Коваленко", "given_name=Сергій", "birth_date=1988-03-12"),
            try Facts.record(
                2, "arrival=1", "surname=Коваленко", "given_name=Сергей", "birth_date=1988-03-12"),
            try Facts.record(
                3, "arrival=1", "surname=Коваленко", "given_name=Сергей", "birth_date=1988-03-13"),
            try Facts.record(
                4, "arrival=1", "surname=Бондар", "given_name=Сергей", "birth_date=1988-03-12"),
        ])
        #expect(
            exchange.candidates == [Candidate(one: 0, other: 1, reasons: [.alikeNameAndBirthDate])])
    }

    @Test func `names of women and men are near only where nobody says which`() throws {
        func pair(_ one: String, _ other: String) throws -> [Candidate] {
            Exchange([
                try Facts.record(
                    1, "arrival=1", "surname=Ткач", "given_name=Валентин", "birth_date=1988-03-12",
                    one),
                try Facts.record(
                    2, "arrival=1", "surname=Ткач", "given_name=Валентина", "birth_date=1988-03-12",
                    other),
            ]).candidates
        }
        #expect(try pair("sex=male", "sex=female").isEmpty)
        #expect(try pair("sex=male", "rank=солдат").count == 1)
    }

    @Test func `tax numbers that one digit tells apart are near on one birth date alone`() throws {
        let exchange = Exchange([
            try Facts.record(
                1, "arrival=1", "surname=Коваль", "tax_number=3221456789", "birth_date=1988-03-12"),
            try Facts.record(
                2, "arrival=1", "surname=Ткач", "tax_number=3221456780", "birth_date=1988-03-12"),
            try Facts.record(
                3, "arrival=1", "surname=Бойко", "tax_number=3221456781", "birth_date=1990"),
        ])
        #expect(
            exchange.candidates == [
                Candidate(one: 0, other: 1, reasons: [.nearTaxNumberAndBirthDate])
            ])
    }
}
