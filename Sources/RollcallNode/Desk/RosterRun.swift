import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallStore
import RollcallSync

/// Rows of a roster on their way into the register, a run of changes at a time.
struct RosterRun {
    /// Rows that are written as one run of changes.
    private static let rowsPerRun = 1_024

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

    /// Whether no later revision is here: only the last says where a line stands.
    private let isNewest: Bool
    private let dates: KnownDates
    private let rowsWithFormulas: Set<Int>
    private var findings: [FieldFinding: [Int]] = [:]

    init(
        known: [String: [Dot]], list: NamedDot?, operatorDot: Dot?, isNewest: Bool,
        dates: KnownDates, rowsWithFormulas: [Int]
    ) {
        self.isNewest = isNewest
        self.dates = dates
        self.rowsWithFormulas = Set(rowsWithFormulas)
        self.list = list
        self.operatorDot = operatorDot
        self.known = known.mapValues { $0.count == 1 ? .record($0[0]) : .records($0) }
    }

    var isFull: Bool { drafts.count == Self.rowsPerRun }

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
        if read.isNote {
            report.rows -= 1
            report.notes.append(row.number)
            return
        }
        note(read, row.number)
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
                try Driver.unlike(read.withoutNumber, $0, laptop, store).isEmpty
            }
            if !alike.isEmpty {
                try Driver.compare(
                    read.withoutNumber, row.number, with: alike, laptop, store, &report)
                for record in alike { try enter(record, read, on: list, laptop, store) }
                return
            }
            try Driver.compare(
                read.withoutNumber, row.number, with: Array(found.dots.prefix(1)), laptop, store,
                &report)
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

    /// Notes what somebody should look at.
    private mutating func note(_ row: RosterRow, _ number: Int) {
        var found = row.findings
        if dates.haveSwapped(row) {
            found.append(FieldFinding(.swappedFromKnown, KnownDates.field))
        }
        if rowsWithFormulas.contains(number) { found.append(FieldFinding(.formula)) }
        for finding in found { findings[finding, default: []].append(number) }
    }

    /// Says in the report what is said of the file as a whole.
    mutating func end(_ facts: ListFileFacts) {
        report.file = facts
        report.findings = findings.map { finding, rows in
            RosterReport.Finding(
                what: finding.finding.rawValue,
                field: finding.field.map { FieldSchema.name(of: $0) }, rows: rows)
        }.sorted { ($0.what, $0.field ?? "") < ($1.what, $1.field ?? "") }
    }

    /// Notes that known rows stand on a further revision, and in which place.
    private mutating func enter(
        _ record: Dot, _ row: RosterRow, on list: NamedDot, _ laptop: Laptop,
        _ store: SealedRegister
    ) throws {
        guard let view = try laptop.view(of: record, store) else { return }
        let standsOn = view[FieldSchema.lineList]?.values.map(\.content) ?? []
        let numbers = view[FieldSchema.lineNumber]?.values ?? []
        let isNew = !standsOn.contains(.record(list))
        // Said with each list anew, so that the number on any of them can be told.
        let isMoved =
            isNewest
            && row.lineNumber.map { isNew || numbers.map(\.content) != [.text($0)] } ?? false
        guard isNew || isMoved else { return }
        var draft = Draft(record: .existing(record), operatorDot: operatorDot)
        if isNew { draft.append(FieldSchema.lineList, body: Body(.record(list)).encoded()) }
        if isMoved, let number = row.lineNumber {
            draft.append(
                FieldSchema.lineNumber,
                names: numbers.flatMap(\.witnesses).map(\.dot).sorted(
                    by: laptop.heads.table.precedes),
                body: Body(.text(number)).encoded())
        }
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

extension RosterRow {
    /// The row as it is compared: in the next revision the same line has another number.
    fileprivate var withoutNumber: RosterRow {
        var row = self
        row.writes.removeAll { $0.field == FieldSchema.lineNumber }
        return row
    }
}
