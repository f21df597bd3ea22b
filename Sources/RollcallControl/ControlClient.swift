public import Foundation
import Glibc

/// A conversation with the daemon of one home, over its Unix socket.
///
/// Calls block: a command has nothing else to do. One request at a time; a second conversation
/// takes a second client.
public final class ControlClient {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var unreadStart = 0
    private var chunk = [UInt8](repeating: 0, count: 256 << 10)

    /// Reaches the daemon of a home.
    ///
    /// Throws `no-daemon` when none answers there.
    public init(home: Home) throws {
        for path in home.socketPaths {
            let isInHome = path.hasPrefix(home.path + "/")
            if let descriptor = try Self.connect(to: path, isInHome: isInHome) {
                self.descriptor = descriptor
                return
            }
        }
        throw ControlError(
            .noDaemon, "no daemon answers for the home \(home.path)",
            hint: "start one with `rollcalld --home \(home.path)`")
    }

    deinit {
        close(descriptor)
    }

    /// Sends a request, hands on what comes, and returns the result: one object, or nil after a
    /// list.
    ///
    /// An error of the daemon is thrown. After a throw from a closure the conversation is over.
    public func send(
        _ request: ControlRequest,
        onRow: (Data) throws -> Void = { _ in },
        onProgress: (ProgressReport) throws -> Void = { _ in },
        onInterim: (Data) throws -> Void = { _ in }
    ) throws -> Data? {
        try write(try request.line())
        while true {
            switch try ControlAnswer(line: try nextLine()) {
            case .row(let json): try onRow(json)
            case .progress(let progress): try onProgress(progress)
            case .interim(let json): try onInterim(json)
            case .result(let json): return json
            case .error(let error): throw error
            }
        }
    }

    // MARK: - Bytes

    private func write(_ bytes: Data) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw Self.hungUp
            }
        }
    }

    private func nextLine() throws -> Data {
        var searched = unreadStart
        while true {
            if let end = lineEnd(from: searched) {
                defer { unreadStart = end + 1 }
                return Data(buffer[unreadStart..<end])
            }
            let unreadCount = buffer.count - unreadStart
            try fill()
            searched = unreadCount
        }
    }

    private func lineEnd(from start: Int) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, start < bytes.count,
                let end = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(end) - base
        }
    }

    /// Reads more, after dropping what was handed out.
    private func fill() throws {
        buffer.removeSubrange(..<unreadStart)
        unreadStart = 0
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count > 0 {
                buffer += chunk[..<count]
                return
            }
            guard count < 0, errno == EINTR else { throw Self.hungUp }
        }
    }

    private static let hungUp = ControlError(
        .noDaemon, "the daemon went away before it answered",
        hint: "see its log; what it had acknowledged is saved")

    // MARK: - Connecting

    /// A connected socket, or nil when nobody listens there.
    private static func connect(to path: String, isInHome: Bool) throws -> Int32? {
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else {
            throw ControlError(.internal, "no socket could be opened: \(reason())")
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: path.utf8.prefix(Home.socketPathBytesMax))
        }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status != 0 else {
            if isTrusted(descriptor, isInHome: isInHome) { return descriptor }
            close(descriptor)
            throw ControlError(
                .notAllowed, "the daemon at \(path) belongs to someone else",
                hint: "name your own home with --home")
        }
        let error = errno
        close(descriptor)
        if error == EACCES || error == EPERM {
            throw ControlError(
                .notAllowed, "the home of \(path) may not be opened by you",
                hint: "name your own home with --home")
        }
        return nil
    }

    /// Whether the daemon runs as us or as root: in a shared directory anyone may listen.
    ///
    /// Root may ask anyone's daemon, in that one's home.
    private static func isTrusted(_ descriptor: Int32, isInHome: Bool) -> Bool {
        var credentials: (pid: Int32, uid: UInt32, gid: UInt32) = (0, .max, .max)
        var size = socklen_t(MemoryLayout.size(ofValue: credentials))
        let status = getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size)
        guard status == 0 else { return false }
        return credentials.uid == getuid() || credentials.uid == 0 || (isInHome && getuid() == 0)
    }

    private static func reason() -> String {
        String(cString: strerror(errno))
    }
}
