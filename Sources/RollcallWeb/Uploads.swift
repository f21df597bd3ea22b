import Foundation
import Glibc
import HummingbirdCore
import NIOCore
import RollcallControl

/// Files that a browser hands over, for the one request that names them.
///
/// They are lists of people, so that no disk may see them: they lie in a file system that is in memory alone.
struct Uploads: Sendable {
    private let folder: String

    static let bytesMax = 64 << 20
    private static let scheme = "upload:"

    /// - Parameter places: Where file systems in memory are, best first.
    init(_ places: [String] = ["/dev/shm"]) throws {
        for place in places {
            Self.removeLeftovers(in: place)
            // The last six letters are for the system to choose.
            var template = Array("\(place)/\(Self.prefix)\(getpid())-XXXXXX".utf8CString)
            if let made = mkdtemp(&template) {
                folder = String(cString: made)
                return
            }
        }
        throw ControlError(
            .badFile, "there is no memory to keep a file in",
            hint: "mount a tmpfs at /dev/shm, or import the file with `rollcall roster import`")
    }

    private static let prefix = "rollcall-upload-"

    /// Removes what daemons of this account left that were killed.
    private static func removeLeftovers(in place: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        where name.hasPrefix(prefix) {
            let process = pid_t(name.dropFirst(prefix.count).prefix { $0 != "-" })
            guard let process, kill(process, 0) != 0, errno == ESRCH else { continue }
            try? FileManager.default.removeItem(atPath: "\(place)/\(name)")
        }
    }

    /// Keeps a body; what is returned stands for its path in a request.
    func keep(_ body: RequestBody, called name: String) async throws -> String {
        let token = String(UInt64.random(in: 0 ... .max), radix: 16)
        let (place, name) = ("\(folder)/\(token)", Self.plain(name))
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        let path = "\(place)/\(name)"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ControlError(.badFile, "the file cannot be kept") }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var left = Self.bytesMax
        do {
            for try await piece in body {
                left -= piece.readableBytes
                guard left >= 0 else {
                    throw ControlError(
                        .badFile, "the file is larger than \(Self.bytesMax >> 20) MiB",
                        hint: "import it with `rollcall roster import`")
                }
                try file.write(contentsOf: Data(piece.readableBytesView))
            }
        } catch {
            remove(Self.scheme + token + "/" + name)
            throw error
        }
        return Self.scheme + token + "/" + name
    }

    /// The path that stands for an upload; nil for anything else.
    func path(of text: String) -> String? {
        guard text.hasPrefix(Self.scheme) else { return nil }
        let parts = text.dropFirst(Self.scheme.count).split(separator: "/")
        guard parts.count == 2, parts[0].allSatisfy(\.isHexDigit), parts[1] == Self.plain(parts[1])
        else { return nil }
        let path = "\(folder)/\(parts[0])/\(parts[1])"
        return access(path, R_OK) == 0 ? path : nil
    }

    func remove(_ text: String) {
        guard let path = path(of: text) else { return }
        try? FileManager.default.removeItem(
            atPath: URL(filePath: path).deletingLastPathComponent().path)
    }

    func removeAll() { try? FileManager.default.removeItem(atPath: folder) }

    /// A name that is one component of a path.
    private static func plain(_ name: some StringProtocol) -> String {
        let kept = name.filter { $0 != "/" && !$0.unicodeScalars.contains { $0.value < 32 } }
        let short = String(kept.prefix(80))
        return short.allSatisfy({ $0 == "." }) ? "list" : short
    }
}
