import Foundation
import RollcallControl

/// What was typed, before the parser sees it.
enum Arguments {
    /// The bytes of each argument, the program's name left out.
    ///
    /// Swift's own `CommandLine.arguments` repairs what is not UTF-8, and a repaired name would
    /// be stored as if someone had typed it.
    static func typed() -> [[UInt8]] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            CommandLine.unsafeArgv[index].map { pointer in
                Array(UnsafeBufferPointer(start: pointer, count: strlen(pointer)))
                    .map(UInt8.init(bitPattern:))
            }
        }
    }

    /// The arguments as text; refuses by its place one that is not UTF-8.
    static func words(from typed: [[UInt8]]) throws -> [String] {
        try typed.enumerated().map { index, bytes in
            guard let word = String(validating: bytes, as: UTF8.self) else {
                let field = bytes.prefix { $0 != UInt8(ascii: "=") }
                let name =
                    field.count < bytes.count
                    ? String(validating: field, as: UTF8.self) : nil
                throw ControlError(
                    .notUTF8, Sentences.notUTF8(place: index + 1, field: name),
                    hint: Sentences.notUTF8Hint)
            }
            return word
        }
    }

    /// Whether answers are wanted as JSON; asked before parsing, for errors of parsing too.
    static func wantJSON(_ typed: [[UInt8]]) -> Bool {
        typed.prefix { !$0.elementsEqual("--".utf8) }.contains { $0.elementsEqual("--json".utf8) }
    }

    /// Moves the shared options to the end, where the parser hands them to the command.
    ///
    /// No other option takes a value that begins with a dash, so none is mistaken for them.
    static func commandFirst(_ words: [String]) -> [String] {
        let end = words.firstIndex(of: "--") ?? words.endIndex
        var command: [String] = []
        var shared: [String] = []
        var rest = words[..<end]
        while let word = rest.popFirst() {
            if word == "--home" {
                shared += [word] + (rest.popFirst().map { [$0] } ?? [])
            } else if word == "--json" || word.hasPrefix("--home=") {
                shared.append(word)
            } else {
                command.append(word)
            }
        }
        return command.isEmpty ? [] : command + shared + words[end...]
    }
}
