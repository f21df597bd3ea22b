import RollcallCore

/// All texts of all records, folded, one after another in memory: a search reads through them, and none lies on the disk.
///
/// 100,000 records of 23 fields take about 30 MB, and a search of them a few milliseconds: no other order is needed.
struct SearchIndex {
    /// The texts of each entry, with a zero after each.
    private var text: [UInt8] = []
    private var starts: [Int] = []
    /// Nil where a newer entry of the record stands further on.
    private var owners: [Dot?] = []
    private var entries: [Dot: Int] = [:]
    private var deadBytes = 0
    /// Records whose entry is to be made anew.
    private(set) var stale: Set<Dot> = []

    /// Takes note of records that are being written; whether they stay is seen when they are read.
    mutating func note(_ writes: [StoreWrite]) {
        for write in writes {
            switch write {
            case .record(let record, _): stale.insert(record.dot)
            case .dropRecord(let dot): stale.insert(dot)
            default: continue
            }
        }
    }

    /// Takes in what a record says now; nil when there is no such record.
    mutating func put(_ record: Dot, _ texts: [UInt8]?) {
        stale.remove(record)
        if let old = entries.removeValue(forKey: record) {
            owners[old] = nil
            let end = old + 1 < starts.count ? starts[old + 1] : text.count
            deadBytes += end - starts[old]
        }
        guard let texts, !texts.isEmpty else { return }
        entries[record] = owners.count
        owners.append(record)
        starts.append(text.count)
        text += texts
        if deadBytes > 1 << 20, deadBytes > text.count / 2 { compact() }
    }

    private mutating func compact() {
        let before = self
        self = SearchIndex()
        stale = before.stale
        text.reserveCapacity(before.text.count - before.deadBytes)
        for (index, owner) in before.owners.enumerated() {
            guard let owner else { continue }
            let end = index + 1 < before.starts.count ? before.starts[index + 1] : before.text.count
            entries[owner] = owners.count
            owners.append(owner)
            starts.append(text.count)
            text += before.text[before.starts[index]..<end]
        }
    }

    /// The records in one of whose texts some bytes stand.
    func records(containing wanted: [UInt8]) -> Set<Dot> {
        var found: Set<Dot> = []
        guard !wanted.isEmpty else { return found }
        let skips = Self.skips(wanted)
        text.withUnsafeBufferPointer { text in
            wanted.withUnsafeBufferPointer { wanted in
                var at = 0
                while let hit = Self.next(wanted, in: text, from: at, skips) {
                    let entry = entry(at: hit)
                    if let owner = owners[entry] { found.insert(owner) }
                    at = entry + 1 < starts.count ? starts[entry + 1] : text.count
                }
            }
        }
        return found
    }

    /// How far one may go on when a byte stands under the last one that is wanted (Horspool, 1980).
    private static func skips(_ wanted: [UInt8]) -> [Int] {
        var skips = [Int](repeating: wanted.count, count: 256)
        for (index, byte) in wanted.dropLast().enumerated() {
            skips[Int(byte)] = wanted.count - 1 - index
        }
        return skips
    }

    private static func next(
        _ wanted: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, from start: Int,
        _ skips: [Int]
    ) -> Int? {
        let last = wanted.count - 1
        return skips.withUnsafeBufferPointer { skips in
            var at = start
            while at + last < text.count {
                let byte = text[at + last]
                if byte == wanted[last] {
                    var index = 0
                    while index < last, text[at + index] == wanted[index] { index += 1 }
                    if index == last { return at }
                }
                at += skips[Int(byte)]
            }
            return nil
        }
    }

    /// The last entry that starts at or before a place.
    private func entry(at place: Int) -> Int {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= place { low = middle } else { high = middle }
        }
        return low
    }
}
