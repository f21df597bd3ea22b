import ArgumentParser
import Foundation
import RollcallSimulation

@main
struct RollcallSim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollcall-sim",
        abstract: "Runs field teams in one process, with bad luck, from seeds.",
        subcommands: [Run.self, Replay.self, Show.self], defaultSubcommand: Run.self)
}

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs one plan from a file and tells what happens.")
    @Argument(help: "A plan's file.") var file: String
    @Flag(help: "Only the verdict.") var quiet = false

    func run() throws {
        let plan = try Plan(text: String(contentsOfFile: file, encoding: .utf8))
        let verdict = Team.run(plan, narrator: quiet ? nil : { print($0) })
        print(verdict.failure.map { "FAILED: \($0.law.rawValue): \($0.detail)" } ?? "all laws held")
        if verdict.failure != nil { throw ExitCode(1) }
    }
}

struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints the plan of a seed.")
    @Argument var seed: UInt64
    @Option var edits = 200
    @Option var nodes = 5

    func run() throws {
        print(
            PlanMaker.plan(seed: seed, .init(nodes: nodes...nodes, edits: edits)).text,
            terminator: "")
    }
}

struct Run: ParsableCommand {
    @Option(help: "The first seed.") var from: UInt64 = 1
    @Option(help: "How many seeds.") var seeds: UInt64 = 20
    @Option var edits = 200
    @Option var nodes = 5

    func run() throws {
        let begin = Date()
        var events = 0
        var marks = Marks()
        var failures = 0
        for seed in from..<(from + seeds) {
            let plan = PlanMaker.plan(seed: seed, .init(nodes: nodes...nodes, edits: edits))
            let verdict = Team.run(plan)
            events += verdict.eventCount
            marks.add(verdict.marks)
            if let failure = verdict.failure {
                failures += 1
                print("seed \(seed): \(failure.law.rawValue): \(failure.detail)")
            }
        }
        let seconds = Date().timeIntervalSince(begin)
        print(
            "\(seeds) seeds, \(failures) failed, \(events) events, \(Int(Double(events) / seconds)) events/s, \(Double(seeds) / seconds) seeds/s"
        )
        print("never: \(marks.neverReached.map(\.rawValue))")
    }
}
