import ArgumentParser
import Foundation
import RollcallControl

struct StatusCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say what is here and who has it.")

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .status() }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        StatusPage.text(of: try ControlJSON.decode(StatusReport.self, from: json))
    }
}

struct PeersCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "peers", abstract: "List the other laptops.")

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .peers }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        StatusPage.table(of: try rows.map { try ControlJSON.decode(PeerReport.self, from: $0) })
    }
}

struct ConnectCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect", abstract: "Dial a laptop now, and again whenever it is lost.")
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions
    @Argument(help: ArgumentHelp("An address, a node or its name.", valueName: "host:port|node"))
    var target: String

    func request(in directory: String) throws -> ControlRequest { .connect(target: target) }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        let report = try ControlJSON.decode(NodeReport.self, from: json)
        return Sentences.dialling(report.node.map { names[$0] } ?? target)
    }
}

struct DisconnectCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "disconnect",
        abstract: "Stop dialling a laptop and refuse it, until connect.")
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions
    @Argument(help: "A node or its name.") var node: String

    func request(in directory: String) throws -> ControlRequest { .disconnect(node: node) }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        let report = try ControlJSON.decode(NodeReport.self, from: json)
        return Sentences.disconnected(report.node.map { names[$0] } ?? node)
    }
}

struct WaitCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait", abstract: "Wait until every connected laptop has what is here.")
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions
    @Flag(help: "What to wait for; there is nothing else yet.") var upToDate = false
    @Option(help: "A laptop to wait for, instead of all connected ones. Repeatable.")
    var peer: [String] = []
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Give up after so many seconds.", valueName: "s"))
    var timeout: Double?

    func request(in directory: String) throws -> ControlRequest {
        guard upToDate else { throw ControlError(.usage, Sentences.sayUpToDate) }
        if let timeout, !(timeout >= 0 && timeout.isFinite) {
            throw ControlError(.usage, Sentences.timeoutNotNegative)
        }
        return .waitUpToDate(peers: peer, timeoutSeconds: timeout)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        let report = try ControlJSON.decode(WaitReport.self, from: json)
        return Sentences.waited(report, names: names)
    }

    func judge(result json: Data) throws {
        guard try ControlJSON.decode(WaitReport.self, from: json).upToDate else {
            throw ControlError(.notUpToDate, Sentences.notUpToDate)
        }
    }
}

struct FingerprintCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "fingerprint",
        abstract: "Print the hash of all that is here; laptops that agree print the same.")

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .fingerprint }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        shown(try ControlJSON.decode(FingerprintReport.self, from: json).fingerprint)
    }
}
