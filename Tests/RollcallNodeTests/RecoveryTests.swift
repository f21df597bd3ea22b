import Foundation
import RollcallControl
import Testing

@testable import RollcallNode

/// Recovery keys, asked of whole daemons.
@Suite(.timeLimit(.minutes(3)), .serialized) struct RecoveryTests {
    /// A founder and an operator's laptop that is connected to it.
    private func team() async throws -> (gate: LiveDaemon, table: LiveDaemon) {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let table = try await LiveDaemon("table")
        let invitation = try await gate.ask(
            .invite(minutes: 10, wait: false, yes: true), Invitation.self)
        try await table.join(invitation.code, at: try await gate.address)
        return (gate, table)
    }

    @Test func `a newcomer is an operator unless the administrator says otherwise`() async throws {
        let (gate, table) = try await team()
        #expect(try await roles(gate) == ["gate": "administrator", "table": "operator"])
        #expect(
            try await table.error(of: .invite(minutes: 10, wait: false, yes: true))?.code
                == .notAllowed)
        let medic = try await LiveDaemon("medic")
        try await medic.join(try await gate.invite(role: "medic"), at: try await gate.address)
        #expect(try await roles(gate)["medic"] == "medic")
        for daemon in [medic, table, gate] { try await daemon.stop() }
    }

    private func makeKeys(_ daemon: LiveDaemon) async throws -> RecoveryKeysReport {
        try await daemon.ask(.makeRecoveryKeys, RecoveryKeysReport.self)
    }

    private func hasHeard(_ daemon: LiveDaemon, of maker: LiveDaemon) async throws -> Bool {
        let node = try await maker.status().node
        return try await eventually {
            try await daemon.status().recoveryKeys.map(\.node) == [node]
        }
    }

    private func roles(_ daemon: LiveDaemon) async throws -> [String: String] {
        let home = daemon.home
        return try await blocking {
            var roles: [String: String] = [:]
            _ = try ControlClient(home: home).send(
                .members,
                onRow: { json in
                    let member = try ControlJSON.decode(MemberReport.self, from: json)
                    roles[member.name] = member.revokedFor.isEmpty ? member.role : "out"
                })
            return roles
        }
    }

    @Test func `an operator's laptop takes the place of the founder's that is lost`() async throws {
        let (gate, table) = try await team()
        #expect(try await table.status().recoveryKeys.isEmpty)
        let made = try await makeKeys(gate)
        #expect(made.keys.count == 3 && made.replaced == 0)
        #expect(try await hasHeard(table, of: gate))
        #expect(try await table.status().recoveryKeys.first?.recordedAt != nil)
        try await gate.stop()

        let refused = try await table.error(of: .revoke(node: "gate", reason: "lost", upTo: []))
        #expect(refused?.code == .notAllowed)
        let recovered = try await table.ask(
            .recover(keys: [made.keys[2], made.keys[0]]), RoleReport.self)
        #expect(recovered.role == "administrator" && recovered.name == "table")
        try await table.ask(.revoke(node: "gate", reason: "lost", upTo: []))
        #expect(try await roles(table) == ["gate": "out", "table": "administrator"])

        let newcomer = try await LiveDaemon("south")
        try await newcomer.join(try await table.invite(), at: try await table.address)
        #expect(
            try await eventually {
                try await roles(newcomer) == [
                    "gate": "out", "table": "administrator", "south": "administrator",
                ]
            })
        let anew = try await makeKeys(table)
        #expect(anew.replaced == 1 && Set(anew.keys).isDisjoint(with: made.keys))
        try await expectNoKeys(made.keys + anew.keys, [gate, table, newcomer])
        try await newcomer.stop()
        try await table.stop()
    }

    /// Neither in a log nor in a home: no group of a key stands anywhere.
    private func expectNoKeys(_ keys: [String], _ daemons: [LiveDaemon]) async throws {
        for daemon in daemons {
            var texts = [daemon.log.text]
            let names = try FileManager.default.contentsOfDirectory(atPath: daemon.home.path)
            for name in names {
                let data = FileManager.default.contents(atPath: "\(daemon.home.path)/\(name)")
                texts.append(String(decoding: data ?? Data(), as: UTF8.self))
            }
            for key in keys {
                let start = String(key.prefix(11))
                #expect(!texts.contains { $0.contains(start) })
            }
        }
    }

    @Test func `one key is not enough, and a key typed wrong names its group`() async throws {
        let (gate, table) = try await team()
        let none = try await table.error(of: .recover(keys: ["a", "b"]))
        #expect(none?.message.contains("group 1") == true)
        let keys = try await makeKeys(gate).keys
        #expect(try await hasHeard(table, of: gate))
        var groups = keys[1].split(separator: "-").map(String.init)
        groups[8] =
            groups[8].first == "0" ? "1" + groups[8].dropFirst() : "0" + groups[8].dropFirst()
        let mistyped = groups.joined(separator: "-")
        for (typed, part) in [
            ([keys[0]], "two recovery keys are needed"), ([keys[0], keys[0]], "are the same"),
            ([keys[0], mistyped], "the second recovery key: group 9"),
            ([mistyped, keys[0]], "the first recovery key: group 9"), (keys, "and 3 came"),
        ] {
            let error = try await table.error(of: .recover(keys: typed))
            #expect(error?.code == .badRecoveryKey && error?.message.contains(part) == true)
            for key in keys { #expect(error?.message.contains(key.prefix(5)) == false) }
        }
        #expect(try await roles(table)["table"] == "operator")
        try await table.stop()
        try await gate.stop()
    }

    @Test func `keys that newer ones took the place of restore nobody`() async throws {
        let (gate, table) = try await team()
        let old = try await makeKeys(gate).keys
        let new = try await makeKeys(gate)
        #expect(new.replaced == 1)
        #expect(
            try await eventually { try await table.status().changes == gate.status().changes })
        let error = try await table.error(of: .recover(keys: [old[0], old[1]]))
        #expect(error?.code == .badRecoveryKey)
        let mixed = try await table.error(of: .recover(keys: [new.keys[0], old[1]]))
        #expect(mixed?.message.hasPrefix("the second recovery key") == true)
        try await table.ask(.recover(keys: [new.keys[0], new.keys[1]]))
        #expect(
            try await eventually { try await roles(gate)["table"] == "administrator" })
        let already = try await table.error(of: .recover(keys: [new.keys[0], new.keys[1]]))
        #expect(already?.code == .administratorAlready)
        let notAllowed = try await LiveDaemon("alone").error(of: .makeRecoveryKeys)
        #expect(notAllowed?.code == .noRegister)
        try await table.stop()
        try await gate.stop()
    }

    @Test func `an operator makes no keys, and whoever was taken out recovers nothing`()
        async throws
    {
        let (gate, table) = try await team()
        #expect(try await table.error(of: .makeRecoveryKeys)?.code == .notAllowed)
        let noKeys = try await table.error(
            of: .recover(keys: try await LiveDaemonKeys.unknown()))
        #expect(noKeys?.code == .noRecoveryKeys)
        let keys = try await makeKeys(gate).keys
        #expect(try await hasHeard(table, of: gate))
        try await gate.ask(.disconnect(node: "table"))
        try await gate.ask(.revoke(node: "table", reason: "lost", upTo: []))
        // Not having heard of it, it takes the keys; those who have are not moved by it.
        try await table.ask(.recover(keys: [keys[0], keys[1]]))
        #expect(try await roles(table)["table"] == "administrator")
        #expect(try await roles(gate)["table"] == "out")
        try await table.stop()
        try await gate.stop()
    }
}

/// Keys that are well-formed and of no register.
private enum LiveDaemonKeys {
    static func unknown() async throws -> [String] {
        let other = try await LiveDaemon("other")
        try await other.found()
        let keys = try await other.ask(.makeRecoveryKeys, RecoveryKeysReport.self).keys
        try await other.stop()
        return [keys[0], keys[1]]
    }
}
