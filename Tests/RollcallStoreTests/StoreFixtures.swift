import GRDB
import RollcallCore

@testable import RollcallStore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A folder of one test's own, gone when the test is.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/rollcall-store-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw StoreError.cannotOpen(code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        let names = ["register", "copy", "other", "link"]
        for name in names.flatMap({ [$0, $0 + "-wal", $0 + "-journal"] }) { unlink(file(name)) }
        rmdir(path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// The bytes of a file that no store has open: reading it would drop that store's lock.
func bytes(of path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    return bytes
}

func permissions(of path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & 0o777 : nil
}

func exists(_ path: String) -> Bool { permissions(of: path) != nil }

let first = ReplicaNumber(0)
let second = ReplicaNumber(1)
let last = ReplicaNumber(ReplicaNumber.max)

func hash(_ byte: UInt8) -> [UInt8] { Array(repeating: byte, count: 32) }

func node(_ byte: UInt8) throws -> NodeID {
    guard let node = NodeID(hash(byte)) else { throw StoreError.damaged }
    return node
}

func change(
    _ replica: ReplicaNumber, _ counter: UInt64, contentBytes: Int = 450
) -> StoredChange {
    let byte = UInt8(truncatingIfNeeded: counter)
    return StoredChange(
        dot: Dot(replica, counter), hash: hash(byte),
        content: Array(repeating: byte, count: contentBytes))
}

func head(_ replica: ReplicaNumber, _ counter: UInt64) -> SignedHead {
    let byte = UInt8(truncatingIfNeeded: counter)
    return SignedHead(
        dot: Dot(replica, counter), hash: hash(byte), signature: Array(repeating: byte, count: 64))
}

func record(_ dot: Dot, _ state: [UInt8], conflicts: Int = 0) -> StoreWrite {
    .record(StoredRecord(dot: dot, state: state), conflicts: conflicts)
}

extension RegisterStore {
    func applyAndCommit(_ writes: [StoreWrite]) throws {
        try apply(writes)
        try commit()
    }

    /// A setting of SQLite's as text, read back.
    func setting(_ name: String) throws -> String? {
        try access { try String.fetchOne($0, sql: "PRAGMA \(name)") }
    }

    func run(_ sql: String) throws {
        try access { try $0.execute(sql: sql) }
    }
}
