import RollcallCore
import RollcallSync
import RollcallTrust

/// A look that somebody was told is logged, as the person knows it.
struct Look {
    var key: Journal.Key
    var node: Int
    /// The start of its chain hash, which it keeps under whatever name.
    var content: UInt64
    var act: CustodyAct
    var record: GlobalDot?
    var operatorDot: GlobalDot
}

/// The custody log: who looked, told to all and merged into nothing.
extension Team {
    func look(_ node: SimulatedNode, _ choice: inout Chance) throws {
        var act = choice.pick(CustodyAct.allCases)
        let known = try record(node, &choice).flatMap { name, dot in
            try view(dot, node) == nil ? nil : (name, dot)
        }
        if act == .view, known == nil { act = .list }
        let about = act == .view || act == .print ? known : nil
        let isNurse = choice.percent(30)
        let moment = node.moment(now)
        var operatorDot: Dot?
        people.looksTried += 1
        let dots = try write(node) { laptop, disk, output in
            operatorDot =
                isNurse
                ? try laptop.operatorDot(named: "nurse", disk, &output)
                : try laptop.defaultOperator(disk)
            return [
                try laptop.log(act, about: about?.1, by: operatorDot, moment, disk, &output)
            ]
        }
        mark(.looked)
        if node.original != nil { mark(.copyLooked) }
        guard let operatorDot, let hash = try node.disk.change(dots[0])?.hash else { return }
        people.looks.append(
            Look(
                key: journal.key(dots[0], at: node.index), node: node.index,
                content: Journal.start(of: hash), act: act, record: about?.0,
                operatorDot: name(operatorDot, at: node)))
    }

    /// Every look that somebody was told of is in the log, once, as it was; the log holds nothing that nobody did, and makes no record.
    func checkCustody(of node: SimulatedNode) throws {
        guard people.looksTried > 0, let laptop = node.laptop else { return }
        let oracle = try CountedByOracle(node, laptop)
        var lines: [UInt64: Custody] = [:]
        for row in try node.disk.replicas() where !row.id.lane.isControl && row.height > 0 {
            for line in try laptop.custody(of: row.number, 1...row.height, node.disk) {
                guard let hash = try node.disk.change(line.dot)?.hash,
                    lines.updateValue(line, forKey: Journal.start(of: hash)) == nil
                else { throw SimulationFailure(.custody, "\(node.name) has a line twice") }
                // Beside a fork another change may have this number, and a record by it.
                guard try !journal.forkers.isEmpty || node.disk.record(line.dot) == nil else {
                    throw SimulationFailure(.custody, "\(node.name) made a record of a look")
                }
                if !oracle.counts(row.id, line.dot.counter) { mark(.lookedOut) }
            }
        }
        let told = Set(people.looks.map(\.content))
        let untold = lines.keys.count { !told.contains($0) }
        guard untold <= people.looksTried - people.looks.count else {
            throw SimulationFailure(.custody, "\(node.name) has \(untold) that nobody did")
        }
        for look in people.looks
        where !journal.lossesExpected.contains(look.key) && !isOut(nodes[look.node]) {
            guard let line = lines[look.content] else {
                throw SimulationFailure(.custody, "\(node.name) lacks one of node \(look.node)")
            }
            try check(line, look, node)
        }
    }

    private func check(_ line: Custody, _ look: Look, _ node: SimulatedNode) throws {
        // On a side of a fork what it is about has another name.
        guard journal.forkers.isEmpty else { return }
        guard line.act == look.act.rawValue,
            line.record.map({ name($0, at: node) }) == look.record,
            line.operatorDot.map({ name($0, at: node) }) == look.operatorDot
        else { throw SimulationFailure(.custody, "\(node.name) says something else of a look") }
    }
}
