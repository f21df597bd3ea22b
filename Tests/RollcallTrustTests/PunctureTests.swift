import RollcallCore
import RollcallWire
import Testing

@testable import RollcallTrust

/// What of a block's salts is left when some of its changes are erased.
@Suite struct PunctureTests {
    private static let root = [UInt8](repeating: 9, count: 16)

    @Test func `an erased leaf is gone, and no other`() {
        var chance = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            let whole = SaltTree(root: Self.root, blockStart: 257)
            var tree = whole
            let gone = Set(
                (0..<Int.random(in: 1...40, using: &chance)).map { _ in
                    UInt64.random(in: 257...512, using: &chance)
                })
            for counter in gone { tree.puncture(counter) }
            for counter in UInt64(257)...512 {
                #expect(
                    tree.leaf(counter) == (gone.contains(counter) ? nil : whole.leaf(counter)))
            }
            for node in tree.nodes {
                #expect(!gone.contains { $0 >= node.subtree.first && $0 <= node.subtree.last })
            }
        }
    }

    @Test func `nothing that stays leads to what is gone`() {
        let whole = SaltTree(root: Self.root, blockStart: 1)
        var tree = whole
        tree.puncture(100)
        var ancestor = SaltSubtree(first: 100, level: 0)
        for level in 0...8 {
            let size = UInt64(1) << UInt64(level)
            ancestor = SaltSubtree(first: (99 / size) * size + 1, level: level)
            #expect(tree.value(of: ancestor) == nil)
            #expect(!tree.nodes.contains { $0.value == whole.value(of: ancestor) })
        }
    }

    @Test func `what is known of a run gives each of its leaves and none beyond it`() throws {
        let whole = SaltTree(root: Self.root, blockStart: 1)
        var tree = whole
        for counter: UInt64 in [1, 7, 8, 60] { tree.puncture(counter) }
        let nodes = tree.known(first: 5, last: 77)
        var found = SaltTree()
        for node in nodes {
            #expect(node.subtree.last <= 77 && node.subtree.last >= 5)
            try found.insert(node.subtree, node.value)
        }
        for counter in UInt64(5)...77 where ![7, 8, 60].contains(counter) {
            #expect(found.leaf(counter) == whole.leaf(counter))
        }
        #expect(found.leaf(78) == nil)
    }

    @Test func `a change without its values has the chain that it had`() throws {
        let dot = Dot(ReplicaNumber(0), 1)
        var change = Change(
            dot: dot, kind: ChangeKind.edit, record: dot, operatorDot: nil, recordedAt: 5)
        change.append(FieldNumber(130), names: [], body: [0, 0x61])
        change.append(FieldNumber(131), names: [], body: [0, 0x62])
        let leaf = [UInt8](repeating: 4, count: 16)
        let commitments = Chain.commitments(to: change, leaf: leaf)
        let erased = change.erased(Commitment.bytes(of: commitments))
        #expect(Chain.commitments(to: erased, leaf: []) == commitments)
        #expect(erased.bodies == [0, 0])
        #expect(try Change(dot: dot, stored: erased.stored()) == erased)
    }
}
