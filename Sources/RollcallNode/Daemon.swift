import Foundation
public import Logging
import NIOCore
import NIOPosix
public import RollcallControl
import RollcallStore
import RollcallTrust

/// How a daemon is to run.
public struct DaemonConfiguration: Sendable {
    public var home: Home
    /// HOST:PORT; port 0 picks one.
    public var listen: String
    /// What peers are told instead of where it listens.
    public var advertise: [String]

    public init(home: Home, listen: String, advertise: [String]) {
        self.home = home
        self.listen = listen
        self.advertise = advertise
    }
}

/// The daemon: one node, its register, its peers, its control socket.
public struct Daemon: Sendable {
    let configuration: DaemonConfiguration
    let logger: Logger

    public init(_ configuration: DaemonConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Runs until `stop` returns, then says goodbye and closes the register.
    public func run(until stop: @Sendable () async -> Void) async throws {
        hardenProcess()
        guard let listen = NetworkAddress(configuration.listen) else {
            throw ControlError(.badAddress, "--listen takes HOST:PORT")
        }
        for address in configuration.advertise where NetworkAddress(address) == nil {
            throw ControlError(.badAddress, "--advertise takes HOST:PORT")
        }
        let folder: HomeFolder
        do {
            folder = try HomeFolder(path: configuration.home.path)
        } catch {
            throw ControlError(error)
        }
        let identity = try Self.identity(folder)
        let thread = DiskThread(name: "rollcall-disk")
        let driver: Driver
        do {
            let store = try RegisterStore(path: folder.registerPath)
            driver = try Driver(
                home: folder, socketPath: configuration.home.socketPath, identity: identity,
                store: store,
                logger: logger, thread: thread)
        } catch {
            thread.stop()
            throw Desk.controlError(error)
        }
        folder.removeLeftovers()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let transport = try Transport(identity: identity, group: group, logger: logger) {
            driver.post($0)
        }
        let bound: NetworkAddress
        do {
            bound = try await transport.listen(host: listen.host, port: listen.port)
        } catch {
            thread.stop()
            throw ControlError(
                .badAddress, "cannot listen on \(configuration.listen): \(Self.reason(error))")
        }
        let advertised =
            configuration.advertise.isEmpty ? Self.reachable(bound) : configuration.advertise
        await driver.start(transport, listening: bound.description, advertised: advertised)
        let server = try await ControlServer(
            path: configuration.home.socketPath, group: group, logger: logger)
        logger.notice(
            "ready",
            metadata: [
                "home": "\(folder.path)", "listening": "\(bound)",
                "node": "\(identity.nodeKey.node.text)",
            ])
        let desk = Desk(driver: driver)
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try? await server.run { line, connection in
                    await desk.answer(
                        line,
                        to: AnswerLine(
                            send: { await connection.send($0) }, isClosed: { connection.isClosed }))
                }
            }
            await stop()
            logger.notice("stopping")
            await driver.shutDown()
            await transport.shutdown()
            tasks.cancelAll()
        }
        try await group.shutdownGracefully()
        thread.stop()
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError where error.errnoCode == EADDRINUSE: "the port is taken"
        case let error as IOError where error.errnoCode == EADDRNOTAVAIL:
            "this machine has no such address"
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case is SocketAddressError, is SocketAddressError.UnknownHost:
            "there is no host of this name"
        default: "\(error)"
        }
    }

    private static func identity(_ folder: HomeFolder) throws -> NodeIdentityFile {
        do {
            return try folder.identity()
        } catch let error as HomeError {
            throw ControlError(error)
        }
    }

    /// Where peers can reach a listener that takes any address: this machine's addresses.
    private static func reachable(_ bound: NetworkAddress) -> [String] {
        guard bound.host == "0.0.0.0" || bound.host == "::" else { return [bound.description] }
        let found = InterfaceAddresses.all().map {
            NetworkAddress(host: $0, port: bound.port).description
        }
        return found.isEmpty ? [bound.description] : Array(found.prefix(8))
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
