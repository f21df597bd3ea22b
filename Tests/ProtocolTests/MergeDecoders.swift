import RollcallCore
import RollcallTrust
import RollcallWire
import Testing

/// Merging and the fingerprint: section 12, every author trusted.
enum MergeDecoders {
    static let all: [String: VectorTests.Decoder] = ["merge": merge]

    private static func merge(_ vector: VectorFile) throws -> Decoded {
        var state = MergedRegister(chain: try ChainDecoders.chain(vector))
        var reader = ByteReader(vector.bytes)
        while !reader.isAtEnd { try state.receive(try reader.byteString("message")) }
        var decoded = Decoded()
        try state.tell(&decoded)
        return decoded
    }
}

/// A register in memory: what the synchronising module keeps on disk, without sessions and rights.
private struct MergedRegister {
    let chain: Chain
    var table = ReplicaTable()
    var heights = VersionVector()
    var blocks: [ReplicaNumber: SaltTrees] = [:]
    var held: [ChangesMessage] = []
    var links: [Dot: VerifiedLink] = [:]
    var records: [Dot: RecordState] = [:]

    init(chain: Chain) { self.chain = chain }

    mutating func receive(_ bytes: [UInt8]) throws {
        var numbering = SessionReplicas()
        held.append(try ChangesMessage(bytes, table: &table, numbering: &numbering))
        while let index = held.firstIndex(where: { $0.first <= heights[$0.replica] + 1 }) {
            try apply(held.remove(at: index))
        }
    }

    private mutating func apply(_ message: ChangesMessage) throws {
        let replica = message.replica
        let height = heights[replica]
        let before = message.first == 1 ? nil : links[Dot(replica, message.first - 1)]?.hash
        let verified = try VerifiedLink.all(
            of: message, before: before, &blocks[replica, default: SaltTrees()], chain, table)
        for link in verified {
            if let known = links[link.change.dot] {
                guard known.hash == link.hash else { throw SessionOutcome.fork }
                continue
            }
            links[link.change.dot] = link
            guard table[replica].lane == .data else { continue }
            records[link.change.record, default: RecordState()].apply(link.change) { dot in
                links[dot]?.change.writes.map(\.field) ?? []
            }
        }
        heights[replica] = max(height, message.last)
    }

    private func ordered(_ dots: some Sequence<Dot>) -> [Dot] {
        dots.sorted { table.precedes($0, $1) }
    }

    private func live(_ record: Dot) throws -> [(link: VerifiedLink, fields: [FieldNumber])] {
        let entries = try #require(records[record]).entries.filter(\.hasLive)
        return try entries.sorted { table.precedes($0.dot, $1.dot) }.compactMap { entry in
            let link = try #require(links[entry.dot])
            let fields =
                switch entry.live {
                case .all: link.change.writes.map(\.field)
                case .some(let fields): fields
                }
            return fields.isEmpty ? nil : (link, fields)
        }
    }

    private func digest(_ record: Dot) throws -> [UInt8] {
        if let state = records[record], state.isOneChange, let link = links[state.entries[0].dot] {
            return RecordDigest.of(link.change, link.commitments, table)
        }
        var digest = RecordDigest(record: record, table)
        for (link, fields) in try live(record) {
            digest.add(link.change.dot, fields: fields, link.commitments)
        }
        return digest.finish()
    }

    private func membershipDigest() -> [UInt8] {
        var hash = LabelledHash("rc1.members")
        for dot in ordered(links.keys.filter { table[$0.replica].lane == .control }) {
            hash.add(ChangeDecoders.bytes(of: dot, table))
            hash.add(links[dot]?.hash ?? [])
        }
        return hash.finish()
    }

    private func fingerprint() throws -> [UInt8] {
        var hash = LabelledHash("rc1.state")
        hash.add(chain.register.bytes)
        hash.add(u64: UInt64(records.count))
        for record in ordered(records.keys) { hash.add(try digest(record)) }
        hash.add(membershipDigest())
        hash.add(u64: 0)
        return hash.finish()
    }

    func tell(_ decoded: inout Decoded) throws {
        decoded.add("merge.applied", links.count)
        decoded.add("merge.held", held.reduce(0) { $0 + $1.changes.count })
        decoded.add("merge.records", records.count)
        for (position, record) in ordered(records.keys).enumerated() {
            let path = "merge.record.\(position)"
            let number = chain.register.recordNumber(table[record.replica], record.counter)
            decoded.add("\(path).dot", bytes: ChangeDecoders.bytes(of: record, table))
            decoded.add("\(path).id", RegisterID.recordText(number))
            let writes = try live(record).flatMap { link, fields in fields.map { (link.change, $0) }
            }
            decoded.add("\(path).live", writes.count)
            for (place, (change, field)) in writes.enumerated() {
                let write = try #require(change.write(to: field))
                decoded.add("\(path).live.\(place).dot", table.text(change.dot))
                decoded.add("\(path).live.\(place).field", field.rawValue)
                decoded.add("\(path).live.\(place).body", bytes: change.body(of: write))
            }
            decoded.add("\(path).digest", bytes: try digest(record))
        }
        decoded.add("merge.membership", bytes: membershipDigest())
        decoded.add("merge.fingerprint", bytes: try fingerprint())
    }
}
