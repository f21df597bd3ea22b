import ArgumentParser
import Foundation
import RollcallControl

/// Where a PIN comes from that is not asked for at the terminal.
struct PINOptions: ParsableArguments {
    @Option(
        name: .customLong("pin-file"),
        help: ArgumentHelp("Read the PIN from a file, - for standard input.", valueName: "f"))
    var file: String?

    func given() throws -> String {
        guard let file else {
            throw ControlError(.usage, Sentences.noTerminal(.pin), hint: Sentences.useFile(.pin))
        }
        return try SecretPrompt.read(.pin, fromFile: file)
    }
}

struct OperatorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operators", abstract: "Say who acts at this register's keyboards.",
        discussion: Sentences.operatorsDiscussion,
        subcommands: [
            OperatorsListCommand.self, OperatorsAddCommand.self, OperatorsRemoveCommand.self,
            OperatorsLeaveCommand.self,
        ],
        defaultSubcommand: OperatorsListCommand.self)
}

struct OperatorsListCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the operators, and who is at the keyboard.")
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .operators }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        var table = Table(["operator", "role", "entered on", "here"])
        for row in rows {
            let entry = try ControlJSON.decode(OperatorReport.self, from: row)
            table.add([
                entry.name, entry.roles.isEmpty ? "-" : entry.roles.joined(separator: ", "),
                entry.nodes.map { names[$0] }.joined(separator: ", "), Sentences.standing(entry),
            ])
        }
        return table.text
    }
}

struct OperatorsAddCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Give an operator a PIN and a role on this laptop.",
        discussion: Sentences.addOperatorDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The operator's name.") var name: String
    @Option(help: "administrator, operator, medic or observer.") var role: String
    @OptionGroup var pin: PINOptions
    @Option(
        help: ArgumentHelp(
            "Show this laptop's passphrase, from a file, where no administrator is at the keyboard.",
            valueName: "f"))
    var passphraseFile: String?

    func request(in directory: String) throws -> ControlRequest { try request(pin: pin.given()) }

    func request(in directory: String, asking console: Console) throws -> ControlRequest {
        try request(pin: pin.file == nil ? SecretPrompt.askForNewPIN() : pin.given())
    }

    private func request(pin: String) throws -> ControlRequest {
        .addOperator(
            name: name, role: role, pin: pin,
            passphrase: try passphraseFile.map {
                try SecretPrompt.read(.passphrase, fromFile: $0)
            })
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.operatorAdded(try ControlJSON.decode(OperatorReport.self, from: json))
    }
}

struct OperatorsRemoveCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take an operator's PIN away from this laptop.")

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The operator's name.") var name: String

    func request(in directory: String) throws -> ControlRequest { .removeOperator(name: name) }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.operatorRemoved(name)
    }
}

struct OperatorsLeaveCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "leave", abstract: "Leave the keyboard to nobody.")

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .leaveOperator }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.switched(try ControlJSON.decode(SwitchReport.self, from: json))
    }
}

struct SwitchCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "switch", abstract: "Take the keyboard: what is done from now on is yours.",
        discussion: Sentences.switchDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "Your name.") var name: String
    @OptionGroup var pin: PINOptions

    func request(in directory: String) throws -> ControlRequest {
        .switchOperator(name: name, pin: try pin.given())
    }

    func request(in directory: String, asking console: Console) throws -> ControlRequest {
        guard pin.file == nil else { return try request(in: directory) }
        return .switchOperator(
            name: name, pin: try SecretPrompt.ask(.pin, Sentences.askForPIN))
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.switched(try ControlJSON.decode(SwitchReport.self, from: json))
    }
}

struct CustodyCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "custody", abstract: "List who looked, took copies, unlocked and locked.",
        discussion: Sentences.custodyDiscussion)
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions
    @Option(help: ArgumentHelp("Only what was done with this record.", valueName: "id"))
    var record: String?
    @Option(help: ArgumentHelp("Only what this operator did.", valueName: "name"))
    var `operator`: String?
    @Option(help: ArgumentHelp("Only what was done on this laptop.", valueName: "node"))
    var node: String?

    func request(in directory: String) throws -> ControlRequest {
        .custody(record: record, operator: self.operator, node: node)
    }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        var table = Table(["when", "who", "where", "what", "record"])
        for row in rows {
            let line = try ControlJSON.decode(CustodyRow.self, from: row)
            table.add([
                line.recordedAt.map(Sentences.time) ?? "?", line.operator ?? "nobody",
                names[line.node], Sentences.act(line.act), line.record ?? "-",
            ])
        }
        return table.text
    }
}
