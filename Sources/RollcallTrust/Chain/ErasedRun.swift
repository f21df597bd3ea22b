public import RollcallCore
public import RollcallWire

/// The salts of a replica, block by block.
public struct SaltTrees: Sendable {
    private var trees: [UInt64: SaltTree] = [:]

    public init() {}

    /// Those that a run gives.
    public init(_ message: ChangesMessage) throws(FormatError) {
        try insert(message)
    }

    public mutating func insert(_ message: ChangesMessage) throws(FormatError) {
        for (index, subtree) in message.subtrees.enumerated() {
            try insert(subtree, Array(message.salts[(index * 16)..<(index * 16 + 16)]))
        }
    }

    public mutating func insert(_ subtree: SaltSubtree, _ value: [UInt8]) throws(FormatError) {
        let block = Self.block(of: subtree.first)
        var tree = trees[block] ?? SaltTree()
        try tree.insert(subtree, value)
        trees[block] = tree
    }

    /// Takes in a block as it was kept.
    public mutating func insert(_ tree: SaltTree, block: UInt64) { trees[block] = tree }

    public func value(of subtree: SaltSubtree) -> [UInt8]? {
        trees[Self.block(of: subtree.first)]?.value(of: subtree)
    }

    public func leaf(_ counter: UInt64) -> [UInt8]? {
        trees[Self.block(of: counter)]?.leaf(counter)
    }

    public mutating func puncture(_ counter: UInt64) {
        trees[Self.block(of: counter)]?.puncture(counter)
    }

    public var nodes: [SaltTree.Node] { trees.keys.sorted().flatMap { trees[$0]?.nodes ?? [] } }

    /// As ``SaltTree/known(first:last:)``, over all blocks.
    public func known(first: UInt64, last: UInt64) -> [SaltTree.Node] {
        trees.keys.sorted().flatMap { trees[$0]?.known(first: first, last: last) ?? [] }
    }

    private static func block(of counter: UInt64) -> UInt64 {
        (counter - 1) / Limits.changesPerBlock
    }
}

extension ChangesMessage {
    /// The run without the values of some of its changes, and without the salts that lead to them.
    ///
    /// Its signatures hold over the commitments that stay.
    public func erasing(_ counters: Set<UInt64>) throws(FormatError) -> ChangesMessage {
        let erased = changes.indices.filter {
            !changes[$0].isErased && counters.contains(changes[$0].dot.counter)
        }
        guard !erased.isEmpty else { return self }
        var trees = try SaltTrees(self)
        var message = self
        for index in erased {
            let change = changes[index]
            guard let leaf = trees.leaf(change.dot.counter) else {
                throw FormatError(.saltMismatch, "salts")
            }
            message.changes[index] = change.erased(
                Commitment.bytes(of: Chain.commitments(to: change, leaf: leaf)))
            trees.puncture(change.dot.counter)
        }
        let nodes = trees.known(first: first, last: last)
        message.salts = nodes.flatMap(\.value)
        message.listedSubtrees = nodes.map(\.subtree)
        return message
    }
}
