import ArgumentParser
import Foundation
import RollcallControl

/// The command line program: it asks the daemon of a home, and prints what that answers.
@main
struct Rollcall: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollcall",
        abstract: Sentences.abstract,
        discussion: Sentences.discussion,
        version: Release.line(of: "rollcall"),
        groupedSubcommands: [
            CommandGroup(
                name: "The register and its laptops",
                subcommands: [
                    InitCommand.self, InviteCommand.self, JoinCommand.self, AdmitCommand.self,
                    ConfirmCommand.self,
                    StatusCommand.self, MembersCommand.self, RevokeCommand.self,
                    PromoteCommand.self, RecoveryKeysCommand.self, RecoverCommand.self,
                    QuarantineCommand.self, PeersCommand.self,
                    ConnectCommand.self,
                    DisconnectCommand.self, WaitCommand.self, FingerprintCommand.self,
                ]),
            CommandGroup(
                name: "What lies on this laptop's disk",
                subcommands: [
                    UnlockCommand.self, LockCommand.self, PassphraseCommand.self,
                    PanicCommand.self, DoctorCommand.self,
                ]),
            CommandGroup(
                name: "Who is at the keyboard, and who did what",
                subcommands: [
                    OperatorsCommand.self, SwitchCommand.self, CustodyCommand.self,
                ]),
            CommandGroup(
                name: "Records",
                subcommands: [
                    AddCommand.self, SetCommand.self, UnsetCommand.self, VerifyCommand.self,
                    UnverifyCommand.self, RemoveCommand.self,
                    RestoreCommand.self, ResolveCommand.self, ShowCommand.self, ListCommand.self,
                    FindCommand.self, HistoryCommand.self, ConflictsCommand.self,
                    EraseCommand.self, ErasuresCommand.self,
                    RetentionCommand.self, DueCommand.self, HoldCommand.self, HoldsCommand.self,
                ]),
            CommandGroup(
                name: "The exchange",
                subcommands: [
                    ExchangeCommand.self, StageCommand.self, HeadsCommand.self, ListsCommand.self,
                    TallyCommand.self,
                    LinkCommand.self, UnlinkCommand.self, PhotoCommand.self,
                    DiscrepanciesCommand.self, SettleCommand.self, ReportCommand.self,
                    PeopleCommand.self,
                    EnquiryCommand.self, EnquiriesCommand.self, MatchCommand.self,
                    NotifiedCommand.self,
                    FieldsCommand.self,
                    OpenCommand.self,
                ]),
            CommandGroup(
                name: "Files",
                subcommands: [
                    RosterCommand.self, ExportCommand.self, ImportCommand.self,
                    InspectCommand.self, AuditCommand.self, BackupCommand.self,
                    DrillCommand.self, CarryCommand.self,
                    BundleKeyCommand.self, WhoLacksCommand.self,
                ]),
        ])

    func run() throws {
        throw ControlError(.usage, Sentences.nameACommand, hint: Sentences.seeHelp(of: nil))
    }

    static func main() {
        let typed = Arguments.typed()
        let console = Console(asJSON: Arguments.wantJSON(typed))
        do {
            let words = try Arguments.words(from: typed)
            try run(words: words, console: console)
        } catch let error as ControlError {
            console.fail(error)
        } catch {
            console.fail(ControlError(.internal, Sentences.unexpected(error)))
        }
    }

    private static func run(words: [String], console: Console) throws {
        var command: any ParsableCommand
        do {
            command = try parseAsRoot(Arguments.commandFirst(words))
        } catch {
            guard exitCode(for: error) != .success else { exit(withError: error) }
            throw usageError(error, words: words)
        }
        if let asking = command as? any DaemonCommand {
            try Conversation(console: console).run(asking)
            return
        }
        do {
            try command.run()
        } catch let error as ControlError {
            throw error
        } catch {
            // Help was asked for: it goes to standard output, and all is well.
            exit(withError: error)
        }
    }

    /// A parser's error in our words: lower case, no full stop, and where help is.
    static func usageError(_ error: any Error, words: [String]) -> ControlError {
        let known =
            configuration.subcommands
            + configuration.groupedSubcommands.flatMap(\.subcommands)
        let names = known.compactMap { $0.configuration.commandName } + ["help"]
        let typed = Arguments.commandFirst(words).first ?? ""
        if names.contains(typed) {
            return ControlError(
                .usage, Sentences.usage(message(for: error)), hint: Sentences.seeHelp(of: typed))
        }
        let message =
            typed.hasPrefix("-")
            ? Sentences.usage(message(for: error)) : Sentences.noSuchCommand(typed)
        return ControlError(.usage, message, hint: Sentences.seeHelp(of: nil))
    }
}
