import ArgumentParser
import Foundation
import RollcallSimulation
import Synchronization

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs many seeds and tells which broke a law.")

    @Option(help: "The first seed.") var from: UInt64 = 1
    @Option(help: "How many seeds.") var seeds: UInt64 = 200
    @Option(help: "Seconds at most; then the seeds that are done count.") var seconds: Double?
    @Option(help: "Seeds that run side by side.") var jobs = ProcessInfo.processInfo
        .activeProcessorCount
    @Option(help: "Ends after so many failures.") var failures = 5
    @Option(help: "A folder for the plans that fail.") var keep: String?
    @Flag(help: "Each plan also with right clocks: the state must be the same.") var clocks = false
    @Flag(help: "Fails when a rare state was never reached.") var marks = false
    @Flag(help: "Prints how often each rare state was reached.") var table = false
    @OptionGroup var options: SizeOptions

    func run() throws {
        let tally = Tally(from: from, end: from + seeds, seconds: seconds, failuresMax: failures)
        DispatchQueue.concurrentPerform(iterations: max(1, jobs)) { _ in
            while let seed = tally.next() { tally.add(seed, runOne(seed)) }
        }
        let sum = tally.sum
        for (seed, failure) in sum.failed.sorted(by: { $0.seed < $1.seed }) {
            print(
                "seed \(seed): \(failure.law.rawValue)\(failure.detail.isEmpty ? "" : ": ")\(failure.detail)"
            )
            if let keep { try keepPlan(seed, failure, in: keep) }
        }
        print(sum.lines(seconds: tally.elapsed))
        if table {
            for state in RareState.allCases { print("\(sum.marks[state])\t\(state.rawValue)") }
        }
        let never = sum.marks.neverReached
        if marks, !never.isEmpty {
            print("never reached: \(never.map(\.rawValue).joined(separator: "; "))")
        }
        if !sum.failed.isEmpty || marks && !never.isEmpty { throw ExitCode(1) }
    }

    private func runOne(_ seed: UInt64) -> Verdict {
        var size = options.size
        size.isByteless = clocks
        var plan = PlanMaker.plan(seed: seed, size)
        var verdict = Team.run(plan)
        guard clocks, verdict.failure == nil else { return verdict }
        plan.options.areClocksRight = true
        let right = Team.run(plan)
        verdict.failure = right.failure
        if right.failure == nil, right.stateDigest != verdict.stateDigest {
            verdict.failure = SimulationFailure(.clockMatters, "")
        }
        return verdict
    }

    private func keepPlan(_ seed: UInt64, _ failure: SimulationFailure, in folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let plan = PlanMaker.plan(seed: seed, options.size)
        try PlanFile.shrink(plan, failure, to: "\(folder)/seed-\(seed).plan", seconds: 120)
    }
}

/// What many seeds came to; seeds run on several threads.
final class Tally: Sendable {
    struct Sum {
        var next: UInt64
        var seedCount: UInt64 = 0
        var failed: [(seed: UInt64, failure: SimulationFailure)] = []
        var marks = Marks()
        var eventCount = 0
        var editCount = 0
        var lossesExpected = 0
        var byteCount = 0
        var convergence: [Double] = []
        /// Of all traces, whatever order the seeds ended in.
        var trace: UInt64 = 0
    }

    private let state: Mutex<Sum>
    private let end: UInt64
    private let seconds: Double?
    private let failuresMax: Int
    private let begin = Date()

    init(from: UInt64, end: UInt64, seconds: Double?, failuresMax: Int) {
        state = Mutex(Sum(next: from))
        self.end = end
        self.seconds = seconds
        self.failuresMax = failuresMax
    }

    var elapsed: Double { Date().timeIntervalSince(begin) }
    var sum: Sum { state.withLock { $0 } }

    func next() -> UInt64? {
        if let seconds, elapsed > seconds { return nil }
        return state.withLock { sum in
            guard sum.next < end, sum.failed.count < failuresMax else { return nil }
            defer { sum.next += 1 }
            return sum.next
        }
    }

    func add(_ seed: UInt64, _ verdict: Verdict) {
        state.withLock { sum in
            sum.seedCount += 1
            if let failure = verdict.failure { sum.failed.append((seed, failure)) }
            sum.marks.add(verdict.marks)
            sum.eventCount += verdict.eventCount
            sum.editCount += verdict.editsAcknowledged
            sum.lossesExpected += verdict.lossesExpected
            sum.byteCount += verdict.bytesCarried
            sum.convergence.append(verdict.secondsToConverge)
            sum.trace ^= verdict.trace &* (seed | 1)
        }
    }
}

extension Tally.Sum {
    func lines(seconds: Double) -> String {
        let sorted = convergence.sorted()
        let worst = sorted.last ?? 0
        let median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        return """
            \(seedCount) seeds, \(failed.count) failed; \(editCount) changes acknowledged, \
            \(lossesExpected) of them lost with the only copy
            \(eventCount) events, \(byteCount >> 20) MiB carried; equal after \(median) s (median), \(worst) s (worst)
            \(String(format: "%.1f", seconds)) s: \(String(format: "%.2f", Double(seedCount) / seconds)) seeds/s, \
            \(Int(Double(eventCount) / seconds)) events/s; trace \(String(trace, radix: 16))
            """
    }
}
