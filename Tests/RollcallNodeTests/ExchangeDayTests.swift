import RollcallControl
import Testing

@testable import RollcallNode

/// What people at several stations live through on one day, against whole daemons; numbers are those of the issue.
@Suite(.timeLimit(.minutes(5)), .serialized) struct ExchangeDayTests {
    @Test func `S1 and C1: two tables write one man down, and it is found, joined and undone`()
        async throws
    {
        let team = try await ExchangeTeam("table 1", "table 2")
        try await team.part()
        let events = [("detained_by", "a"), ("arrival", "1")]
        let one = try await team[0].add(
            ("surname", "Ковальчук"), ("given_name", "Сергій"), ("birth_date", "12.03.1988"),
            ("tax_number", "3210112345"), ("slip", "H-0017"), events[0], events[1])
        let other = try await team[1].add(
            ("surname", "Ковальчук"), ("given_name", "Сергей"), ("birth_date", "03.12.1988"),
            ("tax_number", "3210112345"), ("slip", "K-0004"), events[0], events[1])
        try await team.meet()
        let candidates = try await team.everywhere { laptop in
            try await laptop.rows(.discrepancies, DiscrepancyReport.self)
                .filter { $0.kind == "duplicate_candidate" }
        }
        #expect(candidates.map { Set($0.records) } == [[one, other]])
        #expect(candidates.map(\.about) == [["tax_number"]])
        let open = try await team.everywhere { try await $0.range("present") }
        #expect(open == RangeReport(least: 1, most: 2))

        try await team[1].set(other, ("same_as", one))
        try await team.agree()
        #expect(try await team.everywhere { try await $0.counts()["present"] } == 1)
        // Both slips still find him.
        for slip in ["H-0017", "K-0004"] {
            let found = try await team[0].rows(.find(text: slip), RecordView.self)
            #expect(found.count == 1)
        }
        try await team[0].take("same_as", one, from: other)
        try await team.agree()
        #expect(try await team.everywhere { try await $0.counts()["present"] } == 2)
        #expect(try await team[1].texts(one, "given_name") == ["Сергій"])
        #expect(try await team[0].texts(other, "given_name") == ["Сергей"])
        try await team.stop()
    }

    @Test func `S2 and C3: two ranks stand side by side until somebody chooses, for all`()
        async throws
    {
        let team = try await ExchangeTeam("table 1", "table 2", "off all day")
        let person = try await team[0].add(("surname", "Коваль"))
        try await team.agree()
        try await team.part()
        try await team[0].set(person, ("rank", "сержант"), source: "the list")
        try await team[1].set(person, ("rank", "старший сержант"), source: "their own word")
        // The third stays away.
        try await team[0].ask(.connect(target: "table 2"))
        try await team[1].ask(.connect(target: "table 1"))
        for laptop in [team[0], team[1]] {
            #expect(try await eventually { try await laptop.status().conflicts == 1 })
        }
        #expect(try await team[1].texts(person, "rank") == ["сержант", "старший сержант"])
        #expect(try await team[2].texts(person, "rank").isEmpty)
        try await team[1].ask(
            .resolve(
                id: person, field: "rank", choice: .value(text: "старший сержант"), seen: nil,
                reason: "military ID seen", operator: nil))
        try await team.meet()
        #expect(
            try await team.everywhere { try await $0.texts(person, "rank") } == ["старший сержант"])
        let history = try await team[2].rows(.history(id: person), HistoryRow.self)
            .filter { $0.field == "rank" }
        #expect(history.count == 3 && history.map(\.reason).contains("military ID seen"))
        #expect(history.map(\.source).contains("the list"))
        try await team.stop()
    }

    @Test func `S6: absent and unlisted by name and line, and yesterday's sheet stays right`()
        async throws
    {
        let team = try await ExchangeTeam("gate")
        let gate = team[0]
        let list =
            "no,surname,category\n1,Коваль,military\n2,Бойко,military\n3,Ткач,civilian\n"
            + "4,Мельник,military\n"
        try await gate.take(list: list, revision: 1)
        let people = try await gate.recordsBySurname()
        for surname in ["Коваль", "Ткач"] {
            try await gate.set(
                try #require(people[surname]), ("arrival", "1"), ("identity_confirmed", "1"),
                ("handover", "1"))
        }
        let unlisted = try await gate.add(
            ("surname", "Савчук"), ("detained_by", "a"), ("category", "military"),
            ("arrival", "1"))
        let missing = try #require(people["Бойко"])
        try await gate.set(missing, ("absent", "1"))
        try await gate.ask(.closeStage(code: "1", reason: "end of the day"))
        func sheet() async throws -> [String: [Int]] {
            let rows = try await gate.rows(.tally(stage: "1"), TallyRow.self)
            return Dictionary(
                uniqueKeysWithValues: rows.filter { $0.direction == "a_to_b" && $0.all.most > 0 }
                    .map { row in
                        let parts = [row.military.most, row.civilian.most, row.unresolved.most]
                        #expect(parts.reduce(0, +) == row.all.most)
                        return (row.what, parts)
                    })
        }
        let first = try await sheet()
        #expect(first["absent"] == [2, 0, 0] && first["unlisted"] == [1, 0, 0])
        #expect(first["listed"] == [3, 1, 0] && first["handed_over"] == [1, 1, 0])
        let found = try await gate.rows(.discrepancies, DiscrepancyReport.self)
        let absent = found.filter { $0.kind == "listed_absent" }.flatMap(\.records)
        #expect(Set(absent) == [missing, try #require(people["Мельник"])])
        #expect(try await gate.texts(missing, "line_number") == ["2"])
        #expect(found.first { $0.kind == "present_unlisted" }?.records == [unlisted])

        // On the next day one of them comes.
        try await gate.set(missing, ("arrival", "2"), ("handover", "2"))
        #expect(try await sheet() == first)
        #expect(
            try await gate.counts(stage: "2") == ["present": 1, "handed_over": 1, "unlisted": 1])
        #expect(try await gate.tallyReport().closings.map(\.late) == [0])
        try await team.stop()
    }

    @Test func `S7: parity with a doubt is a range, which falls together when it is settled`()
        async throws
    {
        let team = try await ExchangeTeam("gate", "table", "laptop C")
        var twice: [(String, String)] = []
        for (place, side) in ["a", "a", "a", "b", "b", "b"].enumerated() {
            let fields = [
                ("surname", "Коваль"), ("given_name", "Іван"),
                ("birth_date", "0\(place + 1).05.1990"), ("detained_by", side), ("handover", "1"),
            ]
            let id = try await team[0].add(fields[0], fields[1], fields[2], fields[3], fields[4])
            guard side == "a", place < 2 else { continue }
            twice.append(
                (
                    id,
                    try await team[0].add(fields[0], fields[1], fields[2], fields[3], fields[4])
                ))
        }
        try await team.agree()
        try await team.part()
        try await team[0].ask(.connect(target: "table"))
        try await team[1].ask(.connect(target: "gate"))
        #expect(try await eventually { try await team[0].isConnected(to: "table") })
        #expect(try await team[0].range("handed_over") == RangeReport(least: 3, most: 5))
        let open = try await team[0].tallyReport()
        #expect(open.parity.first?.difference == RangeReport(least: 0, most: 2))
        let heard = try #require(open.heard.first { $0.name == "laptop C" }?.at)
        #expect(try await team[0].kinds().contains("parity_gap") == false)

        for (one, other) in twice { try await team[1].set(one, ("same_as", other)) }
        #expect(
            try await eventually {
                try await team[0].range("handed_over") == RangeReport(least: 3, most: 3)
            })
        let settled = try await team[0].tallyReport()
        #expect(settled.parity.first?.difference == RangeReport(least: 0, most: 0))
        // Of the one that is away nothing newer was heard.
        #expect(settled.heard.first { $0.name == "laptop C" }?.at == heard)
        try await team.stop()
    }

    @Test func `S12: what nobody else has confirmed is counted, and never called synced`()
        async throws
    {
        let team = try await ExchangeTeam("gate", "table 2")
        func seen() async throws -> PeerReport {
            try #require(try await team[0].status().peers.first { $0.name == "table 2" })
        }
        #expect(try await eventually { try await seen().upToDate == true })
        try await team.part()
        for _ in 1...6 { _ = try await team[0].add(("surname", "Коваль")) }
        let apart = try await seen()
        #expect(apart.upToDate != true && apart.theyLack == 6 && apart.acknowledgedAt != nil)
        try await team.meet()
        #expect(
            try await eventually {
                let peer = try await seen()
                return peer.upToDate == true && peer.theyLack == 0
            })
        try await team.stop()
    }

    @Test func `S16: what was ticked on paper comes in by line number, and is marked so`()
        async throws
    {
        let team = try await ExchangeTeam("gate")
        let gate = team[0]
        let lines = (1...40).map { "\($0),Коваль\($0),military\n" }.joined()
        try await gate.take(list: "no,surname,category\n" + lines, revision: 1)
        for line in [3, 17, 40] {
            let found = try await gate.rows(
                .list(
                    limit: nil, filters: [FieldValue(field: "line_number", value: "\(line)")]),
                RecordView.self)
            #expect(found.count == 1)
            try await gate.set(
                try #require(found.first?.record), ("arrival", "1"), source: "paper, sheet 1")
        }
        _ = try await gate.add(
            ("surname", "Ткач"), ("detained_by", "a"), ("arrival", "1"), source: "paper, sheet 1")
        #expect(try await gate.counts() == ["listed": 40, "present": 4, "unlisted": 1])
        let record = try #require(try await gate.recordsBySurname()["Коваль17"])
        let arrival = try await gate.ask(.show(id: record), RecordView.self).fields["arrival"]
        #expect(arrival?.values.flatMap(\.witnesses).map(\.source) == ["paper, sheet 1"])
        #expect(arrival?.values.flatMap(\.witnesses).map(\.operator) == ["ann"])
        try await team.stop()
    }
}
