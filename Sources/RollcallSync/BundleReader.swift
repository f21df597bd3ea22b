package import RollcallCore
package import RollcallTrust
package import RollcallWire

/// A file that is read piece by piece and never written to.
package protocol FileBytes: Sendable {
    var byteCount: Int { get }
    /// Bytes from a place on; fewer where the file ends before.
    func bytes(at offset: Int, count: Int) throws -> [UInt8]
}

/// What is wrong with the chunks of a bundle whose start is sound.
package struct BundleDamage: Error {
    package var error: FormatError
    /// How many chunks come before the damage.
    package var soundChunks: Int
    package var chunkCount: Int
    /// Where the damaged chunk is by the manifest, or what follows the last one.
    package var bytes: Range<Int>
}

/// Reads a bundle's file piece by piece.
///
/// Throws a `FormatError` where it is refused: whoever reads it knows what that means.
package struct BundleReader: Sendable {
    private let file: any FileBytes
    private let isPadded: Bool
    package let chunksStart: Int
    package let manifest: Manifest

    /// - Parameter identities: What opens it, should it be sealed.
    package init(
        _ file: any FileBytes, _ identities: [AgeIdentity] = [],
        by scheme: SignatureScheme = .ed25519
    ) throws {
        let file = try OpenedFile(file, identities) ?? file
        self.file = file
        isPadded = file is OpenedFile
        let start = BundleFile.prologueBytes
        try BundleFile.checkPrologue(try file.bytes(at: 0, count: start))
        let length = try Self.read(file, at: start, 4).reduce(0) { $0 << 8 | Int($1) }
        guard length >= Limits.frameBytesMin else { throw FormatError(.frameTooShort, "manifest") }
        guard length <= Limits.frameBytesMax else { throw FormatError(.frameTooLong, "manifest") }
        let bytes = try Self.read(file, at: start, 4 + length)
        var decoder = FrameDecoder()
        decoder.append(bytes)
        // Whatever else it may be: a file has no frames that a reader need not know.
        guard bytes[4] == FrameType.manifest.rawValue, let frame = try decoder.next() else {
            throw FormatError(.notABundle, "manifest")
        }
        guard frame.flags == 0 else { throw FormatError(.unknownFlags, "manifest") }
        manifest = try Manifest(frame.body)
        chunksStart = start + 4 + length
        guard Laptop.isSigned(manifest, by: scheme) else {
            throw FormatError(.badSignature, "manifest")
        }
    }

    private static func read(_ file: any FileBytes, at offset: Int, _ count: Int) throws -> [UInt8]
    {
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
                throw damage(error, after: index, at: offset)
            }
            offset += Int(chunk.byteCount)
        }
        guard try isEnd(offset) else {
            throw damage(
                FormatError(.trailingBytes, "file"), after: manifest.chunks.count, at: offset)
        }
    }

    /// Whether nothing follows but padding.
    private func isEnd(_ offset: Int) throws -> Bool {
        var offset = offset
        while isPadded, offset < file.byteCount {
            let bytes = try file.bytes(at: offset, count: AgePayload.pieceBytes)
            guard bytes.allSatisfy({ $0 == 0 }) else { return false }
            offset += bytes.count
        }
        return offset == file.byteCount
    }

    private func damage(
        _ error: FormatError, after index: Int, at offset: Int
    ) -> BundleDamage {
        let end =
            index == manifest.chunks.count
            ? file.byteCount
            : offset + Int(clamping: min(manifest.chunks[index].byteCount, UInt64(Int32.max)))
        return BundleDamage(
            error: error, soundChunks: index, chunkCount: manifest.chunks.count,
            bytes: offset..<max(offset, end))
    }

    /// Where a chunk is, of those that a check found sound.
    package func range(ofChunk index: Int) -> Range<Int> {
        let start = manifest.chunks.prefix(index).reduce(chunksStart) { $0 + Int($1.byteCount) }
        return start..<(start + Int(manifest.chunks[index].byteCount))
    }

    /// The genesis that a change in it holds, of the register that the manifest names; by its hash, whoever gives it.
    package func genesis() -> Genesis? {
        var table = ReplicaTable()
        var numbering = SessionReplicas()
        let compression = Compression()
        for index in manifest.chunks.indices {
            var decoder = FrameDecoder()
            decoder.append((try? chunk(index)) ?? [])
            guard let frame = try? decoder.next(),
                let message = try? ChangesMessage(
                    frame.message(compression), table: &table, numbering: &numbering)
            else { return nil }
            // The control lane comes first.
            guard table[message.replica].lane == .control else { continue }
            for change in message.changes {
                if let genesis = Extras.genesis(change, of: manifest.register) { return genesis }
            }
        }
        return nil
    }

    package func chunk(_ index: Int) throws -> [UInt8] {
        try chunkBytes(manifest.chunks[index], at: range(ofChunk: index).lowerBound)
    }

    /// A chunk that may lie behind a damaged one, if it is as the manifest says.
    package func soundChunk(_ index: Int) -> [UInt8]? {
        var offset = chunksStart
        for chunk in manifest.chunks.prefix(index) {
            guard chunk.byteCount <= UInt64(Limits.frameBytesMax + 4) else { return nil }
            offset += Int(chunk.byteCount)
        }
        guard let bytes = try? chunkBytes(manifest.chunks[index], at: offset),
            Array(sha256(bytes).prefix(16)) == manifest.chunks[index].hash
        else { return nil }
        return bytes
    }

    private func chunkBytes(_ chunk: Manifest.Chunk, at offset: Int) throws -> [UInt8] {
        guard chunk.byteCount <= UInt64(Limits.frameBytesMax + 4) else {
            throw FormatError(.frameTooLong, "chunk")
        }
        return try Self.read(file, at: offset, Int(chunk.byteCount))
    }
}
