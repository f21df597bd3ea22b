import Foundation
import RollcallControl
import RollcallSync
import RollcallTrust

/// Where a bundle is written to: sealed, or as it is for somebody who asked for that.
final class BundleOutput {
    private let file: SafeFile
    private var sealing: AgeWriter?
    private var byteCount = 0

    /// - Parameter recipients: Who can open it; nil leaves it open to everybody.
    init(_ path: String, for recipients: [AgeRecipient]?) throws {
        file = try SafeFile(path)
        sealing = try recipients.map { try AgeWriter(for: $0) }
        if let sealing { try file.write(sealing.start) }
    }

    func write(_ bytes: [UInt8]) throws {
        byteCount += bytes.count
        try file.write(try sealing?.seal(bytes) ?? bytes)
    }

    /// The size of the file if a bundle of so many bytes is in it.
    func byteCount(of bundleBytes: Int) -> Int {
        guard let sealing else { return bundleBytes }
        let padded = bundleBytes + BundlePadding.count(after: bundleBytes)
        return sealing.start.count + AgePayload.sealedBytes(of: padded)
    }

    /// - Returns: The file's size.
    func finish() throws -> Int {
        if sealing != nil {
            let zeros = [UInt8](repeating: 0, count: AgePayload.pieceBytes)
            var left = BundlePadding.count(after: byteCount)
            while left > 0 {
                let count = min(left, zeros.count)
                try write(Array(zeros.prefix(count)))
                left -= count
            }
            if let end = try sealing?.finish() { try file.write(end) }
        }
        return try file.finish()
    }

    func discard() { file.discard() }
}

/// Bytes that wait for what stands before them: in memory, and where they are many, all of them on the disk.
final class BundleDraft {
    private let path: String
    private let keptBytesMax: Int
    private var kept: [[UInt8]] = []
    private var keptBytes = 0
    private var sealed: SealedDraft?

    /// - Parameter path: The name that it has for a moment, should it be written.
    init(_ path: String, keptBytesMax: Int = 40 << 20) {
        self.path = path
        self.keptBytesMax = keptBytesMax
    }

    func write(_ bytes: [UInt8]) throws {
        guard sealed == nil, keptBytes + bytes.count <= keptBytesMax else {
            return try onDisk().write(bytes)
        }
        kept.append(bytes)
        keptBytes += bytes.count
    }

    private func onDisk() throws -> SealedDraft {
        if let sealed { return sealed }
        let draft = try SealedDraft(path)
        for bytes in kept { try draft.write(bytes) }
        (kept, sealed) = ([], draft)
        return draft
    }

    /// Hands over all that was written.
    func copy(to output: BundleOutput) throws {
        if let sealed { return try sealed.copy(to: output) }
        for bytes in kept { try output.write(bytes) }
    }
}

/// Bytes that wait on the disk for what stands before them, sealed under a key that is in memory only.
///
/// It keeps no name, and is gone with the process.
final class SealedDraft {
    private let descriptor: Int32
    private var sealing: AgeWriter
    private var byteCount = 0

    /// - Parameter path: The name that it has for a moment.
    init(_ path: String) throws {
        sealing = try AgeWriter(for: [])
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SafeFile.failure("cannot be made", path) }
        unlink(path)
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8]) throws { try append(try sealing.seal(bytes)) }

    private func append(_ sealed: [UInt8]) throws {
        // The header would open nothing.
        try SafeFile.write(sealed, to: descriptor, "the draft of the bundle")
        byteCount += sealed.count
    }

    /// Hands over all that was written.
    func copy(to output: BundleOutput) throws {
        try append(try sealing.finish())
        let reader = try sealing.reader(fileBytes: sealing.start.count + byteCount)
        for piece in 0..<reader.pieceCount {
            let range = reader.range(ofPiece: piece)
            var sealed = [UInt8](repeating: 0, count: range.count)
            let offset = off_t(range.lowerBound - sealing.start.count)
            let count = sealed.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, $0.count, offset)
            }
            guard count == range.count else {
                throw SafeFile.failure("cannot be read", "the draft of the bundle")
            }
            try output.write(try reader.open(sealed, piece))
        }
    }
}
