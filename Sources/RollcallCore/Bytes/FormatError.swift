/// Why bytes were refused, by the name that the specification gives it.
public enum Refusal: String, Sendable, Equatable, CaseIterable {
    case varintNotMinimal = "varint not minimal"
    case varintTooLong = "varint too long"
    case truncated = "truncated"
    case trailingBytes = "trailing bytes"
    case outOfLimits = "out of limits"
    case badDigit = "bad digit"
    case wrongCheckDigit = "wrong check digit"
    case notUTF8 = "not utf-8"
    case unknownLane = "unknown lane"
    case notSorted = "not sorted"
    case badReference = "bad reference"
    case unknownStart = "unknown start"
    case indexOutOfRange = "index out of range"
    case unknownColumnMode = "unknown column mode"
    case tooManyChanges = "too many changes"
    case tooMany = "too many"
    case frameTooShort = "frame too short"
    case frameTooLong = "frame too long"
    case unknownFlags = "unknown flags"
    case unknownCriticalFrame = "unknown critical frame"
    case inflateFailed = "inflate failed"
    case inflatedTooLong = "inflated too long"
    case badMagic = "bad magic"
    case windowTooSmall = "window too small"
    case badRange = "bad range"
    case unknownRangeForm = "unknown range form"
    case notABundle = "not a bundle"
    case unknownVersion = "unknown version"
    case unknownSeal = "unknown seal"
    case badSignature = "bad signature"
    case badHeader = "bad header"
    case badSeal = "bad seal"
    case sealedForOthers = "sealed for others"
    case chunkMismatch = "chunk mismatch"
    case saltMismatch = "salt mismatch"
    case weakKey = "weak key"
    case valueTooLong = "value too long"
    case changeTooLong = "change too long"
}

/// Bytes that are not what the specification says; always the fault of whoever made them.
///
/// It names the field, never its content.
public struct FormatError: Error, Equatable, Sendable, CustomStringConvertible {
    public var refusal: Refusal
    public var field: String

    @inlinable
    public init(_ refusal: Refusal, _ field: String) {
        self.refusal = refusal
        self.field = field
    }

    public var description: String { "\(refusal.rawValue) (\(field))" }
}
