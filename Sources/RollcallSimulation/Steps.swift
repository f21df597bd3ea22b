import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

extension Team {
    /// Does one step of the plan; one that makes no sense any more does nothing.
    func perform(_ step: Step) throws {
        if step.isByPerson { return try actAsPerson(step) }
        guard step.node < plan.options.nodes else { return }
        trace.add(UInt64(step.at) ^ UInt64(step.node) << 56)
        tell("\(step.verb.rawValue) \(step.node) \(step.a) \(step.b) \(step.c)")
        switch step.verb {
        case .add, .set, .take, .mark, .resolve, .look, .keep, .exchange: break
        case .join: try join(step)
        case .disconnect, .connect: try turnAway(step)
        case .block, .heal, .cut, .stall, .slow, .halfClose, .partition, .misroute:
            disturbCable(step)
        case .crash, .pause: disturbDaemon(step)
        case .failWrite, .failRead, .full, .rot: disturbDisk(step)
        case .snapshot, .restore, .clone, .fork: try swapHome(step)
        case .jump, .stick: disturbClock(step)
        case .export: try export(step)
        case .import: try self.import(step)
        case .renew: try renew(step)
        case .request: try request(step)
        case .admit: try admit(step)
        case .enter: try enter(step)
        case .lie: lie(step)
        case .revoke: try revoke(step)
        case .erase: try erase(step)
        case .judge: try judge(step)
        case .role: try giveRole(step)
        case .keys: try makeRecoveryKeys(step)
        case .recover: try recover(step)
        case .hold: try hold(step)
        }
    }

    private func other(_ step: Step) -> Int? {
        let other = Int(clamping: step.a)
        return other < plan.options.nodes && other != step.node ? other : nil
    }

    private static func span(_ milliseconds: UInt64) -> Int64 {
        Int64(min(milliseconds, 600_000)) * 1_000
    }

    // MARK: - people

    func join(_ step: Step) throws {
        guard let other = other(step) else { return }
        try join(nodes[step.node], through: nodes[other], cutAfter: Int(clamping: step.b))
    }

    /// An invitation at one laptop, a code typed at another, whose cable is cut after so many bytes unless they are none.
    func join(_ newcomer: SimulatedNode, through inviter: SimulatedNode, cutAfter: Int) throws {
        guard newcomer.isUp, inviter.isUp, newcomer.laptop?.membership == nil,
            inviter.laptop?.membership != nil,
            // Whoever lies may keep the proof of it to itself, and lose it.
            inviter.lie == nil,
            // Whom one of two machines with one key lets in counts nowhere once the other wrote beside it.
            !journal.forkers.contains(inviter.identity.node)
        else { return }
        if newcomer.hasTriedToJoin { mark(.joinAgain) }
        newcomer.hasTriedToJoin = true
        if isFaultTime { mark(.lateJoin) }
        try guarding(inviter) {
            let moment = inviter.moment(now)
            let code = try inviter.attempt { laptop, _, _ in
                try laptop.invite(minutes: 10, admitsAtOnce: true, role: .administrator, moment)
            }
            guard let code else { return }
            try guarding(newcomer) {
                let moment = newcomer.moment(now)
                _ = try newcomer.attempt { laptop, _, output in
                    try laptop.join(
                        address: inviter.address, code: code, name: newcomer.name,
                        operatorName: "operator of \(newcomer.name)", moment, &output)
                }
            }
        }
        if cutAfter > 0 {
            mark(.joinCut)
            cutNext[newcomer.index] = cutAfter
        }
    }

    private func turnAway(_ step: Step) throws {
        guard let other = other(step), nodes[step.node].isUp else { return }
        let node = nodes[step.node]
        let peer = nodes[other].identity.node
        guard node.laptop?.membership?.isMember(peer) == true else { return }
        try guarding(node) {
            _ = try node.attempt { laptop, _, output in
                if step.verb == .connect {
                    try laptop.connect(peer, &output)
                } else {
                    laptop.disconnect(peer, &output)
                }
            }
        }
        if step.verb == .disconnect { mark(.barred) }
    }

    // MARK: - cables

    private func disturbCable(_ step: Step) {
        switch step.verb {
        case .partition:
            cables.part(step.a, until: now + Self.span(step.b))
            return schedule(.heal(node: -1, other: -1), at: now + Self.span(step.b))
        case .misroute:
            guard let other = other(step) else { return }
            misrouted[step.node] = other
            return schedule(.unmisroute(step.node), at: now + Self.span(step.b))
        default: break
        }
        guard let other = other(step) else { return }
        switch step.verb {
        case .block:
            if step.b & 1 != 0 { cables.block(step.node, other) }
            if step.b & 2 != 0 { cables.block(other, step.node) }
        case .heal: heal(step.node, other)
        case .slow:
            cables.slow[min(step.node, other) * 64 + max(step.node, other)] = (
                max(Int(clamping: step.b), 100), now + Self.span(step.c)
            )
        default:
            for connection in connections(of: step.node, other) { disturb(connection, step) }
        }
    }

    func connections(of left: Int, _ right: Int) -> [Connection] {
        connections.values.filter { $0.nodes.contains(left) && $0.nodes.contains(right) }
            .sorted { $0.id < $1.id }
    }

    private func disturb(_ connection: Connection, _ step: Step) {
        let side = connection.nodes[0] == step.node ? 0 : 1
        switch step.verb {
        case .cut:
            connection.pipes[side].cutAfter = Int(clamping: step.b)
            connection.pipes[side].cutNews = Self.span(step.c)
        case .stall:
            for side in 0...1 { connection.pipes[side].stalledUntil = now + Self.span(step.b) }
        default:
            connection.pipes[1 - side].isDead = true
            tellEnd(connection, side, at: now)
        }
    }

    // MARK: - daemon, disk, clock

    private func disturbDaemon(_ step: Step) {
        let node = nodes[step.node]
        guard node.isUp else { return }
        if step.verb == .pause {
            node.pausedUntil = now + Self.span(step.a)
            if step.a > 12_000 { mark(.paused) }
            return
        }
        node.effectsUntilCrash = max(1, Int(clamping: step.a))
        node.crashDownMs = step.b
        node.isCrashPowerLoss = step.c == 1
    }

    private func disturbDisk(_ step: Step) {
        let node = nodes[step.node]
        switch step.verb {
        case .failWrite:
            node.disk.faults.writesUntilFailure = max(1, Int(clamping: step.a))
            schedule(.start(node.index), at: now + Self.span(step.b))
        case .failRead: node.disk.faults.readsUntilFailure = max(1, Int(clamping: step.a))
        case .full:
            node.disk.faults.isFull = true
            schedule(.emptyDisk(node.index), at: now + Self.span(step.a))
        default:
            if node.disk.rot(step.a) { node.hasRot = true }
        }
    }

    private func disturbClock(_ step: Step) {
        guard !plan.options.areClocksRight else { return }
        mark(.clockJump)
        let node = nodes[step.node]
        if step.verb == .jump {
            node.wall.offset = Int64(bitPattern: step.a &- 1 << 63)
            node.wall.stuckAt = nil
        } else {
            node.wall.stuckAt = node.wall.reading(now)
        }
    }

    private func lie(_ step: Step) {
        guard let lie = Lie(rawValue: step.a % UInt64(Lie.allCases.count)) else { return }
        nodes[step.node].lie = lie
        nodes[step.node].hasLied = true
        schedule(.stopLying(step.node), at: now + Self.span(step.b))
    }

    // MARK: - homes

    private func swapHome(_ step: Step) throws {
        let node = nodes[step.node]
        switch step.verb {
        case .snapshot:
            // A backup is taken while the daemon runs, of what is committed.
            if !node.disk.isTransactionOpen, node.disk.failure == nil {
                node.snapshot = (try? node.disk.copy()).map { ($0, node.hasRot) }
            }
        case .restore:
            guard let (earlier, hasRot) = node.snapshot, let copy = try? earlier.copy() else {
                return
            }
            try checkAcknowledgements(of: node)
            stop(node, isPowerLoss: false)
            var kept: [Int: UInt64] = [:]
            for row in try copy.replicas() { kept[journal.number(ofKnown: row.id)] = row.height }
            destroyed(heights(of: node), of: node, kept: kept)
            node.replaceDisk(copy, hasRot: hasRot)
            node.wasRestored = true
            start(node)
        default:
            // The memory of a laptop whose disk rots knows more than its disk.
            let isFit = step.verb == .clone || !node.hasRot
            guard isFit, node.isUp, node.laptop?.membership != nil, node.disk.failure == nil,
                !node.disk.isTransactionOpen, let copy = try? node.disk.copy()
            else { return }
            let clone = SimulatedNode(
                nextClone, name: "clone of \(node.name)", identity: node.identity, disk: copy,
                original: node.index, team: self, seed: plan.options.seed &* 37 &+ UInt64(nextClone)
            )
            clone.hasRot = node.hasRot
            nextClone += 1
            nodes.append(clone)
            if step.verb == .fork {
                journal.forkers.insert(node.identity.node)
                try clone.start(withMemoryOf: node)
                scheduleWake(clone)
            } else {
                start(clone)
            }
            schedule(.stopClone(clone.index), at: now + Self.span(step.a))
        }
    }

    /// What a disk held is gone but for what it kept: what nobody else in the team holds is lost, and no program can help it.
    func destroyed(
        _ heights: [Int: UInt64], of node: SimulatedNode, kept: [Int: UInt64] = [:]
    ) {
        for (replica, height) in heights {
            let elsewhere =
                nodes.filter { $0.index != node.index && !$0.isRotten && !isOut($0) }
                .map { self.heights(of: $0)[replica] ?? 0 }.max() ?? 0
            let least = max(elsewhere, kept[replica] ?? 0)
            guard least < height else { continue }
            mark(.lossExpected)
            for counter in (least + 1)...height {
                journal.expectLoss(of: UInt64(replica) << 40 | counter)
            }
        }
    }

    /// Whether others take nothing from a laptop any more, or cannot say which of two they take it from.
    func isOut(_ node: SimulatedNode) -> Bool {
        journal.revoked.contains(node.identity.node)
            || journal.forkers.contains(node.identity.node)
    }

    /// How far each replica, by its number in the journal, is durable at a node.
    func heights(of node: SimulatedNode) -> [Int: UInt64] {
        var heights: [Int: UInt64] = [:]
        for (number, height) in node.durable.enumerated() where height > 0 {
            heights[journal.replica(number, at: node.index)] = height
        }
        return heights
    }

    /// A peer that is said to have a change must have it.
    func checkAcknowledgements(of node: SimulatedNode) throws {
        guard let laptop = node.laptop, laptop.membership != nil else { return }
        for other in nodes where other.index < plan.options.nodes && other.index != node.index {
            guard !other.wasRestored, !other.hasLied, !other.isRotten, !hasClone(other),
                !journal.revoked.contains(other.identity.node),
                let knowledge = laptop.peers[other.identity.node]
            else { continue }
            let theirs = heights(of: other)
            for (replica, counter) in knowledge.acknowledged.counters {
                let number = journal.replica(Int(replica.rawValue), at: node.index)
                guard theirs[number] ?? 0 < counter else { continue }
                // A forked replica's changes may have another name there.
                let isForked = journal.forkers.contains(journal.replicas[number].node)
                let hash = try node.disk.change(Dot(replica, counter))?.hash
                guard isForked, let hash, try contents(of: other).contains(Journal.start(of: hash))
                else {
                    throw SimulationFailure(
                        .falseAcknowledgement, "\(node.name) says so of \(other.name)")
                }
            }
        }
    }

    /// The starts of the chain hashes of all changes that are durable at a node, whatever their names.
    func contents(of node: SimulatedNode) throws -> Set<UInt64> {
        var contents: Set<UInt64> = []
        for row in try node.disk.replicas() where row.height > 0 {
            for stored in try node.disk.changes(
                of: row.number, from: 1, through: row.height, contentBytesMax: .max)
            {
                contents.insert(Journal.start(of: stored.hash))
            }
        }
        return contents
    }

    func hasClone(_ node: SimulatedNode) -> Bool {
        nodes.contains { $0.original == node.index }
    }
}
