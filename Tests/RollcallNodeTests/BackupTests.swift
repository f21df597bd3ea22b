import Foundation
import RollcallControl
import Testing

@testable import RollcallNode

/// Backups of whole daemons: tried out, and used.
@Suite(.timeLimit(.minutes(3)), .serialized) struct BackupTests {
    private static let passphrase = "four words of mine"

    private func gate(_ protection: Protection = .openToAll) async throws -> LiveDaemon {
        let gate = try await LiveDaemon("gate")
        try await gate.ask(
            .initRegister(
                name: "gate", register: "test", operator: "ann", protection: protection))
        try await add("Koval", to: gate)
        return gate
    }

    @discardableResult
    private func add(_ surname: String, to daemon: LiveDaemon) async throws -> WriteReport {
        try await daemon.ask(
            .add(
                fields: [FieldValue(field: "surname", value: surname)], source: nil,
                operator: nil), WriteReport.self)
    }

    private func backup(_ daemon: LiveDaemon, _ name: String = "backup") async throws -> String {
        let path = "\(daemon.scratch.path)/\(name)"
        try await daemon.ask(.backup(path: path))
        return path
    }

    /// Places of drills that nobody took away.
    private func leftovers() -> [String] {
        let parents = [
            ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"], "/dev/shm",
            NSTemporaryDirectory(),
        ]
        return parents.compactMap { $0 }.flatMap {
            (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? []
        }.filter { $0.hasPrefix("rollcall-drill-") }
    }

    // MARK: - drills

    @Test func `a drill says what the backup holds and what came since, and changes nothing`()
        async throws
    {
        let gate = try await gate(.passphrase(text: Self.passphrase))
        let path = try await backup(gate)
        try await add("Bondar", to: gate)
        let before = try await gate.status()

        let report = try await gate.ask(
            .drill(path: path, passphrase: Self.passphrase), DrillReport.self)
        #expect(report.records == 1 && report.recordsNow == 2)
        #expect(report.gained == 1 && report.onlyInBackup == 0)
        #expect(report.changes + report.gained == before.changes)
        #expect(report.signatures >= 2 && report.protection == "passphrase")
        #expect(report.name == "gate" && report.node == before.node)
        #expect(report.fingerprint != before.fingerprint)
        #expect(leftovers().isEmpty)

        let after = try await gate.status()
        #expect(after.fingerprint == before.fingerprint && after.changes == before.changes)
        let again = try await gate.ask(
            .drill(path: try await backup(gate, "later"), passphrase: Self.passphrase),
            DrillReport.self)
        #expect(again.gained == 0 && again.fingerprint == after.fingerprint)
        try await gate.stop()
    }

    @Test func `a passphrase that does not open it is said, and so is none`() async throws {
        let gate = try await gate(.passphrase(text: Self.passphrase))
        let path = try await backup(gate)
        let wrong = try await gate.error(of: .drill(path: path, passphrase: "not this one"))
        #expect(wrong?.code == .wrongPassphrase)
        let none = try await gate.error(of: .drill(path: path, passphrase: nil))
        #expect(none?.code == .passphraseNeeded)
        #expect(leftovers().isEmpty)
        try await gate.stop()
    }

    @Test func `a backup of another register, or of none, is named as such`() async throws {
        let (gate, other) = (try await gate(), try await LiveDaemon("other"))
        try await other.found()
        let path = try await backup(other)
        #expect(
            try await gate.error(of: .drill(path: path, passphrase: nil))?.code == .otherRegister)
        let text = "\(gate.scratch.path)/text"
        try Data("no backup".utf8).write(to: URL(filePath: text))
        #expect(try await gate.error(of: .drill(path: text, passphrase: nil))?.code == .badFile)
        try await gate.stop()
        try await other.stop()
    }

    @Test func `a damaged backup is neither said to be good nor restored`() async throws {
        let gate = try await gate()
        let path = try await backup(gate)
        let whole = try Data(contentsOf: URL(filePath: path))
        let damaged = "\(gate.scratch.path)/damaged"
        func isRefused(_ bytes: Data) async throws -> Bool {
            try bytes.write(to: URL(filePath: damaged))
            let error = try await gate.error(of: .drill(path: damaged, passphrase: nil))
            return error?.code == .badFile
        }
        for place in stride(from: 0, to: whole.count, by: 397) {
            var bytes = whole
            bytes[place] ^= 0x10
            #expect(try await isRefused(bytes), "byte \(place)")
        }
        for length in [0, 17, 18, 40, 100, whole.count / 2, whole.count - 1] {
            #expect(try await isRefused(whole.prefix(length)), "cut at \(length)")
        }
        #expect(try await isRefused(whole + [0]))
        #expect(leftovers().isEmpty)

        let empty = "\(gate.scratch.path)/empty"
        #expect(throws: ControlError.self) { try Backup.restore(damaged, to: empty) }
        #expect(!FileManager.default.fileExists(atPath: "\(empty)/keys"))
        try await gate.stop()
    }

    @Test func `what a backup without a sum says is verified to the last row`() async throws {
        let gate = try await gate()
        for index in 0..<20 { try await add("person \(index)", to: gate) }
        let path = try await backup(gate)
        // As backups were before: no sum at their end.
        var whole = try Data(contentsOf: URL(filePath: path)).dropLast(32)
        whole.replaceSubrange(0..<18, with: Backup.earlierMagic)
        let earlier = "\(gate.scratch.path)/earlier"
        try whole.write(to: URL(filePath: earlier))
        let good = try await gate.ask(.drill(path: earlier, passphrase: nil), DrillReport.self)
        #expect(good.gained == 0)
        var refused = 0
        for place in stride(from: 20, to: whole.count, by: whole.count / 150) {
            var bytes = whole
            bytes[place] ^= 0x10
            try bytes.write(to: URL(filePath: earlier))
            do {
                let report = try await gate.ask(
                    .drill(path: earlier, passphrase: nil), DrillReport.self)
                // Pages have room in which nothing lies; what matters is then as it was.
                #expect(report.fingerprint == good.fingerprint, "byte \(place)")
                #expect(report.signatures == good.signatures, "byte \(place)")
            } catch let error as ControlError {
                #expect([.badFile, .newerFile, .wrongPassphrase].contains(error.code), "\(error)")
                refused += 1
            }
        }
        #expect(refused > 20)
        #expect(leftovers().isEmpty)
        try await gate.stop()
    }

    // MARK: - for good

    @Test func `a home that is lost comes back from its backup, and nothing anybody has is lost`()
        async throws
    {
        let gate = try await gate()
        let table = try await LiveDaemon("table")
        try await table.join(try await gate.invite(), at: try await gate.address)
        #expect(try await eventually { try await table.status().records == 1 })
        try await add("before the backup", to: table)
        let before = try await table.status()
        let path = try await backup(table)
        // What comes after the backup lives on at the gate.
        try await add("after the backup", to: table)
        #expect(try await eventually { try await gate.status().records == 3 })
        try await table.stop()
        try FileManager.default.removeItem(atPath: table.home.path)

        let scratch = try Scratch()
        let home = Home(option: "\(scratch.path)/home", environment: [:], currentDirectory: "/")
        try Daemon.restore(path, to: home)
        let back = try await LiveDaemon("table", in: scratch)
        #expect(try await back.status().node == before.node)
        try await back.ask(.connect(target: try await gate.address))
        #expect(try await eventually { try await back.status().records == 3 })
        try await add("as another replica", to: back)
        #expect(try await eventually { try await gate.status().records == 4 })

        let (here, there) = (try await back.status(), try await gate.status())
        #expect(here.fingerprint == there.fingerprint)
        #expect(here.replica != before.replica && here.replica != nil)
        #expect(here.held == 0 && there.held == 0)
        #expect(!gate.log.text.contains("fork") && !back.log.text.contains("fork"))
        try await back.stop()
        try await gate.stop()
    }
}
