import Foundation
import RollcallControl
import RollcallCore
import RollcallTrust

/// A whole home in one file: its keys as sealed as they lie in it, then the register as SQLite wrote it.
enum Backup {
    static let magic = Array("rollcall backup 2\n".utf8)

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
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ControlError(.badFile, "the backup cannot be read", hint: path)
        }
        let bytes = [UInt8](data)
        guard bytes.starts(with: magic) else {
            throw ControlError(.badFile, "not a backup of rollcall", hint: path)
        }
        var reader = ByteReader(bytes, magic.count..<bytes.count)
        guard let encoded = try? reader.byteString("keys"), let keys = KeyFile(encoded: encoded)
        else { throw ControlError(.badFile, "the backup is damaged", hint: path) }
        let home = try HomeFolder(path: homePath)
        let register = try SafeFile(home.registerPath)
        do {
            try register.write(Array(bytes[reader.index...]))
            try home.store(keys)
            _ = try register.finish()
        } catch {
            register.discard()
            throw error
        }
    }
}
