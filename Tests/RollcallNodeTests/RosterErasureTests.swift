import Foundation
import RollcallControl
import Testing

@testable import RollcallNode

@Suite(.timeLimit(.minutes(3))) struct RosterErasureTests {
    @Test func `an import says how many rows were erased before, and not whose`() async throws {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let roster = "\(gate.scratch.path)/roster.csv"
        try Data("number,surname\n1,one\n2,two\n".utf8).write(to: URL(filePath: roster))
        let order = ControlRequest.rosterImport(
            path: roster, list: nil, key: "number", columns: [], skipBad: false)

        let first = try await gate.ask(order, RosterReport.self)
        #expect(first.added == 2 && first.erased == 0)
        let byHand = try await gate.ask(
            .add(
                fields: [FieldValue(field: "surname", value: "three")], source: nil, operator: nil),
            WriteReport.self)
        try await gate.ask(.erase(ids: [byHand.record], reason: "asked"))
        #expect(try await gate.ask(order, RosterReport.self).erased == 0, "it came of no row")

        let home = gate.home
        let rows = try await blocking {
            var rows: [RecordView] = []
            _ = try ControlClient(home: home).send(
                .list(limit: nil, filters: []),
                onRow: { rows.append(try ControlJSON.decode(RecordView.self, from: $0)) })
            return rows
        }
        let record = try #require(rows.first).record
        try await gate.ask(.erase(ids: [record], reason: "asked"))
        let again = try await gate.ask(order, RosterReport.self)
        #expect(again.added == 1 && again.unchanged == 1 && again.erased == 1)
        try await gate.stop()
    }
}
