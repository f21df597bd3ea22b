import RollcallCore

/// Words that stand for a state or a choice in the cells of lists, in Ukrainian, Russian and English.
enum CellWords {
    /// What a cell says that says that nobody knows.
    static func isUnknown(_ cell: String) -> Bool {
        // Nearly every cell is told by its first letters, or is longer than any of these.
        guard cell.utf8.count <= 32, let first = cell.utf8.first else { return false }
        if first == 0xD0 {
            let second = cell.utf8.dropFirst().first
            guard second == 0xBD || second == 0x9D || second == 0xB4 || second == 0x94 else {
                return false
            }
        } else if !"uUnN".utf8.contains(first) {
            return false
        }
        return unknown.contains(plain(cell))
    }

    /// Whether a cell has nothing but a stroke, as where a form may not be left empty.
    static func isStroke(_ cell: String) -> Bool {
        cell.utf8.count <= 12 && cell.allSatisfy { "-–—".contains($0) }
    }

    /// The choice that a cell means, or nil.
    static func choice(_ cell: String, of field: Field) -> String? {
        guard cell.utf8.count <= 64 else { return nil }
        return choices[field.name]?[plain(cell)]
    }

    private static func plain(_ cell: String) -> String {
        cell.lowercased().replacing(".", with: "").split(separator: " ").joined(separator: " ")
    }

    private static let unknown: Set = [
        "не відомо", "невідомо", "не відома", "невідома", "не відомий", "невідомий", "н/в",
        "немає даних", "нема даних", "дані відсутні", "неизвестно", "не известно", "неизвестна",
        "неизвестен", "нет данных", "нет сведений", "unknown", "not known", "no data",
    ]

    private static let choices: [String: [String: String]] = [
        "category": table([
            (
                "military",
                "військовий|військова|військовослужбовець|військовослужбовиця|військовополонений"
                    + "|військовополонена|військові|військ|військовий полонений|военный|военнослужащий"
                    + "|военнослужащая|военнопленный|военнопленная|воен|mil|combatant|prisoner of war|pow"
            ),
            (
                "civilian",
                "цивільний|цивільна|цивільна особа|цивільні|цив|гражданский|гражданская"
                    + "|гражданское лицо|гражд|civ|civil"
            ),
        ]),
        "sex": table([
            ("male", "ч|чол|чоловік|чоловіча|м|муж|мужской|мужчина|man|m"),
            ("female", "ж|жін|жінка|жіноча|жен|женский|женщина|woman|f"),
        ]),
        "seriously_ill": table([("yes", "так|да"), ("no", "ні|нет")]),
    ]

    private static func table(_ words: [(choice: String, words: String)]) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: words.flatMap { choice, words in
                words.split(separator: "|").map { (String($0), choice) }
            })
    }
}
