import Foundation
import Glibc
import RollcallControl

/// Gives up this process's memory and starts the same program again, in the same process.
///
/// Memory that a program lets go keeps what was in it, and copies lie where nobody looks for them. The system takes all of it
/// away here, so no key can be left.
func beginAnew() throws -> Never {
    setenv(Unattended.lockedVariable, "1", 1)
    // Descriptors close by themselves; signals that were held back or ignored would stay so.
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    for number in [SIGTERM, SIGINT] { signal(number, SIG_DFL) }
    var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
    // By its path, so that it keeps its name; by way of /proc it is called "exe", but begins even where its file is gone.
    let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    if let path { execv(path, &arguments) }
    execv("/proc/self/exe", &arguments)
    throw ControlError(
        .internal, "locked, but could not begin anew: \(String(cString: strerror(errno)))",
        hint: "start it again")
}

/// The passphrase of a laptop that nobody attends.
enum Unattended {
    /// Set in a process that somebody locked: it waits for a person then.
    static let lockedVariable = "ROLLCALL_LOCKED"

    static func passphrase(file: String?) throws -> String? {
        let environment = ProcessInfo.processInfo.environment
        guard environment[lockedVariable] == nil else { return nil }
        let credential = environment["CREDENTIALS_DIRECTORY"].map { "\($0)/rollcall.passphrase" }
        guard let path = file ?? credential, file != nil || access(path, F_OK) == 0 else {
            return nil
        }
        guard let contents = FileManager.default.contents(atPath: path),
            let text = String(validating: contents, as: UTF8.self)
        else {
            throw ControlError(.badFile, "the file with the passphrase cannot be read", hint: path)
        }
        return text.trimmingCharacters(in: .newlines)
    }
}
