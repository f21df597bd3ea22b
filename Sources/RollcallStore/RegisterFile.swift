#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import GRDB
import GRDBSQLite
import RollcallCore

/// The file of a register as the operating system sees it.
struct RegisterFile {
    /// For the owner only: who was detained where is nobody else's to read.
    static let permissions: mode_t = 0o600

    let path: String

    /// Makes an empty file that only the owner may read, unless there is one.
    ///
    /// SQLite would make it with the permissions of the umask, and gives its log the file's own. A
    /// file that exists is never opened here: closing it would drop the locks of a store that has
    /// it open in this process.
    func createIfMissing() throws(StoreError) {
        do {
            try create()
        } catch .fileExists {
            guard isRegularFile else { throw .cannotOpen(code: SQLITE_CANTOPEN) }
        }
    }

    /// Makes an empty file that only the owner may read; one that exists is an error.
    func create() throws(StoreError) {
        let descriptor = open(
            path, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_RDWR, Self.permissions)
        guard descriptor >= 0 else {
            switch errno {
            case EEXIST: throw .fileExists
            case ENOSPC, EDQUOT: throw .diskFull
            default: throw .cannotOpen(code: SQLITE_CANTOPEN)
            }
        }
        _ = close(descriptor)
    }

    /// Takes away what others may do with a file made under another umask, and with its log.
    func restrict() {
        _ = chmod(path, Self.permissions)
        _ = chmod(path + "-wal", Self.permissions)
    }

    /// Waits until the file's content is on the disk.
    ///
    /// Only for files that no store has open.
    func sync() throws(StoreError) {
        try Self.sync(path, O_RDONLY, failure: ExtendedCode.syncFailed)
    }

    /// Waits until the file's name is on the disk.
    func syncName() throws(StoreError) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        try Self.sync(folder, O_RDONLY | O_DIRECTORY, failure: ExtendedCode.folderSyncFailed)
    }

    /// Gives the file another name, and waits until that is on the disk.
    func rename(to other: String) throws(StoreError) {
        #if canImport(Glibc)
            let code = Glibc.rename(path, other)
        #else
            let code = Darwin.rename(path, other)
        #endif
        guard code == 0 else {
            remove()
            throw .cannotOpen(code: SQLITE_CANTOPEN)
        }
        try RegisterFile(path: other).syncName()
    }

    func remove() {
        _ = unlink(path)
    }

    private var isRegularFile: Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private static func sync(
        _ path: String, _ flags: Int32, failure: Int32
    ) throws(StoreError) {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(code: SQLITE_CANTOPEN) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .ioFailure(code: failure) }
    }
}
