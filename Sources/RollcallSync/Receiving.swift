import RollcallCore
import RollcallTrust
import RollcallWire

/// What became of a run of changes that came in.
enum RunOutcome: Equatable {
    /// So many were new and are applied, on a replica or one of its branches.
    case applied(Int, on: ReplicaNumber)
    /// All were known already.
    case known(on: ReplicaNumber)
    /// Kept until what comes before them, or their author's admission, is here.
    case held
    /// Not taken: their replica was written in more ways than are kept. They stay with their sender.
    case left

    var path: ReplicaNumber? {
        switch self {
        case .applied(_, let path), .known(let path): path
        case .held, .left: nil
        }
    }
}

/// Why a run was refused.
enum RunError: Error, Equatable {
    case invalidSegment
    /// It has no values where nobody erased any, as far as is known here.
    case erasureUnknown
    /// No more runs can be held; what is refused stays with whoever offers it.
    case tooManyHeld
}

extension Laptop {
    /// Verifies and applies a run; whoever it came from.
    ///
    /// - Parameters:
    ///   - learned: The replica table with what the message defined.
    ///   - left: Of which replicas runs from there were left before: what follows those is left, too.
    mutating func receive(
        _ message: ChangesMessage, _ learned: ReplicaTable, leaving left: inout Set<ReplicaNumber>,
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> RunOutcome {
        let hasLeft = left.contains(message.replica)
        let outcome: RunOutcome
        do {
            outcome =
                if try hasLeft && start(of: message, isKnown: true, learned, storage) == nil {
                    .left
                } else {
                    try receive(message, learned, storage, &output)
                }
        } catch RunError.invalidSegment where hasLeft {
            // Nothing says from which side it goes on.
            outcome = .left
        }
        guard outcome == .left else { return outcome }
        output.commit += heads.adopt(learned).map { .replica($0) }
        if left.insert(message.replica).inserted {
            output.notices.append(
                .fork(learned[message.replica], height: heads[message.replica].height))
        }
        return .left
    }

    /// - Parameter learned: The replica table with what the message defined.
    private mutating func receive(
        _ message: ChangesMessage, _ learned: ReplicaTable, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws -> RunOutcome {
        let isKnown = Int(message.replica.rawValue) < heads.table.count
        let height = isKnown ? heads[message.replica].height : 0
        let start = try start(of: message, isKnown: isKnown, learned, storage)
        if let start, try isHere(message, after: start, learned, storage) {
            // What it mentions has numbers in the session from now on, so it must have numbers here.
            output.commit += heads.adopt(learned).map { .replica($0) }
            if isPlanted(.staleHeadAccepted), message.last < height,
                let stored = try storage.change(Dot(message.replica, message.last))
            {
                output.commit.append(
                    .replica(heads.advance(message.replica, to: message.last, stored.hash)))
            }
            return .known(on: start.path)
        }
        if isPlanted(.endedReplicaClosed), isKnown, heads[message.replica].isEnded {
            output.commit += heads.adopt(learned).map { .replica($0) }
            return .known(on: message.replica)
        }
        guard message.listedSubtrees == nil || mayComeErased(message, learned[message.replica])
        else { throw RunError.erasureUnknown }
        let author = learned[message.replica].node
        var isHeld = start == nil || membership?.isKnown(author) != true
        if isPlanted(.futureIsHeld) {
            let tomorrow = moment.wallClock + 86_400_000
            isHeld = isHeld || message.changes.contains { $0.recordedAt > tomorrow }
        }
        let startHash =
            try start?.hash ?? message.startHash
            ?? endOfHeldRun(before: message, isKnown: isKnown, storage)
        guard let startHash else {
            // Another peer sent it in one piece with what comes before it.
            if isKnown, isWithinHeldRun(message) { return .held }
            // A gap that says nothing of where it begins cannot be verified, nor held.
            throw RunError.invalidSegment
        }
        var run = try verify(message, from: startHash, on: start?.path, learned, storage)
        guard !isHeld, let start else {
            try hold(message, learned, startHash, run.links.last?.hash, &output)
            return .held
        }
        output.commit += heads.adopt(learned).map { .replica($0) }
        switch try place(message, run.links.map(\.hash), from: start.path, storage) {
        case .known(let path): return .known(on: path)
        case .extends(let path):
            let end = heads.end(of: path)
            if path != start.path || !run.isByKnownSalts {
                run.salts = try salts(of: message) { try saltTree(of: path, block: $0, storage) }
            }
            try apply(run, of: message, above: end, on: path, storage, &output)
            return .applied(Int(message.last - end), on: path)
        case .fork(let path, let counter):
            let first = run.links[Int(counter + 1 - message.first)].hash
            run.salts = try salts(of: message) {
                try saltTree(of: path, block: $0, storage)?.through(counter)
            }
            guard let branch = try fork(path, at: counter, first: first, storage, &output) else {
                return .left
            }
            try apply(run, of: message, above: counter, on: branch, storage, &output)
            return .applied(Int(message.last - counter), on: branch)
        }
    }

    /// Whether a run brings nothing: its signature is here, or where segments were joined, its hash.
    private mutating func isHere(
        _ message: ChangesMessage, after start: RunStart, _ learned: ReplicaTable,
        _ storage: some RegisterStorage
    ) throws -> Bool {
        guard Int(start.path.rawValue) < heads.table.count,
            message.last <= heads.end(of: start.path)
        else { return false }
        if isPlanted(.knownByNumber) { return true }
        if try isSigned(message, alikeOn: start.path, storage) { return true }
        do {
            let trees = try salts(of: message) {
                message.listedSubtrees == nil
                    ? nil : try saltTree(of: start.path, block: $0, storage)
            }
            let links = try link(
                message, from: start.hash, Self.leaves(of: message, trees), learned)
            return try hash(of: start.path, at: message.last, storage) == links.last?.hash
        } catch let error as FormatError where error.refusal == .saltMismatch {
            // What was erased cannot be compared.
            return true
        }
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
        /// Whether the salts follow from those that were here, and these from them.
        var isByKnownSalts = true
    }

    /// - Parameter path: Where the run's salts are known in part; nil for a gap.
    mutating func verify(
        _ message: ChangesMessage, from start: [UInt8], on path: ReplicaNumber?,
        _ learned: ReplicaTable, _ storage: some RegisterStorage
    ) throws -> VerifiedRun {
        guard let verifier = verifier(of: learned[message.replica].node) else {
            throw FormatError(.weakKey, "author")
        }
        var run = VerifiedRun()
        let leaves: [UInt8]
        do {
            run.salts = try salts(of: message) { block in
                try path.flatMap { try saltTree(of: $0, block: block, storage) }
            }
            leaves = try Self.leaves(of: message, run.salts)
        } catch let error as FormatError where error.refusal == .saltMismatch && path != nil {
            // Where it forks off, its writer may have given other salts for the rest of the block.
            run.isByKnownSalts = false
            run.salts = try salts(of: message) { _ in nil }
            leaves = try Self.leaves(of: message, run.salts)
        }
        run.links = try link(message, from: start, leaves, learned, verifier)
        return run
    }

    /// The links of a run, its segments verified if there is somebody to verify them.
    private func link(
        _ message: ChangesMessage, from start: [UInt8], _ leaves: [UInt8],
        _ learned: ReplicaTable, _ verifier: SignatureVerifier? = nil
    ) throws -> [VerifiedRun.Link] {
        var links: [VerifiedRun.Link] = []
        links.reserveCapacity(message.changes.count)
        var hash = start
        var segment = 0
        var leftInSegment = message.segments[0].changeCount
        var segmentBytes = 0
        let prepared = try PreparedChange.prepare(message.changes, leaves: leaves, spread)
        var hasher = ChainHasher()
        for (index, change) in message.changes.enumerated() {
            let (commitments, content) = (prepared[index].commitments, prepared[index].content)
            hash = hasher.link(hash, change, commitments, learned)
            links.append(.init(hash: hash, commitments: commitments, content: content))
            guard let verifier else { continue }
            leftInSegment -= 1
            segmentBytes += links[index].content.count - (change.erased?.count ?? 0)
            guard leftInSegment == 0 else { continue }
            try message.segments[segment].check(byteCount: segmentBytes)
            segmentBytes = 0
            guard
                isPlanted(.chainUnchecked)
                    || verifier.verifies(
                        message.segments[segment].signature,
                        of: chain.headMessage(learned[message.replica], change.dot.counter, hash))
            else { throw RunError.invalidSegment }
            segment += 1
            if segment < message.segments.count {
                leftInSegment = message.segments[segment].changeCount
            }
        }
        return links
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
        of message: ChangesMessage, known: (UInt64) throws -> SaltTree?
    ) throws -> [(block: UInt64, tree: SaltTree)] {
        var trees: [(block: UInt64, tree: SaltTree)] = []
        for (index, subtree) in message.subtrees.enumerated() {
            let block = (subtree.first - 1) / Limits.changesPerBlock
            if trees.last?.block != block {
                // What a list leaves out may be known here.
                let mayBeKnown =
                    block * Limits.changesPerBlock + 1 < message.first
                    || message.listedSubtrees != nil
                let tree = mayBeKnown ? try known(block) : nil
                trees.append((block, tree ?? SaltTree()))
            }
            let value = Array(message.salts[(index * 16)..<(index * 16 + 16)])
            try trees[trees.count - 1].tree.insert(subtree, value)
        }
        return trees
    }

    /// - Parameter counter: What is here of it, in the counters of its writer.
    private mutating func apply(
        _ run: VerifiedRun, of message: ChangesMessage, above counter: UInt64,
        on path: ReplicaNumber, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        let (id, base) = (heads[path].id, heads.base(of: path))
        let writer = heads[message.replica].id
        mayStraighten = mayStraighten || id.isBranch
        let newCount = Int(message.last - counter)
        var merging = Merging(reserving: newCount)
        let counted = membership?.counted(of: id) ?? CountedChanges(height: 0)
        output.commit.reserveCapacity(output.commit.count + newCount * 2 + 32)
        for (change, link) in zip(message.changes, run.links) where change.dot.counter > counter {
            // By its path: a method of the laptop's would be called on a copy of all of it, for each change.
            let kept = change.kept(
                link.commitments, destroyed: membership?.erasures.destroyed[writer])
            let isAsItCame = kept.isErased == change.isErased
            let content = isAsItCame ? link.content : kept.stored()
            let dot = Dot(path, change.dot.counter - base)
            output.commit.append(
                .change(StoredChange(dot: dot, hash: link.hash, content: content)))
            if isPlanted(.halfSegmentApplied), newCount > 1, change.dot.counter == message.last {
                continue
            }
            switch id.lane {
            case .control: membership?.apply(change, link.hash, heads.table)
            case .controlBranch:
                var named = change
                named.dot = dot
                membership?.apply(named, link.hash, heads.table, on: heads.place(of: path))
            case .data:
                guard counted.includes(change.dot.counter) else { break }
                try merging.apply(kept, link.commitments, storage)
            case .dataBranch: break
            }
            if change.dot.counter == 1, base == 0, !id.isBranch {
                end(replicasNamedBy: change, &output)
            }
        }
        keepHeads(of: message, run, above: counter, on: path, &output)
        for (block, tree) in run.salts {
            let kept = try withoutErased(tree, block: block, on: path, storage)
            output.commit.append(.salts(replica: path, block: block, kept.encoded()))
        }
        if id.lane == .data {
            let stored = saltSource(storage)
            let table = heads.table
            try merging.addRows(
                to: &output.commit, table,
                { dot in
                    if dot.replica == path,
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
        output.commit.append(.replica(heads.advance(path, to: message.last - base, last.hash)))
        settleMembership(&output)
    }

    private mutating func keepHeads(
        of message: ChangesMessage, _ run: VerifiedRun, above known: UInt64,
        on path: ReplicaNumber, _ output: inout Output
    ) {
        let base = heads.base(of: path)
        var counter = message.first - 1
        var index = -1
        for segment in message.segments {
            let first = index + 1
            counter += UInt64(segment.changeCount)
            index += segment.changeCount
            guard counter > known else { continue }
            let newCount = Int(min(UInt64(segment.changeCount), counter - known))
            let byteCount = run.links[first...index].suffix(newCount).reduce(0) {
                $0 + $1.content.count
            }
            noteHead(
                SignedHead(
                    dot: Dot(path, counter - base), hash: run.links[index].hash,
                    signature: segment.signature),
                changeCount: newCount, byteCount: byteCount, &output)
        }
    }

    /// Marks the earlier replicas of its node that a first change lists as ended, and its own as a bulk replica if it is one.
    mutating func end(replicasNamedBy change: Change, _ output: inout Output) {
        heads.note(first: change)
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

    /// Whether a run lies within one that waits.
    private func isWithinHeldRun(_ message: ChangesMessage) -> Bool {
        held.contains {
            $0.range.replica == message.replica && $0.range.first < message.first
                && $0.range.last >= message.last
        }
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
        return try verify(message, from: start, on: nil, table, storage).links.last?.hash
    }

    /// Applies a held run whose turn has come.
    ///
    /// One that cannot be taken is said, and stays on disk: somebody wrote it. It is tried again at the next start.
    mutating func release(
        _ message: ChangesMessage, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        do {
            var left: Set<ReplicaNumber> = []
            if !isPlanted(.heldRunLost),
                try receive(message, heads.table, leaving: &left, storage, &output) == .left
            {
                return
            }
            output.commit.append(.dropHeld(replica: message.replica, first: message.first))
        } catch is RunError {
            let row = heads[message.replica]
            output.notices.append(.fork(row.id, height: row.height))
        }
    }

    /// A held run that can be applied now, taken off the list.
    ///
    /// One that goes on from something else than what is here was signed by who wrote both: it waits for what it goes on
    /// from.
    mutating func nextReleasable(
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> ChangesMessage? {
        while let index = held.firstIndex(where: isReleasable) {
            let run = held[index].range
            guard let row = try storage.held(Dot(run.replica, run.first)) else {
                held.remove(at: index)
                continue
            }
            var table = heads.table
            var numbering = SessionReplicas()
            let message = try ChangesMessage(row.message, table: &table, numbering: &numbering)
            guard try start(of: message, isKnown: true, table, storage) != nil else {
                held[index].isUnlike = true
                output.notices.append(.fork(heads[run.replica].id, height: run.first - 1))
                continue
            }
            held.remove(at: index)
            output.commit += heads.adopt(table).map { .replica($0) }
            return message
        }
        return nil
    }

    private func isReleasable(_ run: HeldRun) -> Bool {
        let replica = run.range.replica
        let ends = ([replica] + heads.branches(of: replica)).map { heads.end(of: $0) }
        return !run.isUnlike && run.range.first <= (ends.max() ?? 0) + 1
            && membership?.isKnown(heads[replica].id.node) == true
    }
}
