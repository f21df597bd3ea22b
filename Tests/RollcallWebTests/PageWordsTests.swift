import Foundation
import NIOCore
import Testing

@testable import RollcallWeb

/// The page's own files: whole, small, and in three languages.
@Suite struct PageWordsTests {
    private static func text(_ name: String) throws -> String {
        var bytes = try #require(PageFile.at("/\(name)")).bytes
        return bytes.readString(length: bytes.readableBytes) ?? ""
    }

    /// The words of each key.
    private static func words(_ language: String) throws -> [String: String] {
        let entry = /"([a-zA-Z_.-]+)": "([^"]*)"/
        let found = try text("words-\(language).js").matches(of: entry)
        return Dictionary(found.map { (String($0.1), String($0.2)) }, uniquingKeysWith: { $1 })
    }

    @Test(arguments: ["uk", "ru"])
    func everyLanguageHasTheSameKeysAndGaps(_ language: String) throws {
        let (english, other) = (try Self.words("en"), try Self.words(language))
        #expect(Set(english.keys) == Set(other.keys))
        func gaps(_ text: String) -> [String] {
            text.matches(of: /\{\w+\}/).map { String($0.0) }.sorted()
        }
        for (key, words) in english where gaps(words) != gaps(other[key] ?? "") {
            Issue.record("\(key) has other gaps in \(language)")
        }
    }

    @Test func everyWordThatAModuleAsksForIsThere() throws {
        let known = Set(try Self.words("en").keys)
        let modules = PageFile.all.keys.filter { $0.hasSuffix(".js") && !$0.hasPrefix("/words-") }
        #expect(modules.count > 10)
        for module in modules {
            let asked = try Self.text(String(module.dropFirst())).matches(
                of: /\bt\("([a-z_.]+)"[,)]/)
            for key in asked.map({ String($0.1) }) where !known.contains(key) {
                Issue.record("\(module) asks for \(key)")
            }
        }
    }

    @Test func everyFileThatThePageNamesIsInTheProgram() throws {
        for name in PageFile.all.keys {
            guard name.hasSuffix(".js") || name.hasSuffix(".html") else { continue }
            let named = try Self.text(String(name.dropFirst())).matches(
                of: /(?:from|src=|href=) ?"(\/[a-z.-]+)"/)
            for path in named.map({ String($0.1) }) where PageFile.at(path) == nil {
                Issue.record("\(name) names \(path)")
            }
        }
    }

    /// On a laptop that has just started, and on a screen that somebody waits before: all that a browser loads, in the longest language.
    @Test func thePageIsSmall() {
        let all = PageFile.all.mapValues(\.bytes.readableBytes)
        let languages = all.filter { $0.key.hasPrefix("/words-") }.values
        #expect(languages.count == 3)
        let bytes = all.values.reduce(0, +) - languages.reduce(0, +) + (languages.max() ?? 0)
        #expect(bytes <= 200_000)
    }
}
