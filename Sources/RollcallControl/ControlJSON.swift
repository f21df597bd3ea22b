public import Foundation

/// The one way in which JSON is written between programs, so that equal content is equal bytes.
public enum ControlJSON {
    /// Writes a value as one line of JSON, keys sorted, without the line's end.
    public static func encode(_ value: some Encodable) throws -> Data {
        try encoder.encode(value)
    }

    /// One for all, and never changed: a list of many rows should not make one for each.
    private static let encoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    /// Reads a value from JSON.
    public static func decode<Value: Decodable>(_ type: Value.Type, from json: Data) throws -> Value
    {
        try JSONDecoder().decode(type, from: json)
    }
}

/// A value that may be unknown, and then is written as an explicit `null`.
///
/// Swift's own optionals leave the key out; scripts were promised that every key is there.
@propertyWrapper
public struct OrNull<Value> {
    public var wrappedValue: Value?

    public init(wrappedValue: Value?) {
        self.wrappedValue = wrappedValue
    }
}

extension OrNull: Sendable where Value: Sendable {}
extension OrNull: Equatable where Value: Equatable {}

extension OrNull: Encodable where Value: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue {
            try container.encode(wrappedValue)
        } else {
            try container.encodeNil()
        }
    }
}

extension OrNull: Decodable where Value: Decodable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
    }
}

extension KeyedDecodingContainer {
    /// Reads a value that may be `null`, or left out by an older program.
    public func decode<Value: Decodable>(
        _ type: OrNull<Value>.Type, forKey key: Key
    ) throws -> OrNull<Value> {
        OrNull(wrappedValue: try decodeIfPresent(Value.self, forKey: key))
    }
}
