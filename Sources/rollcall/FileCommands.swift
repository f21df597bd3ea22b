import ArgumentParser
import Foundation
import RollcallControl

struct ExportCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a bundle to carry to other laptops.")
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions
    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("The laptops it is for.", valueName: "node,..."))
    var targets: [String] = []
    @Flag(help: "For every member.") var all = false
    @Flag(help: "Everything, whatever they have acknowledged.") var full = false
    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "Who may open it besides, as an auditor: a key of age. Repeatable.",
            valueName: "age1..."))
    var recipients: [String] = []
    @Flag(help: "Do not seal it: whoever finds it can read it.") var unsealed = false
    @Option(
        help: ArgumentHelp(
            "How large a file may be, such as 500K or 8M; more go into FILE.2, FILE.3 and so on.",
            valueName: "size"))
    var maxSize: String?
    @Option(name: .shortAndLong, help: ArgumentHelp("The bundle to make.", valueName: "file"))
    var output: String

    func request(in directory: String) throws -> ControlRequest {
        guard all == targets.isEmpty else { throw ControlError(.usage, Sentences.forOrAll) }
        guard !unsealed || recipients.isEmpty else {
            throw ControlError(.usage, Sentences.unsealedTo)
        }
        return .export(
            BundleOrder(
                targets: try TypedWords.list(targets, option: "--for"), all: all, full: full,
                recipients: recipients, sealed: !unsealed,
                maxBytes: try maxSize.map { try TypedWords.size($0, option: "--max-size") },
                path: Home.absolute(output, in: directory)))
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.exported(try ControlJSON.decode(ExportReport.self, from: json), names: names)
    }
}

struct ImportCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take in bundles from other laptops.")
    static let namesNodes = true
    /// Each bundle is told of when it is done: the next may be long, or fail.
    static let rowsPerTable = 1

    @OptionGroup var shared: SharedOptions
    @Argument(
        help: ArgumentHelp("The bundles, in any order; of a folder all.", valueName: "file|folder"))
    var files: [String]
    @Flag(help: "Say what they hold, and take nothing in.") var preview = false
    @Flag(help: "Take the sound beginning of a damaged bundle.") var salvage = false
    @Option(
        help: ArgumentHelp(
            "Write a bundle for those from whom these came: what they lack, and that theirs came.",
            valueName: "file"))
    var answer: String?

    /// A script that asked for no answer gets a row for each bundle, and nothing else.
    var isResultForPeople: Bool { answer == nil }

    func request(in directory: String) throws -> ControlRequest {
        guard answer == nil || !preview else {
            throw ControlError(.usage, Sentences.previewOrAnswer)
        }
        return .import(
            paths: try BundleFolder.bundles(in: files).map { Home.absolute($0, in: directory) },
            preview: preview, salvage: salvage,
            answer: answer.map { Home.absolute($0, in: directory) },
            // A folder holds what is for others, too; a file was named for this laptop.
            skips: files.contains(where: BundleFolder.isFolder) ? true : nil)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.answered(try ControlJSON.decode(AnswerReport.self, from: json), names)
    }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        let paths = (try? BundleFolder.bundles(in: files)) ?? files
        return try rows.enumerated().map { index, json in
            let report = try ControlJSON.decode(ImportReport.self, from: json)
            let place = paths.indices.contains(start + index) ? paths[start + index] : ""
            return FilePages.text(
                of: report, file: typed(report.file, of: paths) ?? place, names: names)
        }.joined(separator: "\n")
    }

    /// A file as it was typed; rows come in another order where some were skipped at first.
    private func typed(_ file: String?, of paths: [String]) -> String? {
        let directory = FileManager.default.currentDirectoryPath
        return paths.first { Home.absolute($0, in: directory) == file }
    }
}

struct InspectCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Say what a bundle, capture or test vector holds.",
        discussion: Sentences.inspectDiscussion)
    static let namesNodes = true
    static let isResultForPeople = true

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The file.") var file: String

    func request(in directory: String) throws -> ControlRequest {
        .inspect(path: Home.absolute(file, in: directory))
    }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        let rows = try rows.map { try ControlJSON.decode(HistoryRow.self, from: $0) }
        return RecordPage.table(of: rows, names: names)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.inspected(try ControlJSON.decode(InspectReport.self, from: json))
    }
}

struct BackupCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write a copy of this home, with the laptop's key.",
        discussion: Sentences.backupDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The file to make.") var file: String

    func request(in directory: String) throws -> ControlRequest {
        .backup(path: Home.absolute(file, in: directory))
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.backedUp(try ControlJSON.decode(BackupReport.self, from: json))
    }
}

struct DrillCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill", abstract: "Try whether a backup can be restored, and change nothing.",
        discussion: Sentences.drillDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The backup.") var file: String
    @Option(
        help: ArgumentHelp(
            "Read a passphrase of the backup from a file, - for standard input.", valueName: "f"))
    var passphraseFile: String?

    func request(in directory: String) throws -> ControlRequest {
        .drill(
            path: Home.absolute(file, in: directory),
            passphrase: try passphraseFile.map {
                try SecretPrompt.read(.passphrase, fromFile: $0)
            })
    }

    /// Asks where the running laptop has a passphrase: its backups have one then.
    func request(in directory: String, asking console: Console) throws -> ControlRequest {
        guard passphraseFile == nil else { return try request(in: directory) }
        let client = try ControlClient(home: Home(option: shared.home))
        guard let json = try client.send(.status()),
            try ControlJSON.decode(StatusReport.self, from: json).protection == "passphrase"
        else { return try request(in: directory) }
        return .drill(
            path: Home.absolute(file, in: directory),
            passphrase: try SecretPrompt.ask(.passphrase, Sentences.askForBackupPassphrase))
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.drilled(try ControlJSON.decode(DrillReport.self, from: json))
    }
}
