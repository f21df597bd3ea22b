import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// Bundles: section 11, from the pieces that the program reads them with.
enum BundleDecoders {
    static let all: [String: VectorTests.Decoder] = [
        "manifest": manifest, "bundle": bundle, "sealed": sealed,
    ]

    private static func manifest(_ vector: VectorFile) throws -> Decoded {
        let manifest = try Manifest(vector.bytes)
        var decoded = Decoded(encoded: manifest.encoded())
        decoded.add("manifest.register", bytes: manifest.register)
        decoded.add("manifest.source", bytes: manifest.source.bytes)
        decoded.add("manifest.start_nonce", manifest.startNonce)
        decoded.add("manifest.earlier_nonces.count", manifest.earlierNonces.count)
        for (position, nonce) in manifest.earlierNonces.enumerated() {
            decoded.add("manifest.earlier_nonces.\(position)", nonce)
        }
        decoded.add("manifest.created", manifest.createdAt)
        decoded.add("manifest.targets.count", manifest.targets.count)
        for (position, target) in manifest.targets.enumerated() {
            decoded.add("manifest.targets.\(position)", bytes: target.node.bytes)
        }
        for (position, target) in manifest.targets.enumerated() {
            decoded.add("manifest.bases.\(position).replicas", target.basisReplicas)
            decoded.add("manifest.bases.\(position).digest", tag: target.basisDigest)
        }
        tellVector(&decoded, manifest)
        decoded.add("manifest.contents.count", manifest.contents.count)
        for (position, run) in manifest.contents.enumerated() {
            decoded.add("manifest.contents.\(position).replica", run.replica)
            decoded.add("manifest.contents.\(position).from", run.first)
            decoded.add("manifest.contents.\(position).to", run.last)
        }
        decoded.add("manifest.chunks.count", manifest.chunks.count)
        for (position, chunk) in manifest.chunks.enumerated() {
            decoded.add("manifest.chunks.\(position).length", chunk.byteCount)
            decoded.add("manifest.chunks.\(position).digest", bytes: chunk.hash)
        }
        decoded.add("manifest.signature", bytes: manifest.signature)
        return decoded
    }

    private static func tellVector(_ decoded: inout Decoded, _ manifest: Manifest) {
        var nodes: [NodeID] = []
        for entry in manifest.vector where !nodes.contains(entry.replica.node) {
            nodes.append(entry.replica.node)
        }
        decoded.add("manifest.nodes.count", nodes.count)
        for (position, node) in nodes.enumerated() {
            decoded.add("manifest.nodes.\(position)", bytes: node.bytes)
        }
        decoded.add("manifest.vector.count", manifest.vector.count)
        for (position, entry) in manifest.vector.enumerated() {
            let path = "manifest.vector.\(position)"
            decoded.add("\(path).node", nodes.firstIndex(of: entry.replica.node) ?? -1)
            decoded.add("\(path).lane", entry.replica.lane.rawValue)
            decoded.add("\(path).incarnation", entry.replica.incarnation)
            decoded.add("\(path).height", entry.height)
            decoded.add("\(path).hash", bytes: entry.hash)
        }
    }

    private static func bundle(_ vector: VectorFile) throws -> Decoded {
        let reader = try checked(vector.bytes)
        let frames = try reader.manifest.chunks.indices.map { index in
            try wholeFrame(try reader.chunk(index))
        }
        return try decoded(reader.manifest, frames)
    }

    private static func checked(
        _ bytes: [UInt8], _ identities: [AgeIdentity] = []
    ) throws -> BundleReader {
        let reader = try BundleReader(BytesInMemory(bytes), identities)
        do {
            try reader.check()
        } catch let damage as BundleDamage {
            throw damage.error
        }
        return reader
    }

    private static func sealed(_ vector: VectorFile) throws -> Decoded {
        let identity = try AgeIdentity(try #require(vector.givenBytes("identity")))
        let start = Array(vector.bytes.prefix(AgeReader.startBytesMax))
        let opening = try AgeReader(start, fileBytes: vector.bytes.count, [identity])
        var opened: [UInt8] = []
        for piece in 0..<opening.pieceCount {
            opened += try opening.open(Array(vector.bytes[opening.range(ofPiece: piece)]), piece)
        }
        let reader = try checked(vector.bytes, [identity])
        var decoded = Decoded(encoded: vector.bytes)
        decoded.add("sealed.bytes", opened.count)
        decoded.add("sealed.source", bytes: reader.manifest.source.bytes)
        decoded.add("sealed.messages", reader.manifest.chunks.count)
        return decoded
    }

    private struct BytesInMemory: FileBytes {
        var all: [UInt8]
        init(_ all: [UInt8]) { self.all = all }
        var byteCount: Int { all.count }
        func bytes(at offset: Int, count: Int) -> [UInt8] {
            Array(all[min(offset, all.count)..<min(offset + count, all.count)])
        }
    }

    private static func wholeFrame(_ bytes: [UInt8]) throws -> Frame {
        var decoder = FrameDecoder()
        decoder.append(bytes)
        guard let frame = try decoder.next() else { throw FormatError(.truncated, "frame") }
        return frame
    }

    private static func decoded(_ manifest: Manifest, _ frames: [Frame]) throws -> Decoded {
        var table = ReplicaTable()
        var numbering = SessionReplicas()
        let compression = Compression()
        let messages = try frames.map { frame in
            guard frame.type == FrameType.changes.rawValue else {
                throw FormatError(.notABundle, "chunk")
            }
            return try ChangesMessage(
                try frame.message(compression), table: &table, numbering: &numbering)
        }
        let chain = Chain(register: RegisterID(manifest.register))
        var hashes: [Dot: [UInt8]] = [:]
        var blocks: [ReplicaNumber: SaltTrees] = [:]
        var decoded = Decoded()
        decoded.add("bundle.register", bytes: manifest.register)
        decoded.add("bundle.source", bytes: manifest.source.bytes)
        decoded.add("bundle.messages", messages.count)
        for (position, message) in messages.enumerated() {
            let before = message.first == 1 ? nil : hashes[Dot(message.replica, message.first - 1)]
            let links = try VerifiedLink.all(
                of: message, before: before, &blocks[message.replica, default: SaltTrees()], chain,
                table)
            let last = try #require(links.last)
            hashes[last.change.dot] = last.hash
            decoded.add("bundle.\(position).replica", bytes: table[message.replica].bytes)
            decoded.add("bundle.\(position).first", message.first)
            decoded.add("bundle.\(position).changes", message.changes.count)
            decoded.add("bundle.\(position).hash", bytes: last.hash)
        }
        return decoded
    }
}
