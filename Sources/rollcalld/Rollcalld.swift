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
        discussion: "It runs in the foreground. It is ready when `rollcall status` answers.")

    @Option(
        help: "Where the register and the key lie (else $ROLLCALL_HOME, else the data directory).")
    var home: String?

    @Option(help: "HOST:PORT to wait for peers at; port 0 picks one.")
    var listen = "0.0.0.0:7411"

    @Option(help: "HOST:PORT that peers are told instead; may be given several times.")
    var advertise: [String] = []

    @Option(
        name: .customLong("log-level"),
        help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = "notice"

    @Option(help: "Put this backup into the home, which must be empty, and exit.")
    var restore: String?

    func run() async throws {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw ValidationError(
                "--log-level is one of trace, debug, info, notice, warning, error, critical")
        }
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        let home = Home(option: home)
        do {
            if let restore {
                try Daemon.restore(
                    Home.absolute(restore, in: FileManager.default.currentDirectoryPath), to: home)
                return
            }
            let daemon = Daemon(
                DaemonConfiguration(home: home, listen: listen, advertise: advertise),
                logger: Logger(label: "rollcalld"))
            let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
            try await daemon.run {
                for await _ in signals { return }
            }
        } catch let error as ControlError {
            FileHandle.standardError.write(Data("rollcalld: error: \(error.message)\n".utf8))
            if let hint = error.hint {
                FileHandle.standardError.write(Data("rollcalld: hint: \(hint)\n".utf8))
            }
            throw ArgumentParser.ExitCode(error.code.exitCode.rawValue)
        }
    }
}
