import Foundation
import RollcallControl
import Testing

@Suite struct ControlClientTests {
    /// An empty home that is gone after the test.
    private func withHome<Result>(_ body: (Home) throws -> Result) throws -> Result {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "rc-\(UInt32.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try body(Home(option: directory.path))
    }

    @Test func `rows, progress and interim objects come in order before the result`() throws {
        try withHome { home in
            let daemon = try FakeDaemon(
                home: home,
                answers: [
                    """
                    {"interim":{"words":"w"}}
                    {"row":{"n":1}}
                    {"progress":{"done":1,"total":2,"bytes":null,"what":"rows"}}
                    {"row":{"n":2}}
                    {"result":null}

                    """, "{\"result\":{\"fingerprint\":\"f\"}}\n",
                ])
            let client = try ControlClient(home: home)
            var seen: [String] = []
            let none = try client.send(
                .conflicts, onRow: { seen.append(String(decoding: $0, as: UTF8.self)) },
                onProgress: { seen.append("\($0.done)") },
                onInterim: { seen.append(String(decoding: $0, as: UTF8.self)) })
            #expect(none == nil)
            #expect(seen == [#"{"words":"w"}"#, #"{"n":1}"#, "1", #"{"n":2}"#])
            let result = try client.send(.fingerprint)
            #expect(result == Data(#"{"fingerprint":"f"}"#.utf8))
            #expect(try daemon.requests() == [.conflicts, .fingerprint])
        }
    }

    @Test func `an answer longer than any buffer comes whole`() throws {
        try withHome { home in
            let row = "{\"text\":\"" + String(repeating: "ж", count: 500_000) + "\"}"
            _ = try FakeDaemon(
                home: home, answers: ["{\"row\":\(row)}\n{\"row\":\(row)}\n{\"result\":null}\n"])
            var rows: [Data] = []
            _ = try ControlClient(home: home).send(
                .list(limit: nil, filters: []), onRow: { rows.append($0) })
            #expect(rows == [Data(row.utf8), Data(row.utf8)])
        }
    }

    @Test func `an error of the daemon is thrown`() throws {
        try withHome { home in
            let error = ControlError(.noSuchRecord, "no such record", hint: "look")
            let line = try ControlAnswer.error(error).line()
            _ = try FakeDaemon(home: home, answers: [String(decoding: line, as: UTF8.self)])
            #expect(throws: error) { try ControlClient(home: home).send(.show(id: "x")) }
        }
    }

    @Test func `a home without a daemon says so`() throws {
        try withHome { home in
            let error = #expect(throws: ControlError.self) { try ControlClient(home: home) }
            #expect(error?.code == .noDaemon)
            #expect(error?.message.contains(home.path) == true)
        }
    }

    @Test func `a daemon that hangs up in the middle is no daemon`() throws {
        try withHome { home in
            _ = try FakeDaemon(home: home, answers: ["{\"row\":{}}\n{\"resu"])
            let error = #expect(throws: ControlError.self) {
                try ControlClient(home: home).send(.conflicts)
            }
            #expect(error?.code == .noDaemon)
        }
    }
}
