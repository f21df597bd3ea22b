import RollcallControl
import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// What was erased, by whom, and which laptops have done it.
extension Driver {
    /// Erases records, and the photos that are of nobody else; a row for each.
    func erase(_ ids: [String], reason: String) throws -> [ErasureReport] {
        let named = try ids.map { try record($0) }
        let photos = try photos(goingWith: named)
        let records = named + photos.filter { !named.contains($0) }
        let reason = try Self.name(reason, "reason")
        let now = moment
        let files = try records.map { try originals(on: $0) }
        do {
            _ = try act { laptop, store, output in
                try laptop.erase(records, reason: reason, now, store, &output)
            }
        } catch LaptopError.underHold(let record, let reasons) {
            throw ControlError(
                underHold: laptop.text(ofRecord: record), reasons: reasons)
        }
        return try zip(records, files).flatMap { record, files in
            try erasureReports(of: record).map { report in
                var report = report
                report.files = files
                return report
            }
        }
    }

    func erasureReports() throws -> [ErasureReport] {
        try requireRegister()
        return try laptop.erasedRecords.flatMap { try erasureReports(of: $0) }
    }

    private func erasureReports(of record: Dot) throws -> [ErasureReport] {
        let isLate = try laptop.view(of: record, store)?.fields.isEmpty == false
        return try laptop.erasures(of: record).map { erasure in
            let table = laptop.heads.table
            let others = laptop.standings.map { standing in
                (
                    node: NamedNode(
                        node: standing.node.text,
                        name: laptop.membership?.members[standing.node]?.name ?? ""),
                    hasHeard: standing.knowledge.acknowledged.includes(erasure.entry)
                )
            }
            return ErasureReport(
                record: laptop.text(ofRecord: record), reason: erasure.reason,
                by: table[erasure.entry.replica].node.text,
                erasedAt: try recordedAt(erasure.entry),
                heard: others.filter(\.hasHeard).map(\.node),
                unheard: others.filter { !$0.hasHeard }.map(\.node), hasLate: isLate,
                holds: laptop.holds(on: record).map(\.reason))
        }
    }
}
