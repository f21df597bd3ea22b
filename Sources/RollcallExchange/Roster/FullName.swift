/// Surname, given name and patronymic from one cell.
struct FullName: Equatable {
    var surname: String
    var givenName: String?
    var patronymic: String?
    /// Whether somebody should look: the order was another, or the parts are not these three.
    var isDoubtful = false

    /// - Parameter text: Tidied; nil where there is no word in it.
    init?(_ text: String) {
        var words = Self.words(text)
        guard !words.isEmpty else { return nil }
        if let last = words.last, words.count > 3, Self.isSonOrDaughter(last) {
            words.removeLast()
            words[words.count - 1] += " " + last
        }
        if words.count == 3, Self.isPatronymic(words[1]), !Self.isPatronymic(words[2]) {
            // Given name, patronymic, surname.
            words = [words[2], words[0], words[1]]
            isDoubtful = true
        }
        surname = words[0]
        givenName = words.count > 1 ? words[1] : nil
        patronymic = words.count > 2 ? words[2...].joined(separator: " ") : nil
        let isShort = words.dropFirst().contains { $0.contains(".") }
        if words.count == 1 || words.count > 3 || isShort { isDoubtful = true }
    }

    /// Words parted by blanks; what stands in brackets belongs to the word before it.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var isOpen = false
        for word in text.split(whereSeparator: \.isWhitespace) {
            let continues = (isOpen || word.first == "(") && !words.isEmpty
            if continues {
                words[words.count - 1] += " " + word
            } else {
                words.append(String(word))
            }
            for character in word where "()".contains(character) { isOpen = character == "(" }
        }
        return words
    }

    private static func isSonOrDaughter(_ word: String) -> Bool {
        ["огли", "оглы", "огли.", "кизи", "кызы", "заде", "улы"].contains(word.lowercased())
    }

    private static let endings = [
        "ович", "евич", "йович", "ївич", "івна", "ївна", "овна", "евна", "ична", "ілліч", "ильич",
        "кузьмич", "лукич", "хомич", "фомич",
    ]

    private static func isPatronymic(_ word: String) -> Bool {
        let word = word.lowercased()
        return endings.contains { word.hasSuffix($0) }
    }
}
