/// What will happen, earliest first; of two at one time the one that was put in first.
struct Heap<Element> {
    struct Entry {
        var time: Int64
        var sequence: UInt64
        var element: Element

        func precedes(_ other: Entry) -> Bool {
            time == other.time ? sequence < other.sequence : time < other.time
        }
    }

    private var entries: [Entry] = []
    private var sequence: UInt64 = 0

    var first: Entry? { entries.first }

    mutating func insert(_ element: Element, at time: Int64) {
        entries.append(Entry(time: time, sequence: sequence, element: element))
        sequence += 1
        var index = entries.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard entries[index].precedes(entries[parent]) else { return }
            entries.swapAt(index, parent)
            index = parent
        }
    }

    mutating func popFirst() -> Entry? {
        guard let first = entries.first, let last = entries.popLast() else { return nil }
        guard !entries.isEmpty else { return first }
        entries[0] = last
        sink()
        return first
    }

    private mutating func sink() {
        var index = 0
        while true {
            let left = index * 2 + 1
            guard left < entries.count else { return }
            let right = left + 1
            let child =
                right < entries.count && entries[right].precedes(entries[left]) ? right : left
            guard entries[child].precedes(entries[index]) else { return }
            entries.swapAt(index, child)
            index = child
        }
    }
}
