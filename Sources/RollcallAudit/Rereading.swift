package import RollcallCore
package import RollcallSync
import RollcallTrust
import RollcallWire

/// Reads a whole register again, as a stranger would that gets it on a stick.
///
/// What lies on a disk was verified when it came; this says whether it is still what was verified then.
package enum Rereading {
    package struct Findings: Equatable, Sendable {
        /// Heads of runs whose signatures hold.
        package var signatures = 0
        /// Of the state that follows from the changes, whatever state the disk has kept.
        package var fingerprint: [UInt8] = []
    }

    /// A run that is not what its author signed, or does not lead to where the disk says it does.
    package struct Fault: Error, Equatable {
        package var run: AuditPlace.Run
    }

    package static func check(
        _ laptop: Laptop, _ storage: some RegisterStorage
    ) throws -> Findings {
        guard let genesis = laptop.membership?.genesis else { throw LaptopError.noRegister }
        let heads = laptop.heads
        let vector = heads.allNumbers.filter { heads[$0].height > 0 }.map {
            Manifest.VectorEntry(
                replica: heads[$0].id, height: heads[$0].height, hash: heads[$0].hash)
        }
        let manifest = Manifest(
            register: genesis.register.bytes, source: laptop.node, startNonce: 0,
            earlierNonces: [], createdAt: 0, targets: [], vector: vector, contents: [],
            chunks: [])
        var reader = try AuditReader(genesis, manifest)
        var runs = BundleRuns(manifest)
        var findings = Findings()
        var export = laptop.export(for: [], isFull: true)
        while let chunk = try laptop.nextChunk(of: &export, storage) {
            let (message, replica) = try runs.read(chunk)
            do {
                try reader.take(chunk)
            } catch {
                throw Fault(
                    run: .init(replica: replica, first: message.first, last: message.last))
            }
            findings.signatures += message.segments.count
        }
        if let (run, _) = reader.held { throw Fault(run: run) }
        if let replica = reader.firstUnlike(vector) {
            let height = vector.first { $0.replica == replica }?.height ?? 0
            throw Fault(run: .init(replica: replica, first: 1, last: height))
        }
        findings.fingerprint = try reader.fingerprint()
        return findings
    }
}
