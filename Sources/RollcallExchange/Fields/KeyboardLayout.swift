/// What was typed, as the same keys would have typed it on another layout.
///
/// Whoever types on the wrong layout sees it late, and on a search never: it is found by trying.
public enum KeyboardLayout {
    private static let latin = Array("qwertyuiop[]asdfghjkl;'zxcvbnm,.")
    private static let cyrillic = [
        Array("йцукенгшщзхїфівапролджєячсмитьбю"), Array("йцукенгшщзхъфывапролджэячсмитьбю"),
    ]

    /// The other readings of a text, without itself; none twice.
    public static func others(of text: String) -> [String] {
        let typed = text.lowercased()
        var found: [String] = []
        for way in ways {
            let read = way(typed)
            if read != typed, !found.contains(read) { found.append(read) }
        }
        return found
    }

    /// Each way to read what was typed: as on either Cyrillic layout, or from it as on the Latin one.
    static let ways: [@Sendable (String) -> String] = cyrillic.flatMap { row in
        [(latin, row), (row, latin)].map { from, to in
            let map = Dictionary(zip(from, to), uniquingKeysWith: { first, _ in first })
            return { text in String(text.lowercased().map { map[$0] ?? $0 }) }
        }
    }
}
