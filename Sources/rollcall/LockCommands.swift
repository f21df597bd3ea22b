import ArgumentParser
import Foundation
import RollcallControl

/// How a home is locked that is kept from now on; what is said nowhere is asked for.
struct ProtectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read this laptop's passphrase from a file, - for standard input.", valueName: "f"))
    var passphraseFile: String?
    @Flag(help: "For trials: keep everything open to whoever has the laptop.")
    var noPassphrase = false

    func validate() throws {
        guard passphraseFile == nil || !noPassphrase else {
            throw ValidationError("either --passphrase-file or --no-passphrase")
        }
    }

    func given() throws -> Protection? {
        if noPassphrase { return .openToAll }
        return try passphraseFile.map {
            .passphrase(text: try SecretPrompt.read(.passphrase, fromFile: $0))
        }
    }

    /// Asks only where the laptop keeps no register yet, and no passphrase of an attempt that failed.
    func asked(home: String?) throws -> Protection? {
        if let given = try given() { return given }
        let client = try ControlClient(home: Home(option: home))
        guard let json = try client.send(.status()) else { return nil }
        let status = try ControlJSON.decode(StatusReport.self, from: json)
        guard status.register == nil, status.protection != "passphrase" else { return nil }
        return .passphrase(text: try SecretPrompt.askForNewPassphrase())
    }
}

struct UnlockCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Open this laptop's register with a passphrase.")

    @OptionGroup var shared: SharedOptions
    @Option(help: ArgumentHelp("Read it from a file, - for standard input.", valueName: "f"))
    var passphraseFile: String?

    func request(in directory: String) throws -> ControlRequest {
        guard let passphraseFile else {
            throw ControlError(
                .usage, Sentences.noTerminal(.passphrase), hint: Sentences.useFile(.passphrase))
        }
        return .unlock(
            passphrase: try SecretPrompt.read(.passphrase, fromFile: passphraseFile))
    }

    func request(in directory: String, asking console: Console) throws -> ControlRequest {
        if passphraseFile != nil { return try request(in: directory) }
        return .unlock(
            passphrase: try SecretPrompt.ask(.passphrase, Sentences.askForPassphrase))
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.unlocked + "\n"
            + StatusPage.text(of: try ControlJSON.decode(StatusReport.self, from: json))
    }
}

struct LockCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Close this laptop's register and forget its keys.")

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .lock }
    func text(ofResult json: Data, names: NodeNames) throws -> String { Sentences.locked }
}

struct PanicCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "panic", abstract: "Destroy this laptop's keys, now and for good.",
        discussion: Sentences.panicDiscussion)

    @OptionGroup var shared: SharedOptions
    @Flag(help: "Do not ask.") var yes = false

    func request(in directory: String) throws -> ControlRequest { .panic }

    func request(in directory: String, asking console: Console) throws -> ControlRequest {
        if yes { return .panic }
        guard console.canAsk else { throw ControlError(.usage, Sentences.sayYes) }
        guard console.confirms(Sentences.panicQuestion) else {
            throw ControlError(.notAllowed, Sentences.notDestroyed)
        }
        return .panic
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String { Sentences.destroyed }
}

// MARK: - who can unlock

struct PassphraseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passphrase", abstract: "Say who can unlock this laptop.",
        subcommands: [
            PassphraseListCommand.self, PassphraseAddCommand.self, PassphraseChangeCommand.self,
            PassphraseRemoveCommand.self,
        ])

    func run() throws {
        throw ControlError(
            .usage, Sentences.nameAPassphraseCommand, hint: Sentences.seeHelp(of: "passphrase"))
    }
}

struct PassphraseListCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Say whose passphrases unlock this laptop.")

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .passphrases }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        try rows.map {
            let name = try ControlJSON.decode(PassphraseReport.self, from: $0).name
            return name.isEmpty ? Sentences.noPassphraseWarning : shown(name)
        }.joined(separator: "\n")
    }
}

/// What every change of passphrases asks for: one that unlocks now, where there is one, and often a new one.
struct PassphraseFiles: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read a passphrase that unlocks now from a file, - for standard input.",
            valueName: "f"))
    var currentFile: String?

    func current(home: String?, asking: Bool) throws -> String? {
        if let currentFile {
            return try SecretPrompt.read(.passphrase, fromFile: currentFile)
        }
        guard asking else { return nil }
        let client = try ControlClient(home: Home(option: home))
        guard let json = try client.send(.status()),
            try ControlJSON.decode(StatusReport.self, from: json).protection == "passphrase"
        else { return nil }
        return try SecretPrompt.ask(.passphrase, Sentences.askForPassphrase)
    }
}

struct PassphraseAddCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Let one more passphrase unlock this laptop.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var files: PassphraseFiles
    @Option(help: "Whose it is.") var name: String
    @Option(help: ArgumentHelp("Read the new one from a file.", valueName: "f"))
    var newFile: String?

    func request(in directory: String) throws -> ControlRequest { try request(asking: false) }
    func request(in directory: String, asking console: Console) throws -> ControlRequest {
        try request(asking: true)
    }

    private func request(asking: Bool) throws -> ControlRequest {
        let current = try files.current(home: shared.home, asking: asking)
        let new = try newPassphrase(newFile, asking: asking)
        return .changePassphrase(.add(name: name, passphrase: new), current: current)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.canUnlock(name)
    }
}

struct PassphraseChangeCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Put a new passphrase in the place of one.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var files: PassphraseFiles
    @Option(help: "Whose it is. (else the one that you give as the current one)")
    var name: String?
    @Option(help: ArgumentHelp("Read the new one from a file.", valueName: "f"))
    var newFile: String?

    func request(in directory: String) throws -> ControlRequest { try request(asking: false) }
    func request(in directory: String, asking console: Console) throws -> ControlRequest {
        try request(asking: true)
    }

    private func request(asking: Bool) throws -> ControlRequest {
        let current = try files.current(home: shared.home, asking: asking)
        let new = try newPassphrase(newFile, asking: asking)
        return .changePassphrase(.change(name: name, passphrase: new), current: current)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String { Sentences.changed }
}

struct PassphraseRemoveCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Let a passphrase unlock this laptop no more.")

    @OptionGroup var shared: SharedOptions
    @OptionGroup var files: PassphraseFiles
    @Option(help: "Whose it is.") var name: String

    func request(in directory: String) throws -> ControlRequest { try request(asking: false) }
    func request(in directory: String, asking console: Console) throws -> ControlRequest {
        try request(asking: true)
    }

    private func request(asking: Bool) throws -> ControlRequest {
        let current = try files.current(home: shared.home, asking: asking)
        return .changePassphrase(.remove(name: name), current: current)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.cannotUnlock(name)
    }
}

private func newPassphrase(_ file: String?, asking: Bool) throws -> String {
    if let file { return try SecretPrompt.read(.passphrase, fromFile: file) }
    guard asking else {
        throw ControlError(.usage, Sentences.noTerminal(.passphrase), hint: Sentences.useNewFile)
    }
    return try SecretPrompt.askForNewPassphrase()
}
