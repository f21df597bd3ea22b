import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// Records by the number that people see, in memory: filled at first use, kept up as records come.
struct RecordIndex {
    struct Entry {
        var number: UInt64
        var dot: Dot
    }

    private var entries: [Entry] = []
    private var known: Set<Dot> = []
    private var added: [Dot] = []
    private var isFilled = false

    /// Takes note of records that are being written.
    mutating func note(_ writes: [StoreWrite]) {
        guard isFilled else { return }
        for write in writes {
            switch write {
            case .record(let record, _) where known.insert(record.dot).inserted:
                added.append(record.dot)
            case .dropRecord: return forget()
            default: continue
            }
        }
    }

    /// After an undo: to be read anew.
    mutating func forget() { self = RecordIndex() }

    private mutating func fill(_ laptop: Laptop, _ store: SealedRegister) throws {
        if !isFilled {
            var after: Dot?
            while true {
                // Of sealed ones only the dots are looked at.
                let page = try store.disk.records(after: after, limit: 4_096)
                for record in page where known.insert(record.dot).inserted {
                    added.append(record.dot)
                }
                guard page.count == 4_096 else { break }
                after = page.last?.dot
            }
            isFilled = true
        }
        guard !added.isEmpty else { return }
        entries += added.map { Entry(number: laptop.number(ofRecord: $0), dot: $0) }
        added = []
        entries.sort { left, right in
            left.number == right.number
                ? laptop.heads.table.precedes(left.dot, right.dot) : left.number < right.number
        }
    }

    /// All records in the order of their ids.
    mutating func all(_ laptop: Laptop, _ store: SealedRegister) throws -> [Dot] {
        try fill(laptop, store)
        return entries.map(\.dot)
    }

    /// The records whose number lies in a range: those that a prefix may mean.
    mutating func records(
        in range: ClosedRange<UInt64>, _ laptop: Laptop, _ store: SealedRegister
    ) throws -> [Dot] {
        try fill(laptop, store)
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].number < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        var found: [Dot] = []
        while low < entries.count, entries[low].number <= range.upperBound {
            found.append(entries[low].dot)
            low += 1
        }
        return found
    }
}
