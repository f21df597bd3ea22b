import Foundation
import RollcallControl
import RollcallSync

/// A file that is read piece by piece and never written to; or bytes that stand for one.
package struct InputFile: FileBytes {
    private enum Contents {
        case file(FileHandle)
        case bytes([UInt8])
    }

    private let contents: Contents
    package let byteCount: Int

    init(_ path: String) throws {
        guard let facts = try? FileFacts(path) else {
            throw ControlError(.badFile, "there is no such file", hint: path)
        }
        guard facts.isRegular else {
            throw ControlError(.badFile, "not a regular file", hint: path)
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw ControlError(.badFile, "the file cannot be read", hint: path)
        }
        contents = .file(handle)
        byteCount = Int(clamping: facts.byteCount)
    }

    package init(bytes: [UInt8]) {
        contents = .bytes(bytes)
        byteCount = bytes.count
    }

    /// Bytes from a place on; fewer where the file ends before.
    package func bytes(at offset: Int, count: Int) throws -> [UInt8] {
        switch contents {
        case .file(let handle):
            do {
                try handle.seek(toOffset: UInt64(offset))
                return Array(try handle.read(upToCount: count) ?? Data())
            } catch {
                throw ControlError(.badFile, "the file cannot be read to its end")
            }
        case .bytes(let bytes):
            return Array(bytes.dropFirst(offset).prefix(count))
        }
    }
}
