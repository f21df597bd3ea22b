import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync

extension Desk {
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
}
