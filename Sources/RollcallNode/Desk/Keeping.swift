import RollcallControl
import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// Until when the register is kept, what is due then, and what must not be erased.
extension Driver {
    // MARK: - retention

    func setEnd(_ date: String?, reason: String) throws -> RetentionReport {
        let day = try date.map { text in
            guard let day = CalendarDay(text) else {
                throw ControlError(
                    .badValue, "a date is written year-month-day, such as 2027-01-31")
            }
            return day.daysSince1970
        }
        let reason = try Self.name(reason, "reason")
        let now = moment
        _ = try act { laptop, store, output in
            try laptop.setEnd(day: day, reason: reason, now, store, &output)
        }
        return try retentionReport()
    }

    func retentionReport() throws -> RetentionReport {
        try requireRegister()
        let keeping = laptop.keeping
        return RetentionReport(
            endDate: keeping.endDay.map { CalendarDay(daysSince1970: $0).text },
            said: try keeping.ends.map { end in
                RetentionReport.Said(
                    endDate: end.day.map { CalendarDay(daysSince1970: $0).text },
                    node: end.by.author.text, reason: end.by.reason,
                    recordedAt: try recordedAt(end.by.entry))
            },
            isOver: isOver, due: try due().count,
            underHold: try allRecords().count { !laptop.holds(on: $0).isEmpty })
    }

    /// Whether the last day is behind us, by this laptop's clock.
    private var isOver: Bool {
        guard let day = laptop.keeping.endDay else { return false }
        return moment.wallClock / 86_400_000 > day
    }

    func dueRows() throws -> [DueRow] {
        try requireRegister()
        return try due().map { DueRow(record: laptop.text(ofRecord: $0)) }
    }

    /// After the last day all that is neither under hold nor erased; nothing goes by itself.
    private func due() throws -> [Dot] {
        guard isOver else { return [] }
        return try allRecords().filter { record in
            try laptop.holds(on: record).isEmpty && !isErased(record)
        }
    }

    /// Whether nothing is left of a record; what somebody wrote of it later would be.
    private func isErased(_ record: Dot) throws -> Bool {
        guard !laptop.erasures(of: record).isEmpty else { return false }
        return try laptop.view(of: record, store)?.fields.isEmpty != false
    }

    // MARK: - holds

    func hold(_ ids: [String], all: Bool, lift: Bool, reason: String) throws -> HoldOrderReport {
        guard all == ids.isEmpty else {
            throw ControlError(.usage, "either records or the whole register")
        }
        let records = try ids.map { try record($0) }
        let reason = try Self.name(reason, "reason")
        let now = moment
        _ = try act { laptop, store, output in
            try laptop.hold(
                records, lift ? .lift : .hold, reason: reason, now, store, &output)
        }
        return HoldOrderReport(
            verdict: lift ? "lift" : "hold", records: records.map { laptop.text(ofRecord: $0) })
    }

    func holdReports() throws -> [HoldReport] {
        try requireRegister()
        let keeping = laptop.keeping
        let onAll = try keeping.onAll.map { try holdReport($0, record: nil) }
        return try onAll
            + laptop.recordsUnderHold.flatMap { record in
                try laptop.holds(on: record).dropFirst(onAll.count).map {
                    try holdReport($0, record: record)
                }
            }
    }

    private func holdReport(_ hold: Keeping.Deciding, record: Dot?) throws -> HoldReport {
        HoldReport(
            record: record.map { laptop.text(ofRecord: $0) }, node: hold.author.text,
            reason: hold.reason, recordedAt: try recordedAt(hold.entry),
            isErased: record.map { !laptop.erasures(of: $0).isEmpty } ?? false)
    }

    /// When an entry was written, as its author's laptop claimed.
    func recordedAt(_ entry: Dot) throws -> String? {
        guard let stored = try store.change(entry) else { return nil }
        return Self.time(try Change(dot: entry, stored: stored.content).recordedAt)
    }
}
