public import RollcallCore
import RollcallWire

/// The entry by which an administrator gives laptops the key of a restricted class.
public struct ClassKeyEntry: Equatable, Sendable {
    public enum Act: UInt8, Sendable {
        /// From now on values are sealed under this key.
        case new = 1
        /// The key is given to further laptops.
        case again = 2
    }

    /// The key for whoever holds an X25519 key that a node named.
    public struct Wrap: Equatable, Sendable {
        public var recipient: AgeRecipient
        public var key: KeyWrap
    }

    public var act: Act
    public var fieldClass: UInt8
    public var keyID: UInt32
    public private(set) var wraps: [Wrap]

    /// - Parameter recipients: Those that hold these keys can open it.
    public init(
        _ act: Act, _ key: ClassKey, for recipients: [AgeRecipient],
        using chance: inout some RandomNumberGenerator
    ) throws(FormatError) {
        self.act = act
        fieldClass = key.fieldClass
        keyID = key.id
        wraps = []
        for recipient in recipients {
            let secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &chance) }
            wraps.append(
                Wrap(
                    recipient: recipient,
                    key: try KeyWrap(
                        key.secret, for: recipient, Self.info, with: try AgeIdentity(secret))))
        }
        wraps.sort { $0.recipient.bytes.lexicographicallyPrecedes($1.recipient.bytes) }
    }

    private static let info = Array("rc1.class-key".utf8)

    /// The key, where one of these opens it.
    ///
    /// One that is not the key whose number stands in the entry means nothing.
    public func key(in register: RegisterID, _ identities: [AgeIdentity]) -> ClassKey? {
        for wrap in wraps {
            for identity in identities where identity.publicKey == wrap.recipient.bytes {
                guard let secret = try? wrap.key.open(identity, Self.info) else { continue }
                let key = ClassKey(fieldClass, secret, register)
                if key.id == keyID { return key }
            }
        }
        return nil
    }

    // MARK: - as bytes

    /// - Throws: `out of limits`, `weak key`, `not sorted`.
    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        guard let act = Act(rawValue: try reader.u8("act")) else {
            throw FormatError(.outOfLimits, "act")
        }
        self.act = act
        fieldClass = try reader.u8("class")
        guard ClassKey.classes.contains(fieldClass) else {
            throw FormatError(.outOfLimits, "class")
        }
        keyID = try reader.u32("key")
        let count = try reader.count("wraps")
        guard count <= Limits.classKeyWrapsMax else { throw FormatError(.tooMany, "wraps") }
        wraps = []
        for _ in 0..<count {
            let recipient = try AgeRecipient(try reader.raw(32, "recipient"))
            if let last = wraps.last?.recipient.bytes,
                !last.lexicographicallyPrecedes(recipient.bytes)
            {
                throw FormatError(.notSorted, "wraps")
            }
            wraps.append(
                Wrap(
                    recipient: recipient,
                    key: KeyWrap(
                        share: try reader.raw(32, "share"), box: try reader.raw(32, "box"))))
        }
        try reader.finish("class key")
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.u8(act.rawValue)
        writer.u8(fieldClass)
        writer.u32(keyID)
        writer.varint(wraps.count)
        for wrap in wraps {
            writer.raw(wrap.recipient.bytes)
            writer.raw(wrap.key.share)
            writer.raw(wrap.key.box)
        }
        return writer.bytes
    }
}
