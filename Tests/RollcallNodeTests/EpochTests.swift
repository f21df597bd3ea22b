import Foundation
import Logging
import RollcallControl
import RollcallStore
import RollcallTrust
import Testing

@testable import RollcallNode

/// What an erasure leaves for later when the home cannot take the keys.
@Suite(.timeLimit(.minutes(2))) struct EpochTests {
    private let scratch: Scratch
    private let folder: HomeFolder
    private let thread = DiskThread(name: "test-disk")

    init() throws {
        scratch = try Scratch()
        folder = try HomeFolder(path: "\(scratch.path)/home")
    }

    private func driver() async throws -> Driver {
        var chance = SystemRandomNumberGenerator()
        let ring = try KeyRing(
            identity: try NodeIdentityFile().encoded(), passphrase: nil, &chance)
        let driver = try Driver(
            home: folder, socketPath: "", keys: NodeKeys(ring: ring, isKept: false),
            store: try RegisterStore.inMemory(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, thread: thread)
        try await driver.settle(.openToAll, operatorName: "ann")
        _ = try await driver.found(name: "gate", title: "test", operatorName: "ann")
        return driver
    }

    /// How many epochs' keys the home has.
    private func epochCount() throws -> Int {
        let file = try #require(try folder.keys())
        return try KeyRing(file, passphrase: nil).epochs.count
    }

    @Test func `keys whose last store failed are dropped with the next write`() async throws {
        let driver = try await driver()
        #expect(try epochCount() == 1)
        // A folder where the draft of the keys should be: nothing can be written there.
        let obstacle = folder.keysPath + ".new"
        try await driver.rotateUpToTheLastStore()
        try FileManager.default.createDirectory(
            atPath: obstacle, withIntermediateDirectories: false)
        await driver.finishErasing()
        #expect(try epochCount() == 2)
        try FileManager.default.removeItem(atPath: obstacle)
        _ = try await driver.setEnd("2999-12-31", reason: "agreed")
        #expect(try epochCount() == 1)
        await driver.shutDown()
        thread.stop()
    }
}

extension Driver {
    /// As an erasure does, up to where the old key goes.
    fileprivate func rotateUpToTheLastStore() throws {
        var chance = SystemRandomNumberGenerator()
        var ring = keys.ring
        try ring.addEpoch(&chance)
        try home.store(ring.file)
        keys.ring = ring
        try store.rotate(to: try #require(ring.epochs.last))
    }
}
