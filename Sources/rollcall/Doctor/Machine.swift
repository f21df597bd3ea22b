import Foundation
import Glibc

/// What can be seen of this machine without asking the daemon; a test shows another one.
struct Machine {
    /// What stands before `/proc`, `/sys` and `/dev`.
    var root = ""
    var now = Date()
    var owner = getuid()
    /// Nil where the kernel does not say.
    var isClockSynchronised: () -> Bool? = { Machine.isClockSynchronised() }
    var freeBytes: (String) -> Int? = { path in
        let facts = try? FileManager.default.attributesOfFileSystem(forPath: path)
        return (facts?[.systemFreeSize] as? NSNumber)?.intValue
    }

    func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: root + path).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    func lines(_ path: String) -> [String]? {
        text(path)?.split(separator: "\n").map(String.init)
    }

    func names(in path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: root + path)) ?? []).sorted()
    }

    /// The kernel's name of a device such as `/dev/mapper/home`.
    func deviceName(_ path: String) -> String {
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: root + path)
        return String((link ?? path).split(separator: "/").last ?? "")
    }

    /// Asked by name: the C library's header is in no module.
    private static func isClockSynchronised() -> Bool? {
        typealias Adjust = @convention(c) (UnsafeMutableRawPointer) -> Int32
        guard let symbol = dlsym(nil, "adjtimex") else { return nil }
        let adjust = unsafeBitCast(symbol, to: Adjust.self)
        // All zeros only ask. `struct timex` has 208 bytes, and the answer says the one thing wanted.
        let question = UnsafeMutableRawPointer.allocate(byteCount: 512, alignment: 16)
        defer { question.deallocate() }
        question.initializeMemory(as: UInt8.self, repeating: 0, count: 512)
        let answer = adjust(question)
        let unsynchronised: Int32 = 5
        return answer < 0 ? nil : answer != unsynchronised
    }
}

// MARK: - what lies under a path

extension Machine {
    /// What keeps a file: a block device, or something that is none.
    struct Mount: Equatable {
        var device: String
        var kind: String
        /// The kernel's name, or its numbers.
        var block: String
    }

    /// The file system that a path lies on: of all that were mounted above it the longest path, of those the last.
    func mount(of path: String) -> Mount? {
        var best: (length: Int, mount: Mount)?
        for line in lines("/proc/self/mountinfo") ?? [] {
            guard let (point, mount) = Self.mount(line), Self.holds(point, path),
                best.map({ point.utf8.count >= $0.length }) ?? true
            else { continue }
            best = (point.utf8.count, mount)
        }
        return best?.mount
    }

    private static func mount(_ line: String) -> (point: String, mount: Mount)? {
        let words = line.split(separator: " ").map(String.init)
        guard words.count > 5, let dash = words.firstIndex(of: "-"), words.count > dash + 2 else {
            return nil
        }
        return (
            unescaped(words[4]),
            Mount(device: unescaped(words[dash + 2]), kind: words[dash + 1], block: words[2])
        )
    }

    private static func holds(_ point: String, _ path: String) -> Bool {
        point == "/" || path == point || path.hasPrefix(point + "/")
    }

    /// The kernel writes blanks and the like as three octal digits.
    static func unescaped(_ text: String) -> String {
        let parts = text.split(separator: "\\", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(String(parts.first ?? "")) { whole, part in
            guard part.count >= 3, let byte = UInt8(part.prefix(3), radix: 8) else {
                return whole + "\\" + part
            }
            return whole + String(decoding: [byte], as: UTF8.self) + part.dropFirst(3)
        }
    }

    /// Whether a mounted file system is encrypted below; nil if it is on nothing that can be asked.
    func isEncrypted(_ mount: Mount) -> Bool? {
        // File systems that span devices have no device of their own, and name one of them.
        let name = mount.block.hasPrefix("0:") ? deviceName(mount.device) : nil
        if let name { return isEncrypted(block: "/sys/class/block/\(name)") }
        return isEncrypted(block: "/sys/dev/block/\(mount.block)")
    }

    /// Whether all that a block device writes to is encrypted.
    func isEncrypted(block path: String, depth: Int = 0) -> Bool? {
        let below = names(in: path + "/slaves")
        if text(path + "/dm/uuid")?.hasPrefix("CRYPT-") == true { return true }
        guard !below.isEmpty else {
            return names(in: path).isEmpty ? nil : false
        }
        // Deeper than anybody stacks them.
        guard depth < 16 else { return nil }
        let all = below.map { isEncrypted(block: "/sys/class/block/\($0)", depth: depth + 1) }
        return all.contains(nil) ? nil : all.allSatisfy { $0 == true }
    }
}
