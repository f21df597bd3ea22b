import Crypto
public import RollcallCore

/// The key under which the values of a restricted class are sealed, wherever they lie.
///
/// The same value in the same field of the same record is sealed to the same bytes, so that every laptop sees alike what is
/// in conflict, whether it can read it or not. (Rogaway and Shrimpton, "Deterministic Authenticated-Encryption", 2006.)
public struct ClassKey: Hashable, Sendable {
    /// P3 health, contacts and statements; P4 what endangers somebody once it is known.
    public static let classes: ClosedRange<UInt8> = 3...4

    public let fieldClass: UInt8
    /// 16 bytes.
    public let secret: [UInt8]
    public let id: UInt32
    private let checking: SymmetricKey
    private let sealing: SymmetricKey

    public static let secretBytes = 16

    public init(_ fieldClass: UInt8, _ secret: [UInt8], _ register: RegisterID) {
        self.fieldClass = fieldClass
        self.secret = secret
        func derived(_ label: StaticString) -> [UInt8] {
            var hash = LabelledHash(label)
            hash.add(register.bytes)
            hash.add(u8: fieldClass)
            hash.add(secret)
            return hash.finish()
        }
        id = derived("rc1.class-id").prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        checking = SymmetricKey(data: derived("rc1.class-check"))
        sealing = SymmetricKey(data: derived("rc1.class-seal"))
    }

    public static func == (left: ClassKey, right: ClassKey) -> Bool {
        left.fieldClass == right.fieldClass && left.secret == right.secret
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(fieldClass)
        hasher.combine(secret)
    }

    /// Whether values of a field are sealed: what says when and at which stage somebody was is compared by everybody.
    public static func seals(_ field: FieldNumber) -> Bool {
        classes.contains(field.fieldClass.rawValue) && field.kind != .event
    }

    /// Where a value stands; nothing opens in another place.
    public struct Place {
        fileprivate var bytes: [UInt8]

        public init(record: ReplicaID, _ counter: UInt64, _ field: FieldNumber) {
            var writer = ByteWriter(reserving: 56)
            record.encode(to: &writer)
            writer.u64(counter)
            writer.u32(field.rawValue)
            bytes = writer.bytes
        }
    }

    private enum Part: UInt8 {
        case value = 1
        case items = 2
    }

    // MARK: - a body

    /// A body as it is stored and sent; one without a value to hide, and one that is sealed already, stays as it is.
    ///
    /// - Parameter openSource: A source that stands beside an open value of the same change, and tells nothing more.
    public func sealed(_ body: Body, at place: Place, openSource: String? = nil) -> Body {
        switch body.content {
        case .removal, .mark, .entry, .event, .verification, .opaque, .sealed: return body
        case .text, .state, .record: break
        }
        var sealed = Body(.sealed(seal(Body(body.content).encoded(), .value, place)))
        var items = ByteWriter()
        if let source = body.source {
            if source == openSource { sealed.source = source } else { items.item(1, source) }
        }
        if let reason = body.reason { items.item(2, reason) }
        if !items.bytes.isEmpty { sealed.sealedItems = seal(items.bytes, .items, place) }
        return sealed
    }

    /// What a sealed body says; nil where this is not its key, or it is of another place.
    public func opened(_ body: Body, at place: Place) -> Body? {
        guard case .sealed(let value) = body.content, let bytes = open(value, .value, place),
            var opened = try? Body(strictly: bytes, bytes.indices)
        else { return nil }
        opened.source = body.source
        opened.reason = body.reason
        if let items = body.sealedItems.flatMap({ open($0, .items, place) }) {
            var reader = ByteReader(items)
            while !reader.isAtEnd {
                guard let type = try? reader.varint("item"), let text = try? reader.text("item")
                else { break }
                if type == 1 { opened.source = text }
                if type == 2 { opened.reason = text }
            }
        }
        return opened
    }

    // MARK: - bytes

    private func seal(_ plain: [UInt8], _ part: Part, _ place: Place) -> SealedBytes {
        let check = check(of: plain, part, place)
        return SealedBytes(keyID: id, check: check, bytes: crypt(Self.padded(plain), check))
    }

    private static func padded(_ plain: [UInt8]) -> [UInt8] {
        let padded = plain + [0x80]
        let over = padded.count % SealedBytes.blockBytes
        guard over > 0 else { return padded }
        return padded + [UInt8](repeating: 0, count: SealedBytes.blockBytes - over)
    }

    private func open(_ sealed: SealedBytes, _ part: Part, _ place: Place) -> [UInt8]? {
        guard sealed.keyID == id else { return nil }
        let found = crypt(sealed.bytes, sealed.check)
        guard let end = found.lastIndex(where: { $0 != 0 }) else { return nil }
        let plain = Array(found[..<end])
        // In one way only, or one value could be written in many.
        guard Self.padded(plain) == found, check(of: plain, part, place) == sealed.check else {
            return nil
        }
        return plain
    }

    private func check(of plain: [UInt8], _ part: Part, _ place: Place) -> [UInt8] {
        var mac = HMAC<SHA256>(key: checking)
        mac.update(data: place.bytes)
        mac.update(data: [part.rawValue])
        mac.update(data: plain)
        return Array(mac.finalize().prefix(SealedBytes.checkBytes))
    }

    /// ChaCha20 under the check as its nonce, which both seals and opens.
    ///
    /// The check stands in for the tag, which would cost 16 bytes a value more and say nothing new.
    private func crypt(_ bytes: [UInt8], _ check: [UInt8]) -> [UInt8] {
        guard let nonce = try? ChaChaPoly.Nonce(data: check),
            let box = try? ChaChaPoly.seal(bytes, using: sealing, nonce: nonce)
        else { preconditionFailure("ChaCha20 takes any bytes under a nonce of 12") }
        return Array(box.ciphertext)
    }
}

extension ByteWriter {
    fileprivate mutating func item(_ type: UInt64, _ text: String) {
        varint(type)
        self.text(text)
    }
}
