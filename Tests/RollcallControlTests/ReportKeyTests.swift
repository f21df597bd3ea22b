import Foundation
import RollcallControl
import Testing

/// The keys that scripts were promised: each report, byte for byte.
@Suite struct ReportKeyTests {
    private func json(_ value: some Encodable) throws -> String {
        String(decoding: try ControlJSON.encode(value), as: UTF8.self)
    }

    /// Whether a value comes back from its JSON.
    private func survives<Value: Codable & Equatable>(_ value: Value) throws -> Bool {
        try ControlJSON.decode(Value.self, from: ControlJSON.encode(value)) == value
    }

    static let witness = Witness(
        dot: "0000000000001.7", source: nil, operator: "ann", node: "n1",
        recordedAt: "2026-03-01T09:30:00.000Z")
    static let witnessJSON =
        #"[{"dot":"0000000000001.7","node":"n1","operator":"ann","#
        + #""recorded_at":"2026-03-01T09:30:00.000Z","source":null}]"#

    static let status = StatusReport(
        node: "n1", name: "gate", replica: nil, register: nil, title: nil, listening: nil,
        records: 1, changes: 2, conflicts: 3, held: 4, quarantined: 5, fingerprint: nil,
        peers: [
            PeerReport(
                node: "n2", name: nil, addresses: ["h:1"], connected: false, upToDate: nil,
                theyLack: nil, weLack: 0, lastHeard: nil, acknowledgedAt: nil, via: .bundle,
                clockOffsetMilliseconds: -3, onTheWay: 4, onTheWaySince: "t")
        ],
        joining: [Newcomer(words: "a b c d e f", name: "south")], protection: "none",
        socket: "/h/control.sock",
        traffic: Traffic(sent: 6, received: 7),
        takenOut: TakenOut(reasons: ["lost"], saidBy: [NamedNode(node: "n2", name: nil)]),
        failedJoins: 8, writtenTwice: [NamedNode(node: "n3", name: "copy")],
        recoveryKeys: [RecoverySetReport(node: "n2", recordedAt: nil)],
        registerGrouped: "reg-ist",
        request: RequestReport(
            file: nil, number: "nu-mb", name: "south", register: "r", registerGrouped: "r-r",
            madeAt: "t"), admitted: false)

    @Test func `status has every key, and null for what is unknown`() throws {
        let peer =
            #"{"acknowledged_at":null,"addresses":["h:1"],"clock_offset_ms":-3,"#
            + #""connected":false,"last_heard":null,"name":null,"node":"n2","#
            + #""on_the_way":4,"on_the_way_since":"t","#
            + #""says_taken_out":false,"they_lack":null,"#
            + #""up_to_date":null,"via":"bundle","we_lack":0}"#
        let expected =
            #"{"admitted":false,"changes":2,"conflicts":3,"failed_joins":8,"fingerprint":null,"held":4,"#
            + #""joining":[{"name":"south","words":"a b c d e f"}],"listening":null,"#
            + #""name":"gate","node":"n1","peers":["# + peer
            + #"],"protection":"none","quarantined":5,"records":1,"#
            + #""recovery_keys":[{"node":"n2","recorded_at":null}],"register":null,"#
            + #""register_grouped":"reg-ist","replica":null,"request":{"file":null,"#
            + #""made_at":"t","name":"south","number":"nu-mb","register":"r","#
            + #""register_grouped":"r-r"},"#
            + #""socket":"/h/control.sock","taken_out":{"reasons":["lost"],"said_by":"#
            + #"[{"name":null,"node":"n2"}]},"title":null,"traffic":{"received":7,"sent":6},"#
            + #""written_twice":[{"name":"copy","node":"n3"}]}"#
        #expect(try json(Self.status) == expected)
        #expect(try survives(Self.status))
    }

    @Test(arguments: [
        (Content.text("a/b"), #""value":"a/b""#),
        (.event(stage: "gate", time: nil), #""value":{"stage":"gate","time":null}"#),
        (.event(stage: "gate", time: "t"), #""value":{"stage":"gate","time":"t"}"#),
        (.state("not_asked"), #""state":"not_asked""#),
    ])
    func `a value has either value or state`(content: Content, expected: String) throws {
        let value = ValueView(content, witnesses: [Self.witness])
        let witnesses = #""witnesses":"# + Self.witnessJSON
        #expect(try json(value) == "{" + expected + "," + witnesses + "}")
        #expect(try survives(value))
    }

    static let enquiry = EnquiryReport(
        enquiry: EnquiryRow(
            record: "e1", state: "matched", sealed: false, texts: ["asker": ["a"]],
            matches: ["r1"], toldOfAnother: true),
        candidates: [
            .init(
                record: "r1", records: ["r1"], band: nil, score: 7,
                reasons: [.init(field: "surname", how: "script", against: false)], agreeing: 1,
                texts: [:], step: "present", link: "match", claims: [], because: ["b"],
                telling: "with_reason", why: "not_asked")
        ],
        told: [
            .init(
                time: "t", how: "phone", outcome: "o", person: nil, witness: witness, reason: nil)
        ], seen: ["a.1"])

    @Test func `an enquiry says whom it may mean, why, and what was told`() throws {
        let expected =
            #"{"candidates":[{"agreeing":1,"band":null,"because":["b"],"claims":[],"link":"match","#
            + #""reasons":[{"against":false,"field":"surname","how":"script"}],"record":"r1","#
            + #""records":["r1"],"score":7,"step":"present","telling":"with_reason","texts":{},"#
            + #""why":"not_asked"}],"enquiry":{"band":null,"matches":["r1"],"record":"e1","sealed":false,"#
            + #""state":"matched","texts":{"asker":["a"]},"told_of_another":true},"seen":["a.1"],"#
            + #""told":[{"how":"phone","outcome":"o","person":null,"reason":null,"time":"t","#
            + #""witness":"# + Self.witnessJSON.dropFirst().dropLast() + "}]}"
        #expect(try json(Self.enquiry) == expected)
        #expect(try survives(Self.enquiry))
        #expect(
            try json(EnquiriesReport(all: 2, found: 1, typed: nil))
                == #"{"all":2,"complete":true,"found":1,"typed":null}"#)
    }

    @Test func `a record has its fields by name`() throws {
        let field = FieldView(kind: "single", conflict: false, values: [])
        let record = RecordView(
            record: "r", created: "c.1", removed: false, fields: ["sex": field, "alias": field])
        let view = #"{"conflict":false,"kind":"single","values":[],"verifications":[]}"#
        #expect(
            try json(record) == #"{"created":"c.1","erased":false,"fields":{"alias":"# + view
                + #","sex":"#
                + view + #"},"record":"r","removed":false,"under_hold":false}"#)
        #expect(try survives(record))
    }

    @Test func `a row of history has a lane only when inspected`() throws {
        var row = HistoryRow(
            dot: "d.1", record: "r", kind: "edit", field: "sex", content: .state("refused"),
            names: ["c.1"], operator: nil, node: "n", recordedAt: nil, source: nil)
        #expect(
            try json(row) == #"{"dot":"d.1","field":"sex","kind":"edit","names":["c.1"],"#
                + #""node":"n","operator":null,"reason":null,"record":"r","recorded_at":null,"#
                + #""source":null,"state":"refused"}"#)
        #expect(try survives(row))
        row.lane = "control"
        row.field = nil
        row.content = nil
        row.reason = "asked her"
        #expect(
            try json(row) == #"{"dot":"d.1","field":null,"kind":"edit","lane":"control","#
                + #""names":["c.1"],"node":"n","operator":null,"reason":"asked her","record":"r","#
                + #""recorded_at":null,"source":null,"value":null}"#)
        #expect(try survives(row))
    }

    @Test func `what was adopted says by whom, and what is decided keeps its keys`() throws {
        var row = HistoryRow(
            dot: "d.1", record: "r", kind: "edit", field: "sex", content: .text("f"),
            names: [], operator: nil, node: "n", recordedAt: nil, source: nil)
        row.adoptedBy = ["m"]
        #expect(try json(row).hasPrefix(#"{"adopted_by":["m"],"dot":"d.1","field":"sex","#))
        #expect(try survives(row))
        let decision = DecisionReport(verdict: "adopt", node: "m", reason: "on paper")
        let report = QuarantineReport(rows: [row], counts: true, decisions: [decision])
        let decided = #"{"node":"m","reason":"on paper","verdict":"adopt"}"#
        #expect(
            try json(report) == #"{"counts":true,"decisions":["# + decided + #"],"rows":["#
                + json(row) + "]}")
        #expect(try survives(report))
        let judged = JudgeReport(verdict: "refuse", dots: ["d.1"], quarantined: 2)
        #expect(try json(judged) == #"{"dots":["d.1"],"quarantined":2,"verdict":"refuse"}"#)
        #expect(try survives(judged))
    }

    @Test func `reports of files keep their keys`() throws {
        let roster = RosterReport(
            rows: 4, added: 1, unchanged: 0,
            differing: [.init(row: 2, record: "r", fields: ["sex"])],
            duplicate: [.init(row: 3, records: ["r", "s"])],
            failed: [.init(row: 4, reason: "no key")], erased: 5)
        #expect(
            try json(roster) == #"{"added":1,"applied":true,"#
                + #""differing":[{"fields":["sex"],"record":"r","row":2}],"#
                + #""duplicate":[{"records":["r","s"],"row":3}],"#
                + #""erased":5,"failed":[{"reason":"no key","row":4}],"file":null,"findings":[],"#
                + #""list":null,"notes":[],"rows":4,"unchanged":0}"#)
        let bundle = ImportReport(
            source: nil, new: 1, known: 2, held: 3, left: 8, conflicts: 4, quarantined: 5,
            missing: [.init(replica: "p", from: 6, to: 7)], applied: true,
            preview: ImportPreview(), file: "/f", skipped: .forOthers)
        #expect(
            try json(bundle)
                == #"{"applied":true,"conflicts":4,"file":"/f","held":3,"joined":null,"known":2,"left":8,"#
                + #""missing":[{"from":6,"replica":"p","to":7}],"new":1,"#
                + #""preview":{"changed_records":0,"conflicts":0,"conflicts_settled":0,"#
                + #""lacking":[],"members_added":[],"members_removed":[],"new_records":0},"#
                + #""quarantined":5,"skipped":"for_others","source":null}"#)
        let export = ExportReport(files: ["/f"], bytes: 1, changes: 2, targets: ["n"])
        #expect(try json(export) == #"{"bytes":1,"changes":2,"files":["/f"],"for":["n"]}"#)
        #expect(try survives(roster) && survives(bundle) && survives(export))
        let answer = AnswerReport(waiting: [.init(node: "n", name: "x", lacks: 3)])
        #expect(
            try json(answer)
                == #"{"export":null,"waiting":[{"lacks":3,"name":"x","node":"n"}]}"#)
    }

    @Test func `recovery keys keep their keys`() throws {
        let report = RecoveryKeysReport(keys: ["a", "b", "c"], replaced: 1)
        #expect(try json(report) == #"{"keys":["a","b","c"],"replaced":1}"#)
        #expect(try survives(report))
    }

    @Test func `reports of what is kept keep their keys`() throws {
        let retention = RetentionReport(
            endDate: "2027-01-31",
            said: [.init(endDate: nil, node: "n", reason: "agreed", recordedAt: nil)],
            isOver: false, due: 1, underHold: 2)
        #expect(
            try json(retention) == #"{"due":1,"end_date":"2027-01-31","over":false,"said":["#
                + #"{"end_date":null,"node":"n","reason":"agreed","recorded_at":null}],"#
                + #""under_hold":2}"#)
        let hold = HoldReport(
            record: nil, node: "n", reason: "inquiry", recordedAt: nil, isErased: true)
        #expect(
            try json(hold) == #"{"erased":true,"node":"n","reason":"inquiry","record":null,"#
                + #""recorded_at":null}"#)
        let order = HoldOrderReport(verdict: "lift", records: ["r"])
        #expect(try json(order) == #"{"records":["r"],"verdict":"lift"}"#)
        #expect(try json(DueRow(record: "r")) == #"{"record":"r"}"#)
        #expect(try survives(retention) && survives(hold) && survives(order))
    }

    @Test func `operators and the custody log keep their keys`() throws {
        let entry = OperatorReport(
            name: "ann", roles: ["medic"], nodes: ["n"], hasPIN: true, isCurrent: false)
        #expect(
            try json(entry)
                == #"{"current":false,"has_pin":true,"name":"ann","nodes":["n"],"roles":["medic"]}"#
        )
        let nobody = SwitchReport(operator: nil, role: nil)
        #expect(try json(nobody) == #"{"operator":null,"role":null}"#)
        let line = CustodyRow(
            dot: "d", act: "view", record: nil, operator: nil, node: "n", recordedAt: nil)
        #expect(
            try json(line) == #"{"act":"view","dot":"d","node":"n","operator":null,"record":null,"#
                + #""recorded_at":null}"#)
        #expect(try survives(entry) && survives(nobody) && survives(line))
    }

    @Test func `a drill keeps its keys`() throws {
        let report = DrillReport(
            file: "/b", title: "t", node: "n", name: nil, records: 1, changes: 2, quarantined: 3,
            signatures: 4, fingerprint: "f", protection: "none", recordsNow: 5, gained: 6,
            onlyInBackup: 7)
        #expect(
            try json(report) == #"{"changes":2,"file":"/b","fingerprint":"f","gained":6,"#
                + #""name":null,"node":"n","only_in_backup":7,"protection":"none","#
                + #""quarantined":3,"records":1,"records_now":5,"signatures":4,"title":"t"}"#)
        #expect(try survives(report))
    }

    @Test func `an audit keeps its keys`() throws {
        let node = NamedNode(node: "n", name: nil)
        let report = AuditReport(
            register: "r", title: "t", founder: node, source: node, createdAt: nil, members: [],
            replicas: [.init(replica: "p", node: "n", lane: "data", height: 3)], records: 1,
            changes: 3, conflicts: 0, erased: 0,
            quarantined: [.init(replica: "p", node: "n", from: 2, to: 3, reason: "lost")],
            signatures: 4, fingerprint: "f", isOfRegister: false)
        let named = #"{"name":null,"node":"n"}"#
        #expect(
            try json(report) == #"{"changes":3,"conflicts":0,"created_at":null,"erased":0,"#
                + #""fingerprint":"f","founder":"# + named + #","members":[],"quarantined":["#
                + #"{"from":2,"node":"n","reason":"lost","replica":"p","to":3}],"records":1,"#
                + #""register":"r","register_checked":false,"replicas":["#
                + #"{"height":3,"lane":"data","node":"n","replica":"p"}],"signatures":4,"source":"#
                + named + #","title":"t"}"#)
        #expect(try survives(report))
    }

    @Test func `reports of joining keep their keys`() throws {
        let invitation = Invitation(addresses: [], code: "c", expiresAt: "t", replaced: false)
        #expect(
            try json(invitation)
                == #"{"addresses":[],"code":"c","expires_at":"t","replaced":false}"#)
        #expect(try json(FailedAttempt(attemptsLeft: 2)) == #"{"attempts_left":2}"#)
        let admission = AdmissionReport(joined: NamedNode(node: "n", name: "x"), words: "w")
        #expect(try json(admission) == #"{"joined":{"name":"x","node":"n"},"words":"w"}"#)
        let join = JoinReport(
            node: "n", register: "r", registerGrouped: "r-r", title: "t", peer: "p")
        #expect(
            try json(join)
                == #"{"node":"n","peer":"p","register":"r","register_grouped":"r-r","title":"t"}"#)
        let newcomer = NewcomerReport(node: "n", name: "x", isMember: true)
        #expect(try json(newcomer) == #"{"member":true,"name":"x","node":"n"}"#)
        let admitted = StickAdmissionReport(
            joined: NamedNode(node: "n", name: "x"), isNew: false, file: "/f", bytes: 1, changes: 2)
        #expect(
            try json(admitted)
                == #"{"bytes":1,"changes":2,"file":"/f","joined":{"name":"x","node":"n"},"new":false}"#
        )
        #expect(try json(NodeReport(node: nil)) == #"{"node":null}"#)
        let wait = WaitReport(upToDate: false, waitingFor: ["n"])
        #expect(try json(wait) == #"{"up_to_date":false,"waiting_for":["n"]}"#)
    }
}
