import CZlib
import Foundation
import RollcallCore
@testable import RollcallTrust
import RollcallWire
import Testing

/// The format of sealed bundles, by the public test vectors of its authors (C2SP CCTV, `age/testdata`, which may be copied freely).
///
/// Those of passphrases, text armour and keys that are not X25519 do not apply.
@Suite struct AgeTests {
    private struct Vector {
        var expect = ""
        var payload: String?
        var identities: [AgeIdentity] = []
        var file: [UInt8] = []

        init(_ bytes: [UInt8]) throws {
            var rest = bytes[...]
            var isCompressed = false
            while let end = rest.firstIndex(of: 10) {
                let line = String(decoding: rest[..<end], as: UTF8.self)
                rest = rest[(end + 1)...]
                guard !line.isEmpty else { break }
                let parts = line.split(separator: ":", maxSplits: 1).map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
                switch parts[0] {
                case "expect": expect = parts[1]
                case "payload": payload = parts[1]
                case "identity": identities.append(try AgeIdentity(text: parts[1]))
                case "compressed": isCompressed = true
                default: break
                }
            }
            file = Array(rest)
            if isCompressed {
                let inflated = Self.inflated(file)
                file = try #require(inflated)
            }
        }

        private static func inflated(_ bytes: [UInt8]) -> [UInt8]? {
            var count = UInt(20 << 20)
            var inflated = [UInt8](repeating: 0, count: Int(count))
            guard uncompress(&inflated, &count, bytes, UInt(bytes.count)) == Z_OK else {
                return nil
            }
            return Array(inflated.prefix(Int(count)))
        }
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "AgeVectors")

    private static var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }

    private static func opened(_ file: [UInt8], _ identities: [AgeIdentity]) throws -> [UInt8] {
        let start = Array(file.prefix(AgeReader.startBytesMax))
        let reader = try AgeReader(start, fileBytes: file.count, identities)
        var opened: [UInt8] = []
        for piece in 0..<reader.pieceCount {
            opened += try reader.open(Array(file[reader.range(ofPiece: piece)]), piece)
        }
        #expect(opened.count == reader.byteCount)
        return opened
    }

    @Test func `there are vectors`() { #expect(Self.names.count > 60) }

    @Test(arguments: names)
    func `a public test vector is opened, or refused as it says`(name: String) throws {
        let bytes = Array(try Data(contentsOf: Self.folder.appending(path: name)))
        let vector = try Vector(bytes)
        if vector.expect == "success" {
            let opened = try Self.opened(vector.file, vector.identities)
            #expect(sha256(opened).map { String(format: "%02x", $0) }.joined() == vector.payload)
            return
        }
        let refusal: Refusal =
            switch vector.expect {
            case "no match": .sealedForOthers
            case "HMAC failure", "payload failure": .badSeal
            default: .badHeader
            }
        do {
            _ = try Self.opened(vector.file, vector.identities)
            Issue.record("it was opened")
        } catch let error as FormatError {
            #expect(error.refusal == refusal)
        }
    }
}

extension AgeTests {
    private static func sealed(_ bytes: [UInt8], _ recipients: [AgeRecipient]) throws -> [UInt8] {
        var writer = try AgeWriter(for: recipients)
        var file = writer.start
        // In odd pieces, as they come.
        for start in stride(from: 0, to: bytes.count, by: 40_001) {
            file += try writer.seal(Array(bytes[start..<min(start + 40_001, bytes.count)]))
        }
        return file + (try writer.finish())
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000])
    func `what was sealed for several is opened by each, and by nobody else`(
        count: Int
    ) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let identities = (0..<3).map { _ in AgeIdentity() }
        let file = try Self.sealed(bytes, identities.map { try AgeRecipient($0.publicKey) })
        for identity in identities {
            #expect(try Self.opened(file, [AgeIdentity(), identity]) == bytes)
        }
        #expect(throws: FormatError(.sealedForOthers, "recipients")) {
            try Self.opened(file, [AgeIdentity()])
        }
    }

    @Test func `a key is the same after it was written down`() throws {
        let identity = AgeIdentity()
        let again = try AgeIdentity(text: identity.text)
        #expect(again.bytes == identity.bytes)
        let recipient = try AgeRecipient(identity.publicKey)
        #expect(try AgeRecipient(text: recipient.text) == recipient)
        #expect(recipient.text.hasPrefix("age1"))
        // One letter mistyped.
        var letters = Array(recipient.text)
        letters[20] = letters[20] == "q" ? "p" : "q"
        #expect(throws: FormatError.self) { try AgeRecipient(text: String(letters)) }
        #expect(throws: FormatError.self) { try AgeIdentity(text: recipient.text) }
    }

    @Test func `a header of ten thousand recipients is refused before it is read`() throws {
        let stanza =
            "-> X25519 TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc\n"
            + "hjabGXwSLQ9c3S6Lw2i+S2Tu2fiwQHHslbBN6B41FLE\n"
        let text = "age-encryption.org/v1\n" + String(repeating: stanza, count: 10_000)
        #expect(throws: FormatError(.badHeader, "line")) {
            try Self.opened(Array(text.utf8), [AgeIdentity()])
        }
    }
}

/// Against the program of the format's authors, where it is installed (`tools/setup --faults`).
extension AgeTests {
    private static let program = "/usr/bin/age"
    private static var isInstalled: Bool {
        FileManager.default.isExecutableFile(atPath: program)
    }

    private static func age(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test(.enabled(if: isInstalled))
    func `a hundred files of any length go both ways between this and the program age`() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "rollcall-age-\(UInt64.random(in: 0...UInt64.max))")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let (key, sealed, open) = (
            folder.appending(path: "key"), folder.appending(path: "sealed"),
            folder.appending(path: "open")
        )
        for round in 0..<100 {
            let count = [1, 65_535, 65_536, 131_072, Int.random(in: 2...300_000)][round % 5]
            let bytes = [UInt8](repeating: UInt8(round), count: count)
            let identity = AgeIdentity()
            let recipient = try AgeRecipient(identity.publicKey)
            try Data(identity.text.utf8).write(to: key)
            try Data(try Self.sealed(bytes, [recipient])).write(to: sealed)
            #expect(try Self.age(["-d", "-i", key.path, "-o", open.path, sealed.path]) == 0)
            #expect(Array(try Data(contentsOf: open)) == bytes)
            #expect(try Self.age(["-r", recipient.text, "-o", sealed.path, open.path]) == 0)
            #expect(try Self.opened(Array(try Data(contentsOf: sealed)), [identity]) == bytes)
        }
    }
}
