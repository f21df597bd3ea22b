/// One field's part of a change: what it replaces, and where its body lies in the change's bodies.
public struct Write: Equatable, Sendable {
    public var field: FieldNumber
    /// The dots that it replaces, in canonical order: the read context.
    public var names: [Dot]
    public var body: Range<Int>

    @inlinable
    public init(field: FieldNumber, names: [Dot], body: Range<Int>) {
        self.field = field
        self.names = names
        self.body = body
    }
}

/// One replica's edit of one record, immutable, named by its dot.
///
/// Its bodies lie end to end in one array, in the order of the writes.
public struct Change: Equatable, Sendable {
    public var dot: Dot
    public var kind: UInt64
    /// The creation dot of the record; equal to `dot` in the change that creates it.
    public var record: Dot
    public var operatorDot: Dot?
    /// Milliseconds since 1970 as the laptop claimed; 0 = not stated.
    ///
    /// It orders nothing.
    public var recordedAt: UInt64
    public var writes: [Write]
    public var extras: [UInt8]
    public var bodies: [UInt8]
    /// Where its values were erased: `u8` class and 32 bytes of commitment for each class, ascending.
    ///
    /// Each of its bodies is one zero byte then.
    public var erased: [UInt8]?

    @inlinable
    public init(
        dot: Dot, kind: UInt64, record: Dot, operatorDot: Dot?, recordedAt: UInt64,
        writes: [Write] = [], extras: [UInt8] = [], bodies: [UInt8] = [], erased: [UInt8]? = nil
    ) {
        self.erased = erased
        self.dot = dot
        self.kind = kind
        self.record = record
        self.operatorDot = operatorDot
        self.recordedAt = recordedAt
        self.writes = writes
        self.extras = extras
        self.bodies = bodies
    }

    /// Adds a write; callers keep fields ascending.
    public mutating func append(_ field: FieldNumber, names: [Dot], body: some Collection<UInt8>) {
        let start = bodies.count
        bodies.append(contentsOf: body)
        writes.append(Write(field: field, names: names, body: start..<bodies.count))
    }

    public var isErased: Bool { erased != nil }

    /// The change without what it said: its header, and its commitments in their place.
    public func erased(_ commitments: [UInt8]) -> Change {
        var change = self
        change.erased = commitments
        change.bodies = [UInt8](repeating: 0, count: writes.count)
        for index in writes.indices { change.writes[index].body = index..<(index + 1) }
        return change
    }

    public func body(of write: Write) -> ArraySlice<UInt8> { bodies[write.body] }

    /// Whether it is applied to no record, whatever record it refers to.
    public var saysNothing: Bool { writes.isEmpty }

    /// A bit for each class in which it has writes; that of class 0 where it has none, so that its salt too is committed to.
    public var classBits: UInt8 {
        guard !saysNothing else { return isPlanted(.saltUncommitted) ? 0 : 1 }
        var bits: UInt8 = 0
        for index in writes.indices { bits |= 1 << writes[index].field.fieldClass.rawValue }
        return bits
    }

    public func write(to field: FieldNumber) -> Write? { writes.first { $0.field == field } }
}

/// What a change is for.
public enum ChangeKind {
    public static let member: UInt64 = 1
    public static let role: UInt64 = 2
    public static let revoke: UInt64 = 3
    public static let close: UInt64 = 4
    public static let erase: UInt64 = 5
    public static let adopt: UInt64 = 6
    public static let `operator`: UInt64 = 7
    public static let retention: UInt64 = 8
    /// Data lane: what somebody did with the register besides writing.
    public static let custody: UInt64 = 9
    public static let recovery: UInt64 = 10
    public static let hold: UInt64 = 11
    public static let key: UInt64 = 12
    public static let classKey: UInt64 = 13
    public static let edit: UInt64 = 16
}
