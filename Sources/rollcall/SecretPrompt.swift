import Foundation
import Glibc
import RollcallControl

/// How commands come by codes and passphrases: never from an argument or the environment, which others can see.
enum SecretPrompt {
    /// What is asked for, and the option that names a file with it.
    enum Secret: String {
        case code
        case passphrase
        case recoveryKey = "recovery key"
        case pin

        var option: String {
            self == .recoveryKey ? "--key-file" : "--\(rawValue)-file"
        }
    }

    /// Reads a secret from a file, or from standard input where the file is `-`.
    static func read(_ secret: Secret, fromFile path: String) throws -> String {
        try alone(secret, in: try contents(of: path, secret))
    }

    /// Reads secrets that stand one a line; empty lines are none.
    static func readLines(_ secret: Secret, fromFile path: String) throws -> [String] {
        guard let text = String(validating: try contents(of: path, secret), as: UTF8.self) else {
            throw ControlError(.notUTF8, Sentences.notText(secret))
        }
        return text.split(whereSeparator: \.isNewline).map {
            $0.trimmingCharacters(in: .whitespaces)
        }.filter { !$0.isEmpty }
    }

    private static func contents(of path: String, _ secret: Secret) throws -> Data {
        let contents: Data?
        if path == "-" {
            contents = try? FileHandle.standardInput.readToEnd() ?? Data()
        } else {
            contents = FileManager.default.contents(atPath: path)
        }
        guard let contents else {
            throw ControlError(.badFile, Sentences.unreadable(secret, path))
        }
        return contents
    }

    /// The secret that stands alone in a file, give or take an end of line; around all but a passphrase, blanks too.
    static func alone(_ secret: Secret, in contents: Data) throws -> String {
        guard let text = String(validating: contents, as: UTF8.self) else {
            throw ControlError(.notUTF8, Sentences.notText(secret))
        }
        let line = text.trimmingCharacters(
            in: secret == .passphrase ? .newlines : .whitespacesAndNewlines)
        guard !line.isEmpty, !line.contains(where: \.isNewline) else {
            throw ControlError(.badValue, Sentences.notAlone(secret))
        }
        return line
    }

    /// Asks for a new passphrase twice.
    static func askForNewPassphrase() throws -> String {
        let first = try ask(.passphrase, Sentences.askForNewPassphrase)
        guard try ask(.passphrase, Sentences.askAgain) == first else {
            throw ControlError(.badValue, Sentences.notTheSame)
        }
        return first
    }

    /// Asks for a new PIN twice.
    static func askForNewPIN() throws -> String {
        let first = try ask(.pin, Sentences.askForNewPIN)
        guard try ask(.pin, Sentences.askAgain) == first else {
            throw ControlError(.badValue, Sentences.notTheSame)
        }
        return first
    }

    /// Asks for a secret on the terminal, without showing what is typed.
    static func ask(_ secret: Secret, _ question: String) throws -> String {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else {
            throw ControlError(
                .usage, Sentences.noTerminal(secret), hint: Sentences.useFile(secret))
        }
        defer { close(terminal) }
        var before = termios()
        guard tcgetattr(terminal, &before) == 0 else {
            throw ControlError(
                .usage, Sentences.noTerminal(secret), hint: Sentences.useFile(secret))
        }
        // Without signals either: one that ended us here would leave the terminal silent.
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(terminal, TCSAFLUSH, &silent)
        write(question, to: terminal)
        let line = readLine(from: terminal)
        tcsetattr(terminal, TCSAFLUSH, &before)
        write("\n", to: terminal)
        guard let line else { exit(130) }
        return try alone(secret, in: Data(line))
    }

    /// A line, or nil after Ctrl-C.
    private static func readLine(from terminal: Int32) -> [UInt8]? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while Glibc.read(terminal, &byte, 1) == 1 {
            switch byte {
            case 0x03: return nil
            case 0x04, 0x0a, 0x0d: return line
            case 0x08, 0x7f: _ = line.popLast()
            case 0x15: line = []
            default: line.append(byte)
            }
        }
        return line
    }

    private static func write(_ text: String, to terminal: Int32) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(terminal, bytes, bytes.count)
    }
}
