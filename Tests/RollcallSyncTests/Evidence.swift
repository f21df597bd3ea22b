import RollcallAudit
import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire

/// A file in memory.
struct Bytes: FileBytes {
    var contents: [UInt8]

    init(_ contents: [UInt8]) { self.contents = contents }

    var byteCount: Int { contents.count }
    func bytes(at offset: Int, count: Int) -> [UInt8] {
        Array(contents.dropFirst(offset).prefix(count))
    }
}

extension World {
    /// A full bundle as it lies on a stick, and where its chunks begin.
    func evidence(_ index: Int) throws -> [UInt8] {
        let stick = try fullStick(index)
        return stick.manifest + stick.chunks.flatMap { $0 }
    }

    func fullStick(_ index: Int) throws -> Stick {
        let node = laptops[index]
        var export = node.laptop.export(
            for: laptops.map(\.identity.node).filter { $0 != node.identity.node }, isFull: true)
        var chunks: [[UInt8]] = []
        while let chunk = try node.laptop.nextChunk(of: &export, node.store) {
            chunks.append(chunk)
        }
        let manifest = node.laptop.manifest(of: export, createdAt: moment.wallClock)
        return Stick(manifest: manifest, chunks: chunks, changeCount: export.changeCount)
    }

    /// A cable for as long as both have something to say.
    func meet(_ one: Int, _ other: Int) throws {
        try plug(one, other)
        unplugAll()
    }

    func erase(_ index: Int, _ records: [GlobalDot]) throws {
        let dots = try records.map { try known(index, $0) }
        let moment = moment
        try act(index) { laptop, store, output in
            _ = try laptop.erase(dots, reason: "asked for", moment, store, &output)
        }
    }

    func revoke(_ index: Int, _ lost: Int, upTo believed: [ReplicaID: UInt64]) throws {
        let (node, moment) = (laptops[lost].identity.node, moment)
        try act(index) { laptop, store, output in
            _ = try laptop.revoke(
                node, reason: "lost", upTo: believed, moment, store, &output)
        }
    }

    /// What a liar makes of a bundle: other chunks, behind a manifest that lists and signs them.
    func lie(
        _ stick: Stick, by liar: NodeKey, _ change: (inout Manifest, inout [[UInt8]]) throws -> Void
    ) throws -> [UInt8] {
        var manifest = try Self.check(stick)
        var chunks = stick.chunks
        try change(&manifest, &chunks)
        manifest.source = liar.node
        manifest.chunks = chunks.map {
            .init(byteCount: UInt64($0.count), hash: Array(sha256($0).prefix(16)))
        }
        var hash = LabelledHash("rc1.bundle")
        hash.add(manifest.encodedForSigning())
        manifest.signature = liar.signature(of: hash.finish())
        return BundleFile.prologue + Frame(.manifest, manifest.encoded()).encoded
            + chunks.flatMap { $0 }
    }
}

/// How an audit refuses a file; nil if it does not.
func refusal(of file: [UInt8]) throws -> AuditRefusal? {
    do {
        _ = try Audit.check(Bytes(file))
        return nil
    } catch let refusal as AuditRefusal {
        return refusal
    }
}
