import Foundation
import RollcallControl
import RollcallTrust
import RollcallWire
import Synchronization
import Testing

@testable import RollcallNode

/// A join with somebody in between, with whole daemons and real TLS on both sides: refused, and said so, on both.
@Suite(.timeLimit(.minutes(3)), .serialized) struct InBetweenTests {
    private static let suspicion = "somebody may be in between"

    /// An inviter whose operator waits at `rollcall invite --wait`.
    private final class Inviting: Sendable {
        let gate: LiveDaemon
        private let said = Mutex<[String]>([])
        private let end: Mutex<ControlError?> = Mutex(nil)

        init(_ gate: LiveDaemon, yes: Bool = true) {
            self.gate = gate
            Task { await wait(yes) }
        }

        private func wait(_ yes: Bool) async {
            do {
                try await blocking { [self] in
                    _ = try ControlClient(home: gate.home).send(
                        .invite(minutes: 10, wait: true, yes: yes),
                        onInterim: { json in
                            said.withLock { $0.append(String(decoding: json, as: UTF8.self)) }
                        })
                }
            } catch {
                self.end.withLock { $0 = error as? ControlError }
            }
        }

        var lines: [String] { said.withLock { $0 } }

        var code: String {
            get async throws {
                #expect(try await eventually { !lines.isEmpty })
                let first = try #require(lines.first)
                return try ControlJSON.decode(Invitation.self, from: Data(first.utf8)).code
            }
        }

        func error() async throws -> ControlError? {
            #expect(try await eventually { end.withLock { $0 } != nil })
            return end.withLock { $0 }
        }

        /// How many more attempts it was told that the code bears.
        func attemptsLeft() async throws -> Int? {
            #expect(try await eventually { lines.count > 1 })
            return try lines.last.map {
                try ControlJSON.decode(FailedAttempt.self, from: Data($0.utf8)).attemptsLeft
            }
        }
    }

    private func join(_ table: LiveDaemon, _ code: String, at address: String) async throws
        -> ControlError?
    {
        try await table.error(
            of: .join(
                address: address, name: table.name, operator: "ben", code: code,
                protection: .openToAll))
    }

    private func expectNothing(
        at table: LiveDaemon, in gate: LiveDaemon,
        _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let status = try await table.status()
        #expect(status.register == nil && status.title == nil, sourceLocation: location)
        #expect(status.changes == 0 && status.peers.isEmpty, sourceLocation: location)
        #expect(try await gate.status().peers.isEmpty, sourceLocation: location)
        #expect(try await gate.status().joining.isEmpty, sourceLocation: location)
    }

    private func expectSuspicion(
        _ error: ControlError?, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(error?.code == .joinInBetween, sourceLocation: location)
        #expect(error?.code.exitCode == .inBetween, sourceLocation: location)
        #expect(
            error?.message.contains(Self.suspicion) == true, "\(error?.message ?? "no error")",
            sourceLocation: location)
    }

    static let tricks: [(name: String, trick: Between.Trick)] = [
        ("relays", Between.relaying), ("reflects", Between.reflecting),
        ("swaps", Between.swapping), ("swaps proofs", Between.swappingProofs),
        ("falls silent", Between.fallingSilent),
    ]

    @Test(arguments: tricks.indices)
    func
        `whatever somebody in between does, both sides refuse and suspect them, and the third time burns the code`(
            trick: Int
        ) async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let table = try await LiveDaemon("table")
        let between = try Between(towards: try await gate.address, Self.tricks[trick].trick)
        let address = try await between.listen()
        let inviting = Inviting(gate)
        let code = try await inviting.code

        for attempt in 1...3 {
            expectSuspicion(try await join(table, code, at: address))
            guard attempt < 3 else { break }
            #expect(try await eventually { inviting.lines.count == 1 + attempt })
            #expect(try await inviting.attemptsLeft() == 3 - attempt)
            #expect(try await gate.status().failedJoins == attempt)
        }
        expectSuspicion(try await inviting.error())
        try await expectNothing(at: table, in: gate)
        let straight = try await join(table, code, at: try await gate.address)
        #expect(straight?.code == .joinClosed)
        await between.stop()
        try await table.stop()
        try await gate.stop()
    }

    @Test func `the code of another register is refused in the same words on both sides`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let other = try await LiveDaemon("other")
        try await other.found()
        let table = try await LiveDaemon("table")
        let inviting = Inviting(gate)
        let right = try await inviting.code
        let foreign = try await other.invite()

        expectSuspicion(try await join(table, foreign, at: try await gate.address))
        #expect(try await inviting.attemptsLeft() == 2)
        try await expectNothing(at: table, in: gate)
        // One failure leaves the right code good.
        #expect(try await join(table, right, at: try await gate.address) == nil)
        #expect(try await eventually { try await gate.isConnected(to: "table") })
        for daemon in [table, other, gate] { try await daemon.stop() }
    }

    @Test func `a passphrase given to the second attempt protects what a first without one left`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let other = try await LiveDaemon("other")
        try await other.found()
        let table = try await LiveDaemon("table")
        _ = try await gate.invite()
        expectSuspicion(try await join(table, try await other.invite(), at: try await gate.address))
        try await table.ask(
            .join(
                address: try await gate.address, name: "table", operator: "ben",
                code: try await gate.invite(),
                protection: .passphrase(text: "brown kettle seven rivers")))
        #expect(try await table.status().protection == "passphrase")
        let bytes = try Data(contentsOf: URL(filePath: "\(table.home.path)/keys"))
        #expect(KeyFile(encoded: Array(bytes))?.isOpenToAll == false)
        for daemon in [table, other, gate] { try await daemon.stop() }
    }

    @Test func `a code is of no use once its daemon started anew`() async throws {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let code = try await gate.invite()
        try await gate.stop()
        let again = try await LiveDaemon("gate", in: try gate.copyOfHome())
        let table = try await LiveDaemon("table")
        let error = try await join(table, code, at: try await again.address)
        #expect(error?.code == .joinClosed)
        // Whoever leads it elsewhere could say the same.
        #expect(error?.hint?.contains(Self.suspicion) == true)
        try await expectNothing(at: table, in: again)
        try await table.stop()
        try await again.stop()
    }
}
