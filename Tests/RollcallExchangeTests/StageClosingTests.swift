import RollcallCore
import Testing

@testable import RollcallExchange

/// A stage is over when somebody says so, with numbers that stay.
@Suite struct StageClosingTests {
    private let list = [
        "record_kind=list", "list_issuer=a", "list_direction=a_to_b", "list_stage=1",
        "list_revision=1",
    ]

    private func table() throws -> ReplicaTable {
        var table = ReplicaTable()
        _ = table.insert(try #require(Facts.replica))
        return table
    }

    /// Two who are listed, of whom one came; and a stage that knows of the first so many changes.
    private func records(closedAt head: UInt64?) throws -> [RecordFacts] {
        var records = [
            try Facts.record(1, list[0], list[1], list[2], list[3], list[4]),
            try Facts.record(2, "line_list=1", "arrival=1", "category=military"),
            try Facts.record(3, "line_list=1", "category=civilian"),
        ]
        guard let head else { return records }
        let exchange = Exchange(records)
        let replica = try #require(Facts.replica)
        let closing = StageClosing(
            fingerprint: "ab", heads: [replica.text: head],
            exchange.tallies(closing: "1").filter { $0.stage == "1" })
        records.append(
            try Facts.record(
                9, "record_kind=stage", "stage_code=1", "stage_closed=\(closing.text)"))
        return records
    }

    @Test func `its text is read as it was written, and no other text is`() throws {
        let exchange = Exchange(try records(closedAt: nil))
        let closing = StageClosing(
            fingerprint: "0f", heads: ["b": 2, "a": 1],
            exchange.tallies(closing: "1").filter { $0.stage == "1" })
        #expect(
            closing.text
                == "1 0f a.1,b.2 a_to_b.listed=1+1+0=2 a_to_b.present=1+0+0=1 a_to_b.absent=0+1+0=1"
        )
        #expect(StageClosing(closing.text) == closing)
        for text in [
            "", "1", "2 0f a.1", "1 0f a.x", "1 0f a.1 a_to_b.listed=1+1=2", "1 0f a",
            "1 0f a.1 up.listed=1+1+0=2", "1 0f a.1 a_to_b.listed=1+1+0=1-2-3",
        ] {
            #expect(StageClosing(text) == nil, "\(text)")
        }
        var open = closing
        open.lines[0].all = Count(3, least: 2)
        #expect(open.text.contains("a_to_b.listed=1+1+0=2-3") && StageClosing(open.text) == open)
    }

    @Test func `who is listed and did not come is absent once it is closed`() throws {
        let open = Exchange(try records(closedAt: nil))
        let closed = Exchange(try records(closedAt: 1_000), table: try table())
        func absent(_ exchange: Exchange) -> Int {
            exchange.tallies().first { $0.stage == "1" && $0.direction == .aToB }?
                .count(.absent).most ?? 0
        }
        #expect(absent(open) == 0 && absent(closed) == 1)
        #expect(!open.discrepancies().contains { $0.kind == .listedAbsent })
        #expect(closed.discrepancies().contains { $0.kind == .listedAbsent })
        #expect(!closed.discrepancies().contains { $0.kind == .lateEvent })
    }

    @Test func `what a closing does not know is late`() throws {
        // The arrival is change 201 of its replica.
        for (head, late) in [(UInt64(200), 1), (201, 0)] {
            let exchange = Exchange(try records(closedAt: head), table: try table())
            let found = exchange.discrepancies().filter { $0.kind == .lateEvent }
            #expect(found.count == late && exchange.lateEventCount(at: "1") == late)
            #expect(found.allSatisfy { $0.about == ["arrival"] && $0.stage == "1" })
            // The numbers that it was closed with stay.
            let kept = exchange.stages[0].closings[0].numbers
            #expect(kept.lines.first { $0.row == .present }?.all == Count(1))
        }
    }

    @Test func `two who close it with unlike numbers are told`() throws {
        var both = try records(closedAt: 1_000)
        both.append(
            try Facts.record(
                10, "record_kind=stage", "stage_code=1",
                "stage_closed=1 cd \(try #require(Facts.replica).text).1000"))
        let exchange = Exchange(both, table: try table())
        #expect(exchange.stages[0].closings.count == 2)
        #expect(exchange.discrepancies().contains { $0.kind == .unlikeClosings })
    }
}
