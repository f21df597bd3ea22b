import Foundation
import Glibc
import Logging
import NIOCore
import NIOPosix
import RollcallControl
import Synchronization
import Testing

@testable import RollcallNode

@Suite(.timeLimit(.minutes(1))) struct ControlServerTests {
    /// Runs a server while the body asks it.
    private func withServer(
        at path: String, handler: @escaping ControlServer.Handler,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let server = try await ControlServer(
            path: path, group: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup { group in
            group.addTask { try? await server.run(handler: handler) }
            try await body()
            group.cancelAll()
        }
    }

    private static let echo: ControlServer.Handler = { line, connection in
        await connection.send(line + Data("\n".utf8))
    }

    @Test func `two requests are answered in order, one after the other`() async throws {
        let scratch = try Scratch()
        let path = "\(scratch.path)/control.sock"
        let running = Atomic<Int>(0)
        try await withServer(at: path) { line, connection in
            #expect(running.wrappingAdd(1, ordering: .relaxed).newValue == 1)
            if line == Data("slow".utf8) { try? await Task.sleep(for: .milliseconds(100)) }
            running.wrappingSubtract(1, ordering: .relaxed)
            await connection.send(line + Data("!\n".utf8))
        } _: {
            let socket = try BareSocket(path: path)
            try await socket.write("slow\nfast\n")
            var answer = ""
            while answer.utf8.count < 12, let more = try await socket.read(within: 60),
                !more.isEmpty
            {
                answer += more
            }
            #expect(answer == "slow!\nfast!\n")
        }
    }

    /// Who is being accepted while the daemon is locked or stopped must not bring it down.
    @Test func `a crowd that asks while the server ends does no harm`() async throws {
        let scratch = try Scratch()
        let path = "\(scratch.path)/control.sock"
        for _ in 0..<20 {
            let crowd = Mutex<[BareSocket]>([])
            try await withServer(at: path, handler: Self.echo) {
                for _ in 0..<32 {
                    let socket = try BareSocket(path: path)
                    crowd.withLock { $0.append(socket) }
                }
            }
            #expect(crowd.withLock { $0.count } == 32)
        }
    }

    @Test func `the command line's own client is understood`() async throws {
        let scratch = try Scratch()
        let home = Home(option: scratch.path, environment: [:], currentDirectory: "/")
        try await withServer(at: home.socketPath) { line, connection in
            let request = try? ControlRequest(line: line)
            #expect(request == .fingerprint)
            await connection.send((try? ControlAnswer.result(Data("{}".utf8)).line()) ?? Data())
        } _: {
            let result = try await blocking { try ControlClient(home: home).send(.fingerprint) }
            #expect(result == Data("{}".utf8))
        }
    }

    @Test func `a line that is too long is refused, and the next one answered`() async throws {
        let scratch = try Scratch()
        let path = "\(scratch.path)/control.sock"
        try await withServer(at: path, handler: Self.echo) {
            let socket = try BareSocket(path: path)
            try await socket.write(String(repeating: "x", count: ControlRequest.lineBytesMax + 5))
            try await socket.write("\n")
            let answer = try await socket.read(within: 60) ?? ""
            #expect(answer.hasPrefix(#"{"error":{"code":"value-too-long""#))
            try await socket.write("ok\n")
            #expect(try await socket.read(within: 60) == "ok\n")
        }
    }

    @Test func `an answer is not lost on a client that is slow to read`() async throws {
        let scratch = try Scratch()
        let path = "\(scratch.path)/control.sock"
        let line = Data(repeating: UInt8(ascii: "y"), count: 100_000)
        try await withServer(at: path) { _, connection in
            for _ in 0..<50 { await connection.send(line) }
            connection.close()
        } _: {
            let socket = try BareSocket(path: path)
            try await socket.write("go\n")
            try await Task.sleep(for: .milliseconds(200))
            var count = 0
            while let more = try await socket.read(within: 60), !more.isEmpty {
                count += more.utf8.count
            }
            #expect(count == 5_000_000)
        }
    }

    @Test func `a handler hears that its client hung up`() async throws {
        let scratch = try Scratch()
        let path = "\(scratch.path)/control.sock"
        let begun = Atomic<Int>(0)
        let heard = Atomic<Int>(0)
        try await withServer(at: path) { _, connection in
            begun.wrappingAdd(1, ordering: .relaxed)
            await withCheckedContinuation { continuation in
                connection.onClose { continuation.resume() }
            }
            #expect(connection.isClosed)
            heard.wrappingAdd(1, ordering: .relaxed)
        } _: {
            do {
                let socket = try BareSocket(path: path)
                try await socket.write("wait\n")
                #expect(try await eventually { begun.load(ordering: .relaxed) == 1 })
            }
            #expect(try await eventually { heard.load(ordering: .relaxed) == 1 })
        }
    }

    @Test func `the socket is its owner's, replaces a stale one and goes with the server`()
        async throws
    {
        let scratch = try Scratch()
        let path = "\(scratch.path)/new/control.sock"
        for _ in 0..<2 {
            try await withServer(at: path, handler: Self.echo) {
                let socket = try FileFacts(path)
                let directory = try FileFacts("\(scratch.path)/new")
                #expect(socket.mode == 0o600)
                #expect(directory.mode == 0o700)
            }
            #expect(!SystemCall.exists(path))
            try leaveStaleSocket(at: path)
        }
    }

    @Test func `a file that is no socket is not removed`() async throws {
        let scratch = try Scratch()
        let path = "\(scratch.path)/control.sock"
        try Data("precious".utf8).write(to: URL(filePath: path))
        await #expect(throws: HomeError.self) {
            try await withServer(at: path, handler: Self.echo) {}
        }
        #expect(FileManager.default.contents(atPath: path) == Data("precious".utf8))
    }

    @Test(.enabled(if: geteuid() == 0))
    func `a directory of someone else is refused`() async throws {
        let scratch = try Scratch()
        chown(scratch.path, 1, 1)
        await #expect(throws: HomeError.ownedByAnother(path: scratch.path, user: 1)) {
            try await withServer(at: "\(scratch.path)/control.sock", handler: Self.echo) {}
        }
    }

    @Test func `lines are cut wherever the chunks were`() {
        var splitter = LineSplitter(lineBytesMax: 6)
        var lines: [LineSplitter.Line] = []
        for chunk in ["ab", "\ncd", "e\n\n", "123456", "78", "90\nok\n"] {
            splitter.append(ByteBuffer(string: chunk))
            while let line = splitter.next() { lines.append(line) }
        }
        #expect(
            lines == [
                .line(Data("ab".utf8)), .line(Data("cde".utf8)), .line(Data()), .tooLong,
                .line(Data("ok".utf8)),
            ])
    }

    private func leaveStaleSocket(at path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafeMutableBytes(of: &address) { bytes in
            bind(
                descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(bytes.count))
        }
        close(descriptor)
        try #require(status == 0)
    }
}
