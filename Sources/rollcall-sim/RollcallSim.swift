import ArgumentParser
import Foundation
import RollcallSimulation

@main
struct RollcallSim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollcall-sim",
        abstract: "Runs field teams in one process, with bad luck, from seeds.",
        discussion: """
            A seed makes a plan of who writes what and of all that goes wrong; the plan runs, and every law is checked. \
            One that fails is made small and written to a file, with the command that runs it again.
            """,
        subcommands: [
            RunCommand.self, ReplayCommand.self, PlanCommand.self, ShrinkCommand.self,
            PlantedCommand.self, RosterCommand.self, ExchangeCommand.self,
        ],
        defaultSubcommand: RunCommand.self)
}

struct SizeOptions: ParsableArguments {
    @Option(help: "Laptops in a team.") var nodes = 5
    @Option(help: "What people do at them, in each seed.") var edits = 200

    @Option(
        help:
            "All disks: model, or sqlite, on files that lose what was not synced."
    )
    var disk: String?

    @Option(help: "In how many of a hundred seeds a running laptop is copied.") var forks = 2

    var size: PlanMaker.Size {
        var size = PlanMaker.Size(nodes: nodes...nodes, edits: edits)
        size.forkPercent = forks
        size.disk = disk.flatMap { Plan.DiskKind(rawValue: $0) }
        return size
    }

    func validate() throws {
        guard disk == nil || size.disk != nil else {
            throw ValidationError("--disk is model or sqlite")
        }
        guard (2...16).contains(nodes) else { throw ValidationError("--nodes is 2 to 16") }
        guard edits >= 0 else { throw ValidationError("--edits is 0 or more") }
    }
}

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Runs one plan from a file and tells what happens.")

    @Argument(help: "The file of a plan.") var file: String
    @Flag(help: "Only the verdict.") var quiet = false
    @Option(
        help:
            "Writes all that is there in the end as a bundle, and prints whose register it is and the fingerprint."
    )
    var bundle: String?

    func run() throws {
        let verdict = Team.run(
            try PlanFile.read(file), narrator: quiet ? nil : { print($0) },
            keepingBundle: bundle != nil)
        print(verdict.sentence)
        if let bundle, let all = verdict.everything {
            try Data(all.bundle).write(to: URL(filePath: bundle))
            print("branches", all.branchCount)
            print("founder", Self.hex(all.founder))
            print("fingerprint", Self.hex(all.fingerprint))
        }
        if verdict.failure != nil { throw ExitCode(1) }
    }
}

extension ReplayCommand {
    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String(format: "%02x", $0) }.joined()
    }
}

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Prints the plan that a seed makes.")

    @Argument(help: "The seed.") var seed: UInt64
    @OptionGroup var options: SizeOptions

    func run() { print(PlanMaker.plan(seed: seed, options.size).text, terminator: "") }
}

struct ShrinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shrink", abstract: "Makes a failing plan small and writes it to a file.")

    @Argument(help: "The file of a plan.") var file: String
    @Option(name: .shortAndLong, help: "Where to write.") var output: String
    @Option(help: "Seconds at most.") var seconds = 300

    func run() throws {
        let plan = try PlanFile.read(file)
        let verdict = Team.run(plan)
        guard let failure = verdict.failure else {
            print("the plan breaks no law")
            throw ExitCode(1)
        }
        try PlanFile.shrink(plan, failure, to: output, seconds: seconds)
    }
}

enum PlanFile {
    static func read(_ path: String) throws -> Plan {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ValidationError("\(path) cannot be read")
        }
        return try Plan(text: text)
    }

    /// Writes the smallest plan that breaks the same law, and says how to run it.
    static func shrink(
        _ plan: Plan, _ failure: SimulationFailure, to path: String, seconds: Int
    ) throws {
        let end = Date().addingTimeInterval(Double(seconds))
        let small = Shrinking.shrink(plan, keeping: failure.law) { Date() > end }
        let text = "# \(failure.law.rawValue)\n" + small.plan.text
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        print(
            "  shrunk in \(small.runCount) runs from \(plan.steps.count) steps to "
                + "\(small.plan.steps.count), \(small.plan.options.nodes) nodes")
        print("  to repeat: rollcall-sim replay \(path)")
    }
}

extension Verdict {
    var sentence: String {
        guard let failure else {
            return
                "all laws held: \(editsAcknowledged) changes acknowledged, \(eventCount) events, "
                + "equal after \(secondsToConverge) s, trace \(String(trace, radix: 16))"
        }
        return
            "FAILED: \(failure.law.rawValue)\(failure.detail.isEmpty ? "" : ": ")\(failure.detail)"
    }
}
