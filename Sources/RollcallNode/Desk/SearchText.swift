import Foundation

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
}
