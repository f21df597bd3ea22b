import RollcallControl

/// What the program says about lists that came in files, and rosters that go out in them.
extension Sentences {
    static func rosterCounts(_ report: RosterReport) -> String {
        [
            counted(report.rows, "row"), "\(counted(report.added)) added",
            "\(counted(report.unchanged)) unchanged",
            "\(counted(report.differing.count)) differing",
            "\(counted(report.duplicate.count)) duplicate",
            "\(counted(report.failed.count)) failed",
        ].joined(separator: ", ")
    }

    static func differing(_ row: RosterReport.Differing) -> String {
        "row \(counted(row.row)) differs from \(shown(row.record)) in "
            + shown(row.fields.joined(separator: ", "))
    }

    static func duplicate(_ row: RosterReport.Duplicate) -> String {
        "row \(counted(row.row)) has \(counted(row.records.count, "record")): "
            + shown(row.records.joined(separator: ", "))
    }

    static func failed(_ row: RosterReport.Failed) -> String {
        "row \(counted(row.row)) failed: \(shown(row.reason))"
    }

    /// Nobody who was erased is remembered, so nothing here can say who it is.
    static func erasedRows(_ report: RosterReport) -> String {
        "\(counted(report.erased, "row")) of rosters were erased in this register, and nothing remembers whose they were: "
            + "look whether any of the \(counted(report.added)) added is one, and erase it again"
    }

    static func exported(_ report: RosterExportReport) -> String {
        "\(shown(report.file)): \(counted(report.rows, "row")), \(size(bytes: report.bytes))"
            + (report.withheld > 0 ? "; \(counted(report.withheld)) withheld" : "")
            + (report.leftOut.isEmpty
                ? ""
                : "\nnot closed, and not in it: stage \(shown(report.leftOut.joined(separator: ", ")))")
            + (report.closedAgain.isEmpty
                ? ""
                : "\nclosed before with other numbers: stage \(shown(report.closedAgain.joined(separator: ", "))); "
                    + "whoever has those too can tell of single people by the difference")
    }

    static let rosterExportDiscussion = """
        Whoever is withheld from those whom it is for is kept back, and so is a field that somebody said is withheld. The other \
        side gets names, dates of birth and categories; for press there are the numbers alone that stages were closed with, and none from 1 to 4. Above the \
        table stands what it is for; the custody log says who made it.
        """

    static let tickDiscussion = """
        Lines go by the numbers that they have on this list, also where a later revision gave them others. What was ticked \
        is marked "from paper", and by whom; whoever was written on a blank line is added with `rollcall add`.
        """

    static func ticked(_ report: TickReport) -> String {
        var lines = [
            "\(counted(report.ticked.count, "line")) ticked as "
                + "\(shown(report.event.replacing("_", with: " "))) at stage \(shown(report.stage))"
        ]
        for (what, numbers) in [
            ("known before", report.known), ("on no line of this list", report.missing),
            ("of several people, and not ticked", report.ambiguous),
        ] where !numbers.isEmpty {
            lines.append("\(what): \(shown(numbers.joined(separator: ", ")))")
        }
        return lines.joined(separator: "\n")
    }

    static func filesKept(_ files: [String]) -> String {
        "lists on which they stood are kept as they came, and name them: to lose those too, "
            + "`rollcall erase \(shown(files.joined(separator: " ")))`"
    }

    static let previewedRoster = "a preview: nothing was written"

    /// How the file was read.
    static func read(_ facts: ListFileFacts) -> [String] {
        var first =
            facts.sheet.map { "sheet \"\(shown($0))\"" }
            ?? "text in \(facts.encoding ?? facts.form)"
        let others = facts.sheets.filter { $0 != facts.sheet }
        if !others.isEmpty { first += " (--sheet for \(shown(others.joined(separator: ", "))))" }
        first += "; row \(counted(facts.headerRow)) names the columns, and row 1 is the one below"
        let columns = facts.columns.map { column in
            let field = column.field == "-" ? "left out" : column.field.replacing("_", with: " ")
            return "  \(shown(column.column)): \(field)\(column.remembered ? ", as before" : "")"
        }
        let unknown = facts.unknownColumns.map {
            "  \(shown($0)): nobody knows what it holds; say it with --map"
        }
        let key = facts.key.map { ["rows are told apart by \(shown($0))"] } ?? []
        return [first] + columns + unknown + key
    }

    static func notes(_ rows: [Int]) -> String {
        "\(counted(rows.count, "row")) about nobody, left out: \(places(rows))"
    }

    static func found(_ finding: RosterReport.Finding) -> String {
        let what = counted(finding.rows.count, "row")
        let field = finding.field.map { $0.replacing("_", with: " ") } ?? "a cell"
        let why: String =
            switch finding.what {
            case "swapped_date": "\(field) is a date only with day and month changed"
            case "swapped_from_known":
                "\(field) is known of somebody of this name with day and month changed"
            case "unread_date": "\(field) cannot be read as a date, and is kept as it stands"
            case "unlikely_date": "\(field) is an unlikely date"
            case "year_of_two_digits":
                finding.field == "birth_date"
                    ? "the year has two digits: 00 to 25 are taken for 2000 to 2025, others for 19.."
                    : "the year has two digits: 00 to 69 are taken for 2000 to 2069, others for 19.."
            case "serial_date": "\(field) is a number of days, as a spreadsheet counts them"
            case "mixed_script": "a word of \(field) has Latin letters among Cyrillic ones"
            case "name_parts": "the whole name is not of three words in the usual order"
            case "repeated": "the line says what an earlier one says"
            case "formula": "a formula; what it came to was taken"
            default: shown(finding.what)
            }
        return "\(what): \(why): \(places(finding.rows))"
    }

    /// Dates that may be wrong, rows counted once.
    static func suspiciousDates(_ findings: [RosterReport.Finding]) -> String? {
        let kinds: Set = ["swapped_date", "swapped_from_known", "unread_date", "unlikely_date"]
        let rows = findings.filter { kinds.contains($0.what) }
            .reduce(into: Set<Int>()) { $0.formUnion($1.rows) }
        return rows.isEmpty ? nil : "\(counted(rows.count, "suspicious date"))"
    }

    /// Rows by number, a dash between those that follow each other; of very many the first.
    private static func places(_ rows: [Int]) -> String {
        var runs: [(first: Int, last: Int)] = []
        for row in rows.sorted() {
            if let run = runs.last, run.last + 1 >= row {
                runs[runs.count - 1].last = row
            } else {
                runs.append((row, row))
            }
        }
        let texts = runs.prefix(40).map { run in
            run.first == run.last ? "\(run.first)" : "\(run.first)-\(run.last)"
        }
        return texts.joined(separator: ", ") + (runs.count > 40 ? " and more" : "")
    }
}
