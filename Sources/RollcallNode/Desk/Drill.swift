import Foundation
import RollcallAudit
import RollcallControl
import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// A backup restored to a place of its own, opened, read from end to end, and taken away again.
///
/// It shares nothing with the running register but the program: neither its home, nor its keys, nor its thread.
struct Drill: Sendable {
    var register: RegisterID
    var title: String
    var node: NodeID
    var name: String
    /// How far each replica goes.
    var heights: [ReplicaID: UInt64]
    var counts: StoreCounts
    var quarantined: Int
    var findings: Rereading.Findings
    var isOpenToAll: Bool

    init(_ path: String, passphrase: String?) throws {
        let (keys, bytes) = try Backup.read(path)
        let ring = try Self.ring(keys, passphrase)
        let folder = try DrillFolder(byteCount: bytes.count)
        let file = try SafeFile(folder.registerPath)
        do {
            try file.write(bytes)
            _ = try file.finish()
        } catch {
            file.discard()
            throw error
        }
        do {
            try self.init(ring, registerAt: folder.registerPath)
        } catch let error as StoreError where error != .diskFull {
            throw Self.damaged("\(ControlError(error).message)")
        } catch is SealError {
            throw Self.damaged("a row does not open")
        } catch is FormatError {
            throw Self.damaged("a row cannot be read")
        } catch LaptopError.storeIncomplete {
            throw Self.damaged("a row is missing")
        } catch let fault as Rereading.Fault {
            throw Self.damaged(
                "changes \(fault.run.first) to \(fault.run.last) of replica "
                    + "\(fault.run.replica.text) are not what was signed")
        }
    }

    private init(_ ring: KeyRing, registerAt path: String) throws {
        guard let identity = NodeIdentityFile(encoded: ring.identity) else {
            throw UnlockError.damaged
        }
        let store = try RegisterStore(path: path)
        defer { try? store.close() }
        let disk = try SealedRegister(store, epochs: ring.epochs)
        // What a start would write is left unwritten: this laptop never lives.
        var unwritten = Output()
        let laptop = try Laptop(
            identity: LaptopIdentity(
                key: identity.nodeKey, tlsKeyHash: identity.tlsKeyHash),
            name: "", storage: disk, moment: Moment(now: .zero, wallClock: 0),
            chance: SystemRandomNumberGenerator(), output: &unwritten)
        guard let membership = laptop.membership else {
            throw ControlError(
                .badFile, "the backup holds no register: there is nothing to restore")
        }
        findings = try Rereading.check(laptop, disk)
        guard try laptop.fingerprint(disk) == findings.fingerprint else {
            throw Self.damaged("its records are not what follows from its changes")
        }
        let heads = laptop.heads
        register = membership.register
        title = membership.genesis.title
        node = laptop.node
        name = laptop.name
        heights = Dictionary(
            uniqueKeysWithValues: heads.allNumbers.map { (heads[$0].id, heads[$0].height) })
        counts = try disk.counts()
        quarantined = try laptop.waiting(disk).count
        isOpenToAll = ring.file.isOpenToAll
    }

    private static func ring(_ keys: KeyFile, _ text: String?) throws -> KeyRing {
        if keys.isOpenToAll { return try opened { try KeyRing(keys, passphrase: nil) } }
        guard let text else {
            throw ControlError(
                .passphraseNeeded, "the backup is sealed: nothing was checked",
                hint: "give a passphrase that unlocked the laptop when the backup was made")
        }
        guard let passphrase = Passphrase(text) else { throw unknown }
        return try opened { try KeyRing(keys, passphrase: passphrase) }
    }

    private static func opened(_ body: () throws -> KeyRing) throws -> KeyRing {
        do {
            return try body()
        } catch UnlockError.wrongPassphrase {
            throw unknown
        } catch UnlockError.damaged {
            throw damaged("its keys do not open")
        }
    }

    /// A damaged slot and a wrong passphrase look alike: neither opens.
    private static var unknown: ControlError {
        ControlError(
            .wrongPassphrase, "this passphrase does not open the backup; nothing was checked",
            hint:
                "a backup opens with the passphrases of when it was made; make a new one if they are lost"
        )
    }

    private static func damaged(_ what: String) -> ControlError {
        ControlError(
            .badFile, "the backup is damaged and cannot be restored: \(what)",
            hint: "make a new one with `rollcall backup FILE`")
    }
}

/// A folder for its owner alone, in memory where there is room, that goes away with what is in it.
private final class DrillFolder {
    let path: String

    var registerPath: String { path + "/register.sqlite" }

    init(byteCount: Int) throws {
        let inMemory = [ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"], "/dev/shm"]
        let parents = inMemory.compactMap { $0 } + [NSTemporaryDirectory()]
        for parent in parents where Self.hasRoom(parent, byteCount) {
            var template = Array("\(parent)/rollcall-drill-XXXXXX".utf8CString)
            guard let made = mkdtemp(&template) else { continue }
            path = String(cString: made)
            return
        }
        throw ControlError(
            .diskFull, "there is no room to restore the backup to; nothing was checked",
            hint: "it takes twice the backup's size for as long as the drill lasts")
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    private static func hasRoom(_ parent: String, _ byteCount: Int) -> Bool {
        let facts = try? FileManager.default.attributesOfFileSystem(forPath: parent)
        let free = (facts?[.systemFreeSize] as? NSNumber)?.uint64Value ?? 0
        return free > 2 * UInt64(byteCount) + 1 << 20
    }
}

extension Desk {
    /// Drills on a thread of its own, then compares with the register as it stands.
    func drill(_ path: String, _ passphrase: String?) async throws -> DrillReport {
        try await driver.requireRegister()
        let drill = try await Self.onThreadOfItsOwn { try Drill(path, passphrase: passphrase) }
        return try await driver.compare(drill, file: path)
    }

    private static func onThreadOfItsOwn<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let thread = DiskThread(name: "rollcall-drill")
        defer { thread.stop() }
        return try await withCheckedThrowingContinuation { continuation in
            thread.submit { continuation.resume(with: Result(catching: body)) }
        }
    }
}

extension Driver {
    fileprivate func compare(_ drill: Drill, file: String) throws -> DrillReport {
        guard laptop.membership?.register == drill.register else {
            throw ControlError(
                .otherRegister, "this is a backup of another register: \(drill.register.text)",
                hint: "it is whole; drill it on a laptop of that register")
        }
        let heads = laptop.heads
        let now = Dictionary(
            uniqueKeysWithValues: heads.allNumbers.map { (heads[$0].id, heads[$0].height) })
        func more(_ one: [ReplicaID: UInt64], _ other: [ReplicaID: UInt64]) -> Int {
            one.reduce(0) { $0 + Int($1.value) - Int(min($1.value, other[$1.key] ?? 0)) }
        }
        return DrillReport(
            file: file, title: drill.title, node: drill.node.text,
            name: drill.name.isEmpty ? nil : drill.name, records: drill.counts.records,
            changes: drill.counts.changes, quarantined: drill.quarantined,
            signatures: drill.findings.signatures,
            fingerprint: Self.hexadecimal(drill.findings.fingerprint),
            protection: drill.isOpenToAll ? "none" : "passphrase",
            recordsNow: try store.counts().records, gained: more(now, drill.heights),
            onlyInBackup: more(drill.heights, now))
    }
}
