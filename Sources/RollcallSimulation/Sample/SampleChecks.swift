import RollcallCore
import RollcallExchange
import RollcallStore
import RollcallSync

/// That all laptops derive one exchange, and the one that was played.
extension Team {
    func checkSample(_ core: [SimulatedNode]) throws {
        guard let script else { return }
        var texts: Set<String> = []
        var last: [Tally] = []
        for node in core {
            last = try exchange(at: node).tallies()
            texts.insert(
                StageClosing(fingerprint: "", heads: [:], last).text
                    + last.map { $0.stage ?? "all" }.joined(separator: " "))
        }
        guard texts.count == 1 else {
            throw SimulationFailure(.exchange, "\(texts.count) unlike tallies")
        }
        for plan in script.sample.plans {
            for side in SampleSide.allCases {
                let tally = last.first {
                    $0.stage == plan.code && $0.direction.rawValue == side.direction
                }
                let found = tally?.count(.handedOver) ?? Count(0)
                let (people, doubles) = script.handedOver(side, at: plan.code)
                let most = people + doubles
                guard found.least <= people, found.most >= most,
                    found.most <= most + script.maybeTwice
                else {
                    throw SimulationFailure(
                        .exchange,
                        "stage \(plan.code), \(side.direction): \(found.least) to \(found.most), not \(people) to \(most)"
                    )
                }
            }
        }
    }

    private func exchange(at node: SimulatedNode) throws -> Exchange {
        guard let laptop = node.laptop else { return Exchange([]) }
        var facts: [(dot: Dot, facts: RecordFacts)] = []
        var after: Dot?
        while true {
            let page = try node.disk.records(after: after, limit: 1_000)
            for record in page {
                guard let view = try laptop.view(of: record.dot, node.disk), !view.isRemoved else {
                    continue
                }
                let name = name(record.dot, at: node)
                facts.append(
                    (
                        record.dot,
                        RecordFacts(
                            NamedDot(replica: name.replica, counter: name.counter), view.fields)
                    ))
            }
            guard page.count == 1_000, let last = page.last else { break }
            after = last.dot
        }
        let table = laptop.heads.table
        return Exchange(
            facts.sorted { table.precedes($0.dot, $1.dot) }.map(\.facts), table: table)
    }
}
