import Crypto
import Foundation
import RollcallCore

/// The start of an age v1 file: who can open it, and that nobody changed who can.
///
/// `age-encryption.org/v1`: a file key of 16 bytes is wrapped for each recipient in a stanza; a MAC under it covers the header.
struct AgeHeader {
    struct Stanza {
        var arguments: [String]
        var body: [UInt8]
    }

    private(set) var stanzas: [Stanza] = []
    private(set) var mac: [UInt8] = []
    /// What the MAC covers.
    private(set) var covered: [UInt8] = []
    private(set) var byteCount = 0

    static let version = Array("age-encryption.org/v1\n".utf8)
    /// Far more than 64 recipients take.
    static let bytesMax = 64 << 10
    private static let wrapInfo = Array("age-encryption.org/v1/X25519".utf8)
    private static let bodyColumns = 64

    // MARK: - writing

    /// Wraps a file key for each recipient.
    init(_ fileKey: [UInt8], for recipients: [AgeRecipient]) throws {
        covered = Self.version
        for recipient in recipients {
            let wrap = try KeyWrap(fileKey, for: recipient, Self.wrapInfo, with: AgeIdentity())
            covered += Array(
                "-> X25519 \(Base64.encode(wrap.share))\n\(Base64.encode(wrap.box))\n".utf8)
        }
        covered += Array("---".utf8)
        mac = Self.mac(of: covered, fileKey)
        byteCount = encoded.count
    }

    var encoded: [UInt8] { covered + Array(" \(Base64.encode(mac))\n".utf8) }

    // MARK: - reading

    /// - Parameter bytes: The file's start, at least as long as its header.
    init(_ bytes: [UInt8]) throws(FormatError) {
        guard bytes.starts(with: Self.version) else { throw FormatError(.badHeader, "version") }
        var lines = Lines(bytes: bytes, index: Self.version.count)
        while true {
            let start = lines.index
            let line = try lines.next()
            if line.hasPrefix("--- ") {
                mac = try Self.bytes(line.dropFirst(4), count: 32, "header mac")
                covered = Array(bytes[..<(start + 3)])
                byteCount = lines.index
                guard !stanzas.isEmpty else { throw FormatError(.badHeader, "stanzas") }
                return
            }
            stanzas.append(try Self.stanza(line, &lines))
        }
    }

    private struct Lines {
        var bytes: [UInt8]
        var index: Int

        mutating func next() throws(FormatError) -> String {
            guard let end = bytes[index...].firstIndex(of: 10), end < AgeHeader.bytesMax else {
                throw FormatError(.badHeader, "line")
            }
            let line = bytes[index..<end]
            index = end + 1
            guard line.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else {
                throw FormatError(.badHeader, "line")
            }
            return String(decoding: line, as: UTF8.self)
        }
    }

    private static func stanza(
        _ line: String, _ lines: inout Lines
    ) throws(FormatError) -> Stanza {
        guard line.hasPrefix("-> ") else { throw FormatError(.badHeader, "stanza") }
        let arguments = line.dropFirst(3).split(separator: " ", omittingEmptySubsequences: false)
        guard arguments.allSatisfy({ !$0.isEmpty }) else {
            throw FormatError(.badHeader, "stanza argument")
        }
        var body = ""
        var last = ""
        repeat {
            last = try lines.next()
            guard last.utf8.count <= bodyColumns else {
                throw FormatError(.badHeader, "stanza body")
            }
            body += last
        } while last.utf8.count == bodyColumns
        guard let bytes = Base64.decode(body) else { throw FormatError(.badHeader, "stanza body") }
        return Stanza(arguments: arguments.map(String.init), body: bytes)
    }

    private static func bytes(
        _ text: some StringProtocol, count: Int, _ field: String
    ) throws(FormatError) -> [UInt8] {
        guard let bytes = Base64.decode(String(text)), bytes.count == count else {
            throw FormatError(.badHeader, field)
        }
        return bytes
    }

    // MARK: - opening

    /// The key under which the file is sealed.
    ///
    /// - Throws: `sealed for others` if none of the identities is a recipient's.
    func fileKey(_ identities: [AgeIdentity]) throws(FormatError) -> [UInt8] {
        guard !stanzas.contains(where: { $0.arguments[0] == "scrypt" }) || stanzas.count == 1 else {
            throw FormatError(.badHeader, "passphrase among recipients")
        }
        for stanza in stanzas where stanza.arguments[0] == "X25519" {
            guard stanza.arguments.count == 2, stanza.body.count == 32 else {
                throw FormatError(.badHeader, "X25519 stanza")
            }
            let share = try Self.bytes(stanza.arguments[1], count: 32, "X25519 share")
            let wrap = KeyWrap(share: share, box: stanza.body)
            for identity in identities {
                guard let fileKey = try wrap.open(identity, Self.wrapInfo) else { continue }
                guard Self.mac(of: covered, fileKey) == mac else {
                    throw FormatError(.badSeal, "header mac")
                }
                return fileKey
            }
        }
        throw FormatError(.sealedForOthers, "recipients")
    }

    private static func mac(of covered: [UInt8], _ fileKey: [UInt8]) -> [UInt8] {
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: fileKey), info: Array("header".utf8),
            outputByteCount: 32)
        return Array(HMAC<SHA256>.authenticationCode(for: covered, using: key))
    }
}

/// Base 64 as age writes it: without padding, and in one way only.
private enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String {
        String(Data(bytes).base64EncodedString().prefix { $0 != "=" })
    }

    static func decode(_ text: String) -> [UInt8]? {
        guard !text.contains("="), text.utf8.count % 4 != 1 else { return nil }
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: text + padding) else { return nil }
        let bytes = Array(data)
        return encode(bytes) == text ? bytes : nil
    }
}
