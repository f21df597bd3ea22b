import Foundation
import RollcallControl
import Testing

@testable import RollcallNode

/// Joining without a network: whole daemons and files between them.
@Suite(.timeLimit(.minutes(3)), .serialized) struct StickJoinTests {
    private let stick: Scratch
    private let founder: LiveDaemon

    init() async throws {
        stick = try Scratch()
        founder = try await LiveDaemon("gate")
        try await founder.found()
        try await add("seen by the founder", on: founder)
    }

    private func add(_ surname: String, on daemon: LiveDaemon) async throws {
        _ = try await daemon.ask(
            .add(
                fields: [FieldValue(field: "surname", value: surname)], source: nil, operator: nil),
            WriteReport.self)
    }

    private func path(_ name: String) -> String { "\(stick.path)/\(name)" }

    private var register: String {
        get async throws { try await founder.status().registerGrouped ?? "" }
    }

    private func ask(
        from daemon: LiveDaemon, to name: String = "request", register: String? = nil,
        protection: Protection = .openToAll
    ) async throws -> RequestReport {
        var id = register
        if id == nil { id = try await self.register }
        return try await daemon.ask(
            .requestToJoin(
                path: path(name), register: id ?? "", name: daemon.name, operator: "ben",
                protection: protection), RequestReport.self)
    }

    private func admission(
        _ number: String, of request: String = "request", to name: String = "admission"
    ) -> ControlRequest {
        .admit(path: path(request), output: path(name), role: "administrator", number: number)
    }

    private func take(_ name: String, on daemon: LiveDaemon) async throws -> ImportReport {
        let (home, path) = (daemon.home, path(name))
        return try await blocking {
            var report: ImportReport?
            _ = try ControlClient(home: home).send(
                .import(paths: [path], preview: false, salvage: false),
                onRow: { report = try ControlJSON.decode(ImportReport.self, from: $0) })
            return try #require(report)
        }
    }

    private func taking(_ name: String) -> ControlRequest {
        .import(paths: [path(name)], preview: false, salvage: false)
    }

    private func isWaiting(_ daemon: LiveDaemon) async throws -> Bool {
        let status = try await daemon.status()
        return status.register == nil && status.request != nil && status.changes == 0
    }

    /// The restricted classes that a laptop can read.
    private func reads(_ daemon: LiveDaemon) async throws -> [String] {
        let home = daemon.home
        return try await blocking {
            var reads: [String] = []
            _ = try ControlClient(home: home).send(
                .members,
                onRow: {
                    let member = try ControlJSON.decode(MemberReport.self, from: $0)
                    if member.isThis { reads = member.reads }
                })
            return reads
        }
    }

    @Test func `a laptop joins by stick, and edits then flow by bundles and by cable`() async throws
    {
        let table = try await LiveDaemon("table")
        let asked = try await ask(from: table)
        #expect(try await table.status().request?.number == asked.number)
        let reading = ControlRequest.readRequest(path: path("request"))
        #expect(try await founder.ask(reading, NewcomerReport.self).name == "table")
        let admitted = try await founder.ask(admission(asked.number), StickAdmissionReport.self)
        #expect(admitted.isNew && admitted.joined.name == "table")

        let report = try await take("admission", on: table)
        #expect(try await report.joined?.register == founder.status().register)
        let status = try await table.status()
        #expect(status.records == 1 && status.request == nil && status.name == "table")
        #expect(try await take("admission", on: table).new == 0, "again it says nothing new")
        #expect(try await reads(table) == ["private", "danger"], "the keys came with it")

        try await add("seen at the table", on: table)
        try await table.ask(.export(BundleOrder(targets: ["gate"], path: path("back"))))
        #expect(try await take("back", on: founder).new > 0)
        try await add("seen at the gate", on: founder)
        try await founder.ask(.export(BundleOrder(targets: ["table"], path: path("there"))))
        #expect(try await take("there", on: table).new > 0)
        #expect(try await table.status().records == 3)

        try await table.ask(.connect(target: try await founder.address))
        #expect(
            try await eventually {
                let peers = try await table.status().peers
                return peers.first?.upToDate == true
            })
        #expect(
            try await table.status().fingerprint == founder.status().fingerprint)
        for daemon in [founder, table] { try await daemon.stop() }
    }

    @Test func `a request that was exchanged on its way lets nobody in`() async throws {
        let (table, liar) = (try await LiveDaemon("table"), try await LiveDaemon("liar"))
        let told = try await ask(from: table).number
        _ = try await ask(from: liar, to: "exchanged")
        let before = try await founder.status().fingerprint
        let refused = try await founder.error(of: admission(told, of: "exchanged"))
        #expect(refused?.code == .joinInBetween && refused?.code.exitCode == .inBetween)
        #expect(refused?.message.contains("exchanged on its way") == true)
        let mistyped = String(told.dropLast()) + (told.hasSuffix("0") ? "1" : "0")
        #expect(try await founder.error(of: admission(mistyped))?.code == .badValue)
        #expect(try await founder.status().fingerprint == before)
        #expect(!FileManager.default.fileExists(atPath: path("admission")))
        for daemon in [founder, table, liar] { try await daemon.stop() }
    }

    @Test func `a request of another register, a damaged one and a bundle are told apart`()
        async throws
    {
        let (table, other) = (try await LiveDaemon("table"), try await LiveDaemon("other"))
        try await other.found()
        let id = try await other.status().registerGrouped
        #expect(try await ask(from: table, register: id).registerGrouped == id)
        let number = try await table.status().request?.number ?? ""
        #expect(try await founder.error(of: admission(number))?.code == .otherRegister)
        let typed = ControlRequest.requestToJoin(
            path: path("mistyped"), register: "0d3-gf1", name: "t", operator: "b")
        #expect(try await table.error(of: typed)?.code == .badValue)

        var bytes = try Data(contentsOf: URL(filePath: path("request")))
        bytes[200] ^= 1
        try bytes.write(to: URL(filePath: path("damaged")))
        #expect(try await founder.error(of: admission(number, of: "damaged"))?.code == .badFile)
        try await other.ask(
            .export(BundleOrder(targets: [], all: true, full: true, sealed: false, path: path("b")))
        )
        let bundle = try await founder.error(of: admission(number, of: "b"))
        #expect(bundle?.code == .badFile && bundle?.message.contains("this is a bundle") == true)
        let request = try await founder.error(of: taking("request"))
        #expect(request?.code == .badBundle && request?.hint?.contains("rollcall admit") == true)
        let looked = try await founder.error(of: .inspect(path: path("request")))
        #expect(looked?.code == .badFile && looked?.message.contains("request to join") == true)
        for daemon in [founder, table, other] { try await daemon.stop() }
    }

    @Test func `only the answer to the last request is taken, whole or not at all`() async throws {
        let (table, desk) = (try await LiveDaemon("table"), try await LiveDaemon("desk"))
        let early = try await table.error(of: taking("nothing"))
        #expect(early?.code == .noRegister && early?.hint?.contains("--request") == true)
        let first = try await ask(from: table, to: "first").number
        try await founder.ask(admission(first, of: "first", to: "answer to the first"))
        let second = try await ask(from: table, to: "second").number
        #expect(first != second)
        let late = try await table.error(of: taking("answer to the first"))
        #expect(late?.code == .sealedForOthers && late?.message.contains(second) == true)
        // A member already: no second entry, and the answer opens with the last key.
        let again = try await founder.ask(
            admission(second, of: "second", to: "answer"), StickAdmissionReport.self)
        #expect(!again.isNew)

        let others = try await ask(from: desk, to: "of desk").number
        try await founder.ask(admission(others, of: "of desk", to: "for desk"))
        #expect(try await table.error(of: taking("for desk"))?.code == .sealedForOthers)
        let whole = try Data(contentsOf: URL(filePath: path("answer")))
        var damaged = whole
        damaged[whole.count / 2] ^= 1
        for (name, bytes) in [("damaged", damaged), ("cut", whole.prefix(whole.count - 20))] {
            try bytes.write(to: URL(filePath: path(name)))
            #expect(try await table.error(of: taking(name))?.code == .badBundle)
            #expect(try await isWaiting(table))
        }
        #expect(try await take("answer", on: table).joined != nil)
        #expect(try await table.status().records == 1)
        // The entry names the first key, which is gone: it says its own one.
        try await table.ask(.export(BundleOrder(targets: ["gate"], path: path("back"))))
        _ = try await take("back", on: founder)
        try await founder.ask(.export(BundleOrder(targets: ["table"], path: path("there"))))
        _ = try await take("there", on: table)
        for daemon in [founder, table, desk] { try await daemon.stop() }
    }

    @Test func `a request survives a restart under a passphrase`() async throws {
        let passphrase = "a passphrase for the test"
        let table = try await LiveDaemon("table")
        let asked = try await ask(from: table, protection: .passphrase(text: passphrase))
        try await table.stop()
        let copy = try table.copyOfHome()
        let files = try FileManager.default.subpathsOfDirectory(atPath: copy.path)
        let request = try Data(contentsOf: URL(filePath: path("request")))
        for file in files {
            let bytes = FileManager.default.contents(atPath: "\(copy.path)/\(file)") ?? Data()
            #expect(bytes.range(of: request.dropFirst(180).prefix(16)) == nil, "sealed as all else")
        }
        let again = try await LiveDaemon("table", in: copy, unlockedBy: passphrase)
        #expect(try await again.status().request == asked.withoutFile)
        try await founder.ask(admission(asked.number))
        #expect(try await take("admission", on: again).joined != nil)
        #expect(try await again.status().request == nil)
        for daemon in [founder, again] { try await daemon.stop() }
    }

    @Test func `a join by cable still works, and cancels the request`() async throws {
        let table = try await LiveDaemon("table")
        _ = try await ask(from: table)
        try await table.join(try await founder.invite(), at: try await founder.address)
        #expect(try await table.status().request == nil)
        #expect(try await table.status().register != nil)
        for daemon in [founder, table] { try await daemon.stop() }
    }

    private func carry(
        _ names: [String], on daemon: LiveDaemon
    ) async throws -> (rows: [CarryRow], report: CarryReport) {
        let (home, folder) = (daemon.home, stick.path)
        let files = names.map { path($0) }
        return try await blocking {
            var rows: [CarryRow] = []
            let result = try ControlClient(home: home).send(
                .carry(folder: folder, files: files, delete: false),
                onRow: { rows.append(try ControlJSON.decode(CarryRow.self, from: $0)) })
            return (rows, try ControlJSON.decode(CarryReport.self, from: try #require(result)))
        }
    }

    /// What became of the bundles of a folder.
    private func takeFolder(
        _ names: [String], on daemon: LiveDaemon
    ) async throws -> [ImportReport] {
        let order = ControlRequest.import(
            paths: names.map { path($0) }, preview: false, salvage: false, skips: true)
        let home = daemon.home
        return try await blocking {
            var rows: [ImportReport] = []
            _ = try ControlClient(home: home).send(
                order,
                onRow: { rows.append(try ControlJSON.decode(ImportReport.self, from: $0)) })
            return rows
        }
    }

    @Test func `a folder is looked through for the admission, and what is for others left alone`()
        async throws
    {
        let (table, desk) = (try await LiveDaemon("table"), try await LiveDaemon("desk"))
        let other = try await LiveDaemon("other")
        try await other.found()
        try await other.ask(
            .export(BundleOrder(targets: [], all: true, full: true, sealed: false, path: path("c")))
        )
        let numbers = (
            try await ask(from: table, to: "r1").number, try await ask(from: desk, to: "r2").number
        )
        try await founder.ask(admission(numbers.1, of: "r2", to: "a"))
        #expect(try await founder.error(of: admission(numbers.0, of: "r1", to: "d")) == nil)
        // What the desk lacks once it was heard: no admission of anybody, and open to all.
        _ = try await take("a", on: desk)
        try await desk.ask(.export(BundleOrder(targets: ["gate"], path: path("of the desk"))))
        _ = try await take("of the desk", on: founder)
        try await add("seen later", on: founder)
        try await founder.ask(
            .export(BundleOrder(targets: ["desk"], sealed: false, path: path("b"))))

        let all = ControlRequest.import(
            paths: ["a", "b", "c"].map { path($0) }, preview: false, salvage: false, skips: true)
        #expect(try await table.error(of: all)?.code == .joinRefused)
        #expect(try await isWaiting(table))
        #expect(try await table.error(of: taking("a"))?.code == .sealedForOthers, "it was named")

        let rows = try await takeFolder(["a", "b", "c", "d"], on: table)
        #expect(rows.map(\.file) == ["d", "a", "b", "c"].map { path($0) })
        #expect(rows.map(\.skipped) == [nil, .forOthers, nil, .otherRegister])
        #expect(
            rows[0].joined != nil && rows[2].new > 0, "before its admission it could take nothing")
        #expect(try await table.status().records == 2)
        #expect(try await table.status().admitted == true)
        #expect(try await takeFolder(["a", "b"], on: table).map(\.skipped) == [.forOthers, nil])
        for daemon in [founder, table, desk, other] { try await daemon.stop() }
    }

    @Test func `carry says what requests and admissions are, and refuses neither`() async throws {
        let table = try await LiveDaemon("table")
        let number = try await ask(from: table).number
        #expect(try await carry(["request"], on: founder).rows.map(\.outcome) == [.request])
        #expect(try await carry(["request"], on: founder).rows.map(\.name) == ["table"])
        try await founder.ask(admission(number))
        #expect(try await carry(["admission"], on: founder).rows.map(\.outcome) == [.forOthers])
        let (rows, report) = try await carry(["request", "admission"], on: table)
        #expect(rows.map(\.outcome) == [.request, .admission] && rows[0].isOwn)
        #expect(report.isWaiting && report.refused == 0 && report.export == nil)
        #expect(try await isWaiting(table))
        for daemon in [founder, table] { try await daemon.stop() }
    }
}

extension RequestReport {
    fileprivate var withoutFile: RequestReport {
        var report = self
        report.file = nil
        return report
    }
}
