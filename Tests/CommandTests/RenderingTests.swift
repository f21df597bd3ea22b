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
        ], joining: [], protection: "passphrase", socket: "/h/control.sock",
        traffic: Traffic(sent: 6, received: 7))

    private func witness(_ dot: String, _ source: String? = nil) -> Witness {
        Witness(
            dot: dot, source: source, operator: "ann", node: "gatenode",
            recordedAt: "2026-03-01T09:30:00.000Z")
    }

    @Test func `a source's grade is told in words`() {
        var graded = witness("a.1", "document B2: passport")
        graded.grade = "B2"
        #expect(
            Sentences.witness(graded, names: NodeNames()).hasSuffix(
                "from document B2: passport (usually reliable, probably true)"))
        graded.grade = "Z9"
        #expect(
            Sentences.witness(graded, names: NodeNames()).hasSuffix("from document B2: passport"))
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

    @Test func `status says whose laptop wrote twice, and what to do`() {
        var status = Self.status
        #expect(!StatusPage.text(of: status).contains("WRITTEN TWICE"))
        status.writtenTwice = [NamedNode(node: "southnode", name: "south")]
        let text = StatusPage.text(of: status)
        #expect(text.contains("WRITTEN TWICE: the laptop south, node southnode"))
        #expect(text.contains("`rollcall quarantine`"))
    }

    @Test func `status says that nothing lets this laptop in, and what to do`() {
        var status = Self.status
        status.admitted = true
        #expect(!StatusPage.text(of: status).contains("let in"))
        status.admitted = false
        #expect(StatusPage.text(of: status).contains(Sentences.nobodyLetIn))
    }

    @Test func `status is a short page`() {
        let text = StatusPage.text(of: Self.status)
        #expect(text.hasPrefix("gate, node gatenode, in \"Exchange\"\n1 record, 12,345 changes, "))
        #expect(text.contains("listening on 127.0.0.1:4000"))
        #expect(text.contains("1 of 1 other laptop is up to date"))
        #expect(text.contains("the clock of south is 3 s ahead"))
    }

    @Test func `status says that a request is out, on lines that fit`() {
        var status = Self.status
        status.register = nil
        status.title = nil
        status.request = RequestReport(
            file: nil, number: "f9xt-a1fp-ty77-grn7-wf42", name: "table 1", register: "r",
            registerGrouped: "4eg-x12-m7z-mzj-gep-shz-ze0-0s7-8da",
            madeAt: "2026-11-29T15:15:31.000Z")
        let lines = StatusPage.text(of: status).split(separator: "\n").map(String.init)
        #expect(lines[0] == "gate, node gatenode: no register yet")
        #expect(lines[1] == "a request to join is out since 2026-11-29 15:15Z")
        #expect(
            lines[2] == "number f9xt-a1fp-ty77-grn7-wf42, "
                + "register 4eg-x12-m7z-mzj-gep-shz-ze0-0s7-8da")
        #expect(lines[1...3].allSatisfy { $0.count <= 80 })
    }

    @Test func `status says of each peer what it has, when that was heard, and what is on its way`()
    {
        func peer(
            _ name: String, connected: Bool = false, lacks: Int, via: PeerReport.Via?,
            onTheWay: Int = 0
        ) -> PeerReport {
            let time = "2026-03-01T09:30:00.000Z"
            return PeerReport(
                node: "node", name: name, addresses: [], connected: connected,
                upToDate: connected && lacks == 0, theyLack: lacks, weLack: connected ? 0 : nil,
                lastHeard: via == nil ? nil : time, acknowledgedAt: via == nil ? nil : time,
                via: via, clockOffsetMilliseconds: nil, onTheWay: onTheWay,
                onTheWaySince: onTheWay == 0 ? nil : "2026-03-02T10:00:00.000Z")
        }
        let text = StatusPage.shortTable(of: [
            peer("north gate", connected: true, lacks: 0, via: .session),
            peer("table 1", lacks: 1_234, via: .bundle, onTheWay: 1_200),
            peer("desk", lacks: 12, via: nil, onTheWay: 12),
            peer("ward", lacks: 3, via: .session),
        ])
        #expect(
            text == """
                peer        has            heard                       on the way since
                north gate  all            connected
                table 1     all but 1,234  2026-03-01 09:30Z by stick  2026-03-02 10:00Z: 1,200
                desk        not known      never                       2026-03-02 10:00Z: 12
                ward        all but 3      2026-03-01 09:30Z
                """)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
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
            source: "gatenode", new: 2, known: 1, held: 0, left: 0, conflicts: 1, quarantined: 0,
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

    @Test func `a bundle in a folder that is for others takes one line, under its own name`() throws
    {
        let command = try #require(
            Rollcall.parseAsRoot(["import", "/no/a", "/no/b"]) as? ImportCommand)
        let rows = try [
            ImportReport(skipping: "/no/b", .forOthers),
            ImportReport(skipping: "/no/a", .noAdmission),
        ].map { try ControlJSON.encode($0) }
        #expect(
            try command.text(ofRows: rows, from: 0, names: NodeNames()) == """
                /no/b: for other laptops, left alone
                /no/a: does not let this laptop in, left alone
                """)
    }

    @Test func `an import says how those hear of it from whom the bundles came`() {
        var report = AnswerReport(
            waiting: [.init(node: "gatenode", name: "north gate", lacks: 3)])
        #expect(
            Sentences.answered(report, NodeNames())
                == "north gate has not heard that it came, and lacks 3 changes: "
                + "`rollcall export --for 'north gate' -o FILE` makes the answer, "
                + "`rollcall carry FOLDER` one for all")
        report.waiting = [
            .init(node: "gatenode01", name: "a;b", lacks: 0), .init(node: "x", name: "y", lacks: 0),
        ]
        let text = Sentences.answered(report, NodeNames())
        #expect(text.hasPrefix("a;b, y have not heard that it came: "))
        #expect(text.contains("--for gatenode,y -o"))
    }

    /// What a command prints of an answer that comes row by row and ends in a result or error.
    private func printed(
        _ words: [String], asJSON: Bool = false, _ answer: (Conversation.Listener) throws -> Data?
    ) throws -> String {
        func print(_ command: some DaemonCommand, to output: FileHandle) throws {
            let console = Console(asJSON: asJSON, output: output.fileDescriptor)
            defer { try? console.flush() }
            try Conversation(console: console)
                .take(names: NodeNames(Self.status), of: command, from: answer)
        }
        let output = Pipe()
        let command = try #require(Rollcall.parseAsRoot(words) as? any DaemonCommand)
        do {
            try print(command, to: output.fileHandleForWriting)
        } catch is ControlError {}
        try output.fileHandleForWriting.close()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        return String(decoding: text, as: UTF8.self)
    }

    @Test func `bundles that were taken in are told of before one that fails`() throws {
        let report = ImportReport(
            source: nil, new: 1, known: 0, held: 0, left: 2, conflicts: 0, quarantined: 0,
            missing: [], applied: true)
        let text = try printed(["import", "a", "b"]) { listener in
            try listener.onRow(ControlJSON.encode(report))
            throw ControlError(.badFile, "there is no such file")
        }
        #expect(text.hasPrefix("a, from an unknown laptop: 1 new"))
    }

    @Test func `rows that came before an error are printed`() throws {
        let row = HistoryRow(
            dot: "a.1", record: "r", kind: "edit", field: "sex", content: .text("f"), names: [],
            operator: nil, node: "gatenode", recordedAt: nil, source: nil)
        let text = try printed(["inspect", "f"]) { listener in
            try listener.onRow(ControlJSON.encode(row))
            throw ControlError(.badBundle, "the bundle is damaged")
        }
        #expect(text.contains("a.1"))
    }

    @Test func `inspect counts for people what is no row`() throws {
        let report = try ControlJSON.encode(InspectReport(changes: 0, otherFrames: 2))
        #expect(try printed(["inspect", "f"]) { _ in report } == "no changes, 2 other frames\n")
        #expect(try printed(["inspect", "f"], asJSON: true) { _ in report } == "")
    }

    @Test func `connect and disconnect call a laptop by its name`() throws {
        #expect(ConnectCommand.namesNodes && DisconnectCommand.namesNodes)
        let command = try #require(
            Rollcall.parseAsRoot(["connect", "gate"]) as? ConnectCommand)
        let json = try ControlJSON.encode(NodeReport(node: "gatenode"))
        #expect(
            try command.text(ofResult: json, names: NodeNames(Self.status)) == "dialling gate")
    }

    @Test func `a record keeps its bookkeeping to itself`() throws {
        func record(removed: Bool) -> RecordView {
            func field(_ value: String) -> FieldView {
                FieldView(
                    kind: "single", conflict: false,
                    values: [ValueView(.text(value), witnesses: [witness("a.1")])])
            }
            return RecordView(
                record: "r1", created: "a.1", removed: removed,
                fields: [
                    "list_line": field("list#7"), "surname": field("Moroz"),
                    "removed": field(removed ? "removed" : "restored"),
                ])
        }
        let names = NodeNames(Self.status)
        #expect(RecordPage.table(of: [record(removed: false)]) == "r1    surname=Moroz")
        #expect(RecordPage.table(of: [record(removed: true)]) == "r1  removed  surname=Moroz")
        let restored = RecordPage.text(of: record(removed: false), names: names)
        #expect(!restored.contains("restored") && !restored.contains("list#7"))
        let removed = RecordPage.text(of: record(removed: true), names: names)
        #expect(removed.contains("removed    removed") && !removed.contains("list#7"))
    }

    @Test func `history says when first, and why`() {
        let row = HistoryRow(
            dot: "a.1", record: "r1", kind: "edit", field: "sex", content: .text("f"),
            names: ["b.1"], operator: "ann", node: "gatenode",
            recordedAt: "2026-03-01T09:30:00.000Z", source: nil, reason: "asked her")
        #expect(
            RecordPage.table(of: [row], names: NodeNames(Self.status)) == """
                2026-03-01 09:30:00Z  a.1  edit  sex  f  ann at gate  names b.1  \
                because: asked her
                """)
    }

    @Test func `a change in quarantine is shown with what was decided of it`() throws {
        let row = HistoryRow(
            dot: "a.1", record: "r1", kind: "edit", field: "sex", content: .text("f"), names: [],
            operator: "ann", node: "lostnode", recordedAt: nil, source: nil)
        let names = NodeNames(Self.status)
        let command = try #require(
            Rollcall.parseAsRoot(["quarantine", "show", "a.1"]) as? QuarantineShowCommand)
        func text(_ counts: Bool, _ verdicts: [String]) throws -> [Substring] {
            let decisions = verdicts.map {
                DecisionReport(verdict: $0, node: "gatenode", reason: "on paper")
            }
            let report = QuarantineReport(rows: [row], counts: counts, decisions: decisions)
            return try command.text(ofResult: ControlJSON.encode(report), names: names)
                .split(separator: "\n")
        }
        #expect(try text(false, []).last == "it waits in quarantine")
        #expect(try text(false, ["refuse"])[1] == "it stays in quarantine")
        let adopted = try text(true, ["refuse", "adopt"])
        #expect(adopted[0].contains("f  ann at lostno"))
        #expect(adopted[1] == "it counts")
        #expect(adopted[2] == "refused at gate, because: on paper")
        #expect(adopted[3] == "adopted at gate, because: on paper")
        var shown = row
        shown.adoptedBy = ["gatenode"]
        #expect(RecordPage.table(of: [shown], names: names).hasSuffix("adopted at gate"))
        let judged = JudgeReport(verdict: "adopt", dots: ["a.1", "a.2"], quarantined: 1)
        #expect(Sentences.judged(judged) == "adopted a.1 a.2; 1 change in quarantine")
    }

    @Test func `an import that adds people says what was erased before, and no other does`() {
        var report = RosterReport(
            rows: 3, added: 2, unchanged: 1, differing: [], duplicate: [], failed: [], erased: 4)
        #expect(FilePages.text(of: report).hasSuffix(Sentences.erasedRows(report)))
        #expect(Sentences.erasedRows(report).hasPrefix("4 rows of rosters were erased"))
        report.added = 0
        #expect(FilePages.text(of: report) == Sentences.rosterCounts(report))
    }

    @Test func `an invitation says that an earlier code died of it`() {
        var invitation = Invitation(
            addresses: ["h:1"], code: "c", expiresAt: "t", replaced: false)
        #expect(!Sentences.invited(invitation).contains("earlier"))
        invitation.replaced = true
        #expect(Sentences.invited(invitation).contains("an earlier code is no longer good"))
    }

    @Test func `a code stands alone in its file`() throws {
        #expect(try SecretPrompt.alone(.code, in: Data(" ABCD-EFGH \n".utf8)) == "ABCD-EFGH")
        #expect(throws: ControlError.self) { try SecretPrompt.alone(.code, in: Data("a\nb".utf8)) }
        #expect(throws: ControlError.self) { try SecretPrompt.alone(.code, in: Data("\n".utf8)) }
        #expect(throws: ControlError.self) { try SecretPrompt.alone(.code, in: Data([0xff])) }
    }
}
