import Foundation
import RollcallControl
import Testing

@testable import RollcallNode

/// The end of a register and legal holds, asked of a whole daemon.
@Suite(.timeLimit(.minutes(3)), .serialized) struct KeepingTests {
    private func gate(records count: Int) async throws -> (LiveDaemon, [String]) {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        var ids: [String] = []
        for index in 0..<count {
            let field = FieldValue(field: "surname", value: "person \(index)")
            ids.append(
                try await gate.ask(
                    .add(fields: [field], source: nil, operator: nil), WriteReport.self
                ).record)
        }
        return (gate, ids)
    }

    private func rows<Row: Decodable & Sendable>(
        _ request: ControlRequest, _ row: Row.Type, of daemon: LiveDaemon
    ) async throws -> [Row] {
        let home = daemon.home
        return try await blocking {
            var rows: [Row] = []
            _ = try ControlClient(home: home).send(
                request,
                onRow: { rows.append(try ControlJSON.decode(Row.self, from: $0)) })
            return rows
        }
    }

    @Test func `what is due is listed once the last day is over, without what is under hold`()
        async throws
    {
        let (gate, ids) = try await gate(records: 3)
        #expect(try await gate.ask(.retention, RetentionReport.self).endDate == nil)
        let later = try await gate.ask(
            .setRetention(end: "2999-12-31", reason: "agreed"), RetentionReport.self)
        #expect(later.endDate == "2999-12-31" && !later.isOver && later.due == 0)
        #expect(try await rows(.due, DueRow.self, of: gate).isEmpty)

        try await gate.ask(.hold(ids: [ids[1]], all: false, lift: false, reason: "inquiry"))
        let over = try await gate.ask(
            .setRetention(end: "2020-02-29", reason: "agreed anew"), RetentionReport.self)
        #expect(over.isOver && over.due == 2 && over.underHold == 1)
        #expect(over.said.map(\.endDate) == ["2020-02-29"])
        #expect(over.said.map(\.reason) == ["agreed anew"])
        #expect(
            try await rows(.due, DueRow.self, of: gate).map(\.record) == [ids[0], ids[2]].sorted())
        #expect(try await gate.status().records == 3, "nothing vanishes by itself")

        try await gate.ask(.erase(ids: [ids[0]], reason: "due"))
        #expect(try await rows(.due, DueRow.self, of: gate).map(\.record) == [ids[2]])
        let never = try await gate.ask(
            .setRetention(end: nil, reason: "an appeal"), RetentionReport.self)
        #expect(never.endDate == nil && never.due == 0)
        for date in ["2027-02-29", "1970-01-01", "27-01-01", "2027-1-1", "tomorrow", "10000-01-01"]
        {
            let error = try await gate.error(of: .setRetention(end: date, reason: "x"))
            #expect(error?.code == .badValue, "\(date)")
        }
        try await gate.stop()
    }

    @Test func `erasing what is under hold is refused with the reason, until it is lifted`()
        async throws
    {
        let (gate, ids) = try await gate(records: 2)
        try await gate.ask(.hold(ids: [ids[0]], all: false, lift: false, reason: "inquiry 7"))
        let refused = try #require(
            try await gate.error(of: .erase(ids: ids, reason: "asked for")))
        #expect(refused.code == .underHold && refused.message.contains("inquiry 7"))
        #expect(refused.message.hasPrefix(ids[0]))
        let held = try await gate.ask(.show(id: ids[0]), RecordView.self)
        #expect(held.underHold && !held.fields.isEmpty)
        let free = try await gate.ask(.show(id: ids[1]), RecordView.self)
        #expect(!free.underHold)

        let holds = try await rows(.holds, HoldReport.self, of: gate)
        #expect(holds.map(\.record) == [ids[0]] && holds.map(\.reason) == ["inquiry 7"])
        #expect(holds.allSatisfy { !$0.isErased && $0.recordedAt != nil })
        let none = try await gate.error(
            of: .hold(ids: [ids[1]], all: false, lift: true, reason: "x"))
        #expect(none?.code == .noHold)

        try await gate.ask(.hold(ids: [], all: true, lift: false, reason: "all of it"))
        #expect(try await rows(.holds, HoldReport.self, of: gate).map(\.record) == [nil, ids[0]])
        try await gate.ask(.hold(ids: [], all: true, lift: true, reason: "not all"))
        try await gate.ask(.hold(ids: [ids[0]], all: false, lift: true, reason: "closed"))
        #expect(try await rows(.holds, HoldReport.self, of: gate).isEmpty)
        try await gate.ask(.erase(ids: ids, reason: "asked for"))
        #expect(try await gate.ask(.show(id: ids[0]), RecordView.self).erased)
        try await gate.stop()
    }

    @Test func `a record that was erased in spite of a hold says so`() async throws {
        let (gate, ids) = try await gate(records: 1)
        let table = try await LiveDaemon("table")
        try await table.join(try await gate.invite(), at: try await gate.address)
        #expect(try await eventually { try await table.status().records == 1 })
        try await gate.ask(.disconnect(node: "table"))
        #expect(try await eventually { try await !table.isConnected(to: "gate") })
        try await table.ask(.erase(ids: ids, reason: "asked for"))
        try await gate.ask(.hold(ids: ids, all: false, lift: false, reason: "inquiry"))
        try await gate.ask(.connect(target: "table"))
        for laptop in [table, gate] {
            #expect(
                try await eventually {
                    try await rows(.holds, HoldReport.self, of: laptop).map(\.isErased) == [true]
                })
        }
        let erasures = try await rows(.erasures, ErasureReport.self, of: gate)
        #expect(erasures.map(\.holds) == [["inquiry"]])
        let (here, there) = (try await table.status(), try await gate.status())
        #expect(here.fingerprint == there.fingerprint)
        try await table.stop()
        try await gate.stop()
    }
}
