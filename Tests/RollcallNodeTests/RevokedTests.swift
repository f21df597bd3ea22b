import Foundation
import RollcallControl
import Testing

@testable import RollcallNode

/// A laptop that was taken out, at the door of a whole daemon.
@Suite(.timeLimit(.minutes(3)), .serialized) struct RevokedTests {
    private func pair() async throws -> (gate: LiveDaemon, table: LiveDaemon) {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let table = try await LiveDaemon("table")
        try await table.join(try await gate.invite(), at: try await gate.address)
        #expect(try await eventually { try await gate.isConnected(to: "table") })
        return (gate, table)
    }

    private func revoke(_ node: String, by gate: LiveDaemon) async throws {
        try await gate.ask(.revoke(node: node, reason: "lost", upTo: []))
    }

    @Test func `its open session is cut at once, and it learns why`() async throws {
        let (gate, table) = try await pair()
        let begin = ContinuousClock.now
        try await revoke("table", by: gate)
        #expect(try await eventually { try await !table.isConnected(to: "gate") })
        // One second is the promise; without it the link would stay for twelve.
        #expect(ContinuousClock.now - begin < .seconds(10))
        #expect(try await eventually { try await table.status().takenOut != nil })
        #expect(try await table.status().takenOut?.saidBy.map(\.name) == ["gate"])
        try await table.stop()
        try await gate.stop()
    }

    @Test(.enabled(if: ForeignClient.isHere, ForeignClient.whereFrom))
    func `a session of TLS that it kept is refused a hundred times of a hundred`() async throws {
        let (gate, table) = try await pair()
        let client = try ForeignClient(showing: try table.identity())
        try await table.stop()
        let address = try #require(NetworkAddress(try await gate.address))
        let usual = client.certificateArguments + ["-alpn", "rollcall/1"]
        let session = client.path("session")
        // While it is a member it is greeted, and a ticket travels with the greeting.
        let greeted = try await client.connect(to: address, usual + ["-sess_out", session]) {
            FileManager.default.fileExists(atPath: session)
        }
        #expect(!greeted.contains("taken out"))
        #expect(FileManager.default.fileExists(atPath: session))

        try await revoke("table", by: gate)
        var refused = 0
        for _ in 1...100 {
            let said = try await client.connect(to: address, usual + ["-sess_in", session]) {
                false
            }
            #expect(said.contains("New, TLSv1.3") && !said.contains("Reused"))
            if said.contains("this laptop was taken out of the register") { refused += 1 }
        }
        #expect(refused == 100)
        #expect(try await gate.status().peers.isEmpty)
        try await gate.stop()
    }
}
