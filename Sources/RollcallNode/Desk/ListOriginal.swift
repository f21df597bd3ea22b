import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync

/// A list's file as it came, byte for byte, in a record of its own.
///
/// It may say anything about anybody, so it is of the class that only those read who read all.
enum ListOriginal {
    static let bytesMax = 8 << 20

    static func drafts(_ bytes: [UInt8], file: String, _ operatorDot: Dot?) -> [Draft] {
        FileParts.drafts(
            bytes, in: FieldSchema.filePart,
            besides: [
                (FieldSchema.recordKind, Body(.text(RecordKind.file.rawValue)).encoded()),
                (FieldSchema.listFile, Body(.text(file)).encoded()),
            ], operatorDot)
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
                let bytes = FileParts.bytes(facts.texts(FieldSchema.filePart), sha256: sha256)
            else { continue }
            return bytes
        }
        return nil
    }
}
