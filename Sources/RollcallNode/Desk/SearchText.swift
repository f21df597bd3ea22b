import Foundation

/// Text as it is compared when somebody searches: without case and marks.
enum SearchText {
    static func folded(_ text: String) -> String {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
    }
}
