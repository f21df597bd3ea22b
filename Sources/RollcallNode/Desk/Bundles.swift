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

    func exportBundle(_ order: BundleOrder) throws -> ExportReport {
        try requireDisk()
        guard let membership = laptop.membership else { throw LaptopError.noRegister }
        let nodes =
            order.all
            ? membership.members.keys.filter { $0 != laptop.node }.sorted { $0.precedes($1) }
            : try order.targets.map { try member($0).node }
        // All there is, for everybody, may be for an auditor.
        guard !nodes.isEmpty || order.all && order.full else {
            throw ControlError(.noSuchNode, "there is no laptop to export for")
        }
        guard !nodes.contains(laptop.node) else {
            throw ControlError(.noSuchNode, "this laptop needs no bundle of its own")
        }
        let keys = order.sealed ? try recipients(nodes, order.recipients) : nil
        var export = laptop.export(for: nodes, isFull: order.full)
        var files: [String] = []
        var byteCount = 0
        repeat {
            let path = files.isEmpty ? order.path : "\(order.path).\(files.count + 1)"
            byteCount += try writeVolume(of: &export, to: path, for: keys, max: order.maxBytes)
            files.append(path)
        } while !export.isDone
        noteOnTheWay(export)
        return ExportReport(
            files: files, bytes: byteCount, changes: Int(export.changeCount),
            targets: nodes.map(\.text).sorted())
    }

    /// For people; the bundle is written, whether or not this can be kept.
    func noteOnTheWay(_ export: BundleExport) {
        let now = moment
        do {
            try act { laptop, _, output in laptop.noteOnTheWay(export, now, &output) }
        } catch {
            logger.warning("not noted what is on its way", metadata: ["error": "\(error)"])
        }
    }

    /// Writes as much of a bundle as one file may hold, and at least a chunk.
    ///
    /// - Returns: The file's size.
    func writeVolume(
        of export: inout BundleExport, to path: String, for keys: [AgeRecipient]?, max: Int?
    ) throws -> Int {
        export.beginVolume()
        if let max { export.chunkContentBytesMax = min(export.chunkContentBytesMax, max / 4) }
        let file = try BundleOutput(path, for: keys)
        do {
            // The manifest before them says what the chunks hash to.
            let chunks = BundleDraft(home.backupDraftPath)
            while !export.isDone {
                var next = export
                // Where a file has an end, each is looked at before it goes in.
                let made = try laptop.nextChunks(
                    of: &next, atMost: max == nil ? Self.chunksAtOnce : 1, store)
                let isFirst = export.chunkBytes == 0
                if let max, !isFirst, file.byteCount(of: size(of: next)) > max { break }
                for chunk in made { try chunks.write(chunk) }
                export = next
            }
            try file.write(laptop.manifest(of: export, createdAt: Self.wallClock()))
            try chunks.copy(to: file)
            return try file.finish()
        } catch {
            file.discard()
            throw error
        }
    }

    /// So many of up to a mebibyte are in memory while they are deflated.
    private static let chunksAtOnce = 4

    /// What a bundle takes before it is sealed.
    private func size(of export: BundleExport) -> Int {
        laptop.manifest(of: export, createdAt: Self.wallClock()).count + export.chunkBytes
    }

    /// Who can open a bundle: its targets, and whom the person named.
    private func recipients(
        _ nodes: [NodeID], _ others: [String]
    ) throws -> [AgeRecipient] {
        var keys = try others.map { text in
            do throws(FormatError) {
                return try AgeRecipient(text: text)
            } catch {
                throw ControlError(
                    .usage, "\"\(text)\" is no recipient's key",
                    hint: "it is age1 and 58 letters and digits, as `age-keygen -y` prints it")
            }
        }
        for node in nodes {
            let own = laptop.recipients(of: node)
            guard !own.isEmpty else {
                let name = laptop.membership?.members[node]?.name ?? node.text
                throw ControlError(
                    .noBundleKey, "\(name) has not said yet to which key a bundle for it is sealed",
                    hint: "connect it once, or take in a bundle that comes from it")
            }
            keys += own
        }
        guard !keys.isEmpty else {
            throw ControlError(
                .usage, "nobody could open the bundle",
                hint: "name with `--to` whose key opens it, or say `--unsealed`")
        }
        return keys
    }

    /// A key for bundles is made where none is, or the last is old; keys of restricted classes are taken and given.
    ///
    /// A failure is tried again later.
    func tendKeys() {
        guard laptop.membership?.isMember(laptop.node) == true, !store.isTransactionOpen else {
            return
        }
        let isRenewalDue = keysTendedAt.map { moment.now - $0 >= .seconds(60) } ?? true
        guard isRenewalDue || laptop.areKeysDue else { return }
        if isRenewalDue { keysTendedAt = moment.now }
        let now = moment
        do {
            let (isMade, readsMore) = try actAlone { laptop, store, output in
                let isMade =
                    try isRenewalDue && laptop.renewBundleKey(now, store, &output)
                return (isMade, try laptop.tendClassKeys(now, store, &output))
            }
            if isMade { logger.info("the key for bundles is renewed") }
            // What was sealed until now was not searched, nor compared.
            if readsMore { (search, exchangeIndex) = (Search(), ExchangeIndex()) }
        } catch {
            logger.warning("the keys are not looked after yet", metadata: ["error": "\(error)"])
        }
    }

    // MARK: - import

    /// A bundle that was taken in, or only looked at.
    struct Taken: Sendable {
        var report: ImportReport
        /// Whether it said anything but who looked and who took copies: each answer is logged, and would else ask for another.
        var isNews: Bool
    }

    func importBundle(_ path: String, preview: Bool, salvage: Bool) throws -> Taken {
        guard laptop.membership != nil else {
            return Taken(report: try takeAdmission(path, preview: preview), isNews: true)
        }
        let (file, soundChunks) = try Self.checked(
            path, laptop.bundleIdentities(store), salvaging: salvage)
        if preview { return Taken(report: try self.preview(file, soundChunks), isNews: false) }
        let controlBefore = laptop.controlChangeCount
        var touchesRecords = false
        let conflictsBefore = try store.counts().conflicts
        let now = moment
        var missing: [(replica: ReplicaID, first: UInt64, last: UInt64)] = []
        let waiting = try waitingCount()
        var quarantined = 0
        let bundle = try actInSteps { laptop, store, take in
            var bundle = try laptop.beginImport(file.manifest)
            func see(_ output: Output) throws {
                touchesRecords = touchesRecords || output.commit.contains(where: Self.isOfRecord)
                try take(output)
            }
            try Self.takeChunks(of: file, soundChunks, into: &bundle, &laptop, store, now, see)
            var output = Output()
            try laptop.finish(bundle, now, store, &output)
            try take(output)
            missing = laptop.missing()
            quarantined = try laptop.waiting(store).count - waiting
            return (bundle, isKept: true)
        }
        let report = Self.report(
            bundle, missing, quarantined: quarantined,
            conflicts: max(0, try store.counts().conflicts - conflictsBefore))
        return Taken(
            report: report, isNews: touchesRecords || laptop.controlChangeCount > controlBefore)
    }

    private static func isOfRecord(_ write: StoreWrite) -> Bool {
        switch write {
        case .record, .dropRecord, .rewrite: true
        default: false
        }
    }

    private static func report(
        _ bundle: BundleImport, _ missing: [(replica: ReplicaID, first: UInt64, last: UInt64)],
        quarantined: Int, conflicts: Int, _ preview: ImportPreview? = nil
    ) -> ImportReport {
        ImportReport(
            source: bundle.manifest.source.text, new: Int(bundle.newCount),
            known: Int(bundle.knownCount), held: Int(bundle.heldCount),
            left: Int(bundle.leftCount), conflicts: conflicts, quarantined: quarantined,
            missing: missing.map {
                ImportReport.Missing(
                    replica: $0.replica.text, from: Int($0.first), to: Int($0.last))
            },
            applied: preview == nil, preview: preview)
    }

    /// Takes in a bundle, looks at what has come of it, and lets go of all that.
    private func preview(_ file: BundleReader, _ soundChunks: Int) throws -> ImportReport {
        var foresight = try Foresight(laptop, store)
        let waiting = try waitingCount()
        let now = moment
        return try actInSteps { laptop, store, take in
            var bundle = try laptop.beginImport(file.manifest)
            func see(_ output: Output) throws {
                try foresight.note(output.commit, store)
                try take(output)
            }
            try Self.takeChunks(of: file, soundChunks, into: &bundle, &laptop, store, now, see)
            var output = Output()
            try laptop.finish(bundle, now, store, &output)
            try see(output)
            let preview = try foresight.report(file.manifest, laptop, store)
            let report = Self.report(
                bundle, laptop.missing(),
                quarantined: max(0, try laptop.waiting(store).count - waiting),
                conflicts: preview.conflicts, preview)
            return (report, isKept: false)
        }
    }

    /// Takes in the first chunks of a bundle, as many as are sound.
    static func takeChunks(
        of file: BundleReader, _ count: Int, into bundle: inout BundleImport,
        _ laptop: inout Laptop, _ store: SealedRegister, _ now: Moment,
        _ take: (Output) throws -> Void
    ) throws {
        // While one is taken in, the next is opened, inflated and read.
        var (reading, read) = (laptop.reading(bundle), 0)
        let compression = Compression()
        let chunks = Ahead<ReadChunk>(count) {
            defer { read += 1 }
            return try reading.read(try file.chunk(read), compression)
        }
        defer { chunks.stop() }
        for index in 0..<count {
            var output = Output()
            do {
                try laptop.take(try chunks.next(), into: &bundle, store, &output)
            } catch let error as FormatError {
                throw ControlError(
                    .badBundle, "chunk \(index + 1) of the bundle: \(error.description)")
            }
            try take(output)
            while let next = try laptop.proceed(now, store) { try take(next) }
        }
    }

    /// A bundle, and how many chunks of it may be taken in: all, unless salvaging.
    static func checked(
        _ path: String, _ identities: [AgeIdentity], salvaging: Bool
    ) throws -> (BundleReader, soundChunks: Int) {
        let input = try InputFile(path)
        let start = try input.bytes(at: 0, count: BundleFile.prologueBytes)
        guard !JoinRequest.isRequest(start) else {
            throw ControlError(
                .badBundle, "this is a request to join, not a bundle; nothing was applied",
                hint: "an administrator answers it: `rollcall admit FILE -o ADMISSION`")
        }
        do {
            let bundle = try BundleReader(input, identities)
            do {
                try bundle.check()
                return (bundle, bundle.manifest.chunks.count)
            } catch let damage as BundleDamage where salvaging && damage.soundChunks > 0 {
                return (bundle, damage.soundChunks)
            }
        } catch let error as FormatError {
            throw refusal(error, path)
        } catch let damage as BundleDamage {
            throw refusal(damage.error, path, salvageHint(damage))
        }
    }

    private static func refusal(
        _ error: FormatError, _ path: String, _ hint: String? = nil
    ) -> ControlError {
        if error.refusal == .sealedForOthers {
            return ControlError(
                .sealedForOthers, "the bundle is sealed for other laptops; nothing was applied",
                hint: "\(InputFile.line(path))\n"
                    + "if it was made for this one, its key is gone by now: ask for a new bundle")
        }
        return ControlError(
            .badBundle, "the bundle is refused: \(error); nothing was applied",
            hint: [InputFile.line(path), hint].compactMap(\.self).joined(separator: "\n"))
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
