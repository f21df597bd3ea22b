/// The number that a person is called by instead of their name: three letters of the laptop that gave it, digits, a check letter.
///
/// Its letters look alike in the Latin and the Cyrillic alphabet, so that it can be read and typed in both.
public struct Slip: Equatable, Sendable {
    public let text: String

    static let letters = Array("ABCEHKMOPTX")

    /// - Parameters:
    ///   - seed: Of the laptop: any number that others have not.
    ///   - number: From 1.
    public init(seed: UInt64, number: Int) {
        var rest = seed
        var prefix = ""
        for _ in 0..<3 {
            prefix.append(Self.letters[Int(rest % 11)])
            rest /= 11
        }
        let body = prefix + String(number)
        text = body + String(Self.check(body))
    }

    /// Catches every single wrong character and every swap of two neighbours: a weighted sum modulo 11, a prime.
    private static func check(_ body: String) -> Character {
        let sum = body.enumerated().reduce(0) { sum, next in
            let value = letters.firstIndex(of: next.element) ?? next.element.wholeNumberValue ?? 0
            return sum + (next.offset % 10 + 1) * value
        }
        return letters[sum % 11]
    }

    /// Reads a slip as somebody typed it: in either alphabet, in small letters, with spaces; nil for what is none.
    public init?(typed: String) {
        let look: [Character: Character] = [
            "А": "A", "В": "B", "С": "C", "Е": "E", "Н": "H", "К": "K", "М": "M", "О": "O",
            "Р": "P",
            "Т": "T", "Х": "X",
        ]
        let plain = String(
            typed.uppercased().filter { !$0.isWhitespace && $0 != "-" }.map { look[$0] ?? $0 })
        let digits = plain.dropFirst(3).dropLast()
        guard plain.prefix(3).count == 3, plain.prefix(3).allSatisfy(Self.letters.contains),
            !digits.isEmpty, digits.count <= 9, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            plain.last == Self.check(String(plain.dropLast()))
        else { return nil }
        text = plain
    }

    /// Its number, where it is of the laptop with this seed.
    public func number(of seed: UInt64) -> Int? {
        let number = Int(text.dropFirst(3).dropLast())
        return number.flatMap { Slip(seed: seed, number: $0) == self ? $0 : nil }
    }
}
