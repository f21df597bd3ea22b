import RollcallControl

/// What a person typed in the small grammars of the command line; judged here, not by the daemon.
enum TypedWords {
    /// `F=V`, split at the first `=`: a value may hold more of them.
    static func fieldValue(_ word: String) throws -> FieldValue {
        guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
            throw ControlError(.usage, Sentences.notFieldValue(word))
        }
        return FieldValue(
            field: String(word[..<equals]), value: String(word[word.index(after: equals)...]))
    }

    /// `F`, or `F=V` for one value of a set.
    static func fieldChoice(_ word: String) throws -> FieldChoice {
        guard word.contains("=") else { return FieldChoice(field: word) }
        let typed = try fieldValue(word)
        return FieldChoice(field: typed.field, value: typed.value)
    }

    /// `COLUMN=F`, split at the last `=`: a heading may hold one, a field's name never does.
    static func columnField(_ word: String) throws -> ColumnField {
        guard let equals = word.lastIndex(of: "="), equals != word.startIndex,
            word.index(after: equals) != word.endIndex
        else {
            throw ControlError(.usage, Sentences.notColumnField(word))
        }
        return ColumnField(
            column: String(word[..<equals]), field: String(word[word.index(after: equals)...]))
    }

    /// `A,B,…` in as many options as one likes.
    static func list(_ words: [String], option: String) throws -> [String] {
        let items = words.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        guard !items.contains("") else {
            throw ControlError(.usage, Sentences.emptyItem(option))
        }
        return items.map(String.init)
    }

    /// A number of bytes, with K, M or G for thousands, millions and billions of them.
    static func size(_ word: String, option: String) throws -> Int {
        let units: [Character: Int] = ["K": 1_000, "M": 1_000_000, "G": 1_000_000_000]
        let unit = word.last.flatMap { units[$0] }
        guard let number = Int(unit == nil ? word : String(word.dropLast())), number > 0,
            case (let bytes, false) = number.multipliedReportingOverflow(by: unit ?? 1),
            bytes >= sizeMin
        else { throw ControlError(.usage, Sentences.notASize(option)) }
        return bytes
    }

    /// Less would be manifests more than changes.
    private static let sizeMin = 100_000

    /// `--seen`: nil where it was not given, empty for `none`.
    static func seen(_ words: [String]) throws -> [String]? {
        if words.isEmpty { return nil }
        if words == ["none"] { return [] }
        let dots = try list(words, option: "--seen")
        guard !dots.contains("none") else {
            throw ControlError(.usage, Sentences.noneAndMore)
        }
        return dots
    }
}
