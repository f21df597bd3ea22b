import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// What administrators decide of each other and of what must be kept.
extension Team {
    /// Does what a person decides at a laptop that is up; false where it may not, or its disk fails.
    private func decide(
        _ step: Step,
        _ body: (SimulatedNode, inout Laptop, any RegisterStorage, inout Output) throws -> Void
    ) throws -> Bool {
        let node = nodes[step.node]
        guard node.isUp, node.pausedUntil <= now, node.laptop?.membership != nil else {
            return false
        }
        var isDone = false
        try guarding(node) {
            let done: Void? = try node.attempt { laptop, disk, output in
                try body(node, &laptop, disk, &output)
            }
            isDone = done != nil
        }
        return isDone
    }

    func giveRole(_ step: Step) throws {
        // A newcomer is let in by the laptop that the plan names, which must be allowed to.
        guard step.a < UInt64(plan.options.nodes),
            !plan.steps.contains(where: { [.join, .request].contains($0.verb) })
        else { return }
        let member = nodes[Int(step.a)].identity.node
        let role: Role = step.b == 1 ? .administrator : .operator
        let isDone = try decide(step) { node, laptop, disk, output in
            try laptop.give(role, to: member, node.moment(now), disk, &output)
        }
        if isDone, role == .operator { mark(.lessened) }
    }

    // MARK: - recovery keys

    func makeRecoveryKeys(_ step: Step) throws {
        var chance = Chance(seed: step.a, for: 4)
        let keys = (0..<RecoveryKeys.count).map { _ in recoveryKey(&chance) }
        var areReplaced = false
        let isDone = try decide(step) { node, laptop, disk, output in
            areReplaced = !laptop.recoverySets.isEmpty
            try laptop.setRecoveryKeys(
                RecoveryKeys(keys.map(\.node)), node.moment(now), disk, &output)
        }
        // Also where a crash took it back: somebody may try them.
        people.papers.append(keys)
        if isDone { mark(areReplaced ? .keysReplaced : .keysMade) }
    }

    private func recoveryKey(_ chance: inout Chance) -> NodeKey {
        let secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &chance) }
        guard plan.options.isCryptoReal, let key = NodeKey(secret: secret) else {
            return NodeKey(ideal: secret)
        }
        return key
    }

    /// Two keys from one paper, mostly the newest, are typed.
    func recover(_ step: Step) throws {
        guard !people.papers.isEmpty else { return }
        let papers = people.papers
        let paper =
            step.a % 4 == 0 ? papers[Int(step.a / 4) % papers.count] : papers[papers.count - 1]
        let left = Int(step.a >> 8) % 3
        let keys = [paper[left], paper[(left + 1 + Int(step.a >> 16) % 2) % 3]]
        let isDone = try decide(step) { node, laptop, disk, output in
            let isGood = try isGood(keys, at: node, laptop)
            do {
                try laptop.recover(
                    with: keys[0], and: keys[1], node.moment(now), disk, &output)
            } catch let error as LaptopError {
                mark(.recoveryRefused)
                guard case .recovery(let refusal) = error, refusal != .administratorAlready,
                    isGood == true
                else { throw error }
                throw SimulationFailure(.standing, "\(node.name) cannot recover: \(refusal)")
            }
            guard isGood != false, laptop.membership?.isAdministrator(laptop.node) == true else {
                throw SimulationFailure(.standing, "\(node.name) recovers with what is no key")
            }
        }
        if isDone { mark(.recovered) }
    }

    /// Whether two keys are of a set that holds by what a laptop has; nil where that cannot be said.
    private func isGood(
        _ keys: [NodeKey], at node: SimulatedNode, _ laptop: Laptop
    ) throws -> Bool? {
        let oracle = try CountedByOracle(node, laptop)
        guard journal.forkers.isEmpty, oracle.isWhole else { return nil }
        return oracle.recoverySets.contains { set in keys.allSatisfy { set.keys.contains($0.node) }
        }
    }

    // MARK: - holds

    func hold(_ step: Step) throws {
        let verdict: HoldEntry.Verdict = step.b % 2 == 0 ? .hold : .lift
        var about: [GlobalDot] = []
        let isDone = try decide(step) { node, laptop, disk, output in
            var records: [Dot] = []
            if step.b == 0 {
                let all = try disk.records(after: nil, limit: 10_000)
                guard !all.isEmpty else { throw LaptopError.noSuchRecord }
                records = [all[Int(step.a % UInt64(all.count))].dot]
            } else if step.b == 1 {
                let held = laptop.recordsUnderHold
                guard !held.isEmpty else { throw LaptopError.noHold }
                records = [held[Int(step.a % UInt64(held.count))]]
            }
            about = records.map {
                GlobalDot(replica: laptop.heads.table[$0.replica], counter: $0.counter)
            }
            try laptop.hold(
                records, verdict, reason: "court", node.moment(now), disk, &output)
        }
        // Also where a crash took it back: an erasure of it is tried.
        if verdict == .hold { people.putUnderHold += about }
        if isDone, verdict == .lift { mark(.freed) }
    }

    /// Whether a record is under hold by what a laptop has; nil where that cannot be said.
    func isUnderHold(_ record: Dot, _ node: SimulatedNode, _ laptop: Laptop) throws -> Bool? {
        guard plan.steps.contains(where: { $0.verb == .hold }) else { return false }
        let oracle = try CountedByOracle(node, laptop)
        guard journal.forkers.isEmpty, oracle.isWhole else { return nil }
        let table = laptop.heads.table
        return oracle.isUnderHold(
            EraseEntry.Name(replica: table[record.replica], counter: record.counter))
    }

    // MARK: - the end

    /// Who may do what, which recovery keys hold and what is under hold: alike everywhere, and as the rules say.
    func checkStanding(_ core: [SimulatedNode]) throws {
        guard let first = core.first, let laptop = first.laptop else { return }
        let oracle = try CountedByOracle(first, laptop)
        let sets = Set(oracle.recoverySets.map(\.id))
        let holds = oracle.holds
        for node in core {
            guard let laptop = node.laptop, let membership = laptop.membership else { continue }
            for one in nodes where one.original == nil {
                guard
                    membership.members[one.identity.node]?.role
                        == oracle.role(of: one.identity.node, founder: membership.genesis.founder)
                else {
                    throw SimulationFailure(.standing, "\(node.name): the role of \(one.name)")
                }
            }
            guard Set(laptop.recoverySets.map(\.id)) == sets else {
                throw SimulationFailure(.standing, "\(node.name): the sets of recovery keys")
            }
            try checkHolds(laptop, holds, node)
        }
        if sets.count > 1 { mark(.keysApart) }
        if oracle.hasRecoveryUndone { mark(.recoveryUndone) }
        if !holds.onRecords.isEmpty { mark(.underHold) }
        if !holds.onAll.isEmpty { mark(.allUnderHold) }
        if holds.onRecords.keys.contains(where: { oracle.erasedRecords.contains($0) }) {
            mark(.erasedUnderHold)
        }
    }

    private func checkHolds(
        _ laptop: Laptop, _ expected: CountedByOracle.Holds, _ node: SimulatedNode
    ) throws {
        func names(_ deciding: [Keeping.Deciding]) -> Set<GlobalDot> {
            Set(deciding.map { name($0.entry, at: node) })
        }
        guard names(laptop.keeping.onAll) == expected.onAll,
            laptop.keeping.onRecords.mapValues(names) == expected.onRecords
        else { throw SimulationFailure(.standing, "\(node.name): what is under hold") }
    }
}
