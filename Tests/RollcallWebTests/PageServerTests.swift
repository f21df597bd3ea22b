import Foundation
import Glibc
import Logging
import NIOCore
import NIOPosix
import RollcallControl
import Testing

@testable import RollcallWeb

/// Answers each request with its own name.
private struct Echo: PageBackend {
    func answer(
        _ request: ControlRequest, isAttended: Bool,
        _ send: @escaping @Sendable (Data) async -> Void
    ) async {
        let words =
            switch request {
            case .rosterImport(let path, _, _, _, _, _, _):
                String(
                    decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
            default: isAttended ? "attended" : "\(request)"
            }
        if let line = try? ControlAnswer.result(of: [words]).line() { await send(line) }
    }

    func changes() async -> AsyncStream<PageChange> {
        AsyncStream { changes in
            changes.yield(PageChange(records: ["pqmj"], enquiries: ["tk4h"]))
            changes.yield(PageChange(records: nil))
            changes.finish()
        }
    }
}

@Suite(.serialized) struct PageServerTests {
    /// Sends bytes as they are and reads to the end.
    private static func exchange(_ port: Int, _ text: String) -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isOpen = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, size) == 0
            }
        }
        guard isOpen else { return "" }
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes {
            send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = recv(descriptor, &piece, piece.count, 0), count > 0 {
            answer += piece[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }

    private struct Client: Sendable {
        let port: Int
        var cookie: String?

        func ask(
            _ method: String = "GET", _ path: String, _ body: String = "", _ fields: [String] = []
        ) async -> String {
            var lines = [
                "\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close",
            ]
            if method == "POST" { lines.append("Origin: http://127.0.0.1:\(port)") }
            if let cookie { lines.append("Cookie: rollcall-\(port)=\(cookie)") }
            lines += fields + ["Content-Length: \(body.utf8.count)", "", body]
            let (port, text) = (port, lines.joined(separator: "\r\n"))
            return await withCheckedContinuation { done in
                Thread.detachNewThread {
                    done.resume(returning: PageServerTests.exchange(port, text))
                }
            }
        }
    }

    private func withPage(_ body: (PageServer, Client) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await PageServer.start(Echo(), on: group, logger: Logger(label: "page"))
        var client = Client(port: server.port)
        let launch = server.launchAddress().split(separator: "#").last.map(String.init) ?? ""
        let opened = await client.ask("POST", "/session", launch)
        let field = try #require(
            opened.split(separator: "\r\n").first { $0.lowercased().hasPrefix("set-cookie") })
        client.cookie = field.split(separator: "=", maxSplits: 1).last?.split(separator: ";").first
            .map(String.init)
        try await body(server, client)
        await server.stop()
        try await group.shutdownGracefully()
    }

    @Test func servesItsFilesToAnybodyAndRecordsToNobody() async throws {
        try await withPage { server, client in
            let stranger = Client(port: client.port)
            let page = await stranger.ask("GET", "/")
            #expect(page.hasPrefix("HTTP/1.1 200"))
            #expect(page.contains("Content-Security-Policy: default-src 'none'; script-src 'self'"))
            #expect(
                await stranger.ask("POST", "/ask", #"{"conflicts":{}}"#).hasPrefix("HTTP/1.1 401"))
            #expect(await stranger.ask("GET", "/changes").hasPrefix("HTTP/1.1 401"))
            #expect(await stranger.ask("POST", "/file", "a list").hasPrefix("HTTP/1.1 401"))
            #expect(await stranger.ask("GET", "/../register.db").hasPrefix("HTTP/1.1 404"))
        }
    }

    @Test func asksWhatTheCommandLineAsks() async throws {
        try await withPage { _, client in
            let answer = await client.ask("POST", "/ask", #"{"show":{"id":"pqmj"}}"#)
            #expect(answer.contains(#"{"result":["show(id: \"pqmj\")"]}"#))
        }
    }

    @Test func saysWhetherSomebodyIsThere() async throws {
        try await withPage { _, client in
            let answer = await client.ask(
                "POST", "/ask", #"{"conflicts":{}}"#, ["X-Attended: yes"])
            #expect(answer.contains("attended"))
        }
    }

    @Test(arguments: [
        #"{"backup":{"path":"/tmp/x"}}"#, #"{"inspect":{"path":"/etc/passwd"}}"#, #"{"panic":{}}"#,
        #"{"bundleKey":{"secret":true}}"#, #"{"makeRecoveryKeys":{}}"#,
        #"{"erase":{"ids":[],"reason":"x"}}"#,
        #"{"rosterImport":{"path":"/etc/passwd","columns":[],"skipBad":false}}"#,
        #"{"rosterImport":{"path":"upload:00/../../etc/passwd","columns":[],"skipBad":false}}"#,
    ])
    func mayNotNameFilesOrGiveKeysAway(_ request: String) async throws {
        try await withPage { _, client in
            #expect(await client.ask("POST", "/ask", request).contains(#""code":"not-allowed""#))
        }
    }

    @Test(arguments: ["", "{", "[]", #"{"nothing":{}}"#, #"{"show":{}}"#, "\u{0}"])
    func answersNonsenseWithAnError(_ body: String) async throws {
        try await withPage { _, client in
            #expect(await client.ask("POST", "/ask", body).contains(#""code":"usage""#))
        }
    }

    @Test func anUploadIsReadByOneRequestAndGone() async throws {
        try await withPage { _, client in
            let kept = await client.ask("POST", "/file", "1,Koval\n", ["X-File-Name: a%2Fb.csv"])
            let path = try #require(kept.firstMatch(of: /upload:[^\r]+/).map { String($0.0) })
            #expect(path.hasSuffix("/ab.csv"))
            let request = #"{"rosterImport":{"path":"\#(path)","columns":[],"skipBad":false}}"#
            #expect(await client.ask("POST", "/ask", request).contains("1,Koval"))
            #expect(await client.ask("POST", "/ask", request).contains("not-allowed"))
        }
    }

    @Test func tellsWhatWasWritten() async throws {
        try await withPage { _, client in
            let told = await client.ask("GET", "/changes")
            #expect(told.contains(#"data: {"enquiries":["tk4h"],"records":["pqmj"]}"#))
            #expect(told.contains(#"data: {"enquiries":null,"records":null}"#))
        }
    }

    @Test func refusesHeadersWithoutEnd() async throws {
        try await withPage { _, client in
            let many = (0..<65).map { "X-\($0): 1" }
            #expect(!(await client.ask("GET", "/", "", many)).hasPrefix("HTTP/1.1 200"))
            let long = ["X-Long: " + String(repeating: "x", count: 33 << 10)]
            #expect(!(await client.ask("GET", "/", "", long)).hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func drawsACode() async throws {
        try await withPage { _, client in
            // Its finder pattern is the same in every QR code.
            #expect(await client.ask("POST", "/qr", "ABC1X").contains("1111111"))
            #expect(await client.ask("POST", "/qr", "").hasPrefix("HTTP/1.1 400"))
        }
    }
}
