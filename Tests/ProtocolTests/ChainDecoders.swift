import RollcallCore
import RollcallTrust
import RollcallWire
import Testing

/// Salts, commitments, chain and heads: section 5, and what a receiver verifies.
enum ChainDecoders {
    static let all: [String: VectorTests.Decoder] = [
        "salts": salts, "leaf": leaf, "commitment": commitment, "chain_start": chainStart,
        "chain_link": chainLink, "head": head, "heads": heads, "receive": receive,
    ]

    private static func salts(_ vector: VectorFile) throws -> Decoded {
        let first = try vector.givenNumber("first")
        let last = try vector.givenNumber("last")
        var reader = ByteReader(vector.bytes)
        var trees = SaltTrees()
        var decoded = Decoded()
        for (position, subtree) in SaltSubtree.given(first: first, last: last).enumerated() {
            let value = try reader.raw(16, "salt")
            try trees.insert(subtree, value)
            decoded.add("salts.\(position).first", subtree.first)
            decoded.add("salts.\(position).size", 1 << subtree.level)
            decoded.add("salts.\(position).value", bytes: value)
        }
        try reader.finish("salts")
        for counter in Set([first, last]).sorted() {
            decoded.add("salts.leaf.\(counter)", bytes: try #require(trees.leaf(counter)))
        }
        return decoded
    }

    private static func leaf(_ vector: VectorFile) throws -> Decoded {
        let counter = try vector.givenNumber("counter")
        let fieldClass = FieldClass(UInt8(try vector.givenNumber("class")))
        let start = (counter - 1) / Limits.changesPerBlock * Limits.changesPerBlock + 1
        let leaf = try #require(SaltTree(root: vector.bytes, blockStart: start).leaf(counter))
        var decoded = Decoded()
        decoded.add("leaf", bytes: leaf)
        decoded.add("class_salt", bytes: classSalt(leaf, fieldClass))
        return decoded
    }

    private static func classSalt(_ leaf: [UInt8], _ fieldClass: FieldClass) -> [UInt8] {
        var hash = LabelledHash("rc1.salt")
        hash.add(leaf)
        hash.add(u8: fieldClass.rawValue)
        return hash.finish16()
    }

    /// The program makes class salts and commitments in one go from a leaf; `receive` and `merge`
    /// vectors cover that.
    ///
    /// Here its hash stands alone.
    private static func commitment(_ vector: VectorFile) throws -> Decoded {
        var reader = ByteReader(vector.bytes)
        var hash = LabelledHash("rc1.commit")
        hash.add(try #require(vector.givenBytes("class_salt")))
        while !reader.isAtEnd {
            hash.add(varint: try reader.varint("field"))
            hash.add(byteString: try reader.byteString("body"))
        }
        var decoded = Decoded()
        decoded.add("commitment", bytes: hash.finish())
        return decoded
    }

    private static func chainStart(_ vector: VectorFile) throws -> Decoded {
        var reader = ByteReader(vector.bytes)
        var decoded = Decoded()
        decoded.add(
            "chain.0", bytes: try chain(vector).start(of: try ReplicaID(from: &reader, "replica")))
        return decoded
    }

    static func chain(_ vector: VectorFile) throws -> Chain {
        Chain(register: RegisterID(try #require(vector.givenBytes("register"))))
    }

    private static func chainLink(_ vector: VectorFile) throws -> Decoded {
        let commitments = try vector.givenList("commitment").map { line in
            let parts = line.split(separator: " ")
            return Commitment(
                fieldClass: FieldClass(try #require(UInt8(parts[0]))),
                hash: try #require(Hex.bytes(parts[1])))
        }
        // The register is in h(0) alone.
        let chain = Chain(register: RegisterID([UInt8](repeating: 0, count: 16)))
        let before = try #require(vector.givenBytes("before"))
        var decoded = Decoded()
        decoded.add("chain", bytes: chain.link(before, header: vector.bytes, commitments))
        return decoded
    }

    private static func head(_ vector: VectorFile) throws -> Decoded {
        var reader = ByteReader(vector.bytes)
        let replica = try ReplicaID(from: &reader, "replica")
        let height = try reader.u64("height")
        let hash = try reader.raw(32, "hash")
        let signature = try reader.raw(64, "signature")
        try reader.finish("head")
        try check(signature, replica, height, hash, try chain(vector))
        var decoded = Decoded()
        decoded.add("head.height", height)
        decoded.add("head.hash", bytes: hash)
        return decoded
    }

    static func check(
        _ signature: [UInt8], _ replica: ReplicaID, _ height: UInt64, _ hash: [UInt8],
        _ chain: Chain
    ) throws {
        guard let verifier = replica.node.verifier else { throw FormatError(.weakKey, "author") }
        guard verifier.verifies(signature, of: chain.headMessage(replica, height, hash)) else {
            throw FormatError(.badSignature, "head")
        }
    }

    private static func heads(_ vector: VectorFile) throws -> Decoded {
        var reader = ByteReader(vector.bytes)
        var heads: [(tag: UInt64, height: UInt64, hash: [UInt8])] = []
        for _ in 0..<(try reader.count("heads")) {
            let replica = try ReplicaID(from: &reader, "replica")
            heads.append((replica.tag, try reader.varint("height"), try reader.raw(32, "hash")))
        }
        try reader.finish("heads")
        var digest = LabelledHash("rc1.heads")
        digest.add(try #require(vector.givenBytes("register")))
        var ended = LabelledHash("rc1.ended")
        var basis = LabelledHash("rc1.basis")
        for head in heads.sorted(by: { $0.tag < $1.tag }) {
            digest.add(u64: head.tag)
            digest.add(u64: head.height)
            digest.add(head.hash)
            ended.add(u64: head.tag)
            ended.add(u64: head.height)
            ended.add(head.hash)
            basis.add(u64: head.tag)
            basis.add(u64: head.height)
        }
        var decoded = Decoded()
        decoded.add("heads.digest", bytes: digest.finish16())
        decoded.add("heads.ended", tag: ended.finish8())
        decoded.add("heads.basis", tag: basis.finish8())
        return decoded
    }

    private static func receive(_ vector: VectorFile) throws -> Decoded {
        var table = ReplicaTable()
        var numbering = try ChangeDecoders.numbering(vector, &table)
        let message = try ChangesMessage(vector.bytes, table: &table, numbering: &numbering)
        var blocks = SaltTrees()
        for line in vector.givenList("salt") {
            let parts = line.split(separator: " ")
            let size = try #require(Int(parts[1]))
            let subtree = SaltSubtree(
                first: try #require(UInt64(parts[0])), level: size.trailingZeroBitCount)
            try blocks.insert(subtree, try #require(Hex.bytes(parts[2])))
        }
        let links = try VerifiedLink.all(
            of: message, before: vector.givenBytes("before"), &blocks, try chain(vector), table)
        var decoded = Decoded()
        for (position, link) in links.enumerated() {
            decoded.add(
                "receive.\(position).header", bytes: CanonicalHeader.encode(link.change, table))
            for commitment in link.commitments {
                decoded.add(
                    "receive.\(position).commitment.\(commitment.fieldClass.rawValue)",
                    bytes: commitment.hash)
            }
            decoded.add("receive.\(position).hash", bytes: link.hash)
        }
        for node in blocks.nodes {
            decoded.add(
                "receive.salt.\(node.subtree.first).\(1 << node.subtree.level)", bytes: node.value)
        }
        return decoded
    }
}

/// A change whose salts, chain and signature hold, from the pieces that the program verifies with.
struct VerifiedLink {
    var change: Change
    var commitments: [Commitment]
    var hash: [UInt8]

    static func all(
        of message: ChangesMessage, before: [UInt8]?, _ blocks: inout SaltTrees, _ chain: Chain,
        _ table: ReplicaTable
    ) throws -> [VerifiedLink] {
        let replica = table[message.replica]
        try blocks.insert(message)
        let start = message.first == 1 ? chain.start(of: replica) : before ?? message.startHash
        guard var hash = start else { throw FormatError(.unknownStart, "start") }
        var links: [VerifiedLink] = []
        for change in message.changes {
            guard let leaf = change.isErased ? [] : blocks.leaf(change.dot.counter) else {
                throw FormatError(.saltMismatch, "salts")
            }
            let commitments = Chain.commitments(to: change, leaf: leaf)
            hash = chain.link(hash, change, commitments, table)
            links.append(VerifiedLink(change: change, commitments: commitments, hash: hash))
        }
        var end = 0
        for segment in message.segments {
            try segment.check(
                byteCount: links[end..<(end + segment.changeCount)].reduce(0) {
                    $0 + $1.change.stored().count
                })
            end += segment.changeCount
            let link = links[end - 1]
            try ChainDecoders.check(
                segment.signature, replica, link.change.dot.counter, link.hash, chain)
        }
        return links
    }
}
