import RollcallControl
import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire

/// What an import would come to: seen in an open transaction, of which nothing stays.
struct Foresight {
    /// Of records that the import touches what they were before; nil: they were not here.
    private var digests: [Dot: [UInt8]?] = [:]
    private var conflicts: [Dot: Int] = [:]
    private let conflictsBefore: [Dot: Int]
    private let membersBefore: [NodeID: Member]
    private static let digestBytes = 32

    init(_ laptop: Laptop, _ store: SealedRegister) throws {
        membersBefore = laptop.membership?.members ?? [:]
        var counts: [Dot: Int] = [:]
        for record in try store.recordsInConflict() {
            counts[record] = try laptop.view(of: record, store)?.fields.count { $0.isConflict }
        }
        conflictsBefore = counts
    }

    /// Takes note of what is about to be written.
    mutating func note(_ writes: [StoreWrite], _ store: SealedRegister) throws {
        for write in writes {
            switch write {
            case .record(let record, let count):
                try note(record.dot, store)
                conflicts[record.dot] = count
            case .dropRecord(let dot):
                try note(dot, store)
                conflicts[dot] = 0
            default: continue
            }
        }
    }

    private mutating func note(_ record: Dot, _ store: SealedRegister) throws {
        guard digests[record] == nil else { return }
        digests[record] = .some(try digest(of: record, store))
    }

    private func digest(of record: Dot, _ store: SealedRegister) throws -> [UInt8]? {
        try store.record(record).map { Array($0.prefix(Self.digestBytes)) }
    }

    /// What has come of it, as long as the transaction is open.
    func report(
        _ manifest: Manifest, _ laptop: Laptop, _ store: SealedRegister
    ) throws -> ImportPreview {
        var preview = ImportPreview()
        for (record, before) in digests {
            let after = try digest(of: record, store)
            if before == nil, after != nil {
                preview.newRecords += 1
            } else if before != after {
                preview.changedRecords += 1
            }
        }
        for (record, count) in conflicts {
            let before = conflictsBefore[record] ?? 0
            preview.conflicts += max(0, count - before)
            preview.conflictsSettled += max(0, before - count)
        }
        let members = laptop.membership?.members ?? [:]
        preview.membersAdded = Self.named(members.filter { membersBefore[$0.key] == nil })
        preview.membersRemoved = Self.named(membersBefore.filter { members[$0.key] == nil })
        let lacking = Set(try laptop.lacking(manifest, store))
        preview.lacking = Self.named(members.filter { lacking.contains($0.key) })
        return preview
    }

    private static func named(_ members: [NodeID: Member]) -> [NamedNode] {
        members.values.map { NamedNode(node: $0.node.text, name: $0.name) }
            .sorted { $0.node < $1.node }
    }
}
