import Foundation
import RollcallControl
import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire

/// One stick on its round among many laptops: takes in what is for this one, puts on what the others lack.
extension Driver {
    /// - Parameter deletes: Whether what all have is taken off the stick.
    func carry(file: String, deletes: Bool) throws -> CarryRow {
        if var row = carried(request: file) {
            if deletes, row.isDone { row.isDeleted = unlink(file) == 0 }
            return row
        }
        guard laptop.membership != nil else { return try carriedWhileWaiting(file) }
        var row = CarryRow(file: file, outcome: .takenIn)
        do {
            row.new = try importBundle(file, preview: false, salvage: false).report.new
        } catch let error as ControlError where error.code == .sealedForOthers {
            row.outcome = .forOthers
        } catch let error as ControlError {
            row.outcome = .refused
            row.reason = error.message
        } catch let error as BundleError {
            row.outcome = .refused
            row.reason = ControlError(error).message
        }
        // What this laptop made itself opens here, too, and is known already.
        row.isDone = (try? isDone(file)) ?? false
        if deletes, row.isDone { row.isDeleted = unlink(file) == 0 }
        return row
    }

    /// Whether all whom a bundle is for are known to have what is in it.
    private func isDone(_ path: String) throws -> Bool {
        let reader = try BundleReader(try InputFile(path), try laptop.bundleIdentities(store))
        return try laptop.isDone(reader.manifest, store)
    }

    /// Puts a bundle on the stick for all who lack something, or who wait for word that what they sent has come.
    func carryOn(in folder: String, rows: [CarryRow]) throws -> CarryReport {
        guard laptop.membership != nil else {
            return CarryReport(
                export: nil, withoutKey: [], refused: rows.count { $0.outcome == .refused },
                isWaiting: true)
        }
        let lacking = laptop.standings.filter { $0.theyLack > 0 }.map(\.node)
        let others = rows.contains { $0.new > 0 } ? laptop.standings.map(\.node) : lacking
        let targets = others.filter { !laptop.recipients(of: $0).isEmpty }
        var report = CarryReport(
            export: nil, withoutKey: others.filter { !targets.contains($0) }.map(\.text).sorted(),
            refused: rows.count { $0.outcome == .refused })
        guard !targets.isEmpty else { return report }
        log(.export)
        report.export = try exportBundle(
            BundleOrder(
                targets: targets.map(\.text),
                // So that it is known again when the stick comes round.
                recipients: laptop.recipients(of: laptop.node).map(\.text),
                path: newPath(in: folder)))
        return report
    }

    /// A name that says where and when, in letters that every stick takes.
    private func newPath(in folder: String) -> String {
        let letters = laptop.name.unicodeScalars.map { scalar in
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                ? Character(scalar) : "-"
        }
        let time = (Self.time(Self.wallClock()) ?? "").filter { $0.isNumber || $0 == "T" }
        let name = "\(folder)/\(String(letters.prefix(40)))-\(time.prefix(15))"
        let ends = [""] + (2...99).map { "-\($0)" }
        return ends.map { "\(name)\($0).rollcall" }.first { !SystemCall.exists($0) } ?? name
    }
}
