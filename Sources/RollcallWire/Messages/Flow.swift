public import RollcallCore

/// What a sender means to send now, for people to see.
public struct Plan: Equatable, Sendable {
    public var controlChanges: UInt64
    public var controlBytes: UInt64
    public var dataChanges: UInt64
    public var dataBytes: UInt64

    public init(
        controlChanges: UInt64, controlBytes: UInt64, dataChanges: UInt64, dataBytes: UInt64
    ) {
        self.controlChanges = controlChanges
        self.controlBytes = controlBytes
        self.dataChanges = dataChanges
        self.dataBytes = dataBytes
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        for number in [controlChanges, controlBytes, dataChanges, dataBytes] {
            writer.varint(number)
        }
        return writer.bytes
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        controlChanges = try reader.varint("control changes")
        controlBytes = try reader.varint("control bytes")
        dataChanges = try reader.varint("data changes")
        dataBytes = try reader.varint("data bytes")
        try reader.finish("plan")
    }
}

/// What is durable and decided here.
public struct Ack: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        public var tag: UInt64
        public var height: UInt64
        public init(tag: UInt64, height: UInt64) {
            self.tag = tag
            self.height = height
        }
    }

    public var entries: [Entry]

    public init(entries: [Entry]) { self.entries = entries }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(entries.count)
        for entry in entries {
            writer.u64(entry.tag)
            writer.varint(entry.height)
        }
        return writer.bytes
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        entries = []
        for _ in 0..<(try reader.count("ack", max: Limits.haveEntriesMax)) {
            let entry = Entry(
                tag: try reader.u64("replica tag"), height: try reader.varint("height"))
            guard entry.height <= Dot.counterMax else { throw FormatError(.badReference, "height") }
            entries.append(entry)
        }
        try reader.finish("ack")
    }
}

/// How many more bytes the peer may send.
public struct Credit: Equatable, Sendable {
    public var byteCount: UInt64

    public init(byteCount: UInt64) { self.byteCount = byteCount }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(byteCount)
        return writer.bytes
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        byteCount = try reader.varint("credit")
        try reader.finish("credit")
    }
}

/// Why a session ends.
public struct Bye: Equatable, Sendable {
    public enum Reason: UInt64, Sendable, CaseIterable {
        case done = 0
        case goingDown = 1
        case version = 2
        case register = 3
        case protocolError = 4
        case unknownCriticalFrame = 5
        case tooLong = 6
        case notAMember = 7
        case invalidSegment = 8
        case fork = 9
        case creditExceeded = 10
        case idle = 11
        case duplicateSession = 12
        case joinRefused = 13
        case joinClosed = 14
        case disk = 15
        case disconnected = 16
        case takenOut = 17
    }

    public var reason: UInt64
    /// For people; never holds a value of a record.
    public var text: String

    public init(_ reason: Reason, _ text: String) {
        self.reason = reason.rawValue
        self.text = text
    }

    public var knownReason: Reason? { Reason(rawValue: reason) }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(reason)
        writer.text(text)
        return writer.bytes
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        reason = try reader.varint("reason")
        text = try reader.text("text", max: Limits.byeTextBytesMax)
        try reader.finish("bye")
    }
}

/// Where nodes can perhaps be reached: hints, believed only as far as a dial proves them.
public struct Addresses: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        public var node: NodeID
        public var addresses: [String]
        public init(node: NodeID, addresses: [String]) {
            self.node = node
            self.addresses = addresses
        }
    }

    public var entries: [Entry]

    public init(entries: [Entry]) { self.entries = entries }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(entries.count)
        for entry in entries {
            entry.node.encode(to: &writer)
            writer.varint(entry.addresses.count)
            for address in entry.addresses { writer.text(address) }
        }
        return writer.bytes
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        entries = []
        for _ in 0..<(try reader.count("addresses", max: Limits.addressesMax)) {
            let node = try NodeID(from: &reader, "node")
            var addresses: [String] = []
            for _ in 0..<(try reader.count("addresses of a node", max: Limits.addressesPerNodeMax))
            {
                addresses.append(try reader.text("address", max: Limits.addressTextBytesMax))
            }
            entries.append(Entry(node: node, addresses: addresses))
        }
        try reader.finish("addresses")
    }
}

/// Control changes that show a stranger to be a member.
public struct Admission: Equatable, Sendable {
    /// Changes messages, each defining all its replicas itself.
    public var messages: [[UInt8]]

    public init(messages: [[UInt8]]) { self.messages = messages }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(messages.count)
        for message in messages { writer.byteString(message) }
        return writer.bytes
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        guard bytes.count <= Limits.admissionBytesMax else {
            throw FormatError(.outOfLimits, "admission")
        }
        var reader = ByteReader(bytes)
        let count = try reader.count("admission", min: 1, max: Limits.admissionMessagesMax)
        messages = []
        for _ in 0..<count { messages.append(try reader.byteString("admission message")) }
        try reader.finish("admission")
    }
}
