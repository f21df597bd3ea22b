import RollcallCore
import RollcallTrust
import RollcallWire

/// What became of a run of changes that came in.
enum RunOutcome: Equatable {
    /// So many were new and are applied.
    case applied(Int)
    /// All were known already.
    case known
    /// Kept until what comes before them, or their author's admission, is here.
    case held
}

/// Why a run was refused.
enum RunError: Error, Equatable {
    case invalidSegment
    case fork(ReplicaID, height: UInt64)
    /// No more runs can be held; what is refused stays with whoever offers it.
    case tooManyHeld
}

extension Laptop {
    /// Verifies and applies a run; whoever it came from.
    ///
    /// - Parameter learned: The replica table with what the message defined.
    mutating func receive(
        _ message: ChangesMessage, _ learned: ReplicaTable, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws -> RunOutcome {
        let known = Int(message.replica.rawValue) < heads.table.count
        let height = known ? heads[message.replica].height : 0
        if message.last <= height {
            // What it mentions has numbers in the session from now on, so it must have numbers here.
            output.commit += heads.adopt(learned).map { .replica($0) }
            if isPlanted(.staleHeadAccepted), message.last < height,
                let stored = try storage.change(Dot(message.replica, message.last))
            {
                output.commit.append(
                    .replica(heads.advance(message.replica, to: message.last, stored.hash)))
            }
            return .known
        }
        if isPlanted(.endedReplicaClosed), known, heads[message.replica].isEnded {
            output.commit += heads.adopt(learned).map { .replica($0) }
            return .known
        }
        guard message.listedSubtrees == nil || mayComeErased(message, learned[message.replica])
        else { throw RunError.invalidSegment }
        let author = learned[message.replica].node
        let isGap = message.first > height + 1
        var isHeld = isGap || membership?.isKnown(author) != true
        if isPlanted(.futureIsHeld) {
            let tomorrow = moment.wallClock + 86_400_000
            isHeld = isHeld || message.changes.contains { $0.recordedAt > tomorrow }
        }
        let start = try startHash(of: message, isKnown: known, learned, storage)
        guard let start else {
            // A gap that says nothing of where it begins cannot be verified, nor held.
            throw RunError.invalidSegment
        }
        let run = try verify(message, from: start, learned, storage, checkingSalts: !isGap)
        guard !isHeld else {
            try hold(message, learned, start, run.links.last?.hash, &output)
            return .held
        }
        output.commit += heads.adopt(learned).map { .replica($0) }
        if height >= message.first,
            run.links[Int(height - message.first)].hash != heads[message.replica].hash
        {
            throw RunError.fork(learned[message.replica], height: height)
        }
        try apply(run, of: message, above: height, storage, &output)
        return .applied(Int(message.last - height))
    }

    private mutating func startHash(
        of message: ChangesMessage, isKnown: Bool, _ learned: ReplicaTable,
        _ storage: some RegisterStorage
    ) throws -> [UInt8]? {
        if message.first == 1 { return chain.start(of: learned[message.replica]) }
        let height = isKnown ? heads[message.replica].height : 0
        if message.first > height + 1 {
            return try message.startHash ?? endOfHeldRun(before: message, isKnown: isKnown, storage)
        }
        if message.first == height + 1 { return heads[message.replica].hash }
        return try storage.change(Dot(message.replica, message.first - 1))?.hash
    }

    /// A run whose salts, links and signatures hold.
    struct VerifiedRun {
        struct Link {
            var hash: [UInt8]
            var commitments: [Commitment]
            var content: [UInt8]
        }

        var links: [Link] = []
        var salts: [(block: UInt64, tree: SaltTree)] = []
    }

    mutating func verify(
        _ message: ChangesMessage, from start: [UInt8], _ learned: ReplicaTable,
        _ storage: some RegisterStorage, checkingSalts: Bool
    ) throws -> VerifiedRun {
        let id = learned[message.replica]
        guard let verifier = verifier(of: id.node) else { throw FormatError(.weakKey, "author") }
        var run = VerifiedRun()
        run.salts = try salts(of: message, checkingSalts ? storage : nil)
        let leaves = try Self.leaves(of: message, run.salts)

        var hash = start
        run.links.reserveCapacity(message.changes.count)
        var segment = 0
        var leftInSegment = message.segments[0].changeCount
        var segmentBytes = 0
        var hasher = ChainHasher()
        for (index, change) in message.changes.enumerated() {
            let leaf = leaves[(index * 16)..<(index * 16 + 16)]
            let commitments = hasher.commitments(to: change, leaf: leaf)
            hash = hasher.link(hash, change, commitments, learned)
            run.links.append(
                .init(hash: hash, commitments: commitments, content: change.stored()))
            leftInSegment -= 1
            segmentBytes += run.links[index].content.count - (change.erased?.count ?? 0)
            guard leftInSegment == 0 else { continue }
            try message.segments[segment].check(byteCount: segmentBytes)
            segmentBytes = 0
            guard
                isPlanted(.chainUnchecked)
                    || verifier.verifies(
                        message.segments[segment].signature,
                        of: chain.headMessage(id, change.dot.counter, hash))
            else { throw RunError.invalidSegment }
            segment += 1
            if segment < message.segments.count {
                leftInSegment = message.segments[segment].changeCount
            }
        }
        return run
    }

    /// 16 bytes for each change of a run; zeros for an erased one, whose leaf nobody has.
    private static func leaves(
        of message: ChangesMessage, _ trees: [(block: UInt64, tree: SaltTree)]
    ) throws(FormatError) -> [UInt8] {
        var leaves: [UInt8] = []
        leaves.reserveCapacity(message.changes.count * 16)
        guard message.listedSubtrees == nil else {
            for change in message.changes {
                let block = (change.dot.counter - 1) / Limits.changesPerBlock
                let tree = trees.first { $0.block == block }?.tree
                let leaf =
                    change.isErased
                    ? [UInt8](repeating: 0, count: 16) : tree?.leaf(change.dot.counter)
                guard let leaf else { throw FormatError(.saltMismatch, "salts") }
                leaves += leaf
            }
            return leaves
        }
        for (block, tree) in trees {
            let blockStart = block * Limits.changesPerBlock + 1
            leaves += tree.leaves(
                max(message.first, blockStart),
                min(message.last, blockStart + Limits.changesPerBlock - 1))
        }
        guard leaves.count == message.changes.count * 16 else {
            throw FormatError(.saltMismatch, "salts")
        }
        return leaves
    }

    /// The salt trees of the blocks that a run touches: what was known, and what came with it.
    private func salts(
        of message: ChangesMessage, _ storage: (some RegisterStorage)?
    ) throws -> [(block: UInt64, tree: SaltTree)] {
        var trees: [(block: UInt64, tree: SaltTree)] = []
        for (index, subtree) in message.subtrees.enumerated() {
            let block = (subtree.first - 1) / Limits.changesPerBlock
            if trees.last?.block != block {
                var tree = SaltTree()
                // What a list leaves out may be known here.
                let mayBeKnown =
                    block * Limits.changesPerBlock + 1 < message.first
                    || message.listedSubtrees != nil
                if mayBeKnown, let storage,
                    let stored = try storage.salts(of: message.replica, block: block)
                {
                    tree = try SaltTree(encoded: stored)
                }
                trees.append((block, tree))
            }
            let value = Array(message.salts[(index * 16)..<(index * 16 + 16)])
            try trees[trees.count - 1].tree.insert(subtree, value)
        }
        return trees
    }

    private mutating func apply(
        _ run: VerifiedRun, of message: ChangesMessage, above height: UInt64,
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        let replica = message.replica
        let lane = heads[replica].id.lane
        let newCount = Int(message.last - height)
        var merging = Merging(reserving: newCount)
        let counted =
            membership?.counted(of: heads[replica].id) ?? CountedChanges(height: 0)
        output.commit.reserveCapacity(output.commit.count + newCount * 2 + 32)
        for (change, link) in zip(message.changes, run.links) where change.dot.counter > height {
            let kept = kept(change, link.commitments)
            let isAsItCame = kept.isErased == change.isErased
            let content = isAsItCame ? link.content : kept.stored()
            output.commit.append(
                .change(StoredChange(dot: change.dot, hash: link.hash, content: content)))
            if isPlanted(.halfSegmentApplied), newCount > 1, change.dot.counter == message.last {
                continue
            }
            if lane == .control {
                membership?.apply(change, heads.table)
            } else if counted.includes(change.dot.counter) {
                try merging.apply(kept, link.commitments, storage)
            }
            if change.dot.counter == 1 { end(replicasNamedBy: change, &output) }
        }
        keepHeads(of: message, run, above: height, &output)
        for (block, tree) in run.salts {
            let kept = withoutErased(tree, block: block, of: heads[replica].id)
            output.commit.append(.salts(replica: replica, block: block, kept.encoded()))
        }
        if lane == .data {
            let stored = saltSource(storage)
            let table = heads.table
            try merging.addRows(
                to: &output.commit, table,
                { dot in
                    if dot.replica == replica,
                        let known = run.salts.first(where: {
                            $0.block == (dot.counter - 1) / Limits.changesPerBlock
                        })
                    {
                        return known.tree.leaf(dot.counter)
                    }
                    return try stored(dot)
                }, storage)
        }
        guard let last = run.links.last else { return }
        output.commit.append(.replica(heads.advance(replica, to: message.last, last.hash)))
        settleMembership(&output)
    }

    private mutating func keepHeads(
        of message: ChangesMessage, _ run: VerifiedRun, above height: UInt64, _ output: inout Output
    ) {
        var counter = message.first - 1
        var index = -1
        for segment in message.segments {
            let first = index + 1
            counter += UInt64(segment.changeCount)
            index += segment.changeCount
            guard counter > height else { continue }
            let newCount = Int(min(UInt64(segment.changeCount), counter - height))
            let byteCount = run.links[first...index].suffix(newCount).reduce(0) {
                $0 + $1.content.count
            }
            noteHead(
                SignedHead(
                    dot: Dot(message.replica, counter), hash: run.links[index].hash,
                    signature: segment.signature),
                changeCount: newCount, byteCount: byteCount, &output)
        }
    }

    /// Marks the earlier replicas of its node that a first change lists as ended.
    mutating func end(replicasNamedBy change: Change, _ output: inout Output) {
        let id = heads[change.dot.replica].id
        // All in one table: a copy of it for each would be a copy of all that came before.
        var table = heads.table
        var numbers: [ReplicaNumber] = []
        for ended in Extras.ended(change)
        where ended.incarnation != 0 && ended.incarnation != id.incarnation {
            let earlier = ReplicaID(node: id.node, lane: id.lane, incarnation: ended.incarnation)
            guard !table.isFull || table.number(of: earlier) != nil else { continue }
            numbers.append(table.insert(earlier))
        }
        guard !numbers.isEmpty else { return }
        if id.lane == .data { membership?.noteEnded(by: change, table) }
        output.commit += heads.adopt(table).map { .replica($0) }
        for number in numbers where !heads[number].isEnded {
            output.commit.append(.replica(heads.end(number)))
        }
    }

    // MARK: - held runs

    private mutating func hold(
        _ message: ChangesMessage, _ learned: ReplicaTable, _ start: [UInt8], _ end: [UInt8]?,
        _ output: inout Output
    ) throws {
        let isKnown = held.contains { run in
            run.range.replica == message.replica && run.range.first <= message.first
                && run.range.last >= message.last
        }
        if isKnown {
            output.commit += heads.adopt(learned).map { .replica($0) }
            return
        }
        var alone = try withoutErased(message, of: learned[message.replica])
        alone.startHash = message.first == 1 ? nil : start
        var numbering = SessionReplicas()
        let row = HeldRow(
            replica: message.replica, first: message.first, last: message.last,
            message: alone.encode(learned, numbering: &numbering))
        let others = held.filter {
            $0.range.replica != row.replica || $0.range.first != row.first
        }
        guard others.count < Limits.heldRunsMax,
            others.reduce(row.message.count, { $0 + $1.range.byteCount }) <= Limits.heldBytesMax
        else { throw RunError.tooManyHeld }
        held = others + [HeldRun(range: HeldRange(row), endHash: end)]
        output.commit += heads.adopt(learned).map { .replica($0) }
        output.commit.append(.held(row))
    }

    /// Where a run begins that follows one held here: its sender leaves out what follows from what it sent.
    private mutating func endOfHeldRun(
        before message: ChangesMessage, isKnown: Bool, _ storage: some RegisterStorage
    ) throws -> [UInt8]? {
        guard isKnown,
            let index = held.firstIndex(where: {
                $0.range.replica == message.replica && $0.range.last == message.first - 1
            })
        else { return nil }
        if held[index].endHash == nil {
            held[index].endHash = try endHash(of: held[index].range, storage)
        }
        return held[index].endHash
    }

    /// h(last) of a run that was held before this start.
    private mutating func endHash(
        of run: HeldRange, _ storage: some RegisterStorage
    ) throws -> [UInt8]? {
        guard let row = try storage.held(Dot(run.replica, run.first)) else { return nil }
        var table = heads.table
        var numbering = SessionReplicas()
        let message = try ChangesMessage(row.message, table: &table, numbering: &numbering)
        guard
            let start = message.startHash
                ?? (message.first == 1 ? chain.start(of: table[message.replica]) : nil)
        else { return nil }
        return try verify(message, from: start, table, storage, checkingSalts: false).links.last?
            .hash
    }

    /// Applies a held run whose turn has come.
    ///
    /// One that does not fit what came before it is said, and stays on disk: somebody wrote it. It is
    /// tried again at the next start.
    mutating func release(
        _ message: ChangesMessage, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        do {
            if !isPlanted(.heldRunLost) { _ = try receive(message, heads.table, storage, &output) }
            output.commit.append(.dropHeld(replica: message.replica, first: message.first))
        } catch RunError.fork(let replica, let height) {
            output.notices.append(.fork(replica, height: height))
        } catch is RunError {
            let row = heads[message.replica]
            output.notices.append(.fork(row.id, height: row.height))
        }
    }

    /// A held run that can be applied now, taken off the list.
    mutating func nextReleasable(
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> ChangesMessage? {
        let index = held.firstIndex { run in
            let row = heads[run.range.replica]
            return run.range.first <= row.height + 1 && membership?.isKnown(row.id.node) == true
        }
        guard let index else { return nil }
        let run = held.remove(at: index).range
        guard let row = try storage.held(Dot(run.replica, run.first)) else { return nil }
        var table = heads.table
        var numbering = SessionReplicas()
        let message = try ChangesMessage(row.message, table: &table, numbering: &numbering)
        output.commit += heads.adopt(table).map { .replica($0) }
        return message
    }
}
