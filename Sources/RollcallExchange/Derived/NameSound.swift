/// What is heard of a word, whichever of the usual spellings wrote it, in Cyrillic or Latin: consonants alone, and whether it begins with a
/// vowel.
///
/// Vowels are where spellings part most (Сергій, Serhii, Sergey), and letters that one script writes with several are one sound here:
/// щ, shch and sch; ж, zh and j; х, kh, г, g and h; ц, ts, tc and c; в, v and w. That Гончар and Хончар sound alike is the price: what
/// sounds alike is offered to a person and never taken for the same.
struct NameSound: Hashable, Sendable {
    /// One letter of Latin for each sound.
    let sounds: [UInt8]

    /// Every reading of a word: j, c and ch are written for more than one sound.
    static func readings(of word: [Character]) -> [NameSound] {
        let letters = word.prefix(lettersMax)
        var made: [[UInt8]] = [[]]
        var place = 0
        while place < letters.count {
            let (heard, taken) = next(letters, place)
            let isFirst = place == 0
            place += taken
            guard let first = heard.first, !made.isEmpty else { continue }
            if heard.count == 1 {
                for index in made.indices { append(first, to: &made[index], isFirst) }
            } else {
                made = made.prefix(readingsMax / 2).flatMap { before in
                    heard.map { sound in
                        var reading = before
                        append(sound, to: &reading, isFirst)
                        return reading
                    }
                }
            }
        }
        return made.map { NameSound(sounds: $0) }
    }

    private static let readingsMax = 8
    /// No name is so long: whoever writes one wants others to wait.
    private static let lettersMax = 40

    /// Whether there is enough of it to tell names apart.
    var isTelling: Bool { sounds.count > 1 }

    /// Whether one sound is wrong, left out or too many; of short words that would be any other word.
    func isNearly(_ other: NameSound) -> Bool {
        let (a, b) = (sounds, other.sounds)
        guard a.count > 3, b.count > 3, abs(a.count - b.count) <= 1 else { return false }
        let start = zip(a, b).prefix { $0 == $1 }.count
        let (restA, restB) = (a[start...], b[start...])
        return restA.dropFirst() == restB.dropFirst() || restA.dropFirst() == restB
            || restA == restB.dropFirst()
    }

    /// A given name of which Ukrainian and Russian do not share the consonants, as the one for both.
    var asGivenName: NameSound { Self.twins[self] ?? self }

    private static func append(_ sound: String, to reading: inout [UInt8], _ isFirst: Bool) {
        if sound.isEmpty {
            if isFirst { reading.append(UInt8(ascii: "*")) }
            return
        }
        for byte in sound.utf8 where reading.last != byte { reading.append(byte) }
    }

    /// What is heard at a place, each way that it is read, and of how many letters; nothing of what is no letter of a name.
    private static func next(_ letters: ArraySlice<Character>, _ place: Int) -> ([String], Int) {
        if startsSeveral.contains(letters[place]) {
            for count in stride(from: min(4, letters.count - place), to: 1, by: -1) {
                if let heard = together[String(letters[place..<(place + count)])] {
                    return (heard, count)
                }
            }
        }
        return (alone[letters[place]] ?? [], 1)
    }

    private static let together: [String: [String]] = [
        "shch": ["X"], "sch": ["X"], "sh": ["X"], "шч": ["X"], "tsch": ["Q"], "tch": ["Q"],
        "ch": ["Q", "G"], "cz": ["Q"], "zh": ["J"], "kh": ["G"], "gh": ["G"], "ts": ["C"],
        "tz": ["C"], "tc": ["C"], "тс": ["C"], "тьс": ["C"], "ck": ["K"], "ph": ["F"], "th": ["T"],
    ]
    private static let startsSeveral = Set(together.keys.compactMap(\.first))

    private static let alone: [Character: [String]] = {
        let sounds = [
            ("", "аеєиіїоуюяёыэйьъaeiouy"), ("B", "бb"), ("V", "вўvw"), ("G", "гґхgh"),
            ("D", "дd"), ("J", "жž"), ("Z", "зz"), ("K", "кkq"), ("L", "лl"), ("M", "мm"),
            ("N", "нn"), ("P", "пp"), ("R", "рr"), ("S", "сs"), ("T", "тt"), ("F", "фf"),
            ("C", "ц"), ("Q", "чč"), ("X", "шщš"), ("KS", "x"),
        ]
        var all: [Character: [String]] = ["j": ["J", ""], "c": ["C", "K"]]
        for (sound, letters) in sounds { for letter in letters { all[letter] = [sound] } }
        return all
    }()

    /// Микола and Николай, Костянтин and Константин, Пилип and Филипп, Йосип and Иосиф, Микита and Никита.
    private static let twins = Dictionary(
        uniqueKeysWithValues: [
            ("NKL", "MKL"), ("KNSTNTN", "KSTNTN"), ("FLP", "PLP"), ("*SF", "*SP"), ("NKT", "MKT"),
        ].map { (NameSound(sounds: Array($0.0.utf8)), NameSound(sounds: Array($0.1.utf8))) })
}

/// What is heard of the words of a text, as text: to be kept in an index and found again by whoever types another spelling.
public enum SoundWords {
    /// Each reading of each word that is telling.
    public static func sounds(of text: String) -> [String] {
        text.split { !$0.isLetter && !"'’ʼ".contains($0) }.flatMap { word in
            NameKey(String(word)).sounds.filter(\.isTelling).map {
                String(decoding: $0.sounds, as: UTF8.self)
            }
        }
    }
}
