/// A word of a name, as it is compared with other spellings of it: in one script by its letters, across scripts by its sounds.
struct NameKey: Equatable, Sendable {
    /// Small letters alone, Latin ones that somebody typed for Cyrillic ones made Cyrillic.
    let folded: [Character]
    /// Its consonants, and whether it begins with a vowel: what is left where Сергій is Сергей and Олексій Алексей.
    let consonants: [Character]
    let isCyrillic: Bool
    /// What is heard of it, each way that it may be read.
    let sounds: [NameSound]

    init(_ word: String) {
        let letters = word.lowercased().filter(\.isLetter)
        isCyrillic = letters.unicodeScalars.contains { (0x400...0x4ff).contains($0.value) }
        var folded = Array(letters)
        if isCyrillic {
            for place in folded.indices {
                folded[place] = Self.looks[folded[place]] ?? folded[place]
            }
        }
        self.folded = folded
        var kept: [Character] = []
        for (place, letter) in folded.enumerated() {
            let heard = Self.sounds[letter] ?? letter
            if Self.soft.contains(letter) {
                if place == 0 { kept.append("*") }
            } else if kept.last != heard {
                kept.append(heard)
            }
        }
        consonants = kept
        sounds = NameSound.readings(of: folded)
    }

    /// Whether both are heard alike, in whichever script.
    func sounds(as other: NameKey) -> Bool {
        sounds.contains { $0.isTelling && other.sounds.contains($0) }
    }

    /// The same of given names, some of which two languages begin unlike.
    func soundsAsGivenName(_ other: NameKey) -> Bool {
        sounds.contains { one in
            one.isTelling && other.sounds.contains { $0.asGivenName == one.asGivenName }
        }
    }

    /// Whether a person may have written the one for the other: another vowel, or one letter wrong, left out, too many or with its neighbour.
    ///
    /// What is written in the other script is near where it sounds alike.
    func isNearly(_ other: NameKey) -> Bool {
        if folded == other.folded { return true }
        if isCyrillic != other.isCyrillic { return sounds(as: other) }
        guard folded.count > 2, other.folded.count > 2 else { return false }
        if consonants.count > 1, consonants == other.consonants { return true }
        return Self.isOneEdit(folded, other.folded)
    }

    /// Whether one letter at most is wrong, left out, too many or with its neighbour.
    func isOneEdit(_ other: NameKey) -> Bool { Self.isOneEdit(folded, other.folded) }

    private static func isOneEdit(_ one: [Character], _ other: [Character]) -> Bool {
        guard abs(one.count - other.count) <= 1 else { return false }
        let start = zip(one, other).prefix { $0 == $1 }.count
        let (a, b) = (one[start...], other[start...])
        if a.dropFirst() == b.dropFirst() || a.dropFirst() == b || a == b.dropFirst() {
            return true
        }
        return a.count > 1 && b.count > 1 && a.dropFirst(2) == b.dropFirst(2)
            && a[start] == b[start + 1] && a[start + 1] == b[start]
    }

    private static let soft = Set("аеєиіїоуюяёыэйьъaeiouyj")
    private static let sounds: [Character: Character] = ["ґ": "г", "ў": "в", "щ": "ш"]
    private static let looks: [Character: Character] = [
        "a": "а", "b": "в", "c": "с", "e": "е", "h": "н", "i": "і", "k": "к", "m": "м", "o": "о",
        "p": "р", "t": "т", "x": "х", "y": "у",
    ]
}
