import Crypto
public import RollcallCore

/// The sealed part of an age v1 file: pieces of 64 KiB, each under its number and whether it is the last (STREAM).
///
/// No piece can be changed, left out, moved or added without being noticed, and each can be opened by itself.
public struct AgePayload: Sendable {
    public static let pieceBytes = 64 << 10
    static let tagBytes = 16
    static let nonceBytes = 16

    private let key: SymmetricKey

    /// How many bytes so many take once they are sealed.
    public static func sealedBytes(of byteCount: Int) -> Int {
        byteCount + max(1, (byteCount + pieceBytes - 1) / pieceBytes) * tagBytes
    }

    init(_ fileKey: [UInt8], nonce: [UInt8]) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: fileKey), salt: nonce,
            info: Array("payload".utf8), outputByteCount: 32)
    }

    private func nonce(_ piece: Int, isLast: Bool) throws -> ChaChaPoly.Nonce {
        var bytes = [UInt8](repeating: 0, count: 12)
        for place in 0..<8 { bytes[10 - place] = UInt8(truncatingIfNeeded: piece >> (8 * place)) }
        bytes[11] = isLast ? 1 : 0
        return try ChaChaPoly.Nonce(data: bytes)
    }

    func seal(_ bytes: ArraySlice<UInt8>, _ piece: Int, isLast: Bool) throws -> [UInt8] {
        let box = try ChaChaPoly.seal(bytes, using: key, nonce: nonce(piece, isLast: isLast))
        return Array(box.ciphertext) + Array(box.tag)
    }

    /// - Throws: `bad seal` for what is not as it was written.
    func open(_ sealed: [UInt8], _ piece: Int, isLast: Bool) throws(FormatError) -> [UInt8] {
        guard sealed.count >= Self.tagBytes,
            let nonce = try? nonce(piece, isLast: isLast),
            let box = try? ChaChaPoly.SealedBox(
                nonce: nonce, ciphertext: sealed.dropLast(Self.tagBytes),
                tag: sealed.suffix(Self.tagBytes)),
            let opened = try? ChaChaPoly.open(box, using: key)
        else { throw FormatError(.badSeal, "piece \(piece + 1)") }
        // Only a file of nothing at all has an empty piece.
        guard !opened.isEmpty || piece == 0 else { throw FormatError(.badSeal, "empty piece") }
        return Array(opened)
    }
}

/// Seals bytes as they come.
public struct AgeWriter {
    private let payload: AgePayload
    private var waiting: [UInt8] = []
    private var piece = 0
    /// What stands before the first piece.
    public let start: [UInt8]

    public init(for recipients: [AgeRecipient]) throws {
        let fileKey = [UInt8].random(16)
        let nonce = [UInt8].random(AgePayload.nonceBytes)
        start = try AgeHeader(fileKey, for: recipients).encoded + nonce
        payload = AgePayload(fileKey, nonce: nonce)
    }

    /// What can be written by now.
    public mutating func seal(_ bytes: [UInt8]) throws -> [UInt8] {
        waiting += bytes
        var sealed: [UInt8] = []
        var index = 0
        // The last piece may be full, and may not be empty.
        while waiting.count - index > AgePayload.pieceBytes {
            let end = index + AgePayload.pieceBytes
            sealed += try payload.seal(waiting[index..<end], piece, isLast: false)
            piece += 1
            index = end
        }
        waiting.removeFirst(index)
        return sealed
    }

    public mutating func finish() throws -> [UInt8] {
        defer { waiting = [] }
        return try payload.seal(waiting[...], piece, isLast: true)
    }

    /// Opens what was sealed here, as long as this is in memory.
    ///
    /// - Throws: `bad seal` for a length that no such file has.
    public func reader(fileBytes: Int) throws(FormatError) -> AgeReader {
        try AgeReader(payload, start: start.count, fileBytes: fileBytes)
    }
}

/// Opens an age v1 file piece by piece, in any order.
public struct AgeReader: Sendable {
    private let payload: AgePayload
    private let start: Int
    private let sealedBytes: Int
    public let pieceCount: Int
    /// How many bytes were sealed.
    public let byteCount: Int

    /// Whether a file begins as sealed ones do.
    public static func isSealed(_ start: [UInt8]) -> Bool { start.starts(with: AgeHeader.version) }

    /// How much of a file's start ``init(_:byteCount:_:)`` needs to see.
    public static let startBytesMax = AgeHeader.bytesMax + AgePayload.nonceBytes

    /// - Parameters:
    ///   - fileStart: The first bytes of the file, as many as it has but no more than ``startBytesMax``.
    ///   - fileBytes: The whole file's size.
    /// - Throws: `bad header`, `bad seal`, `sealed for others`.
    public init(
        _ fileStart: [UInt8], fileBytes: Int, _ identities: [AgeIdentity]
    ) throws(FormatError) {
        let header = try AgeHeader(fileStart)
        let fileKey = try header.fileKey(identities)
        let nonce = fileStart.dropFirst(header.byteCount).prefix(AgePayload.nonceBytes)
        guard nonce.count == AgePayload.nonceBytes else { throw FormatError(.badHeader, "nonce") }
        try self.init(
            AgePayload(fileKey, nonce: Array(nonce)),
            start: header.byteCount + AgePayload.nonceBytes, fileBytes: fileBytes)
    }

    init(_ payload: AgePayload, start: Int, fileBytes: Int) throws(FormatError) {
        self.payload = payload
        self.start = start
        sealedBytes = fileBytes - start
        let whole = AgePayload.pieceBytes + AgePayload.tagBytes
        pieceCount = max(1, (sealedBytes + whole - 1) / whole)
        byteCount = sealedBytes - pieceCount * AgePayload.tagBytes
        guard byteCount >= 0, pieceCount == 1 || (sealedBytes - 1) % whole >= AgePayload.tagBytes
        else { throw FormatError(.badSeal, "length") }
    }

    /// The piece that holds a byte.
    public static func piece(of offset: Int) -> Int { offset / AgePayload.pieceBytes }

    /// Where a piece is in the file.
    public func range(ofPiece piece: Int) -> Range<Int> {
        let whole = AgePayload.pieceBytes + AgePayload.tagBytes
        let first = start + piece * whole
        return first..<min(first + whole, start + sealedBytes)
    }

    /// - Throws: `bad seal` for what is not as it was written.
    public func open(_ sealed: [UInt8], _ piece: Int) throws(FormatError) -> [UInt8] {
        try payload.open(sealed, piece, isLast: piece == pieceCount - 1)
    }
}

extension [UInt8] {
    fileprivate static func random(_ count: Int) -> [UInt8] {
        SymmetricKey(size: .init(bitCount: count * 8)).withUnsafeBytes { Array($0) }
    }
}
