import ArgumentParser
import Foundation
import RollcallSimulation

struct ExchangeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange",
        abstract: "Plays the sample operation on five laptops over three days, with bad luck.",
        discussion: """
            In the end all laptops must hold the same and count the same: those who were handed over, of each side and at \
            each stage. A seed that fails is kept as a plan.
            """)

    @Option(help: "The first seed.") var from: UInt64 = 1
    @Option(help: "How many seeds.") var seeds: UInt64 = 1
    @Flag(help: "A tenth of the operation.") var tenth = false
    @Option(help: "A folder for the plans that fail.") var keep: String?

    func run() throws {
        var failed = 0
        for seed in from..<from + seeds {
            let plan = SamplePlanMaker.plan(seed: seed, isWhole: !tenth)
            let begin = Date()
            let verdict = Team.run(plan)
            let seconds = String(format: "%.1f", Date().timeIntervalSince(begin))
            print("seed \(seed): \(verdict.sentence); \(seconds) s")
            guard verdict.failure != nil else { continue }
            failed += 1
            if let keep {
                try FileManager.default.createDirectory(
                    atPath: keep, withIntermediateDirectories: true)
                try plan.text.write(
                    toFile: "\(keep)/exchange-\(seed).plan", atomically: true, encoding: .utf8)
            }
        }
        if failed > 0 { throw ExitCode(1) }
    }
}
