import ArgumentParser
import Foundation
import Logging
import RollcallControl
import RollcallNode
import UnixSignals

/// The daemon's program: options in, one daemon run.
@main
struct Rollcalld: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollcalld",
        abstract: "Keeps this laptop's register the same as its peers'.",
        discussion: "It runs in the foreground. It is ready when `rollcall status` answers.",
        version: Release.line(of: "rollcalld"))

    @Option(
        help: "Where the register and the key lie (else $ROLLCALL_HOME, else the data directory).")
    var home: String?

    @Option(help: "HOST:PORT to wait for peers at; port 0 picks one.")
    var listen = "0.0.0.0:7411"

    @Option(help: "HOST:PORT that peers are told instead; may be given several times.")
    var advertise: [String] = []

    @Option(
        help: ArgumentHelp(
            "Unlock at the start with the passphrase in this file, for laptops that nobody attends. (else the credential rollcall.passphrase, where the system gives one)",
            valueName: "f"))
    var passphraseFile: String?

    @Option(help: "Lock after so many minutes in which nobody asked for anything; 0 for never.")
    var lockAfter = 30

    @Option(
        name: .customLong("log-level"),
        help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = "notice"

    @Option(help: "Put this backup into the home, which must be empty, and exit.")
    var restore: String?

    static func main() async {
        let program: Self
        do {
            program = try parse()
        } catch {
            guard exitCode(for: error) != .success else { exit(withError: error) }
            let message = Self.message(for: error).split(separator: "\n").first ?? "wrong usage"
            fail(
                ControlError(
                    .usage, message.prefix(1).lowercased() + message.dropFirst(),
                    hint: "see `rollcalld --help`"))
        }
        do {
            try await program.run()
        } catch let error as ControlError {
            fail(error)
        } catch {
            fail(ControlError(.internal, "the daemon ended: \(error)"))
        }
    }

    private static func fail(_ error: ControlError) -> Never {
        var lines = ["rollcalld: error: \(error.message)"]
        if let hint = error.hint { lines.append("rollcalld: hint: \(hint)") }
        FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
        Foundation.exit(error.code.exitCode.rawValue)
    }

    func run() async throws {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw ControlError(
                .usage,
                "--log-level is one of trace, debug, info, notice, warning, error, critical",
                hint: "see `rollcalld --help`")
        }
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        let home = Home(option: home)
        if let restore {
            try Daemon.restore(
                Home.absolute(restore, in: FileManager.default.currentDirectoryPath), to: home)
            return
        }
        guard (0...100_000).contains(lockAfter) else {
            throw ControlError(.usage, "--lock-after takes minutes, 0 for never")
        }
        let passphrase = try Unattended.passphrase(file: passphraseFile)
        let daemon = Daemon(
            DaemonConfiguration(
                home: home, listen: listen, advertise: advertise,
                lockAfterMinutes: passphrase == nil ? lockAfter : 0, passphrase: passphrase),
            logger: Logger(label: "rollcalld"))
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let ending = try await daemon.run {
            for await _ in signals { return }
        }
        if ending == .locked { try beginAnew() }
    }
}
