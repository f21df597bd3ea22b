import Foundation
import FoundationNetworking
import RollcallControl
import Testing

@testable import RollcallNode

/// The page of a whole daemon, as a browser meets it.
@Suite(.timeLimit(.minutes(1)), .serialized) struct PageTests {
    private struct Browser {
        let origin: String
        var cookie = ""

        func post(_ path: String, _ body: String) async throws -> (
            status: Int, text: String, cookie: String
        ) {
            var request = URLRequest(url: try #require(URL(string: origin + path)))
            request.httpMethod = "POST"
            request.httpBody = Data(body.utf8)
            request.setValue(origin, forHTTPHeaderField: "Origin")
            request.setValue(cookie, forHTTPHeaderField: "Cookie")
            let alone = URLSessionConfiguration.ephemeral
            alone.httpCookieStorage = nil
            alone.httpShouldSetCookies = false
            let (data, response) = try await URLSession(configuration: alone).data(for: request)
            let answer = try #require(response as? HTTPURLResponse)
            let given = answer.value(forHTTPHeaderField: "Set-Cookie")?.split(separator: ";").first
            return (answer.statusCode, String(decoding: data, as: UTF8.self), String(given ?? ""))
        }
    }

    private func open(_ daemon: LiveDaemon) async throws -> Browser {
        let address = try await daemon.ask(.open, PageReport.self).address
        let parts = address.split(separator: "/#")
        var browser = Browser(origin: String(parts[0]))
        browser.cookie = try await browser.post("/session", String(parts[1])).cookie
        return browser
    }

    @Test func asksOfThisDaemonAndIsTheSameAsTheCommandLine() async throws {
        let daemon = try await LiveDaemon("north")
        try await daemon.found()
        let added = try await daemon.ask(
            .add(
                fields: [FieldValue(field: "surname", value: "Koval")], source: nil, operator: nil),
            WriteReport.self)
        let browser = try await open(daemon)
        let shown = try await browser.post("/ask", #"{"show":{"id":"\#(added.record)"}}"#)
        #expect(shown.text.contains(#""record":"\#(added.record)""#))
        let written = try await browser.post(
            "/ask",
            #"{"set":{"id":"\#(added.record)","fields":[{"field":"surname","value":"Bondar"}],"seen":["\#(added.dots[0])"]}}"#
        )
        #expect(written.text.hasPrefix(#"{"result""#))
        let view = try await daemon.ask(.show(id: added.record), RecordView.self)
        #expect(view.fields["surname"]?.values.map(\.content) == [.text("Bondar")])
        try await daemon.stop()
    }

    @Test func isForWhoeverHasThePassAlone() async throws {
        let daemon = try await LiveDaemon("north")
        try await daemon.found()
        var browser = try await open(daemon)
        #expect(try await browser.post("/ask", #"{"conflicts":{}}"#).status == 200)
        browser.cookie = ""
        #expect(try await browser.post("/ask", #"{"conflicts":{}}"#).status == 401)
        try await daemon.stop()
    }

    /// The page prints nobody who is kept back: it goes by what this says.
    @Test func saysFromWhomSomebodyIsWithheld() async throws {
        let daemon = try await LiveDaemon("north")
        try await daemon.found()
        for (name, withhold) in [("Koval", "all"), ("Bondar", "other_side"), ("Tkach", "press")] {
            try await daemon.ask(
                .add(
                    fields: [
                        FieldValue(field: "surname", value: name),
                        FieldValue(field: "arrival", value: "1"),
                        FieldValue(field: "withhold", value: withhold),
                    ], source: nil, operator: nil))
        }
        let rows = try await daemon.rows(.people(), PersonRow.self)
        let withheld = Dictionary(
            uniqueKeysWithValues: rows.map { ($0.texts["surname"]?.first ?? "", $0.withheldFrom) })
        #expect(withheld == ["Koval": ["own", "side"], "Bondar": ["side"], "Tkach": []])
        try await daemon.stop()
    }

    @Test func noValueIsInTheLog() async throws {
        let daemon = try await LiveDaemon("north")
        try await daemon.found()
        let browser = try await open(daemon)
        _ = try await browser.post(
            "/ask", #"{"add":{"fields":[{"field":"surname","value":"Zavhorodniy"}]}}"#)
        #expect(
            try await browser.post("/ask", #"{"find":{"text":"Zavhorodniy"}}"#).text.contains(
                "Zavhorodniy"))
        let log = daemon.log.text
        #expect(!log.contains("Zavhorodniy"))
        #expect(!log.contains(browser.cookie.split(separator: "=").last ?? "none"))
        try await daemon.stop()
    }
}
