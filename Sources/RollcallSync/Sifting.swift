import RollcallCore
import RollcallTrust
import RollcallWire

/// Comparing the ended replicas of a node by halving: a laptop that was started two thousand times is
/// not listed two thousand times.
extension Laptop {
    /// Only the side with the smaller key begins, so that one conversation settles a node.
    mutating func beginSift(
        _ nodeTag: UInt64, theirCount: UInt64, _ id: SessionID, _ output: inout Output
    ) {
        guard let peer = sessions[id]?.peer, node.precedes(peer) else { return }
        let range = Sift.TagRange(
            lowest: 0, highest: .max, part: part(nodeTag, 0, .max, theirCount: theirCount, id))
        send(.sift, Sift(nodeTag: nodeTag, ranges: [range]).encoded(), id, &output)
    }

    /// What to say of a range whose digests are unlike: a list where either side has few, else our digest.
    private func part(
        _ nodeTag: UInt64, _ lowest: UInt64, _ highest: UInt64, theirCount: UInt64, _ id: SessionID
    ) -> Sift.Part {
        let ended = listedEnded(nodeTag, lowest, highest, id)
        if min(UInt64(ended.count), theirCount) <= UInt64(Limits.siftListMax) || lowest == highest {
            return .list(listed(nodeTag, lowest, highest, id).map(haveEntry), wantsAnswer: true)
        }
        return .digest(count: UInt64(ended.count), endedDigest(ended))
    }

    mutating func receive(
        _ sift: Sift, _ id: SessionID, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        var answer: [Sift.TagRange] = []
        // Ranges of an honest peer do not overlap: all lists together are no longer than one of all replicas.
        var listedCount = 0
        guard (sessions[id]?.sifted[sift.nodeTag]?.count ?? 0) < Limits.siftRangesMax else {
            throw FormatError(.tooMany, "sift")
        }
        for range in sift.ranges {
            switch range.part {
            case .digest(let count, let digest):
                let found = compare(sift.nodeTag, range.lowest, range.highest, count, digest, id)
                for case .list(let entries, _) in found.map(\.part) { listedCount += entries.count }
                answer += found
            case .list(let entries, let wantsAnswer):
                for entry in entries { try take(entry, id, storage, &output) }
                sessions[id]?.sifted[sift.nodeTag, default: []].append(range.lowest...range.highest)
                guard wantsAnswer else { continue }
                let mine = listed(sift.nodeTag, range.lowest, range.highest, id)
                listedCount += mine.count
                answer.append(
                    .init(
                        lowest: range.lowest, highest: range.highest,
                        part: .list(mine.map(haveEntry), wantsAnswer: false)))
            case .equal:
                markEqual(sift.nodeTag, range.lowest, range.highest, id)
            }
            guard listedCount <= Limits.haveEntriesMax, answer.count <= Limits.siftAnswersMax else {
                throw FormatError(.tooMany, "sift")
            }
        }
        if !answer.isEmpty {
            send(.sift, Sift(nodeTag: sift.nodeTag, ranges: answer).encoded(), id, &output)
        }
        settle(sift.nodeTag, id)
    }

    private mutating func compare(
        _ nodeTag: UInt64, _ lowest: UInt64, _ highest: UInt64, _ count: UInt64, _ digest: UInt64,
        _ id: SessionID
    ) -> [Sift.TagRange] {
        let ended = listedEnded(nodeTag, lowest, highest, id)
        if UInt64(ended.count) == count, endedDigest(ended) == digest {
            markEqual(nodeTag, lowest, highest, id)
            return [.init(lowest: lowest, highest: highest, part: .equal)]
        }
        if min(UInt64(ended.count), count) <= UInt64(Limits.siftListMax) || lowest == highest {
            return [
                .init(
                    lowest: lowest, highest: highest,
                    part: part(nodeTag, lowest, highest, theirCount: count, id))
            ]
        }
        let middle = lowest + (highest - lowest) / 2
        return [(lowest, middle), (middle + 1, highest)].map { low, high in
            let half = listedEnded(nodeTag, low, high, id)
            return .init(
                lowest: low, highest: high,
                part: .digest(count: UInt64(half.count), endedDigest(half)))
        }
    }

    private mutating func markEqual(
        _ nodeTag: UInt64, _ lowest: UInt64, _ highest: UInt64, _ id: SessionID
    ) {
        for row in listedEnded(nodeTag, lowest, highest, id) { note(row.number, row.height, id) }
        sessions[id]?.sifted[nodeTag, default: []].append(lowest...highest)
    }

    /// Notes one entry of a list, which is complete for its range: what it leaves out the peer does not have.
    private mutating func take(
        _ entry: HaveEntry, _ id: SessionID, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        guard let replica = heads.number(ofTag: entry.tag) else {
            return try noteUnheard(entry.tag, entry.height, id)
        }
        var theirs = VersionVector()
        try note(entry, of: replica, into: &theirs, id, storage, &output)
        for (replica, height) in theirs.counters { note(replica, height, id) }
    }

    private mutating func note(_ replica: ReplicaNumber, _ height: UInt64, _ id: SessionID) {
        guard let theirs = sessions[id]?.theirs[replica], height > theirs else { return }
        sessions[id]?.theirs[replica] = height
        if let sent = sessions[id]?.sent[replica], height > sent {
            sessions[id]?.sent[replica] = height
        }
        count(replica, id)
    }

    /// When what the peer has is known for the whole range of tags, the node's replicas can be sent.
    private mutating func settle(_ nodeTag: UInt64, _ id: SessionID) {
        guard sessions[id]?.sifting.contains(nodeTag) == true else { return }
        var next: UInt64 = 0
        for range in (sessions[id]?.sifted[nodeTag] ?? []).sorted(by: {
            $0.lowerBound < $1.lowerBound
        }) {
            guard range.lowerBound <= next else { return }
            guard range.upperBound < .max else {
                sessions[id]?.sifting.remove(nodeTag)
                pump(id)
                agreeIfEqual(id)
                return
            }
            next = max(next, range.upperBound + 1)
        }
    }

    /// A node's replicas in a range of tags, as they were when our have was sent.
    private func listed(
        _ nodeTag: UInt64, _ lowest: UInt64, _ highest: UInt64, _ id: SessionID
    ) -> [ReplicaRow] {
        (sessions[id]?.listed ?? []).filter {
            heads.nodeTag($0.number) == nodeTag && heads.tag($0.number) >= lowest
                && heads.tag($0.number) <= highest
        }
    }

    private func listedEnded(
        _ nodeTag: UInt64, _ lowest: UInt64, _ highest: UInt64, _ id: SessionID
    ) -> [ReplicaRow] {
        listed(nodeTag, lowest, highest, id).filter(\.isEnded)
    }
}
