import Foundation
import RollcallControl
import Testing

@testable import RollcallNode

/// What `import --preview` says, and that nothing comes of it.
@Suite(.timeLimit(.minutes(3)), .serialized) struct PreviewTests {
    private let stick: Scratch
    private let gate: LiveDaemon
    private let table: LiveDaemon

    init() async throws {
        stick = try Scratch()
        gate = try await LiveDaemon("gate")
        try await gate.found()
        table = try await LiveDaemon("table")
        try await table.join(try await gate.invite(), at: try await gate.address)
    }

    private func add(_ surname: String, on daemon: LiveDaemon) async throws -> String {
        try await daemon.ask(
            .add(
                fields: [FieldValue(field: "surname", value: surname)], source: nil, operator: nil),
            WriteReport.self
        ).record
    }

    private func set(_ record: String, to surname: String, on daemon: LiveDaemon) async throws {
        try await daemon.ask(
            .set(
                id: record, fields: [FieldValue(field: "surname", value: surname)], seen: nil,
                source: nil, operator: nil))
    }

    private func take(
        _ path: String, preview: Bool, on daemon: LiveDaemon
    ) async throws -> ImportReport {
        let home = daemon.home
        return try await blocking {
            var report: ImportReport?
            _ = try ControlClient(home: home).send(
                .import(paths: [path], preview: preview, salvage: false),
                onRow: { report = try ControlJSON.decode(ImportReport.self, from: $0) })
            return try #require(report)
        }
    }

    private func meet() async throws {
        #expect(
            try await eventually {
                let (gate, table) = (try await gate.status(), try await table.status())
                return gate.fingerprint == table.fingerprint
                    && gate.peers.allSatisfy { $0.upToDate == true }
                    && table.peers.allSatisfy { $0.upToDate == true }
            })
        try await gate.ask(.disconnect(node: "table"))
    }

    private func letIn(_ desk: LiveDaemon, at table: LiveDaemon) async throws {
        let request = "\(stick.path)/request"
        let asked = try await desk.ask(
            .requestToJoin(
                path: request, register: try await table.status().registerGrouped ?? "",
                name: desk.name, operator: "cyn", protection: .openToAll), RequestReport.self)
        try await table.ask(
            .admit(
                path: request, output: "\(stick.path)/admission", role: nil,
                number: asked.number))
    }

    @Test func `it counts what would come, says who lacks it, and nothing comes of it`()
        async throws
    {
        let first = try await add("first", on: gate)
        let second = try await add("second", on: gate)
        try await meet()
        // The table changes both and adds one; the gate changes one of them, unseen; a third laptop joins at the table, by stick:
        // connected it would tell the gate all itself.
        try await set(first, to: "of the table", on: table)
        try await set(second, to: "of the table", on: table)
        _ = try await add("third", on: table)
        let desk = try await LiveDaemon("desk")
        try await letIn(desk, at: table)
        try await set(second, to: "of the gate", on: gate)
        let path = "\(stick.path)/bundle"
        try await table.ask(.export(BundleOrder(targets: ["gate"], path: path)))

        let before = try await gate.status()
        let report = try await take(path, preview: true, on: gate)
        let preview = try #require(report.preview)
        #expect(!report.applied && report.new > 4 && report.known == 0)
        #expect(preview.newRecords == 1 && preview.changedRecords == 2)
        #expect(preview.conflicts == 1 && preview.conflictsSettled == 0 && report.conflicts == 1)
        #expect(preview.membersAdded.map(\.name) == ["desk"] && preview.membersRemoved.isEmpty)
        #expect(preview.lacking.map(\.name) == ["desk"])
        #expect(report.quarantined == 0)
        var after = try await gate.status()
        after.traffic = before.traffic
        #expect(after == before, "no change, and nothing acknowledged")
        #expect(try await take(path, preview: true, on: gate) == report)

        let taken = try await take(path, preview: false, on: gate)
        #expect(taken.preview == nil && taken.new == report.new && taken.conflicts == 1)
        let again = try #require(try await take(path, preview: true, on: gate).preview)
        #expect(again.newRecords == 0 && again.changedRecords == 0 && again.conflicts == 0)
        for daemon in [gate, table, desk] { try await daemon.stop() }
    }

    @Test func `what a laptop wrote after it was taken out would go to quarantine`() async throws {
        let lost = try await LiveDaemon("lost")
        try await lost.join(try await gate.invite(role: "operator"), at: try await gate.address)
        try await meet()
        try await gate.ask(.disconnect(node: "lost"))
        try await gate.ask(.revoke(node: "lost", reason: "lost", upTo: []))
        _ = try await add("too late", on: lost)
        let path = "\(stick.path)/bundle"
        try await lost.ask(.export(BundleOrder(targets: ["gate"], path: path)))
        let report = try await take(path, preview: true, on: gate)
        #expect(report.quarantined == 1 && report.preview?.newRecords == 0)
        #expect(try await gate.status().quarantined == 0)

        // To whoever has not heard of it, the removal comes with the next bundle.
        let news = "\(stick.path)/news"
        try await gate.ask(.export(BundleOrder(targets: ["table"], path: news)))
        let preview = try await take(news, preview: true, on: table).preview
        #expect(preview?.membersRemoved.map(\.name) == ["lost"])
        #expect(
            try await table.ask(.status(), StatusReport.self).peers.contains { $0.name == "lost" })
        for daemon in [gate, table, lost] { try await daemon.stop() }
    }
}
