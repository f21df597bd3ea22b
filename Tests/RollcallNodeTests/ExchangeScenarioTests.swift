import RollcallControl
import Testing

@testable import RollcallNode

/// A day at the exchange point, against whole daemons; S and C numbers are those of the scenarios.
@Suite(.timeLimit(.minutes(3)), .serialized) struct ExchangeScenarioTests {
    private static let heading = "no,surname,given_name,birth_date,category\n"
    private static let first =
        heading + "1,Коваль,Петро,12.03.1988,military\n2,Бойко,Іван,05.01.1990,military\n"
        + "3,Ткач,Олена,1979,civilian\n"
    /// One gone, one new, one whose date is mended.
    private static let second =
        heading + "1,Коваль,Петро,12.03.1988,military\n3,Ткач,Олена,1978,civilian\n"
        + "4,Мельник,Олег,1970,military\n"

    @Test func `S5: a late list takes the place of the first, and what was decided stays`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        #expect(try await gate.take(list: Self.first, revision: 1).added == 3)
        let people = try await gate.recordsBySurname()
        let (kept, gone) = (try #require(people["Коваль"]), try #require(people["Бойко"]))
        try await gate.set(
            kept, ("arrival", "1"), ("identity_confirmed", "1"), ("handover", "1"))
        try await gate.set(gone, ("arrival", "1"), ("handover", "1"))

        let report = try await gate.take(list: Self.second, revision: 2)
        #expect(report.unchanged == 1 && report.added == 2 && report.differing.count == 1)
        #expect(
            try await gate.counts() == [
                "listed": 3, "present": 2, "confirmed": 1, "handed_over": 2, "unlisted": 1,
            ])
        let found = try await gate.kinds()
        #expect(found.contains("list_line_withdrawn_after_handover") && found.contains("mismatch"))
        // The same file again says nothing new.
        let changes = try await gate.status().changes
        #expect(try await gate.take(list: Self.second, revision: 2).added == 0)
        #expect(try await gate.status().changes == changes)

        // Whoever was mended stands on later revisions under the mended record.
        let third = try await gate.take(list: Self.second, revision: 3)
        #expect(third.unchanged == 3 && third.added == 0)
        #expect(try await gate.counts()["listed"] == 3)

        // Taken back, the lists before it hold again; the same file may be taken again after that.
        for revision in [3, 2] {
            let lists = try await gate.rows(.lists, ListReport.self)
            let newest = try #require(lists.first { $0.newest })
            #expect(lists.count == 3 && newest.revision == revision)
            try await gate.ask(.withdrawList(id: newest.record))
        }
        #expect(try await gate.rows(.lists, ListReport.self).first { $0.newest }?.revision == 1)
        #expect(try await gate.counts()["unlisted"] == nil)
        _ = try await gate.take(list: Self.second, revision: 2)
        #expect(try await gate.rows(.lists, ListReport.self).first { $0.newest }?.revision == 2)
        #expect(try await gate.counts()["listed"] == 3)
        try await gate.stop()
    }

    @Test func `S3: a mark stands on what was compared, and lapses when it is corrected`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        _ = try await gate.take(list: Self.first, revision: 1)
        let person = try #require(try await gate.recordsBySurname()["Коваль"])
        func marks() async throws -> [VerificationView] {
            try await gate.ask(.show(id: person), RecordView.self).fields["birth_date"]?
                .verifications ?? []
        }
        let order = VerifyOrder(
            id: person, field: "birth_date", outcome: "confirmed", source: "passport",
            station: "table 2")
        try await gate.ask(.verify(order))
        let set = try #require(try await marks().first)
        #expect(set.stands && set.station == "table 2" && set.witness.source == "passport")
        #expect(set.witness.operator == "ann")
        let value = try await gate.ask(.show(id: person), RecordView.self).fields["birth_date"]
        let seen = value?.values.first?.witnesses.map(\.dot)

        try await gate.set(person, ("birth_date", "13.03.1988"))
        #expect(try await marks().map(\.stands) == [false])
        var late = order
        late.seen = seen
        #expect(try await gate.error(of: .verify(late))?.code == .badDot)
        try await gate.ask(.unverify(id: person, field: "birth_date", operator: nil))
        #expect(try await marks().isEmpty)
        try await gate.stop()
    }

    @Test func `S6 and C7: absent by mistake is taken back, and the sums come right`() async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        _ = try await gate.take(list: Self.first, revision: 1)
        let person = try #require(try await gate.recordsBySurname()["Ткач"])
        try await gate.set(person, ("absent", "1"))
        #expect(try await gate.counts() == ["listed": 3, "absent": 1])
        try await gate.set(person, ("arrival", "1"))
        #expect(try await gate.kinds().contains("status_conflict"))
        try await gate.ask(
            .unset(
                id: person, fields: [FieldChoice(field: "absent", value: "1")], state: nil,
                seen: nil, source: nil, operator: nil))
        #expect(try await gate.counts() == ["listed": 3, "present": 1])
        #expect(try await !gate.kinds().contains("status_conflict"))
        try await gate.stop()
    }

    @Test func `of two unlike events none is taken back unseen`() async throws {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let person = try await gate.ask(
            .add(
                fields: [FieldValue(field: "handover", value: "1@2026-03-01T09:30Z")], source: nil,
                operator: nil), WriteReport.self
        ).record
        try await gate.ask(
            .set(
                id: person, fields: [FieldValue(field: "handover", value: "1@2026-03-01T10:30Z")],
                seen: [], source: nil, operator: nil))
        func takeBack(_ value: String) -> ControlRequest {
            .unset(
                id: person, fields: [FieldChoice(field: "handover", value: value)], state: nil,
                seen: nil, source: nil, operator: nil)
        }
        #expect(try await gate.error(of: takeBack("1"))?.code == .contextRequired)
        try await gate.ask(takeBack("1@2026-03-01T10:30Z"))
        let left = try await gate.ask(.show(id: person), RecordView.self).fields["handover"]
        #expect(
            left?.values.map(\.content) == [.event(stage: "1", time: "2026-03-01T09:30:00.000Z")])
        try await gate.stop()
    }

    @Test func `an observer's laptop keeps what endangers somebody and cannot read it`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let person = try await gate.ask(
            .add(
                fields: [
                    FieldValue(field: "surname", value: "Коваль"),
                    FieldValue(field: "unit", value: "seven"),
                ], source: nil, operator: nil), WriteReport.self
        ).record
        let tent = try await LiveDaemon("tent")
        try await tent.join(try await gate.invite(role: "observer"), at: try await gate.address)
        let table = try await LiveDaemon("table")
        try await table.join(try await gate.invite(role: "operator"), at: try await gate.address)
        func unit(_ daemon: LiveDaemon) async throws -> Content? {
            try? await daemon.ask(.show(id: person), RecordView.self).fields["unit"]?.values.first?
                .content
        }
        #expect(try await eventually { try await unit(table) == .text("seven") })
        #expect(try await unit(tent) == .state("sealed"))
        #expect(
            try await eventually {
                try await tent.status().fingerprint == (try await gate.status().fingerprint)
            })
        let members = try await gate.rows(.members, MemberReport.self)
        #expect(members.first { $0.name == "tent" }?.reads == [])
        #expect(members.first { $0.name == "table" }?.reads == ["private", "danger"])
        #expect(try await tent.rows(.find(text: "seven"), RecordView.self).isEmpty)
        #expect(try await table.rows(.find(text: "seven"), RecordView.self).count == 1)
        for daemon in [gate, tent, table] { try await daemon.stop() }
    }
}
