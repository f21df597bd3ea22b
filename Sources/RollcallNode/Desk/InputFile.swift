import Foundation
import RollcallControl
import RollcallSync

/// A file that is read piece by piece and never written to; or bytes that stand for one.
package struct InputFile: FileBytes {
    private enum Contents {
        case file(OpenFile)
        case bytes([UInt8])
    }

    private let contents: Contents
    package let byteCount: Int

    init(_ path: String) throws {
        let name = Self.line(path)
        guard let facts = try? FileFacts(path) else {
            throw ControlError(.badFile, "there is no such file", hint: name)
        }
        guard facts.isRegular else {
            throw ControlError(.badFile, "not a regular file", hint: name)
        }
        // Whoever puts a pipe in its place meanwhile makes nobody wait, and it has no end to seek to.
        guard let file = try? OpenFile(path, O_RDONLY | O_NONBLOCK),
            case let end = lseek(file.descriptor, 0, SEEK_END), end >= 0
        else { throw ControlError(.badFile, "the file cannot be read", hint: name) }
        contents = .file(file)
        byteCount = Int(end)
    }

    package init(bytes: [UInt8]) {
        contents = .bytes(bytes)
        byteCount = bytes.count
    }

    /// A path as a line of a hint.
    ///
    /// Else what follows the end of a line in a name, on a stick from anywhere, would look like a hint of ours.
    static func line(_ path: String) -> String {
        path.replacing("\n", with: "\\u{a}")
    }

    /// Bytes from a place on; fewer where the file ends before.
    package func bytes(at offset: Int, count: Int) throws -> [UInt8] {
        switch contents {
        case .file(let file):
            var bytes = [UInt8](repeating: 0, count: max(0, min(count, byteCount - offset)))
            var done = 0
            while done < bytes.count {
                let wanted = bytes.count - done
                let step = bytes.withUnsafeMutableBytes {
                    pread(
                        file.descriptor, $0.baseAddress?.advanced(by: done), wanted,
                        off_t(offset + done))
                }
                if step < 0, errno == EINTR { continue }
                guard step >= 0 else {
                    throw ControlError(.badFile, "the file cannot be read to its end")
                }
                if step == 0 { return Array(bytes.prefix(done)) }
                done += step
            }
            return bytes
        case .bytes(let bytes):
            return Array(bytes.dropFirst(offset).prefix(count))
        }
    }
}
