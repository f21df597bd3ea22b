import RollcallCore
package import RollcallSync
package import RollcallTrust
import RollcallWire

/// Checks a full bundle from its first byte to its last, by what is in it alone.
///
/// A reader that is in nobody's register takes it in as any laptop would, so what it verifies is what laptops verify; what
/// remains for here is that nothing is left out, and to say where something is wrong.
package struct Audit {
    private let file: any FileBytes
    private let bundle: BundleReader
    private var reader: AuditReader
    private var runs: BundleRuns
    /// What must still come, in this order.
    ///
    /// What was written twice comes under the numbers that its author gave, and is judged at the end.
    private var due: ArraySlice<AuditPlace.Run>
    /// What each chunk that was taken in holds.
    private var taken: [AuditPlace] = []
    private var signatures = AuditFindings.Signatures()

    /// - Parameter identities: What opens the file, should it be sealed.
    package static func check(
        _ file: some FileBytes, _ identities: [AgeIdentity] = []
    ) throws -> AuditFindings {
        let file = try unsealed(file, identities)
        let bundle = try whole(file)
        var audit = try Audit(file, bundle)
        for index in bundle.manifest.chunks.indices { try audit.take(index) }
        return try audit.findings()
    }

    // MARK: - the file

    /// The bundle with every hash and the manifest's signature found good.
    private static func whole(_ file: any FileBytes) throws -> BundleReader {
        let bundle = try opened(file)
        do {
            try bundle.check()
        } catch let damage as BundleDamage {
            throw AuditRefusal(
                reason: .damaged(damage.error), place: place(of: damage, bundle))
        }
        return bundle
    }

    private static func unsealed(
        _ file: any FileBytes, _ identities: [AgeIdentity]
    ) throws -> any FileBytes {
        do {
            return try OpenedFile(file, identities) ?? file
        } catch let error as FormatError {
            throw AuditRefusal(
                reason: .damaged(error), place: AuditPlace(.start, 0..<file.byteCount))
        }
    }

    private static func opened(_ file: any FileBytes) throws -> BundleReader {
        let start = BundleFile.prologueBytes
        do throws(FormatError) {
            let head = (try? file.bytes(at: 0, count: start)) ?? []
            try BundleFile.checkPrologue(head)
        } catch {
            throw AuditRefusal(reason: .damaged(error), place: AuditPlace(.start, 0..<start))
        }
        do {
            return try BundleReader(file)
        } catch let error as FormatError {
            let length = try file.bytes(at: start, count: 4).reduce(0) { $0 << 8 | Int($1) }
            let end = start + 4 + min(length, Limits.frameBytesMax)
            throw AuditRefusal(
                reason: .damaged(error), place: AuditPlace(.manifest, start..<end))
        }
    }

    private static func place(of damage: BundleDamage, _ bundle: BundleReader) -> AuditPlace {
        guard damage.soundChunks < damage.chunkCount else { return AuditPlace(.end, damage.bytes) }
        var runs = BundleRuns(bundle.manifest)
        let isReadable = (0..<damage.soundChunks).allSatisfy { index in
            (try? runs.read(bundle.chunk(index))) != nil
        }
        let following = damage.soundChunks + 1
        let run =
            isReadable
            ? runs.next(
                before: following < damage.chunkCount ? bundle.soundChunk(following) : nil)
            : nil
        return AuditPlace(
            .chunk(damage.soundChunks + 1, of: damage.chunkCount), damage.bytes, run: run,
            name: run.flatMap { runs.names[$0.replica.node] })
    }

    // MARK: - what is in it

    private init(_ file: some FileBytes, _ bundle: BundleReader) throws {
        self.file = file
        self.bundle = bundle
        runs = BundleRuns(bundle.manifest)
        let manifest = bundle.manifest
        let listed = manifest.contents.compactMap { run -> AuditPlace.Run? in
            let replica = manifest.vector[run.replica].replica
            guard !Self.isForked(replica, manifest) else { return nil }
            return .init(replica: replica, first: run.first, last: run.last)
        }
        due = listed[...]
        guard Self.isFull(manifest) else {
            throw AuditRefusal(reason: .notFull, place: Self.manifestPlace(bundle))
        }
        guard let genesis = bundle.genesis() else {
            throw AuditRefusal(reason: .noGenesis, place: Self.manifestPlace(bundle))
        }
        reader = try AuditReader(genesis, manifest)
    }

    /// Whether it lists all that its source had, from each replica's first change on.
    private static func isFull(_ manifest: Manifest) -> Bool {
        // The end of what was written twice comes with its branches.
        let isForked = manifest.vector.map { lists(manifest, branchOf: $0.replica) }
        let whole = manifest.contents.allSatisfy { run in
            run.first == 1
                && (run.last == manifest.vector[run.replica].height || isForked[run.replica])
        }
        let listed = Set(manifest.contents.map(\.replica))
        return whole && manifest.vector.indices.allSatisfy { listed.contains($0) || isForked[$0] }
    }

    private static func manifestPlace(_ bundle: BundleReader) -> AuditPlace {
        AuditPlace(.manifest, BundleFile.prologueBytes..<bundle.chunksStart)
    }

    private mutating func take(_ index: Int) throws {
        var place = AuditPlace(
            .chunk(index + 1, of: bundle.manifest.chunks.count), bundle.range(ofChunk: index))
        do {
            let chunk = try bundle.chunk(index)
            let (message, replica) = try runs.read(chunk)
            place.run = .init(replica: replica, first: message.first, last: message.last)
            place.name = runs.names[replica.node]
            guard Self.isForked(replica, bundle.manifest) || isDue(message, of: replica) else {
                throw AuditRefusal(reason: .notAsListed(replica), place: place)
            }
            try reader.take(chunk)
            if let reason = reader.reasonOfLeft { throw AuditRefusal(reason: reason, place: place) }
            signatures.heads += message.segments.count
            signatures.enrolments += message.changes.count { change in
                BundleRuns.member(change)?.isProven(in: reader.genesis.register) ?? false
            }
            taken.append(place)
        } catch let error as FormatError {
            throw AuditRefusal(reason: .damaged(error), place: place)
        } catch is BundleError {
            throw AuditRefusal(reason: .falseRun, place: place)
        }
    }

    /// Whether a chunk holds what must come next; then that is not due any more.
    private mutating func isDue(_ message: ChangesMessage, of replica: ReplicaID) -> Bool {
        guard var next = due.popFirst(), next.replica == replica, next.first == message.first,
            message.last <= next.last
        else { return false }
        if message.last < next.last {
            next.first = message.last + 1
            due = [next] + due
        }
        return true
    }

    private static func isForked(_ replica: ReplicaID, _ manifest: Manifest) -> Bool {
        replica.isBranch || lists(manifest, branchOf: replica)
    }

    private static func lists(_ manifest: Manifest, branchOf replica: ReplicaID) -> Bool {
        manifest.vector.contains {
            $0.replica.isBranch && $0.replica.node == replica.node
                && $0.replica.lane == replica.lane.branch
        }
    }

    // MARK: - what it comes to

    private func findings() throws -> AuditFindings {
        let manifest = bundle.manifest
        if let (held, why) = reader.held {
            let place = taken.first { place in
                place.run.map { $0.replica == held.replica && $0.first == held.first } ?? false
            }
            throw AuditRefusal(reason: why, place: place ?? Self.manifestPlace(bundle))
        }
        guard reader.isKnown(manifest.source) else {
            throw AuditRefusal(
                reason: .notAMember(manifest.source), place: Self.manifestPlace(bundle))
        }
        if let replica = reader.firstUnlike(manifest.vector) {
            throw AuditRefusal(
                reason: .notAsListed(replica), place: Self.manifestPlace(bundle))
        }
        var findings = try reader.findings(manifest)
        findings.signatures = signatures
        return findings
    }
}
