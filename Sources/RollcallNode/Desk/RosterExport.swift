import Foundation
import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync
import RollcallTrust

/// Rosters, lists for the other side and figures: all that leaves as a table, through one gate (``Outgoing``).
extension Desk {
    func exportRoster(_ path: String, _ order: OutgoingOrder) async throws -> RosterExportReport {
        try await driver.requireRegister()
        guard let recipient = Recipient(rawValue: order.recipient) else {
            throw ControlError(.badValue, "a file is for own, side or press")
        }
        let table = try OutgoingTable(order)
        while try await driver.fillExchange() {}
        await driver.log(Self.act(recipient))
        switch recipient {
        case .own: return try await exportRecords(path, table)
        case .side:
            let (rows, counts) = try await driver.disclosure(order)
            return try await write(
                path, table, try await driver.notice(recipient, counts),
                Outgoing(for: .side, people: []).fields.map { FieldSchema.name(of: $0) }, rows,
                withheld: counts.withheld)
        case .press:
            let figures = try await driver.figures()
            var report = try await write(
                path, table, try await driver.notice(recipient), OutgoingTable.ofFigures,
                figures.rows)
            report.leftOut = figures.leftOut
            report.closedAgain = figures.closedAgain
            return report
        }
    }

    private static func act(_ recipient: Recipient) -> CustodyAct {
        switch recipient {
        case .own: .roster
        case .side: .disclosure
        case .press: .figures
        }
    }

    private func write(
        _ path: String, _ table: OutgoingTable, _ notice: OutgoingNotice, _ columns: [String],
        _ rows: [[[String]]], withheld: Int = 0
    ) async throws -> RosterExportReport {
        let file = try SafeFile(path)
        do {
            var table = table
            try table.begin(notice, columns)
            for row in rows { try table.append(row) }
            try file.write(table.finish())
            return RosterExportReport(
                file: path, bytes: try file.finish(), rows: rows.count, withheld: withheld)
        } catch {
            file.discard()
            throw error
        }
    }

    /// All records, a page at a time, so that the laptop goes on with its work in between.
    private func exportRecords(
        _ path: String, _ table: OutgoingTable
    ) async throws -> RosterExportReport {
        let file = try SafeFile(path)
        do {
            var table = table
            let outgoing = try await driver.outgoing(.own)
            try table.begin(
                try await driver.notice(.own),
                ["record"] + outgoing.fields.map { FieldSchema.name(of: $0) })
            let dots = try await driver.allRecords()
            var (rows, withheld) = (0, 0)
            for start in stride(from: 0, to: dots.count, by: 250) {
                let page = Array(dots[start..<min(start + 250, dots.count)])
                for (text, record) in try await driver.rosterRows(page) {
                    guard outgoing.lets(record) else {
                        withheld += 1
                        continue
                    }
                    rows += 1
                    try table.append(
                        [[text]]
                            + outgoing.fields.map {
                                RosterWriter.texts(outgoing.contents($0, of: [record]))
                            })
                }
                try file.write(table.drain())
            }
            try file.write(table.finish())
            return RosterExportReport(
                file: path, bytes: try file.finish(), rows: rows, withheld: withheld)
        } catch {
            file.discard()
            throw error
        }
    }
}

extension Driver {
    /// The gate, with all who are kept back.
    func outgoing(_ recipient: Recipient) throws -> Outgoing {
        Outgoing(for: recipient, people: try exchange().people)
    }

    /// What stands on a file that leaves.
    func notice(_ recipient: Recipient, _ counts: PurposeNotice.Counts? = nil) throws
        -> OutgoingNotice
    {
        let end = laptop.keeping.endDay.map { CalendarDay(daysSince1970: $0).text }
        return OutgoingNotice(
            PurposeNotice(for: recipient, endDate: end, counts: counts),
            asOf: Self.time(Self.wallClock()) ?? "")
    }

    /// Records that are neither removed nor erased, with what they say.
    func rosterRows(_ dots: [Dot]) throws -> [(text: String, record: RecordFacts)] {
        try dots.compactMap { dot in
            guard laptop.erasures(of: dot).isEmpty,
                let view = try laptop.view(of: dot, store), !view.isRemoved,
                view[FieldSchema.recordKind]?.values.isEmpty ?? true
            else { return nil }
            return (laptop.text(ofRecord: dot), RecordFacts(name(of: dot), view.fields))
        }
    }

    /// The people for the other side, each once, and how many they would be by the sheet.
    func disclosure(
        _ order: OutgoingOrder
    ) throws -> (rows: [[[String]]], counts: PurposeNotice.Counts) {
        guard let what = Tally.Row(rawValue: order.what) else {
            throw ControlError(
                .badValue, "nobody is counted under this word",
                hint: "one of \(Tally.Row.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard let direction = order.direction.flatMap(Direction.init) else {
            throw ControlError(
                .usage, "a file for the other side says which people: --direction a_to_b or b_to_a")
        }
        let exchange = try exchange()
        if let stage = order.stage, !exchange.stages.contains(where: { $0.code == stage }) {
            throw ControlError(.badValue, "there is no stage of this code")
        }
        let outgoing = Outgoing(for: .side, people: exchange.people)
        let people = exchange.people(what, at: order.stage, direction)
        let rows = people.filter(outgoing.lets).map { person in
            outgoing.fields.map { RosterWriter.texts(outgoing.contents($0, of: person.records)) }
        }
        let counts = PurposeNotice.Counts(
            what: what, stage: order.stage, direction: direction, all: people.count,
            withheld: people.count - rows.count)
        // In the order of the names, so that it says nothing of when or where somebody was written down.
        return (rows.sorted { "\($0)" < "\($1)" }, counts)
    }
}
