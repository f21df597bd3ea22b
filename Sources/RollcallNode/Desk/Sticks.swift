import RollcallControl
import RollcallCore
import RollcallSync
import RollcallTrust

/// What somebody asks who is about to carry a stick.
extension Driver {
    func bundleKeyReport(secret: Bool) throws -> BundleKeyReport {
        try requireRegister()
        tendKeys()
        if secret { log(.export) }
        return BundleKeyReport(
            recipients: laptop.recipients(of: laptop.node).map(\.text),
            identities: secret ? try laptop.bundleIdentities(store).map(\.text) : nil)
    }

    /// Those from whom bundles came and who have not heard yet that they did, or lack something; connected ones hear it at once.
    ///
    /// - Parameter path: Where their answer is written.
    func answer(to bundles: [Taken], path: String?) throws -> AnswerReport {
        let brought = Set(bundles.filter(\.isNews).compactMap(\.report.source))
        let sources = Set(bundles.compactMap(\.report.source))
        let waiting = laptop.standings.filter { standing in
            let node = standing.node.text
            return !standing.isConnected && sources.contains(node)
                && (standing.theyLack > 0 || brought.contains(node))
        }.map {
            AnswerReport.Waiting(node: $0.node.text, name: $0.name, lacks: Int($0.theyLack))
        }
        var report = AnswerReport(waiting: waiting)
        guard let path, !waiting.isEmpty else { return report }
        log(.export)
        report.export = try exportBundle(
            BundleOrder(targets: waiting.map(\.node), path: path))
        return report
    }

    /// The laptops that are not known to have all of a record, or of what a replica holds from a change on.
    func lackReports(record id: String?, since text: String?) throws -> [LackReport] {
        try requireRegister()
        var asked: [(replica: ReplicaNumber, counters: ClosedRange<UInt64>)] = []
        if let text {
            let dot = try dot(text)
            let height = laptop.heads[dot.replica].height
            guard dot.counter <= height else {
                throw ControlError(.badDot, "this change is not here")
            }
            asked = [(dot.replica, dot.counter...height)]
        } else if let id {
            guard let changes = try laptop.history(of: record(id), store) else {
                throw LaptopError.noSuchRecord
            }
            asked = Set(changes.map(\.dot)).map { ($0.replica, $0.counter...$0.counter) }
        }
        return laptop.standings.compactMap { standing in
            let knowledge = standing.knowledge
            let lacks = asked.reduce(0) { sum, run in
                let known = knowledge.acknowledged[run.replica]
                let first = max(run.counters.lowerBound, known + 1)
                return sum
                    + Int(
                        run.counters.upperBound >= first ? run.counters.upperBound - first + 1 : 0)
            }
            guard lacks > 0 else { return nil }
            return LackReport(
                node: standing.node.text, lacks: lacks,
                of: asked.reduce(0) { $0 + $1.counters.count },
                acknowledgedAt: Self.time(knowledge.acknowledgedAt), via: Self.via(knowledge.route))
        }.sorted { $0.node < $1.node }
    }
}
