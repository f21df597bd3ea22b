/// What is wrong with text that a person gave for a field.
///
/// It names the field, never the text.
public struct InputError: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        case unknownField
        /// A field that only the program itself writes.
        case notWritable
        case unknownState
        case empty
        case tooLong(bytes: Int)
        case controlCharacter
        case badTime
        /// A field whose values are other records.
        case needsRecord
    }

    public var field: String
    public var reason: Reason

    public init(_ reason: Reason, _ field: String) {
        self.reason = reason
        self.field = field
    }
}

extension InputError: CustomStringConvertible {
    public var description: String { "\(field): \(reason)" }
}

extension InputError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownField: "no such field"
        case .notWritable: "not a field that a person writes"
        case .unknownState: "no such state"
        case .empty: "the value is empty"
        case .tooLong(let bytes):
            "the value takes \(bytes) bytes, \(FieldInput.valueBytesMax) is the limit"
        case .controlCharacter: "the value has a control character in it"
        case .needsRecord: "its value is another record's id, which nothing but a command can name"
        case .badTime:
            "no time since 1970 follows the last @, as in 2026-03-01T09:30Z or 2026-03-01T11:30+02:00"
        }
    }
}
