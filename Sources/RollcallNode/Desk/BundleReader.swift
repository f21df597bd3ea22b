import RollcallCore
import RollcallSync
import RollcallTrust
package import RollcallWire

/// What is wrong with the chunks of a bundle whose start is sound.
package struct BundleDamage: Error {
    var error: FormatError
    /// How many chunks come before the damage.
    package var soundChunks: Int
    var chunkCount: Int
}

/// Reads a bundle's file piece by piece.
///
/// Throws a `FormatError` where it is refused: whoever reads it knows what that means.
package struct BundleReader {
    private let file: InputFile
    private let chunksStart: Int
    package let manifest: Manifest

    package init(_ file: InputFile) throws {
        self.file = file
        let start = BundleFile.prologueBytes
        try BundleFile.checkPrologue(try file.bytes(at: 0, count: start))
        let length = try Self.read(file, at: start, 4).reduce(0) { $0 << 8 | Int($1) }
        guard length >= Limits.frameBytesMin else { throw FormatError(.frameTooShort, "manifest") }
        guard length <= Limits.frameBytesMax else { throw FormatError(.frameTooLong, "manifest") }
        let body = try Self.read(file, at: start + 4, length)
        guard body[0] == FrameType.manifest.rawValue, body[1] == 0 else {
            throw FormatError(.notABundle, "manifest")
        }
        manifest = try Manifest(Array(body.dropFirst(2)))
        chunksStart = start + 4 + length
        guard Laptop.isSigned(manifest) else { throw FormatError(.badSignature, "manifest") }
    }

    private static func read(_ file: InputFile, at offset: Int, _ count: Int) throws -> [UInt8] {
        let bytes = try file.bytes(at: offset, count: count)
        guard bytes.count == count else { throw FormatError(.truncated, "file") }
        return bytes
    }

    /// Checks every chunk, so that nothing need be applied of a file that is damaged.
    package func check() throws {
        var offset = chunksStart
        for (index, chunk) in manifest.chunks.enumerated() {
            do {
                let bytes = try chunkBytes(chunk, at: offset)
                guard Array(sha256(bytes).prefix(16)) == chunk.hash else {
                    throw FormatError(.chunkMismatch, "chunk \(index + 1)")
                }
            } catch let error as FormatError {
                throw damage(error, after: index)
            }
            offset += Int(chunk.byteCount)
        }
        guard offset == file.byteCount else {
            throw damage(FormatError(.trailingBytes, "file"), after: manifest.chunks.count)
        }
    }

    private func damage(_ error: FormatError, after index: Int) -> BundleDamage {
        BundleDamage(error: error, soundChunks: index, chunkCount: manifest.chunks.count)
    }

    package func chunk(_ index: Int) throws -> [UInt8] {
        let before = manifest.chunks.prefix(index).reduce(0) { $0 + Int($1.byteCount) }
        return try chunkBytes(manifest.chunks[index], at: chunksStart + before)
    }

    private func chunkBytes(_ chunk: Manifest.Chunk, at offset: Int) throws -> [UInt8] {
        guard chunk.byteCount <= UInt64(Limits.frameBytesMax + 4) else {
            throw FormatError(.frameTooLong, "chunk")
        }
        return try Self.read(file, at: offset, Int(chunk.byteCount))
    }
}
