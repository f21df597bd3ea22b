/// Words of names, ready to be compared; the same word is looked at once.
struct NameKeys {
    private var known: [String: NameKey] = [:]

    /// More than any exchange has: a register's worth of names is let go of rather than kept.
    private static let knownMax = 50_000

    mutating func key(_ word: String) -> NameKey {
        if let key = known[word] { return key }
        if known.count >= Self.knownMax { known = [:] }
        let key = NameKey(word)
        known[word] = key
        return key
    }

    mutating func keys(_ texts: [String]) -> [NameKey] {
        texts.prefix(Self.wordsMax).flatMap { text in
            text.split(maxSplits: Self.wordsMax) { !$0.isLetter && !Self.marks.contains($0) }
                .prefix(Self.wordsMax).map { key(String($0.prefix(Self.lettersMax))) }
        }.filter { !$0.folded.isEmpty }
    }

    /// Nobody has more names, nor longer ones: whoever writes them wants others to wait.
    private static let wordsMax = 12
    private static let lettersMax = 40

    private static let marks: Set<Character> = ["'", "’", "ʼ", "`", "´", "′", "‘", "*"]
}

/// A name that is asked for, in one way of reading what was typed.
struct SoughtName: Sendable {
    var surname: [NameKey]
    var given: [NameKey]
    var patronymic: [NameKey]
    /// Whether it was read on another layout of the keyboard than it was typed on.
    var isOtherLayout: Bool
    /// Whether surname and given name were changed for each other.
    var isTurned = false

    /// All ways to read it: as typed, on other layouts, and with the surname behind.
    static func readings(
        surname: [String], given: [String], patronymic: [String], _ keys: inout NameKeys
    ) -> [SoughtName] {
        var readings = [SoughtName(surname, given, patronymic, isOtherLayout: false, &keys)]
        let typed = [surname, given, patronymic].map { $0.map { $0.lowercased() } }
        for way in KeyboardLayout.ways {
            let read = typed.map { $0.map(way) }
            guard read != typed else { continue }
            readings.append(
                SoughtName(read[0], read[1], read[2], isOtherLayout: true, &keys))
        }
        return readings
            + readings.filter { !$0.given.isEmpty }.map { name in
                var turned = name
                (turned.surname, turned.given, turned.isTurned) = (name.given, name.surname, true)
                return turned
            }
    }

    private init(
        _ surname: [String], _ given: [String], _ patronymic: [String], isOtherLayout: Bool,
        _ keys: inout NameKeys
    ) {
        self.surname = keys.keys(surname)
        self.given = keys.keys(given)
        self.patronymic = keys.keys(patronymic)
        self.isOtherLayout = isOtherLayout
        // A whole name in one field is one whose words stand in the usual order.
        if self.given.isEmpty, self.surname.count > 1 {
            let words = self.surname
            (self.surname, self.given) = ([words[0]], [words[1]])
            if self.patronymic.isEmpty { self.patronymic = Array(words.dropFirst(2)) }
        }
    }
}
