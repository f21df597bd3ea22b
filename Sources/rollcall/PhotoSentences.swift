import RollcallControl

extension Sentences {
    static let photoDiscussion = """
        Each picture is kept once, byte for byte, by its SHA-256. It comes to every laptop and every full bundle after all words, \
        and leaves by no export of people. A photo that is detached stays in the register, and so does who had it and why not.

          rollcall photo PERSON                              names the person's photos
          rollcall photo PERSON --add face.jpg --source "photo table"
          rollcall photo PHOTO --save face.jpg
          rollcall photo PERSON --detach PHOTO --reason "of another man"
        """
    static let photoUsage =
        "one thing at a time: --add with --source and --original, --save, or --detach with --reason"
    static let detachNeedsReason = "say why the photo is not of the person: --reason"

    static func photo(_ row: PhotoRow, _ names: NodeNames) -> String {
        let attached = row.attached.map { witness($0.witness, names: names) }
        let by = "attached: " + attached.joined(separator: "; ")
        guard !row.isSealed else { return "a photo that this laptop may not see; " + by }
        let id = row.photos.map(shown).joined(separator: " = ")
        guard !row.isErased else { return "\(id): erased; \(by)" }
        guard let type = row.type, let width = row.width, let height = row.height,
            let bytes = row.bytes, let hash = row.sha256
        else { return "\(id): on its way; \(by)" }
        var lines = [
            "\(id): \(shown(type)), \(counted(width)) x \(counted(height)), \(size(bytes: bytes))"
                + (row.isWhole ? "" : ", not here whole yet"), "SHA-256 \(shown(hash))", by,
        ]
        if let original = row.originalSHA256 {
            lines.append("a smaller copy of the file with SHA-256 \(shown(original))")
        }
        if !row.alsoOf.isEmpty { lines.append(alsoOf(row.alsoOf)) }
        return lines.joined(separator: "\n  ")
    }

    private static func alsoOf(_ people: [String]) -> String {
        "the same picture is of \(people.map(shown).joined(separator: ", ")), too: look whose it is"
    }

    static func addedPhoto(_ report: PhotoReport) -> String {
        let what =
            switch (report.isAttached, report.isNew) {
            case (false, _): "the person has this photo already:"
            case (true, false): "the picture was here already, and is attached now:"
            case (true, true): "kept and attached:"
            }
        let others = report.alsoOf.isEmpty ? "" : "\n" + alsoOf(report.alsoOf)
        return "\(what) \(shown(report.photo)), SHA-256 \(shown(report.sha256))\(others)"
    }
}
