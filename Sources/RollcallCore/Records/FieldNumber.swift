/// The four kinds of field; each says how concurrent writes stand together.
public enum FieldKind: UInt8, Sendable, CaseIterable {
    /// One value; siblings are kept until a person resolves them.
    case single = 0
    /// Many values; adding wins over removing what the remover had not seen.
    case set = 1
    /// Things that happened, told apart by stage; equal repeats are one.
    case event = 2
    /// Append only.
    case log = 3
}

/// How closely a field's values are kept: P0 counts … P4 danger if known.
public struct FieldClass: Hashable, Sendable {
    public let rawValue: UInt8
    @inlinable
    public init(_ rawValue: UInt8) { self.rawValue = rawValue & 7 }
}

/// A field by number: id·32 + kind·8 + class, so that a node that does not know it treats it alike.
public struct FieldNumber: Hashable, Comparable, Sendable {
    public let rawValue: UInt32

    @inlinable
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    public var kind: FieldKind { FieldKind(rawValue: UInt8(rawValue >> 3 & 3)) ?? .single }
    @inlinable
    public var fieldClass: FieldClass { FieldClass(UInt8(rawValue & 7)) }

    /// Control entries are written to this field.
    public static let entry = FieldNumber(57)
    /// Says that a person removed or restored the whole record.
    public static let removed = FieldNumber(65)
    /// Pieces of lists' files, and of photos: what is large, and waits for all else on the way to others.
    public static let ofParts = [FieldNumber(2796), FieldNumber(2987)]

    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
