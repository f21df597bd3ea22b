import RollcallControl

/// An enquiry as people read it: what is asked, whom it may mean and why, what the family was told.
enum EnquiryPage {
    static func cells(of row: EnquiryRow) -> [String] {
        [
            row.record, name(row.texts), texts(row.texts, "birth_date"), texts(row.texts, "asker"),
            texts(row.texts, "asker_contact"), Sentences.state(of: row),
        ]
    }

    static func text(of report: EnquiryReport, names: NodeNames) -> String {
        let row = report.enquiry
        var about = Table()
        for field in EnquiryRow.shownFields {
            for text in row.texts[field] ?? [] { about.add([field, text]) }
        }
        var lines = ["\(shown(row.record)): \(Sentences.state(of: row))", about.text]
        for candidate in report.candidates { lines.append(self.text(of: candidate, names)) }
        if report.candidates.isEmpty { lines.append(Sentences.nobodyLikely) }
        lines += report.told.map { told in Sentences.told(told, names) }
        return lines.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static func text(of candidate: EnquiryReport.Candidate, _ names: NodeNames) -> String {
        let born = texts(candidate.texts, "birth_date")
        let head = [candidate.record, name(candidate.texts), born].filter { !$0.isEmpty }
        let link = candidate.link.map { link in
            Sentences.linked(link, candidate.claims, names)
        }
        let mark = link ?? candidate.band.map { shown($0) } ?? ""
        return
            (["\n\(shown(head.joined(separator: " ")))  \(mark)"]
            + candidate.reasons.map { "  " + Sentences.reason($0) }
            + candidate.because.map { "  since \(shown($0))" }
            + [candidate.why.map { "  " + Sentences.telling(candidate.telling, $0) }]
            .compactMap(\.self)).joined(separator: "\n")
    }

    private static func name(_ texts: [String: [String]]) -> String {
        ["surname", "given_name", "patronymic"].map { self.texts(texts, $0) }
            .filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func texts(_ texts: [String: [String]], _ field: String) -> String {
        (texts[field] ?? []).joined(separator: "/")
    }
}
