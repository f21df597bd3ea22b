import Crypto
import Foundation
import RollcallControl

/// A file that appears under its name only when it is whole, synced and read back.
final class SafeFile {
    private let path: String
    private let partial: String
    private let descriptor: Int32
    private var byteCount = 0
    private var hasher = SHA256()

    init(_ path: String) throws {
        self.path = path
        partial = path + ".partial"
        guard !SystemCall.exists(path) else {
            throw ControlError(.fileExists, "the file exists already", hint: path)
        }
        unlink(partial)
        descriptor = open(partial, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure("cannot be made", path) }
    }

    static func failure(_ what: String, _ path: String) -> ControlError {
        let code = errno
        if code == ENOSPC || code == EDQUOT {
            return ControlError(
                .diskFull, "no room for the file; nothing was left there", hint: path)
        }
        return ControlError(
            .badFile, "the file \(what): \(String(cString: strerror(code)))", hint: path)
    }

    func write(_ bytes: [UInt8]) throws {
        try Self.write(bytes, to: descriptor, path)
        byteCount += bytes.count
        hasher.update(data: bytes)
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws {
        var done = 0
        while done < bytes.count {
            let written = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + done }, bytes.count - done)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Self.failure("cannot be written", path) }
            done += written
        }
    }

    /// SHA-256 of all that was written so far.
    var sum: [UInt8] { Array(hasher.finalize()) }

    func append(contentsOf source: String) throws {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw Self.failure("cannot be read", source) }
        defer { close(input) }
        try Self.read(input, path) { try write($0) }
    }

    private static func read(
        _ input: Int32, _ path: String, _ body: ([UInt8]) throws -> Void
    ) throws {
        guard lseek(input, 0, SEEK_SET) == 0 else { throw failure("cannot be read", path) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = buffer.withUnsafeMutableBytes {
                Glibc.read(input, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot be read", path) }
            if count == 0 { return }
            try body(Array(buffer.prefix(count)))
        }
    }

    /// Syncs, reads back, renames, syncs the directory.
    ///
    /// - Returns: The file's size.
    func finish() throws -> Int {
        guard fsync(descriptor) == 0 else { throw Self.failure("cannot be synced", path) }
        // From the stick itself, as far as the system lets go of what it remembers of it.
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        var found = SHA256()
        try Self.read(descriptor, path) { found.update(data: $0) }
        guard Array(found.finalize()) == sum else {
            throw ControlError(
                .badFile, "the file reads back unlike what was written; take another stick",
                hint: path)
        }
        guard rename(partial, path) == 0 else { throw Self.failure("cannot be named", path) }
        do {
            try syncFolder()
        } catch {
            unlink(path)
            throw error
        }
        close(descriptor)
        return byteCount
    }

    /// Else the stick may be taken away before it knows the file's name.
    private func syncFolder() throws {
        let folder = open(
            (path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Self.failure("cannot be synced", path) }
        defer { close(folder) }
        // Some file systems of sticks have no such call for folders.
        guard fsync(folder) == 0 || errno == EINVAL else {
            throw Self.failure("cannot be synced", path)
        }
    }

    /// Leaves nothing behind.
    func discard() {
        close(descriptor)
        unlink(partial)
    }
}
