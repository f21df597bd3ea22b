public import Foundation
import RollcallCore
import RollcallWire

/// What the decoders are tried with: the protocol's test vectors, a few lines of what people write, and every input
/// that ever ended a program.
public struct Corpus: Sendable {
    public struct Input: Sendable {
        public var name: String
        public var bytes: [UInt8]
    }

    private struct Vector {
        var name: String
        var decode: String
        var bytes: [UInt8]
    }

    private let vectors: [Vector]
    private let findsURL: URL

    /// - Parameters:
    ///   - vectors: The folder `Protocol/vectors`.
    ///   - finds: A folder with a folder for each decoder that ever failed, with the inputs at which it did.
    public init(vectors: URL, finds: URL) throws {
        findsURL = finds
        var read: [Vector] = []
        for url in try Self.files(in: vectors) where url.pathExtension == "txt" {
            let parts = try String(contentsOf: url, encoding: .utf8).components(
                separatedBy: "\n\n")
            let first = parts[0].prefix { $0 != "\n" }
            let name =
                url.deletingLastPathComponent().lastPathComponent + "-"
                + url.deletingPathExtension().lastPathComponent
            read.append(
                Vector(
                    name: name, decode: String(first.dropFirst("decode: ".count)),
                    bytes: Self.bytes(ofHex: parts.dropFirst().joined())))
        }
        self.vectors = read
    }

    /// First inputs for a decoder, the same ones each time and in the same order.
    public func inputs(for decoder: Decoder) -> [Input] {
        let whole = vectors.map { Input(name: $0.name, bytes: $0.bytes) }
        return (whole + made(for: decoder.name)).filter { $0.bytes.count <= decoder.bytesMax }
    }

    /// Large inputs made to take much time or memory of little.
    public func bombs(for decoder: Decoder) -> [Input] {
        Bombs.all.filter { $0.decoder == decoder.name }.map {
            Input(name: "bomb-" + $0.name, bytes: $0.make())
        }
    }

    public func finds(of decoder: Decoder) throws -> [Input] {
        let folder = findsURL.appendingPathComponent(decoder.name)
        return try Self.files(in: folder).map {
            Input(name: "find-" + $0.lastPathComponent, bytes: [UInt8](try Data(contentsOf: $0)))
        }
    }

    private static func files(in folder: URL) throws -> [URL] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
            .map { folder.appendingPathComponent($0) }.filter { !$0.hasDirectoryPath }
            .filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true }
    }

    private static func bytes(ofHex text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }

    // MARK: - inputs of more than the bytes to decode

    private static let types: [String: FrameType] = [
        "hello": .hello, "received_hello": .hello, "have": .have, "received_have": .have,
        "sift": .sift, "plan": .plan, "changes": .changes, "receive": .changes, "ack": .ack,
        "credit": .credit, "bye": .bye, "admission": .admission, "join_offer": .joinOffer,
        "join_answer": .joinAnswer, "join_proof": .joinProof, "join_accept": .joinAccept,
        "join_admitted": .joinAdmitted, "addresses": .addresses, "trace": .trace, "ping": .ping,
        "manifest": .manifest, "join_request": .joinRequest,
    ]

    private func made(for name: String) -> [Input] {
        switch name {
        case "frame-pieces": vectors.map { Input(name: $0.name + "-cut", bytes: [2] + $0.bytes) }
        case "control-lines":
            vectors.map { Input(name: $0.name + "-cut", bytes: [2, 40] + $0.bytes) }
        case "framed-message":
            messages { type, bytes in [Self.number(type), 1] + bytes }
        case "session", "stranger", "newcomer": conversations(name)
        case "merge", "bundle-chunks":
            runs { $0.map(Choices.piece).reduce([], +) }
        default: (Lines.all[name] ?? []).enumerated().map { Input(name: "line-\($0)", bytes: $1) }
        }
    }

    private static func number(_ type: FrameType) -> UInt8 {
        UInt8(FrameType.allCases.firstIndex(of: type) ?? 0)
    }

    static func step(_ type: FrameType, _ bytes: [UInt8], flags: UInt8 = 0) -> [UInt8] {
        [number(type) | flags] + Choices.piece(bytes)
    }

    private func messages(_ make: (FrameType, [UInt8]) -> [UInt8]) -> [Input] {
        vectors.compactMap { vector in
            Self.types[vector.decode].map {
                Input(name: vector.name + "-said", bytes: make($0, vector.bytes))
            }
        }
    }

    /// The vectors that hold several changes messages, each on its own.
    private func runs(_ make: ([[UInt8]]) -> [UInt8]) -> [Input] {
        vectors.compactMap { vector in
            var messages: [[UInt8]] = []
            switch vector.decode {
            case "changes", "receive": messages = [vector.bytes]
            case "merge":
                var reader = ByteReader(vector.bytes)
                while !reader.isAtEnd, let bytes = try? reader.byteString("message") {
                    messages.append(bytes)
                }
            default: return nil
            }
            return Input(name: vector.name + "-run", bytes: make(messages))
        }
    }

    private func conversations(_ name: String) -> [Input] {
        let sound: UInt8 = 0x40
        let yes: [UInt8] = [0x80, 0, 0, 0]
        let opening: [UInt8]
        switch name {
        case "stranger":
            opening =
                [0] + Self.step(.joinOffer, [], flags: sound)
                + Self.step(.joinProof, [], flags: sound) + yes
        case "newcomer":
            let answer = vectors.first { $0.decode == "join_answer" }?.bytes ?? []
            opening =
                [0] + Self.step(.joinAnswer, answer)
                + Self.step(.joinAccept, [], flags: sound) + Self.step(.joinAdmitted, [])
        default: opening = [0]
        }
        return messages { type, bytes in opening + Self.step(type, bytes) }
            + messages { type, bytes in [4] + Self.step(type, bytes, flags: 0x20) }
            + runs { messages in
                opening + messages.map { Self.step(.changes, $0, flags: sound) }.reduce([], +)
            } + runs { [0] + Self.step(.admission, $0.first ?? [], flags: sound) }
    }
}
