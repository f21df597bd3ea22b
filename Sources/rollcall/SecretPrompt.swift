import Foundation
import Glibc
import RollcallControl

/// How `join` comes by its code: never from an argument or the environment, which others can see.
enum SecretPrompt {
    /// Reads a code from a file, or from standard input where the file is `-`.
    static func code(fromFile path: String) throws -> String {
        let contents: Data?
        if path == "-" {
            contents = try? FileHandle.standardInput.readToEnd() ?? Data()
        } else {
            contents = FileManager.default.contents(atPath: path)
        }
        guard let contents else {
            throw ControlError(.badFile, Sentences.codeFileUnreadable(path))
        }
        return try code(in: contents)
    }

    /// The code that stands alone in a file, give or take blanks and an end of line.
    static func code(in contents: Data) throws -> String {
        guard let text = String(validating: contents, as: UTF8.self) else {
            throw ControlError(.notUTF8, Sentences.codeNotText)
        }
        let code = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !code.isEmpty, !code.contains(where: \.isNewline) else {
            throw ControlError(.badValue, Sentences.codeNotAlone)
        }
        return code
    }

    /// Asks for the code on the terminal, without showing what is typed.
    static func ask(_ question: String) throws -> String {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else {
            throw ControlError(.usage, Sentences.noTerminal, hint: Sentences.useCodeFile)
        }
        defer { close(terminal) }
        var before = termios()
        guard tcgetattr(terminal, &before) == 0 else {
            throw ControlError(.usage, Sentences.noTerminal, hint: Sentences.useCodeFile)
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
        return try code(in: Data(line))
    }

    /// A line, or nil after Ctrl-C.
    private static func readLine(from terminal: Int32) -> [UInt8]? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(terminal, &byte, 1) == 1 {
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
