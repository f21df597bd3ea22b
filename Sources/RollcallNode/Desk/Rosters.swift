import Foundation
import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallStore
import RollcallSync
import RollcallTrust

extension Desk {
    /// Lets the driver apply all rows in one transaction, or none.
    func importRoster(_ order: RosterOrder, _ answer: AnswerLine) async throws {
        try await driver.requireRegister()
        if order.origin != nil || order.reading.preview {
            // A slice at a time, so that the laptop goes on with its work in between.
            while try await driver.fillExchange() {}
        }
        let reading = try RosterReading(order, try await driver.rememberedColumns(order.origin))
        let (progress, continuation) = AsyncStream.makeStream(
            of: ProgressReport.self, bufferingPolicy: .bufferingNewest(1))
        async let telling: Void = {
            for await report in progress { try? await answer.progress(report) }
        }()
        let outcome: Result<RosterReport, any Error>
        do {
            outcome = .success(
                try await driver.apply(reading, skippingBad: order.skipsBad) {
                    continuation.yield($0)
                })
        } catch {
            outcome = .failure(error)
        }
        continuation.finish()
        await telling
        let report = try outcome.get()
        guard report.failed.isEmpty || order.skipsBad || order.reading.preview else {
            try await answer.interim(report)
            throw ControlError(
                .rowsFailed,
                "\(report.failed.count) of \(report.rows) rows cannot be read; nothing was imported",
                hint: "mend them, or leave them out with --skip-bad")
        }
        try await answer.result(report)
    }
}

extension Driver {
    /// Adds the rows that are new, and compares the others with what is known.
    ///
    /// All is written in one transaction, which is undone after a preview, and if a row fails and bad rows are not skipped: the
    /// file is read once, and no more of its rows are in memory than three runs.
    func apply(
        _ reading: RosterReading, skippingBad: Bool, telling progress: (ProgressReport) -> Void
    ) throws -> RosterReport {
        guard laptop.membership != nil else { throw LaptopError.noRegister }
        let known = try knownRows()
        let operatorDot = try operatorDot(nil)
        let erased = try erasedRowCount()
        let knownList = try reading.revision.flatMap { try record(of: $0) }
        let needsFile =
            try reading.revision != nil && !reading.isPreview
            && original(sha256: reading.facts.sha256) == nil
        let exchange = reading.revision != nil || reading.isPreview ? try exchange() : Exchange([])
        let isNewest = reading.revision.map { !$0.isReplaced(in: exchange) } ?? true
        return try actInSteps { laptop, store, take in
            let list = try reading.revision.map { revision in
                if needsFile {
                    try Self.write(
                        ListOriginal.drafts(reading.bytes, file: revision.fileText, operatorDot),
                        in: .bulk, &laptop, store, take)
                }
                if let knownList { return knownList }
                return try Self.write(
                    revision.drafts(reading.columns, key: reading.key, operatorDot), &laptop,
                    store, take)
            }
            let name = list.map { Self.name(of: $0, laptop) }
            var run = RosterRun(
                known: known, list: name, operatorDot: operatorDot, isNewest: isNewest,
                dates: KnownDates(exchange), rowsWithFormulas: reading.rowsWithFormulas)
            let ahead = RosterAhead(reading, operatorDot: operatorDot, list: name)
            while case let rows = ahead.next(), !rows.isEmpty {
                for row in rows {
                    if run.isFull {
                        try run.flush(&laptop, store, take)
                        progress(ProgressReport(done: run.report.rows, what: "rows"))
                    }
                    try run.add(row, &laptop, store, take)
                }
            }
            try run.flush(&laptop, store, take)
            run.end(reading.facts)
            run.report.erased = erased
            run.report.applied = !reading.isPreview && (run.report.failed.isEmpty || skippingBad)
            if run.report.applied { run.report.list = list.map { laptop.text(ofRecord: $0) } }
            return (run.report, isKept: run.report.applied)
        }
    }

    /// Writes a run of changes and gives the record that the first made.
    @discardableResult
    private static func write(
        _ drafts: [Draft], in stream: RollcallSync.Stream = .data, _ laptop: inout Laptop,
        _ store: SealedRegister, _ take: (Output) throws -> Void
    ) throws -> Dot {
        var output = Output()
        let dots = try laptop.write(drafts, in: stream, store, &output)
        try take(output)
        return dots[0]
    }

    /// Records of which an erasure destroyed the row that they came of.
    ///
    /// The header of what was erased says that there was one, and nothing says which.
    private func erasedRowCount() throws -> Int {
        try laptop.erasedRecords.count { record in
            guard let stored = try store.change(record) else { return false }
            let change = try Change(dot: record, stored: stored.content)
            return change.isErased && change.write(to: FieldSchema.listLine) != nil
        }
    }

    /// Records by the identities of the rows that they came from.
    private func knownRows() throws -> [String: [Dot]] {
        var known: [String: [Dot]] = [:]
        for dot in try allRecords() {
            guard let view = try laptop.view(of: dot, store) else { continue }
            for value in view[FieldSchema.listLine]?.values ?? [] {
                if case .text(let identity) = value.content {
                    known[identity, default: []].append(dot)
                }
            }
        }
        return known
    }

    static func compare(
        _ row: RosterRow, _ number: Int, with records: [Dot], _ laptop: Laptop,
        _ store: SealedRegister,
        _ report: inout RosterReport
    ) throws {
        if records.count > 1 {
            report.duplicate.append(
                .init(row: number, records: records.map { laptop.text(ofRecord: $0) }.sorted()))
            return
        }
        guard let dot = records.first else { return }
        let unlike = try unlike(row, dot, laptop, store)
        guard !unlike.isEmpty else {
            report.unchanged += 1
            return
        }
        report.differing.append(
            .init(
                row: number, record: laptop.text(ofRecord: dot),
                fields: unlike.map { FieldSchema.name(of: $0) }))
    }

    /// The fields in which a record does not say what a row says.
    static func unlike(
        _ row: RosterRow, _ record: Dot, _ laptop: Laptop, _ store: SealedRegister
    ) throws -> [FieldNumber] {
        guard let view = try laptop.view(of: record, store) else { return row.writes.map(\.field) }
        return row.writes.filter { write in
            view[write.field]?.values.contains { $0.content.says(sameAs: write.content) } != true
        }.map(\.field)
    }
}
