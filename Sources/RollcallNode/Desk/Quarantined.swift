import RollcallControl
import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// What waits in quarantine, and what is decided of it.
extension Driver {
    /// One row for each write that waits, as in `history`, but for its value and the words of its author.
    ///
    /// - Parameter all: Those that were refused, too.
    func quarantineRows(all: Bool) throws -> [HistoryRow] {
        try requireRegister()
        return try laptop.quarantined(store).filter {
            all || laptop.decisions(about: $0.dot).isEmpty
        }.flatMap { stored in
            historyRows(try Change(dot: stored.dot, stored: stored.content), lane: nil)
        }.map { row in
            var row = row
            row.content = nil
            row.source = nil
            row.reason = nil
            return row
        }
    }

    /// How many changes wait for somebody to decide.
    func waitingCount() throws -> Int {
        if let knownWaiting { return knownWaiting }
        let count = try laptop.waiting(store).count
        knownWaiting = count
        return count
    }

    func quarantineReport(_ text: String) throws -> QuarantineReport {
        try requireRegister()
        let dot = try dot(text)
        let replica = laptop.heads.table[dot.replica]
        let decisions = laptop.decisions(about: dot)
        let counts = laptop.membership?.counted(of: replica).includes(dot.counter) ?? true
        guard replica.lane != .control, !counts || !decisions.isEmpty,
            let stored = try store.change(dot)
        else { throw LaptopError.notQuarantined }
        let change = try Change(dot: stored.dot, stored: stored.content)
        return QuarantineReport(
            rows: historyRows(change, lane: nil), counts: counts,
            decisions: decisions.map { decision in
                DecisionReport(
                    verdict: Self.verdictName(decision.verdict), node: decision.author.text,
                    reason: decision.reason)
            })
    }

    func judge(
        _ texts: [String], _ verdict: AdoptEntry.Verdict, reason: String
    ) throws -> JudgeReport {
        let reason = try Self.name(reason, "reason")
        let dots = try texts.map { try dot($0) }
        let now = moment
        _ = try act { laptop, store, output in
            try laptop.judge(dots, verdict, reason: reason, now, store, &output)
        }
        return JudgeReport(
            verdict: Self.verdictName(verdict), dots: dots.map { laptop.heads.table.text($0) },
            quarantined: try waitingCount())
    }

    private static func verdictName(_ verdict: AdoptEntry.Verdict) -> String {
        switch verdict {
        case .adopt: "adopt"
        case .refuse: "refuse"
        }
    }
}
