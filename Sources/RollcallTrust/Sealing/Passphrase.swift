import Crypto
import CryptoExtras
import RollcallCore

/// How a passphrase becomes a key: scrypt (RFC 7914), whose memory is what makes guessing dear.
public struct Stretching: Equatable, Sendable {
    /// N = 2^this; each guess takes 1,024 × N bytes of memory with r = 8.
    public var logRounds: UInt8

    /// 128 MiB, about 0.4 s.
    public static let standard = Stretching(logRounds: 17)
    /// What is believed from a file: the library has no bound of its own on memory.
    public static let bounds: ClosedRange<UInt8> = 16...20
    static let blockSize = 8
    static let parallelism = 1
    static let saltBytes = 16

    public init(logRounds: UInt8) { self.logRounds = logRounds }

    /// Nil when no memory could be had.
    func key(_ passphrase: Passphrase, salt: [UInt8]) -> SymmetricKey? {
        key(passphrase.bytes, salt: salt)
    }

    func key(_ secret: [UInt8], salt: [UInt8]) -> SymmetricKey? {
        precondition(Self.bounds.contains(logRounds), "rounds 2^\(logRounds)")
        return try? KDF.Scrypt.deriveKey(
            from: secret, salt: salt, outputByteCount: SealingKey.byteCount,
            rounds: 1 << Int(logRounds), blockSize: Self.blockSize,
            parallelism: Self.parallelism)
    }
}

/// What an operator types to unlock a laptop.
public struct Passphrase: Sendable {
    public static let bytesMin = 8
    public static let bytesMax = 1_024
    let bytes: [UInt8]

    /// Nil when it is too short or too long; it is used as it was typed, in UTF-8.
    public init?(_ text: String) {
        guard (Self.bytesMin...Self.bytesMax).contains(text.utf8.count) else { return nil }
        bytes = Array(text.utf8)
    }
}
