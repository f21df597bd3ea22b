import Foundation
import Glibc

/// Calls of the system that may be interrupted, and what their errors are called.
enum SystemCall {
    /// Repeats a call while signals interrupt it; throws the home's error when it fails.
    @discardableResult
    static func run(
        _ name: String, _ path: String, _ call: () -> Int32
    ) throws(HomeError) -> Int32 {
        while true {
            let result = call()
            if result >= 0 { return result }
            let code = errno
            if code != EINTR { throw .refused(name, path: path, code: code) }
        }
    }

    static func reason(_ code: Int32) -> String {
        String(cString: strerror(code))
    }

    /// Whether something is at the path, even a link that leads nowhere.
    static func exists(_ path: String) -> Bool {
        (try? FileFacts(path)) != nil
    }
}

/// Who owns what is at a path, and who may open it; of a link, not of what it leads to.
struct FileFacts {
    let isSocket: Bool
    let isRegular: Bool
    let byteCount: UInt64
    let owner: UInt32
    let mode: mode_t

    // Asked by Foundation: which C module declares `struct stat` depends here on what else is
    // compiled together, and so does whether its fields are visible.
    init(_ path: String) throws(HomeError) {
        do {
            let facts = try FileManager.default.attributesOfItem(atPath: path)
            isSocket = facts[.type] as? FileAttributeType == .typeSocket
            isRegular = facts[.type] as? FileAttributeType == .typeRegular
            byteCount = (facts[.size] as? NSNumber)?.uint64Value ?? 0
            owner = (facts[.ownerAccountID] as? NSNumber)?.uint32Value ?? .max
            mode = (facts[.posixPermissions] as? NSNumber).map { mode_t($0.uint32Value) } ?? 0o777
        } catch {
            throw .refused("stat", path: path, code: errno)
        }
    }
}

/// An open file that closes itself.
///
/// None is passed on to a process that this one starts: a lock would go with it.
final class OpenFile: Sendable {
    let descriptor: Int32
    private let path: String

    init(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(HomeError) {
        descriptor = try SystemCall.run("open", path) {
            open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode)
        }
        self.path = path
    }

    deinit {
        close(descriptor)
    }

    /// Refuses what another user owns, and shuts out group and others from what is ours.
    func claim() throws(HomeError) {
        let facts = try FileFacts(path)
        guard facts.owner == geteuid() else {
            throw .ownedByAnother(path: path, user: facts.owner)
        }
        guard facts.mode & 0o077 != 0 else { return }
        try SystemCall.run("chmod", path) { fchmod(descriptor, facts.mode & 0o700) }
    }

    /// The whole content, or nil when there is more than the limit.
    func contents(upTo byteCountMax: Int) throws(HomeError) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: byteCountMax + 1)
        var count = 0
        while count < bytes.count {
            let room = bytes.count - count
            let step = try SystemCall.run("read", path) {
                bytes.withUnsafeMutableBytes {
                    Int32(read(descriptor, $0.baseAddress?.advanced(by: count), room))
                }
            }
            if step == 0 { return Array(bytes.prefix(count)) }
            count += Int(step)
        }
        return nil
    }

    func write(_ bytes: [UInt8]) throws(HomeError) {
        var count = 0
        while count < bytes.count {
            let step = try SystemCall.run("write", path) {
                bytes.withUnsafeBytes {
                    Int32(
                        Glibc.write(
                            descriptor, $0.baseAddress?.advanced(by: count), $0.count - count))
                }
            }
            count += Int(step)
        }
    }

    /// Writes over the whole content, from the start and no further than it goes.
    func overwrite(_ bytes: [UInt8]) throws(HomeError) {
        let end = try SystemCall.run("lseek", path) { Int32(lseek(descriptor, 0, SEEK_END)) }
        try SystemCall.run("lseek", path) { Int32(lseek(descriptor, 0, SEEK_SET)) }
        try write(Array(bytes.prefix(Int(end))))
    }

    /// Waits until what was written would survive a loss of power.
    func sync() throws(HomeError) {
        // An fsync that failed is not asked again: the second would succeed and mean nothing.
        guard fsync(descriptor) == 0 else {
            throw .refused("fsync", path: path, code: errno)
        }
    }
}
