/// Makes a plan in which the sample operation is played: three days on five laptops.
///
/// Links fail, laptops stand still or lose power and start again, clocks jump. No disk is lost, so that nothing of what was played may be
/// missing in the end.
public enum SamplePlanMaker {
    private static let laptops = 5
    private static let dayMicroseconds: Int64 = 120_000_000

    public static func plan(seed: UInt64, isWhole: Bool) -> Plan {
        var chance = Chance(seed: seed, for: 42)
        var options = Plan.Options(seed: seed, nodes: laptops)
        options.topology = chance.pick([.mesh, .ring, .line])
        options.sample = max(1, seed)
        options.isSampleWhole = isWhole
        let sample = SampleOperation(
            seed: options.sample,
            plans: isWhole ? SampleOperation.whole : SampleOperation.tenth)
        var steps: [Step] = []
        for (day, plan) in sample.plans.enumerated() {
            let begin = Int64(day) * dayMicroseconds + 1_000_000
            addLists(of: plan.code, sample, from: begin, to: &steps, &chance)
            for (index, passage) in sample.passages.enumerated()
            where passage.stage == plan.code && passage.outcome != .withdrawn {
                let at = begin + Int64(chance.between(10_000, 100_000)) * 1_000
                steps.append(Step(at, .exchange, chance.below(laptops), UInt64(index)))
            }
            addFaults(from: begin + 10_000_000, day, to: &steps, &chance)
        }
        return Plan(
            options,
            steps.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
                .map(\.element))
    }

    /// In the morning, except the late one, which comes when half of the day is over.
    private static func addLists(
        of stage: String, _ sample: SampleOperation, from begin: Int64, to steps: inout [Step],
        _ chance: inout Chance
    ) {
        for (index, list) in sample.lists.enumerated() where list.stage == stage {
            let late: Int64 = list.revision == 3 ? 50_000_000 : 0
            let at = begin + late + Int64(list.revision * 1_000 + chance.below(900)) * 1_000
            steps.append(Step(at, .exchange, 0, UInt64(index), 1))
        }
    }

    private static func addFaults(
        from begin: Int64, _ day: Int, to steps: inout [Step], _ chance: inout Chance
    ) {
        func at(_ chance: inout Chance) -> Int64 { begin + Int64(chance.below(90_000)) * 1_000 }
        for _ in 0..<12 {
            let (one, other) = (chance.below(laptops), UInt64(chance.below(laptops)))
            let time = at(&chance)
            switch chance.below(6) {
            case 0, 1:
                steps.append(Step(time, .block, one, other, 3))
                steps.append(
                    Step(time + Int64(chance.between(2_000, 40_000)) * 1_000, .heal, one, other))
            case 2: steps.append(Step(time, .cut, one, other, UInt64(chance.below(20_000)), 500))
            case 3: steps.append(Step(time, .stall, one, other, 8_000))
            case 4: steps.append(Step(time, .slow, one, other, 4_000, 10_000))
            default:
                steps.append(Step(time, .partition, one, UInt64(chance.below(32)), 20_000))
            }
        }
        steps.append(Step(at(&chance), .pause, chance.below(laptops), 5_000))
        // Ten years, there or back.
        let years = UInt64(315_360_000_000)
        let jump = chance.percent(50) ? UInt64(1) << 63 + years : UInt64(1) << 63 - years
        steps.append(Step(at(&chance), .jump, chance.below(laptops), jump))
        // Of three days on two a laptop starts again; the one with the lists does not.
        guard day < 2 else { return }
        steps.append(
            Step(
                at(&chance), .crash, chance.between(1, laptops - 1), UInt64(chance.below(20)),
                UInt64(chance.between(500, 10_000)), UInt64(chance.below(2))))
    }
}
