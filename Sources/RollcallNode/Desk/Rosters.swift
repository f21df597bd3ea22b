import Foundation
import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallStore
import RollcallSync
import RollcallTrust

/// What a person said of a roster to import.
struct RosterOrder: Sendable {
    var path: String
    var list: String?
    var key: String?
    var columns: [ColumnField]
    var skipsBad: Bool
}

extension Desk {
    /// Reads the file beside the driver, then lets it apply all rows in one transaction, or none.
    func importRoster(_ order: RosterOrder, _ answer: AnswerLine) async throws {
        let reading = try await Self.read(order)
        var report = reading.report
        guard report.failed.isEmpty || order.skipsBad else {
            try await answer.interim(report)
            throw ControlError(
                .rowsFailed, "\(report.failed.count) of \(report.rows) rows cannot be read; nothing was imported",
                hint: "mend them, or leave them out with --skip-bad")
        }
        try await answer.progress(ProgressReport(done: 0, total: report.rows, what: "rows"))
        try await driver.apply(reading.rows, of: reading.list, to: &report)
        try await answer.result(report)
    }

    struct RosterReading: Sendable {
        var list: String
        var rows: [(number: Int, row: RosterRow)]
        var report: RosterReport
    }

    @concurrent
    private static func read(_ order: RosterOrder) async throws -> RosterReading {
        guard let data = FileManager.default.contents(atPath: order.path) else {
            throw ControlError(.badFile, "the file cannot be read", hint: order.path)
        }
        do throws(RosterError) {
            let file = try RosterFile([UInt8](data))
            let list = order.list ?? RosterPlan.listName(ofFile: order.path)
            let plan = try RosterPlan(
                header: file.header, map: order.columns.map { ($0.column, $0.field) }, key: order.key,
                list: list, hash: { firstEight(sha256($0)) })
            var reading = RosterReading(list: list, rows: [], report: RosterReport(
                    rows: 0, added: 0, unchanged: 0, differing: [], duplicate: [], failed: []))
            for row in file {
                reading.report.rows += 1
                do throws(RowFailure) {
                    reading.rows.append((row.number, try plan.read(row)))
                } catch {
                    reading.report.failed.append(.init(row: row.number, reason: error.description))
                }
            }
            return reading
        } catch {
            let code: ErrorCode = if case .unknownColumns = error { .unknownColumn } else { .badCSV }
            throw ControlError(
                code, error.description,
                hint: "map a column with --map COLUMN=FIELD, or leave it out with --map COLUMN=-")
        }
    }

    func exportRoster(_ path: String) async throws -> RosterExportReport {
        let file = try SafeFile(path)
        do {
            var writer = RosterWriter()
            let dots = try await driver.allRecords()
            var rows = 0
            for start in stride(from: 0, to: dots.count, by: 250) {
                let page = Array(dots[start..<min(start + 250, dots.count)])
                for (text, view) in try await driver.rosterRows(page) {
                    rows += 1
                    writer.append(record: text) { field in view[field]?.values.map(\.content) ?? [] }
                }
                try file.write(writer.drain())
            }
            try file.write(writer.drain())
            return RosterExportReport(file: path, bytes: try file.finish(), rows: rows)
        } catch {
            file.discard()
            throw error
        }
    }
}

extension Driver {
    /// Records that are not removed, with what a roster says of each.
    func rosterRows(_ dots: [Dot]) throws -> [(text: String, view: RollcallSync.RecordView)] {
        try dots.compactMap { dot in
            guard let view = try laptop.view(of: dot, store), !view.isRemoved else { return nil }
            return (laptop.text(ofRecord: dot), view)
        }
    }

    private static let rowsPerRun = 2_048

    /// Adds the rows that are new, and compares the others with what is known.
    func apply(
        _ rows: [(number: Int, row: RosterRow)], of list: String, to report: inout RosterReport
    ) throws {
        guard laptop.membership != nil else { throw LaptopError.noRegister }
        var known = try knownRows()
        let operatorDot = try laptop.defaultOperator(store)
        let head = Body.textHead(source: "list \(list)")
        var local = report
        try actInSteps { (laptop, store, take) -> (Void, isKept: Bool) in
            var drafts: [Draft] = []
            var pending: [String] = []
            func flush() throws {
                var output = Output()
                let dots = try laptop.write(drafts, store, &output)
                try take(output)
                for (identity, dot) in zip(pending, dots) { known[identity] = [dot] }
                drafts = []
                pending = []
            }
            for (number, row) in rows {
                if pending.count == Self.rowsPerRun || known[row.identity] == Self.notYet { try flush() }
                if let records = known[row.identity] {
                    try Self.compare(row, number, with: records, laptop, store, &local)
                    continue
                }
                known[row.identity] = Self.notYet
                pending.append(row.identity)
                drafts.append(Self.draft(row, head, operatorDot))
                local.added += 1
            }
            try flush()
            return ((), isKept: true)
        }
        report = local
    }

    /// Stands for a row of this file that is in the run being gathered.
    private static let notYet: [Dot] = []

    private static func draft(_ row: RosterRow, _ head: [UInt8], _ operatorDot: Dot?) -> Draft {
        var writes: [Draft.Write] = []
        writes.reserveCapacity(row.writes.count + 1)
        writes.append(.init(field: FieldSchema.listLine, names: [], body: head + Array(row.identity.utf8)))
        for (field, content) in row.writes {
            if case .text(let text) = content {
                writes.append(.init(field: field, names: [], body: head + Array(text.utf8)))
            } else {
                writes.append(.init(field: field, names: [], body: Body(content).encoded()))
            }
        }
        return Draft(record: .new, operatorDot: operatorDot, writes: writes)
    }

    /// Records by the identities of the rows that they came from.
    private func knownRows() throws -> [String: [Dot]] {
        var known: [String: [Dot]] = [:]
        for dot in try allRecords() {
            guard let view = try laptop.view(of: dot, store), !view.isRemoved else { continue }
            for value in view[FieldSchema.listLine]?.values ?? [] {
                if case .text(let identity) = value.content { known[identity, default: []].append(dot) }
            }
        }
        return known
    }

    private static func compare(
        _ row: RosterRow, _ number: Int, with records: [Dot], _ laptop: Laptop, _ store: RegisterStore,
        _ report: inout RosterReport
    ) throws {
        if records.count > 1 {
            report.duplicate.append(
                .init(row: number, records: records.map { laptop.text(ofRecord: $0) }.sorted()))
            return
        }
        guard let dot = records.first, let view = try laptop.view(of: dot, store) else { return }
        let unlike = row.writes.filter { write in
            view[write.field]?.values.contains { $0.content.says(sameAs: write.content) } != true
        }
        guard !unlike.isEmpty else {
            report.unchanged += 1
            return
        }
        report.differing.append(
            .init(
                row: number, record: laptop.text(ofRecord: dot),
                fields: unlike.map { FieldSchema.name(of: $0.field) }))
    }
}
