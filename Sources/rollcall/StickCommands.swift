import ArgumentParser
import Foundation
import RollcallControl

struct BundleKeyCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle-key",
        abstract: "Say to which key bundles for this laptop are sealed.",
        discussion: Sentences.bundleKeyDiscussion)

    @OptionGroup var shared: SharedOptions
    @Flag(help: "Print what opens them, for an emergency without this program.")
    var secret = false

    func request(in directory: String) throws -> ControlRequest { .bundleKey(secret: secret) }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        let report = try ControlJSON.decode(BundleKeyReport.self, from: json)
        return (report.identities ?? report.recipients).joined(separator: "\n")
    }
}

struct WhoLacksCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "who-lacks", abstract: "List the laptops that are not known to have something."
    )
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions
    @Argument(help: "A record: its id, or any unambiguous start of it.") var record: String?
    @Option(
        help: ArgumentHelp("A change, and all that its writer wrote after it.", valueName: "dot"))
    var since: String?

    func request(in directory: String) throws -> ControlRequest {
        guard (record == nil) != (since == nil) else {
            throw ControlError(.usage, Sentences.recordOrSince)
        }
        return .whoLacks(record: record, since: since)
    }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        var table = Table(["laptop", "lacks", "said so", "by"])
        for row in rows {
            let lack = try ControlJSON.decode(LackReport.self, from: row)
            table.add([
                names[lack.node], "\(counted(lack.lacks)) of \(counted(lack.of))",
                lack.acknowledgedAt.map(Sentences.time) ?? "never", lack.via?.rawValue ?? "-",
            ])
        }
        return table.text
    }
}

struct CarryCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "carry",
        abstract: "Take in what a stick brings, and put on it what the others lack.",
        discussion: Sentences.carryDiscussion)
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The folder on the stick.") var folder: String
    @Flag(help: "Take off the stick what all whom it is for are known to have.")
    var delete = false

    func request(in directory: String) throws -> ControlRequest {
        guard BundleFolder.isFolder(folder) else {
            throw ControlError(.badFile, Sentences.unreadableFolder, hint: folder)
        }
        return .carry(
            folder: Home.absolute(folder, in: directory),
            files: try BundleFolder.all(in: folder).map { Home.absolute($0, in: directory) },
            delete: delete)
    }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        try rows.map {
            Sentences.carried(try ControlJSON.decode(CarryRow.self, from: $0))
        }.joined(separator: "\n")
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.carried(try ControlJSON.decode(CarryReport.self, from: json), names)
    }

    func judge(result json: Data) throws {
        let refused = try ControlJSON.decode(CarryReport.self, from: json).refused
        guard refused == 0 else {
            throw ControlError(.badBundle, Sentences.refusedOnStick(refused))
        }
    }
}
