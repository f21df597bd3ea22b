import Foundation
import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync
import RollcallTrust

/// A list's file as it came, byte for byte, in a record of its own: so it comes to all laptops and bundles.
///
/// It may say anything about anybody, so it is of the class that only those read who read all. Each part is
/// `NUMBER/COUNT BASE64`.
enum ListOriginal {
    static let bytesMax = 8 << 20

    /// A part as people are shown it: its place.
    static func shown(_ content: RollcallCore.Content) -> RollcallCore.Content {
        guard case .text(let text) = content else { return content }
        return .text("part \(text.prefix { $0 != " " })")
    }
    /// Of one part: in base64 it fits what is sent at once over a slow link, so that no edit waits for it.
    static let partBytes = 9 << 10

    /// The changes that keep a file; all of one record, which the first makes.
    static func drafts(_ bytes: [UInt8], file: String, _ operatorDot: Dot?) -> [Draft] {
        let starts = Array(stride(from: 0, to: max(1, bytes.count), by: partBytes))
        return starts.enumerated().map { index, start in
            var draft = Draft(record: index == 0 ? .new : .createdByFirst, operatorDot: operatorDot)
            if index == 0 {
                draft.append(
                    FieldSchema.recordKind, body: Body(.text(RecordKind.file.rawValue)).encoded())
                draft.append(FieldSchema.listFile, body: Body(.text(file)).encoded())
            }
            let piece = Data(bytes[start..<min(start + partBytes, bytes.count)])
            let text = "\(index + 1)/\(starts.count) \(piece.base64EncodedString())"
            draft.append(FieldSchema.filePart, body: Body(.text(text)).encoded())
            return draft
        }
    }

    /// The file that parts make, where they are all there and it has this hash.
    static func bytes(_ parts: [String], sha256 wanted: String) -> [UInt8]? {
        var pieces: [Int: Data] = [:]
        var count = 0
        for part in parts {
            let words = part.split(separator: " ", omittingEmptySubsequences: false)
            let numbers = words.first?.split(separator: "/").compactMap { Int($0) } ?? []
            guard words.count == 2, numbers.count == 2,
                let piece = Data(base64Encoded: String(words[1]))
            else { return nil }
            pieces[numbers[0]] = piece
            count = numbers[1]
        }
        guard count == pieces.count, count > 0 else { return nil }
        var bytes: [UInt8] = []
        for number in 1...count {
            guard let piece = pieces[number] else { return nil }
            bytes += piece
        }
        return Driver.hexadecimal(RollcallTrust.sha256(bytes)) == wanted ? bytes : nil
    }
}

extension Driver {
    /// Writes a list's file as it came.
    func writeOriginal(of id: String, to path: String) throws -> ListFileReport {
        let record = try record(id)
        guard let view = try laptop.view(of: record, store),
            case let facts = RecordFacts(name(of: record), view.fields), facts.kind == .list,
            let hash = facts.texts(FieldSchema.listFile).first?.split(separator: " ").last
        else {
            throw ControlError(
                .badValue, "this record is no list", hint: "`rollcall lists` shows them")
        }
        guard let bytes = try original(sha256: String(hash)) else {
            throw ControlError(
                .badValue,
                "the list's file is not here whole, or this laptop may not read it; nothing was written",
                hint:
                    "sync with the laptop that imported it; `rollcall members` says who reads danger"
            )
        }
        let file = try SafeFile(path)
        do {
            try file.write(bytes)
            return ListFileReport(file: path, bytes: try file.finish(), sha256: String(hash))
        } catch {
            file.discard()
            throw error
        }
    }

    /// The records of the files of lists on which a record stands.
    func originals(on record: Dot) throws -> [String] {
        guard let view = try laptop.view(of: record, store),
            let lists = view[FieldSchema.lineList]?.values.map(\.content), !lists.isEmpty
        else { return [] }
        while try fillExchange() {}
        let all = exchangeIndex.all(laptop.heads.table)
        let files = all.filter { $0.facts.kind == .list && lists.contains(.record($0.facts.name)) }
            .flatMap { $0.facts.texts(FieldSchema.listFile) }
        return all.filter { dot, facts in
            facts.kind == .file && laptop.erasures(of: dot).isEmpty
                && facts.texts(FieldSchema.listFile).contains(where: files.contains)
        }.map { laptop.text(ofRecord: $0.dot) }
    }

    /// Whether a file of this hash is here whole, on whose account soever.
    func original(sha256: String) throws -> [UInt8]? {
        for dot in try records(of: .file) {
            guard let view = try laptop.view(of: dot, store) else { continue }
            let facts = RecordFacts(name(of: dot), view.fields)
            guard facts.texts(FieldSchema.listFile).contains(where: { $0.hasSuffix(" " + sha256) }),
                let bytes = ListOriginal.bytes(facts.texts(FieldSchema.filePart), sha256: sha256)
            else { continue }
            return bytes
        }
        return nil
    }
}
