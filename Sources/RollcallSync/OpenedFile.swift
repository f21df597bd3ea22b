import RollcallCore
package import RollcallTrust
import Synchronization

/// A sealed bundle's file as somebody sees it who may open it.
package final class OpenedFile: FileBytes {
    private let file: any FileBytes
    private let reader: AgeReader
    /// The piece read last: a bundle is read from its start to its end, in many small reads.
    private let last = Mutex<(piece: Int, bytes: [UInt8])?>(nil)

    /// Nil for a file that is not sealed.
    ///
    /// - Throws: `bad header`, `bad seal` and `sealed for others`.
    package init?(_ file: any FileBytes, _ identities: [AgeIdentity]) throws {
        let start = try file.bytes(at: 0, count: AgeReader.startBytesMax)
        guard AgeReader.isSealed(start) else { return nil }
        self.file = file
        reader = try AgeReader(start, fileBytes: file.byteCount, identities)
        // Where nothing is to be read, nobody would notice that it was cut there.
        if reader.byteCount == 0 { _ = try opened(0) }
    }

    package var byteCount: Int { reader.byteCount }

    package func bytes(at offset: Int, count: Int) throws -> [UInt8] {
        var found: [UInt8] = []
        let end = min(offset + count, byteCount)
        var next = offset
        while next < end {
            let piece = AgeReader.piece(of: next)
            let start = piece * AgePayload.pieceBytes
            let part = try opened(piece)[(next - start)..<min(end - start, AgePayload.pieceBytes)]
            found += part
            next += part.count
        }
        return found
    }

    private func opened(_ piece: Int) throws -> [UInt8] {
        if let bytes = last.withLock({ $0?.piece == piece ? $0?.bytes : nil }) { return bytes }
        let range = reader.range(ofPiece: piece)
        let sealed = try file.bytes(at: range.lowerBound, count: range.count)
        let bytes = try reader.open(sealed, piece)
        last.withLock { $0 = (piece, bytes) }
        return bytes
    }
}

/// How much is sealed: so that a length says little, it keeps the few upper bits of its own (R-11.4, after Padmé).
package enum BundlePadding {
    /// The zeros that follow so many bytes, at most a ninth of them beyond the first few hundred.
    package static func count(after bytes: Int) -> Int {
        guard bytes > 1 else { return 0 }
        let exponent = Int.bitWidth - 1 - bytes.leadingZeroBitCount
        let exponentBits = Int.bitWidth - exponent.leadingZeroBitCount
        let unit = 1 << (exponent - exponentBits)
        return (unit - bytes % unit) % unit
    }
}
