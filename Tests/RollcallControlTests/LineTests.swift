import Foundation
import RollcallControl
import Testing

@Suite struct LineTests {
    static let requests: [ControlRequest] = [
        .initRegister(name: "gate", register: "Exchange", operator: "ann"),
        .invite(minutes: 10, wait: true, yes: false),
        .makeRecoveryKeys, .recover(keys: ["a", "b"]),
        .invite(minutes: 10, wait: false, yes: true, role: "observer"),
        .members, .quarantine(), .quarantine(all: true), .quarantineShow(dot: "d.1"),
        .judge(dots: ["d.1", "e.2"], adopt: true, reason: "r"),
        .revoke(node: "n", reason: "r", upTo: ["d.1"]),
        .giveRole(node: "n", role: "operator"),
        .join(address: "h:1", name: "south", operator: "bob", code: "c"),
        .confirm(words: "a b c d e f"), .status(), .status(brief: true), .peers,
        .connect(target: "h:1"),
        .disconnect(node: "n"), .waitUpToDate(peers: ["n"], timeoutSeconds: 2.5),
        .waitUpToDate(peers: [], timeoutSeconds: nil),
        .add(fields: [FieldValue(field: "f", value: "a\nb")], source: nil, operator: nil),
        .set(id: "r", fields: [], seen: nil, source: "s", operator: nil),
        .set(id: "r", fields: [], seen: [], source: nil, operator: "o"),
        .unset(
            id: "r", fields: [FieldChoice(field: "f"), FieldChoice(field: "g", value: "v")],
            state: "refused", seen: ["d.1"], source: nil, operator: nil),
        .verify(VerifyOrder(id: "r", field: "f", outcome: "confirmed", source: "s")),
        .verify(
            VerifyOrder(
                id: "r", field: "f", outcome: "unable", source: "s", station: "t", seen: ["d.1"],
                operator: "o")),
        .unverify(id: "r", field: "f", operator: nil),
        .remove(id: "r", operator: nil), .restore(id: "r", operator: "o"),
        .resolve(
            id: "r", field: "f", choice: .keep(dot: "d.1"), seen: nil, reason: "w",
            operator: nil),
        .resolve(
            id: "r", field: "f", choice: .value(text: "v"), seen: nil, reason: nil,
            operator: nil),
        .show(id: "r"), .list(limit: nil, filters: []), .list(limit: 5, filters: []),
        .find(text: "t"), .history(id: "r"), .conflicts, .fingerprint,
        .rosterImport(
            path: "/f", list: "l", key: nil, columns: [ColumnField(column: "c", field: "f")],
            skipBad: true),
        .rosterExport(path: "/f"),
        .export(BundleOrder(targets: ["n"], recipients: ["age1x"], maxBytes: 7, path: "/f")),
        .bundleKey(secret: true), .carry(folder: "/s", files: ["/s/f"], delete: true),
        .whoLacks(record: "r", since: nil),
        .import(paths: ["/f"], preview: true, salvage: false), .inspect(path: "/f"),
        .backup(path: "/f"),
    ]

    @Test(arguments: requests) func `a request is one line and comes back`(
        request: ControlRequest
    ) throws {
        let line = try request.line()
        #expect(line.firstIndex(of: UInt8(ascii: "\n")) == line.endIndex - 1)
        #expect(try ControlRequest(line: line) == request)
    }

    @Test func `a request of a program that knows fewer keys is read`() throws {
        let line = #"{"import":{"paths":["/f"],"preview":true,"salvage":false}}"#
        #expect(
            try ControlRequest(line: Data(line.utf8))
                == .import(paths: ["/f"], preview: true, salvage: false))
    }

    @Test(arguments: [
        (ControlAnswer.row(Data(#"{"b":1, "a":2}"#.utf8)), #"{"row":{"b":1, "a":2}}"#),
        (.interim(Data("{}".utf8)), #"{"interim":{}}"#),
        (.result(nil), #"{"result":null}"#),
        (.result(Data("{}".utf8)), #"{"result":{}}"#),
        (.error(ControlError(.busy, "m")), #"{"error":{"code":"busy","hint":null,"message":"m"}}"#),
        (
            .progress(ProgressReport(done: 1, what: "rows")),
            #"{"progress":{"bytes":null,"done":1,"total":null,"what":"rows"}}"#
        ),
    ])
    func `an answer is one line, and objects in it keep their bytes`(
        answer: ControlAnswer, line: String
    ) throws {
        #expect(String(decoding: try answer.line(), as: UTF8.self) == line + "\n")
        #expect(try ControlAnswer(line: Data(line.utf8)) == answer)
        #expect(try ControlAnswer(line: answer.line()) == answer)
    }

    @Test(arguments: ["", "{", "null", #"{"rows":{}}"#, #"{"row":"#, #"{"error":{}}"#, ":}"])
    func `a line that is no answer is refused`(line: String) {
        #expect(throws: (any Error).self) { try ControlAnswer(line: Data(line.utf8)) }
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"),
        (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (1_772_357_400_000, "2026-03-01T09:30:00.000Z"),
        (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
    ])
    func `times are RFC 3339 in UTC`(milliseconds: Int64, text: String) {
        #expect(UTCTime.text(millisecondsSince1970: milliseconds) == text)
    }
}
