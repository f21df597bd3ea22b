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
    private let checking: [UInt8]
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
        checking = derived("rc1.class-checking")
        sealing = SymmetricKey(data: derived("rc1.class-sealing"))
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
        let bytes = body.encoded()
        let source = openSource.map { Array($0.utf8) }
        guard let sealed = sealed(bytes[...], at: place, openSource: source) else { return body }
        return Body(sealed, sealed.indices)
    }

    /// As ``sealed(_:at:openSource:)``, byte by byte: a roster has a million of them.
    ///
    /// - Returns: Nil for a body that is not sealed.
    package func sealed(
        _ body: ArraySlice<UInt8>, at place: Place, openSource: [UInt8]?
    ) -> [UInt8]? {
        body.withUnsafeBufferPointer { body in
            guard let (head, value) = Body.parts(body, 0..<body.count) else { return nil }
            var plain = ByteWriter(reserving: value.count + 2)
            switch head.isEmpty ? Body.textForm : body[head.lowerBound] {
            case Body.textForm: plain.u8(0)
            case Body.stateForm:
                plain.u8(1)
                plain.u8(Body.stateForm)
            default: return nil
            }
            plain.raw(UnsafeBufferPointer(rebasing: body[value]))
            var sealed = ByteWriter(reserving: value.count + 96)
            guard let items = items(of: body, head, openSource, place) else { return nil }
            sealed.varint(items.count + 1)
            sealed.u8(Body.sealedForm)
            sealed.raw(items)
            append(seal(plain.bytes, .value, place), to: &sealed)
            return sealed.bytes
        }
    }

    /// The items of a sealed body's head; nil where those of the body cannot be read.
    private func items(
        of body: UnsafeBufferPointer<UInt8>, _ head: Range<Int>, _ openSource: [UInt8]?,
        _ place: Place
    ) -> [UInt8]? {
        guard head.count > 1 else { return [] }
        let bytes = Array(body[head])
        var reader = ByteReader(bytes, 1..<bytes.count)
        var kept = ByteWriter()
        var hidden = ByteWriter()
        while !reader.isAtEnd {
            guard let type = try? reader.varint("item"),
                let range = try? reader.byteStringRange("item")
            else { return nil }
            if type == 1, let openSource, bytes[range].elementsEqual(openSource) {
                kept.item(type, bytes[range])
            } else if type == 1 || type == 2 {
                hidden.item(type, bytes[range])
            }
        }
        if !hidden.bytes.isEmpty {
            var box = ByteWriter()
            append(seal(hidden.bytes, .items, place), to: &box)
            kept.item(3, box.bytes[...])
        }
        return kept.bytes
    }

    private func append(_ sealed: SealedBytes, to writer: inout ByteWriter) {
        writer.u32(sealed.keyID)
        writer.raw(sealed.check)
        writer.raw(sealed.bytes)
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
        var hash = LabelledHash("rc1.class-check", reserving: 120 + plain.count)
        hash.add(checking)
        hash.add(place.bytes)
        hash.add(u8: part.rawValue)
        hash.add(plain)
        return hash.finish12()
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
    fileprivate mutating func item(_ type: UInt64, _ bytes: ArraySlice<UInt8>) {
        varint(type)
        byteString(bytes)
    }
}
