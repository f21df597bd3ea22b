import Foundation
public import Logging
import NIOCore
import NIOPosix
public import RollcallControl

/// How a daemon is to run.
public struct DaemonConfiguration: Sendable {
    public var home: Home
    /// HOST:PORT; port 0 picks one.
    public var listen: String
    /// What peers are told instead of where it listens.
    public var advertise: [String]
    /// After so many minutes in which nobody asked for anything it locks itself; 0 for never.
    public var lockAfterMinutes: Int
    /// Unlocks it at the start; for laptops that nobody attends.
    public var passphrase: String?

    public init(
        home: Home, listen: String, advertise: [String], lockAfterMinutes: Int = 0,
        passphrase: String? = nil
    ) {
        self.home = home
        self.listen = listen
        self.advertise = advertise
        self.lockAfterMinutes = lockAfterMinutes
        self.passphrase = passphrase
    }
}

/// The daemon: one node, its register, its peers, its control socket.
public struct Daemon: Sendable {
    let configuration: DaemonConfiguration
    let logger: Logger

    /// Why a run is over.
    public enum Ending: Sendable {
        case stopped
        /// The process is to give up its memory, keys and all, and begin anew, locked.
        case locked
    }

    public init(_ configuration: DaemonConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Runs until `stop` returns or somebody locks it, then says goodbye and closes the register.
    public func run(until stop: @escaping @Sendable () async -> Void) async throws -> Ending {
        hardenProcess()
        try checkAddresses()
        let folder: HomeFolder
        do {
            folder = try HomeFolder(path: configuration.home.path)
        } catch {
            throw ControlError(error)
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let gate = Gate(
            folder, OpeningPlan(configuration: configuration, group: group, logger: logger))
        try await gate.begin()
        let server = try await ControlServer(
            path: configuration.home.socketPath, group: group, logger: logger)
        let facts = await gate.facts
        logger.notice("ready", metadata: facts)
        let ending = await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try? await server.run { line, connection in
                    await gate.answer(
                        line,
                        to: AnswerLine(
                            send: { await connection.send($0) }, isClosed: { connection.isClosed }))
                }
            }
            tasks.addTask { await gate.lockWhenIdle() }
            tasks.addTask {
                await stop()
                gate.end(.stopped)
            }
            let ending = await gate.ending()
            logger.notice(ending == .locked ? "locking" : "stopping")
            await gate.close()
            tasks.cancelAll()
            return ending
        }
        try await group.shutdownGracefully()
        return ending
    }

    private func checkAddresses() throws {
        guard NetworkAddress(configuration.listen) != nil else {
            throw ControlError(.badAddress, "--listen takes HOST:PORT")
        }
        for address in configuration.advertise where NetworkAddress(address) == nil {
            throw ControlError(.badAddress, "--advertise takes HOST:PORT")
        }
    }

    /// Puts a backup into an empty home.
    public static func restore(_ path: String, to home: Home) throws {
        hardenProcess()
        try Backup.restore(path, to: home.path)
    }
}

extension ControlError {
    init(_ error: HomeError) {
        switch error {
        case .daemonRunning: self.init(.daemonRunning, error.description)
        case .refused(_, _, ENOSPC), .refused(_, _, EDQUOT):
            self.init(.diskFull, error.description)
        case .refused(_, _, EIO): self.init(.diskFailed, error.description)
        default: self.init(.badFile, error.description)
        }
    }
}
