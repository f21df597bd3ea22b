/// Makes a failing plan small: as few steps and nodes as still break the same law.
///
/// Delta debugging (Zeller and Hildebrandt, 2002) on the steps, then on the nodes and the options.
public struct Shrinking {
    private var plan: Plan
    private let law: SimulationFailure.Law
    private let isOver: () -> Bool
    public private(set) var runCount = 0

    private init(_ plan: Plan, _ law: SimulationFailure.Law, isOver: @escaping () -> Bool) {
        self.plan = plan
        self.law = law
        self.isOver = isOver
    }

    /// - Parameter isOver: Whether time is up; the smallest plan so far is the answer then.
    public static func shrink(
        _ plan: Plan, keeping law: SimulationFailure.Law, isOver: @escaping () -> Bool
    ) -> (plan: Plan, runCount: Int) {
        var shrinking = Shrinking(plan, law, isOver: isOver)
        var before: Plan
        repeat {
            before = shrinking.plan
            shrinking.dropSteps()
            shrinking.dropNodes()
            shrinking.plainOptions()
        } while shrinking.plan != before && !isOver()
        return (shrinking.plan, shrinking.runCount)
    }

    /// Takes a smaller plan if it fails in the same way.
    private mutating func take(_ smaller: Plan) -> Bool {
        guard smaller != plan, !isOver() else { return false }
        runCount += 1
        guard Team.run(smaller).failure?.law == law else { return false }
        plan = smaller
        return true
    }

    private mutating func dropSteps() {
        var size = max(plan.steps.count / 2, 1)
        while true {
            var start = 0
            while start < plan.steps.count, !isOver() {
                var smaller = plan
                smaller.steps.removeSubrange(start..<min(start + size, plan.steps.count))
                if !take(smaller) { start += size }
            }
            guard size > 1 else { return }
            size /= 2
        }
    }

    /// The last node goes, with all that it does.
    private mutating func dropNodes() {
        while plan.options.nodes > 2 {
            var smaller = plan
            smaller.options.nodes -= 1
            let last = smaller.options.nodes
            smaller.steps.removeAll { $0.node >= last || Self.isAbout($0, last) }
            guard take(smaller) else { return }
        }
    }

    private static func isAbout(_ step: Step, _ node: Int) -> Bool {
        switch step.verb {
        case .join, .disconnect, .connect, .block, .heal, .cut, .stall, .slow, .halfClose,
            .misroute, .export, .role:
            step.a >= UInt64(node)
        default: false
        }
    }

    private mutating func plainOptions() {
        let changes: [(inout Plan.Options) -> Void] = [
            { $0.topology = .mesh }, { $0.topology = .line }, { $0.disk = .model },
            { $0.isCryptoReal = false }, { $0.isCompressionOn = false }, { $0.pieceBytes = 65_536 },
            { $0.latency = 2_000 }, { $0.bandwidth = 0 }, { $0.diskLatency = 0 },
        ]
        for change in changes {
            var smaller = plan
            change(&smaller.options)
            _ = take(smaller)
        }
    }
}
