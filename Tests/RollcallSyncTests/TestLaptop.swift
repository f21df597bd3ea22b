import Foundation
import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// A laptop with its disk, as the daemon drives it.
final class TestLaptop {
    let name: String
    let identity: LaptopIdentity
    private(set) var store: RegisterStore
    var laptop: Laptop
    var notices: [Notice] = []
    /// The addresses that it wanted to dial, and when.
    var dialled: [(address: String, at: Duration)] = []
    /// What it sent into sessions that the test itself holds the other end of.
    var inbox: [SessionID: [UInt8]] = [:]
    /// Sessions that it closed.
    var closed: [SessionID] = []
    private var copies: [String] = []

    /// - Parameter tlsKey: Its SubjectPublicKeyInfo, where a test needs the key itself.
    init(_ name: String, seed: UInt64, tlsKey: [UInt8]? = nil) throws {
        var generator = SeededGenerator(seed: seed)
        let secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        guard let key = NodeKey(secret: secret) else { throw LaptopError.storeIncomplete }
        self.name = name
        identity = LaptopIdentity(key: key, tlsKeyHash: sha256(tlsKey ?? Array(name.utf8)))
        store = try RegisterStore.inMemory()
        laptop = try Self.begin(name, identity, store, seed: seed &+ 1, now: .zero)
    }

    /// A home that was copied: the same keys, the same rows.
    init(_ name: String, copyOf other: TestLaptop, seed: UInt64) throws {
        self.name = name
        identity = other.identity
        store = try RegisterStore(path: try other.backup())
        laptop = try Self.begin(name, identity, store, seed: seed, now: .zero)
    }

    private static func begin(
        _ name: String, _ identity: LaptopIdentity, _ store: RegisterStore, seed: UInt64,
        now: Duration
    ) throws -> Laptop {
        var output = Output()
        let laptop = try Laptop(
            identity: identity, name: name, storage: store, moment: Moment(now: now, wallClock: 0),
            chance: SeededGenerator(seed: seed), output: &output)
        try store.apply(output.commit)
        try store.commit()
        return laptop
    }

    /// Ends this life and begins the next on the same disk.
    func restart(seed: UInt64, now: Duration = .zero) throws {
        let addresses = laptop.ownAddresses
        laptop = try Self.begin(name, identity, store, seed: seed, now: now)
        laptop.ownAddresses = addresses
    }

    /// Copies what is on the disk now; the path of the copy.
    func backup() throws -> String {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "rollcall-\(UUID().uuidString).sqlite").path
        try store.backup(to: path)
        copies.append(path)
        return path
    }

    deinit {
        for path in copies.flatMap({ [$0, $0 + "-wal", $0 + "-shm"] }) { unlink(path) }
    }

    /// Puts a copy in the place of the disk and begins a life on it.
    func restore(_ path: String, seed: UInt64, now: Duration = .zero) throws {
        store = try RegisterStore(path: path)
        try restart(seed: seed, now: now)
    }

    /// Begins with the same key on an empty disk.
    func loseDisk(seed: UInt64) throws {
        store = try RegisterStore.inMemory()
        try restart(seed: seed)
    }

    /// What came out of a session that the test holds the other end of, since the last call.
    func takeInbox(_ session: SessionID) -> [UInt8] {
        inbox.removeValue(forKey: session) ?? []
    }
}
