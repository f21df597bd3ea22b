import RollcallCore
import RollcallExchange
import RollcallSync
import RollcallTrust

/// The files that go with what is believed of a lost laptop.
///
/// Their parts are in a chain of their own, which nobody who names the last word to believe thinks of. A file was written before the
/// word that names it, and in a chain all is written before what follows: so all up to a named file's last part is as old as what is believed.
extension Driver {
    func filesNamed(
        by believed: [ReplicaID: UInt64], of node: NodeID
    ) throws -> [ReplicaID: UInt64] {
        var (photos, listFiles) = (Set<NamedDot>(), Set<String>())
        for (id, height) in believed {
            guard let number = laptop.heads.table.number(of: id), !laptop.heads.isBulk(number)
            else { continue }
            for counter in 1...max(1, height) {
                guard let stored = try store.change(Dot(number, counter)) else { continue }
                let change = try Change(dot: Dot(number, counter), stored: stored.content)
                for write in change.writes {
                    switch (write.field, laptop.body(of: write, in: change).content) {
                    case (FieldSchema.photo, .record(let name)): photos.insert(name)
                    case (FieldSchema.listFile, .text(let text)): listFiles.insert(text)
                    default: continue
                    }
                }
            }
        }
        let files = try records(of: .file).filter {
            !listFiles.isDisjoint(with: exchangeIndex[$0]?.texts(FieldSchema.listFile) ?? [])
        }
        var ends: [ReplicaID: UInt64] = [:]
        for dot in photos.compactMap(dot(named:)) + files
        where laptop.heads.isBulk(dot.replica) && laptop.heads[dot.replica].id.node == node {
            let id = laptop.heads[dot.replica].id
            guard believed[id] == nil, let count = try partCount(of: dot) else { continue }
            ends[id] = max(ends[id] ?? 0, dot.counter + count - 1)
        }
        return ends
    }

    /// Of how many parts a file is, by its first; what somebody appended to them later is none of it.
    private func partCount(of file: Dot) throws -> UInt64? {
        guard let stored = try store.change(file) else { return nil }
        let change = try Change(dot: file, stored: stored.content)
        guard let write = change.writes.first(where: { FieldNumber.ofParts.contains($0.field) }),
            case .text(let text) = laptop.body(of: write, in: change).content,
            let count = FileParts.count(text)
        else { return nil }
        return UInt64(count)
    }
}
