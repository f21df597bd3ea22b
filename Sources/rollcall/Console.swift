import Foundation
import Glibc
import RollcallControl

/// Standard output and standard error, as this command uses them.
final class Console {
    let asJSON: Bool
    private let output: Int32
    private var unwritten = Data()

    init(asJSON: Bool, output: Int32 = STDOUT_FILENO) {
        self.asJSON = asJSON
        self.output = output
    }

    /// Prints text and an end of line; control characters in it were escaped before.
    func print(_ text: String) throws {
        try print(json: Data(text.utf8))
    }

    /// Prints one object as the daemon wrote it.
    func print(json: Data) throws {
        unwritten.append(json)
        unwritten.append(UInt8(ascii: "\n"))
        if unwritten.count > 64 << 10 { try flush() }
    }

    /// Makes sure that all printed so far has left the program.
    func flush() throws {
        defer { unwritten.removeAll(keepingCapacity: true) }
        guard Self.write(unwritten, to: output) else {
            let reason = String(cString: strerror(errno))
            throw ControlError(.diskFailed, Sentences.outputFailed(reason))
        }
    }

    /// A word to the person, apart from the output.
    func say(_ text: String, endOfLine: String = "\n") {
        _ = Self.write(Data((text + endOfLine).utf8), to: STDERR_FILENO)
    }

    /// Prints an error with its hint, and ends the program with the error's code.
    func fail(_ error: ControlError) -> Never {
        try? flush()
        say(Self.text(of: error, asJSON: asJSON))
        exit(error.code.exitCode.rawValue)
    }

    static func text(of error: ControlError, asJSON: Bool) -> String {
        if asJSON, let json = try? ControlJSON.encode(["error": error]) {
            return String(decoding: json, as: UTF8.self)
        }
        let lines = (error.hint ?? "").split(separator: "\n").map { "rollcall: hint: \(shown($0))" }
        return (["rollcall: error: \(shown(error.message))"] + lines).joined(separator: "\n")
    }

    /// Whether a person looks at standard error.
    var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether a person can answer a question.
    var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isWatched }

    /// Asks for a line that may be seen.
    func ask(_ question: String) -> String {
        say(question, endOfLine: "")
        return readLine()?.trimmingCharacters(in: .whitespaces) ?? ""
    }

    /// Asks a question; anything but a clear yes is no.
    func confirms(_ question: String) -> Bool {
        say(question + " [y/N] ", endOfLine: "")
        let answer = readLine()?.trimmingCharacters(in: .whitespaces).lowercased()
        return answer == "y" || answer == "yes"
    }

    /// Writes all of the bytes; false where that failed, with the reason in `errno`.
    private static func write(_ bytes: Data, to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let slice = UnsafeRawBufferPointer(rebasing: rest)
                let count = Glibc.write(descriptor, slice.baseAddress, slice.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }
}
