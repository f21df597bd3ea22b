public import RollcallCore
public import RollcallTrust
public import RollcallWire

/// Why a bundle was refused; nothing of it was kept.
public enum BundleError: Error, Equatable, Sendable {
    case otherRegister
    case unknownSource
    case invalidSegment
    case tooManyHeld
}

/// A bundle in the making: one side of a session in a file (specification 11).
public struct BundleExport: Sendable {
    /// Each with what it has, as far as this bundle counts on it.
    var targets: [(node: NodeID, basis: VersionVector)]
    var left: [(replica: ReplicaNumber, next: UInt64)]
    /// How far it goes, of each replica that is in it.
    var reach = VersionVector()
    var numbering = SessionReplicas()
    var runs: [(replica: ReplicaNumber, first: UInt64, last: UInt64)] = []
    var chunks: [Manifest.Chunk] = []
    public internal(set) var changeCount: UInt64 = 0
    public internal(set) var changesInAll: UInt64 = 0
    /// How much a chunk may hold of what was written.
    public var chunkContentBytesMax = 512 << 10

    public var isDone: Bool { left.isEmpty }
    public var chunkBytes: Int { chunks.reduce(0) { $0 + Int($1.byteCount) } }

    /// Goes on in another file: each can be read by itself, and they can be taken in in any order.
    public mutating func beginVolume() {
        numbering = SessionReplicas()
        runs = []
        chunks = []
    }
}

/// A bundle being taken in.
public struct BundleImport: Sendable {
    public let manifest: Manifest
    var numbering = SessionReplicas()
    public internal(set) var newCount: UInt64 = 0
    public internal(set) var knownCount: UInt64 = 0
    public internal(set) var heldCount: UInt64 = 0
    /// Changes that were not taken: of replicas that were written in more ways than are kept, or erased by entries that are not
    /// here, since the bundle is for somebody who has them.
    public internal(set) var leftCount: UInt64 = 0
    var left: Set<ReplicaNumber> = []

    package var hasForkLeft: Bool { !left.isEmpty }
}

extension Laptop {
    // MARK: - export

    /// Begins a bundle of what the targets have not acknowledged. (The basis is never "I exported".)
    ///
    /// - Parameter isFull: Takes the basis to be nothing, for one who lost what it had acknowledged.
    public func export(for targets: [NodeID], isFull: Bool = false) -> BundleExport {
        let bases = targets.map { target in
            isFull ? VersionVector() : peers[target]?.acknowledged ?? VersionVector()
        }
        var basis = bases.first
        for other in bases.dropFirst() { basis?.meet(other) }
        let ordered = heads.allNumbers.filter { heads[$0].height > 0 }.sorted {
            (heads.turn($0), $0.rawValue) < (heads.turn($1), $1.rawValue)
        }
        var export = BundleExport(targets: Array(zip(targets, bases)), left: [])
        for replica in ordered {
            let known = basis?[replica] ?? 0
            guard known < heads[replica].height else { continue }
            export.left.append((replica, known + 1))
            export.reach[replica] = heads[replica].height
            export.changesInAll += heads[replica].height - known
        }
        return export
    }

    /// Keeps in mind that a bundle is on its way, for people: the next one begins where the last acknowledgement was, all the same.
    public mutating func noteOnTheWay(
        _ export: BundleExport, _ moment: Moment, _ output: inout Output
    ) {
        self.moment = moment
        for (target, _) in export.targets where membership?.isMember(target) == true {
            var brought = VersionVector()
            let known = peers[target]?.acknowledged ?? VersionVector()
            for (replica, counter) in export.reach.counters where counter > known[replica] {
                brought[replica] = counter
            }
            guard !brought.counters.isEmpty else { continue }
            peers[target, default: PeerKnowledge()].note(
                onTheWay: brought, since: moment.wallClock)
            unsavedPeers.insert(target)
        }
        savePeers(&output)
    }

    /// The next chunk of a bundle, a whole frame; nil when there is no more.
    public func nextChunk(
        of export: inout BundleExport, _ storage: some RegisterStorage
    ) throws -> [UInt8]? {
        try nextChunks(of: &export, atMost: 1, storage).first
    }

    /// The next chunks of a bundle, so many unless there are no more; they are laid out and deflated side by side.
    public func nextChunks(
        of export: inout BundleExport, atMost count: Int, _ storage: some RegisterStorage
    ) throws -> [[UInt8]] {
        var messages: [(run: ChangesMessage, numbering: SessionReplicas)] = []
        while messages.count < count, let run = try nextRun(of: &export, storage) {
            messages.append((run, export.numbering))
            run.mention(in: &export.numbering)
        }
        let (made, table) = (messages, heads.table)
        let chunks = try gather(made.count, inPiecesOf: 1, spread) { range in
            range.map { index in
                var numbering = made[index].numbering
                let frame = Frame(
                    .changes, made[index].run.encode(table, numbering: &numbering),
                    compression: Compression(), withDictionary: true
                ).encoded
                return (bytes: frame, hash: Array(sha256(frame).prefix(16)))
            }
        }
        export.chunks += chunks.map { .init(byteCount: UInt64($0.bytes.count), hash: $0.hash) }
        return chunks.map(\.bytes)
    }

    private func nextRun(
        of export: inout BundleExport, _ storage: some RegisterStorage
    ) throws -> ChangesMessage? {
        guard let (replica, first) = export.left.first else { return nil }
        guard
            var run = try run(
                of: replica, from: first, contentBytesMax: export.chunkContentBytesMax, storage)
        else {
            guard heads.isForked(replica) else { throw LaptopError.storeIncomplete }
            // The rest is in a segment that goes on into a branch.
            export.left.removeFirst()
            return try nextRun(of: &export, storage)
        }
        let reached = run.last - heads.base(of: replica)
        let followsOn =
            export.runs.last.map { $0.replica == replica && $0.last + 1 == first } ?? false
        if first > 1, !followsOn, run.startHash == nil {
            run.startHash = try storage.change(Dot(replica, first - 1))?.hash
        }
        export.changeCount += UInt64(run.changes.count)
        if followsOn {
            export.runs[export.runs.count - 1].last = reached
        } else {
            export.runs.append((replica, first, reached))
        }
        if reached < heads[replica].height {
            export.left[0].next = reached + 1
        } else {
            export.left.removeFirst()
        }
        return run
    }

    /// The start of the file and its signed manifest, once all chunks are made.
    public func manifest(of export: BundleExport, createdAt: UInt64) -> [UInt8] {
        let known = heads.allNumbers.filter { heads[$0].height > 0 }
            .sorted { heads[$0].id.precedes(heads[$1].id) }
        let indices = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, $0) })
        var manifest = Manifest(
            register: chain.register.bytes, source: node, startNonce: startNonce,
            earlierNonces: Array(earlierNonces.prefix(Limits.earlierNoncesMax)),
            createdAt: createdAt,
            targets: export.targets.map { target in
                .init(
                    node: target.node, basisReplicas: UInt64(target.basis.counters.count),
                    basisDigest: basisDigest(target.basis))
            },
            vector: known.map {
                .init(replica: heads[$0].id, height: heads[$0].height, hash: heads[$0].hash)
            },
            contents: export.runs.map {
                .init(replica: indices[$0.replica] ?? 0, first: $0.first, last: $0.last)
            },
            chunks: export.chunks)
        manifest.signature = identity.key.signature(of: Self.signed(manifest))
        return BundleFile.prologue + Frame(.manifest, manifest.encoded()).encoded
    }

    private static func signed(_ manifest: Manifest) -> [UInt8] {
        var hash = LabelledHash("rc1.bundle")
        hash.add(manifest.encodedForSigning())
        return hash.finish()
    }

    private func basisDigest(_ basis: VersionVector) -> UInt64 {
        var hash = LabelledHash("rc1.basis")
        let entries = basis.counters.map { (heads.tag($0.key), $0.value) }.sorted { $0.0 < $1.0 }
        for (tag, height) in entries {
            hash.add(u64: tag)
            hash.add(u64: height)
        }
        return hash.finish8()
    }

    // MARK: - import

    /// Takes a register's genesis for given, as a reader that belongs to no register and only checks what others wrote.
    package mutating func read(_ genesis: Genesis, _ output: inout Output) {
        enter(genesis, name: "", &output)
    }

    /// Where what waits here is: the runs whose author nobody let in, and those that follow what is not here.
    package var heldRuns: [(replica: ReplicaID, first: UInt64, last: UInt64)] {
        held.map { (heads[$0.range.replica].id, $0.range.first, $0.range.last) }
    }

    /// Whether a manifest is what its source signed.
    public static func isSigned(
        _ manifest: Manifest, by scheme: SignatureScheme = .ed25519
    ) -> Bool {
        scheme.verifier(of: manifest.source)?
            .verifies(manifest.signature, of: signed(manifest)) ?? false
    }

    /// Begins to take in a bundle whose manifest and chunks have been checked.
    public func beginImport(_ manifest: Manifest) throws -> BundleImport {
        guard membership != nil else { throw LaptopError.noRegister }
        guard manifest.register == chain.register.bytes else { throw BundleError.otherRegister }
        return BundleImport(manifest: manifest)
    }

    /// Begins to read chunks ahead of their turn.
    public func reading(_ bundle: BundleImport) -> ChunkReading {
        ChunkReading(table: heads.table, numbering: bundle.numbering)
    }

    /// Takes in one chunk.
    public mutating func take(
        chunk: [UInt8], into bundle: inout BundleImport, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws {
        var reading = reading(bundle)
        try take(try reading.read(chunk), into: &bundle, storage, &output)
    }

    /// Takes in one chunk that was read ahead; the one before it must have been taken.
    public mutating func take(
        _ chunk: ReadChunk, into bundle: inout BundleImport, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws {
        guard chunk.holds(in: heads.table) else {
            return try take(chunk: chunk.bytes, into: &bundle, storage, &output)
        }
        let (message, table) = (chunk.message, chunk.table)
        bundle.numbering = chunk.numbering
        let count = UInt64(message.changes.count)
        do {
            switch try receive(message, table, leaving: &bundle.left, storage, &output) {
            case .applied(let new, _):
                bundle.newCount += UInt64(new)
                bundle.knownCount += count - UInt64(new)
            case .known: bundle.knownCount += count
            case .held: bundle.heldCount += count
            case .left: bundle.leftCount += count
            }
        } catch RunError.erasureUnknown {
            output.commit += heads.adopt(table).map { .replica($0) }
            bundle.leftCount += count
        } catch RunError.invalidSegment {
            throw BundleError.invalidSegment
        } catch RunError.tooManyHeld {
            throw BundleError.tooManyHeld
        }
        tellSessions(storage, &output)
    }

    /// Ends an import: what the bundle says of its source's knowledge acknowledges.
    public mutating func finish(
        _ bundle: BundleImport, _ moment: Moment, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws {
        self.moment = moment
        let manifest = bundle.manifest
        guard membership?.isKnown(manifest.source) == true else { throw BundleError.unknownSource }
        // What a node says of itself counts no more once it was taken out; what it carries is signed by those who wrote it.
        guard manifest.source != node, membership?.isMember(manifest.source) == true else { return }
        var vector = VersionVector()
        for entry in manifest.vector {
            guard let replica = heads.table.number(of: entry.replica) else { continue }
            let parts = try parts(
                alike: firstEight(entry.hash), at: entry.height, of: replica, storage)
            for (part, counter) in parts ?? [] { vector[part] = max(vector[part], counter) }
            if parts == nil, entry.height > heads[replica].height {
                vector[replica] = heads[replica].height
            }
        }
        if isPlanted(.importAcknowledgesAll) { vector = heads.vector }
        var knowledge = peers[manifest.source] ?? PeerKnowledge()
        let isLive = sessions.values.contains { $0.peer == manifest.source && $0.isExchanging }
        if !isLive {
            knowledge.learn(vector, nonce: manifest.startNonce, earlier: manifest.earlierNonces)
            knowledge.acknowledgedAt = max(knowledge.acknowledgedAt, manifest.createdAt)
            knowledge.lastHeard = max(knowledge.lastHeard, manifest.createdAt)
            knowledge.route = .bundle
        }
        peers[manifest.source] = knowledge
        unsavedPeers.insert(manifest.source)
        savePeers(&output)
    }

    /// Whether all whom a bundle is for are known to have what is in it, and as it is in it.
    ///
    /// A replica of which less or another side is here than its source had is none of which that can be known.
    public func isDone(_ manifest: Manifest, _ storage: some RegisterStorage) throws -> Bool {
        guard let membership, manifest.register == membership.register.bytes,
            !manifest.targets.isEmpty
        else { return false }
        guard let runs = try ownRuns(of: manifest, storage) else { return false }
        // Who was taken out needs nothing any more.
        return manifest.targets.map(\.node).filter { membership.isMember($0) }.allSatisfy {
            isKnown(runs, to: $0)
        }
    }

    /// The members that are not known to have what is in a bundle; whoever made it has it, and so has this laptop.
    public func lacking(
        _ manifest: Manifest, _ storage: some RegisterStorage
    ) throws -> [NodeID] {
        let runs = try ownRuns(of: manifest, storage)
        return (membership?.members.keys ?? [:].keys).filter { member in
            guard member != node, member != manifest.source else { return false }
            return runs.map { !isKnown($0, to: member) } ?? true
        }
    }

    /// What is in a bundle by the numbers that it has here; nil where less or another side of a replica is here than its source had.
    private func ownRuns(
        of manifest: Manifest, _ storage: some RegisterStorage
    ) throws -> [(replica: ReplicaNumber, last: UInt64)]? {
        var runs: [(replica: ReplicaNumber, last: UInt64)] = []
        for run in manifest.contents {
            let source = manifest.vector[run.replica]
            guard let number = heads.table.number(of: source.replica),
                let parts = try parts(
                    alike: firstEight(source.hash), at: source.height, of: number, storage),
                parts.first?.part == number
            else { return nil }
            runs.append((number, run.last))
        }
        return runs
    }

    private func isKnown(
        _ runs: [(replica: ReplicaNumber, last: UInt64)], to target: NodeID
    ) -> Bool {
        runs.allSatisfy { replica, last in
            let known =
                target == node ? heads[replica].height : peers[target]?.acknowledged[replica] ?? 0
            return known >= last
        }
    }

    /// What still has to come before held runs of these replicas can be applied.
    public func missing() -> [(replica: ReplicaID, first: UInt64, last: UInt64)] {
        var missing: [(replica: ReplicaID, first: UInt64, last: UInt64)] = []
        let byReplica = Dictionary(grouping: held.map(\.range)) { $0.replica }
        for (replica, runs) in byReplica.sorted(by: { heads[$0.key].id.precedes(heads[$1.key].id) })
        {
            var next = heads[replica].height + 1
            for run in runs.sorted(by: { $0.first < $1.first }) {
                if run.first > next { missing.append((heads[replica].id, next, run.first - 1)) }
                next = max(next, run.last + 1)
            }
        }
        return missing
    }
}
