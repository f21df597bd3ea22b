import Foundation
import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallFiles
import RollcallSync
import RollcallTrust

/// Photos of people: each picture once, by its hash, in a record of its own; people name it, and may let go of it again.
extension Driver {
    // MARK: - asking

    /// The photos of a person, by all records that are of them; one that several name is one.
    func photoRows(_ id: String) throws -> [PhotoRow] {
        let record = try record(id)
        log(.view, about: record)
        var rows: [PhotoRow] = []
        for record in try recordsOfPerson(record) {
            guard let siblings = try laptop.view(of: record, store)?[FieldSchema.photo] else {
                continue
            }
            for value in siblings.values {
                guard let row = try row(value, on: record) else { continue }
                if let sha256 = row.sha256,
                    let place = rows.firstIndex(where: { $0.sha256 == sha256 })
                {
                    rows[place].attached += row.attached
                    rows[place].photos += row.photos.filter { !rows[place].photos.contains($0) }
                } else {
                    rows.append(row)
                }
            }
        }
        return rows
    }

    private func row(_ value: Sibling, on record: Dot) throws -> PhotoRow? {
        let claims = valueView(value).witnesses
        let person = laptop.text(ofRecord: record)
        let attached = claims.map { PhotoRow.Attached(record: person, witness: $0) }
        guard case .record(let name) = value.content else { return nil }
        guard let photo = dot(named: name), let file = try photoFile(photo) else {
            // Words go before pieces of files: one that is not here is on its way.
            var row = PhotoRow(
                photos: [recordText(name)].compactMap { $0 },
                isSealed: try dot(named: name).map(isSealed) ?? false, attached: attached)
            row.isErased = dot(named: name).map { !laptop.erasures(of: $0).isEmpty } ?? false
            return row
        }
        var row = PhotoRow(
            photos: [laptop.text(ofRecord: photo)], isSealed: false, attached: attached)
        row.type = file.type
        row.width = file.width
        row.height = file.height
        row.bytes = file.byteCount
        row.sha256 = file.sha256
        row.originalSHA256 = file.original
        row.isWhole = try photoBytes(photo, file) != nil
        row.alsoOf = try people(withPhoto: file.sha256, but: record)
        return row
    }

    /// The picture itself, for whoever looks at it.
    func photoContent(_ id: String) throws -> PhotoContent {
        let (photo, file, bytes) = try wholePhoto(id)
        log(.view, about: photo)
        return PhotoContent(
            type: file.type, sha256: file.sha256, base64: Data(bytes).base64EncodedString())
    }

    /// Writes a photo as it came.
    func writePhoto(_ id: String, to path: String) throws -> ListFileReport {
        let (photo, photoFile, bytes) = try wholePhoto(id)
        let file = try SafeFile(path)
        do {
            try file.write(bytes)
            let count = try file.finish()
            log(.original, about: photo)
            return ListFileReport(file: path, bytes: count, sha256: photoFile.sha256)
        } catch {
            file.discard()
            throw error
        }
    }

    private func wholePhoto(_ id: String) throws -> (Dot, PhotoFile, [UInt8]) {
        var photo = try record(id)
        // Of a person with one photo it is clear which is meant.
        while try fillExchange() {}
        if exchangeIndex[photo]?.kind == .person, case let rows = try photoRows(id),
            rows.count == 1, let only = rows[0].photos.first
        {
            photo = try record(only)
        }
        guard let file = try photoFile(photo) else {
            throw ControlError(
                .badValue,
                "this is neither a photo that this laptop can read nor somebody with one photo",
                hint: "`rollcall photo PERSON` names a person's photos")
        }
        guard let bytes = try photoBytes(photo, file) else {
            throw ControlError(
                .badValue, "the photo is not here whole yet: words come before photos",
                hint: "`rollcall peers` says what is on its way")
        }
        return (photo, file, bytes)
    }

    // MARK: - writing

    /// Keeps a picture and says that it is of a person; a picture that is here already is not kept again.
    func attachPhoto(_ order: PhotoOrder) throws -> PhotoReport {
        let record = try pictured(order.id)
        if let original = order.original, !PhotoFile.isHash(original) {
            throw ControlError(
                .badValue, "a SHA-256 has 64 hexadecimal digits, in small letters",
                hint: "`sha256sum` prints it")
        }
        let (bytes, file) = try Self.picture(at: order.path, original: order.original)
        let known = try photo(sha256: file.sha256)
        let also = try people(withPhoto: file.sha256, but: record)
        let own = try recordsOfPerson(record)
        if let known, try own.contains(where: { try names($0, known) }) {
            return PhotoReport(
                photo: laptop.text(ofRecord: known), sha256: file.sha256, isNew: false,
                isAttached: false, alsoOf: also)
        }
        let authorship = Authorship(
            operatorDot: try operatorDot(nil), source: try Self.source(order.source))
        let drafts = Self.drafts(bytes, file, authorship.operatorDot)
        let photo = try act { laptop, store, output in
            let photo = try known ?? laptop.write(drafts, in: .bulk, store, &output)[0]
            let name = Self.name(of: photo, laptop)
            _ = try laptop.set(
                record, [FieldEdit(FieldSchema.photo, .put(.record(name)))], .asStored, authorship,
                store, &output)
            return photo
        }
        return PhotoReport(
            photo: laptop.text(ofRecord: photo), sha256: file.sha256, isNew: known == nil,
            isAttached: true, alsoOf: also)
    }

    /// Says that a photo is not of a person.
    ///
    /// The picture stays: who held it to be theirs may have to be told later.
    func detachPhoto(_ id: String, photo: String, reason: String) throws -> WriteReport {
        let record = try pictured(id)
        let photo = try self.record(photo)
        let hash = try photoFile(photo)?.sha256
        guard let reason = try Self.source(reason) else {
            throw ControlError(.usage, "say why: --reason")
        }
        var edits: [(record: Dot, edit: FieldEdit)] = []
        for record in try recordsOfPerson(record) {
            for name in try photos(namedBy: record) {
                guard let other = dot(named: name) else { continue }
                let isSame = try hash != nil && photoFile(other)?.sha256 == hash
                guard other == photo || isSame else { continue }
                edits.append((record, FieldEdit(FieldSchema.photo, .take(.record(name)))))
            }
        }
        guard !edits.isEmpty else {
            throw ControlError(
                .nothingToRemove, "the person has no such photo",
                hint: "`rollcall photo PERSON` names them")
        }
        let authorship = Authorship(operatorDot: try operatorDot(nil), reason: reason)
        return report(record, try set(edits, authorship))
    }

    /// A record of somebody who is here, or whom a family asks for.
    private func pictured(_ id: String) throws -> Dot {
        let record = try writable(id)
        while try fillExchange() {}
        return enquiries.contains(record) ? record : try person(id)
    }

    private static func picture(
        at path: String, original: String?
    ) throws -> ([UInt8], PhotoFile) {
        let input = try InputFile(path)
        do {
            guard input.byteCount <= Picture.bytesMax else { throw PictureRefusal.tooLarge }
            let bytes = try input.bytes(at: 0, count: input.byteCount)
            let picture = try Picture(bytes)
            let hash = hexadecimal(RollcallTrust.sha256(bytes))
            return (
                bytes,
                PhotoFile(
                    type: picture.type, width: picture.width, height: picture.height,
                    byteCount: bytes.count, sha256: hash,
                    original: original == hash ? nil : original)
            )
        } catch let refusal as PictureRefusal {
            throw ControlError(.badFile, "\(refusal); nothing was kept", hint: refusal.hint)
        }
    }

    private static func drafts(
        _ bytes: [UInt8], _ file: PhotoFile, _ operatorDot: Dot?
    ) -> [Draft] {
        FileParts.drafts(
            bytes, in: FieldSchema.photoPart,
            besides: [
                (FieldSchema.recordKind, Body(.text(RecordKind.photo.rawValue)).encoded()),
                (FieldSchema.photoFile, Body(.text(file.text)).encoded()),
            ], operatorDot)
    }

    // MARK: - finding

    /// What a photo is; nil of another record, and of what this laptop cannot read.
    private func photoFile(_ photo: Dot) throws -> PhotoFile? {
        try photoFacts(photo)?.texts(FieldSchema.photoFile).first.flatMap(PhotoFile.init)
    }

    /// By the index, which has no pieces: to read each photo whole would take a second among hundreds.
    private func photoFacts(_ photo: Dot) throws -> RecordFacts? {
        while try fillExchange() {}
        guard let facts = exchangeIndex[photo], facts.kind == .photo,
            laptop.erasures(of: photo).isEmpty
        else { return nil }
        return facts
    }

    private func isSealed(_ photo: Dot) throws -> Bool {
        try photoFacts(photo)?[FieldSchema.photoFile]?.values.contains {
            if case .sealed = $0.content { true } else { false }
        } ?? false
    }

    private func photoBytes(_ photo: Dot, _ file: PhotoFile) throws -> [UInt8]? {
        guard let parts = try facts(ofAny: photo)?.texts(FieldSchema.photoPart) else { return nil }
        return FileParts.bytes(parts, sha256: file.sha256)
    }

    /// A photo of this hash that is here whole.
    private func photo(sha256: String) throws -> Dot? {
        try records(of: .photo).first { photo in
            guard let file = try photoFile(photo), file.sha256 == sha256 else { return false }
            return try photoBytes(photo, file) != nil
        }
    }

    private func photos(namedBy record: Dot) throws -> [NamedDot] {
        (try laptop.view(of: record, store)?[FieldSchema.photo]?.values ?? []).compactMap {
            if case .record(let name) = $0.content { name } else { nil }
        }
    }

    private func names(_ record: Dot, _ photo: Dot) throws -> Bool {
        try photos(namedBy: record).contains(name(of: photo))
    }

    /// All records of the person whom one is of.
    private func recordsOfPerson(_ record: Dot) throws -> [Dot] {
        let name = name(of: record)
        let person = try exchange().people.first { $0.records.contains { $0.name == name } }
        return person?.records.compactMap { dot(named: $0.name) } ?? [record]
    }

    /// Others who have a photo of this hash, by their first records, and enquiries of families who brought it.
    private func people(withPhoto sha256: String, but record: Dot) throws -> [String] {
        let own = name(of: record)
        var hashes: [NamedDot: String] = [:]
        for photo in try records(of: .photo) {
            hashes[name(of: photo)] = try photoFile(photo)?.sha256
        }
        let people = try exchange().people.filter { person in
            !person.records.contains { $0.name == own }
                && person.records.contains { facts in
                    facts.records(FieldSchema.photo).contains { hashes[$0] == sha256 }
                }
        }.compactMap { $0.records.first?.name }
        let sought = enquiries.links.filter { enquiry, links in
            enquiry != record && laptop.erasures(of: enquiry).isEmpty
                && links.photos.contains { hashes[$0] == sha256 }
        }.keys.sorted { laptop.heads.table.precedes($0, $1) }
        return (people + sought.map { name(of: $0) }).compactMap(recordText)
    }

    // MARK: - erasing

    /// The photos that go with some records when these are erased: all that were ever said to be of them, unless somebody else
    /// has one now.
    func photos(goingWith records: [Dot]) throws -> [Dot] {
        let names = Set(records.map { name(of: $0) })
        var stay = try exchange().people.flatMap(\.records).filter { !names.contains($0.name) }
            .reduce(into: Set<NamedDot>()) { $0.formUnion($1.records(FieldSchema.photo)) }
        for (enquiry, links) in enquiries.links where !records.contains(enquiry) {
            stay.formUnion(links.photos)
        }
        var photos: [Dot] = []
        for record in records {
            for change in try laptop.history(of: record, store) ?? [] {
                guard let write = change.write(to: FieldSchema.photo),
                    case .record(let name) = laptop.body(of: write, in: change).content,
                    !stay.contains(name), let photo = dot(named: name), !photos.contains(photo),
                    try laptop.view(of: photo, store) != nil, laptop.erasures(of: photo).isEmpty
                else { continue }
                photos.append(photo)
            }
        }
        return photos
    }
}
