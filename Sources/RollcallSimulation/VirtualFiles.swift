import GRDBSQLite
import Synchronization

/// The files of one disk in memory, with what has been synced and what has not.
///
/// A loss of power keeps any part of what was written since the last sync, sector by sector: what a real disk may do.
final class VirtualFiles: @unchecked Sendable {
    final class File {
        /// What is surely on the disk.
        var synced: [UInt8] = []
        /// What a reader sees.
        var bytes: [UInt8] = []
        /// Since the last sync, in order.
        var unsynced: [Operation] = []
    }

    enum Operation {
        case write(offset: Int, [UInt8])
        case truncate(Int)
    }

    static let sectorBytes = 512

    let name: String
    // Used by one connection at a time, whose queue its owner waits for.
    var files: [String: File] = [:]
    var faults = DiskFaults()
    /// Whether the machine is off: nothing that is written or deleted counts any more.
    var isFrozen = false

    private static let disks = Mutex<[String: Weak]>([:])
    private static let lastNumber = Atomic<UInt64>(0)

    private struct Weak: @unchecked Sendable { weak var disk: VirtualFiles? }

    init() {
        name = "disk\(Self.lastNumber.wrappingAdd(1, ordering: .relaxed).newValue)"
        VirtualFileSystem.register()
        let entry = Weak(disk: self)
        Self.disks.withLock { [name] in $0[name] = entry }
    }

    deinit { Self.disks.withLock { [name] in $0[name] = nil } }

    /// What SQLite opens.
    var uri: String { "file:/\(name)/register.sqlite?vfs=\(VirtualFileSystem.name)" }

    /// The disk that a path names, and the file's name on it.
    static func find(_ path: String) -> (VirtualFiles, String)? {
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count == 2, let disk = disks.withLock({ $0[parts[0]]?.disk }) else {
            return nil
        }
        return (disk, parts[1])
    }

    func copy() -> VirtualFiles {
        let copy = VirtualFiles()
        for (name, file) in files {
            let twin = File()
            twin.synced = file.synced
            twin.bytes = file.synced
            copy.files[name] = twin
        }
        return copy
    }

    /// The power is gone: of what was not synced, any sectors of any write may be there or not.
    func losePower(_ chance: inout Chance) {
        for name in files.keys.sorted() {
            guard let file = files[name] else { continue }
            var bytes = file.synced
            for operation in file.unsynced {
                switch operation {
                case .truncate(let length): if chance.percent(50) { Self.resize(&bytes, length) }
                case .write(let offset, let written):
                    Self.tear(&bytes, offset, written, &chance)
                }
            }
            file.synced = bytes
            file.bytes = bytes
            file.unsynced = []
        }
    }

    /// Flips a bit of the longest file; false if there is none.
    func rot(_ pick: UInt64) -> Bool {
        let longest = files.values.max { $0.bytes.count < $1.bytes.count }
        guard let file = longest, !file.bytes.isEmpty else { return false }
        let position = Int(pick >> 3) % file.bytes.count
        file.bytes[position] ^= 1 << UInt8(pick & 7)
        if position < file.synced.count { file.synced[position] = file.bytes[position] }
        return true
    }

    private static func tear(
        _ bytes: inout [UInt8], _ offset: Int, _ written: [UInt8], _ chance: inout Chance
    ) {
        var start = 0
        while start < written.count {
            let sector = (offset + start) / sectorBytes
            let end = min((sector + 1) * sectorBytes - offset, written.count)
            if chance.percent(50) { put(&bytes, offset + start, written[start..<end]) }
            start = end
        }
    }

    static func put(_ bytes: inout [UInt8], _ offset: Int, _ written: ArraySlice<UInt8>) {
        if bytes.count < offset + written.count { resize(&bytes, offset + written.count) }
        bytes.replaceSubrange(offset..<(offset + written.count), with: written)
    }

    static func resize(_ bytes: inout [UInt8], _ length: Int) {
        if bytes.count > length {
            bytes.removeLast(bytes.count - length)
        } else {
            bytes.append(contentsOf: repeatElement(0, count: length - bytes.count))
        }
    }
}

extension VirtualFiles.File {
    func read(_ offset: Int, _ count: Int) -> ArraySlice<UInt8> {
        offset >= bytes.count ? [] : bytes[offset..<min(offset + count, bytes.count)]
    }

    func write(_ offset: Int, _ written: [UInt8]) {
        VirtualFiles.put(&bytes, offset, written[...])
        unsynced.append(.write(offset: offset, written))
    }

    func truncate(_ length: Int) {
        VirtualFiles.resize(&bytes, length)
        unsynced.append(.truncate(length))
    }

    func sync() {
        synced = bytes
        unsynced = []
    }
}
