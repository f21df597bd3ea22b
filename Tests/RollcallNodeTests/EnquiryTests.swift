import Foundation
import RollcallControl
import Testing

@testable import RollcallNode

/// What families ask, against whole daemons; numbers are those of the issue.
@Suite(.timeLimit(.minutes(5)), .serialized) struct EnquiryTests {
    private static let list =
        "no,surname,given_name,birth_date,birth_place,category\n"
        + "1,КОВАЛЬЧУК,СЕРГІЙ,12.03.1988,Житомирська обл.,military\n"
        + "2,Ковальчук,Сергій,1961,Полтава,military\n"
        + "3,Бойко,Іван,05.01.1990,Житомир,military\n"

    private static let asked = [
        ("surname", "Kovalchuk"), ("given_name", "Serhiy"), ("birth_date", "1987 or 1988"),
        ("address_before", "Zhytomyr region"), ("asker", "Olena Kovalchuk"),
        ("asker_relation", "sister"), ("asker_contact", "+380 67 123-45-67"),
    ]

    @Test
    func
        `S9: a brother is found, a namesake is far lower, and nothing is told until somebody calls`()
        async throws
    {
        let team = try await ExchangeTeam("family")
        let desk = team[0]
        try await desk.take(list: Self.list, revision: 1)
        let enquiry = try await desk.enquire(Self.asked)
        let shown = try await desk.enquiry(enquiry)
        #expect(shown.enquiry.state == "open")
        let (first, second) = (shown.candidates[0], shown.candidates[1])
        #expect(first.texts["surname"] == ["КОВАЛЬЧУК"])
        #expect(first.band == "likely")
        #expect(
            first.reasons.map { "\($0.field) \($0.how)" } == [
                "surname script", "given_name script", "birth_date within", "address_before region",
            ])
        #expect(second.texts["birth_date"] == ["1961"])
        #expect(second.band == "namesake")
        #expect(first.score >= second.score + 12)
        #expect(shown.candidates.count == 2)
        // Nobody asked him yet: it takes a reason, and first of all a match.
        #expect(first.telling == "with_reason" && first.why == "not_asked")
        #expect(try await desk.error(of: desk.telling(enquiry))?.code == .badValue)

        try await desk.decide("match", enquiry, first.record)
        #expect(try await desk.enquiry(enquiry).enquiry.state == "matched")
        #expect(try await desk.error(of: desk.telling(enquiry))?.code == .badValue)
        try await desk.set(first.record, ("inform_kin", "yes"))
        try await desk.ask(desk.telling(enquiry))
        let told = try await desk.enquiry(enquiry)
        #expect(told.enquiry.state == "told")
        #expect(told.told.map(\.how) == ["phone"])
        #expect(told.told.map(\.person) == [first.record])
        // What was seen stays with the decision.
        let history = try await desk.rows(.history(id: enquiry), HistoryRow.self)
        let match = try #require(history.first { $0.field == "match" })
        #expect(match.source?.contains("birth_date within") == true)
        try await team.stop()
    }

    /// The same keys on a Ukrainian layout, and a Cyrillic name on an English one.
    @Test(arguments: [("Лщмфдсргл", "Іукршн"), ("Rjdfkmxer", "Cthusq")])
    func `S9: what was typed on the wrong layout finds him too`(_ surname: String, _ given: String)
        async throws
    {
        let team = try await ExchangeTeam("family")
        try await team[0].take(list: Self.list, revision: 1)
        let enquiry = try await team[0].enquire([
            ("surname", surname), ("given_name", given), ("birth_date", "1988"),
        ])
        let first = try #require(try await team[0].enquiry(enquiry).candidates.first)
        #expect(first.texts["surname"] == ["КОВАЛЬЧУК"])
        #expect(first.reasons.contains { $0.how == "layout" })
        try await team.stop()
    }

    @Test
    func `C21: two desks match one enquiry with two people, and the family is told of neither`()
        async throws
    {
        let team = try await ExchangeTeam("family", "table")
        try await team[0].take(list: Self.list, revision: 1)
        let enquiry = try await team[0].enquire([
            ("surname", "Kovalchuk"), ("given_name", "Serhiy"),
        ])
        try await team.agree()
        let candidates = try await team.everywhere {
            try await $0.enquiry(enquiry).candidates.map(\.record)
        }
        #expect(candidates.count == 2)
        for record in candidates { try await team[0].set(record, ("inform_kin", "yes")) }
        try await team.agree()
        try await team.part()
        for (place, record) in candidates.enumerated() {
            // A name is all that agrees.
            let refused = try await team[place].error(
                of: team[place].matching("match", enquiry, record))
            #expect(refused?.code == .badValue)
            try await team[place].decide("match", enquiry, record, reason: "she saw his photo")
        }
        try await team[0].ask(team[0].telling(enquiry))
        try await team.meet()

        let state = try await team.everywhere { try await $0.enquiry(enquiry).enquiry }
        #expect(state.state == "double")
        #expect(Set(state.matches) == Set(candidates))
        #expect(try await team.everywhere { try await $0.kinds() }.contains("enquiry_double_match"))
        for laptop in team.laptops {
            #expect(try await laptop.error(of: laptop.telling(enquiry))?.code == .badValue)
            // A third is no way out.
            let more = try await laptop.recordsBySurname()["Бойко"] ?? ""
            let refused = try await laptop.error(
                of: laptop.matching("match", enquiry, more, reason: "r"))
            #expect(refused?.code == .badValue)
        }

        try await team[1].decide("withdraw", enquiry, candidates[0], reason: "older")
        try await team.agree()
        let settled = try await team.everywhere { try await $0.enquiry(enquiry).enquiry }
        #expect(settled.state == "matched")
        #expect(settled.matches == [candidates[1]])
        // The first desk called about the other one.
        #expect(settled.toldOfAnother)
        #expect(
            try await !team.everywhere { try await $0.kinds() }.contains("enquiry_double_match"))
        try await team[1].ask(team[1].telling(enquiry))
        try await team.agree()
        try await team.stop()
    }

    @Test func `C21: two records that are one person are one match`() async throws {
        let team = try await ExchangeTeam("family", "table")
        try await team[0].take(list: Self.list, revision: 1)
        let enquiry = try await team[0].enquire(Self.asked)
        try await team.agree()
        let people = try await team[0].enquiry(enquiry).candidates.map(\.record)
        try await team.part()
        try await team[0].decide("match", enquiry, people[0])
        try await team[1].decide("match", enquiry, people[1], reason: "his word")
        try await team.meet()
        try await team[0].set(people[0], ("same_as", people[1]))
        try await team.agree()
        #expect(
            try await team.everywhere { try await $0.enquiry(enquiry).enquiry.state } == "matched")
        #expect(
            try await !team.everywhere { try await $0.kinds() }.contains("enquiry_double_match"))
        try await team.stop()
    }

    @Test func `what a person said of their family holds, and a match is taken back`() async throws
    {
        let team = try await ExchangeTeam("family")
        let desk = team[0]
        try await desk.take(list: Self.list, revision: 1)
        let enquiry = try await desk.enquire(Self.asked)
        let person = try #require(try await desk.enquiry(enquiry).candidates.first?.record)
        try await desk.decide("match", enquiry, person)
        for answer in ["no", "later"] {
            try await desk.set(person, ("inform_kin", answer))
            let refused = try await desk.error(
                of: desk.telling(enquiry, reason: "they wait outside"))
            #expect(refused?.code == .notAllowed)
        }
        try await desk.set(person, ("inform_kin", "named_person_only"))
        #expect(try await desk.error(of: desk.telling(enquiry))?.code == .badValue)
        try await desk.set(person, ("withhold", "kin"))
        let withheld = try await desk.error(
            of: desk.telling(enquiry, reason: "she is who he named"))
        #expect(withheld?.code == .notAllowed)
        try await desk.take("withhold", "kin", from: person)
        try await desk.ask(desk.telling(enquiry, reason: "she is who he named"))

        try await desk.decide("withdraw", enquiry, person, reason: "another man")
        let open = try await desk.enquiry(enquiry)
        #expect(open.enquiry.state == "open" && open.enquiry.toldOfAnother)
        try await desk.decide("not_match", enquiry, person)
        #expect(try await desk.enquiry(enquiry).candidates.last?.link == "not_match")
        let refused = try await desk.error(of: desk.matching("match", enquiry, person))
        #expect(refused?.code == .badValue)
        // Decided on what was shown before.
        let late = try await desk.error(of: desk.matching("withdraw", enquiry, person, seen: []))
        #expect(late?.code == .contextRequired)
        try await team.stop()
    }

    @Test func `whoever is erased drops out, and so does an enquiry`() async throws {
        let team = try await ExchangeTeam("family", "table")
        try await team[0].take(list: Self.list, revision: 1)
        let enquiry = try await team[0].enquire(Self.asked)
        let person = try #require(try await team[0].enquiry(enquiry).candidates.first?.record)
        try await team[0].decide("match", enquiry, person)
        try await team.agree()
        try await team[0].ask(.erase(ids: [person], reason: "asked for it"))
        try await team.agree()
        let left = try await team.everywhere { try await $0.enquiry(enquiry).enquiry }
        #expect(left.state == "open" && left.matches.isEmpty)
        #expect(try await team.everywhere { try await $0.enquiry(enquiry).candidates.count } == 1)
        try await team[0].ask(.erase(ids: [enquiry], reason: "found"))
        try await team.agree()
        let all = try await team.everywhere {
            try await $0.rows(.enquiries(), EnquiryRow.self).count
        }
        #expect(all == 0)
        try await team.stop()
    }

    @Test func `enquiries are found by each of their words, and are no people`() async throws {
        let team = try await ExchangeTeam("family")
        let desk = team[0]
        try await desk.take(list: Self.list, revision: 1)
        let counts = try await desk.counts()
        let enquiry = try await desk.enquire(Self.asked)
        let other = try await desk.enquire([("surname", "Мельник"), ("asker", "Ганна")])
        func found(_ text: String) async throws -> [String] {
            try await desk.rows(.enquiries(text: text), EnquiryRow.self).map(\.record)
        }
        for text in [
            "kovalchuk", "SERHIY koval", "olena", "0671234567", "+380671234567", "67 123-45-67",
            "Ковальчук", "Ковальч Сергей", "лщмфдсргл",
        ] {
            #expect(try await found(text) == [enquiry], "by \(text.count) letters")
        }
        #expect(try await found("мельник") == [other])
        #expect(try await found("Ковальчук 067") == [enquiry])
        for text in ["Шевченко", "Ковальчук 999", "kovalchuk мельник"] {
            #expect(try await found(text).isEmpty, "by \(text.count) letters")
        }
        #expect(Set(try await found("")) == [enquiry, other])
        let report = try await desk.ask(.enquiries(text: "лщмфдсргл"), EnquiriesReport.self)
        #expect(report.typed == "kovalchuk" && report.all == 2 && report.found == 1)

        #expect(try await desk.counts() == counts)
        #expect(try await desk.rows(.people(), PersonRow.self).count == 3)
        #expect(try await desk.rows(.people(records: [enquiry]), PersonRow.self).isEmpty)
        #expect(try await desk.rows(.list(limit: nil, filters: []), RecordView.self).count == 3)
        let roster = "\(desk.scratch.path)/roster.csv"
        try await desk.ask(.rosterExport(path: roster))
        let text = try String(contentsOfFile: roster, encoding: .utf8)
        #expect(!text.contains("Olena") && !text.contains("Kovalchuk") && !text.contains("asker"))
        try await team.stop()
    }

    @Test func `whoever comes is told to be asked for, in whichever script`() async throws {
        let team = try await ExchangeTeam("family")
        let desk = team[0]
        let enquiry = try await desk.enquire(Self.asked)
        let other = try await desk.enquire([
            ("surname", "Kovalchuk"), ("given_name", "Serhiy"), ("birth_date", "1961"),
        ])
        try await desk.enquire([("surname", "Мельник"), ("given_name", "Сергій")])
        let person = try await desk.add(
            ("surname", "Ковальчук"), ("given_name", "Сергій"), ("birth_date", "12.03.1988"),
            ("arrival", "1"))
        func rows() async throws -> [EnquiryRow] {
            try await desk.rows(.enquiries(person: person), EnquiryRow.self)
        }
        #expect(try await rows().map(\.record) == [enquiry])
        #expect(try await rows().map(\.band) == ["likely"])
        try await desk.decide("match", enquiry, person)
        #expect(try await rows().map(\.band) == [nil])
        try await desk.decide("withdraw", enquiry, person)
        try await desk.decide("not_match", enquiry, person)
        #expect(try await rows().isEmpty)
        try await desk.decide("match", other, person, reason: "the year was wrong")
        #expect(try await rows().map(\.record) == [other])
        try await team.stop()
    }

    @Test func `a hotline's file is taken in as enquiries, and once`() async throws {
        let team = try await ExchangeTeam("family")
        let desk = team[0]
        try await desk.take(list: Self.list, revision: 1)
        let path = "\(desk.scratch.path)/hotline.csv"
        let lines = (1...300).map {
            "\($0),Kovalchuk,Name\($0),1987 or 1988,Sister \($0),0501234\($0 + 100)"
        }
        try Data(
            (["no,surname,given_name,birth_date,asker,asker_contact"] + lines)
                .joined(separator: "\n").utf8
        ).write(to: URL(filePath: path))
        func take(_ origin: ListOrigin? = nil) -> ControlRequest {
            .rosterImport(
                path: path, list: "hotline", key: "no",
                columns: [ColumnField(column: "no", field: "-")], skipBad: false, origin: origin,
                reading: ListReading(enquiries: true))
        }
        #expect(try await desk.ask(take(), RosterReport.self).added == 300)
        #expect(try await desk.ask(take(), RosterReport.self).unchanged == 300)
        let side = ListOrigin(issuer: "a", direction: "a_to_b", stage: "1", revision: 2)
        #expect(try await desk.error(of: take(side))?.code == .usage)

        let found = try await desk.rows(.enquiries(text: "sister 7", limit: 5), EnquiryRow.self)
        #expect(found.count == 5)
        let report = try await desk.ask(.enquiries(), EnquiriesReport.self)
        #expect(report.all == 300 && report.found == 300)
        #expect(try await desk.rows(.people(), PersonRow.self).count == 3)
        #expect(try await desk.counts()["listed"] == 3)
        let sought = try await desk.enquiry(found[0].record)
        #expect(sought.candidates.allSatisfy { $0.texts["surname"] != ["Бойко"] })
        try await team.stop()
    }

    @Test func `an observer's laptop finds the same discrepancy, and reads nothing of the family`()
        async throws
    {
        let team = try await ExchangeTeam("gate", "table")
        let gate = team[0]
        let enquiry = try await gate.enquire(Self.asked)
        let one = try await gate.add(("surname", "Ковальчук"), ("arrival", "1"))
        let other = try await gate.add(("surname", "Ковальчук"), ("arrival", "1"))
        try await team.agree()
        try await team.part()
        try await gate.decide("match", enquiry, one, reason: "his voice")
        try await team[1].decide("match", enquiry, other, reason: "his face")
        try await team.meet()
        let looker = try await LiveDaemon("looker")
        try await looker.join(try await gate.invite(role: "observer"), at: try await gate.address)
        for laptop in [gate, looker] {
            let isFound = try await eventually {
                try await laptop.kinds().contains("enquiry_double_match")
            }
            #expect(isFound)
        }
        let seen = try await looker.enquiry(enquiry)
        #expect(seen.enquiry.sealed && seen.enquiry.state == "double")
        #expect(seen.enquiry.texts["asker"] == nil && seen.enquiry.texts["asker_contact"] == nil)
        #expect(seen.candidates.allSatisfy { $0.telling != "allowed" })
        #expect(try await looker.rows(.enquiries(text: "olena"), EnquiryRow.self).isEmpty)
        try await looker.stop()
        try await team.stop()
    }
}

/// What a family desk does.
extension LiveDaemon {
    @discardableResult
    func enquire(_ fields: [(String, String)]) async throws -> String {
        let fields = fields.map { FieldValue(field: $0.0, value: $0.1) }
        return try await ask(.addEnquiry(fields: fields, operator: nil), WriteReport.self).record
    }

    func enquiry(_ id: String) async throws -> EnquiryReport {
        try await ask(.enquiry(id: id), EnquiryReport.self)
    }

    func matching(
        _ kind: String, _ enquiry: String, _ person: String, reason: String? = nil,
        seen: [String]? = nil
    ) -> ControlRequest {
        .match(MatchOrder(enquiry: enquiry, person: person, kind: kind, reason: reason, seen: seen))
    }

    func decide(
        _ kind: String, _ enquiry: String, _ person: String, reason: String? = nil
    ) async throws {
        let seen = try await self.enquiry(enquiry).seen
        try await ask(matching(kind, enquiry, person, reason: reason, seen: seen))
    }

    func telling(_ enquiry: String, reason: String? = nil) -> ControlRequest {
        .notified(
            NotifiedOrder(enquiry: enquiry, how: "phone", outcome: "reached", reason: reason))
    }
}
