import Foundation
import Glibc

/// The directory of one node: its key, its store, its socket.
public struct Home: Equatable, Sendable {
    /// The longest path that a Unix socket can have.
    public static let socketPathBytesMax = 107

    /// The directory's path: absolute, links resolved as far as it exists.
    public let path: String

    /// The places where a daemon may be asked, best first; a daemon takes the first.
    ///
    /// A client tries all: it may have been started without the runtime directory that the
    /// daemon had.
    public let socketPaths: [String]

    /// Finds the home: what `--home` says, else `ROLLCALL_HOME`, else the XDG data directory.
    public init(option: String?, environment: [String: String], currentDirectory: String) {
        func given(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        // The XDG specification: a relative path in its variables is to be ignored.
        func directory(_ name: String) -> String? {
            given(name).flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        let data = directory("XDG_DATA_HOME") ?? "\(given("HOME") ?? "")/.local/share"
        let chosen = option ?? given("ROLLCALL_HOME") ?? "\(data)/rollcall"
        path = Self.resolved(Self.absolute(chosen, in: currentDirectory))
        socketPaths = Self.socketPaths(
            home: path, runtimeDirectory: directory("XDG_RUNTIME_DIR"), userID: getuid())
    }

    /// Finds the home of this process.
    public init(option: String?) {
        self.init(
            option: option, environment: ProcessInfo.processInfo.environment,
            currentDirectory: FileManager.default.currentDirectoryPath)
    }

    /// Where this home's daemon listens.
    public var socketPath: String { socketPaths.first ?? "" }

    /// A path made absolute; `.` and `..` stay, for the kernel to follow links first.
    public static func absolute(_ path: String, in directory: String) -> String {
        path.hasPrefix("/")
            ? path
            : directory.hasSuffix("/")
                ? directory + path
                : "\(directory)/\(path)"
    }

    static func socketPaths(home: String, runtimeDirectory: String?, userID: UInt32) -> [String] {
        let inHome = "\(home)/control.sock"
        guard inHome.utf8.count > socketPathBytesMax else { return [inHome] }
        let name = "rollcall-\(stableHash(of: home)).sock"
        return [runtimeDirectory, "/tmp/rollcall-\(userID)"]
            .compactMap { directory in directory.map { "\($0)/\(name)" } }
            .filter { $0.utf8.count <= socketPathBytesMax }
    }

    /// FNV-1a, 64 bits in 16 hexadecimal digits: the same in every process, unlike Swift's own.
    static func stableHash(of text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Follows links in that part of the path which exists already.
    ///
    /// The daemon resolves it before it makes the directory, and the client after.
    private static func resolved(_ path: String) -> String {
        var existing = path[...]
        while existing.count > 1, existing.last == "/" { existing.removeLast() }
        var rest = ""
        while true {
            if let real = realpath(String(existing), nil) {
                defer { free(real) }
                let base = String(cString: real)
                return base == "/" && !rest.isEmpty ? rest : base + rest
            }
            guard let slash = existing.lastIndex(of: "/"), existing.count > 1 else { return path }
            rest = existing[slash...] + rest
            existing = slash == existing.startIndex ? "/" : existing[..<slash]
            if existing == "/", rest.hasPrefix("//") { rest.removeFirst() }
        }
    }
}
