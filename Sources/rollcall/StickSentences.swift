import Foundation
import RollcallControl

/// What the program says of sticks.
extension Sentences {
    static let bundleKeyDiscussion = """
        Bundles are files of age v1. What --secret prints opens every bundle that was made for this laptop: \
        `age -d -i FILE`. Whoever has it can read them; keep it like the laptop.
        """
    static let carryDiscussion = """
        Safe on every laptop, in any order, as often as one likes: what is for this one is taken in, and one bundle is put on \
        for all the others. A bundle is of no use any more when all have it whom it is for; --delete takes those off, and nothing else.
        """

    static func carried(_ row: CarryRow) -> String {
        let file = shown((row.file as NSString).lastPathComponent)
        let what =
            switch row.outcome {
            case .takenIn: "\(counted(row.new)) new"
            case .forOthers: "for other laptops"
            case .request, .admission: carriedToJoin(row)
            case .refused: "refused: \(shown(row.reason ?? "?"))"
            }
        guard row.outcome != .request else {
            return "\(file): \(what)\(row.isDeleted ? ", deleted" : "")"
        }
        let rest = row.isDeleted ? "; all have it, deleted" : row.isDone ? "; all have it" : ""
        return "\(file): \(what)\(rest)"
    }

    static func carried(_ report: CarryReport, _ names: NodeNames) -> String {
        if report.isWaiting { return waitsForAdmission }
        var lines = [report.export.map { exported($0, names: names) } ?? "nobody lacks anything"]
        lines += report.withoutKey.map {
            "\(shown(names[$0])) has not said to which key a bundle for it is sealed: connect it once"
        }
        return lines.joined(separator: "\n")
    }

    /// What an import would come to: counts first, then who.
    static func previewed(_ preview: ImportPreview) -> [String] {
        func names(_ nodes: [NamedNode]) -> String {
            nodes.map { shown($0.name ?? $0.node) }.joined(separator: ", ")
        }
        var lines = [
            "it would add \(counted(preview.newRecords, "record")), "
                + "change \(counted(preview.changedRecords)), "
                + "make \(counted(preview.conflicts, "conflict")) "
                + "and settle \(counted(preview.conflictsSettled))"
        ]
        if !preview.membersAdded.isEmpty {
            lines.append("it would let in \(names(preview.membersAdded))")
        }
        if !preview.membersRemoved.isEmpty {
            lines.append("it would take out \(names(preview.membersRemoved))")
        }
        lines.append(
            preview.lacking.isEmpty
                ? "nobody else is known to lack what is in it"
                : "not known to have it: \(names(preview.lacking))")
        return lines
    }

    static let previewOrAnswer = "a preview takes nothing in, and there is nothing to answer"

    /// How those hear of it from whom bundles came.
    static func answered(_ report: AnswerReport, _ names: NodeNames) -> String {
        if let export = report.export {
            return "the answer: \(exported(export, names: names))"
        }
        guard !report.waiting.isEmpty else {
            return "no answer is needed: they have all that is here, and know that it came"
        }
        let who = report.waiting.map { shown($0.name) }.joined(separator: ", ")
        let lacks = report.waiting.map(\.lacks).max() ?? 0
        let verb = report.waiting.count == 1 ? ("has", "lacks") : ("have", "lack")
        return "\(who) \(verb.0) not heard that it came"
            + (lacks == 0 ? "" : ", and \(verb.1) \(counted(lacks, "change"))")
            + ": `rollcall export --for \(report.waiting.map(typed).joined(separator: ",")) -o FILE` "
            + "makes the answer, `rollcall carry FOLDER` one for all"
    }

    /// A laptop's name as a shell takes it; the start of its id, where that is no plain word.
    private static func typed(_ laptop: AnswerReport.Waiting) -> String {
        let isPlain = laptop.name.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || $0.properties.numericType != nil
                || " -._".unicodeScalars.contains($0)
        }
        guard isPlain, !laptop.name.isEmpty else { return String(laptop.node.prefix(8)) }
        return laptop.name.contains(" ") ? "'\(laptop.name)'" : laptop.name
    }

    /// A bundle in a folder that was left alone.
    static func skipped(_ reason: ImportReport.Skipped, file: String) -> String {
        let what =
            switch reason {
            case .forOthers: "for other laptops"
            case .otherRegister: "of another register"
            case .noAdmission: "does not let this laptop in"
            }
        return "\(shown(file)): \(what), left alone"
    }

    static func refusedOnStick(_ count: Int) -> String {
        "\(counted(count, "bundle")) on the stick could not be taken in"
    }

    static let recordOrSince = "say what is asked about: a record, or --since a change"

    /// Why changes stayed in a bundle.
    static let left =
        "what was left was erased by somebody of whom this laptop has not heard yet (connect, or import "
        + "a bundle made for it), or is of a laptop that wrote twice (`rollcall status` names it)"
}
