import Foundation
import Logging
import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallStore
import RollcallSync
import RollcallTrust
import RollcallWire

/// Bundles and backups for the command line.
extension Driver {
    // MARK: - export

    func exportBundle(
        for targets: [String], all: Bool, full: Bool, to path: String
    ) throws -> ExportReport {
        guard let membership = laptop.membership else { throw LaptopError.noRegister }
        let nodes =
            all
            ? membership.members.keys.filter { $0 != laptop.node }.sorted { $0.precedes($1) }
            : try targets.map { try member($0).node }
        // All there is, for everybody, may be for an auditor.
        guard !nodes.isEmpty || all && full else {
            throw ControlError(.noSuchNode, "there is no laptop to export for")
        }
        guard !nodes.contains(laptop.node) else {
            throw ControlError(.noSuchNode, "this laptop needs no bundle of its own")
        }
        var export = laptop.export(for: nodes, isFull: full)
        let file = try SafeFile(path)
        // Chunks go to the file's second part first: the manifest before them says what they hash to.
        let chunks = try SafeFile(path + ".chunks")
        defer { chunks.discard() }
        do {
            while let chunk = try laptop.nextChunk(of: &export, store) { try chunks.write(chunk) }
            try file.write(laptop.manifest(of: export, createdAt: Self.wallClock()))
            try chunks.copy(into: file)
            let byteCount = try file.finish()
            return ExportReport(
                file: path, bytes: byteCount, changes: Int(export.changeCount),
                targets: nodes.map(\.text).sorted())
        } catch {
            file.discard()
            throw error
        }
    }

    // MARK: - import

    func importBundle(_ path: String, preview: Bool, salvage: Bool) throws -> ImportReport {
        let (file, soundChunks) = try Self.checked(path, salvaging: salvage)
        let conflictsBefore = try store.counts().conflicts
        let now = moment
        var missing: [(replica: ReplicaID, first: UInt64, last: UInt64)] = []
        let waiting = try waitingCount()
        var quarantined = 0
        let bundle = try actInSteps { laptop, store, take in
            var bundle = try laptop.beginImport(file.manifest)
            for index in 0..<soundChunks {
                var output = Output()
                do {
                    try laptop.take(chunk: try file.chunk(index), into: &bundle, store, &output)
                } catch let error as FormatError {
                    throw ControlError(
                        .badBundle, "chunk \(index + 1) of the bundle: \(error.description)")
                }
                try take(output)
                while let next = try laptop.proceed(now, store) { try take(next) }
            }
            var output = Output()
            try laptop.finish(bundle, now, store, &output)
            try take(output)
            missing = laptop.missing()
            quarantined = try laptop.waiting(store).count - waiting
            return (bundle, isKept: !preview)
        }
        let conflicts = try preview ? 0 : max(0, store.counts().conflicts - conflictsBefore)
        return ImportReport(
            source: file.manifest.source.text, new: Int(bundle.newCount),
            known: Int(bundle.knownCount),
            held: Int(bundle.heldCount), left: Int(bundle.leftCount), conflicts: conflicts,
            quarantined: quarantined,
            missing: missing.map {
                ImportReport.Missing(
                    replica: $0.replica.text, from: Int($0.first), to: Int($0.last))
            },
            applied: !preview)
    }

    /// A bundle, and how many chunks of it may be taken in: all, unless salvaging.
    private static func checked(
        _ path: String, salvaging: Bool
    ) throws -> (BundleReader, soundChunks: Int) {
        do {
            let bundle = try BundleReader(try InputFile(path))
            do {
                try bundle.check()
                return (bundle, bundle.manifest.chunks.count)
            } catch let damage as BundleDamage where salvaging && damage.soundChunks > 0 {
                return (bundle, damage.soundChunks)
            }
        } catch let error as FormatError {
            throw refusal(error)
        } catch let damage as BundleDamage {
            throw refusal(damage.error, hint: salvageHint(damage))
        }
    }

    private static func refusal(_ error: FormatError, hint: String? = nil) -> ControlError {
        ControlError(
            .badBundle, "the bundle is refused: \(error); nothing was applied", hint: hint)
    }

    private static func salvageHint(_ damage: BundleDamage) -> String {
        switch damage.soundChunks {
        case 0: "nothing can be salvaged: no chunk before the damage is whole"
        case damage.chunkCount:
            "`--salvage` takes the whole bundle and leaves what follows it"
        default:
            "`--salvage` takes the \(damage.soundChunks) of \(damage.chunkCount) chunks "
                + "before the damage"
        }
    }

    // MARK: - backup

    func backup(to path: String) throws -> BackupReport {
        let copy = home.backupDraftPath
        defer { unlink(copy) }
        try store.disk.backup(to: copy)
        let file = try SafeFile(path)
        do {
            try file.write(Backup.prologue(keys.ring.file))
            try file.append(contentsOf: copy)
            try file.write(file.sum)
            let report = BackupReport(file: path, bytes: try file.finish())
            noteBackup()
            return report
        } catch {
            file.discard()
            throw error
        }
    }

    /// When the last backup was made, for `rollcall doctor`; the backup is one, whether or not this can be written.
    private func noteBackup() {
        do {
            try home.noteBackup(at: Self.time(Self.wallClock()) ?? "")
        } catch {
            logger.warning("the time of the backup is not noted", metadata: ["error": "\(error)"])
        }
    }
}
