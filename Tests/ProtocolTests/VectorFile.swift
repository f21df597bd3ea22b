import Foundation
import RollcallCore
import Testing

/// One test vector, in the form that `Protocol/README.md` describes.
struct VectorFile: CustomTestStringConvertible {
    var path: String
    var decode: String
    var expect: String
    var rules: [String]
    var given: [String: String]
    var meaning: [String]
    var bytes: [UInt8]

    var testDescription: String { path }

    init(path: String, text: String) throws {
        let parts = text.components(separatedBy: "\n\n")
        var pairs: [(key: String, value: String)] = []
        for line in parts[0].components(separatedBy: "\n") {
            let colon = try #require(line.range(of: ": "), "\(path): \(line)")
            pairs.append((String(line[..<colon.lowerBound]), String(line[colon.upperBound...])))
        }
        try #require(
            pairs.prefix(4).map(\.key) == ["decode", "expect", "spec", "comment"], "\(path)")
        self.path = path
        decode = pairs[0].value
        expect = pairs[1].value
        rules = pairs[2].value.components(separatedBy: " ")
        given = [:]
        meaning = []
        for (key, value) in pairs.dropFirst(4) {
            if key.hasPrefix("given.") {
                given[String(key.dropFirst(6))] = value
            } else {
                meaning.append("\(key): \(value)")
            }
        }
        bytes = try #require(Hex.bytes(parts.dropFirst().joined()), "\(path)")
    }

    func givenBytes(_ key: String) -> [UInt8]? { given[key].flatMap(Hex.bytes) }

    func givenNumber(_ key: String) throws -> UInt64 {
        try #require(given[key].flatMap { UInt64($0) })
    }

    /// The values of key.0, key.1, and so on.
    func givenList(_ key: String) -> [String] {
        var found: [String] = []
        while let value = given["\(key).\(found.count)"] { found.append(value) }
        return found
    }
}

/// The folder of the protocol, found from this file.
enum ProtocolFolder {
    static let url = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Protocol")

    static func text(_ name: String) throws -> String {
        try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8)
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: url.appendingPathComponent(name)))
    }

    static let vectors: [VectorFile] = {
        let folder = url.appendingPathComponent("vectors")
        let files = FileManager.default
        var found: [VectorFile] = []
        for part in ((try? files.contentsOfDirectory(atPath: folder.path)) ?? []).sorted() {
            let partPath = folder.appendingPathComponent(part).path
            for name in ((try? files.contentsOfDirectory(atPath: partPath)) ?? []).sorted() {
                do {
                    let text = try text("vectors/\(part)/\(name)")
                    found.append(try VectorFile(path: "\(part)/\(name)", text: text))
                } catch {
                    Issue.record("\(part)/\(name) is no test vector: \(error)")
                }
            }
        }
        return found
    }()

    static func vectors(of parts: String...) -> [VectorFile] {
        vectors.filter { vector in parts.contains { vector.path.hasPrefix($0 + "/") } }
    }
}

enum Hex {
    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text.utf8 where character != 0x20 && character != 0x0a {
            guard let digit = Character(UnicodeScalar(character)).hexDigitValue else { return nil }
            if let first = high {
                bytes.append(first << 4 | UInt8(digit))
                high = nil
            } else {
                high = UInt8(digit)
            }
        }
        return high == nil ? bytes : nil
    }

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        let digits = Array("0123456789abcdef".utf8)
        for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    /// A tag or the start of a hash, which Swift holds as a number.
    static func text(_ number: UInt64) -> String {
        var writer = ByteWriter()
        writer.u64(number)
        return text(writer.bytes)
    }
}

/// What a decoder makes of a vector: the lines of its meaning, and its bytes written anew.
struct Decoded {
    var lines: [String] = []
    /// Nil where a writer has a choice, or the decoder computes.
    var encoded: [UInt8]?

    init(encoded: [UInt8]? = nil) { self.encoded = encoded }

    mutating func add(_ key: String, _ value: some CustomStringConvertible) {
        lines.append("\(key): \(value)")
    }

    mutating func add(_ key: String, bytes: some Collection<UInt8>) {
        add(key, bytes.isEmpty ? "-" : Hex.text(bytes))
    }

    mutating func add(_ key: String, tag: UInt64) { add(key, Hex.text(tag)) }

    mutating func add(_ key: String, text: String) { add(key, Self.quoted(text)) }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "\"":
                quoted += "\\"
                quoted.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                quoted += "\\u00" + Hex.text([UInt8(scalar.value)])
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// Outcomes that are no refusal of bytes: what a session says to a sound message.
enum SessionOutcome: String, Error {
    case incomplete, version, register, fork
}
