import Foundation
import RollcallExchange

/// Text as it is compared when somebody searches: without case and marks.
enum SearchText {
    static func folded(_ text: String) -> String {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
    }

    /// The same in UTF-8.
    static func foldedBytes(_ text: String) -> [UInt8] {
        var text = text
        let ascii = text.withUTF8 { bytes -> [UInt8]? in
            guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
            return bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
        }
        return ascii ?? Array(folded(text).utf8)
    }

    /// The words of a text, each to be found by itself; of a telephone number its digits alone, without the country's.
    static func words(_ text: String) -> [[UInt8]] {
        if text.allSatisfy({ $0.isNumber || " +-()".contains($0) }), let digits = digits(text) {
            return [Array(digits.suffix(9).utf8)]
        }
        return text.split(whereSeparator: \.isWhitespace).map { foldedBytes(String($0)) }
    }

    /// A number as it is typed in any way; nil where there are too few digits to be one.
    static func digits(_ text: String) -> String? {
        let digits = text.filter { ("0"..."9").contains($0) }
        return digits.count < 5 ? nil : digits
    }

    /// What is heard of the words of a text, as it stands in the index behind names; what is no word as it was typed.
    static func heard(_ text: String) -> [[UInt8]] {
        text.split(whereSeparator: \.isWhitespace).map { word in
            foldedBytes(
                SoundWords.sounds(of: String(word)).first.map { soundMark + $0 } ?? String(word))
        }
    }

    /// Stands before what is heard: nobody types it.
    static let soundMark = "\u{1}"
}
