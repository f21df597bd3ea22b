public import RollcallCore
public import RollcallWire

/// The salts of one block of a replica, as far as they are known: subtree values from which leaves follow.
public struct SaltTree: Equatable, Sendable {
    public struct Node: Equatable, Sendable {
        public var subtree: SaltSubtree
        public var value: [UInt8]
    }

    /// In ascending order, none below another.
    public private(set) var nodes: [Node] = []

    public init() {}

    /// The whole of a writer's own block.
    public init(root: [UInt8], blockStart: UInt64) {
        nodes = [Node(subtree: SaltSubtree(first: blockStart, level: 8), value: root)]
    }

    /// Takes in a subtree's value.
    ///
    /// What it covers must follow from it, and it from what covers it.
    public mutating func insert(_ subtree: SaltSubtree, _ value: [UInt8]) throws(FormatError) {
        if let known = self.value(of: subtree) {
            guard known == value else { throw FormatError(.saltMismatch, "salts") }
            return
        }
        let covered = nodes.filter {
            $0.subtree.first >= subtree.first && $0.subtree.last <= subtree.last
        }
        for node in covered where Self.value(of: node.subtree, below: subtree, value) != node.value
        {
            throw FormatError(.saltMismatch, "salts")
        }
        nodes.removeAll { $0.subtree.first >= subtree.first && $0.subtree.last <= subtree.last }
        nodes.append(Node(subtree: subtree, value: value))
        nodes.sort { $0.subtree.first < $1.subtree.first }
    }

    /// Forgets a leaf and all that it follows from; every other leaf that was known still is.
    public mutating func puncture(_ counter: UInt64) {
        guard
            let index = nodes.firstIndex(where: {
                $0.subtree.first <= counter && $0.subtree.last >= counter
            })
        else { return }
        var rest: [Node] = []
        var hash = LabelledHash("rc1.left")
        var current = nodes[index].subtree
        var value = Salt(nodes[index].value)
        while current.level > 0 {
            let left = SaltSubtree(first: current.first, level: current.level - 1)
            let right = SaltSubtree(first: left.last + 1, level: left.level)
            let isRight = counter > left.last
            let kept = Self.child(value, isRight: !isRight, &hash)
            rest.append(Node(subtree: isRight ? left : right, value: kept.bytes))
            value = Self.child(value, isRight: isRight, &hash)
            current = isRight ? right : left
        }
        nodes.replaceSubrange(
            index...index, with: rest.sorted { $0.subtree.first < $1.subtree.first })
    }

    /// What is known of the block's prefix up to a counter, and nothing from which more follows.
    public func through(_ last: UInt64) -> SaltTree {
        var prefix = SaltTree()
        prefix.nodes = known(first: nodes.first?.subtree.first ?? last, last: last)
        return prefix
    }

    /// The largest subtrees that follow from what is known, of those parts of the block that end in a run.
    public func known(first: UInt64, last: UInt64) -> [Node] {
        var found: [Node] = []
        for node in nodes where node.subtree.first <= last && node.subtree.last >= first {
            collect(node, first, last, &found)
        }
        return found
    }

    private func collect(_ node: Node, _ first: UInt64, _ last: UInt64, _ found: inout [Node]) {
        guard node.subtree.first <= last, node.subtree.last >= first else { return }
        guard node.subtree.last > last else { return found.append(node) }
        guard node.subtree.level > 0 else { return }
        let left = SaltSubtree(first: node.subtree.first, level: node.subtree.level - 1)
        let right = SaltSubtree(first: left.last + 1, level: left.level)
        for half in [left, right] where half.first <= last {
            let value = Self.value(of: half, below: node.subtree, node.value)
            collect(Node(subtree: half, value: value), first, last, &found)
        }
    }

    /// The value of a subtree, or nil if it does not follow from what is known.
    public func value(of subtree: SaltSubtree) -> [UInt8]? {
        for node in nodes
        where node.subtree.first <= subtree.first && node.subtree.last >= subtree.last {
            return Self.value(of: subtree, below: node.subtree, node.value)
        }
        return nil
    }

    public func leaf(_ counter: UInt64) -> [UInt8]? {
        value(of: SaltSubtree(first: counter, level: 0))
    }

    /// All leaves of counters `first...last` in order, 16 bytes each, each inner value derived once.
    public func leaves(_ first: UInt64, _ last: UInt64) -> [UInt8] {
        var leaves = ByteWriter(reserving: Int(last - first + 1) * 16)
        var hash = LabelledHash("rc1.left")
        for node in nodes where node.subtree.last >= first && node.subtree.first <= last {
            Self.collect(node.subtree, Salt(node.value), first, last, &leaves, &hash)
        }
        return leaves.bytes
    }

    private static func collect(
        _ subtree: SaltSubtree, _ value: Salt, _ first: UInt64, _ last: UInt64,
        _ leaves: inout ByteWriter, _ hash: inout LabelledHash
    ) {
        guard subtree.level > 0 else { return value.append(to: &leaves) }
        let half = SaltSubtree(first: subtree.first, level: subtree.level - 1)
        let right = SaltSubtree(first: half.last + 1, level: half.level)
        if half.last >= first, half.first <= last {
            collect(half, child(value, isRight: false, &hash), first, last, &leaves, &hash)
        }
        if right.last >= first, right.first <= last {
            collect(right, child(value, isRight: true, &hash), first, last, &leaves, &hash)
        }
    }

    private static func value(
        of subtree: SaltSubtree, below ancestor: SaltSubtree, _ value: [UInt8]
    ) -> [UInt8] {
        guard ancestor.level > subtree.level else { return value }
        var current = ancestor
        var value = Salt(value)
        var hash = LabelledHash("rc1.left")
        while current.level > subtree.level {
            let half = SaltSubtree(first: current.first, level: current.level - 1)
            let isRight = subtree.first > half.last
            value = child(value, isRight: isRight, &hash)
            current = isRight ? SaltSubtree(first: half.last + 1, level: half.level) : half
        }
        return value.bytes
    }

    private static func child(_ value: Salt, isRight: Bool, _ hash: inout LabelledHash) -> Salt {
        hash.restart(isRight ? "rc1.right" : "rc1.left")
        hash.add(value)
        return hash.salt()
    }

    // MARK: as stored

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        for node in nodes {
            writer.varint(node.subtree.first)
            writer.u8(UInt8(node.subtree.level))
            writer.raw(node.value)
        }
        return writer.bytes
    }

    public init(encoded bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        while !reader.isAtEnd {
            let first = try reader.varint("salt subtree")
            let level = Int(try reader.u8("salt level"))
            let subtree = SaltSubtree(first: first, level: level)
            // A damaged row must not make a walk through a tree that no block has.
            guard level <= 8, first > 0, first <= Dot.counterMax, subtree.isAligned,
                first > nodes.last?.subtree.last ?? 0
            else { throw FormatError(.badReference, "salt subtree") }
            nodes.append(Node(subtree: subtree, value: try reader.raw(16, "salt")))
        }
    }
}
