import Foundation
import Glibc
import Logging
import NIOCore
import NIOPosix
import RollcallControl

/// Answers the command line on a Unix socket.
///
/// Only whoever runs the daemon, and root, may ask. One conversation is one task: its requests are
/// handled one after another, and the next is not read while one is being handled.
struct ControlServer: Sendable {
    /// Handles one line; it has answered when it returns.
    typealias Handler = @Sendable (Data, ControlConnection) async -> Void

    private typealias Conversation = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    let path: String
    private let logger: Logger
    private let server: NIOAsyncChannel<any Channel, Never>

    /// Opens the socket; to be called by whoever holds the home's lock, for what is at the path is removed.
    init(path: String, group: any EventLoopGroup, logger: Logger) async throws {
        self.path = path
        self.logger = logger
        try Self.makeRoom(at: path)
        let previousMask = umask(0o077)
        defer { umask(previousMask) }
        server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 64)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: 1 << 10, initial: 4 << 10, maximum: 256 << 10)
            )
            // Nothing is read before ``conversation(on:)``.
            .childChannelOption(.autoRead, value: false)
            .bind(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeSucceededFuture(channel)
            }
        try SystemCall.run("chmod", path) { chmod(path, 0o600) }
    }

    /// Answers until the task is cancelled, then hangs up on everyone and removes the socket.
    func run(handler: @escaping Handler) async throws {
        defer { unlink(path) }
        try await server.executeThenClose { conversations in
            try await withThrowingDiscardingTaskGroup { group in
                for try await channel in conversations {
                    group.addTask { await converse(on: channel, handler: handler) }
                }
            }
        }
    }

    /// Made by the task that also ends it: NIO traps when one is let go unused, as those are that wait to be served when
    /// the server ends (swift-nio issue 2637).
    private static func conversation(on channel: any Channel) async throws -> Conversation {
        try await channel.eventLoop.submit {
            let conversation = try Conversation(wrappingChannelSynchronously: channel)
            // One that was closed meanwhile takes no option, and is ended like any other.
            try? channel.syncOptions?.setOption(.autoRead, value: true)
            return conversation
        }.get()
    }

    private func converse(on channel: any Channel, handler: @escaping Handler) async {
        do {
            try await Self.conversation(on: channel).executeThenClose { chunks, writer in
                guard try await Self.mayAsk(channel) else {
                    logger.notice("someone else's process tried to use the control socket")
                    return
                }
                let connection = ControlConnection(channel: channel, writer: writer)
                var lines = LineSplitter(lineBytesMax: ControlRequest.lineBytesMax)
                for try await chunk in chunks {
                    lines.append(chunk)
                    while let line = lines.next(), !connection.isClosed {
                        switch line {
                        case .line(let line): await handler(line, connection)
                        case .tooLong: await connection.send(try Self.tooLong.line())
                        }
                    }
                }
                try await connection.flushed().get()
            }
        } catch {
            logger.debug("control conversation ended", metadata: ["why": "\(error)"])
        }
    }

    private static let tooLong = ControlAnswer.error(
        ControlError(
            .valueTooLong, "the request is longer than \(ControlRequest.lineBytesMax >> 20) MiB"))

    // MARK: - Who may ask

    /// As the kernel fills it in for `SO_PEERCRED`.
    private struct Credentials {
        var process: Int32 = 0
        var user: UInt32 = .max
        var group: UInt32 = .max
    }

    private static func mayAsk(_ channel: any Channel) async throws -> Bool {
        guard let socket = channel as? any SocketOptionProvider else { return false }
        let asking: Credentials = try await socket.unsafeGetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        ).get()
        return asking.user == geteuid() || asking.user == 0
    }

    // MARK: - The path

    /// Removes the socket of a daemon that is gone; makes the directory where there is none yet.
    private static func makeRoom(at path: String) throws(HomeError) {
        let directoryPath = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        if !SystemCall.exists(directoryPath) {
            try SystemCall.run("mkdir", directoryPath) { mkdir(directoryPath, 0o700) }
        }
        // In a directory of someone else's, that one could put another socket in our place.
        try OpenFile(directoryPath, O_RDONLY | O_DIRECTORY).claim()

        guard SystemCall.exists(path) else { return }
        guard try FileFacts(path).isSocket else {
            throw .refused("bind", path: path, code: EADDRINUSE)
        }
        try SystemCall.run("unlink", path) { unlink(path) }
    }
}
