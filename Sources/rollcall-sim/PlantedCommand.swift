import ArgumentParser
import Foundation
import RollcallCore
import RollcallSimulation

/// Whether the checks notice: each planted bug must break a law within so many seeds.
struct PlantedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "planted",
        abstract: "Plants one bug after another and looks for the first seed that shows it.")

    @Option(help: "The first seed.") var from: UInt64 = 1
    @Option(help: "The most seeds for a bug.") var seeds: UInt64 = 2_000
    @Option(help: "Only bugs whose name contains this.") var only = ""
    @Option(help: "Runs this one plan, and tells what happens, in place of seeds.") var plan:
        String?
    @OptionGroup var options: SizeOptions

    func run() throws {
        #if PLANTED_BUGS
            if let plan { return try replay(PlanFile.read(plan)) }
            var missed = 0
            for bug in PlantedBug.allCases where only.isEmpty || bug.rawValue.contains(only) {
                plantedBug = bug
                let begin = Date()
                if let (seed, failure) = firstCaught() {
                    let count = seed - from + 1
                    say("\(count)\t\(bug.rawValue)\t\(failure.law.rawValue)")
                } else {
                    missed += 1
                    say(
                        "never\t\(bug.rawValue)\t\(seeds) seeds, \(Int(Date().timeIntervalSince(begin))) s"
                    )
                }
            }
            guard missed == 0 else { throw ExitCode(1) }
        #else
            throw ValidationError(
                "build with ROLLCALL_PLANTED_BUGS=1, in a build folder of its own")
        #endif
    }

    #if PLANTED_BUGS
        private func replay(_ plan: Plan) {
            for bug in PlantedBug.allCases where only.isEmpty || bug.rawValue.contains(only) {
                plantedBug = bug
                let verdict = Team.run(plan, narrator: only.isEmpty ? nil : { say($0) })
                say("\(bug.rawValue): \(verdict.sentence)")
            }
        }

        /// At once, also into a file.
        private func say(_ line: String) {
            FileHandle.standardOutput.write(Data((line + "\n").utf8))
        }

        private func firstCaught() -> (UInt64, SimulationFailure)? {
            let tally = Tally(from: from, end: from + seeds, seconds: nil, failuresMax: 1)
            DispatchQueue.concurrentPerform(
                iterations: ProcessInfo.processInfo.activeProcessorCount
            ) { _ in
                while let seed = tally.next() {
                    tally.add(seed, Team.run(PlanMaker.plan(seed: seed, options.size)))
                }
            }
            return tally.sum.failed.min { $0.seed < $1.seed }
        }
    #endif
}
