import Foundation
import Logging
import RollcallControl
import RollcallTrust
import Synchronization
import Testing

@testable import RollcallNode

/// A whole daemon in this process: its home, its disk, its sockets.
final class LiveDaemon: Sendable {
    let name: String
    let scratch: Scratch
    let home: Home
    let log = Log()
    private let end: AsyncStream<Void>.Continuation
    private let run: Task<Void, any Error>

    /// All that it logged, down to the last level.
    final class Log: Sendable {
        private let lines = Mutex<[String]>([])

        var text: String { lines.withLock { $0.joined(separator: "\n") } }

        fileprivate func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private struct Handler: LogHandler {
        let log: Log
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.add("\(event.level) \(event.message) \(event.metadata ?? [:])")
        }
    }

    /// Starts one, and waits until it answers.
    ///
    /// - Parameter passphrase: Unlocks it.
    init(
        _ name: String, in scratch: Scratch? = nil, unlockedBy passphrase: String? = nil
    ) async throws {
        let scratch = try scratch ?? Scratch()
        let home = Home(
            option: "\(scratch.path)/home", environment: [:], currentDirectory: "/")
        let log = log
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        self.name = name
        self.scratch = scratch
        self.home = home
        self.end = end
        let daemon = Daemon(
            DaemonConfiguration(home: home, listen: "127.0.0.1:0", advertise: []),
            logger: Logger(label: name) { _ in Handler(log: log) })
        run = Task { _ = try await daemon.run { for await _ in stream {} } }
        #expect(
            try await eventually {
                if let passphrase { _ = try? await ask(.unlock(passphrase: passphrase)) }
                return (try? await status()) != nil
            })
    }

    /// Ends it; what it wrote stays for another, on a copy of its home.
    func stop() async throws {
        end.finish()
        try await run.value
    }

    /// In this process the lock of a home is held somewhat longer than a daemon runs.
    func copyOfHome() throws -> Scratch {
        let copy = try Scratch()
        try FileManager.default.copyItem(atPath: home.path, toPath: "\(copy.path)/home")
        return copy
    }

    // MARK: - asking

    @discardableResult
    func ask(_ request: ControlRequest) async throws -> Data {
        let home = home
        return try await blocking { try ControlClient(home: home).send(request) ?? Data() }
    }

    func ask<Report: Decodable & Sendable>(
        _ request: ControlRequest, _ report: Report.Type
    ) async throws -> Report {
        try ControlJSON.decode(Report.self, from: try await ask(request))
    }

    func status() async throws -> StatusReport { try await ask(.status(), StatusReport.self) }

    var address: String { get async throws { try await status().listening ?? "" } }

    func found(_ protection: Protection = .openToAll) async throws {
        try await ask(
            .initRegister(
                name: name, register: "test", operator: "ann", protection: protection))
    }

    /// Most tests are about laptops that may do all.
    func invite(yes: Bool = true, role: String = "administrator") async throws -> String {
        try await ask(.invite(minutes: 10, wait: false, yes: yes, role: role), Invitation.self).code
    }

    func join(_ code: String, at address: String) async throws {
        try await ask(
            .join(
                address: address, name: name, operator: "ben", code: code,
                protection: .openToAll))
    }

    /// The error with which a request ends; nil if it does not.
    func error(of request: ControlRequest) async throws -> ControlError? {
        do {
            try await ask(request)
            return nil
        } catch let error as ControlError {
            return error
        }
    }

    func isConnected(to other: String) async throws -> Bool {
        try await status().peers.contains { $0.name == other && $0.connected }
    }

    /// Who it is, as its home says.
    func identity() throws -> NodeIdentityFile {
        let bytes = try Data(contentsOf: URL(filePath: "\(home.path)/keys"))
        let file = try #require(KeyFile(encoded: Array(bytes)))
        let ring = try KeyRing(file, passphrase: nil)
        return try #require(NodeIdentityFile(encoded: ring.identity))
    }
}
