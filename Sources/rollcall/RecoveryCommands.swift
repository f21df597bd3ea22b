import ArgumentParser
import Foundation
import RollcallControl

struct RecoveryKeysCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "recovery-keys",
        abstract: "Make three keys for paper, of which two restore an administrator.",
        discussion: Sentences.recoveryKeysDiscussion)

    @OptionGroup var shared: SharedOptions
    @Flag(help: "Do not ask.") var yes = false

    func request(in directory: String) throws -> ControlRequest { .makeRecoveryKeys }

    func request(in directory: String, asking console: Console) throws -> ControlRequest {
        if yes { return .makeRecoveryKeys }
        guard console.canAsk else { throw ControlError(.usage, Sentences.sayYes) }
        let client = try ControlClient(home: Home(option: shared.home))
        guard let json = try client.send(.status()) else { return .makeRecoveryKeys }
        let status = try ControlJSON.decode(StatusReport.self, from: json)
        guard status.register != nil else { return .makeRecoveryKeys }
        if !status.recoveryKeys.isEmpty {
            console.say(Sentences.recoveryKeysExist(status.recoveryKeys, NodeNames(status)))
        }
        guard console.confirms(Sentences.makeRecoveryKeysQuestion) else {
            throw ControlError(.notAllowed, Sentences.noRecoveryKeysMade)
        }
        return .makeRecoveryKeys
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.recoveryKeys(try ControlJSON.decode(RecoveryKeysReport.self, from: json))
    }
}

struct RecoverCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Make this laptop an administrator with two recovery keys.",
        discussion: Sentences.recoverDiscussion)

    @OptionGroup var shared: SharedOptions
    @Option(
        help: ArgumentHelp(
            "Read keys from a file, one a line, - for standard input. Repeatable.", valueName: "f"))
    var keyFile: [String] = []

    func request(in directory: String) throws -> ControlRequest {
        guard !keyFile.isEmpty else {
            throw ControlError(
                .usage, Sentences.noTerminal(.recoveryKey), hint: Sentences.useFile(.recoveryKey))
        }
        return .recover(
            keys: try keyFile.flatMap { try SecretPrompt.readLines(.recoveryKey, fromFile: $0) })
    }

    func request(in directory: String, asking console: Console) throws -> ControlRequest {
        if !keyFile.isEmpty { return try request(in: directory) }
        return .recover(
            keys: try [Sentences.askForFirstKey, Sentences.askForSecondKey].map {
                try SecretPrompt.ask(.recoveryKey, $0)
            })
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.recovered(try ControlJSON.decode(RoleReport.self, from: json))
    }
}
