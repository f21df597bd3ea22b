/// A state in place of a value.
public enum ValueState: UInt8, Sendable, CaseIterable {
    case unknown = 1
    case refused = 2
    case unable = 3
    case notAsked = 4
    case withheld = 5

    public var name: String {
        switch self {
        case .unknown: "unknown"
        case .refused: "refused"
        case .unable: "unable"
        case .notAsked: "not_asked"
        case .withheld: "withheld"
        }
    }

    public init?(name: String) {
        // By bytes: text is compared as people see it, which takes long where many marks stand on one letter.
        guard let found = Self.allCases.first(where: { $0.name.utf8.elementsEqual(name.utf8) })
        else { return nil }
        self = found
    }
}

/// A value, or what stands beside it, sealed under the key of a restricted class.
public struct SealedBytes: Hashable, Sendable {
    /// By which the key is found.
    public var keyID: UInt32
    /// Made from what is sealed: the same value in one field of one record has the same, and nothing else opens to it.
    public var check: [UInt8]
    public var bytes: [UInt8]

    public static let checkBytes = 12
    /// What is sealed is filled up to a multiple of so many bytes, so that its length says less.
    public static let blockBytes = 16

    public init(keyID: UInt32, check: [UInt8], bytes: [UInt8]) {
        self.keyID = keyID
        self.check = check
        self.bytes = bytes
    }

    func encode(to writer: inout ByteWriter) {
        writer.u32(keyID)
        writer.raw(check)
        writer.raw(bytes)
    }

    init(from reader: inout ByteReader) throws(FormatError) {
        keyID = try reader.u32("key")
        check = try reader.raw(Self.checkBytes, "check")
        bytes = try reader.raw(reader.bytesLeft, "sealed")
        guard !bytes.isEmpty, bytes.count % Self.blockBytes == 0 else {
            throw FormatError(.badSeal, "sealed")
        }
    }
}

/// What a write claims: the form and value of its body.
public enum Content: Hashable, Sendable {
    case text(String)
    case state(ValueState)
    case removal
    case event(stage: String, time: UInt64)
    case entry([UInt8])
    case mark(Mark)
    /// Another record.
    case record(NamedDot)
    case verification(Verification)
    /// A value that only those laptops can read that have the key of its class.
    case sealed(SealedBytes)
    /// A form that this program does not know, or bytes that are not what their form says: kept whole.
    case opaque([UInt8])

    /// Whether a person would call the two the same.
    public func says(sameAs other: Content) -> Bool { likeness == other.likeness }

    /// What contents have in common that a person would call the same.
    enum Likeness: Hashable {
        case content(Content)
        case bytes([UInt8], time: UInt64?)
        case mark(isRemoved: Bool)
    }

    /// Short text as people see it, long text by its bytes; nodes write NFC, where that is the same.
    ///
    /// String equality is canonical equivalence, which takes time by the square of how many marks stand on one letter:
    /// over a second for 64 KiB of them.
    var likeness: Likeness {
        switch self {
        case .text(let text) where text.utf8.count > Self.equivalentBytesMax:
            .bytes(Array(text.utf8), time: nil)
        case .event(let stage, let time) where stage.utf8.count > Self.equivalentBytesMax:
            .bytes(Array(stage.utf8), time: time)
        case .mark(let mark): .mark(isRemoved: mark.isRemoved)
        default: .content(self)
        }
    }

    private static let equivalentBytesMax = 1_024
}

/// The content of a write with where it is from.
public struct Body: Hashable, Sendable {
    public var content: Content
    public var source: String?
    public var reason: String?
    /// Source and reason where only those may read them who may read the value.
    public var sealedItems: SealedBytes?

    public init(_ content: Content, source: String? = nil, reason: String? = nil) {
        self.content = content
        self.source = source
        self.reason = reason
    }

    /// The most bytes that a body may have, and a text in it.
    public static let bytesMax = textBytesMax + 4_096
    public static let textBytesMax = 65_536

    enum Form {
        static let text: UInt8 = 0, state: UInt8 = 1, removal: UInt8 = 2, event: UInt8 = 3,
            entry: UInt8 = 4, mark: UInt8 = 5, sealed: UInt8 = 6, record: UInt8 = 7,
            verification: UInt8 = 8
    }
    public static let textForm = Form.text, stateForm = Form.state, sealedForm = Form.sealed

    enum Item { static let source: UInt64 = 1, reason: UInt64 = 2, sealed: UInt64 = 3 }

    // MARK: writing

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        encode(to: &writer)
        return writer.bytes
    }

    /// What stands before the text in a body of plain text from a source: the same for every cell of a roster.
    public static func textHead(source: String) -> [UInt8] {
        var head = ByteWriter()
        head.u8(Form.text)
        head.varint(Item.source)
        head.text(source)
        var writer = ByteWriter()
        writer.byteString(head.bytes)
        return writer.bytes
    }

    public func encode(to writer: inout ByteWriter) {
        var head = ByteWriter()
        var value = ByteWriter()
        switch content {
        case .text(let text):
            head.u8(Form.text)
            value.raw(text.utf8)
        case .state(let state):
            head.u8(Form.state)
            value.u8(state.rawValue)
        case .removal:
            head.u8(Form.removal)
        case .event(let stage, let time):
            head.u8(Form.event)
            value.text(stage)
            value.varint(time)
        case .entry(let bytes):
            head.u8(Form.entry)
            value.raw(bytes)
        case .mark(let mark):
            head.u8(Form.mark)
            mark.encode(to: &value)
        case .record(let name):
            head.u8(Form.record)
            name.encode(to: &value)
        case .verification(let verification):
            head.u8(Form.verification)
            verification.encode(to: &value)
        case .sealed(let sealed):
            head.u8(Form.sealed)
            sealed.encode(to: &value)
        case .opaque(let bytes):
            writer.raw(bytes)
            return
        }
        if let source {
            head.varint(Item.source)
            head.text(source)
        }
        if let reason {
            head.varint(Item.reason)
            head.text(reason)
        }
        if let sealedItems {
            var sealed = ByteWriter()
            sealedItems.encode(to: &sealed)
            head.varint(Item.sealed)
            head.byteString(sealed.bytes)
        }
        // Plain text is how most bodies are: its head is empty.
        writer.byteString(head.bytes == [Form.text] ? [] : head.bytes)
        writer.raw(value.bytes)
    }

    // MARK: reading

    /// Where the head ends and the value begins; any body has this shape.
    public static func valueStart(_ bytes: [UInt8], _ range: Range<Int>) throws(FormatError) -> (
        head: Range<Int>, value: Range<Int>
    ) {
        var reader = ByteReader(bytes, range)
        let head = try reader.byteStringRange("body head")
        return (head, reader.index..<range.upperBound)
    }

    /// As ``valueStart(_:_:)``, for whoever goes through many bodies; nil if there is no head.
    @inlinable
    public static func parts(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
    ) -> (head: Range<Int>, value: Range<Int>)? {
        var start = range.lowerBound
        var length = 0
        var shift = 0
        while start < range.upperBound, shift < 28 {
            let byte = bytes[start]
            start += 1
            length |= Int(byte & 0x7f) << shift
            shift += 7
            guard byte < 0x80 else { continue }
            guard length <= range.upperBound - start else { return nil }
            return (start..<(start + length), (start + length)..<range.upperBound)
        }
        return nil
    }

    /// Reads a body.
    ///
    /// What this program does not know, or finds odd, it keeps as opaque content.
    public init(_ bytes: [UInt8], _ range: Range<Int>) {
        if let known = try? Body(strictly: bytes, range) {
            self = known
        } else {
            self.init(.opaque(Array(bytes[range])))
        }
    }

    public init(strictly bytes: [UInt8], _ range: Range<Int>) throws(FormatError) {
        guard range.count <= Self.bytesMax else { throw FormatError(.valueTooLong, "body") }
        let (headRange, valueRange) = try Self.valueStart(bytes, range)
        var head = ByteReader(bytes, headRange)
        let form = head.isAtEnd ? Form.text : try head.u8("form")
        var lastType: UInt64?
        while !head.isAtEnd {
            let type = try head.varint("head item type")
            if let lastType, type <= lastType { throw FormatError(.notSorted, "head items") }
            lastType = type
            switch type {
            case Item.source: source = try head.text("source")
            case Item.reason: reason = try head.text("reason")
            case Item.sealed where form == Form.sealed:
                var sealed = ByteReader(bytes, try head.byteStringRange("sealed items"))
                sealedItems = try SealedBytes(from: &sealed)
            default: _ = try head.byteStringRange("head item")
            }
        }
        var value = ByteReader(bytes, valueRange)
        if let known = try Self.content(form: form, &value) {
            content = known
            try value.finish("value")
        } else {
            content = .opaque(Array(bytes[range]))
        }
    }

    /// Nil for a form that this program does not know.
    private static func content(form: UInt8, _ value: inout ByteReader) throws(FormatError)
        -> Content?
    {
        switch form {
        case Form.text:
            guard value.bytesLeft > 0 else { throw FormatError(.outOfLimits, "text value") }
            let range = try value.range(of: value.bytesLeft, "text value")
            guard range.count <= textBytesMax else {
                throw FormatError(.valueTooLong, "text value")
            }
            guard let text = String(validating: value.bytes[range], as: UTF8.self) else {
                throw FormatError(.notUTF8, "text value")
            }
            return .text(text)
        case Form.state:
            guard let state = ValueState(rawValue: try value.u8("state")) else {
                throw FormatError(.outOfLimits, "state")
            }
            return .state(state)
        case Form.removal: return .removal
        case Form.event:
            return .event(stage: try value.text("stage"), time: try value.varint("event time"))
        case Form.entry: return .entry(try value.raw(value.bytesLeft, "entry"))
        case Form.mark: return .mark(try Mark(from: &value))
        case Form.sealed: return .sealed(try SealedBytes(from: &value))
        case Form.record: return .record(try NamedDot(from: &value, "record"))
        case Form.verification: return .verification(try Verification(from: &value))
        default: return nil
        }
    }
}
