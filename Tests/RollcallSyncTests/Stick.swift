import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust
import RollcallWire

/// A bundle as it lies on a stick.
struct Stick {
    var manifest: [UInt8]
    var chunks: [[UInt8]]
    var changeCount: UInt64

    var byteCount: Int { manifest.count + chunks.reduce(0) { $0 + $1.count } }
}

/// What an import came to.
struct ImportCounts: Equatable {
    var new: UInt64
    var known: UInt64
    var held: UInt64
    var left: UInt64 = 0
}

extension World {
    func export(_ index: Int, for targets: [Int]) throws -> Stick {
        let node = laptops[index]
        var export = node.laptop.export(for: targets.map { laptops[$0].identity.node })
        var chunks: [[UInt8]] = []
        while let chunk = try node.laptop.nextChunk(of: &export, node.store) {
            chunks.append(chunk)
        }
        let manifest = node.laptop.manifest(of: export, createdAt: moment.wallClock)
        return Stick(manifest: manifest, chunks: chunks, changeCount: export.changeCount)
    }

    /// Reads a bundle as the daemon does: checked whole, then taken in whole or not at all.
    @discardableResult
    func take(_ stick: Stick, _ index: Int) throws -> ImportCounts {
        let manifest = try Self.check(stick)
        let node = laptops[index]
        let before = node.laptop
        var outputs: [Output] = []
        do {
            var bundle = try node.laptop.beginImport(manifest)
            // All ahead of the first, so that whatever that changes comes after they were read.
            var reading = node.laptop.reading(bundle)
            for chunk in stick.chunks.map({ chunk in Result { try reading.read(chunk) } }) {
                var output = Output()
                try node.laptop.take(try chunk.get(), into: &bundle, node.store, &output)
                try node.store.apply(output.commit)
                outputs.append(output)
                while let next = try node.laptop.proceed(moment, node.store) {
                    try node.store.apply(next.commit)
                    outputs.append(next)
                }
            }
            var output = Output()
            try node.laptop.finish(bundle, moment, node.store, &output)
            try node.store.apply(output.commit)
            try node.store.commit()
            outputs.append(output)
            for var output in outputs {
                output.commit = []
                try act(index) { _, _, sent in sent = output }
            }
            return ImportCounts(
                new: bundle.newCount, known: bundle.knownCount, held: bundle.heldCount,
                left: bundle.leftCount)
        } catch {
            node.laptop = before
            try node.store.rollback()
            throw error
        }
    }

    static func check(_ stick: Stick) throws -> Manifest {
        try BundleFile.checkPrologue(stick.manifest)
        var decoder = FrameDecoder()
        decoder.append(stick.manifest.dropFirst(BundleFile.prologueBytes))
        guard let frame = try decoder.next(), frame.type == FrameType.manifest.rawValue else {
            throw FormatError(.notABundle, "manifest")
        }
        let manifest = try Manifest(frame.body)
        guard Laptop.isSigned(manifest) else { throw FormatError(.badSignature, "manifest") }
        guard manifest.chunks.count == stick.chunks.count else {
            throw FormatError(.truncated, "file")
        }
        for (chunk, bytes) in zip(manifest.chunks, stick.chunks)
        where chunk.hash != Array(sha256(bytes).prefix(16)) {
            throw FormatError(.chunkMismatch, "chunk")
        }
        return manifest
    }
}
