import Foundation
import RollcallAudit
import RollcallControl
import RollcallTrust
import Testing

@testable import RollcallNode

/// Bundles as whole daemons write and read them.
@Suite(.timeLimit(.minutes(3)), .serialized) struct SealedBundleTests {
    private func add(_ surname: String, on daemon: LiveDaemon) async throws {
        _ = try await daemon.ask(
            .add(
                fields: [FieldValue(field: "surname", value: surname)], source: nil, operator: nil),
            WriteReport.self)
    }

    /// Three laptops that have met, each by the first, and are connected no more.
    private func three() async throws -> [LiveDaemon] {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        var others: [LiveDaemon] = []
        for name in ["table", "desk"] {
            let other = try await LiveDaemon(name)
            try await other.join(try await gate.invite(), at: try await gate.address)
            others.append(other)
        }
        let all = [gate] + others
        #expect(
            try await eventually {
                var prints: Set<String?> = []
                for daemon in all { prints.insert(try await daemon.status().fingerprint) }
                var keys: [Int] = []
                for daemon in all {
                    keys.append(
                        try await daemon.ask(.bundleKey(secret: false), BundleKeyReport.self)
                            .recipients.count)
                }
                return prints.count == 1 && keys == [1, 1, 1]
            })
        for daemon in others { try await gate.ask(.disconnect(node: daemon.name)) }
        for daemon in others { try await others[0].disconnectQuietly(from: daemon) }
        return all
    }

    private func rows(
        importing paths: [String], on daemon: LiveDaemon
    ) async throws -> [ImportReport] {
        let home = daemon.home
        return try await blocking {
            var rows: [ImportReport] = []
            _ = try ControlClient(home: home).send(
                .import(paths: paths, preview: false, salvage: false),
                onRow: { rows.append(try ControlJSON.decode(ImportReport.self, from: $0)) })
            return rows
        }
    }

    @Test func `an import says who waits for an answer, and writes it`() async throws {
        let all = try await three()
        try await add("person", on: all[0])
        let folder = all[0].scratch.path
        try await all[0].ask(.export(BundleOrder(targets: ["table"], path: "\(folder)/there")))
        let take = ControlRequest.import(paths: ["\(folder)/there"], preview: false, salvage: false)
        let report = try await all[1].ask(take, AnswerReport.self)
        #expect(report.waiting.map(\.name) == ["gate"] && report.export == nil)
        let answering = ControlRequest.import(
            paths: ["\(folder)/there"], preview: false, salvage: false, answer: "\(folder)/back")
        try await add("another", on: all[1])
        let answered = try await all[1].ask(answering, AnswerReport.self)
        #expect(answered.export?.files == ["\(folder)/back"])
        let back = try await rows(importing: ["\(folder)/back"], on: all[0])
        #expect(back.map(\.new) == [2], "with a custody line")
        #expect(try await all[0].status().peers.first { $0.name == "table" }?.theyLack == 0)
        let again = ControlRequest.import(
            paths: ["\(folder)/back"], preview: false, salvage: false)
        #expect(try await all[0].ask(again).isEmpty, "all came, and that is known")
        // A line of custody alone is no reason to answer, which would be logged in turn.
        try await all[0].ask(.export(BundleOrder(targets: ["table"], path: "\(folder)/log")))
        let log = ControlRequest.import(paths: ["\(folder)/log"], preview: false, salvage: false)
        #expect(try await all[1].ask(log).isEmpty)
        try await stop(all)
    }

    private func stop(_ daemons: [LiveDaemon]) async throws {
        for daemon in daemons { try await daemon.stop() }
    }

    @Test func `a bundle opens on the laptop that it is for, and on no other`() async throws {
        let all = try await three()
        try await add("seen by nobody on the way", on: all[0])
        let path = "\(all[0].scratch.path)/stick"
        let report = try await all[0].ask(
            .export(BundleOrder(targets: ["table"], path: path)), ExportReport.self)
        #expect(report.files == [path])
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        #expect(bytes.starts(with: Array("age-encryption.org/v1\n".utf8)))
        #expect(bytes.count == report.bytes)
        #expect(try FileManager.default.contentsOfDirectory(atPath: all[0].scratch.path).count == 2)

        let other = ControlRequest.import(paths: [path], preview: false, salvage: false)
        #expect(try await all[2].error(of: other)?.code == .sealedForOthers)
        #expect(try await all[0].error(of: other)?.code == .sealedForOthers)
        #expect(
            try await rows(importing: [path], on: all[1]).map(\.new) == [2], "with a custody line")
        #expect(try await all[1].status().records == 1)
        #expect(try await rows(importing: [path], on: all[1]).map(\.new) == [0])
        try await stop(all)
    }

    @Test func `what the secret key is good for, an auditor's is too`() async throws {
        let all = try await three()
        try await add("person", on: all[0])
        let auditor = AgeIdentity()
        let key = try AgeRecipient(auditor.publicKey).text
        let path = "\(all[0].scratch.path)/evidence"
        try await all[0].ask(
            .export(
                BundleOrder(
                    targets: [], all: true, full: true, recipients: [key], path: path)))
        let file = InputFile(bytes: Array(try Data(contentsOf: URL(filePath: path))))
        #expect(try Audit.check(file, [auditor]).records == 1)
        #expect(throws: AuditRefusal.self) { try Audit.check(file) }
        let secret = try await all[1].ask(.bundleKey(secret: true), BundleKeyReport.self)
        let identity = try AgeIdentity(text: try #require(secret.identities?.first))
        #expect(try Audit.check(file, [identity]).records == 1)
        #expect(secret.recipients == [try AgeRecipient(identity.publicKey).text])

        let mistyped = BundleOrder(targets: ["table"], recipients: ["age1zz"], path: path + "2")
        #expect(try await all[0].error(of: .export(mistyped))?.code == .usage)
        #expect(!FileManager.default.fileExists(atPath: path + "2"))
        try await stop(all)
    }

    @Test func `volumes are no larger than was said, and are taken in in any order`() async throws {
        let all = try await three()
        for index in 0..<40 {
            let long = (0..<600).map { _ in "\(UInt64.random(in: 0...UInt64.max))" }
            try await add("\(index) " + long.joined().prefix(3_800), on: all[0])
        }
        let path = "\(all[0].scratch.path)/volume"
        let report = try await all[0].ask(
            .export(BundleOrder(targets: ["table"], maxBytes: 40_000, path: path)),
            ExportReport.self)
        #expect(report.files.count > 2 && report.files[0] == path)
        for file in report.files {
            let size = try #require(
                try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int)
            #expect(size <= 40_000)
        }
        let taken = try await rows(importing: report.files.reversed(), on: all[1])
        #expect(taken.reduce(0) { $0 + $1.new + $1.held } == 41, "with a custody line")
        #expect(try await all[1].status().records == 40)
        #expect(try await all[1].status().held == 0)
        try await stop(all)
    }

    private func carry(
        _ folder: String, on daemon: LiveDaemon, delete: Bool = false
    ) async throws -> (rows: [CarryRow], report: CarryReport) {
        let home = daemon.home
        return try await blocking {
            var rows: [CarryRow] = []
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            let files = names.map { "\(folder)/\($0)" }
            let result = try ControlClient(home: home).send(
                .carry(folder: folder, files: files, delete: delete),
                onRow: { rows.append(try ControlJSON.decode(CarryRow.self, from: $0)) })
            return (rows, try ControlJSON.decode(CarryReport.self, from: try #require(result)))
        }
    }

    @Test func `one stick on two rounds brings all to the same, and what all have is taken off`()
        async throws
    {
        let all = try await three()
        for daemon in all { try await add("seen at \(daemon.name)", on: daemon) }
        let stick = "\(all[0].scratch.path)/stick"
        try FileManager.default.createDirectory(atPath: stick, withIntermediateDirectories: true)
        try Data("a letter".utf8).write(to: URL(filePath: "\(stick)/a letter"))
        for round in 1...2 {
            for daemon in all {
                let (rows, report) = try await carry(stick, on: daemon)
                #expect(report.withoutKey.isEmpty)
                #expect(rows.count { $0.outcome == .refused } == 1, "the letter alone")
                #expect(!rows.contains { $0.isDeleted })
                if round == 2 { #expect(try await daemon.status().records == 3) }
            }
        }
        let names = { try FileManager.default.contentsOfDirectory(atPath: stick) }
        let before = try names().count
        #expect(before > 4)
        let (rows, _) = try await carry(stick, on: all[0], delete: true)
        #expect(rows.contains { $0.isDeleted })
        #expect(rows.allSatisfy { $0.isDone == $0.isDeleted })
        #expect(try names().contains("a letter"))
        #expect(try names().count == before - rows.count { $0.isDeleted } + 1)
        try await stop(all)
    }

    @Test func `who lacks a record is told, until a stick from there says that it has it`()
        async throws
    {
        let all = try await three()
        let record = try await all[0].ask(
            .add(
                fields: [FieldValue(field: "surname", value: "person")], source: nil, operator: nil),
            WriteReport.self
        ).record
        func lacking() async throws -> [String] {
            let home = all[0].home
            let nodes = try await blocking {
                var nodes: [String] = []
                _ = try ControlClient(home: home).send(
                    .whoLacks(record: record, since: nil),
                    onRow: {
                        nodes.append(try ControlJSON.decode(LackReport.self, from: $0).node)
                    })
                return nodes
            }
            let peers = try await all[0].status().peers
            return peers.filter { nodes.contains($0.node) }.compactMap(\.name).sorted()
        }
        #expect(try await lacking() == ["desk", "table"])
        let there = "\(all[0].scratch.path)/there"
        try await all[0].ask(.export(BundleOrder(targets: ["table"], path: there)))
        #expect(try await lacking() == ["desk", "table"], "a stick may be lost")
        func onTheWay() async throws -> [String: Int] {
            let peers = try await all[0].status().peers.filter { $0.onTheWaySince != nil }
            return Dictionary(uniqueKeysWithValues: peers.map { ($0.name ?? "", $0.onTheWay) })
        }
        #expect(try await onTheWay() == ["table": 2], "with a custody line")
        _ = try await rows(importing: [there], on: all[1])
        let back = "\(all[0].scratch.path)/back"
        try await all[1].ask(.export(BundleOrder(targets: ["gate"], path: back)))
        _ = try await rows(importing: [back], on: all[0])
        #expect(try await lacking() == ["desk"])
        #expect(try await onTheWay().isEmpty)
        try await stop(all)
    }
}

extension LiveDaemon {
    /// What one laptop does not dial, another may have heard of.
    fileprivate func disconnectQuietly(from other: LiveDaemon) async throws {
        guard other.name != name else { return }
        _ = try await error(of: .disconnect(node: other.name))
    }
}
