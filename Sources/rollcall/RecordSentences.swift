import RollcallControl

/// What the program says about records and files.
extension Sentences {
    // MARK: - Records

    static func content(_ content: Content) -> String {
        switch content {
        case .text(let text): text
        case .event(let stage, let time): stage + (time.map { " at \(Self.time($0))" } ?? "")
        case .state(let state): "(\(state.replacing("_", with: " ")))"
        }
    }

    /// Who, where, when, and from which source.
    static func witness(_ witness: Witness, names: NodeNames) -> String {
        var text = "\(witness.operator ?? "someone") at \(names[witness.node])"
        if let recordedAt = witness.recordedAt { text += ", \(time(recordedAt))" }
        if let source = witness.source { text += ", from \(source)" }
        if let grade = witness.grade.flatMap(Self.grade) { text += " (\(grade))" }
        return text
    }

    /// What a grade of the Admiralty scale says; nil of a later one.
    static func grade(_ text: String) -> String? {
        let reliability: [Character: String] = [
            "A": "reliable", "B": "usually reliable", "C": "fairly reliable",
            "D": "not usually reliable", "E": "unreliable", "F": "reliability unknown",
        ]
        let credibility: [Character: String] = [
            "1": "confirmed by others", "2": "probably true", "3": "possibly true",
            "4": "doubtful", "5": "improbable", "6": "truth unknown",
        ]
        guard text.count == 2, let one = text.first.flatMap({ reliability[$0] }),
            let other = text.last.flatMap({ credibility[$0] })
        else { return nil }
        return "\(one), \(other)"
    }

    /// How a comparison came out, and whether that still says something.
    static func outcome(of mark: VerificationView) -> String {
        let outcome = mark.outcome == "unable" ? "not comparable" : shown(mark.outcome)
        return mark.stands ? outcome : "(\(outcome), lapsed)"
    }

    static func place(of mark: VerificationView, names: NodeNames) -> String {
        let witness = witness(mark.witness, names: names)
        return mark.station.isEmpty ? witness : "\(witness), \(shown(mark.station))"
    }

    static func reason(_ reason: String) -> String { "because: \(reason)" }

    static func recordHeading(_ record: RecordView) -> String {
        "record \(shown(record.record)), made by \(shown(record.created))"
            + (record.removed ? ", removed" : "")
            + (record.underHold ? ", under hold: `rollcall holds` says why" : "")
            + (record.erased ? ", erased: `rollcall erasures` says when and why" : "")
    }

    static func wrote(_ report: WriteReport, verb: String) -> String {
        "\(verb) \(shown(report.record)): \(shown(report.dots.joined(separator: " ")))"
    }

    static func resolved(_ report: ResolveReport) -> String {
        "\(shown(report.field)) of \(shown(report.record)) is settled by \(shown(report.dot)), "
            + "in place of \(counted(report.replaced.count, "sibling"))"
    }

    // MARK: - Bundles and backups

    static func exported(_ report: ExportReport, names: NodeNames) -> String {
        let targets =
            report.targets.isEmpty
            ? "whoever checks it" : report.targets.map { names[$0] }.joined(separator: ", ")
        let files = report.files.map(shown).joined(separator: ", ")
        return "\(files): \(counted(report.changes, "change")), "
            + "\(size(bytes: report.bytes)), for \(shown(targets))"
    }

    static func imported(_ report: ImportReport, file: String, names: NodeNames) -> String {
        let source = report.source.map { names[$0] } ?? "an unknown laptop"
        return "\(shown(file)), from \(shown(source)): \(counted(report.new)) new, "
            + "\(counted(report.known)) known, \(counted(report.held)) held, "
            + "\(counted(report.quarantined)) quarantined, "
            + counted(report.conflicts, "conflict")
            + (report.left == 0 ? "" : ", \(counted(report.left)) left in it")
            + (report.applied ? "" : "; nothing was taken in")
    }

    static func missing(_ run: ImportReport.Missing) -> String {
        "still to come: \(shown(run.replica)) from \(counted(run.from)) to \(counted(run.to))"
    }

    /// What there is besides the changes that were listed.
    static func inspected(_ report: InspectReport) -> String {
        var parts = [report.changes == 0 ? "no changes" : counted(report.changes, "change")]
        if report.otherFrames > 0 { parts.append(counted(report.otherFrames, "other frame")) }
        if report.bytesLeft > 0 {
            parts.append("\(counted(report.bytesLeft, "byte")) of a frame that is cut short")
        }
        return parts.joined(separator: ", ")
    }

    static func backedUp(_ report: BackupReport) -> String {
        "\(shown(report.file)): \(size(bytes: report.bytes)), with this laptop's key"
    }

    static func drilled(_ report: DrillReport) -> String {
        let holds = [
            counted(report.records, "record"), counted(report.changes, "change"),
            "\(counted(report.quarantined)) quarantined",
        ].joined(separator: ", ")
        var lines = [
            "restored to a place apart, opened, read from end to end, and taken away again",
            "\"\(shown(report.title))\" on \(shown(report.name ?? "a laptop without a name")), "
                + "node \(shown(report.node)): \(holds)",
            "\(counted(report.signatures, "signature")) good, fingerprint \(shown(report.fingerprint))",
            gained(report),
        ]
        if report.onlyInBackup > 0 {
            lines.append(
                "\(counted(report.onlyInBackup, "change")) in it are not in this register: "
                    + "restore it, or ask the laptop it is of")
        }
        return (lines + ["this backup can be restored:"] + steps(report)).joined(separator: "\n")
    }

    private static func gained(_ report: DrillReport) -> String {
        guard report.gained > 0 else { return "the register has gained nothing since" }
        return "the register has gained \(counted(report.gained, "change")) since, and has "
            + "\(counted(report.recordsNow, "record")) now"
    }

    private static func steps(_ report: DrillReport) -> [String] {
        let unlock =
            report.protection == "none"
            ? "" : " and unlock it with this passphrase: `rollcall --home DIR unlock`"
        return [
            "1. end the laptop that it is of for good: two with one key harm the register",
            "2. on the laptop that takes its place: `rollcalld --restore \(shown(report.file)) --home DIR`",
            "3. start it with `rollcalld --home DIR`\(unlock)",
            "4. `rollcall --home DIR connect HOST:PORT` of another laptop, then "
                + "`rollcall --home DIR wait --up-to-date`",
        ]
    }

    // MARK: - Times and sizes

    /// A time in a form that takes less room: the second is exact enough for people.
    static func time(_ text: String) -> String {
        guard text.count >= 20, text.hasSuffix("Z") else { return shown(text) }
        return shown(text.prefix(10) + " " + text.dropFirst(11).prefix(8) + "Z")
    }

    /// A time of day without its seconds.
    static func minute(_ text: String) -> String {
        guard text.count >= 20, text.hasSuffix("Z") else { return shown(text) }
        return shown(text.prefix(10) + " " + text.dropFirst(11).prefix(5) + "Z")
    }

    /// Nil where the two agree to the second.
    static func clockOff(_ peer: PeerReport) -> String? {
        guard let offset = peer.clockOffsetMilliseconds, offset.magnitude >= 500 else { return nil }
        let name = shown(peer.name ?? String(peer.node.prefix(6)))
        return "the clock of \(name) is \(clockOffset(milliseconds: offset))"
    }

    static func clockOffset(milliseconds: Int) -> String {
        let seconds = (milliseconds.magnitude + 500) / 1000
        if seconds == 0 { return "same" }
        return "\(counted(Int(seconds))) s \(milliseconds > 0 ? "ahead" : "behind")"
    }

    static func size(bytes: Int) -> String {
        switch bytes {
        case ..<1000: counted(bytes, "byte")
        case ..<1_000_000: "\(tenths(bytes / 100)) kB"
        default: "\(tenths(bytes / 100_000)) MB"
        }
    }

    static func timeLeft(seconds: Int) -> String {
        seconds < 60 ? "\(seconds) s left" : "\(seconds / 60) min \(seconds % 60) s left"
    }

    private static func tenths(_ number: Int) -> String {
        "\(counted(number / 10)).\(number % 10)"
    }
}
