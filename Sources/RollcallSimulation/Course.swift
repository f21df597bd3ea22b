import RollcallCore
import RollcallStore
import RollcallSync

/// What a plan came to.
public struct Verdict: Sendable {
    public var failure: SimulationFailure?
    public var marks: Marks
    public var trace: UInt64
    /// Of live writes, without what clocks claimed; 0 if it did not come to that.
    public var stateDigest: UInt64
    public var eventCount: Int
    public var editsAcknowledged: Int
    public var lossesExpected: Int
    public var bytesCarried: Int
    public var secondsToConverge: Double
    /// What each that is left holds in the end, if that was asked for.
    public var everything: Everything?
}

extension Team {
    /// Lets a plan go its way, from founding to the last check.
    public static func run(
        _ plan: Plan, narrator: ((String) -> Void)? = nil, keepingBundle: Bool = false
    ) -> Verdict {
        var failure: SimulationFailure?
        var digest: UInt64 = 0
        do {
            let team = try Team(plan, narrator: narrator)
            do {
                digest = try team.runWhole()
            } catch let error as SimulationFailure {
                failure = error
                failure?.detail += ", after \(Double(team.now) / 1_000_000) s"
            } catch {
                failure = SimulationFailure(.crashed, "\(type(of: error)): \(error)")
            }
            let everything = keepingBundle ? try team.core.first?.everything(at: team.now) : nil
            return Verdict(
                failure: failure, marks: team.marks, trace: team.trace.value, stateDigest: digest,
                eventCount: team.eventCount, editsAcknowledged: team.journal.acknowledged.count,
                lossesExpected: team.lossesSeen, bytesCarried: team.bytesCarried,
                secondsToConverge: team.secondsToConverge, everything: everything)
        } catch {
            return Verdict(
                failure: SimulationFailure(.crashed, "\(error)"), marks: Marks(), trace: 0,
                stateDigest: 0, eventCount: 0, editsAcknowledged: 0, lossesExpected: 0,
                bytesCarried: 0, secondsToConverge: 0)
        }
    }

    private func runWhole() throws -> UInt64 {
        isFaultTime = false
        for node in nodes { start(node) }
        try found()
        let late = Set(plan.steps.filter { [.join, .request].contains($0.verb) }.map(\.node))
        for index in 1..<plan.options.nodes where !late.contains(index) { try letIn(index) }
        isFaultTime = true
        let begin = now
        for (index, step) in plan.steps.enumerated() {
            schedule(.step(index), at: begin + step.at)
        }
        try run(until: begin + (plan.steps.last?.at ?? 0) + 1_000_000)
        try mend()
        try finishSample()
        try converge()
        try fallQuiet()
        return try checkAll()
    }

    private func found() throws {
        let founder = nodes[0]
        let moment = founder.moment(now)
        try founder.act { laptop, disk, output in
            try laptop.found(
                title: "simulated exchange", name: founder.name, operatorName: "operator of 0",
                moment, disk, &output)
        }
        scheduleWake(founder)
    }

    /// A laptop joins through its neighbour, as often as it takes.
    private func letIn(_ index: Int) throws {
        let inviter = plan.options.topology == .star ? 0 : index - 1
        for _ in 0..<5 where nodes[index].laptop?.membership == nil {
            try join(nodes[index], through: nodes[inviter], cutAfter: 0)
            try run(until: now + 35_000_000)
        }
        guard nodes[index].laptop?.membership != nil else {
            throw SimulationFailure(.notConverged, "\(nodes[index].name) cannot join")
        }
    }

    // MARK: - the end of all faults

    /// Cables are plugged in, disks have room, daemons run, nobody lies; clocks may stay wrong.
    private func mend() throws {
        tell("all is mended")
        isFaultTime = false
        cables.healAll()
        misrouted = [:]
        cutNext = [:]
        for node in nodes {
            node.effectsUntilCrash = nil
            node.pausedUntil = 0
            node.lie = nil
            node.disk.faults = DiskFaults()
            // A person starts anew what stands still, or has been found to lie; a start looks for damage.
            if node.hasLied || node.failure != nil || node.hasRot { stop(node, isPowerLoss: false) }
            // A laptop that is in other hands is gone for good.
            if journal.revoked.contains(node.identity.node) {
                stop(node, isPowerLoss: false)
            } else {
                start(node)
            }
        }
        // Where a laptop is gone that others were joined through, persons lay other cables.
        let isAnyGone =
            !journal.revoked.isEmpty || !journal.forkers.isEmpty
            || nodes.contains { $0.isRotten || $0.hasRot }
        if isAnyGone { cables = Cables(plan.options.nodes, .mesh) }
        for connection in connections.values.sorted(by: { $0.id < $1.id }) {
            for side in 0...1 {
                connection.pipes[side].cutAfter = nil
                connection.pipes[side].stalledUntil = 0
            }
        }
        resume { _ in true }
        for index in 1..<plan.options.nodes where nodes[index].laptop?.membership == nil {
            guard !nodes[index].isRotten, let inviter = inviter(of: index) else { continue }
            for _ in 0..<5 where nodes[index].laptop?.membership == nil {
                try join(nodes[index], through: inviter, cutAfter: 0)
                try run(until: now + 35_000_000)
            }
        }
        // An address that is typed while a dial to it is under way is not dialled again: who joined by stick knows no other.
        if !requests.isEmpty { try run(until: now + 6_000_000) }
        try letIn(all: !journal.forkers.isEmpty)
    }

    private func inviter(of index: Int) -> SimulatedNode? {
        nodes.first {
            $0.index != index && $0.isUp && !journal.forkers.contains($0.identity.node)
                && $0.laptop?.membership != nil && $0.original == nil
                && $0.laptop?.membership?.isAdministrator($0.identity.node) == true
                && cables.areJoined($0.index, index)
        }
    }

    /// Persons let back in whom they had turned away, or type all addresses.
    private func letIn(all: Bool) throws {
        for node in team {
            try guarding(node) {
                for other in team where other.identity.node != node.identity.node {
                    let peer = other.identity.node
                    guard cables.areJoined(node.index, other.index) else { continue }
                    // Else the addresses of others a laptop must come to know by itself.
                    // No stick brings addresses.
                    let isByStick = requests[node.index] != nil
                    if all || isByStick || node.laptop?.peers[peer]?.isBarred == true {
                        _ = try node.attempt { laptop, _, output in
                            laptop.connect(address: other.address, &output)
                        }
                    }
                }
            }
        }
    }

    /// Laptops that run and have a register; one that forks its own replica is no part of it.
    var team: [SimulatedNode] {
        nodes.filter {
            $0.isUp && !$0.isRotten && $0.laptop?.membership != nil
                && !journal.forkers.contains($0.identity.node)
                && !journal.revoked.contains($0.identity.node)
        }
    }

    /// Of those the ones that know themselves to be members, as all do once they have met.
    var core: [SimulatedNode] {
        team.filter { $0.laptop?.membership?.isMember($0.identity.node) == true }
    }

    // MARK: - liveness

    static let secondsToConvergeMax = 60

    private func converge() throws {
        let begin = now
        while !isConverged {
            guard now - begin < Int64(Self.secondsToConvergeMax) * 1_000_000 else {
                throw SimulationFailure(.notConverged, describeHeights())
            }
            try run(until: now + 500_000)
        }
        secondsToConverge = Double(now - begin) / 1_000_000
        tell("all hold the same")
        for node in nodes where node.original != nil { stop(node, isPowerLoss: false) }
    }

    private var isConverged: Bool {
        guard core.count == team.count else { return false }
        let digests = core.map { $0.laptop?.heads.digest() ?? [] }
        return digests.allSatisfy { $0 == digests[0] }
    }

    private func describeHeights() -> String {
        core.map { node in
            "\(node.index): \(heights(of: node).values.reduce(0, +))"
        }.joined(separator: ", ")
    }

    static let quietBytesPerMinuteMax = 2_048

    /// After a while for sessions to settle, a link carries signs of life and no more.
    private func fallQuiet() throws {
        try run(until: now + 45_000_000)
        bytesByPair = [:]
        try run(until: now + 60_000_000)
        for (pair, bytes) in bytesByPair.sorted(by: { $0.key < $1.key })
        where bytes > Self.quietBytesPerMinuteMax && !isOfForker(pair / 64)
            && !isOfForker(pair % 64)
        {
            throw SimulationFailure(
                .notQuiet, "\(bytes) bytes a minute between \(pair / 64) and \(pair % 64)")
        }
        guard isConverged else { throw SimulationFailure(.notConverged, describeHeights()) }
    }

    /// Two machines that act as one laptop do not let each other rest.
    private func isOfForker(_ node: Int) -> Bool {
        journal.forkers.contains(nodes[node].identity.node)
    }

    // MARK: - what is heard of a laptop

    func hear(_ notice: Notice, of node: SimulatedNode) throws {
        switch notice {
        case .connected(let peer): noteMeeting(node, peer)
        case .refused(_, let reason):
            tell("\(node.name) refuses: \(reason)")
            guard !nodes.contains(where: \.hasLied), journal.forkers.isEmpty else { return }
            // An admission that admits nobody: a home from before it heard of the other, or another laptop's address.
            guard !reason.hasPrefix("an admission") else { return }
            throw SimulationFailure(.refusal, "\(node.name): \(reason)")
        case .fork(let replica, let height):
            mark(.fork)
            tell("\(node.name) finds a fork at \(height)")
            if !nodes.contains(where: \.hasLied), !journal.forkers.contains(replica.node) {
                throw SimulationFailure(
                    .twoContents, "\(node.name) names a fork at \(height) of \(replica.lane)")
            }
        default: break
        }
    }

    private func noteMeeting(_ node: SimulatedNode, _ peer: NodeID) {
        if node.wasRestored || nodes.contains(where: { $0.identity.node == peer && $0.wasRestored })
        {
            mark(.restoredMet)
        }
        if node.original != nil { mark(.cloneMet) }
    }

    func hear(diskError error: any Error, of node: SimulatedNode) {
        tell("\(node.name): \(error)")
        switch error as? StoreError {
        case .diskFull: mark(.diskFull)
        case .ioFailure where node.disk.failure != nil: mark(.diskFailed)
        case .ioFailure: mark(.readFailed)
        case .damaged: mark(.rotFound)
        default: break
        }
    }
}
