import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// A person is erased: the values go from every disk, and nothing else does.
extension Team {
    func erase(_ step: Step) throws {
        let node = nodes[step.node]
        guard node.isUp, node.pausedUntil <= now, node.laptop?.membership != nil else { return }
        try guarding(node) {
            do {
                let moment = node.moment(now)
                _ = try node.act { laptop, disk, output in
                    let record = try record(for: step, laptop, disk)
                    let isHeld = try isUnderHold(record, node, laptop)
                    do {
                        try laptop.erase([record], reason: "asked", moment, disk, &output)
                    } catch LaptopError.underHold where isHeld != false {
                        mark(.eraseRefused)
                        throw LaptopError.underHold(record, reasons: [])
                    } catch LaptopError.underHold {
                        throw SimulationFailure(.heldErased, "\(node.name): refused for no hold")
                    }
                    guard isHeld != true else {
                        throw SimulationFailure(.heldErased, "\(node.name) erased it")
                    }
                    guard !laptop.erasures(of: record).isEmpty else {
                        throw SimulationFailure(.notErased, "\(node.name) erased in vain")
                    }
                }
                mark(.erased)
            } catch let error where error is LaptopError || error is StoreError {
                return
            }
        }
    }

    private func record(
        for step: Step, _ laptop: Laptop, _ disk: any RegisterStorage
    ) throws -> Dot {
        let put = people.putUnderHold
        if step.b == 1, !put.isEmpty {
            let name = put[Int(step.a % UInt64(put.count))]
            let record = laptop.heads.table.number(of: name.replica).map { Dot($0, name.counter) }
            if let record, try disk.record(record) != nil { return record }
        }
        let records = try disk.records(after: nil, limit: 10_000)
        guard !records.isEmpty else { throw LaptopError.noSuchRecord }
        return records[Int(step.a % UInt64(records.count))].dot
    }

    /// What an erasure names is gone from each disk, and nothing that none names.
    func checkErased(_ node: SimulatedNode) throws {
        guard let laptop = node.laptop else { return }
        let oracle = try CountedByOracle(node, laptop)
        let (mustBe, mayBe) = (oracle.erased(butOnly: true), oracle.erased(butOnly: false))
        guard !mayBe.isEmpty else { return }
        var erasedRecords: Set<Dot> = []
        var others: Set<Dot> = []
        for row in try node.disk.replicas() where !row.id.lane.isControl && row.height > 0 {
            let origin = laptop.heads.allNumbers.first { number in
                laptop.heads.branches(of: number).contains(row.number)
            }
            let (id, base) = (
                laptop.heads[origin ?? row.number].id, laptop.heads.base(of: row.number)
            )
            for stored in try node.disk.changes(
                of: row.number, from: 1, through: row.height, contentBytesMax: .max)
            {
                let change = try Change(dot: stored.dot, stored: stored.content)
                let name = EraseEntry.Name(replica: id, counter: base + stored.dot.counter)
                if mustBe.contains(name), !change.isErased {
                    throw SimulationFailure(.notErased, "\(node.name) has what was erased")
                }
                if change.isErased, !mayBe.contains(name) {
                    throw SimulationFailure(.lost, "\(node.name) lacks what nobody erased")
                }
                if change.isErased, !mustBe.contains(name) { areSomeExcused = true }
                if change.isErased {
                    erasedRecords.insert(change.record)
                } else if !change.saysNothing {
                    others.insert(change.record)
                }
                try checkSalts(of: row.number, name.counter, change.isErased, node)
            }
        }
        if !erasedRecords.isDisjoint(with: others) { mark(.writtenAfterErasure) }
    }

    /// The salt of what is gone is gone, and of what is there it is there.
    private func checkSalts(
        of replica: ReplicaNumber, _ counter: UInt64, _ isErased: Bool, _ node: SimulatedNode
    ) throws {
        let block = (counter - 1) / 256
        let stored = try node.disk.salts(of: replica, block: block)
        let leaf = try stored.flatMap { try SaltTree(encoded: $0).leaf(counter) }
        guard (leaf == nil) == isErased else {
            throw SimulationFailure(
                isErased ? .notErased : .lost, "\(node.name): a salt of change \(counter)")
        }
    }
}
