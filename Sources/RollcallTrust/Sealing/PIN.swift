import Crypto
public import RollcallCore

/// What an operator types to act in their own name: digits, so that it is quick.
///
/// It protects no byte by itself: the laptop's passphrase does that.
public struct PIN: Sendable {
    public static let digitsMin = 4
    public static let digitsMax = 12
    let digits: [UInt8]

    /// Nil unless it is 4 to 12 digits.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (Self.digitsMin...Self.digitsMax).contains(bytes.count),
            bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        digits = bytes
    }
}

/// What a laptop keeps of a PIN, and never sends: whoever had it could try all PINs without the laptop.
public struct PINVerifier: Equatable, Sendable {
    private let stretching: Stretching
    private let salt: [UInt8]
    private let key: [UInt8]

    /// Takes 128 MiB for a moment, and about half a second.
    public init(_ pin: PIN, _ chance: inout some RandomNumberGenerator) throws(UnlockError) {
        stretching = .standard
        salt = randomBytes(Stretching.saltBytes, &chance)
        guard let key = stretching.key(pin.digits, salt: salt) else { throw .noMemory }
        self.key = SealingKey(key).bytes
    }

    /// Whether it was made for this PIN.
    public func verifies(_ pin: PIN) throws(UnlockError) -> Bool {
        guard let tried = stretching.key(pin.digits, salt: salt) else { throw .noMemory }
        // Keys are compared in one time, however much of them is alike.
        return tried == SymmetricKey(data: key)
    }

    public func encode(to writer: inout ByteWriter) {
        writer.u8(stretching.logRounds)
        writer.raw(salt)
        writer.raw(key)
    }

    public init(from reader: inout ByteReader) throws(FormatError) {
        stretching = Stretching(logRounds: try reader.u8("rounds"))
        guard Stretching.bounds.contains(stretching.logRounds) else {
            throw FormatError(.outOfLimits, "rounds")
        }
        salt = try reader.raw(Stretching.saltBytes, "salt")
        key = try reader.raw(SealingKey.byteCount, "key")
    }
}
