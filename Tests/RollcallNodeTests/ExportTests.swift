import Foundation
import RollcallControl
import Testing

@testable import RollcallFiles

/// What leaves the register, against whole daemons.
@Suite(.timeLimit(.minutes(3)), .serialized) struct ExportTests {
    private func add(_ daemon: LiveDaemon, _ fields: (String, String)...) async throws -> String {
        try await daemon.ask(
            .add(
                fields: fields.map { FieldValue(field: $0.0, value: $0.1) }, source: nil,
                operator: nil), WriteReport.self
        ).record
    }

    private func export(
        _ daemon: LiveDaemon, _ name: String, _ order: OutgoingOrder
    ) async throws -> (report: RosterExportReport, text: String) {
        let path = "\(daemon.scratch.path)/\(name)"
        let report = try await daemon.ask(
            .rosterExport(path: path, order: order), RosterExportReport.self)
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        guard order.form == "xlsx" else { return (report, String(decoding: bytes, as: UTF8.self)) }
        return (report, try text(ofParts: bytes))
    }

    /// All that is in a workbook, in whatever part.
    private func text(ofParts bytes: [UInt8]) throws -> String {
        let archive = try Archive(bytes)
        let parts = archive.names
        #expect(parts.contains("xl/worksheets/sheet1.xml") && parts.count > 5)
        return try parts.map { part in
            var all: [UInt8] = []
            try archive.read(part) { all.append(contentsOf: $0) }
            return String(decoding: all, as: UTF8.self)
        }.joined(separator: "\n")
    }

    /// Seven handed over at stage 1, two of them withheld from the other side, one by a second record.
    private func fill(_ gate: LiveDaemon) async throws {
        for (index, name) in ["Коваль", "Бойко", "Ткач", "Мельник", "Савчук"].enumerated() {
            _ = try await add(
                gate, ("surname", name), ("given_name", "Петро"),
                ("birth_date", "1\(index).03.1988"),
                ("category", index < 1 ? "civilian" : "military"), ("detained_by", "a"),
                ("handover", "1"),
                ("next_of_kin", "kin-of-\(index)"), ("health", "health-of-\(index)"),
                ("next_of_kin_phone", "+38044123456\(index)"), ("transfer_wish", "wants"))
        }
        _ = try await add(
            gate, ("surname", "Прихований"), ("birth_date", "1970"), ("category", "military"),
            ("detained_by", "a"), ("handover", "1"), ("withhold", "other_side"))
        let one = try await add(
            gate, ("surname", "Таємна"), ("category", "military"), ("detained_by", "a"),
            ("handover", "1"))
        _ = try await add(gate, ("given_name", "Незнана"), ("withhold", "all"), ("same_as", one))
        let shy = try await add(
            gate, ("surname", "Відкритий"), ("detained_by", "a"), ("arrival", "1"),
            ("rank", "secret-rank"))
        try await gate.ask(
            .unset(
                id: shy, fields: [FieldChoice(field: "rank")], state: "withheld", seen: [],
                source: nil,
                operator: nil))
    }

    @Test func `S17: what the other side gets`() async throws {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        try await fill(gate)
        let order = OutgoingOrder(recipient: "side", stage: "1", direction: "a_to_b")
        let (report, text) = try await export(gate, "side.csv", order)
        #expect(report.rows == 5 && report.withheld == 2)
        let tally = try await gate.rows(.tally(stage: "1"), TallyRow.self)
        let sheet = tally.first { $0.direction == "a_to_b" && $0.what == "handed_over" }?.all.most
        #expect(sheet == report.rows + report.withheld)
        #expect(text.contains("7 by the sheet (handed_over, A→B, 1), 2 of them withheld, 5 here"))
        for secret in [
            "kin-of", "health-of", "38044", "wants", "Прихований", "Таємна", "Незнана", "ann",
            "gate",
        ] {
            #expect(!text.contains(secret), "\(secret)")
        }
        #expect(text.contains("Коваль,Петро,,,,1988-03-10,civilian"))
        let book = try await export(
            gate, "side.xlsx",
            OutgoingOrder(recipient: "side", form: "xlsx", stage: "1", direction: "a_to_b"))
        #expect(book.report.rows == 5 && book.report.withheld == 2)
        #expect(book.text.contains("2 of them withheld, 5 here") && book.text.contains("Коваль"))
        for secret in ["kin-of", "health-of", "38044", "Прихований", "Таємна", "Незнана", "ann"] {
            #expect(!book.text.contains(secret), "\(secret)")
        }

        let lines = try await export(
            gate, "side.jsonl", OutgoingOrder(recipient: "side", form: "jsonl", direction: "a_to_b")
        ).text.split(separator: "\n")
        #expect(lines.count == 6 && lines[0].contains(#""counts":{"all":7,"withheld":2}"#))
        #expect(!lines.joined().contains("Таємна"))

        #expect(
            try await gate.error(
                of: .rosterExport(path: "/x", order: OutgoingOrder(recipient: "side")))?.code
                == .usage)
        #expect(
            try await gate.error(
                of: .rosterExport(path: "/x", order: OutgoingOrder(recipient: "them")))?.code
                == .badValue)
        try await gate.stop()
    }

    @Test
    func `one's own side gets all but whom and what is withheld, and numbers go to the press`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        try await fill(gate)
        for form in ["csv", "jsonl", "xlsx"] {
            let (report, text) = try await export(
                gate, "own.\(form)", OutgoingOrder(form: form, separator: ";"))
            #expect(report.rows == 7 && report.withheld == 2)
            #expect(text.contains("Прихований") && text.contains("kin-of-1"))
            #expect(
                !text.contains("Таємна") && !text.contains("Незнана")
                    && !text.contains("secret-rank"))
            #expect(text.contains("[withheld]"))
        }
        // Where it came from, it says nothing new.
        for name in ["own.csv", "own.xlsx"] {
            let again = try await gate.ask(
                .rosterImport(
                    path: "\(gate.scratch.path)/\(name)", list: nil, key: nil, columns: [],
                    skipBad: false,
                    reading: ListReading(preview: true)), RosterReport.self)
            #expect(again.rows == 7 && again.failed.isEmpty && again.file?.unknownColumns == [])
        }

        let order = OutgoingOrder(recipient: "press")
        let open = try await gate.error(of: .rosterExport(path: "/x", order: order))
        #expect(open?.code == .badValue)
        try await gate.ask(.closeStage(code: "1", reason: "dusk"))
        let (_, press) = try await export(gate, "press.csv", order)
        #expect(press.contains("1,a_to_b,handed_over,…,<5,0,7"))
        for name in ["Коваль", "Прихований", "Таємна", "1988"] { #expect(!press.contains(name)) }
        let acts = try await gate.rows(.custody(), CustodyRow.self).map(\.act)
        #expect(acts.filter { $0 == "roster" }.count == 3 && acts.last == "figures")

        // Who comes later is in no file that is made later, and nothing is to be learnt from both.
        _ = try await add(gate, ("surname", "Пізній"), ("detained_by", "a"), ("handover", "1"))
        _ = try await add(gate, ("surname", "Завтра"), ("detained_by", "a"), ("handover", "2"))
        let (later, again) = try await export(gate, "later.csv", order)
        func numbers(_ text: String) -> [Substring] { text.split(separator: "\r\n").suffix(20) }
        #expect(numbers(again) == numbers(press) && !numbers(press).isEmpty)
        #expect(later.leftOut == ["2"] && later.closedAgain == [])
        // Unless somebody closes it anew: then it is said.
        try await gate.ask(.reopenStage(code: "1", reason: "one more"))
        try await gate.ask(.closeStage(code: "1", reason: "night"))
        let (anew, other) = try await export(gate, "anew.csv", order)
        #expect(numbers(other) != numbers(press) && anew.closedAgain == ["1"])
        try await gate.stop()
    }

    @Test func `a laptop that may not read who is withheld keeps back whoever could be`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        try await fill(gate)
        let tent = try await LiveDaemon("tent")
        try await tent.join(try await gate.invite(role: "medic"), at: try await gate.address)
        #expect(
            try await eventually {
                try await tent.status().fingerprint == (try await gate.status().fingerprint)
            })
        let (report, text) = try await export(tent, "own.csv", OutgoingOrder())
        // Of one it is withheld from the other side alone; here nobody can tell.
        #expect(report.rows == 6 && report.withheld == 3 && !text.contains("Прихований"))
        for daemon in [gate, tent] { try await daemon.stop() }
    }
}
