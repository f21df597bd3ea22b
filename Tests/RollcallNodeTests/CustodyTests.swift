import Foundation
import RollcallControl
import Testing

@testable import RollcallNode

/// Who is at the keyboard, and the log of who looked, took copies and unlocked, asked of whole daemons.
@Suite(.timeLimit(.minutes(5)), .serialized) struct CustodyTests {
    private func rows<Row: Decodable & Sendable>(
        _ request: ControlRequest, _ row: Row.Type, of daemon: LiveDaemon
    ) async throws -> [Row] {
        let home = daemon.home
        return try await blocking {
            var rows: [Row] = []
            _ = try ControlClient(home: home).send(
                request, onRow: { rows.append(try ControlJSON.decode(Row.self, from: $0)) })
            return rows
        }
    }

    /// The lines of the log as `who act`.
    private func log(
        of daemon: LiveDaemon, record: String? = nil, operator name: String? = nil,
        node: String? = nil
    ) async throws -> [String] {
        try await rows(
            .custody(record: record, operator: name, node: node), CustodyRow.self, of: daemon
        ).map { "\($0.operator ?? "nobody") \($0.act)" }
    }

    private func add(_ surname: String, on daemon: LiveDaemon) async throws -> String {
        let field = FieldValue(field: "surname", value: surname)
        return try await daemon.ask(
            .add(fields: [field], source: nil, operator: nil), WriteReport.self
        ).record
    }

    private func addOperator(
        _ name: String, _ role: String, pin: String, on daemon: LiveDaemon
    ) async throws {
        try await daemon.ask(.addOperator(name: name, role: role, pin: pin))
    }

    private func switchTo(
        _ name: String, pin: String, on daemon: LiveDaemon
    ) async throws {
        try await daemon.ask(.switchOperator(name: name, pin: pin))
    }

    /// The gate, which founded a register, and a table that joined it.
    private func pair() async throws -> (gate: LiveDaemon, table: LiveDaemon) {
        let (gate, table) = (try await LiveDaemon("gate"), try await LiveDaemon("table"))
        try await gate.found()
        try await table.join(try await gate.invite(), at: try await gate.address)
        #expect(try await eventually { try await table.isConnected(to: "gate") })
        return (gate, table)
    }

    private func agree(_ one: LiveDaemon, _ other: LiveDaemon) async throws -> Bool {
        try await eventually {
            let fingerprints = (
                try await one.status().fingerprint, try await other.status().fingerprint
            )
            let logs = (try await log(of: one), try await log(of: other))
            return fingerprints.0 == fingerprints.1 && logs.0 == logs.1
        }
    }

    // MARK: - what is logged

    @Test func `who looked at a record is known on the other laptop, once in ten minutes`()
        async throws
    {
        let (gate, table) = try await pair()
        let (one, two) = (try await add("one", on: gate), try await add("two", on: gate))
        #expect(try await eventually { try await table.status().records == 2 })
        for _ in 0..<3 {
            try await gate.ask(.show(id: one))
            try await gate.ask(.history(id: one))
        }
        try await table.ask(.show(id: one))
        try await gate.ask(.show(id: two))
        for _ in 0..<2 { try await gate.ask(.find(text: "one")) }
        #expect(try await agree(gate, table))
        #expect(
            try await log(of: table).sorted() == ["ann list", "ann view", "ann view", "ben view"])
        #expect(try await log(of: table, record: one).sorted() == ["ann view", "ben view"])
        #expect(try await log(of: gate, operator: "ben") == ["ben view"])
        #expect(try await log(of: gate, record: one, node: "gate") == ["ann view"])
        #expect(try await gate.status().records == 2, "a line of the log is no record")
        #expect(
            try await rows(.list(limit: nil, filters: []), RecordView.self, of: table).count == 2)
        try await gate.stop()
        try await table.stop()
    }

    @Test func `copies that leave the laptop are in the log before they are made`() async throws {
        let (gate, table) = try await pair()
        _ = try await add("one", on: gate)
        let folder = gate.scratch.path
        try await gate.ask(
            .export(BundleOrder(targets: [], all: true, path: "\(folder)/bundle")))
        try await gate.ask(.rosterExport(path: "\(folder)/roster.csv"))
        try await gate.ask(.backup(path: "\(folder)/backup"))
        #expect(try await agree(gate, table))
        #expect(
            try await log(of: table).sorted() == ["ann backup", "ann export", "ann roster"])
        try await gate.stop()
        try await table.stop()
    }

    @Test func `locking and unlocking a laptop appear in the other's log`() async throws {
        let passphrase = "several words in a row"
        let (gate, table) = (try await LiveDaemon("gate"), try await LiveDaemon("table"))
        try await gate.found(.passphrase(text: passphrase))
        try await table.join(try await gate.invite(), at: try await gate.address)
        #expect(try await eventually { try await table.isConnected(to: "gate") })
        // That it has the address at which the gate will find it again.
        #expect(
            try await eventually {
                try await gate.status().peers.allSatisfy { !$0.addresses.isEmpty }
            })
        try await gate.ask(.lock)
        try await gate.stop()
        let again = try await LiveDaemon(
            "gate", in: try gate.copyOfHome(), unlockedBy: passphrase)
        #expect(
            try await eventually { try await log(of: table) == ["ann lock", "ann unlock"] })
        try await again.stop()
        try await table.stop()
    }

    @Test func `whoever shows the passphrase makes an account where nobody else can`() async throws
    {
        let passphrase = "several words in a row"
        let gate = try await LiveDaemon("gate")
        try await gate.found(.passphrase(text: passphrase))
        try await addOperator("Olena", "administrator", pin: "1234", on: gate)
        let anew = { (text: String?) in
            ControlRequest.addOperator(
                name: "Olena", role: "administrator", pin: "4321", passphrase: text)
        }
        #expect(try await gate.error(of: anew(nil))?.code == .notAllowed)
        #expect(try await gate.error(of: anew("other words in a row"))?.code == .wrongPassphrase)
        try await gate.ask(anew(passphrase))
        try await switchTo("Olena", pin: "4321", on: gate)
        #expect(
            try await gate.error(of: .switchOperator(name: "Olena", pin: "1234"))?.code
                == .wrongPIN)
        try await gate.stop()
    }

    @Test func `the log outlives the erasure of what was looked at, and says nothing of it`()
        async throws
    {
        let (gate, table) = try await pair()
        let one = try await add("Verhovenko", on: gate)
        try await gate.ask(.show(id: one))
        #expect(try await agree(gate, table))
        try await gate.ask(.erase(ids: [one], reason: "asked for"))
        for daemon in [gate, table] {
            #expect(
                try await eventually {
                    try await daemon.ask(.show(id: one), RecordView.self).erased
                })
            let lines = try await rows(.custody(record: one), CustodyRow.self, of: daemon)
            #expect(lines.contains { $0.record == one && $0.act == "view" })
            #expect(!lines.contains { "\($0)".contains("Verhovenko") })
        }
        #expect(try await agree(gate, table))
        try await gate.stop()
        try await table.stop()
    }

    @Test func `the log is there after a restart, and names who wrote it`() async throws {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let one = try await add("one", on: gate)
        try await gate.ask(.show(id: one))
        try await gate.stop()
        let again = try await LiveDaemon("gate", in: try gate.copyOfHome())
        #expect(try await log(of: again) == ["ann view"])
        try await again.ask(.show(id: one))
        #expect(try await log(of: again) == ["ann view", "ann view"], "a start is not remembered")
        try await again.stop()
    }

    @Test func `the log is found among thousands of changes, and a look leaves the fingerprint`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let path = "\(gate.scratch.path)/roster.csv"
        let rows = (1...9_000).map { "\($0),person \($0)" }
        try Data((["manifest_number,surname"] + rows).joined(separator: "\n").utf8)
            .write(to: URL(filePath: path))
        try await gate.ask(
            .rosterImport(
                path: path, list: "one", key: "manifest_number", columns: [], skipBad: false))
        let before = try await gate.status().fingerprint
        try await gate.ask(.find(text: "person 77"))
        #expect(try await gate.status().fingerprint == before)
        #expect(try await log(of: gate) == ["ann list"])
        try await gate.stop()
        let again = try await LiveDaemon("gate", in: try gate.copyOfHome())
        #expect(try await again.status().fingerprint == before, "counted anew it is the same")
        #expect(try await log(of: again) == ["ann list"])
        try await again.stop()
    }

    @Test func `an observing laptop writes no record, and what it looks at is logged all the same`()
        async throws
    {
        let (gate, table) = (try await LiveDaemon("gate"), try await LiveDaemon("table"))
        try await gate.found()
        let one = try await add("one", on: gate)
        let code = try await gate.ask(
            .invite(minutes: 10, wait: false, yes: true, role: "observer"), Invitation.self
        ).code
        try await table.join(code, at: try await gate.address)
        #expect(try await eventually { try await table.status().records == 1 })
        try await table.ask(.show(id: one))
        let refused = try await table.error(
            of: .set(
                id: one, fields: [FieldValue(field: "surname", value: "two")], seen: nil,
                source: nil, operator: nil))
        #expect(refused?.code == .notAllowed)
        #expect(try await agree(gate, table))
        #expect(try await log(of: gate) == ["ben view"])
        #expect(try await gate.status().quarantined == 0, "there is nothing to decide")
        try await gate.stop()
        try await table.stop()
    }

    // MARK: - who is at the keyboard

    @Test func `what is done is done by whoever switched, and nobody else can write for them`()
        async throws
    {
        let (gate, table) = try await pair()
        try await addOperator("Olena", "administrator", pin: "1234", on: gate)
        let nobody = try await gate.error(of: .list(limit: nil, filters: []))
        #expect(nobody?.code == .notAllowed && nobody?.hint?.contains("rollcall switch") == true)

        try await switchTo("Olena", pin: "1234", on: gate)
        try await addOperator("Taras", "operator", pin: "777777", on: gate)
        try await switchTo("Taras", pin: "777777", on: gate)
        let one = try await add("one", on: gate)
        let forged = try await gate.error(
            of: .set(
                id: one, fields: [FieldValue(field: "sex", value: "m")], seen: nil, source: nil,
                operator: "Olena"))
        #expect(forged?.code == .notAllowed)
        try await gate.ask(.leaveOperator)
        #expect(try await gate.error(of: .show(id: one))?.code == .notAllowed)

        #expect(
            try await eventually {
                try await log(of: table, node: "gate")
                    == ["Olena switch", "Taras switch", "Taras leave"]
            })
        let history = try await rows(.history(id: one), HistoryRow.self, of: table)
        #expect(history.map(\.operator) == ["Taras"])
        let operators = try await rows(.operators, OperatorReport.self, of: table)
        #expect(operators.map(\.name) == ["Olena", "Taras", "ann", "ben"])
        #expect(operators.map(\.roles) == [["administrator"], ["operator"], [], []])
        #expect(operators.allSatisfy { !$0.hasPIN }, "a PIN stays where it was set")
        try await gate.stop()
        try await table.stop()
    }

    @Test func `an observer may look and not write, an operator not decide`() async throws {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let one = try await add("one", on: gate)
        try await addOperator("Olena", "administrator", pin: "1234", on: gate)
        try await switchTo("Olena", pin: "1234", on: gate)
        try await addOperator("Maria", "observer", pin: "2345", on: gate)
        try await addOperator("Iryna", "medic", pin: "3456", on: gate)
        let field = FieldValue(field: "surname", value: "two")
        let writing = ControlRequest.set(
            id: one, fields: [field], seen: nil, source: nil, operator: nil)
        let taking = ControlRequest.rosterExport(path: "\(gate.scratch.path)/roster.csv")
        let deciding: [ControlRequest] = [
            .invite(minutes: 10, wait: false, yes: true), .erase(ids: [one], reason: "x"),
            .hold(ids: [one], all: false, lift: false, reason: "x"),
            .removeOperator(name: "Olena"),
            .addOperator(name: "Maria", role: "administrator", pin: "2345"),
        ]

        try await switchTo("Maria", pin: "2345", on: gate)
        try await gate.ask(.show(id: one))
        for request in [writing, taking] + deciding {
            #expect(try await gate.error(of: request)?.code == .notAllowed)
        }
        try await switchTo("Iryna", pin: "3456", on: gate)
        try await gate.ask(writing)
        for request in deciding {
            #expect(try await gate.error(of: request)?.code == .notAllowed)
        }
        try await switchTo("Olena", pin: "1234", on: gate)
        try await gate.ask(.hold(ids: [one], all: false, lift: false, reason: "x"))
        try await gate.ask(.removeOperator(name: "Maria"))
        let gone = try await gate.error(of: .switchOperator(name: "Maria", pin: "2345"))
        #expect(gone?.code == .noSuchOperator)
        #expect(try await gate.error(of: .removeOperator(name: "Olena"))?.code == .notAllowed)
        try await gate.stop()
    }

    @Test func `the first account is an administrator's, and PINs are digits`() async throws {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let first = try await gate.error(
            of: .addOperator(name: "Maria", role: "observer", pin: "1234"))
        #expect(first?.code == .notAllowed)
        for pin in ["123", "12a4", "", "1234567890123", "١٢٣٤"] {
            let error = try await gate.error(
                of: .addOperator(name: "Olena", role: "administrator", pin: pin))
            #expect(error?.code == .badValue)
        }
        #expect(try await rows(.operators, OperatorReport.self, of: gate).map(\.name) == ["ann"])
        try await gate.stop()
    }

    @Test func `after five wrong PINs the next has to wait, over a restart too`() async throws {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        try await addOperator("Olena", "administrator", pin: "1234", on: gate)
        for left in (0..<5).reversed() {
            let error = try await gate.error(of: .switchOperator(name: "Olena", pin: "4321"))
            #expect(error?.code == .wrongPIN)
            #expect(left == 0 || error?.hint?.hasPrefix("\(left) more") == true)
        }
        let right = ControlRequest.switchOperator(name: "Olena", pin: "1234")
        #expect(try await gate.error(of: right)?.code == .pinWait)
        try await gate.stop()
        let again = try await LiveDaemon("gate", in: try gate.copyOfHome())
        #expect(try await again.error(of: right)?.code == .pinWait)
        #expect(try await again.error(of: .list(limit: nil, filters: []))?.code == .notAllowed)
        try await again.stop()
    }

    @Test func `no PIN and nothing that tells a right one is in what a laptop sends or logs`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        try await addOperator("Olena", "administrator", pin: "918273", on: gate)
        try await switchTo("Olena", pin: "918273", on: gate)
        let path = "\(gate.scratch.path)/bundle"
        try await gate.ask(
            .export(BundleOrder(targets: [], all: true, full: true, sealed: false, path: path)))
        let lines = try await rows(.inspect(path: path), HistoryRow.self, of: gate)
        #expect(lines.contains { $0.kind == "operator" })
        #expect(!gate.log.text.contains("918273"))
        #expect(lines.allSatisfy { !"\($0)".contains("918273") })
        try await gate.stop()
    }
}
