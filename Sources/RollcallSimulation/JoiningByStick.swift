import Crypto
import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust
import RollcallWire

/// Joining without a network: a request out, an admission back.
extension Team {
    /// What everybody knows who was told of it.
    private var register: RegisterID? {
        nodes.lazy.compactMap { $0.laptop?.membership?.register }.first
    }

    func request(_ step: Step) throws {
        let node = nodes[step.node]
        guard node.isUp, node.pausedUntil <= now, node.laptop?.membership == nil, let register,
            let key = Self.tlsKey(step.node, plan.options)
        else { return }
        let earlier = node.laptop?.pendingRequest?.request.bundleKey
        try guarding(node) {
            let moment = node.moment(now)
            let pending = try node.attempt { laptop, _, output in
                try laptop.request(
                    register, name: node.name, operatorName: "operator of \(node.name)",
                    tlsKey: Array(key.publicKey.derRepresentation),
                    signature: { Array(try key.signature(for: $0).rawRepresentation) }, moment,
                    &output)
            }
            guard let pending else { return }
            if let earlier { node.letGo(ofKey: earlier) }
            requests[node.index, default: []].append(pending.request)
            mark(.requested)
        }
    }

    // MARK: - the administrator

    func admit(_ step: Step) throws {
        let node = nodes[step.node]
        guard let asked = requests[Int(clamping: step.a)], let last = asked.last, node.isUp,
            node.isAsOnDisk, node.laptop?.membership != nil, node.pausedUntil <= now,
            // As by cable: whoever lies may keep it to itself, and lose it.
            node.lie == nil, !journal.forkers.contains(node.identity.node)
        else { return }
        let request = step.b % 8 == 0 ? asked[0] : last
        var file = request.file
        let isDamaged = step.b >> 3 % 4 == 0
        if isDamaged {
            file[Int(step.b >> 5 % UInt64(file.count))] ^= 1 << (UInt8(step.b >> 40 & 7))
        }
        try guarding(node) { try answer(file, of: request, isDamaged: isDamaged, at: node) }
    }

    /// The number is told by another way than the file.
    private func answer(
        _ file: [UInt8], of told: JoinRequest, isDamaged: Bool, at node: SimulatedNode
    ) throws {
        let before = node.durable
        do {
            let request = try JoinRequest(file: file)
            let moment = node.moment(now)
            let isNew = try node.act { laptop, disk, output in
                try laptop.judge(request)
                guard request.number == told.number else { throw FormatError(.badDigit, "number") }
                return try laptop.admit(request, as: .administrator, moment, disk, &output)
            }
            guard !isDamaged else {
                throw SimulationFailure(.refusal, "\(node.name) answers a damaged request")
            }
            mark(isNew ? .admittedByStick : .admittedAgain)
            try writeAdmission(of: request, at: node)
        } catch let error as FormatError {
            guard isDamaged, node.durable == before else {
                throw SimulationFailure(.refusal, "\(node.name): an honest request: \(error)")
            }
            mark(.requestDamaged)
        } catch let error where error is LaptopError || error is StoreError {
            // The person was told.
        }
    }

    private func writeAdmission(of request: JoinRequest, at node: SimulatedNode) throws {
        guard let laptop = node.laptop else { return }
        var keys = laptop.recipients(of: request.node)
        let own = try AgeRecipient(request.bundleKey)
        if !keys.contains(own) { keys.append(own) }
        let bundle = try node.bundle(of: laptop.export(for: [request.node], isFull: true), at: now)
        let newcomer = nodes.firstIndex { $0.identity.node == request.node } ?? 0
        admissions.append(
            try Stick(
                bundle.bytes, to: keys, isSealReal: plan.options.isCryptoReal, source: node.index,
                targets: [newcomer]))
        if admissions.count > 6 { admissions.removeFirst() }
        tell("\(node.name) writes an admission")
    }

    // MARK: - the newcomer

    func enter(_ step: Step) throws {
        let node = nodes[step.node]
        // A bundle for others may lie there, too; one that is open to everybody may hold the entry that lets it in.
        let lying = step.a == 2 ? sticks : admissions
        guard !lying.isEmpty, node.isUp, node.pausedUntil <= now,
            node.laptop?.pendingRequest != nil
        else { return }
        var stick = lying[lying.count - 1 - Int(step.a) % lying.count]
        let mishap = Mishap.allCases[Int(step.b % 4)]
        stick.suffer(mishap, at: step.b >> 2)
        if node.life > 1 { mark(.waitedOverRestart) }
        try guarding(node) { try enter(by: stick, at: node, after: mishap) }
        guard step.c == 1, node.isUp, node.laptop?.membership != nil else { return }
        try guarding(node) {
            for other in nodes where cables.areJoined(node.index, other.index) {
                _ = try node.attempt { laptop, _, output in
                    laptop.connect(address: other.address, &output)
                }
            }
        }
    }

    /// As the daemon does: checked whole, then entered whole or not at all.
    private func enter(by stick: Stick, at node: SimulatedNode, after mishap: Mishap) throws {
        guard let pending = node.laptop?.pendingRequest else { return }
        let before = node.durable
        let opens = stick.recipients.contains(pending.request.bundleKey)
        do {
            let identities = try node.laptop?.bundleIdentities(node.disk) ?? []
            let reader = try stick.opened(with: identities, plan.options)
            try take(reader, by: pending, at: node)
            mark(.enteredByStick)
            let isMember = node.laptop?.membership?.isMember(node.identity.node) == true
            guard !mishap.isDamage, isMember, opens || stick.recipients.isEmpty else {
                throw SimulationFailure(.enteredUnadmitted, node.name)
            }
        } catch is StoreError {
            // The person was told; the request is still out.
        } catch let error where error is FormatError || error is LaptopError || error is BundleError
        {
            try judge(error, at: node, before, isRefusable: mishap.isDamage || !opens)
            mark(mishap.isDamage ? .admissionDamaged : .admissionLate)
        }
    }

    private func take(
        _ reader: BundleReader, by pending: PendingRequest, at node: SimulatedNode
    ) throws {
        let moment = node.moment(now)
        let genesis = reader.genesis()
        try node.actInSteps { laptop, disk, write in
            var output = Output()
            var bundle = try laptop.beginAdmission(reader.manifest, genesis, &output)
            try write(output)
            for index in reader.manifest.chunks.indices {
                output = Output()
                try laptop.take(chunk: reader.chunk(index), into: &bundle, disk, &output)
                try write(output)
                while let next = try laptop.proceed(moment, disk) { try write(next) }
            }
            output = Output()
            try laptop.finishAdmission(bundle, by: pending, moment, disk, &output)
            try write(output)
            return ((), isKept: true)
        }
    }

    private func judge(
        _ error: any Error, at node: SimulatedNode, _ before: [UInt64], isRefusable: Bool
    ) throws {
        guard node.durable == before, !node.disk.isTransactionOpen,
            node.laptop?.membership == nil, node.laptop?.pendingRequest != nil
        else { throw SimulationFailure(.refusedBundleChanged, node.name) }
        guard isRefusable || node.hasRot else {
            throw SimulationFailure(.refusal, "\(node.name): its admission: \(error)")
        }
    }
}
