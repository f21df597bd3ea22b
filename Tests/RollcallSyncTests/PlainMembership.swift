import RollcallCore
import RollcallTrust

@testable import RollcallSync

/// Who may speak, by the rule as it is written and nothing kept: slow, and all that the fast one must come to.
struct PlainMembership {
    private(set) var outcome = Outcome(
        roles: [:], revoked: [], heights: [], adopted: [], holders: [:])

    private struct Judged {
        var dot: Dot
        var author: Int
        var act: ControlScript.Act
        var cuts: [Int: UInt64]
        var past: Set<Dot>
    }

    private struct Standing {
        var roles: [Int: UInt8] = [:]
        var admitted: Set<Int> = [0]
        var cuts: [Int: [[Int: UInt64]]] = [:]
        var judgements: [Judged] = []
        /// The entries that count and let a node in.
        var admissions: [Int: [Judged]] = [:]
        var keepings: [Judged] = []
        /// The sets of recovery keys that count.
        var sets: [Judged] = []

        func isAdministrator(_ node: Int) -> Bool {
            admitted.contains(node) && cuts[node] == nil && roles[node] == 1
        }
    }

    private let byDot: [Dot: ControlScript.Entry]
    private let sets: [Int: [Int]]
    private let table: ReplicaTable

    init(_ entries: [ControlScript.Entry], _ table: ReplicaTable) {
        var counts: [Int: Int] = [:]
        var byDot: [Dot: ControlScript.Entry] = [:]
        for entry in entries {
            counts[entry.author, default: 0] += 1
            byDot[Self.dot(entry.author, counts[entry.author] ?? 0)] = entry
        }
        self.byDot = byDot
        sets = ControlScript.sets(entries)
        self.table = table
        let judged = byDot.map { judge($0.key, $0.value) }.sorted {
            $0.past.count == $1.past.count
                ? table.precedes($0.dot, $1.dot) : $0.past.count < $1.past.count
        }
        var valid: [Judged] = []
        for candidate in judged where isValid(candidate, valid) { valid.append(candidate) }
        let standing = standing(valid)
        for index in standing.admitted {
            let node = ControlScript.keys[index].node
            if standing.cuts[index] == nil {
                outcome.roles[node] = standing.roles[index]
            } else {
                outcome.revoked.insert(node)
            }
        }
        for who in 0..<4 where Self.isAdopted(who, standing) {
            outcome.adopted.insert(ControlScript.keys[who].node)
        }
        for hash in 0..<4 {
            outcome.holders[hash] = holder(of: hash, standing).map { ControlScript.keys[$0].node }
        }
        for who in 0..<4 where Self.isUnderHold(who, standing) {
            outcome.underHold.insert(ControlScript.keys[who].node)
        }
        outcome.endDay = Self.endDay(standing)
        outcome.recoverySets = Self.holding(standing)
        outcome.heights = counts.keys.sorted().map { height(of: $0, standing, valid) }
    }

    private static func dot(_ replica: Int, _ counter: Int) -> Dot {
        Dot(ReplicaNumber(UInt32(replica)), UInt64(counter))
    }

    private static func node(_ replica: Int) -> Int { replica % ControlScript.nodeCount }

    private func judge(_ dot: Dot, _ entry: ControlScript.Entry) -> Judged {
        var past: Set<Dot> = []
        var next = [dot]
        while let here = next.popLast() {
            var known = [(Int(here.replica.rawValue), Int(here.counter) - 1)]
            if let entry = byDot[here] {
                known += entry.known.enumerated().map { ($0, $1) }
                if entry.ended > 0 {
                    known.append((entry.author - ControlScript.nodeCount, entry.ended))
                }
            }
            for (replica, counter) in known where counter > 0 {
                if past.insert(Self.dot(replica, counter)).inserted {
                    next.append(Self.dot(replica, counter))
                }
            }
        }
        return Judged(
            dot: dot, author: Self.node(entry.author), act: entry.act, cuts: cuts(entry), past: past
        )
    }

    private func cuts(_ entry: ControlScript.Entry) -> [Int: UInt64] {
        var cuts: [Int: UInt64] = [:]
        switch entry.act {
        case .revoke(let who, isWhole: true):
            for replica in [who, who + ControlScript.nodeCount] where entry.known.at(replica) > 0 {
                cuts[replica] = UInt64(entry.known.at(replica))
            }
        case .revokeUnseen(let who): cuts[who + ControlScript.nodeCount] = 1
        default: break
        }
        for replica in cuts.keys where cuts[replica - ControlScript.nodeCount] == nil {
            let ended = byDot[Self.dot(replica, 1)]?.ended ?? 0
            if ended > 0 { cuts[replica - ControlScript.nodeCount] = UInt64(ended) }
        }
        return cuts
    }

    private func isValid(_ candidate: Judged, _ valid: [Judged]) -> Bool {
        let before = standing(valid.filter { candidate.past.contains($0.dot) })
        if case .recover(let maker, let place, with: .two) = candidate.act {
            return before.admitted.contains(candidate.author)
                && before.cuts[candidate.author] == nil
                && isBorne(candidate, by: set(maker, place), before)
        }
        if case .recover = candidate.act { return false }
        if before.isAdministrator(candidate.author) { return candidate.act != .name }
        return Self.target(candidate.act, ifRevoke: true) == candidate.author
            && before.admitted.contains(candidate.author) && before.cuts[candidate.author] == nil
    }

    private static func target(_ act: ControlScript.Act, ifRevoke: Bool) -> Int? {
        switch act {
        case .revoke(let who, _), .revokeUnseen(let who): ifRevoke ? who : nil
        case .admit(let who, _), .role(let who, _), .admitAs(let who, _): ifRevoke ? nil : who
        case .judge, .keep, .hold, .makeKeys, .recover, .name: nil
        }
    }

    private func standing(_ valid: [Judged]) -> Standing {
        var standing = Standing()
        for revoke in valid {
            guard let who = Self.target(revoke.act, ifRevoke: true) else { continue }
            standing.cuts[who, default: []].append(revoke.cuts)
        }
        var given: [Int: [(role: UInt8, by: Judged)]] = [:]
        for grant in valid {
            guard Self.target(grant.act, ifRevoke: true) == nil,
                standing.admitted.contains(grant.author),
                standing.cuts[grant.author]?.contains(where: {
                    grant.dot.counter > $0[Int(grant.dot.replica.rawValue)] ?? 0
                }) != true
            else { continue }
            switch grant.act {
            case .admit(let who, let role):
                standing.admitted.insert(who)
                standing.admissions[who, default: []].append(grant)
                given[who, default: []].append((role.rawValue, grant))
            case .admitAs(let who, _):
                standing.admitted.insert(who)
                standing.admissions[who, default: []].append(grant)
                given[who, default: []].append((Role.administrator.rawValue, grant))
            case .role(let who, let role) where standing.admitted.contains(who):
                given[who, default: []].append((role.rawValue, grant))
            case .judge: standing.judgements.append(grant)
            case .keep, .hold: standing.keepings.append(grant)
            case .makeKeys: standing.sets.append(grant)
            default: break
            }
        }
        // Which sets count does not depend on who recovered.
        for grant in valid {
            guard case .recover(let maker, let place, _) = grant.act,
                counts(grant, standing), isBorne(grant, by: set(maker, place), standing)
            else { continue }
            given[grant.author, default: []].append((Role.administrator.rawValue, grant))
        }
        standing.roles = given.mapValues { givers in
            givers.filter { giver in !givers.contains { $0.by.past.contains(giver.by.dot) } }
                .map(\.role).max() ?? 4
        }
        if given[0] == nil { standing.roles[0] = 1 }
        return standing
    }

    /// Whether its author was let in and it lies beyond no cut.
    private func counts(_ judged: Judged, _ standing: Standing) -> Bool {
        standing.admitted.contains(judged.author)
            && standing.cuts[judged.author]?.contains(where: {
                judged.dot.counter > $0[Int(judged.dot.replica.rawValue)] ?? 0
            }) != true
    }

    /// The dot of a set by a replica, if there is such a one.
    private func set(_ maker: Int, _ place: Int) -> Dot? {
        let made = sets[maker] ?? []
        return place <= made.count ? Self.dot(maker, made[place - 1]) : nil
    }

    private func isBorne(_ recovery: Judged, by set: Dot?, _ standing: Standing) -> Bool {
        guard let set, recovery.past.contains(set),
            standing.sets.contains(where: { $0.dot == set })
        else { return false }
        return !standing.sets.contains {
            $0.dot != set && $0.past.contains(set) && !$0.past.contains(recovery.dot)
        }
    }

    private static func holding(_ standing: Standing) -> Set<Dot> {
        let holding = standing.sets.filter { one in
            !standing.sets.contains { $0.past.contains(one.dot) }
        }
        return Set(holding.map(\.dot))
    }

    /// The founder by genesis; else of the members the one that was named first.
    private func holder(of hash: Int, _ standing: Standing) -> Int? {
        var named: [(node: Int, by: Judged)] = []
        for node in standing.admitted where standing.cuts[node] == nil {
            let entries = standing.admissions[node] ?? []
            let key = entries.min { table.precedes($0.dot, $1.dot) }.map(Self.key) ?? node
            guard key == hash else { continue }
            if node == 0, key == 0 { return 0 }
            named += entries.filter { Self.key($0) == hash }.map { (node, $0) }
        }
        let first = named.filter { one in
            !named.contains { $0.node != one.node && one.by.past.contains($0.by.dot) }
        }
        return (first.isEmpty ? named : first).min { table.precedes($0.by.dot, $1.by.dot) }?.node
    }

    private static func key(_ admission: Judged) -> Int {
        switch admission.act {
        case .admitAs(_, let other): other
        case .admit(let who, _): who
        default: -1
        }
    }

    private static func isAdopted(_ who: Int, _ standing: Standing) -> Bool {
        let about = standing.judgements.filter { judged in
            if case .judge(who, _) = judged.act { true } else { false }
        }
        return about.contains { judged in
            judged.act == .judge(who, .adopt) && !about.contains { $0.past.contains(judged.dot) }
        }
    }

    private static func isUnderHold(_ who: Int, _ standing: Standing) -> Bool {
        let about = standing.keepings.filter { judged in
            if case .hold(who, _) = judged.act { true } else { false }
        }
        return about.contains { judged in
            judged.act == .hold(who, .hold) && !about.contains { $0.past.contains(judged.dot) }
        }
    }

    private static func endDay(_ standing: Standing) -> UInt64? {
        let days = standing.keepings.compactMap { judged in
            if case .keep(let day) = judged.act { (day: day, by: judged) } else { nil }
        }
        let latest = days.filter { one in !days.contains { $0.by.past.contains(one.by.dot) } }
        return latest.contains { $0.day == 0 } ? nil : latest.map(\.day).max()
    }

    private func height(of replica: Int, _ standing: Standing, _ valid: [Judged]) -> UInt64 {
        let node = Self.node(replica)
        if let cuts = standing.cuts[node] { return cuts.map { $0[replica] ?? 0 }.min() ?? 0 }
        let isNamed = valid.contains { judged in
            switch judged.act {
            case .admit(node, _), .admitAs(node, _): true
            default: false
            }
        }
        return isNamed && !standing.admitted.contains(node) ? 0 : Dot.counterMax
    }
}
