import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust
import RollcallWire

/// A bundle's file as it lies on a stick.
struct Stick: FileBytes {
    private var file: [UInt8]
    /// The public keys that it was sealed to; empty where it is open to everybody.
    let recipients: [[UInt8]]
    /// Whether it is sealed as the daemon does it; else the seal is an ideal one, which costs nothing and holds.
    private let isSealReal: Bool
    private var isTouched = false
    let source: Int
    let targets: [Int]

    init(
        _ bundle: [UInt8], to recipients: [AgeRecipient], isSealReal: Bool, source: Int,
        targets: [Int]
    ) throws {
        self.recipients = recipients.map(\.bytes)
        self.isSealReal = isSealReal
        self.source = source
        self.targets = targets
        guard isSealReal, !recipients.isEmpty else {
            file = bundle
            return
        }
        var writer = try AgeWriter(for: recipients)
        let zeros = [UInt8](repeating: 0, count: BundlePadding.count(after: bundle.count))
        file = writer.start + (try writer.seal(bundle + zeros))
        file += try writer.finish()
    }

    var byteCount: Int { file.count }

    func bytes(at offset: Int, count: Int) -> [UInt8] {
        Array(file[min(offset, file.count)..<min(offset + count, file.count)])
    }

    /// Checked whole, as the daemon does.
    func opened(with identities: [AgeIdentity], _ options: Plan.Options) throws -> BundleReader {
        if !recipients.isEmpty, !isSealReal {
            guard identities.contains(where: { recipients.contains($0.publicKey) }) else {
                throw FormatError(.sealedForOthers, "recipients")
            }
            guard !isTouched else { throw FormatError(.badSeal, "file") }
        }
        let reader = try BundleReader(
            self, identities, by: options.isCryptoReal ? .ed25519 : .ideal)
        do {
            try reader.check()
        } catch let damage as BundleDamage {
            throw damage.error
        }
        return reader
    }

    mutating func suffer(_ mishap: Mishap, at pick: UInt64) {
        let position = Int(pick % UInt64(file.count))
        switch mishap {
        case .none, .twice: return
        case .halfCopied: file.removeSubrange(position...)
        case .bitFlipped: file[position] ^= 1 << (UInt8(truncatingIfNeeded: pick >> 32) & 7)
        }
        isTouched = true
    }
}

/// What befalls a stick.
enum Mishap: CaseIterable {
    case none, halfCopied, bitFlipped, twice

    var isDamage: Bool { self == .halfCopied || self == .bitFlipped }
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
        let bundle = try bundle(of: laptop.export(for: [], isFull: true), at: time).bytes
        let branchCount = laptop.heads.allNumbers.count { laptop.heads[$0].id.isBranch }
        return Everything(
            fingerprint: try laptop.fingerprint(disk), bundle: bundle,
            branchCount: branchCount, founder: membership.genesis.founder.bytes)
    }

    func bundle(
        of export: BundleExport, at time: Int64
    ) throws -> (bytes: [UInt8], chunkCount: Int) {
        guard let laptop else { throw LaptopError.noRegister }
        var export = export
        var (chunks, count): ([UInt8], Int) = ([], 0)
        while let chunk = try laptop.nextChunk(of: &export, disk) {
            chunks += chunk
            count += 1
        }
        let start = laptop.manifest(of: export, createdAt: moment(time).wallClock)
        return (start + chunks, count)
    }
}

extension Team {
    func export(_ step: Step) throws {
        let node = nodes[step.node]
        guard node.isUp, node.isAsOnDisk, let laptop = node.laptop,
            let membership = laptop.membership, node.pausedUntil <= now
        else { return }
        let others = (0..<plan.options.nodes).filter {
            $0 != node.index && membership.isMember(nodes[$0].identity.node)
        }
        guard !others.isEmpty else { return }
        var targets = others.contains(Int(clamping: step.a)) ? [Int(step.a)] : others
        // Whoever has no key yet is left out; where nobody has one, somebody asked for an open bundle.
        let withKeys = targets.filter { !laptop.recipients(of: nodes[$0].identity.node).isEmpty }
        let isOpen = withKeys.isEmpty || step.b >> 3 % 8 == 7
        if !isOpen { targets = withKeys }
        let ids = targets.map { nodes[$0].identity.node }
        do {
            let bundle = try node.bundle(
                of: laptop.export(for: ids, isFull: step.b % 8 == 7), at: now)
            sticks.append(
                try Stick(
                    bundle.bytes, to: isOpen ? [] : ids.flatMap { laptop.recipients(of: $0) },
                    isSealReal: plan.options.isCryptoReal, source: node.index, targets: targets))
            if sticks.count > 12 { sticks.removeFirst() }
            tell("\(node.name) exports a bundle of \(bundle.chunkCount) chunks")
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
            guard let laptop = node.laptop else { return }
            try node.noteKeys()
            let identities = try laptop.bundleIdentities(node.disk)
            let reader = try stick.opened(with: identities, plan.options)
            try judgeOpened(stick, at: node, identities)
            let wasLive = !laptop.connectedPeers.isEmpty
            let moment = node.moment(now)
            var counts: (new: UInt64, held: UInt64) = (0, 0)
            try node.actInSteps { laptop, disk, write in
                var bundle = try laptop.beginImport(reader.manifest)
                // All ahead of the first: whatever that changes comes after they were read.
                var reading = laptop.reading(bundle)
                for chunk in try reader.manifest.chunks.indices.map({
                    try reading.read(try reader.chunk($0))
                }) {
                    var output = Output()
                    try laptop.take(chunk, into: &bundle, disk, &output)
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
            if counts.new > 0, !stick.recipients.isEmpty { mark(.bundleSealed) }
            if counts.held > 0 { mark(.bundleHeld) }
            if wasLive { mark(.bundleDuringSession) } else { mark(.bundleAcknowledged) }
            tell("\(node.name) imports \(counts.new) changes")
            if mishap.isDamage {
                throw SimulationFailure(.refusedBundleChanged, "\(node.name) took a damaged bundle")
            }
        } catch let error as FormatError {
            try refuse(stick, at: node, before, mishap, error)
        } catch let error as BundleError {
            if error == .unknownSource { mark(.bundleUnknownSource) }
            guard !mishap.isDamage else { return try refuse(node, before, mishap, "\(error)") }
            if case .invalidSegment = error {
                throw SimulationFailure(.refusal, "\(node.name): an honest bundle: \(error)")
            }
        } catch is StoreError {
            // The person was told; nothing was kept.
        }
    }

    private func refuse(
        _ stick: Stick, at node: SimulatedNode, _ before: [UInt64], _ mishap: Mishap,
        _ error: FormatError
    ) throws {
        guard error.refusal == .sealedForOthers, !mishap.isDamage else {
            return try refuse(node, before, mishap, "\(error)")
        }
        guard node.durable == before, !node.disk.isTransactionOpen else {
            throw SimulationFailure(.refusedBundleChanged, node.name)
        }
        guard stick.targets.contains(node.index) else { return }
        guard node.keysLetGo.isDisjoint(with: stick.recipients) else { return mark(.bundleKeyGone) }
        // An earlier home has earlier keys, and so has one of two machines with one home.
        guard node.wasRestored || node.hasRot || hasClone(node) || isOut(node) else {
            throw SimulationFailure(.refusal, "\(node.name): a bundle that is for it: \(error)")
        }
    }

    private func refuse(
        _ node: SimulatedNode, _ before: [UInt64], _ mishap: Mishap, _ why: String
    ) throws {
        guard mishap.isDamage else {
            throw SimulationFailure(.refusal, "\(node.name): an honest bundle: \(why)")
        }
        mark(mishap == .halfCopied ? .bundleHalf : .bundleFlipped)
        guard node.durable == before, !node.disk.isTransactionOpen else {
            throw SimulationFailure(.refusedBundleChanged, node.name)
        }
    }

    // MARK: - keys

    /// A month passes for whoever looks after a laptop's keys.
    func renew(_ step: Step) throws {
        let node = nodes[step.node]
        node.keyMonth = (node.keyMonth ?? 0) + 1
        guard node.isUp, node.pausedUntil <= now, node.failure == nil else { return }
        try guarding(node) { try node.renewBundleKey() }
    }

    private func judgeOpened(
        _ stick: Stick, at node: SimulatedNode, _ identities: [AgeIdentity]
    ) throws {
        guard !stick.recipients.isEmpty else { return }
        guard stick.targets.contains(node.index) else {
            throw SimulationFailure(.openedByOthers, node.name)
        }
        if let newest = identities.first, !stick.recipients.contains(newest.publicKey) {
            mark(.bundleOlderKey)
        }
    }

    /// Nobody whom its owner knew may still seal to a key that is destroyed.
    func check(_ gone: Set<[UInt8]>, letGoBy node: SimulatedNode) throws {
        guard !gone.isEmpty, !isOut(node) else { return }
        for other in nodes where other.index < plan.options.nodes && other.index != node.index {
            guard !other.wasRestored, !other.hasLied, !other.hasRot, !hasClone(other),
                !isOut(other),
                node.laptop?.membership?.isMember(other.identity.node) == true,
                let sealer = other.laptop
            else { continue }
            let keys = sealer.recipients(of: node.identity.node).map(\.bytes)
            guard gone.isDisjoint(with: keys) else {
                throw SimulationFailure(.keyGoneTooSoon, "\(node.name), and \(other.name)")
            }
        }
    }
}
