import RollcallControl
import Testing

@testable import RollcallNode

/// Conflicts that will happen at an exchange point, against whole daemons; numbers are those of the issue.
@Suite(.timeLimit(.minutes(5)), .serialized) struct ExchangeConflictTests {
    private static let list =
        "no,surname,given_name,birth_date,category\n1,Ковальчук,Сергій,12.03.1988,military\n"
        + "2,Бойко,Іван,05.01.1990,military\n"

    @Test func `C2 and C4: what a list says stays, beside what the person says`() async throws {
        let team = try await ExchangeTeam("gate")
        let gate = team[0]
        try await gate.take(list: Self.list, revision: 1)
        let line = try #require(try await gate.recordsBySurname()["Ковальчук"])
        let person = try await gate.add(
            ("surname", "Ковальчук"), ("given_name", "Сергей"), ("birth_date", "03.12.1988"),
            ("same_as", line), ("arrival", "1"), source: "their own word")
        let order = VerifyOrder(
            id: person, field: "birth_date", outcome: "confirmed", source: "passport")
        try await gate.ask(.verify(order))

        #expect(try await gate.texts(line, "birth_date") == ["1988-03-12"])
        #expect(try await gate.texts(line, "given_name") == ["Сергій"])
        let found = try await gate.rows(.discrepancies, DiscrepancyReport.self)
        let mismatch = try #require(found.first { $0.kind == "mismatch" })
        #expect(Set(mismatch.about) == ["birth_date", "given_name"])
        #expect(Set(mismatch.records) == [line, person])
        let shown = try await gate.ask(.show(id: person), RecordView.self)
        #expect(shown.fields["birth_date"]?.verifications.map(\.stands) == [true])
        #expect(try await gate.counts() == ["listed": 2, "present": 1])
        try await team.stop()
    }

    @Test func `C6: two revisions come to two laptops in opposite order`() async throws {
        let team = try await ExchangeTeam("gate", "table")
        try await team.part()
        let second = "no,surname,given_name,birth_date,category\n2,Бойко,Іван,05.01.1990,military\n"
        try await team[0].take(list: Self.list, revision: 1)
        try await team[1].take(list: second, revision: 2)
        try await team.meet()
        func newest(_ laptop: LiveDaemon) async throws -> [Int] {
            try await laptop.rows(.lists, ListReport.self).filter(\.newest).map(\.revision)
        }
        #expect(try await team.everywhere(newest) == [2])
        // Both laptops wrote down line 2: it is one person only once somebody says so.
        #expect(try await team.everywhere { try await $0.kinds() }.contains("duplicate_candidate"))

        // Another file that its issuer calls by the same number is no newer one.
        try await team[0].take(list: Self.list, revision: 2)
        try await team.agree()
        #expect(
            try await team.everywhere { try await $0.kinds() }.contains("list_revision_clash"))
        try await team.stop()
    }

    @Test func `what two laptops said of two records is taken back in one step, and everywhere`()
        async throws
    {
        let team = try await ExchangeTeam("gate", "table")
        let one = try await team[0].add(("surname", "Коваль"), ("arrival", "1"))
        let other = try await team[0].add(("surname", "Коваль"), ("arrival", "1"))
        try await team.agree()
        try await team.part()
        try await team[0].set(one, ("same_as", other))
        try await team[1].set(one, ("not_same_as", other))
        try await team.meet()
        #expect(try await team.everywhere { try await $0.kinds() }.contains("same_disputed"))

        let order = LinkOrder(one: one, other: other, kind: "withdraw", reason: "asked again")
        try await team[0].ask(.link(order))
        try await team.agree()
        for field in ["same_as", "not_same_as"] {
            #expect(try await team.everywhere { try await $0.texts(one, field) } == [])
        }
        try await team.stop()
    }

    @Test
    func
        `what does not fit is decided with a reason, everywhere, and is open again once it is another`()
        async throws
    {
        let team = try await ExchangeTeam("gate", "supervisor")
        let (gate, supervisor) = (team[0], team[1])
        try await gate.take(list: Self.list, revision: 1)
        let line = try #require(try await gate.recordsBySurname()["Ковальчук"])
        let person = try await gate.add(
            ("surname", "Ковальчук"), ("birth_date", "03.12.1988"), ("same_as", line),
            ("arrival", "1"))
        try await team.agree()
        func open(_ laptop: LiveDaemon) async throws -> [String] {
            try await laptop.rows(.discrepancies, DiscrepancyReport.self)
                .filter(\.settled.isEmpty).map(\.kind)
        }
        #expect(try await team.everywhere(open).contains("mismatch"))
        let mismatch = try #require(
            try await gate.rows(.discrepancies, DiscrepancyReport.self).first {
                $0.kind == "mismatch"
            })
        #expect(mismatch.station == "table" && mismatch.about == ["birth_date"])
        func settle(_ code: String?, _ reason: String = "seen in the passport") -> ControlRequest {
            .settle(
                SettleOrder(kind: "mismatch", records: [person], code: code, reason: reason))
        }
        #expect(try await supervisor.error(of: settle("explained", " "))?.code == .usage)
        #expect(try await supervisor.error(of: settle("solved"))?.code == .badValue)
        try await supervisor.ask(settle("list_wrong"))
        try await team.agree()
        #expect(try await !team.everywhere(open).contains("mismatch"))
        let settled = try await gate.rows(.discrepancies, DiscrepancyReport.self)
            .first { $0.kind == "mismatch" }?.settled
        #expect(settled?.map(\.as) == ["list_wrong"])
        #expect(settled?.first?.reason == "seen in the passport")
        // A person is told what was decided, and not each change that was looked at.
        let shown = try await gate.texts(line, "settled") + gate.texts(person, "settled")
        #expect(shown == ["list_wrong mismatch"])
        #expect(try await gate.error(of: settle("explained"))?.code == .badValue)

        // Another date is another thing to look at; back to the one before, written anew, too.
        try await gate.set(person, ("birth_date", "04.12.1988"))
        try await team.agree()
        #expect(try await team.everywhere(open).contains("mismatch"))
        try await gate.ask(settle("record_wrong"))
        #expect(try await !open(gate).contains("mismatch"))
        try await gate.ask(settle(nil, "decided too early"))
        try await team.agree()
        #expect(try await team.everywhere(open).contains("mismatch"))
        #expect(
            try await gate.error(of: settle(nil, "again"))?.code == .nothingToRemove)
        try await team.stop()
    }

    @Test func `a gap in parity is decided at its stage, and open again with another number`()
        async throws
    {
        let team = try await ExchangeTeam("gate")
        let gate = team[0]
        try await gate.take(list: Self.list, revision: 1)
        let people = try await gate.recordsBySurname()
        let (one, other) = (try #require(people["Ковальчук"]), try #require(people["Бойко"]))
        try await gate.set(one, ("arrival", "1"), ("handover", "1"), ("identity_confirmed", "1"))
        let order = SettleOrder(
            kind: "parity_gap", records: [], stage: "1", code: "other_side_asked",
            reason: "two stretchers on their side")
        func isOpen() async throws -> Bool {
            try await gate.rows(.discrepancies, DiscrepancyReport.self).contains {
                $0.kind == "parity_gap" && $0.settled.isEmpty
            }
        }
        #expect(try await isOpen())
        try await gate.ask(.settle(order))
        #expect(try await !isOpen())
        try await gate.set(other, ("arrival", "1"), ("handover", "1"), ("identity_confirmed", "1"))
        #expect(try await isOpen())
        let link = SettleOrder(
            kind: "duplicate_candidate", records: [one], code: "explained", reason: "brothers")
        #expect(try await gate.error(of: .settle(link))?.code == .badValue)
        try await team.stop()
    }

    @Test func `C8: somebody unlisted counts apart until they are accepted`() async throws {
        let team = try await ExchangeTeam("gate", "supervisor")
        try await team[0].take(list: Self.list, revision: 1)
        let person = try await team[0].add(
            ("surname", "Ткач"), ("detained_by", "a"), ("arrival", "1"))
        #expect(try await team[0].counts()["unlisted"] == 1)
        #expect(try await team[0].kinds().contains("present_unlisted"))
        try await team.agree()
        try await team[1].set(person, ("accepted", "1"), source: "call to the other side")
        try await team.agree()
        let counts = try await team.everywhere { try await $0.counts() }
        #expect(counts == ["listed": 2, "present": 1])
        #expect(try await !team.everywhere { try await $0.kinds() }.contains("present_unlisted"))
        try await team.stop()
    }

    @Test
    func
        `heads counted in one bus by two who have not met stand side by side, until somebody decides`()
        async throws
    {
        let team = try await ExchangeTeam("gate", "bus")
        try await team[0].ask(.addStage(code: "1", day: nil, place: nil))
        try await team.agree()
        try await team.part()
        try await team[0].ask(.countHeads(stage: "1", vehicle: "bus 3", heads: 41))
        try await team[1].ask(.countHeads(stage: "1", vehicle: "Bus 3", heads: 40))
        let person = try await team[0].add(
            ("surname", "Ткач"), ("detained_by", "a"), ("arrival", "1"),
            ("arrival_vehicle", "bus 3@1"))
        try await team.meet()
        func vehicles() async throws -> [TallyReport.Vehicle] {
            try await team.everywhere { try await $0.tallyReport().vehicles }
        }
        #expect(try await vehicles().map(\.counted) == [[40, 41]])
        #expect(try await vehicles().map(\.registered) == [RangeReport(least: 1, most: 1)])
        #expect(try await team.everywhere { try await $0.kinds() }.contains("count_vs_headcount"))
        let unread = try await team[1].error(
            of: .countHeads(stage: "1", vehicle: "bus 3", heads: 1))
        #expect(unread?.code == .contextRequired)
        try await team[1].ask(
            .countHeads(stage: "1", vehicle: "bus 3", heads: 1, reason: "counted again"))
        try await team.agree()
        #expect(try await vehicles().map(\.counted) == [[1]])
        #expect(try await !team.everywhere { try await $0.kinds() }.contains("count_vs_headcount"))
        // Whoever looks at people does not see a bus among them.
        #expect(try await team[0].rows(.people(), PersonRow.self).map(\.record) == [person])
        for (stage, heads) in [("2", 4), ("1", -1)] {
            let refused = try await team[0].error(
                of: .countHeads(stage: stage, vehicle: "bus 3", heads: heads))
            #expect(refused?.code == .badValue)
        }
        try await team.stop()
    }

    @Test func `C9: a namesake came under a listed name, and the line is open again`()
        async throws
    {
        let team = try await ExchangeTeam("gate")
        let gate = team[0]
        try await gate.take(list: Self.list, revision: 1)
        let line = try #require(try await gate.recordsBySurname()["Бойко"])
        let person = try await gate.add(
            ("surname", "Бойко"), ("given_name", "Іван"), ("birth_date", "1961"),
            ("detained_by", "a"), ("arrival", "1"))
        func rows() async throws -> [PersonRow] { try await gate.rows(.people(), PersonRow.self) }
        #expect(try await gate.kinds().contains("namesake"))
        #expect(
            try await rows().first { $0.record == person }?.namesakes
                == [.init(record: line, told: false)])
        try await gate.set(person, ("same_as", line))
        #expect(try await !gate.kinds().contains("namesake"))
        #expect(try await gate.counts() == ["listed": 2, "present": 1])
        try await gate.set(person, ("not_same_as", line))
        #expect(try await gate.kinds().contains("same_disputed"))
        try await gate.take("same_as", line, from: person)
        try await gate.set(line, ("absent", "1"))
        #expect(
            try await gate.counts() == ["listed": 2, "present": 1, "unlisted": 1, "absent": 1])
        #expect(try await !gate.kinds().contains("same_disputed"))
        // They are told apart, and stay marked, so that nobody takes one for the other again.
        #expect(try await !gate.kinds().contains("namesake"))
        #expect(
            try await rows().first { $0.record == line }?.namesakes
                == [.init(record: person, told: true)])
        try await team.stop()
    }

    @Test
    func `a source's grade goes with what is written and checked, and a misspelt one nowhere`()
        async throws
    {
        let team = try await ExchangeTeam("table", "gate")
        let person = try await team[0].add(
            ("surname", "Ткач"), ("birth_date", "1961"), source: "Document b2: passport")
        let field = try await team[0].ask(.show(id: person), RecordView.self).fields["surname"]
        #expect(field?.values.first?.witnesses.first?.source == "document B2: passport")
        #expect(field?.values.first?.witnesses.first?.grade == "B2")
        try await team[0].ask(
            .verify(
                VerifyOrder(
                    id: person, field: "surname", outcome: "confirmed", source: "witness C3")))
        try await team.agree()
        let rows = try await team[1].rows(.history(id: person), HistoryRow.self)
        #expect(Set(rows.map(\.grade)) == ["B2", "C3"])
        let refused = try await team[1].error(
            of: .set(
                id: person, fields: [FieldValue(field: "birth_date", value: "1962")], seen: nil,
                source: "document G2: passport", operator: nil))
        #expect(refused?.code == .badValue && refused?.hint?.contains("'document B2") == true)
        #expect(try await team[1].texts(person, "birth_date") == ["1961"])
        try await team.stop()
    }

    @Test func `a bag of effects is missing at the handover, until it is given back`() async throws
    {
        let team = try await ExchangeTeam("transport")
        let laptop = team[0]
        let person = try await laptop.add(
            ("surname", "Ткач"), ("detained_by", "a"), ("arrival", "1"),
            ("effects", "12, seal 443: phone, ring"))
        #expect(try await !laptop.kinds().contains("effects_missing"))
        try await laptop.set(person, ("handover", "1"))
        #expect(try await laptop.kinds().contains("effects_missing"))
        try await laptop.set(person, ("effects_restored", "12"))
        #expect(try await !laptop.kinds().contains("effects_missing"))
        try await team.stop()
    }

    @Test func `C10, C11 and S8: two stations contradict each other, and both see it`()
        async throws
    {
        let team = try await ExchangeTeam("interview", "transport")
        try await team[0].take(list: Self.list, revision: 1)
        try await team.agree()
        let people = try await team[1].recordsBySurname()
        let (one, other) = (
            try #require(people["Ковальчук"]), try #require(people["Бойко"])
        )
        try await team.part()
        try await team[0].set(
            one, ("arrival", "1"), ("declined", "1"), ("transfer_wish", "does_not_want"))
        try await team[0].set(other, ("arrival", "1"), ("deferred", "1"))
        try await team[1].set(one, ("boarding", "1"))
        try await team[1].set(other, ("handover", "1"))
        #expect(try await !team[1].kinds().contains("status_conflict"))
        try await team.meet()

        let found = try await team.everywhere { laptop in
            try await laptop.rows(.discrepancies, DiscrepancyReport.self)
                .filter { $0.kind == "status_conflict" }.map(\.about)
        }
        #expect(Set(found) == [["declined", "boarding"], ["deferred", "handover"]])
        let counts = try await team.everywhere { try await $0.counts() }
        #expect(counts["declined"] == 1 && counts["handed_over"] == 1 && counts["deferred"] == 1)
        // No clean sheet while it stands.
        let refused = try await team[0].error(of: .closeStage(code: "1", reason: nil))
        #expect(refused?.code == .badValue)

        try await team[1].take("boarding", "1", from: one)
        try await team[1].take("handover", "1", from: other)
        try await team.agree()
        #expect(try await !team.everywhere { try await $0.kinds() }.contains("status_conflict"))
        try await team.stop()
    }

    @Test func `C12: a link by mistake is taken back, and later edits stay where they were made`()
        async throws
    {
        let team = try await ExchangeTeam("gate")
        let gate = team[0]
        let one = try await gate.add(
            ("surname", "Коваль"), ("detained_by", "a"), ("arrival", "1"))
        let other = try await gate.add(
            ("surname", "Ткач"), ("detained_by", "a"), ("arrival", "1"))
        try await gate.set(one, ("same_as", other))
        #expect(try await gate.counts()["present"] == 1)
        try await gate.set(other, ("rank", "сержант"), source: "military ID")
        try await gate.take("same_as", other, from: one)
        #expect(try await gate.counts()["present"] == 2)
        #expect(try await gate.texts(other, "rank") == ["сержант"])
        #expect(try await gate.texts(one, "rank").isEmpty)
        #expect(try await gate.texts(one, "surname") == ["Коваль"])
        try await team.stop()
    }

    @Test func `C13: links made apart are one chain, and who says not is heard`() async throws {
        let team = try await ExchangeTeam("gate", "table")
        var ids: [String] = []
        for surname in ["Коваль", "Ковалёв", "Ковальов"] {
            ids.append(
                try await team[0].add(
                    ("surname", surname), ("detained_by", "a"), ("arrival", "1")))
        }
        try await team.agree()
        try await team.part()
        try await team[0].set(ids[0], ("same_as", ids[1]))
        try await team[1].set(ids[1], ("same_as", ids[2]))
        try await team.meet()
        #expect(
            try await team.everywhere { try await $0.counts() } == ["present": 1, "unlisted": 1])
        let people = try await team[0].rows(.people(records: nil), PersonRow.self)
        #expect(people.map { Set($0.records) } == [Set(ids)])
        try await team[1].set(ids[0], ("not_same_as", ids[2]))
        try await team.agree()
        #expect(try await team.everywhere { try await $0.kinds() }.contains("same_disputed"))
        try await team.stop()
    }

    @Test func `C14: a mark is on the value that was seen, not on the one written meanwhile`()
        async throws
    {
        let team = try await ExchangeTeam("table", "gate")
        let person = try await team[0].add(("surname", "Коваль"), ("birth_date", "12.03.1988"))
        try await team.agree()
        try await team.part()
        let order = VerifyOrder(
            id: person, field: "birth_date", outcome: "confirmed", source: "passport")
        try await team[0].ask(.verify(order))
        try await team[1].set(person, ("birth_date", "13.03.1988"))
        try await team.meet()
        let shown = try await team.everywhere { laptop in
            try await laptop.ask(.show(id: person), RecordView.self).fields["birth_date"]
        }
        #expect(shown?.values.map(\.content) == [.text("1988-03-13")])
        #expect(shown?.verifications.map(\.stands) == [false])
        try await team.stop()
    }

    @Test func `C15: sides that disagree on a category leave it open, and the sum is the same`()
        async throws
    {
        let team = try await ExchangeTeam("table 1", "table 2")
        let person = try await team[0].add(
            ("surname", "Коваль"), ("detained_by", "a"), ("arrival", "1"))
        try await team.agree()
        try await team.part()
        try await team[0].set(person, ("category", "military"), source: "list")
        try await team[1].set(person, ("category", "civilian"), source: "their own word")
        try await team.meet()
        func row(_ laptop: LiveDaemon) async throws -> TallyRow? {
            try await laptop.rows(.tally(stage: "1"), TallyRow.self)
                .first { $0.what == "present" && $0.direction == "a_to_b" }
        }
        let open = try #require(try await team.everywhere(row))
        #expect(open.unresolved.most == 1 && open.military.most == 0 && open.all.most == 1)
        #expect(try await team.everywhere { try await $0.kinds() }.contains("category_dispute"))
        try await team[0].ask(
            .resolve(
                id: person, field: "category", choice: .value(text: "military"), seen: nil,
                reason: "military ID seen", operator: nil))
        try await team.agree()
        let settled = try #require(try await team.everywhere(row))
        #expect(settled.unresolved.most == 0 && settled.military.most == 1)
        try await team.stop()
    }

    @Test func `C22: a stage is closed while another laptop still writes`() async throws {
        let team = try await ExchangeTeam("supervisor", "gate")
        try await team[0].take(list: Self.list, revision: 1)
        try await team.agree()
        let people = try await team[0].recordsBySurname()
        let (one, other) = (
            try #require(people["Ковальчук"]), try #require(people["Бойко"])
        )
        let all = [("arrival", "1"), ("identity_confirmed", "1"), ("handover", "1")]
        try await team[0].set(one, all[0], all[1], all[2])
        try await team.agree()
        try await team.part()
        let before = try await team[0].status().fingerprint
        // One side handed over more than the other: no stage is closed over that without a word.
        #expect(try await team[0].error(of: .closeStage(code: "1", reason: nil)) != nil)
        try await team[0].ask(.closeStage(code: "1", reason: "the other side comes at night"))
        #expect(
            try await team[0].counts() == [
                "listed": 2, "present": 1, "confirmed": 1, "handed_over": 1, "absent": 1,
            ])
        try await team[1].set(other, all[0], all[1], all[2])
        try await team.meet()

        func closing(_ laptop: LiveDaemon) async throws -> TallyReport.Closing? {
            try await laptop.tallyReport().closings.first
        }
        let closed = try #require(try await team.everywhere(closing))
        #expect(closed.late == 3 && closed.fingerprint == before && closed.operator == "ann")
        #expect(closed.reason == "the other side comes at night")
        #expect(closed.rows.first { $0.what == "handed_over" }?.all.most == 1)
        #expect(closed.rows.first { $0.what == "absent" }?.all.most == 1)
        // What came late counts all the same.
        #expect(try await team.everywhere { try await $0.counts() }["handed_over"] == 2)
        let late = try await team[1].rows(.discrepancies, DiscrepancyReport.self)
            .filter { $0.kind == "late_event_after_close" }
        #expect(late.map(\.records) == [[other]])
        #expect(late.map(\.about) == [["arrival", "identity_confirmed", "handover"]])

        #expect(try await team[1].error(of: .closeStage(code: "1", reason: "again")) != nil)
        #expect(try await team[1].error(of: .reopenStage(code: "1", reason: nil)) != nil)
        try await team[1].ask(.reopenStage(code: "1", reason: "one more came"))
        try await team.agree()
        #expect(try await team.everywhere { try await $0.tallyReport().closings }.isEmpty)
        #expect(
            try await !team.everywhere { try await $0.kinds() }.contains("late_event_after_close"))
        try await team.stop()
    }
}
