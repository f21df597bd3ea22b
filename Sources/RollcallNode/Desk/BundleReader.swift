import Foundation
import RollcallControl
import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire

/// Reads a bundle's file piece by piece; never writes to it.
struct BundleReader {
    private let handle: FileHandle
    private let fileBytes: UInt64
    private let chunksStart: UInt64
    let manifest: Manifest

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
        self.handle = handle
        fileBytes = facts.byteCount
        do {
            let prologue = try Self.read(handle, at: 0, BundleFile.prologueBytes, or: nil)
            try BundleFile.checkPrologue(prologue)
            let head = try Self.read(
                handle, at: UInt64(BundleFile.prologueBytes), 4, or: .truncated)
            let length = head.reduce(0) { $0 << 8 | Int($1) }
            guard length >= Limits.frameBytesMin else {
                throw FormatError(.frameTooShort, "manifest")
            }
            guard length <= Limits.frameBytesMax else {
                throw FormatError(.frameTooLong, "manifest")
            }
            let body = try Self.read(
                handle, at: UInt64(BundleFile.prologueBytes + 4), length, or: .truncated)
            guard body[0] == FrameType.manifest.rawValue, body[1] == 0 else {
                throw FormatError(.notABundle, "manifest")
            }
            manifest = try Manifest(Array(body.dropFirst(2)))
            chunksStart = UInt64(BundleFile.prologueBytes + 4 + length)
            guard Laptop.isSigned(manifest) else { throw FormatError(.badSignature, "manifest") }
        } catch let error as FormatError {
            throw ControlError(
                .badBundle, "the bundle is refused: \(error.description); nothing was applied")
        }
    }

    private static func read(
        _ handle: FileHandle, at offset: UInt64, _ count: Int, or refusal: Refusal?
    ) throws -> [UInt8] {
        try handle.seek(toOffset: offset)
        let data = try handle.read(upToCount: count) ?? Data()
        guard data.count == count || refusal == nil else {
            throw FormatError(refusal ?? .truncated, "file")
        }
        return Array(data)
    }

    /// Checks every chunk before anything is applied.
    ///
    /// - Returns: How many chunks from the start are sound; all of them unless salvaging.
    func check(salvaging: Bool) throws -> Int {
        var offset = chunksStart
        for (index, chunk) in manifest.chunks.enumerated() {
            do {
                let bytes = try chunkBytes(chunk, at: offset)
                guard Array(sha256(bytes).prefix(16)) == chunk.hash else {
                    throw FormatError(.chunkMismatch, "chunk \(index + 1)")
                }
            } catch let error as FormatError {
                if salvaging { return index }
                throw ControlError(
                    .badBundle, "the bundle is refused: \(error.description); nothing was applied",
                    hint:
                        "`--salvage` takes the \(index) of \(manifest.chunks.count) chunks before the damage"
                )
            }
            offset += chunk.byteCount
        }
        guard offset == fileBytes || salvaging else {
            throw ControlError(
                .badBundle,
                "the bundle is refused: \(Refusal.trailingBytes.rawValue); nothing was applied",
                hint:
                    "`--salvage` takes all \(manifest.chunks.count) chunks and leaves what follows")
        }
        return manifest.chunks.count
    }

    func chunk(_ index: Int) throws -> [UInt8] {
        let before = manifest.chunks.prefix(index).reduce(0) { $0 + $1.byteCount }
        return try chunkBytes(manifest.chunks[index], at: chunksStart + before)
    }

    private func chunkBytes(_ chunk: Manifest.Chunk, at offset: UInt64) throws -> [UInt8] {
        guard chunk.byteCount <= UInt64(Limits.frameBytesMax + 4) else {
            throw FormatError(.frameTooLong, "chunk")
        }
        return try Self.read(handle, at: offset, Int(chunk.byteCount), or: .truncated)
    }
}
