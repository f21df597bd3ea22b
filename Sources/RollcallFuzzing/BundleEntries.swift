import RollcallAudit
import RollcallCore
import RollcallNode
import RollcallSync
import RollcallTrust
import RollcallWire

/// Files from a stick.
enum BundleEntries {
    static let all = [
        Decoder("bundle", bytesMax: 1 << 14) { bytes in try file(bytes) },
        Decoder("audit", bytesMax: 1 << 14) { bytes in try audit(bytes) },
        Decoder("sealed", bytesMax: 1 << 14) { bytes in try sealed(bytes) },
        Decoder("request", bytesMax: 2_048) { bytes in
            let request = try JoinRequest(file: bytes)
            MessageEntries.written(request.file, bytes)
            require(
                try RequestNumber(typed: request.number.text) == request.number,
                "a number can be typed as it is shown")
            try request.check()
        },
        Decoder("bundle-chunks", bytesMax: 1 << 14) { bytes in chunks(bytes) },
    ]

    private static func file(_ bytes: [UInt8]) throws {
        let reader = try BundleReader(InputFile(bytes: bytes))
        var soundChunks = reader.manifest.chunks.count
        do { try reader.check() } catch let damage as BundleDamage {
            soundChunks = damage.soundChunks
        }
        var laptop = Scene.shared.founder
        var bundle = try laptop.laptop.beginImport(reader.manifest)
        for index in 0..<soundChunks {
            let chunk = try reader.chunk(index)
            try laptop.act { laptop, storage, output in
                try laptop.take(chunk: chunk, into: &bundle, storage, &output)
            }
        }
    }

    /// A sealed file, by somebody for whom those of the test vectors are.
    private static func sealed(_ bytes: [UInt8]) throws {
        let key = sha256(Array("rollcall test vector: bundle key of Borys".utf8))
        let reader = try BundleReader(InputFile(bytes: bytes), [try AgeIdentity(key)])
        do { try reader.check() } catch let damage as BundleDamage { throw damage.error }
    }

    /// What is refused says where.
    private static func audit(_ bytes: [UInt8]) throws {
        do {
            _ = try Audit.check(InputFile(bytes: bytes))
        } catch let refusal as AuditRefusal {
            if case .damaged(let error) = refusal.reason { throw error }
        }
    }

    /// Chunks of a member's own, signed: what a member that lies could put on a stick.
    private static func chunks(_ bytes: [UInt8]) {
        let scene = Scene.shared
        var laptop = scene.founder
        guard let register = laptop.laptop.membership?.register else { return }
        var choices = Choices(bytes)
        var pen = MemberPen(key: scene.member.identity.key, register: register)
        do {
            let manifest = Manifest(
                register: register.bytes, source: scene.member.identity.node, startNonce: 4,
                earlierNonces: [], createdAt: .max, targets: [], vector: [], contents: [],
                chunks: [])
            var bundle = try laptop.laptop.beginImport(manifest)
            while !choices.isAtEnd {
                guard let message = try? pen.signed(choices.piece()) else { continue }
                let chunk = Frame(.changes, message).encoded
                let isTaken = taken(chunk, &bundle, &laptop)
                // The driver drops all of a bundle one of whose chunks is refused.
                guard isTaken else { return }
            }
            let at = laptop.moment
            try laptop.act { laptop, storage, output in
                try laptop.finish(bundle, at, storage, &output)
            }
            try laptop.show()
            let before = try laptop.laptop.fingerprint(laptop.register)
            try laptop.restart()
            try laptop.show()
            require(
                try laptop.laptop.fingerprint(laptop.register) == before, "a start changes nothing")
        } catch {
            preconditionFailure("a bundle made the laptop throw: \(error)")
        }
    }

    private static func taken(
        _ chunk: [UInt8], _ bundle: inout BundleImport, _ laptop: inout FuzzedLaptop
    ) -> Bool {
        var counts = bundle
        defer { bundle = counts }
        do {
            try laptop.act { laptop, storage, output in
                try laptop.take(chunk: chunk, into: &counts, storage, &output)
            }
            return true
        } catch is FormatError {
            return false
        } catch is BundleError {
            return false
        } catch {
            preconditionFailure("a bundle made the laptop throw: \(error)")
        }
    }
}
