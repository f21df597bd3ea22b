import Foundation
import RollcallControl
import Testing

@testable import rollcall

/// The questions about recovery keys, asked of a person at a terminal by the program itself.
@Suite(.timeLimit(.minutes(2))) struct QuestionTests {
    private static let keys = ["first-key", "second-key", "third-key"]

    private static func status(keysMadeAt makers: [String]) -> StatusReport {
        var status = RenderingTests.status
        status.recoveryKeys = makers.map { RecoverySetReport(node: $0, recordedAt: nil) }
        return status
    }

    private static func daemon(keysMadeAt makers: [String] = []) throws -> AnsweringDaemon {
        try AnsweringDaemon { request in
            switch request {
            case .initRegister(let name, let title, _, _):
                try .result(
                    of: FoundingReport(
                        node: "gatenode", name: name, replica: nil, register: "r",
                        registerGrouped: "r-r", title: title))
            case .makeRecoveryKeys:
                try .result(of: RecoveryKeysReport(keys: keys, replaced: makers.count))
            case .status: try .result(of: status(keysMadeAt: makers))
            default: .error(ControlError(.usage, "nobody asked for that"))
            }
        }
    }

    private static let founding = [
        "init", "--name", "gate", "--register", "Exchange", "--operator", "ann", "--no-passphrase",
    ]

    private static func founded(at daemon: AnsweringDaemon) -> Bool {
        daemon.requests.first
            == .initRegister(
                name: "gate", register: "Exchange", operator: "ann", protection: .openToAll)
    }

    // MARK: - init

    @Test(arguments: ["y", "Yes", " yes "])
    func `whoever founds at a terminal is offered recovery keys, and sees them`(
        _ answer: String
    ) throws {
        let daemon = try Self.daemon()
        let run = try CommandRun(
            Self.founding, home: daemon.home, typing: answer + "\n", atTerminal: true)
        #expect(run.code == 0)
        #expect(run.shown.contains(Sentences.noRecoveryKeysYet))
        #expect(run.shown.contains(Sentences.makeRecoveryKeysQuestion + " [y/N] "))
        for key in Self.keys { #expect(run.shown.contains("\n\(key)\n")) }
        #expect(Self.founded(at: daemon))
        #expect(daemon.requests.dropFirst() == [.makeRecoveryKeys])
    }

    @Test(arguments: ["n\n", "\n", "yes please\n", "\u{4}"])
    func `anything but a clear yes makes no keys, and the register is founded all the same`(
        _ typed: String
    ) throws {
        let daemon = try Self.daemon()
        let run = try CommandRun(
            Self.founding, home: daemon.home, typing: typed, atTerminal: true)
        #expect(run.code == 0)
        #expect(run.shown.contains(Sentences.makeRecoveryKeysQuestion))
        #expect(Self.founded(at: daemon))
        #expect(daemon.requests.count == 1)
    }

    @Test(arguments: [([String](), false), (["--json"], true)])
    func `a script that founds is asked nothing`(_ more: [String], _ atTerminal: Bool) throws {
        let daemon = try Self.daemon()
        let run = try CommandRun(
            Self.founding + more, home: daemon.home, typing: "y\n", atTerminal: atTerminal)
        #expect(run.code == 0)
        #expect(!run.shown.contains(Sentences.makeRecoveryKeysQuestion))
        #expect(Self.founded(at: daemon))
        #expect(daemon.requests.count == 1)
    }

    // MARK: - recovery-keys

    @Test func `new keys are made after a yes, and the ones before are told of`() throws {
        let daemon = try Self.daemon(keysMadeAt: ["gatenode"])
        let run = try CommandRun(
            ["recovery-keys"], home: daemon.home, typing: "y\n", atTerminal: true)
        #expect(run.code == 0)
        let sets = Self.status(keysMadeAt: ["gatenode"]).recoveryKeys
        #expect(
            run.shown.contains(
                Sentences.recoveryKeysExist(sets, NodeNames(RenderingTests.status))))
        for key in Self.keys { #expect(run.shown.contains("\n\(key)\n")) }
        #expect(daemon.requests == [.status(), .makeRecoveryKeys])
    }

    @Test func `without keys before nothing is said of any`() throws {
        let daemon = try Self.daemon()
        let run = try CommandRun(
            ["recovery-keys"], home: daemon.home, typing: "y\n", atTerminal: true)
        #expect(run.code == 0)
        #expect(!run.shown.contains("there are recovery keys already"))
        #expect(daemon.requests == [.status(), .makeRecoveryKeys])
    }

    @Test func `a no makes no keys, and is an error`() throws {
        let daemon = try Self.daemon(keysMadeAt: ["gatenode"])
        let run = try CommandRun(
            ["recovery-keys"], home: daemon.home, typing: "n\n", atTerminal: true)
        #expect(run.code == ErrorCode.notAllowed.exitCode.rawValue)
        #expect(run.shown.contains(Sentences.noRecoveryKeysMade))
        #expect(daemon.requests == [.status()])
    }

    @Test func `a script has to say yes in so many words`() throws {
        let daemon = try Self.daemon()
        let refused = try CommandRun(
            ["recovery-keys"], home: daemon.home, typing: "y\n", atTerminal: false)
        #expect(refused.code == ErrorCode.usage.exitCode.rawValue)
        #expect(refused.shown.contains(Sentences.sayYes))
        #expect(daemon.requests.isEmpty)
        let made = try CommandRun(
            ["recovery-keys", "--yes"], home: daemon.home, typing: "", atTerminal: false)
        #expect(made.code == 0)
        #expect(daemon.requests == [.makeRecoveryKeys])
    }

    // MARK: - admit

    @Test func `who asks by stick is shown, and the number is typed, not only agreed to`() throws {
        let daemon = try AnsweringDaemon { request in
            switch request {
            case .readRequest:
                try .result(of: NewcomerReport(node: "southnode", name: "south", isMember: false))
            case .admit(_, let output, _, let number) where number == "fk8h-4h21":
                try .result(
                    of: StickAdmissionReport(
                        joined: NamedNode(node: "southnode", name: "south"), isNew: true,
                        file: output, bytes: 1, changes: 2))
            default: .error(ControlError(.joinInBetween, "the number is another one"))
            }
        }
        let words = ["admit", "/stick/request", "-o", "/stick/admission"]
        let run = try CommandRun(
            words, home: daemon.home, typing: "fk8h-4h21\n", atTerminal: true)
        #expect(run.code == 0)
        #expect(run.shown.contains("south, node southnode asks to join"))
        #expect(run.shown.contains("rollcall import FILE"))
        let agreed = try CommandRun(words, home: daemon.home, typing: "y\n", atTerminal: true)
        #expect(agreed.code == ErrorCode.joinInBetween.exitCode.rawValue)
        let script = try CommandRun(words, home: daemon.home, typing: "", atTerminal: false)
        #expect(script.code == ErrorCode.usage.exitCode.rawValue)
        #expect(script.shown.contains("--number"))
    }
}
