import Foundation
import Glibc
import RollcallControl
import Synchronization

/// A daemon that answers any number of conversations, each request with what it was told to.
final class AnsweringDaemon: Sendable {
    let home: String
    private let listener: Int32
    private let heard = Mutex<[ControlRequest]>([])

    init(_ answer: @escaping @Sendable (ControlRequest) throws -> ControlAnswer) throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "rc-\(UInt32.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        home = directory.path
        let socketPath = Home(option: home).socketPath
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) }
        }
        guard status == 0, listen(listener, 8) == 0 else { throw CocoaError(.fileWriteUnknown) }
        Thread.detachNewThread { [weak self, listener] in
            while case let peer = accept(listener, nil, nil), peer >= 0 {
                // A program may begin a second conversation before it ends the first.
                Thread.detachNewThread { [weak self] in
                    self?.converse(peer, answer)
                    close(peer)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        try? FileManager.default.removeItem(atPath: home)
    }

    var requests: [ControlRequest] { heard.withLock { $0 } }

    private func converse(
        _ peer: Int32, _ answer: @Sendable (ControlRequest) throws -> ControlAnswer
    ) {
        while let line = Self.line(from: peer), let request = try? ControlRequest(line: line) {
            heard.withLock { $0.append(request) }
            guard let said = try? answer(request).line() else { return }
            _ = said.withUnsafeBytes {
                send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
        }
    }

    private static func line(from peer: Int32) -> Data? {
        var line = Data()
        var byte: UInt8 = 0
        while read(peer, &byte, 1) == 1 {
            if byte == UInt8(ascii: "\n") { return line }
            line.append(byte)
        }
        return nil
    }
}

/// What one run of `rollcall` came to.
struct CommandRun {
    var code: Int32
    /// All that it showed, on standard output and standard error alike.
    var shown: String

    /// Runs it, with what a person types; at a terminal, or with the same on a pipe.
    init(_ words: [String], home: String, typing typed: String, atTerminal: Bool) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "rollcall")
        process.arguments = words + ["--home", home]
        let read: FileHandle
        if atTerminal {
            let (person, program) = try Self.terminal()
            process.standardInput = program
            process.standardOutput = program
            process.standardError = program
            try process.run()
            try program.close()
            try person.write(contentsOf: Data(typed.utf8))
            read = person
        } else {
            let (input, output) = (Pipe(), Pipe())
            process.standardInput = input
            process.standardOutput = output
            process.standardError = output
            try process.run()
            try input.fileHandleForWriting.write(contentsOf: Data(typed.utf8))
            try input.fileHandleForWriting.close()
            read = output.fileHandleForReading
        }
        var shown = Data()
        // A terminal whose program has ended is an error to read, with which what was read before must not go.
        var bytes = [UInt8](repeating: 0, count: 4_096)
        while case let count = Glibc.read(read.fileDescriptor, &bytes, bytes.count), count > 0 {
            shown += bytes.prefix(count)
        }
        process.waitUntilExit()
        code = process.terminationStatus
        self.shown = String(decoding: shown, as: UTF8.self)
            .replacing("\r\n", with: "\n")
    }

    /// TIOCSPTLCK and TIOCGPTPEER of Linux, which are no functions.
    private static let unlock: UInt = 0x4004_5431
    private static let openOther: UInt = 0x5441

    /// The two ends of a pseudoterminal: a person's and a program's.
    private static func terminal() throws -> (person: FileHandle, program: FileHandle) {
        let person = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var locked: Int32 = 0
        guard person >= 0, ioctl(person, unlock, &locked) == 0 else {
            throw CocoaError(.fileReadUnknown)
        }
        let program = ioctl(person, openOther, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard program >= 0 else { throw CocoaError(.fileReadUnknown) }
        return (
            FileHandle(fileDescriptor: person, closeOnDealloc: true),
            FileHandle(fileDescriptor: program, closeOnDealloc: true)
        )
    }
}
