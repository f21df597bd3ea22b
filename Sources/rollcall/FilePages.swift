import RollcallControl

/// What an import did, as a person reads it: counts first, then what needs a person.
enum FilePages {
    static func text(of report: RosterReport) -> String {
        var lines = [Sentences.rosterCounts(report)]
        if !report.applied { lines.insert(Sentences.previewedRoster, at: 0) }
        if !report.applied || report.list != nil {
            lines += report.file.map(Sentences.read) ?? []
        }
        lines += Sentences.suspiciousDates(report.findings).map { [$0] } ?? []
        lines += report.findings.map(Sentences.found)
        if !report.notes.isEmpty { lines.append(Sentences.notes(report.notes)) }
        if report.added > 0, report.erased > 0 { lines.append(Sentences.erasedRows(report)) }
        lines += report.differing.map(Sentences.differing)
        lines += report.duplicate.map(Sentences.duplicate)
        lines += report.failed.map(Sentences.failed)
        return lines.joined(separator: "\n")
    }

    static func text(of report: ImportReport, file: String, names: NodeNames) -> String {
        if let skipped = report.skipped { return Sentences.skipped(skipped, file: file) }
        var lines = [Sentences.imported(report, file: file, names: names)]
        if let joined = report.joined { lines.insert(Sentences.joined(joined), at: 0) }
        if let preview = report.preview { lines += Sentences.previewed(preview) }
        if report.left > 0 { lines.append(Sentences.left) }
        lines += report.missing.map(Sentences.missing)
        return lines.joined(separator: "\n")
    }
}
