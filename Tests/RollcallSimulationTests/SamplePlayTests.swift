import RollcallSimulation
import Testing

/// The sample operation, played by a simulated team.
struct SamplePlayTests {
    /// In 1003 a laptop ends between its commit and what it says of it, and somebody is written down once more.
    @Test(arguments: [1, 2, 1_003] as [UInt64])
    func `S19: five laptops count alike in the end, and what was played`(seed: UInt64) {
        let plan = SamplePlanMaker.plan(seed: seed, isWhole: false)
        let verdict = Team.run(plan)
        #expect(verdict.failure == nil, "\(verdict.failure?.detail ?? "")")
        #expect(verdict.lossesExpected == 0)
        #expect(verdict.editsAcknowledged > 400)
    }

    @Test func `one who was not handed over is missed`() throws {
        var plan = SamplePlanMaker.plan(seed: 1, isWhole: false)
        let sample = SampleOperation(seed: 1, plans: SampleOperation.tenth)
        let place = try #require(
            plan.steps.lastIndex {
                $0.verb == .exchange && $0.b == 0
                    && sample.passages[Int($0.a)].outcome == .handedOver
            })
        plan.steps.remove(at: place)
        #expect(Team.run(plan).failure?.law == .exchange)
    }

    @Test func `its plan is read as it was written, and goes the same way twice`() throws {
        let plan = SamplePlanMaker.plan(seed: 4, isWhole: false)
        #expect(try Plan(text: plan.text) == plan)
        #expect(Team.run(plan).trace == Team.run(plan).trace)
    }
}
