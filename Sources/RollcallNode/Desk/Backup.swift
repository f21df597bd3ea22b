import Foundation
import RollcallControl
import RollcallCore
import RollcallTrust

/// A whole home in one file: its keys as sealed as they lie in it, the register as SQLite wrote it, and SHA-256 of all that.
enum Backup {
    static let magic = Array("rollcall backup 3\n".utf8)
    /// Before there was a sum at the end.
    static let earlierMagic = Array("rollcall backup 2\n".utf8)
    private static let sumBytes = 32

    static func isBackup(_ head: [UInt8]) -> Bool {
        head.starts(with: magic) || head.starts(with: earlierMagic)
    }

    static func prologue(_ keys: KeyFile) -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(magic)
        writer.byteString(keys.encoded())
        return writer.bytes
    }

    /// Puts a backup into a home that is empty.
    static func restore(_ path: String, to homePath: String) throws {
        let existing = (try? FileManager.default.contentsOfDirectory(atPath: homePath)) ?? []
        guard existing.isEmpty else {
            throw ControlError(
                .homeNotEmpty, "the home is not empty; nothing was restored", hint: homePath)
        }
        let backup = try read(path)
        let home = try HomeFolder(path: homePath)
        let register = try SafeFile(home.registerPath)
        do {
            try register.write(backup.register)
            try home.store(backup.keys)
            _ = try register.finish()
        } catch {
            register.discard()
            throw error
        }
    }

    /// A backup's two parts: its keys, still sealed, and its register's file.
    static func read(_ path: String) throws -> (keys: KeyFile, register: [UInt8]) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ControlError(.badFile, "the backup cannot be read", hint: path)
        }
        var bytes = [UInt8](data)
        guard isBackup(bytes) else {
            throw ControlError(.badFile, "not a backup of rollcall", hint: path)
        }
        if bytes.starts(with: magic) {
            let sum = Array(bytes.suffix(sumBytes))
            bytes.removeLast(min(sumBytes, bytes.count - magic.count))
            guard sha256(bytes) == sum else {
                throw ControlError(
                    .badFile, "the backup is damaged: it is not as it was written", hint: path)
            }
        }
        var reader = ByteReader(bytes, magic.count..<bytes.count)
        guard let encoded = try? reader.byteString("keys"), let keys = KeyFile(encoded: encoded)
        else { throw ControlError(.badFile, "the backup is damaged", hint: path) }
        return (keys, Array(bytes[reader.index...]))
    }
}
