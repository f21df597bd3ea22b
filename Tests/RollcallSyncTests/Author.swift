import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire

/// Writes a replica by hand, with a member's own key: what a newer program, or a liar, could sign.
struct Author {
    let key: NodeKey
    let chain: Chain
    var table: ReplicaTable
    let replica: ReplicaNumber
    private(set) var changes: [Change] = []
    private(set) var hashes: [[UInt8]]
    private let salts: SaltTree
    /// In the place of what the key signs.
    private var forgery: [UInt8]?

    /// - Parameter index: Whose key; the register is the first laptop's.
    init(_ world: World, as index: Int, lane: Lane = .data, incarnation: UInt64) {
        let key = world.laptops[index].identity.key
        self.init(world, key.node, key, lane: lane, incarnation: incarnation)
    }

    /// Writes with a key that nobody let in, as if it were of the register of a laptop.
    init(_ world: World, as index: Int, stranger: NodeKey, incarnation: UInt64) {
        self.init(world, stranger.node, stranger, lane: .data, incarnation: incarnation)
    }

    /// Writes for a node whose key is not at hand, under a signature that is none.
    init(_ world: World, forging node: NodeID, signature: [UInt8], incarnation: UInt64) {
        let key = world.laptops[0].identity.key
        self.init(world, node, key, lane: .data, incarnation: incarnation)
        forgery = signature
    }

    private init(
        _ world: World, _ node: NodeID, _ key: NodeKey, lane: Lane, incarnation: UInt64
    ) {
        self.key = key
        let none = RegisterID([UInt8](repeating: 0, count: 16))
        chain = Chain(register: world.laptops[0].laptop.membership?.register ?? none)
        table = ReplicaTable()
        let id = ReplicaID(node: node, lane: lane, incarnation: incarnation)
        replica = table.insert(id)
        hashes = [chain.start(of: id)]
        salts = SaltTree(
            root: [UInt8](repeating: UInt8(truncatingIfNeeded: incarnation), count: 16),
            blockStart: 1)
    }

    var id: ReplicaID { table[replica] }

    /// Writes the next change; without a record it creates one.
    ///
    /// - Parameter name: The counter of an own change that all writes replace.
    @discardableResult
    mutating func write(
        kind: UInt64 = ChangeKind.edit, record: GlobalDot? = nil, names name: UInt64? = nil,
        extras: [UInt8] = [], _ writes: [(FieldNumber, [UInt8])]
    ) -> GlobalDot {
        let dot = Dot(replica, UInt64(changes.count) + 1)
        let target = record.map { Dot(table.insert($0.replica), $0.counter) } ?? dot
        var change = Change(
            dot: dot, kind: kind, record: target, operatorDot: nil, recordedAt: 0, extras: extras)
        let names = name.map { [Dot(replica, $0)] } ?? []
        for (field, body) in writes { change.append(field, names: names, body: body) }
        let leaf = salts.leaf(dot.counter) ?? []
        hashes.append(
            chain.link(
                hashes[changes.count], change, Chain.commitments(to: change, leaf: leaf), table))
        changes.append(change)
        return GlobalDot(replica: id, counter: dot.counter)
    }

    /// The run of changes from a counter on, as one signed segment.
    func message(from first: Int = 1) -> ChangesMessage {
        let last = changes.count
        let signature =
            forgery
            ?? key.signature(of: chain.headMessage(id, UInt64(last), hashes[last]))
        let given = SaltSubtree.given(first: UInt64(first), last: UInt64(last))
        return ChangesMessage(
            replica: replica, first: UInt64(first), startHash: first == 1 ? nil : hashes[first - 1],
            segments: [.init(changeCount: last - first + 1, signature: signature)],
            salts: given.flatMap { salts.value(of: $0) ?? [] },
            changes: Array(changes[(first - 1)...]))
    }

    func frame(from first: Int = 1) -> Frame {
        var numbering = SessionReplicas()
        return frame(from: first, numbering: &numbering)
    }

    /// As it follows what was said in a session before.
    func frame(from first: Int = 1, numbering: inout SessionReplicas) -> Frame {
        Frame(.changes, message(from: first).encode(table, numbering: &numbering))
    }
}

extension World {
    /// Hands a laptop one changes frame as the chunk of a bundle from a source.
    @discardableResult
    func take(chunk: [UInt8], from source: Int, _ index: Int) throws -> ImportCounts {
        let node = laptops[source]
        var manifest = Manifest(
            register: node.laptop.membership?.register.bytes ?? [], source: node.identity.node,
            startNonce: 1,
            earlierNonces: [], createdAt: 0, targets: [], vector: [], contents: [],
            chunks: [.init(byteCount: UInt64(chunk.count), hash: Array(sha256(chunk).prefix(16)))])
        var hash = LabelledHash("rc1.bundle")
        hash.add(manifest.encodedForSigning())
        manifest.signature = node.identity.key.signature(of: hash.finish())
        return try take(
            Stick(
                manifest: BundleFile.prologue + Frame(.manifest, manifest.encoded()).encoded,
                chunks: [chunk],
                changeCount: 1), index)
    }
}
