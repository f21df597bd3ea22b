import RollcallCore
import RollcallTrust
import RollcallWire

extension Laptop {
    /// Tells every session what advanced: as an ack where the peer has it, as changes where it lacks it.
    mutating func tellSessions(_ storage: some RegisterStorage, _ output: inout Output) {
        let advanced = heads.takeAdvanced()
        guard !advanced.isEmpty else { return }
        for id in sessions.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard sessions[id]?.isExchanging == true else { continue }
            for replica in advanced {
                noteHeard(replica, id)
                count(replica, id)
            }
            acknowledge(advanced, id, &output)
            for replica in advanced
            where heads[replica].height > sessions[id]?.sent[replica] ?? .max
                && sessions[id]?.setAside[replica] == nil
            {
                sessions[id]?.lacking.insert(replica)
            }
            pump(id)
            agreeIfEqual(id)
        }
    }

    /// A replica that only the peer had told of is here now: what the peer has of it is known.
    private mutating func noteHeard(_ replica: ReplicaNumber, _ id: SessionID) {
        guard var session = sessions[id],
            let height = session.unheardOf.removeValue(forKey: heads.tag(replica))
        else { return }
        session.theirs[replica] = max(session.theirs[replica], height)
        session.sent[replica] = max(session.sent[replica], height)
        sessions[id] = session
    }

    /// Acknowledges what the peer has, is durable here, and was not told yet.
    mutating func acknowledge(
        _ replicas: [ReplicaNumber], _ id: SessionID, _ output: inout Output
    ) {
        guard var session = sessions[id], session.isExchanging else { return }
        var entries: [Ack.Entry] = []
        for replica in replicas {
            let height = heads[replica].height
            guard height > session.told[replica], session.theirs[replica] >= height else {
                continue
            }
            session.told[replica] = height
            entries.append(.init(tag: heads.tag(replica), height: height))
        }
        sessions[id] = session
        if !entries.isEmpty { send(.ack, Ack(entries: entries).encoded(), id, &output) }
    }

    /// Puts a session in line to send.
    mutating func pump(_ id: SessionID) {
        guard sessions[id]?.lacking.isEmpty == false, !pumping.contains(id) else { return }
        pumping.append(id)
    }

    /// Sends one changes frame of the session next in line; false if there is nothing to send.
    mutating func sendNext(_ storage: some RegisterStorage, _ output: inout Output) throws -> Bool {
        while let id = pumping.first {
            pumping.removeFirst()
            guard let replica = nextReplica(id) else { continue }
            try sendRun(of: replica, id, storage, &output)
            pump(id)
            return true
        }
        return false
    }

    /// A replica that lacks no more than this at the peer is being edited live, or soon done: it goes before backlog.
    private static let liveChangesMax: UInt64 = 16

    /// Control first and whole; then live edits, then data replicas in turn, bulk replicas last.
    private mutating func nextReplica(_ id: SessionID) -> ReplicaNumber? {
        guard let session = sessions[id], session.isExchanging else { return nil }
        let behind = session.lacking.filter { heads[$0].height > session.sent[$0] }
        let open = behind.filter { !session.sifting.contains(heads.nodeTag($0)) }
        if open.isEmpty {
            if session.sifting.isEmpty {
                sessions[id]?.lacking = []
                agreeIfEqual(id)
            }
            return nil
        }
        let control = open.filter { heads[$0].id.lane.isControl }
        if let first = control.min(by: { $0.rawValue < $1.rawValue }) { return first }
        // Data would only be held there until the rest of the control lane comes, once it is settled what that is.
        guard !behind.contains(where: { heads[$0].id.lane.isControl }) else { return nil }
        guard session.bytesInFlight <= session.window / 2 else { return nil }
        let words = open.filter { !heads.isBulk($0) }
        let sorted = (words.isEmpty ? open : words).sorted { $0.rawValue < $1.rawValue }
        // As much again as of backlog; beyond that, edits that wait go together and take less.
        if !words.isEmpty, session.bytesInFlight < 2 * session.flightBytesMax {
            let live = sorted.first { heads[$0].height - session.sent[$0] <= Self.liveChangesMax }
            if let live { return live }
        }
        guard session.bytesInFlight == 0 || session.bytesInFlight < session.flightBytesMax else {
            return nil
        }
        let after = session.turn.map { $0.rawValue } ?? 0
        let next = sorted.first { session.turn == nil || $0.rawValue > after } ?? sorted[0]
        sessions[id]?.turn = next
        return next
    }

    private mutating func sendRun(
        of replica: ReplicaNumber, _ id: SessionID, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws {
        guard var session = sessions[id] else { return }
        let first = session.sent[replica] + 1
        if let skipped = session.theirHeld.first(where: {
            $0.tag == heads.tag(replica) && $0.first <= first && $0.last >= first
        }) {
            session.sent[replica] = min(skipped.last, heads[replica].height)
            if session.sent[replica] >= heads[replica].height { session.lacking.remove(replica) }
            sessions[id] = session
            return
        }
        var contentBytes = session.messageContentBytes
        while true {
            guard
                let run = try run(of: replica, from: first, contentBytesMax: contentBytes, storage)
            else {
                guard heads.isForked(replica) else { throw LaptopError.storeIncomplete }
                // The rest is in a segment that goes on into a branch.
                session.sent[replica] = heads[replica].height
                session.lacking.remove(replica)
                sessions[id] = session
                return
            }
            var numbering = session.outgoing
            let message = run.encode(heads.table, numbering: &numbering)
            let mayCompress = session.usesCompression && !isCompressionOff && message.count > 32
            let frame = Frame(
                .changes, message, compression: mayCompress ? compression : nil,
                withDictionary: session.usesDictionary)
            let isTooLarge =
                frame.encodedBytes > session.window / 2 || message.count > Limits.inflatedBytesMax
            if isTooLarge, run.segments.count > 1 {
                contentBytes /= 2
                continue
            }
            let reached = run.last - heads.base(of: replica)
            session.outgoing = numbering
            session.sent[replica] = reached
            session.told[replica] = reached
            if reached >= heads[replica].height { session.lacking.remove(replica) }
            if heads[run.replica].id.lane == .data {
                session.value.noteFlight(frame.encodedBytes, moment.now)
            }
            if isPlanted(.sentAcknowledged) { session.theirs[replica] = reached }
            sessions[id] = session
            if isPlanted(.sentAcknowledged) { count(replica, id) }
            send(frame, id, &output)
            return
        }
    }

    /// A run of a replica from a counter to a signed head, about as large as allowed, at least one segment; nil if there is
    /// none, as at the end of what was written twice.
    func run(
        of replica: ReplicaNumber, from first: UInt64, contentBytesMax: Int,
        _ storage: some RegisterStorage
    ) throws -> ChangesMessage? {
        let base = heads.base(of: replica)
        // The segment in which a branch begins goes whole.
        let from =
            heads.branches[replica] != nil && first == 1
            ? try segmentStart(beyond: base, of: replica, storage) : base + first
        let end = heads.end(of: replica)
        guard from <= end else { return nil }
        var stored = try changes(
            of: replica, from: from, through: end, contentBytesMax: contentBytesMax, storage)
        let signed = try signedHeads(
            of: replica, from: from, through: stored.last?.dot.counter ?? from, storage)
        guard let nearest = signed.first else { return nil }
        if stored.isEmpty || stored[stored.count - 1].dot.counter < nearest.dot.counter {
            stored = try changes(
                of: replica, from: from, through: nearest.dot.counter, contentBytesMax: .max,
                storage)
        }
        guard let reached = stored.last?.dot.counter else { return nil }
        let within = signed.filter { $0.dot.counter <= reached }
        guard let last = within.last?.dot.counter else { return nil }

        var segments: [ChangesMessage.Segment] = []
        var previous = from - 1
        for head in within {
            segments.append(
                .init(changeCount: Int(head.dot.counter - previous), signature: head.signature))
            previous = head.dot.counter
        }
        let taken = stored
        let changes = try gather(Int(last - from + 1), inPiecesOf: Self.changesPerPiece, spread) {
            try taken[$0].map { try Change(dot: $0.dot, stored: $0.content) }
        }
        let salts = try salts(of: replica, changes, storage)
        return ChangesMessage(
            replica: heads.origin(of: replica), first: from,
            startHash: heads.branches[replica] == nil || from == 1
                ? nil : try hash(of: replica, at: from - 1, storage),
            segments: segments, salts: salts.values, listedSubtrees: salts.listed,
            changes: changes)
    }

    /// So many are read in one go.
    private static let changesPerPiece = 256

    /// The salts that go with a run: those of, or where something erased is in the way, a list.
    private func salts(
        of replica: ReplicaNumber, _ changes: [Change], _ storage: some RegisterStorage
    ) throws -> (values: [UInt8], listed: [SaltSubtree]?) {
        let (first, last) = (changes[0].dot.counter, changes[changes.count - 1].dot.counter)
        var trees = SaltTrees()
        for block in ((first - 1) / Limits.changesPerBlock)...((last - 1) / Limits.changesPerBlock)
        {
            guard let tree = try saltTree(of: replica, block: block, storage) else { continue }
            trees.insert(tree, block: block)
        }
        var values: [UInt8] = []
        for subtree in SaltSubtree.given(first: first, last: last) {
            guard let value = trees.value(of: subtree) else {
                return try Self.listedSalts(of: changes, trees.known(first: first, last: last))
            }
            values += value
        }
        return (values, nil)
    }

    private static func listedSalts(
        of changes: [Change], _ nodes: [SaltTree.Node]
    ) throws -> (values: [UInt8], listed: [SaltSubtree]?) {
        var index = 0
        for change in changes where !change.isErased {
            let counter = change.dot.counter
            while index < nodes.count, nodes[index].subtree.last < counter { index += 1 }
            guard index < nodes.count, nodes[index].subtree.first <= counter else {
                throw LaptopError.storeIncomplete
            }
        }
        return (nodes.flatMap(\.value), nodes.map(\.subtree))
    }
}
