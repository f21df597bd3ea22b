import GRDBSQLite
import RollcallStore

/// SQLite's door to ``VirtualFiles``: as little of a file system as one connection with a write-ahead log needs.
///
/// See "The SQLite OS Interface" of its documentation; version 1 of the methods, since an exclusive lock needs no shared memory.
enum VirtualFileSystem {
    static let name = "rollcall-simulation"

    /// What SQLite keeps for an open file; its first member is what it knows of it.
    private struct Handle {
        var base: sqlite3_file
        var disk: Unmanaged<VirtualFiles>
        var file: Unmanaged<VirtualFiles.File>
    }

    static func register() { _ = registered }

    private static let registered: Bool = {
        let system = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        system.initialize(to: sqlite3_vfs())
        let label = "\(name)\0"
        let text = UnsafeMutablePointer<CChar>.allocate(capacity: label.utf8.count)
        for (index, byte) in label.utf8.enumerated() { text[index] = CChar(bitPattern: byte) }
        system.pointee.iVersion = 1
        system.pointee.szOsFile = Int32(MemoryLayout<Handle>.size)
        system.pointee.mxPathname = 512
        system.pointee.zName = UnsafePointer(text)
        system.pointee.xOpen = { open($1, $2, $3, $4) }
        system.pointee.xDelete = { _, path, _ in
            guard let (disk, name) = path.flatMap({ VirtualFiles.find(String(cString: $0)) }) else {
                return SQLITE_IOERR
            }
            if !disk.isFrozen { disk.files[name] = nil }
            return SQLITE_OK
        }
        system.pointee.xAccess = { _, path, _, answer in
            let found = path.flatMap { VirtualFiles.find(String(cString: $0)) }
            answer?.pointee = found.map { $0.0.files[$0.1] != nil } == true ? 1 : 0
            return SQLITE_OK
        }
        system.pointee.xFullPathname = { _, path, length, full in
            guard let path, let full else { return SQLITE_CANTOPEN }
            var index = 0
            while path[index] != 0 {
                guard index + 1 < length else { return SQLITE_CANTOPEN }
                full[index] = path[index]
                index += 1
            }
            full[index] = 0
            return SQLITE_OK
        }
        // Salts of the log: the same for every disk, so that a plan goes the same way twice.
        system.pointee.xRandomness = { _, count, bytes in
            for index in 0..<Int(count) { bytes?[index] = CChar(truncatingIfNeeded: index &* 37) }
            return count
        }
        system.pointee.xSleep = { _, microseconds in microseconds }
        system.pointee.xCurrentTime = { _, time in
            time?.pointee = 2_460_000.5
            return SQLITE_OK
        }
        system.pointee.xGetLastError = { _, _, _ in 0 }
        return sqlite3_vfs_register(system, 0) == SQLITE_OK
    }()

    private static func open(
        _ path: UnsafePointer<CChar>?, _ target: UnsafeMutablePointer<sqlite3_file>?,
        _ flags: Int32, _ flagsOut: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        guard let path, let target, let (disk, name) = VirtualFiles.find(String(cString: path))
        else {
            return SQLITE_CANTOPEN
        }
        if disk.files[name] == nil {
            guard flags & SQLITE_OPEN_CREATE != 0 else { return SQLITE_CANTOPEN }
            disk.files[name] = VirtualFiles.File()
        }
        guard let file = disk.files[name] else { return SQLITE_CANTOPEN }
        UnsafeMutableRawPointer(target).assumingMemoryBound(to: Handle.self).initialize(
            to: Handle(
                base: sqlite3_file(pMethods: methods), disk: .passRetained(disk),
                file: .passRetained(file)))
        flagsOut?.pointee = flags
        return SQLITE_OK
    }

    private static func handle(
        _ file: UnsafeMutablePointer<sqlite3_file>?
    ) -> UnsafeMutablePointer<Handle>? {
        file.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: Handle.self) }
    }

    /// Does something to an open file; a fault that is due becomes SQLite's code.
    private static func with(
        _ file: UnsafeMutablePointer<sqlite3_file>?, writing: Bool = false,
        _ body: (VirtualFiles.File) -> Int32
    ) -> Int32 {
        guard let handle = handle(file) else { return SQLITE_IOERR }
        let disk = handle.pointee.disk.takeUnretainedValue()
        if disk.isFrozen, writing { return SQLITE_OK }
        do {
            if writing { try disk.faults.strikeWriting() }
        } catch StoreError.diskFull {
            return SQLITE_FULL
        } catch {
            return SQLITE_IOERR | 4 << 8
        }
        return body(handle.pointee.file.takeUnretainedValue())
    }

    // Never changed after it is made, and never freed: SQLite keeps its address.
    nonisolated(unsafe) private static let methods: UnsafePointer<sqlite3_io_methods> = {
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: sqlite3_io_methods())
        methods.pointee.iVersion = 1
        methods.pointee.xClose = { file in
            handle(file)?.pointee.disk.release()
            handle(file)?.pointee.file.release()
            return SQLITE_OK
        }
        methods.pointee.xRead = { file, bytes, count, offset in
            with(file) { read($0, bytes, Int(count), Int(offset)) }
        }
        methods.pointee.xWrite = { file, bytes, count, offset in
            with(file, writing: true) {
                $0.write(
                    Int(offset), Array(UnsafeRawBufferPointer(start: bytes, count: Int(count))))
                return SQLITE_OK
            }
        }
        methods.pointee.xTruncate = { file, length in
            with(file, writing: true) {
                $0.truncate(Int(length))
                return SQLITE_OK
            }
        }
        methods.pointee.xSync = { file, _ in
            with(file, writing: true) {
                $0.sync()
                return SQLITE_OK
            }
        }
        methods.pointee.xFileSize = { file, size in
            with(file) {
                size?.pointee = Int64($0.bytes.count)
                return SQLITE_OK
            }
        }
        methods.pointee.xLock = { _, _ in SQLITE_OK }
        methods.pointee.xUnlock = { _, _ in SQLITE_OK }
        methods.pointee.xCheckReservedLock = { _, answer in
            answer?.pointee = 0
            return SQLITE_OK
        }
        methods.pointee.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
        methods.pointee.xSectorSize = { _ in Int32(VirtualFiles.sectorBytes) }
        methods.pointee.xDeviceCharacteristics = { _ in 0 }
        return UnsafePointer(methods)
    }()

    private static func read(
        _ file: VirtualFiles.File, _ bytes: UnsafeMutableRawPointer?, _ count: Int, _ offset: Int
    ) -> Int32 {
        let found = file.read(offset, count)
        let target = UnsafeMutableRawBufferPointer(start: bytes, count: count)
        target.copyBytes(from: found)
        guard found.count < count else { return SQLITE_OK }
        for index in found.count..<count { target[index] = 0 }
        return SQLITE_IOERR | 2 << 8
    }
}
