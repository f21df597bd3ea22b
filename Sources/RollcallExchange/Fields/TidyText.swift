import Foundation

/// Text as a record keeps it: in NFC, no white space around it, lines ended by a line feed.
struct TidyText {
    private(set) var text: String
    private(set) var hasLinesOrTabs = false
    private(set) var hasControlCharacters = false

    var isEmpty: Bool { text.isEmpty }
    var byteCount: Int { text.utf8.count }

    init(_ text: String) { self.init(text.utf8Span) }

    init(_ utf8: UTF8Span) {
        text = String(copying: utf8)
        if !Self.isPlainlyTidy(utf8.span) { tidy() }
    }

    /// Whether a glance at the bytes tells that nothing need be done.
    ///
    /// Nearly every cell passes: up to U+02FF, and from U+0400 to U+047F, where the Cyrillic of
    /// Ukrainian and its neighbours lies, no code point combines with the one before it and each
    /// is its own NFC.
    private static func isPlainlyTidy(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return true }
        let space = UInt8(ascii: " ")
        guard bytes[0] != space, bytes[bytes.count - 1] != space else { return false }
        for index in bytes.indices {
            let byte = bytes[index]
            // 0xC2 leads the C1 controls and the no-break space, 0xD0 and 0xD1 that Cyrillic.
            let isPlain =
                byte >= 0x20 && byte < 0xCC && byte != 0x7F && byte != 0xC2 || byte & 0xFE == 0xD0
            if !isPlain { return false }
        }
        return true
    }

    private mutating func tidy() {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else {
            text = ""
            return
        }
        var kept = String.UnicodeScalarView()
        var wasReturn = false
        for scalar in scalars[first...last] {
            switch scalar {
            case "\r": kept.append("\n")
            case "\n" where wasReturn: break
            default: kept.append(scalar)
            }
            wasReturn = scalar == "\r"
            switch scalar {
            case "\n", "\r", "\t": hasLinesOrTabs = true
            case "\0"..<" ", "\u{7F}"..."\u{9F}": hasControlCharacters = true
            default: break
            }
        }
        text = String(kept)
        guard !Self.hasEndlessMarks(kept) else {
            // Refused like a control character, and not normalised: that takes time by the square of the marks.
            hasControlCharacters = true
            return
        }
        // Twice, where needed: after one pass of Foundation's the Tibetan vowels U+0F73, U+0F75 and
        // U+0F81 leave the marks around them out of order.
        for _ in 1...2 where !isNFC { text = text.precomposedStringWithCanonicalMapping }
    }

    /// Whether more marks stand on one letter than in any language: Unicode's stream-safe form has up to 30.
    private static func hasEndlessMarks(_ scalars: String.UnicodeScalarView) -> Bool {
        var markCount = 0
        for scalar in scalars {
            let isMark =
                scalar.value >= 0x300 && scalar.properties.canonicalCombiningClass != .notReordered
            markCount = isMark ? markCount + 1 : 0
            if markCount > 30 { return true }
        }
        return false
    }

    private var isNFC: Bool {
        var utf8 = text.utf8Span
        return utf8.checkForNFC(quickCheck: false)
    }
}
