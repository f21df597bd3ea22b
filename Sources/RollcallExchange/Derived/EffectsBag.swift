/// A bag of somebody's effects, as the field `effects` has it: `NUMBER`, then after a comma, a colon or a semicolon the seal and what is in it.
///
/// A value in other words is a bag whose number is its beginning.
struct EffectsBag: Hashable {
    /// In small letters, without blanks at its ends.
    let number: String

    /// Nil where the text says that there are none.
    init?(_ text: String) {
        let number = TidyText(String(text.prefix { !",;:".contains($0) })).text.lowercased()
        guard !Self.none.contains(number) else { return nil }
        self.number = number
    }

    private static let none: Set = ["", "-", "–", "none", "no", "немає", "нема", "ні", "нет"]
}

extension Person {
    /// Bags that nobody says were given back, nor are held back.
    var missingBags: Set<EffectsBag> {
        func bags(_ field: String) -> Set<EffectsBag> {
            Set(records.flatMap { $0.texts(field) }.compactMap { EffectsBag($0) })
        }
        return bags("effects").subtracting(bags("effects_restored"))
            .subtracting(bags("effects_held_back"))
    }
}
