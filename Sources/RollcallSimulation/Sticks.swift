import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust
import RollcallWire

/// A bundle as it lies on a stick: the manifest, then the chunks.
struct Stick {
    var manifest: [UInt8]
    var chunks: [[UInt8]]
    var source: Int
    var targets: [Int]
}

/// What befalls a stick.
enum Mishap: CaseIterable {
    case none, halfCopied, bitFlipped, twice
}

/// All that a laptop holds in the end.
public struct Everything: Sendable {
    public var fingerprint: [UInt8]
    /// A full bundle file that leads to it.
    public var bundle: [UInt8]
    /// How many branches are in it of replicas that were written twice.
    public var branchCount: Int
    /// The key of the register's founder.
    public var founder: [UInt8]
}

extension SimulatedNode {
    func everything(at time: Int64) throws -> Everything? {
        guard let laptop, let membership = laptop.membership else { return nil }
        var export = laptop.export(for: [], isFull: true)
        var chunks: [UInt8] = []
        while let chunk = try laptop.nextChunk(of: &export, disk) { chunks += chunk }
        let start = laptop.manifest(of: export, createdAt: moment(time).wallClock)
        let branchCount = laptop.heads.allNumbers.count { laptop.heads[$0].id.isBranch }
        return Everything(
            fingerprint: try laptop.fingerprint(disk), bundle: start + chunks,
            branchCount: branchCount, founder: membership.genesis.founder.bytes)
    }
}

extension Team {
    func export(_ step: Step) throws {
        let node = nodes[step.node]
        guard node.isUp, let laptop = node.laptop, let membership = laptop.membership,
            node.pausedUntil <= now
        else { return }
        let others = (0..<plan.options.nodes).filter {
            $0 != node.index && membership.isMember(nodes[$0].identity.node)
        }
        guard !others.isEmpty else { return }
        let targets = others.contains(Int(clamping: step.a)) ? [Int(step.a)] : others
        do {
            var export = laptop.export(
                for: targets.map { nodes[$0].identity.node }, isFull: step.b % 8 == 7)
            var chunks: [[UInt8]] = []
            while let chunk = try laptop.nextChunk(of: &export, node.disk) { chunks.append(chunk) }
            let manifest = laptop.manifest(
                of: export, createdAt: node.moment(now).wallClock)
            sticks.append(
                Stick(manifest: manifest, chunks: chunks, source: node.index, targets: targets))
            if sticks.count > 12 { sticks.removeFirst() }
            tell("\(node.name) exports a bundle of \(chunks.count) chunks")
        } catch is StoreError {
            // No file under the final name.
        }
    }

    func `import`(_ step: Step) throws {
        let node = nodes[step.node]
        guard !sticks.isEmpty, node.isUp, node.laptop?.membership != nil, node.pausedUntil <= now
        else { return }
        var stick = sticks[Int(step.a % UInt64(sticks.count))]
        guard stick.source != node.index else { return }
        if !stick.targets.contains(node.index) { mark(.bundleElsewhere) }
        let mishap = Mishap.allCases[Int(step.b % 4)]
        stick.suffer(mishap, at: step.b >> 2)
        for _ in 0..<(mishap == .twice ? 2 : 1) {
            guard node.isUp else { return }
            try guarding(node) { try take(stick, at: node, after: mishap) }
        }
    }

    /// Reads a bundle as the daemon does: checked whole, then taken in whole or not at all.
    private func take(_ stick: Stick, at node: SimulatedNode, after mishap: Mishap) throws {
        let before = node.durable
        do {
            let manifest = try Self.check(stick, plan.options)
            let wasLive = node.laptop?.connectedPeers.isEmpty == false
            let moment = node.moment(now)
            var counts: (new: UInt64, held: UInt64) = (0, 0)
            try node.actInSteps { laptop, disk, write in
                var bundle = try laptop.beginImport(manifest)
                for chunk in stick.chunks {
                    var output = Output()
                    try laptop.take(chunk: chunk, into: &bundle, disk, &output)
                    try write(output)
                    while let next = try laptop.proceed(moment, disk) { try write(next) }
                }
                var output = Output()
                try laptop.finish(bundle, moment, disk, &output)
                try write(output)
                counts = (bundle.newCount, bundle.heldCount)
                return ((), isKept: true)
            }
            mark(counts.new == 0 ? .bundleKnown : .bundleNew)
            if counts.held > 0 { mark(.bundleHeld) }
            if wasLive { mark(.bundleDuringSession) } else { mark(.bundleAcknowledged) }
            tell("\(node.name) imports \(counts.new) changes")
            if mishap == .halfCopied || mishap == .bitFlipped {
                throw SimulationFailure(.refusedBundleChanged, "\(node.name) took a damaged bundle")
            }
        } catch let error as FormatError {
            try refuse(node, before, mishap, "\(error)")
        } catch let error as BundleError {
            if error == .unknownSource { mark(.bundleUnknownSource) }
            guard mishap != .halfCopied, mishap != .bitFlipped else {
                return try refuse(node, before, mishap, "\(error)")
            }
            if case .invalidSegment = error {
                throw SimulationFailure(.refusal, "\(node.name): an honest bundle: \(error)")
            }
        } catch is StoreError {
            // The person was told; nothing was kept.
        }
    }

    private func refuse(
        _ node: SimulatedNode, _ before: [UInt64], _ mishap: Mishap, _ why: String
    ) throws {
        guard mishap == .halfCopied || mishap == .bitFlipped else {
            throw SimulationFailure(.refusal, "\(node.name): an honest bundle: \(why)")
        }
        mark(mishap == .halfCopied ? .bundleHalf : .bundleFlipped)
        guard node.durable == before, !node.disk.isTransactionOpen else {
            throw SimulationFailure(.refusedBundleChanged, node.name)
        }
    }

    private static func check(_ stick: Stick, _ options: Plan.Options) throws -> Manifest {
        try BundleFile.checkPrologue(stick.manifest)
        var decoder = FrameDecoder()
        decoder.append(stick.manifest.dropFirst(BundleFile.prologueBytes))
        guard let frame = try decoder.next(), frame.type == FrameType.manifest.rawValue,
            frame.flags == 0
        else { throw FormatError(.notABundle, "manifest") }
        let manifest = try Manifest(frame.body)
        guard Laptop.isSigned(manifest, by: options.isCryptoReal ? .ed25519 : .ideal) else {
            throw FormatError(.badSignature, "manifest")
        }
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

extension Stick {
    private var byteCount: Int { manifest.count + chunks.reduce(0) { $0 + $1.count } }

    mutating func suffer(_ mishap: Mishap, at pick: UInt64) {
        let position = Int(pick % UInt64(byteCount))
        switch mishap {
        case .none, .twice: break
        case .halfCopied: cut(to: position)
        case .bitFlipped: flip(position, bit: Int(pick >> 32) & 7)
        }
    }

    private mutating func cut(to count: Int) {
        guard count >= manifest.count else {
            manifest = Array(manifest.prefix(count))
            chunks = []
            return
        }
        var left = count - manifest.count
        chunks = chunks.compactMap { chunk in
            let kept = Array(chunk.prefix(left))
            left -= kept.count
            return kept.isEmpty ? nil : kept
        }
    }

    private mutating func flip(_ position: Int, bit: Int) {
        guard position >= manifest.count else {
            manifest[position] ^= 1 << UInt8(bit)
            return
        }
        var left = position - manifest.count
        for index in chunks.indices {
            guard left >= chunks[index].count else {
                chunks[index][left] ^= 1 << UInt8(bit)
                return
            }
            left -= chunks[index].count
        }
    }
}
