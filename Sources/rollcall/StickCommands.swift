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
