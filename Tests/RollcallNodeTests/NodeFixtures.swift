import Crypto
import Foundation
import Glibc
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import RollcallNode

/// A directory that goes away with the test.
final class Scratch: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/rollcall-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw POSIXError(.EIO) }
        path = String(cString: made)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// Waits until something holds; false after a minute, and more where the machine is busy.
func eventually(_ holds: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<6_000 {
        if try await holds() { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return false
}

/// Does something that blocks, on a thread that nobody else needs.
func blocking<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Result(catching: body)) }
    }
}

/// A transport and what it told.
final class Station: Sendable {
    let identity: NodeIdentityFile
    let transport: Transport
    private let heard: Heard

    private final class Heard: Sendable {
        let events = Mutex<[TransportEvent]>([])
        /// Reads on without being told to, on the loop's own thread: a busy machine keeps a test waiting for seconds.
        let reader = Mutex<Transport?>(nil)

        func note(_ event: TransportEvent) {
            events.withLock { $0.append(event) }
            if case .received(let id, _) = event { reader.withLock { $0 }?.allowRead(id) }
        }
    }

    init(timing: Transport.Timing = Transport.Timing(), readsOn: Bool = false) throws {
        let heard = Heard()
        self.heard = heard
        identity = try NodeIdentityFile()
        transport = try Transport(
            identity: identity, group: MultiThreadedEventLoopGroup.singleton, timing: timing,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onEvent: { event in heard.note(event) })
        if readsOn { heard.reader.withLock { $0 = transport } }
    }

    var events: [TransportEvent] { heard.events.withLock { $0 } }

    func listen() async throws -> NetworkAddress {
        try await transport.listen(host: "127.0.0.1", port: 0)
    }

    var opened: [(id: UInt64, hash: [UInt8], dialled: String?)] {
        events.compactMap { event in
            guard case .opened(let id, let hash, let dialled) = event else { return nil }
            return (id, hash, dialled)
        }
    }

    var chunks: [[UInt8]] {
        events.compactMap { event in
            guard case .received(_, let bytes) = event else { return nil }
            return bytes
        }
    }

    var closed: [UInt64] {
        events.compactMap { event in
            guard case .closed(let id) = event else { return nil }
            return id
        }
    }

    var failedDials: [String] {
        events.compactMap { event in
            guard case .dialFailed(_, let reason) = event else { return nil }
            return reason
        }
    }

    /// The id of the n-th connection that opened.
    func id(_ index: Int = 0) async throws -> UInt64 {
        #expect(try await eventually { opened.count > index })
        return try #require(opened.dropFirst(index).first).id
    }
}

/// A socket with nothing on it.
final class BareSocket: Sendable {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        try connect(&address)
    }

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        try connect(&address)
    }

    deinit {
        close(descriptor)
    }

    func write(_ text: String) async throws {
        try await blocking { [self] in
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let count = bytes.withUnsafeBytes {
                    send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                bytes = bytes.dropFirst(count)
            }
        }
    }

    /// What came, "" when the other side hung up, nil when nothing came in time.
    func read(within seconds: Double) async throws -> String? {
        try await blocking { [self] in receive(within: seconds) }
    }

    private func receive(within seconds: Double) -> String? {
        var patience = timeval(
            tv_sec: Int(seconds), tv_usec: Int(seconds.truncatingRemainder(dividingBy: 1) * 1e6))
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        if count < 0 { return errno == ECONNRESET ? "" : nil }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    private func connect<Address>(_ address: inout Address) throws {
        let status = withUnsafeMutableBytes(of: &address) { bytes in
            Glibc.connect(
                descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(bytes.count))
        }
        guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }
}

/// Another implementation of TLS, to ask what ours would never ask.
struct ForeignClient {
    static let program = "/usr/bin/openssl"
    static let whereFrom: Comment = "openssl is not here; tools/setup --faults installs it"
    static var isHere: Bool { FileManager.default.isExecutableFile(atPath: program) }

    private let scratch: Scratch

    init(showing identity: NodeIdentityFile) throws {
        scratch = try Scratch()
        try Data(identity.certificate).write(to: URL(filePath: "\(scratch.path)/certificate"))
        try Data(identity.tlsKey.derRepresentation).write(to: URL(filePath: "\(scratch.path)/key"))
    }

    func path(_ name: String) -> String { "\(scratch.path)/\(name)" }

    var certificateArguments: [String] {
        ["-certform", "DER", "-cert", path("certificate"), "-keyform", "DER", "-key", path("key")]
    }

    /// Shakes hands and stays until it is refused or has seen enough; what the program said.
    func connect(
        to address: NetworkAddress, _ arguments: [String], until hasSeenEnough: () -> Bool
    ) async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: Self.program)
        process.arguments = ["s_client", "-connect", "\(address)"] + arguments
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        #expect(try await eventually { !process.isRunning || hasSeenEnough() })
        try input.fileHandleForWriting.close()
        return try await blocking {
            let said = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return String(decoding: said, as: UTF8.self)
        }
    }
}
