import ArgumentParser
import Foundation
import RollcallControl

struct InitCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Found a register on this laptop.")

    @OptionGroup var shared: SharedOptions
    @Option(help: "What people call this laptop.") var name: String
    @Option(help: "The register's title.") var register: String
    @Option(help: "Your name, for the changes that you make.") var `operator`: String
    @OptionGroup var protection: ProtectionOptions

    func request(in directory: String) throws -> ControlRequest {
        request(try protection.given())
    }

    func request(in directory: String, asking console: Console) throws -> ControlRequest {
        request(try protection.asked(home: shared.home))
    }

    private func request(_ protection: Protection?) -> ControlRequest {
        .initRegister(
            name: name, register: register, operator: self.operator, protection: protection)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.founded(try ControlJSON.decode(FoundingReport.self, from: json))
            + "\n" + Sentences.noRecoveryKeysYet
    }

    /// At a terminal the keys can be made at once; a script is asked nothing.
    func follow(result json: Data, console: Console) throws {
        guard console.canAsk, !console.asJSON,
            console.confirms(Sentences.makeRecoveryKeysQuestion)
        else { return }
        var command = RecoveryKeysCommand()
        command.shared = shared
        command.yes = true
        try Conversation(console: console).run(command)
    }
}

struct InviteCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Make a one-time code that lets one laptop join.",
        discussion: Sentences.inviteDiscussion)

    @OptionGroup var shared: SharedOptions
    @Option(parsing: .unconditional, help: "How long the code is good for.") var minutes = 10
    @Flag(help: "Stay until the newcomer came, show its six words, ask whether to admit it.")
    var wait = false
    @Flag(help: "Admit whoever proves the code, without asking.") var yes = false
    @Option(
        help:
            "What the newcomer will be: administrator, operator, medic or observer. (else operator)"
    )
    var role: String?

    func request(in directory: String) throws -> ControlRequest {
        .invite(minutes: minutes, wait: wait, yes: yes, role: role)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        if let report = try? ControlJSON.decode(AdmissionReport.self, from: json) {
            return Sentences.admitted(report.joined)
        }
        return Sentences.invited(try ControlJSON.decode(Invitation.self, from: json))
    }

    func text(ofInterim json: Data, names: NodeNames) throws -> String {
        if let newcomer = try? ControlJSON.decode(Newcomer.self, from: json) {
            return Sentences.asksToJoin(newcomer)
        }
        if let attempt = try? ControlJSON.decode(FailedAttempt.self, from: json) {
            return Sentences.attemptFailed(attempt)
        }
        return try text(ofResult: json, names: names)
    }

    /// Asks about the newcomer and confirms it in a second conversation: the first one waits.
    func answer(interim json: Data, console: Console) throws {
        guard !yes, let newcomer = try? ControlJSON.decode(Newcomer.self, from: json) else {
            return
        }
        guard console.canAsk else {
            if !console.asJSON { console.say(Sentences.confirmElsewhere(newcomer)) }
            return
        }
        if console.asJSON { console.say(Sentences.asksToJoin(newcomer)) }
        guard console.confirms(Sentences.admitQuestion) else {
            throw ControlError(.joinRefused, Sentences.notAdmitted)
        }
        do {
            let second = try ControlClient(home: Home(option: shared.home))
            _ = try second.send(.confirm(words: newcomer.words))
        } catch let error as ControlError where error.code == .noSuchNewcomer {
            // Someone confirmed it elsewhere, or it went away: the first conversation says which.
        }
    }
}

struct JoinCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Join a register through a laptop that is in it, or ask to by stick.",
        discussion: Sentences.joinDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: ArgumentHelp("Where the inviting laptop listens.", valueName: "host:port"))
    var address: String?
    @Option(
        name: .customLong("request"),
        help: ArgumentHelp(
            "Without a network: the request to make, for an administrator.", valueName: "file"))
    var requestFile: String?
    @Option(
        help: ArgumentHelp("Of which register, as `rollcall status` there says.", valueName: "id"))
    var register: String?
    @Option(help: "What people call this laptop.") var name: String
    @Option(help: "Your name, for the changes that you make.") var `operator`: String
    @Option(help: ArgumentHelp("Read the code from a file, - for standard input.", valueName: "f"))
    var codeFile: String?
    @OptionGroup var protection: ProtectionOptions

    func request(in directory: String) throws -> ControlRequest {
        if let request = try byStick(in: directory, { try protection.given() }) { return request }
        guard let codeFile else {
            throw ControlError(
                .usage, Sentences.noTerminal(.code), hint: Sentences.useFile(.code))
        }
        return try request(
            code: try SecretPrompt.read(.code, fromFile: codeFile), try protection.given())
    }

    func request(in directory: String, asking console: Console) throws -> ControlRequest {
        if let request = try byStick(in: directory, { try protection.asked(home: shared.home) }) {
            return request
        }
        guard address != nil else { throw ControlError(.usage, Sentences.addressOrRequest) }
        let asked = try protection.asked(home: shared.home)
        let code =
            try codeFile.map { try SecretPrompt.read(.code, fromFile: $0) }
            ?? SecretPrompt.ask(.code, Sentences.askForCode)
        return try request(code: code, asked)
    }

    /// The request of a laptop that has no network; nil for one that dials.
    private func byStick(
        in directory: String, _ protection: () throws -> Protection?
    ) throws -> ControlRequest? {
        guard requestFile != nil || register != nil else { return nil }
        guard address == nil else { throw ControlError(.usage, Sentences.addressOrRequest) }
        guard let requestFile, let register else {
            throw ControlError(
                .usage, Sentences.requestAndRegister, hint: Sentences.registerHint)
        }
        guard codeFile == nil else { throw ControlError(.usage, Sentences.noCodeByStick) }
        return .requestToJoin(
            path: Home.absolute(requestFile, in: directory), register: register, name: name,
            operator: self.operator, protection: try protection())
    }

    private func request(code: String, _ protection: Protection?) throws -> ControlRequest {
        guard let address else { throw ControlError(.usage, Sentences.addressOrRequest) }
        return .join(
            address: address, name: name, operator: self.operator, code: code,
            protection: protection)
    }

    func text(ofInterim json: Data, names: NodeNames) throws -> String {
        Sentences.joinWords(try ControlJSON.decode(JoinWords.self, from: json).words)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        if let report = try? ControlJSON.decode(RequestReport.self, from: json) {
            return Sentences.requested(report)
        }
        return Sentences.joined(try ControlJSON.decode(JoinReport.self, from: json))
    }
}

struct ConfirmCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "Admit the newcomer whose six words match.")

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The six words on the newcomer's screen, in one argument or several.")
    var words: [String]

    func request(in directory: String) throws -> ControlRequest {
        let typed = words.flatMap { $0.split(whereSeparator: \.isWhitespace) }
        return .confirm(words: typed.joined(separator: " "))
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.admitted(try ControlJSON.decode(ConfirmReport.self, from: json).joined)
    }
}
