import ArgumentParser
import Foundation
import RollcallSimulation

struct RosterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roster",
        abstract:
            "Writes the sample operation: three stages, the lists of two sides, and the truth.",
        discussion: """
            390, 307 and 303 people a side, 880 military and 120 civilian. lists.csv says what each list is, columns.csv \
            what its columns are, truth.csv who really comes at which stage and what becomes of them. The same bytes for \
            the same seed; nobody in it is real.
            """)

    @Option(help: "The seed.") var seed: UInt64 = 1
    @Option(help: ArgumentHelp("The folder to write to.", valueName: "folder")) var out: String

    func run() throws {
        let sample = SampleOperation(seed: seed)
        let folder = URL(filePath: out, directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in sample.files {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        print("\(sample.lists.count) lists of \(sample.people.count) people in \(out)")
    }
}
