import ArgumentParser
import Foundation
import RollcallControl
import Testing

@testable import rollcall

@Suite struct RenderingTests {
    static let status = StatusReport(
        node: "gatenode", name: "gate", replica: nil, register: "r", title: "Exchange",
        listening: "127.0.0.1:4000", records: 1, changes: 12_345, conflicts: 0, held: 0,
        quarantined: 0, fingerprint: nil,
        peers: [
            PeerReport(
                node: "southnode", name: "south", addresses: ["h:1"], connected: true,
                upToDate: true, theyLack: 0, weLack: 0,
                lastHeard: "2026-03-01T09:30:00.000Z", acknowledgedAt: nil, via: nil,
                clockOffsetMilliseconds: 2600)
        ], joining: [], socket: "/h/control.sock",
        traffic: Traffic(sent: 6, received: 7))

    private func witness(_ dot: String, _ source: String? = nil) -> Witness {
        Witness(
            dot: dot, source: source, operator: "ann", node: "gatenode",
            recordedAt: "2026-03-01T09:30:00.000Z")
    }

    @Test func `each value says who, where, when and from which source`() {
        let record = RecordView(
            record: "r1", created: "a.1", removed: false,
            fields: [
                "surname": FieldView(
                    kind: "single", conflict: true,
                    values: [
                        ValueView(.text("Moroz"), witnesses: [witness("a.1", "passport")]),
                        ValueView(.text("Marozau"), witnesses: [witness("b.1"), witness("c.1")]),
                    ]),
                "sex": FieldView(
                    kind: "single", conflict: false,
                    values: [ValueView(.state("not_asked"), witnesses: [witness("a.2")])]),
            ])
        #expect(
            RecordPage.text(of: record, names: NodeNames(Self.status)) == """
                record r1, made by a.1
                sex        (not asked)  ann at gate, 2026-03-01 09:30:00Z                 a.2
                surname  ! Moroz        ann at gate, 2026-03-01 09:30:00Z, from passport  a.1
                         ! Marozau      ann at gate, 2026-03-01 09:30:00Z                 b.1
                                        ann at gate, 2026-03-01 09:30:00Z                 c.1
                """)
        #expect(RecordPage.table(of: [record]).contains("surname=Moroz ! Marozau"))
    }

    @Test func `status is a short page`() {
        let text = StatusPage.text(of: Self.status)
        #expect(text.hasPrefix("gate, node gatenode, in \"Exchange\"\n1 record, 12,345 changes, "))
        #expect(text.contains("listening on 127.0.0.1:4000"))
        #expect(text.contains("1 of 1 other laptop is up to date"))
        #expect(text.contains("3 s ahead"))
    }

    @Test func `what steers a terminal is written out`() {
        #expect(shown("Олена O'Neil 李") == "Олена O'Neil 李")
        #expect(shown("a\u{1b}[2Jb\nc\u{9b}d") == #"a\u{1b}[2Jb\u{a}c\u{9b}d"#)
        #expect(shown("x\u{202e}y\u{2066}z\u{7f}") == #"x\u{202e}y\u{2066}z\u{7f}"#)
        #expect(shown("a\r\nb") == #"a\u{d}\u{a}b"#)
    }

    @Test func `a name cannot forge a line of a table`() {
        var table = Table()
        table.add(["a", "x\nforged\u{1b}[1A"])
        #expect(table.text == #"a  x\u{a}forged\u{1b}[1A"#)
    }

    @Test func `an error has its hint on a line of its own`() {
        let error = ControlError(.busy, "busy", hint: "wait\nor stop it")
        #expect(
            Console.text(of: error, asJSON: false) == """
                rollcall: error: busy
                rollcall: hint: wait
                rollcall: hint: or stop it
                """)
        #expect(
            Console.text(of: ControlError(.usage, "m"), asJSON: true)
                == #"{"error":{"code":"usage","hint":null,"message":"m"}}"#)
    }

    @Test func `progress counts, and says how long it will take`() {
        let progress = ProgressReport(done: 1500, total: 6000, bytes: 2_345_678, what: "rows")
        #expect(
            ProgressLine.text(of: progress, after: .seconds(30))
                == "1,500 of 6,000 rows, 2.3 MB, 1 min 30 s left")
        let endless = ProgressReport(done: 7, what: "changes")
        #expect(ProgressLine.text(of: endless, after: .seconds(2)) == "7 changes")
    }

    @Test func `numbers have their thousands apart`() {
        #expect(
            [0, 999, 1000, 1_234_567, -1000].map { counted($0) }
                == ["0", "999", "1,000", "1,234,567", "-1,000"])
        #expect(counted(1, "record") == "1 record")
    }

    @Test func `each bundle is told by its file`() throws {
        let report = ImportReport(
            source: "gatenode", new: 2, known: 1, held: 0, conflicts: 1, quarantined: 0,
            missing: [.init(replica: "p", from: 3, to: 9)], applied: false)
        let command = try #require(
            Rollcall.parseAsRoot(["import", "a", "b", "--preview"]) as? ImportCommand)
        let json = try ControlJSON.encode(report)
        let text = try command.text(
            ofRows: [json], from: 1, names: NodeNames(Self.status))
        #expect(
            text == """
                b, from gate: 2 new, 1 known, 0 held, 0 quarantined, 1 conflict; \
                nothing was taken in
                still to come: p from 3 to 9
                """)
    }

    @Test func `a code stands alone in its file`() throws {
        #expect(try SecretPrompt.code(in: Data(" ABCD-EFGH \n".utf8)) == "ABCD-EFGH")
        #expect(throws: ControlError.self) { try SecretPrompt.code(in: Data("a\nb".utf8)) }
        #expect(throws: ControlError.self) { try SecretPrompt.code(in: Data("\n".utf8)) }
        #expect(throws: ControlError.self) { try SecretPrompt.code(in: Data([0xff])) }
    }
}
