import Foundation
import Glibc
import RollcallControl

/// The other end of one conversation: it reads a line, writes what it was told to, and so on.
struct FakeDaemon {
    private final class Heard: @unchecked Sendable {
        var lines: [Data] = []
        let done = DispatchSemaphore(value: 0)
    }

    private let heard = Heard()

    init(home: Home, answers: [String]) throws {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: home.socketPath.utf8)
        }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) }
        }
        guard status == 0, listen(listener, 1) == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
        let heard = heard
        Thread.detachNewThread {
            let peer = accept(listener, nil, nil)
            for answer in answers {
                guard let line = Self.line(from: peer) else { break }
                heard.lines.append(line)
                Self.write(Array(answer.utf8), to: peer)
            }
            close(peer)
            close(listener)
            heard.done.signal()
        }
    }

    /// What was asked, once all answers are given.
    func requests() throws -> [ControlRequest] {
        heard.done.wait()
        return try heard.lines.map(ControlRequest.init(line:))
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

    /// In pieces that end anywhere.
    private static func write(_ bytes: [UInt8], to peer: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(4_099))
            let count = send(peer, piece, piece.count, Int32(MSG_NOSIGNAL))
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
