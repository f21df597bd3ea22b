import RollcallControl

/// What the program says about the exchange.
extension Sentences {
    static let tallyDiscussion = """
        A number that may be less once people have decided who is one person is a range: 388-390. \
        `rollcall discrepancies` lists what there is to decide.
        """

    static let stageDiscussion = """
        `--close` writes down the numbers, the register's fingerprint and how far each laptop was heard. Whoever is \
        listed and did not come is absent from then on. What is written of the stage later counts, shows as late, and \
        alters nothing of what was written down.
        """

    static let headsDiscussion = """
        `rollcall tally` sets beside it how many are registered to have come in it: of each `arrival_vehicle='bus 3@1'`, \
        bus 3 at stage 1. Where nobody's vehicle is written down, all counts of a stage are compared with all who arrived.
        """

    static let wholeOrigin = "a side's list has --issuer, --direction and --stage, and --revision"

    static let linkDiscussion = """
        Nothing is copied or deleted by it: both records stay, and count as one person. `rollcall unlink` brings back two. \
        `rollcall discrepancies` lists who may be one.
        """
    static let settleDiscussion = """
        Nothing of anybody is changed by it: the decision stands beside what does not fit, with who made it and why, and names all that was \
        looked at. Once any of that is another, it is open again by itself. Who may be one person is settled with `rollcall link`.

          rollcall settle listed_absent 7pkj --as explained --reason "in hospital, comes with stage 2"
          rollcall settle parity_gap --stage 1 --as other_side_asked --reason "two stretchers on their side"
          rollcall settle listed_absent 7pkj --reopen --reason "he is not in that hospital"
        """
    static let asOrReopen = "say either --as, how it is settled, or --reopen"

    static func settled(_ settled: DiscrepancyReport.Settled, _ names: NodeNames) -> String {
        let who = settled.operator.map(shown) ?? "somebody"
        let time = settled.recordedAt.map { ", " + Self.time($0) } ?? ""
        let reason = settled.reason.map { ": " + shown($0) } ?? ""
        return "\(shown(settled.as)), \(who) at \(shown(names[settled.node]))\(time)\(reason)"
    }

    static let sameOrNot = "say one of --same, --not-same and --withdraw"

    static let listFileUsage =
        "a list is withdrawn with --withdraw, or its file written with --file and -o"

    static func wroteOriginal(_ report: ListFileReport) -> String {
        "\(shown(report.file)): \(size(bytes: report.bytes)), as it came; SHA-256 \(report.sha256)"
    }

    static func direction(_ direction: String) -> String {
        switch direction {
        case "a_to_b": "A to B"
        case "b_to_a": "B to A"
        default: shown(direction)
        }
    }

    static func range(_ range: RangeReport) -> String {
        range.least == range.most
            ? counted(range.most) : "\(counted(range.least))-\(counted(range.most))"
    }

    static func tally(_ report: TallyReport) -> String {
        var lines = report.parity.map { parity in
            let what = parity.stage.map { "stage \(shown($0))" } ?? "all stages"
            return "\(what): \(difference(parity.difference))"
        }
        if let target = report.target {
            lines.append("each side is to hand over \(counted(target))")
        }
        if report.withoutDirection > 0 {
            lines.append(
                "\(counted(report.withoutDirection)) people in no number above: nobody says which side "
                    + "holds them (detained_by)")
        }
        if report.discrepancies > 0 {
            lines.append(
                "\(counted(report.discrepancies)) to look at: `rollcall discrepancies`")
        }
        lines += report.closings.map(closing)
        lines += report.heard.map { heard in
            "heard from \(shown(heard.name)) until "
                + (heard.at.map(time) ?? "never: what it wrote is in no number")
        }
        if !report.vehicles.isEmpty { lines.append("\n\(table(of: report.vehicles))") }
        return lines.joined(separator: "\n")
    }

    private static func closing(_ closing: TallyReport.Closing) -> String {
        let handed = closing.rows.filter { $0.what == "handed_over" }.map { row in
            "\(range(row.all)) \(direction(row.direction))"
        }
        let who = [closing.operator.map { "by \(shown($0))" }, closing.at.map(time)]
        return
            (["stage \(shown(closing.stage)) closed"] + who.compactMap { $0 }
            + ["with", handed.isEmpty ? "nobody handed over" : handed.joined(separator: ", ")]
            + (closing.late > 0 ? ["; \(counted(closing.late)) late"] : []))
            .joined(separator: " ").replacing(" ;", with: ";")
    }

    private static func difference(_ range: RangeReport) -> String {
        if range.least == 0, range.most == 0 { return "both sides handed over as many" }
        if range.least >= 0 { return "\(self.range(range)) more from A to B" }
        if range.most <= 0 {
            let turned = RangeReport(least: -range.most, most: -range.least)
            return "\(self.range(turned)) more from B to A"
        }
        return
            "between \(counted(-range.least)) more from B to A and \(counted(range.most)) more from A to B"
    }

    static let openDiscussion =
        "The address works once, within two minutes, and in browsers on this laptop alone. The page ends when the laptop is locked or the daemon stops."

    /// What somebody has to look at, of a person.
    static func open(_ person: PersonRow) -> String {
        var open = person.conflicts.map { "conflict: \($0)" }
        open += person.unlike.map { "unlike: \($0)" }
        open += person.contradictions.map { "\($0[1]) and \($0[2])" }
        if !person.maybeSame.isEmpty { open.append("maybe twice") }
        if !person.namesakes.isEmpty { open.append("namesake") }
        return open.joined(separator: "; ")
    }

    static func table(of rows: [TallyRow]) -> String {
        var table = Table(
            ["stage", "direction", "what", "military", "civilian", "unresolved", "all"])
        for row in rows where row.all.most > 0 || row.what == "handed_over" {
            table.add(
                [row.stage ?? "all", direction(row.direction), row.what.replacing("_", with: " ")]
                    + [row.military, row.civilian, row.unresolved, row.all].map(range))
        }
        return table.text
    }

    static func table(of vehicles: [TallyReport.Vehicle]) -> String {
        var table = Table(["stage", "vehicle", "counted", "registered", "difference"])
        for one in vehicles {
            let counts = one.counted.map { counted($0) }.joined(separator: " / ")
            table.add([
                one.stage, one.vehicle, counts.isEmpty ? "-" : counts, range(one.registered),
                one.counted.isEmpty ? "-" : difference(one),
            ])
        }
        return table.text
    }

    /// How many more are registered than were counted, from the least to the most.
    private static func difference(_ vehicle: TallyReport.Vehicle) -> String {
        let least = vehicle.registered.least - (vehicle.counted.max() ?? 0)
        let most = vehicle.registered.most - (vehicle.counted.min() ?? 0)
        return least == most ? counted(most) : "\(counted(least)) to \(counted(most))"
    }

    static let reportDiscussion =
        "It names people, so it is in the custody log as a print. Whoever is withheld from their own side's paper is named by their record alone."

    static let allFits = "everything fits"
    static let sheetNotice = "For this exchange alone. Destroy it after use."

    static func sheetHead(_ sheet: Sheet) -> String {
        let place = [sheet.title, sheet.laptop].compactMap { $0 }.map { shown($0) }
        return (place + ["as of \(time(sheet.asOf))"]).joined(separator: ", ")
            + (sheet.fingerprint.map { "\nstate of the register: \($0)" } ?? "")
    }

    /// Line and name of a person, as paper has them.
    static func onSheet(_ person: PersonRow) -> String {
        let fields = ["line_number", "surname", "given_name", "patronymic"]
        let words = fields.map { (person.texts[$0] ?? []).joined(separator: "/") }
        // Two of one name are told apart by nothing else.
        let born = person.namesakes.isEmpty ? [] : person.texts["birth_date"] ?? []
        return shown(
            (words.filter { !$0.isEmpty } + born.map { "(\($0))" }).joined(separator: " "))
    }
}
