import Foundation
import Glibc
import RollcallTrust

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
    var keysPath: String { path + "/keys" }

    // MARK: - Keys

    /// The file that opens the register; nil in a home in which nothing is kept yet.
    ///
    /// A register whose keys are gone is refused: nothing in it can be read, and under a new key this laptop would be a
    /// stranger to its own changes.
    func keys() throws(HomeError) -> KeyFile? {
        guard !SystemCall.exists(path + "/node.key") else { throw .unsealed(path: path) }
        guard SystemCall.exists(keysPath) else {
            guard !SystemCall.exists(registerPath) else { throw .keysMissing(path: keysPath) }
            return nil
        }
        let file = try OpenFile(keysPath, O_RDONLY)
        try file.claim()
        guard let bytes = try file.contents(upTo: KeyFile.bytesMax),
            let keys = KeyFile(encoded: bytes)
        else { throw .keysDamaged(path: keysPath) }
        return keys
    }

    /// Writes the keys so that a loss of power leaves the old file or the new one, then overwrites what the old one held.
    ///
    /// Renaming over a file leaves its blocks as they were, and an old file opens with an old passphrase.
    func store(_ keys: KeyFile) throws(HomeError) {
        let draft = keysPath + ".new"
        removeLeftovers()
        let file = try OpenFile(draft, O_WRONLY | O_CREAT | O_EXCL)
        try file.write(keys.encoded())
        try file.sync()
        let old = SystemCall.exists(keysPath) ? try OpenFile(keysPath, O_RDWR) : nil
        try SystemCall.run("rename", draft) { rename(draft, keysPath) }
        try directory.sync()
        if let old { try Self.scrub(old) }
    }

    /// Destroys what opens this home, then takes away what nobody can read any more.
    ///
    /// An error of the disk hinders none of it, and is thrown at the end: what was destroyed may then come back after a loss of power.
    func destroyKeys() throws(HomeError) {
        var failure: HomeError?
        for path in [keysPath, keysPath + ".new"] where SystemCall.exists(path) {
            do { try Self.scrub(try OpenFile(path, O_RDWR)) } catch { failure = error }
            unlink(path)
        }
        do { try directory.sync() } catch { failure = error }
        for suffix in ["", "-wal", "-shm", "-journal", ".new"] { unlink(registerPath + suffix) }
        // Who took the laptop need not know that there is a copy of it elsewhere.
        for suffix in ["", ".new"] { unlink(backupNotePath + suffix) }
        removeLeftovers()
        if let failure { throw failure }
    }

    /// Overwrites a file where it lies, as far as the file system lets one.
    private static func scrub(_ file: OpenFile) throws(HomeError) {
        try file.overwrite([UInt8](repeating: 0, count: KeyFile.bytesMax))
        try file.sync()
    }

    /// Takes away what a daemon that was killed half-way has left: copies of the register, and of its keys.
    func removeLeftovers() {
        unlink(registerPath + ".new")
        if let draft = try? OpenFile(keysPath + ".new", O_RDWR) {
            try? Self.scrub(draft)
            unlink(keysPath + ".new")
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names where name.hasPrefix(Self.backupPrefix) { unlink("\(path)/\(name)") }
    }

    /// When the last backup was made, in a file that also a laptop that is locked or stopped can be asked for.
    func noteBackup(at time: String) throws(HomeError) {
        let draft = backupNotePath + ".new"
        let file = try OpenFile(draft, O_WRONLY | O_CREAT | O_TRUNC)
        try file.write(Array("\(time)\n".utf8))
        try SystemCall.run("rename", draft) { rename(draft, backupNotePath) }
    }

    private var backupNotePath: String { path + "/last-backup" }

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
