import Foundation
import Glibc

/// The home of one node while a daemon runs for it: its directory, held by a lock.
///
/// The lock lasts as long as any copy of this value, and ends with the process however that ends.
struct HomeFolder: Sendable {
    let path: String
    private let directory: OpenFile
    private let lock: OpenFile

    /// Opens a home, or makes one.
    init(path: String) throws(HomeError) {
        self.path = path
        directory = try Self.directory(at: path)
        try directory.claim()
        lock = try Self.lock(at: path + "/lock")
    }

    var registerPath: String { path + "/register.sqlite" }
    var keyPath: String { path + "/node.key" }

    /// Who this node is; made up at the first start.
    ///
    /// A register whose key is gone is refused: under a new key this laptop would be a stranger
    /// to its own changes, and nobody would be told.
    func identity() throws -> NodeIdentityFile {
        guard SystemCall.exists(keyPath) else {
            guard !SystemCall.exists(registerPath) else {
                throw HomeError.identityMissing(path: keyPath)
            }
            let identity = try NodeIdentityFile()
            try store(identity)
            return identity
        }
        let file = try OpenFile(keyPath, O_RDONLY)
        try file.claim()
        guard let bytes = try file.contents(upTo: NodeIdentityFile.encodedBytesMax),
            let identity = NodeIdentityFile(encoded: bytes)
        else { throw HomeError.identityDamaged(path: keyPath) }
        return identity
    }

    /// Writes the identity so that a loss of power leaves the old file or the new one.
    func store(_ identity: NodeIdentityFile) throws(HomeError) {
        let draft = keyPath + ".new"
        unlink(draft)
        let file = try OpenFile(draft, O_WRONLY | O_CREAT | O_EXCL)
        try file.write(identity.encoded())
        try file.sync()
        try SystemCall.run("rename", draft) { rename(draft, keyPath) }
        try directory.sync()
    }

    /// Takes away what a daemon that was killed while it made a backup has left: each is a whole copy of the register.
    func removeLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names where name.hasPrefix(Self.backupPrefix) { unlink("\(path)/\(name)") }
    }

    static let backupPrefix = "backup-"

    /// Where a backup is made before it goes to the file that a person named.
    var backupDraftPath: String {
        "\(path)/\(Self.backupPrefix)\(UInt64.random(in: 0...UInt64.max)).sqlite"
    }

    // MARK: - Opening

    private static func directory(at path: String) throws(HomeError) -> OpenFile {
        try makeDirectories(to: path)
        do {
            return try OpenFile(path, O_RDONLY | O_DIRECTORY)
        } catch .refused(_, _, ENOTDIR) {
            throw .notADirectory(path: path)
        }
    }

    /// Makes the directory, and above it what is missing.
    private static func makeDirectories(to path: String) throws(HomeError) {
        guard !SystemCall.exists(path) else { return }
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        if !parent.isEmpty { try makeDirectories(to: parent) }
        do {
            try SystemCall.run("mkdir", path) { mkdir(path, 0o700) }
        } catch .refused(_, _, EEXIST) {
            return
        }
        try OpenFile(parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY).sync()
    }

    /// Takes the lock and writes into it whose it is.
    private static func lock(at path: String) throws(HomeError) -> OpenFile {
        let file = try OpenFile(path, O_RDWR | O_CREAT)
        try file.claim()
        do {
            try SystemCall.run("flock", path) { flock(file.descriptor, LOCK_EX | LOCK_NB) }
        } catch .refused(_, _, EWOULDBLOCK) {
            let text = String(decoding: try file.contents(upTo: 32) ?? [], as: UTF8.self)
            throw .daemonRunning(process: Int32(text.prefix { $0.isWholeNumber }))
        }
        do {
            try SystemCall.run("truncate", path) { ftruncate(file.descriptor, 0) }
            try file.write(Array("\(getpid())\n".utf8))
        } catch .refused(_, _, ENOSPC) {
            // The lock is what counts; whose it is is a convenience.
        }
        return file
    }
}
