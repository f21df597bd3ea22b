public import RollcallCore

/// A one-time code: 95 random bits and a check digit, in 5 groups of 4.
public struct JoinCode: Equatable, Sendable {
    private let digits: [UInt8]

    /// From 19 random digits of 5 bits each.
    public init(using generator: inout some RandomNumberGenerator) {
        let random = (0..<19).map { _ in UInt8.random(in: 0..<32, using: &generator) }
        digits = random + [Base32.checkDigit(random)]
    }

    /// As a person typed it; nil where a digit is wrong or missing.
    public init?(_ text: String) {
        guard let code = try? JoinCode(strictly: text) else { return nil }
        self = code
    }

    /// As a person typed it, or what is wrong with it.
    public init(strictly text: String) throws(FormatError) {
        let random = try Base32.checked(text, digitCount: 20)
        digits = random + [Base32.checkDigit(random)]
    }

    public var text: String {
        stride(from: 0, to: 20, by: 4).map { Base32.text(digits[$0..<($0 + 4)]) }.joined(
            separator: "-")
    }

    /// The key of the proofs.
    public var key: [UInt8] {
        var hash = LabelledHash("rc1.code")
        hash.add(Array(Base32.text(digits.prefix(19)).utf8))
        return hash.finish()
    }
}
