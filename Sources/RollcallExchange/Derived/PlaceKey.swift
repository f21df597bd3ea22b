/// Where somebody is from, as words that can be compared: of one region, whether as Житомирська or as Zhytomyr.
struct PlaceKey: Sendable {
    /// Each word as it is heard, and whether it named a region by its adjective.
    let words: [(sounds: [NameSound], isRegion: Bool)]

    init(_ text: String) {
        words = text.lowercased().split { !$0.isLetter && $0 != "'" && $0 != "’" && $0 != "ʼ" }
            .prefix(Self.wordsMax).map(String.init).filter {
                !Self.common.contains($0) && $0.count > 2
            }
            .map { word in
                let stem = Self.stem(word)
                return (NameKey(stem).sounds, stem != word)
            }
    }

    /// Nil where no word of the one is in the other.
    func how(_ other: PlaceKey) -> MatchReason.How? {
        var found: MatchReason.How?
        for (sounds, isRegion) in words {
            for there in other.words
            where sounds.contains(where: { $0.isTelling && there.sounds.contains($0) }) {
                if !isRegion, !there.isRegion { return .same }
                found = .region
            }
        }
        return found
    }

    /// A word without the ending that makes an adjective of a town: Житомирська, Житомирская and Zhytomyrska without -ська; of Донецька
    /// and Donetsk the ц stays.
    private static func stem(_ word: String) -> String {
        for (ending, kept) in endings where word.hasSuffix(ending) {
            let stem = String(word.dropLast(ending.count)) + kept
            return stem.count > 2 ? stem : word
        }
        return word
    }

    /// A place that is told in more words is told in its first ones.
    private static let wordsMax = 24

    private static let endings: [(String, String)] = [
        ("цька", "ц"), ("цький", "ц"), ("цької", "ц"), ("цьк", "ц"), ("цкая", "ц"), ("цкий", "ц"),
        ("цкой", "ц"), ("цк", "ц"), ("ська", ""), ("ський", ""), ("ської", ""), ("ськ", ""),
        ("ская", ""), ("ский", ""), ("ской", ""), ("ск", ""), ("tska", "ts"), ("tskyi", "ts"),
        ("tskaya", "ts"), ("tsk", "ts"), ("ska", ""), ("skyi", ""), ("skaya", ""), ("skaia", ""),
        ("sk", ""),
    ]

    /// What stands beside a place and is none.
    private static let common: Set = [
        "область", "обл", "області", "области", "район", "району", "района", "рн", "місто", "город",
        "село", "смт", "пгт", "селище", "вул", "вулиця", "улица", "ул", "region", "oblast",
        "district", "raion", "rayon", "city", "town", "village", "street", "україна", "украина",
        "ukraine", "the", "near", "біля",
    ]
}
