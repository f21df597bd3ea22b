/// An aligned subtree of a block's salt tree: counters `first` … `first + 2^level − 1`.
public struct SaltSubtree: Hashable, Sendable {
    public var first: UInt64
    public var level: Int

    public init(first: UInt64, level: Int) {
        self.first = first
        self.level = level
    }

    public var last: UInt64 { first + (1 << UInt64(level)) - 1 }

    /// Whether it begins where a subtree of its level can.
    public var isAligned: Bool { (first - 1) & ((1 << UInt64(level)) - 1) == 0 }

    /// The subtrees whose values go with a run of counters: the largest aligned ones of each block's
    /// prefix that end in the run.
    public static func given(first: UInt64, last: UInt64) -> [SaltSubtree] {
        var subtrees: [SaltSubtree] = []
        var blockStart = blockStart(of: first)
        while blockStart <= last {
            let prefixEnd = min(last, blockStart + Limits.changesPerBlock - 1)
            subtrees += prefix(of: blockStart, through: prefixEnd).filter { $0.last >= first }
            blockStart += Limits.changesPerBlock
        }
        return subtrees
    }

    /// The first counter of the block that a counter is in.
    public static func blockStart(of counter: UInt64) -> UInt64 {
        (counter - 1) / Limits.changesPerBlock * Limits.changesPerBlock + 1
    }

    /// The largest aligned subtrees of a block from its start through a counter.
    public static func prefix(of blockStart: UInt64, through last: UInt64) -> [SaltSubtree] {
        var subtrees: [SaltSubtree] = []
        var start = blockStart
        for level in stride(from: 8, through: 0, by: -1)
        where last + 1 - start >= 1 << UInt64(level) {
            subtrees.append(SaltSubtree(first: start, level: level))
            start += 1 << UInt64(level)
        }
        return subtrees
    }
}
