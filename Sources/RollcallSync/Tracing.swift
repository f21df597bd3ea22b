import RollcallCore
import RollcallTrust
import RollcallWire

/// Finding where two laptops begin to hold a replica unlike.
///
/// Either side halves what the other says, until both know the last change that they share. Whoever knows it sends the run
/// that goes on from there: signed, and unlike what the other has, it is the proof of the fork.
extension Laptop {
    /// Notes a listed height; where its hash is unlike what is here, begins to look for where that begins.
    mutating func note(
        _ entry: HaveEntry, of replica: ReplicaNumber, into vector: inout VersionVector,
        _ id: SessionID, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        guard entry.height > 0, entry.height <= Dot.counterMax else { return }
        if let parts = try parts(alike: entry.hash, at: entry.height, of: replica, storage) {
            for (part, counter) in parts { vector[part] = max(vector[part], counter) }
        } else if entry.height <= heads[replica].height {
            setAside(replica, sharing: 0, id)
            try trace(replica, from: 0, through: entry.height, id, storage, &output)
        } else {
            vector[replica] = max(vector[replica], entry.height)
        }
    }

    /// What somebody has of a replica, and of its branches here, by the first 8 bytes of h at a height; nil if nothing here is
    /// alike there.
    func parts(
        alike hash: UInt64, at height: UInt64, of replica: ReplicaNumber,
        _ storage: some RegisterStorage
    ) throws -> [(part: ReplicaNumber, counter: UInt64)]? {
        if height <= heads[replica].height,
            try firstEight(of: replica, at: height, storage) == hash
        {
            return [(replica, height)]
        }
        // What has this name there may be another side here.
        let counter = heads.base(of: replica) + height
        let sides = try heads.branches(of: heads.origin(of: replica)).filter { side in
            try side != replica && heads.base(of: side) < counter
                && self.hash(of: side, at: counter, storage).map(RollcallTrust.firstEight) == hash
        }
        return sides.isEmpty ? nil : sides.flatMap { heads.way(to: $0, at: counter) }
    }

    private func firstEight(
        of replica: ReplicaNumber, at height: UInt64, _ storage: some RegisterStorage
    ) throws -> UInt64? {
        try hash(of: replica, at: heads.base(of: replica) + height, storage).map(
            RollcallTrust.firstEight)
    }

    /// Nothing of a replica is sent to a peer that has it otherwise, until it is known from where on.
    private mutating func setAside(
        _ replica: ReplicaNumber, sharing height: UInt64, _ id: SessionID
    ) {
        guard let session = sessions[id], let peer = session.peer else { return }
        sessions[id]?.setAside[replica] = height
        sessions[id]?.lacking.remove(replica)
        sessions[id]?.theirs[replica] = min(session.theirs[replica], height)
        let acknowledged = peers[peer]?.acknowledged[replica] ?? 0
        guard acknowledged > height else { return }
        peers[peer]?.acknowledged[replica] = height
        unsavedPeers.insert(peer)
    }

    private mutating func trace(
        _ replica: ReplicaNumber, from low: UInt64, through high: UInt64, _ id: SessionID,
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        var heights = [high]
        var step: UInt64 = 1
        // A fork is likely to be young: close steps first.
        while step < high - low {
            heights.append(high - step)
            step *= 2
        }
        if low > 0 { heights.append(low) }
        var points: [Trace.Point] = []
        for height in heights.reversed() {
            guard let hash = try firstEight(of: replica, at: height, storage) else {
                throw LaptopError.storeIncomplete
            }
            points.append(.init(height: height, hash: hash))
        }
        send(.trace, Trace(tag: heads.tag(replica), points: points).encoded(), id, &output)
    }

    mutating func receive(
        _ trace: Trace, _ id: SessionID, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        sessions[id]?.traceCount += 1
        guard let count = sessions[id]?.traceCount, count <= Limits.tracesMax else {
            throw FormatError(.tooMany, "trace")
        }
        guard let replica = heads.number(ofTag: trace.tag) else { return }
        var low: UInt64 = 0
        var high: UInt64?
        for point in trace.points where point.height <= heads[replica].height {
            guard try firstEight(of: replica, at: point.height, storage) == point.hash else {
                high = point.height
                break
            }
            low = point.height
        }
        guard let high else { return }
        setAside(replica, sharing: low, id)
        guard high - low == 1 else {
            return try self.trace(replica, from: low, through: high, id, storage, &output)
        }
        try sendProof(replica, beyond: low, id, storage, &output)
    }

    /// Sends the segment that goes on from the last change that both share.
    private mutating func sendProof(
        _ replica: ReplicaNumber, beyond height: UInt64, _ id: SessionID,
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        guard var session = sessions[id] else { return }
        let base = heads.base(of: replica)
        let start = try segmentStart(beyond: base + height, of: replica, storage)
        let first = start > base ? start - base : 1
        guard var run = try run(of: replica, from: first, contentBytesMax: 1, storage) else {
            return
        }
        if run.first > 1, run.startHash == nil {
            run.startHash = try hash(of: replica, at: run.first - 1, storage)
        }
        var numbering = session.outgoing
        let frame = Frame(
            .changes, run.encode(heads.table, numbering: &numbering),
            compression: session.usesCompression && !isCompressionOff ? compression : nil,
            withDictionary: session.usesDictionary)
        session.outgoing = numbering
        if heads[run.replica].id.lane == .data {
            session.value.noteFlight(frame.encodedBytes, moment.now)
        }
        sessions[id] = session
        send(frame, id, &output)
    }
}
