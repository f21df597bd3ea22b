/// From where somebody knows something, in the one form that has a grade: `document B2: passport`.
///
/// It is a kind, a grade, and after a colon which one, if that is to be said. Any other text is a source too, without a grade.
public struct SourceText: Equatable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case listLine = "list_line"
        case document
        case statement
        case otherSide = "other_side"
        case register, family, witness, visual
    }

    /// How reliable a source is, from A to F, and how credible what it says, from 1 to 6: the Admiralty scale.
    public struct Grade: Equatable, Sendable {
        public let text: String

        /// Nil of what is no grade; letters may be small, or those that look the same on a Cyrillic layout.
        init?(_ text: some StringProtocol) {
            let letters: [Character: Character] = ["А": "A", "В": "B", "С": "C", "Е": "E"]
            let signs = text.uppercased().map { letters[$0] ?? $0 }
            guard signs.count == 2, ("A"..."F").contains(signs[0]),
                ("1"..."6").contains(signs[1])
            else { return nil }
            self.text = String(signs)
        }
    }

    public enum Refusal: Error, Equatable, Sendable {
        case badGrade, unknownKind
    }

    public var kind: Kind
    public var grade: Grade
    /// Which document, whose register; empty where nobody says.
    public var reference: String

    /// Nil of text that is in no such form.
    public init?(_ text: String) {
        guard let found = try? Self.read(text) else { return nil }
        self = found
    }

    public var text: String {
        kind.rawValue + " " + grade.text + (reference.isEmpty ? "" : ": " + reference)
    }

    /// A source as it is kept: what is graded in its one form, all else as it was typed.
    public static func kept(_ text: String) throws(Refusal) -> String {
        try read(text)?.text ?? text
    }

    /// Nil of text that is not meant to have a grade.
    private static func read(_ text: String) throws(Refusal) -> SourceText? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let words = (parts.first ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count >= 2, let typed = words.last, looksLikeGrade(typed) else { return nil }
        let name = words.dropLast().joined(separator: "_").lowercased()
        guard let kind = Kind(rawValue: aliases[name] ?? name) else {
            guard isNearlyKind(name) else { return nil }
            throw .unknownKind
        }
        guard let grade = Grade(typed) else { throw .badGrade }
        let reference = parts.count > 1 ? TidyText(String(parts[1])).text : ""
        return SourceText(kind, grade, reference)
    }

    private init(_ kind: Kind, _ grade: Grade, _ reference: String) {
        (self.kind, self.grade, self.reference) = (kind, grade, reference)
    }

    private static let aliases = [
        "own_statement": "statement", "the_other_side": "other_side", "by_sight": "visual",
    ]

    /// A letter and a digit or two, or the other way round; of `gate B2` and `bus A4` the word before decides.
    private static func looksLikeGrade(_ word: String) -> Bool {
        let signs = word.replacing("-", with: "")
        return (2...3).contains(signs.count) && signs.count(where: \.isLetter) == 1
            && signs.contains(where: \.isNumber)
    }

    private static func isNearlyKind(_ name: String) -> Bool {
        let key = NameKey(name)
        return Kind.allCases.contains { NameKey($0.rawValue).isOneEdit(key) }
    }
}
