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
    /// Nil for rows that are on no list of either side.
    var origin: ListOrigin? = nil
}

/// A roster's file, ready to be read row by row.
struct RosterReading: Sendable {
    var file: RosterFile
    var plan: RosterPlan
    var list: String
    var revision: ListRevision?

    init(_ order: RosterOrder) throws {
        guard let data = FileManager.default.contents(atPath: order.path) else {
            throw ControlError(.badFile, "the file cannot be read", hint: order.path)
        }
        let bytes = [UInt8](data)
        revision = try order.origin.map { try ListRevision($0, order.path, sha256(bytes)) }
        list = order.list ?? revision?.series ?? RosterPlan.listName(ofFile: order.path)
        do throws(RosterError) {
            file = try RosterFile(bytes)
            plan = try RosterPlan(
                header: file.header, map: order.columns.map { ($0.column, $0.field) },
                key: order.key,
                list: list, hash: { firstEight(sha256($0)) })
        } catch {
            throw ControlError(Self.code(of: error), error.description, hint: Self.hint(for: error))
        }
    }

    private static func code(of error: RosterError) -> ErrorCode {
        switch error {
        case .unknownColumns, .missingColumn: .unknownColumn
        case .field(_, let input) where input.reason == .unknownField: .unknownField
        default: .badCSV
        }
    }

    private static func hint(for error: RosterError) -> String? {
        switch error {
        case .unknownColumns, .field:
            "map a column with --map COLUMN=FIELD, or leave it out with --map COLUMN=-"
        case .missingColumn: "the columns' names stand in the first line of the file"
        case .header(.notUTF8): "convert the file first, with iconv for example"
        default: nil
        }
    }
}

extension Desk {
    /// Lets the driver apply all rows in one transaction, or none.
    func importRoster(_ order: RosterOrder, _ answer: AnswerLine) async throws {
        let reading = try RosterReading(order)
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
        guard report.failed.isEmpty || order.skipsBad else {
            try await answer.interim(report)
            throw ControlError(
                .rowsFailed,
                "\(report.failed.count) of \(report.rows) rows cannot be read; nothing was imported",
                hint: "mend them, or leave them out with --skip-bad")
        }
        try await answer.result(report)
    }

    func exportRoster(_ path: String) async throws -> RosterExportReport {
        try await driver.requireRegister()
        let file = try SafeFile(path)
        do {
            var writer = RosterWriter()
            let dots = try await driver.allRecords()
            var rows = 0
            for start in stride(from: 0, to: dots.count, by: 250) {
                let page = Array(dots[start..<min(start + 250, dots.count)])
                for (text, view) in try await driver.rosterRows(page) {
                    rows += 1
                    writer.append(record: text) { field in view[field]?.values.map(\.content) ?? []
                    }
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
    /// Records that are neither removed nor erased, with what a roster says of each.
    func rosterRows(_ dots: [Dot]) throws -> [(text: String, view: RollcallSync.RecordView)] {
        try dots.compactMap { dot in
            guard laptop.erasures(of: dot).isEmpty,
                let view = try laptop.view(of: dot, store), !view.isRemoved,
                view[FieldSchema.recordKind]?.values.isEmpty ?? true
            else { return nil }
            return (laptop.text(ofRecord: dot), view)
        }
    }

    /// Rows that are written as one run of changes.
    private static let rowsPerRun = 1_024

    /// Adds the rows that are new, and compares the others with what is known.
    ///
    /// All is written in one transaction, which is undone if a row fails and bad rows are not skipped: the
    /// file is read once, and no more of its rows are in memory than three runs.
    func apply(
        _ reading: RosterReading, skippingBad: Bool, telling progress: (ProgressReport) -> Void
    ) throws -> RosterReport {
        guard laptop.membership != nil else { throw LaptopError.noRegister }
        let known = try knownRows()
        let operatorDot = try operatorDot(nil)
        let erased = try erasedRowCount()
        let knownList = try reading.revision.flatMap { try record(of: $0) }
        return try actInSteps { laptop, store, take in
            let list = try reading.revision.map { revision in
                if let knownList { return knownList }
                var output = Output()
                let dot = try laptop.write([revision.draft(operatorDot)], store, &output)[0]
                try take(output)
                return dot
            }
            let name = list.map {
                NamedDot(replica: laptop.heads.table[$0.replica], counter: $0.counter)
            }
            var run = RosterRun(known: known, list: name, operatorDot: operatorDot)
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
            run.report.erased = erased
            return (run.report, isKept: run.report.failed.isEmpty || skippingBad)
        }
    }

    /// Rows of a roster on their way into the register, a run of changes at a time.
    private struct RosterRun {
        private enum Row {
            /// In the run that is being gathered.
            case gathered
            /// As nearly all are: one dot needs no array, and rows come by the hundred thousand.
            case record(Dot)
            case records([Dot])

            var dots: [Dot] {
                switch self {
                case .gathered: []
                case .record(let dot): [dot]
                case .records(let dots): dots
                }
            }
        }

        private var known: [String: Row]
        /// The list on which all rows stand.
        private let list: NamedDot?
        private let operatorDot: Dot?
        private var drafts: [Draft] = []
        private var gathered: [String] = []
        var report = RosterReport(
            rows: 0, added: 0, unchanged: 0, differing: [], duplicate: [], failed: [])

        init(known: [String: [Dot]], list: NamedDot?, operatorDot: Dot?) {
            self.list = list
            self.operatorDot = operatorDot
            self.known = known.mapValues { $0.count == 1 ? .record($0[0]) : .records($0) }
        }

        var isFull: Bool { drafts.count == rowsPerRun }

        mutating func add(
            _ row: ReadRow, _ laptop: inout Laptop, _ store: SealedRegister,
            _ take: (Output) throws -> Void
        ) throws {
            report.rows += 1
            let (read, draft): (RosterRow, Draft)
            switch row.outcome {
            case .success(let success): (read, draft) = success
            case .failure(let failure):
                report.failed.append(.init(row: row.number, reason: failure.description))
                return
            }
            var found = known.updateValue(.gathered, forKey: read.identity)
            if case .gathered = found {
                try flush(&laptop, store, take)
                found = known[read.identity]
            }
            if let found {
                known[read.identity] = found
                guard let list else {
                    try Driver.compare(read, row.number, with: found.dots, laptop, store, &report)
                    return
                }
                // Where an earlier revision said otherwise, there are several of one person.
                let alike = try found.dots.filter {
                    try Driver.unlike(read, $0, laptop, store).isEmpty
                }
                if !alike.isEmpty {
                    try Driver.compare(read, row.number, with: alike, laptop, store, &report)
                    for record in alike { try enter(record, on: list, laptop, store) }
                    return
                }
                try Driver.compare(
                    read, row.number, with: Array(found.dots.prefix(1)), laptop, store, &report)
                // What the new revision says stands beside what the one before it said, as one person.
                drafts.append(try draft.of(found.dots.map { Driver.name(of: $0, laptop) }))
                gathered.append(read.identity)
                report.added += 1
                return
            }
            gathered.append(read.identity)
            drafts.append(draft)
            report.added += 1
        }

        /// Notes that known rows stand on a further revision.
        private mutating func enter(
            _ record: Dot, on list: NamedDot, _ laptop: Laptop, _ store: SealedRegister
        ) throws {
            guard let view = try laptop.view(of: record, store) else { return }
            let standsOn = view[FieldSchema.lineList]?.values.map(\.content) ?? []
            guard !standsOn.contains(.record(list)) else { return }
            var draft = Draft(record: .existing(record), operatorDot: operatorDot)
            draft.append(FieldSchema.lineList, body: Body(.record(list)).encoded())
            drafts.append(draft)
            gathered.append("")
        }

        mutating func flush(
            _ laptop: inout Laptop, _ store: SealedRegister, _ take: (Output) throws -> Void
        ) throws {
            var output = Output()
            let dots = try laptop.write(drafts, store, &output)
            try take(output)
            for (identity, dot) in zip(gathered, dots) where !identity.isEmpty {
                known[identity] = .record(dot)
            }
            drafts.removeAll(keepingCapacity: true)
            gathered.removeAll(keepingCapacity: true)
        }
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

    private static func compare(
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
    private static func unlike(
        _ row: RosterRow, _ record: Dot, _ laptop: Laptop, _ store: SealedRegister
    ) throws -> [FieldNumber] {
        guard let view = try laptop.view(of: record, store) else { return row.writes.map(\.field) }
        return row.writes.filter { write in
            view[write.field]?.values.contains { $0.content.says(sameAs: write.content) } != true
        }.map(\.field)
    }
}
