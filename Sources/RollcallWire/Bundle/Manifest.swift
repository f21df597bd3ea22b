public import RollcallCore

/// What a bundle holds and from whom, signed by its source.
public struct Manifest: Equatable, Sendable {
    public struct Target: Equatable, Sendable {
        public var node: NodeID
        public var basisReplicas: UInt64
        /// H8 over what this target had acknowledged.
        public var basisDigest: UInt64

        public init(node: NodeID, basisReplicas: UInt64, basisDigest: UInt64) {
            self.node = node
            self.basisReplicas = basisReplicas
            self.basisDigest = basisDigest
        }
    }

    public struct VectorEntry: Equatable, Sendable {
        public var replica: ReplicaID
        public var height: UInt64
        public var hash: [UInt8]

        public init(replica: ReplicaID, height: UInt64, hash: [UInt8]) {
            self.replica = replica
            self.height = height
            self.hash = hash
        }
    }

    public struct Run: Equatable, Sendable {
        /// Index into the vector.
        public var replica: Int
        public var first: UInt64
        public var last: UInt64

        public init(replica: Int, first: UInt64, last: UInt64) {
            self.replica = replica
            self.first = first
            self.last = last
        }
    }

    public struct Chunk: Equatable, Sendable {
        public var byteCount: UInt64
        public var hash: [UInt8]

        public init(byteCount: UInt64, hash: [UInt8]) {
            self.byteCount = byteCount
            self.hash = hash
        }
    }

    public var register: [UInt8]
    public var source: NodeID
    public var startNonce: UInt64
    public var earlierNonces: [UInt64]
    public var createdAt: UInt64
    public var targets: [Target]
    public var vector: [VectorEntry]
    public var contents: [Run]
    public var chunks: [Chunk]
    public var signature: [UInt8] = []

    public init(
        register: [UInt8], source: NodeID, startNonce: UInt64, earlierNonces: [UInt64],
        createdAt: UInt64, targets: [Target], vector: [VectorEntry], contents: [Run],
        chunks: [Chunk]
    ) {
        self.register = register
        self.source = source
        self.startNonce = startNonce
        self.earlierNonces = earlierNonces
        self.createdAt = createdAt
        self.targets = targets
        self.vector = vector
        self.contents = contents
        self.chunks = chunks
    }

    /// All that the signature covers.
    public func encodedForSigning() -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(register)
        source.encode(to: &writer)
        writer.u64(startNonce)
        writer.varint(earlierNonces.count)
        for nonce in earlierNonces { writer.u64(nonce) }
        writer.varint(createdAt)
        writer.varint(targets.count)
        for target in targets { target.node.encode(to: &writer) }
        for target in targets {
            writer.varint(target.basisReplicas)
            writer.u64(target.basisDigest)
        }
        encodeVector(to: &writer)
        writer.varint(contents.count)
        for run in contents {
            writer.varint(run.replica)
            writer.varint(run.first)
            writer.varint(run.last)
        }
        writer.varint(chunks.count)
        for chunk in chunks {
            writer.varint(chunk.byteCount)
            writer.raw(chunk.hash)
        }
        return writer.bytes
    }

    private func encodeVector(to writer: inout ByteWriter) {
        let (nodes, indices) = Self.nodes(of: vector)
        writer.varint(nodes.count)
        for node in nodes { node.encode(to: &writer) }
        writer.varint(vector.count)
        for (entry, index) in zip(vector, indices) {
            writer.varint(index)
            writer.u8(entry.replica.lane.rawValue)
            writer.u64(entry.replica.incarnation)
            writer.varint(entry.height)
            writer.raw(entry.hash)
        }
    }

    /// The nodes of a vector in the order of their first mention, and the index of each entry's.
    private static func nodes(of vector: [VectorEntry]) -> (nodes: [NodeID], indices: [Int]) {
        var known: [NodeID: Int] = [:]
        var nodes: [NodeID] = []
        var indices: [Int] = []
        for entry in vector {
            let index = known[entry.replica.node] ?? nodes.count
            if index == nodes.count {
                known[entry.replica.node] = index
                nodes.append(entry.replica.node)
            }
            indices.append(index)
        }
        return (nodes, indices)
    }

    public func encoded() -> [UInt8] { encodedForSigning() + signature }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        register = try reader.raw(16, "register")
        source = try NodeID(from: &reader, "source")
        startNonce = try reader.u64("start nonce")
        earlierNonces = []
        for _ in 0..<(try reader.count("earlier nonces", max: Limits.earlierNoncesMax)) {
            earlierNonces.append(try reader.u64("earlier nonce"))
        }
        createdAt = try reader.varint("created")
        let targetCount = try reader.count("targets", max: Limits.membersMax)
        var nodes: [NodeID] = []
        for _ in 0..<targetCount { nodes.append(try NodeID(from: &reader, "target")) }
        targets = []
        for node in nodes {
            targets.append(
                Target(
                    node: node, basisReplicas: try reader.varint("basis"),
                    basisDigest: try reader.u64("basis digest")))
        }
        vector = try Self.vector(from: &reader)
        contents = []
        for _ in 0..<(try reader.count("contents")) {
            contents.append(try Self.run(from: &reader, vector))
        }
        chunks = []
        for _ in 0..<(try reader.count("chunks")) {
            chunks.append(
                Chunk(
                    byteCount: try reader.varint("chunk length"),
                    hash: try reader.raw(16, "chunk hash")))
        }
        signature = try reader.raw(64, "signature")
        try reader.finish("manifest")
    }

    private static func vector(from reader: inout ByteReader) throws(FormatError) -> [VectorEntry] {
        var nodes: [NodeID] = []
        for _ in 0..<(try reader.count("nodes")) {
            nodes.append(try NodeID(from: &reader, "node"))
        }
        var vector: [VectorEntry] = []
        for _ in 0..<(try reader.count("vector", max: Limits.replicasPerMessageMax)) {
            let index = try reader.varint("node index")
            guard index < UInt64(nodes.count) else {
                throw FormatError(.indexOutOfRange, "node index")
            }
            let lane = try Lane(from: &reader, "lane", mayBeBranch: true)
            let incarnation = try reader.u64("incarnation")
            guard incarnation != 0 else { throw FormatError(.badReference, "incarnation") }
            let height = try reader.varint("height")
            guard height <= Dot.counterMax else { throw FormatError(.badReference, "height") }
            vector.append(
                VectorEntry(
                    replica: ReplicaID(
                        node: nodes[Int(index)], lane: lane, incarnation: incarnation),
                    height: height, hash: try reader.raw(32, "head hash")))
        }
        guard Self.nodes(of: vector).nodes == nodes else { throw FormatError(.notSorted, "nodes") }
        return vector
    }

    private static func run(
        from reader: inout ByteReader, _ vector: [VectorEntry]
    ) throws(FormatError) -> Run {
        let index = try reader.varint("replica index")
        guard index < UInt64(vector.count) else {
            throw FormatError(.indexOutOfRange, "replica index")
        }
        let run = Run(
            replica: Int(index), first: try reader.varint("from"), last: try reader.varint("to"))
        guard run.first > 0, run.first <= run.last, run.last <= Dot.counterMax else {
            throw FormatError(.badRange, "contents")
        }
        return run
    }
}
