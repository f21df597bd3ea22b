import RollcallCore
import RollcallStore
import Testing

@testable import RollcallSimulation

@Suite struct SimulationTests {
    static let small = PlanMaker.Size(nodes: 3...4, edits: 40)

    @Test func `a plan reads back from its text`() throws {
        for seed in UInt64(1)...200 {
            let plan = PlanMaker.plan(seed: seed, Self.small)
            #expect(try Plan(text: plan.text) == plan, "seed \(seed)")
        }
    }

    @Test func `a line that is no step is named`() {
        let text = PlanMaker.plan(seed: 1, Self.small).text + "at noon add 1\n"
        let error = #expect(throws: Plan.TextError.self) { try Plan(text: text) }
        #expect(error?.line == text.split(separator: "\n").count)
    }

    @Test(arguments: UInt64(1)...12)
    func `a plan goes the same way twice`(_ seed: UInt64) {
        let plan = PlanMaker.plan(seed: seed, Self.small)
        let first = Team.run(plan)
        #expect(first.failure == nil)
        #expect(first.trace == Team.run(plan).trace)
    }

    @Test(arguments: Plan.DiskKind.allCases, [true, false])
    func `real and ideal parts hold every law`(_ disk: Plan.DiskKind, _ isCryptoReal: Bool) {
        for seed in UInt64(20)...23 {
            var plan = PlanMaker.plan(seed: seed, Self.small)
            plan.options.disk = disk
            plan.options.isCryptoReal = isCryptoReal
            #expect(Team.run(plan).failure == nil, "seed \(seed)")
        }
    }

    @Test(arguments: UInt64(1)...12)
    func `clocks that jump ten years change no value`(_ seed: UInt64) {
        var size = Self.small
        size.isByteless = true
        var plan = PlanMaker.plan(seed: seed, size)
        let wrong = Team.run(plan)
        plan.options.areClocksRight = true
        let right = Team.run(plan)
        #expect(wrong.failure == nil && right.failure == nil)
        #expect(wrong.stateDigest == right.stateDigest)
    }

    @Test func `a newcomer joins by stick, and what is late or damaged lets nobody in`() {
        let second: Int64 = 1_000_000
        let steps = [
            Step(1 * second, .request, 2), Step(2 * second, .admit, 0, 2, 1),
            Step(3 * second, .admit, 0, 2, 9), Step(4 * second, .request, 2),
            Step(5 * second, .enter, 2), Step(6 * second, .admit, 1, 2, 9),
            Step(7 * second, .enter, 2, 0, 402), Step(8 * second, .crash, 2, 1, 500),
            Step(9 * second, .enter, 2), Step(11 * second, .enter, 2, 0, 0, 1),
            Step(12 * second, .add, 2, 5),
        ]
        let verdict = Team.run(Plan(Plan.Options(seed: 3, nodes: 3), steps))
        #expect(verdict.failure == nil)
        let marks: [RareState] = [
            .requestDamaged, .admittedByStick, .admissionLate, .admittedAgain, .admissionDamaged,
            .waitedOverRestart, .enteredByStick,
        ]
        #expect(marks.filter { verdict.marks[$0] == 0 } == [])
        #expect(verdict.editsAcknowledged >= 1)
    }

    @Test func `what a clone and its original write is held by all`() {
        var steps = [Step(1_000_000, .add, 1, 5), Step(2_000_000, .clone, 1, 30_000)]
        for index in 0..<20 {
            steps.append(
                Step(
                    3_000_000 + Int64(index) * 200_000, .add, index % 2 == 0 ? 1 : 3, UInt64(index))
            )
        }
        let verdict = Team.run(Plan(Plan.Options(seed: 3, nodes: 3), steps))
        #expect(verdict.failure == nil)
        #expect(verdict.marks[.cloneWrote] == 10)
        #expect(verdict.lossesExpected == 0)
    }

    @Test func `only what nobody else had is lost with a disk`() {
        let steps = [
            Step(1_000_000, .add, 1, 5), Step(5_000_000, .snapshot, 1),
            Step(6_000_000, .block, 1, 0, 3), Step(6_100_000, .block, 1, 2, 3),
            Step(7_000_000, .add, 1, 6), Step(8_000_000, .restore, 1),
            Step(9_000_000, .add, 1, 7),
        ]
        let verdict = Team.run(Plan(Plan.Options(seed: 3, nodes: 3), steps))
        #expect(verdict.failure == nil)
        #expect(verdict.editsAcknowledged >= 3)
        #expect(verdict.lossesExpected > 0)
        #expect(verdict.marks[.restoredWrote] == 1)
    }

    @Test func `a fork that two laptops hold is named`() {
        var steps = [Step(1_000_000, .add, 1, 5), Step(2_000_000, .fork, 1, 60_000)]
        for index in 0..<8 {
            steps.append(
                Step(
                    3_000_000 + Int64(index) * 2_000_000, .add, index % 2 == 0 ? 1 : 4,
                    UInt64(index)))
        }
        let verdict = Team.run(Plan(Plan.Options(seed: 5, nodes: 4), steps))
        #expect(verdict.failure == nil)
        #expect(verdict.marks[.fork] > 0)
    }

    @Test func `looks at every laptop are in every log, from a copied home too`() {
        var steps = [Step(1_000_000, .add, 1, 5), Step(2_000_000, .clone, 1, 30_000)]
        for index in 0..<12 {
            steps.append(Step(3_000_000 + Int64(index) * 200_000, .look, index % 4, UInt64(index)))
        }
        let verdict = Team.run(Plan(Plan.Options(seed: 6, nodes: 3), steps))
        #expect(verdict.failure == nil)
        #expect(verdict.marks[.looked] == 12)
        #expect(verdict.marks[.copyLooked] == 3)
    }

    @Test func `an operator becomes an administrator with two keys, and keys made apart undo it`() {
        let steps = [
            Step(1_000_000, .recover, 2, 1), Step(2_000_000, .keys, 0, 1),
            Step(3_000_000, .role, 1, 2), Step(5_000_000, .partition, 0, 1 << 2, 20_000),
            Step(6_000_000, .recover, 2, 1), Step(7_000_000, .keys, 1, 2),
        ]
        let verdict = Team.run(Plan(Plan.Options(seed: 6, nodes: 3), steps))
        #expect(verdict.failure == nil)
        #expect(verdict.marks[.lessened] == 1)
        #expect(verdict.marks[.recovered] == 1)
        #expect(verdict.marks[.recoveryUndone] == 1)
    }

    @Test func `what is under hold is not erased where that is known, and is where it is not`() {
        let steps = [
            Step(1_000_000, .add, 1, 5), Step(3_000_000, .partition, 0, 1 << 2, 20_000),
            Step(4_000_000, .hold, 0), Step(6_000_000, .erase, 1, 0, 1),
            Step(7_000_000, .erase, 2, 0, 1),
        ]
        let verdict = Team.run(Plan(Plan.Options(seed: 6, nodes: 3), steps))
        #expect(verdict.failure == nil)
        #expect(verdict.marks[.eraseRefused] == 1)
        #expect(verdict.marks[.erasedUnderHold] == 1)
    }

    @Test func `a record that was freed of its hold may be erased`() {
        let steps = [
            Step(1_000_000, .add, 1, 5), Step(4_000_000, .hold, 0), Step(6_000_000, .hold, 1, 0, 1),
            Step(8_000_000, .erase, 2, 0, 1),
        ]
        let verdict = Team.run(Plan(Plan.Options(seed: 6, nodes: 3), steps))
        #expect(verdict.failure == nil)
        #expect(verdict.marks[.freed] == 1)
        #expect(verdict.marks[.erased] == 1)
        #expect(verdict.marks[.underHold] == 0)
    }

    @Test(arguments: [true, false])
    func `a stick opens on the laptop that it is for, until its key was let go`(
        _ isCryptoReal: Bool
    ) {
        var steps = (0..<3).map { Step(500_000, .renew, $0) }
        steps += [
            Step(5_000_000, .partition, 0, 1 << 1, 10_000), Step(6_000_000, .add, 0, 5),
            Step(7_000_000, .export, 0, 1), Step(8_000_000, .import, 2),
            Step(9_000_000, .import, 1), Step(9_500_000, .import, 1, 0, 1),
            Step(20_000_000, .renew, 1), Step(20_100_000, .import, 1),
            Step(60_000_000, .import, 1), Step(61_000_000, .import, 1, 0, 2),
        ]
        var options = Plan.Options(seed: 7, nodes: 3)
        options.isCryptoReal = isCryptoReal
        let verdict = Team.run(Plan(options, steps))
        #expect(verdict.failure == nil)
        #expect(verdict.marks[.bundleElsewhere] == 1)
        #expect(verdict.marks[.bundleSealed] == 1)
        #expect(verdict.marks[.bundleHalf] == 1)
        #expect(verdict.marks[.bundleOlderKey] == 1)
        #expect(verdict.marks[.bundleKeyGone] == 1)
        #expect(verdict.marks[.bundleFlipped] == 1)
        #expect(verdict.marks[.keyRenewed] == 1)
    }

    @Test(arguments: UInt64(1)...30)
    func `what was synced outlives a loss of power, whatever became of the rest`(
        _ seed: UInt64
    ) throws {
        var chance = Chance(seed: seed)
        let disk = try SQLiteDisk(seed: seed)
        var committed: UInt64 = 0
        for _ in 0..<chance.between(1, 40) {
            try disk.apply([DiskTests.change(committed + 1, byteCount: chance.between(1, 9_000))])
            guard chance.percent(80) else { break }
            try disk.commit()
            committed += 1
        }
        disk.stop(isPowerLoss: true)
        try disk.reopen()
        #expect(try disk.counts().changes == committed)
        #expect(try disk.change(Dot(DiskTests.replica, committed + 1)) == nil)
        try disk.apply([DiskTests.change(committed + 1)])
        try disk.commit()
    }
}
