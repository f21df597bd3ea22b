import Foundation
import Glibc
import RollcallTrust
import Testing

@testable import RollcallNode

@Suite struct HomeFolderTests {
    private func mode(_ path: String) throws -> mode_t {
        try FileFacts(path).mode
    }

    @Test func `a home is made where there is none, for its owner alone`() throws {
        let scratch = try Scratch()
        let home = try HomeFolder(path: "\(scratch.path)/a/b")
        #expect(try mode(home.path) == 0o700)
        #expect(try mode("\(home.path)/lock") == 0o600)
    }

    @Test func `a home that others may open is tightened`() throws {
        let scratch = try Scratch()
        chmod(scratch.path, 0o755)
        let home = try HomeFolder(path: scratch.path)
        #expect(try mode(home.path) == 0o700)
    }

    @Test(.enabled(if: geteuid() == 0))
    func `a home of someone else is refused`() throws {
        let scratch = try Scratch()
        chown(scratch.path, 1, 1)
        #expect(throws: HomeError.ownedByAnother(path: scratch.path, user: 1)) {
            try HomeFolder(path: scratch.path)
        }
    }

    @Test func `a file is no home`() throws {
        let scratch = try Scratch()
        let path = "\(scratch.path)/file"
        try Data().write(to: URL(filePath: path))
        #expect(throws: HomeError.notADirectory(path: path)) { try HomeFolder(path: path) }
    }

    @Test func `a home takes one daemon`() throws {
        let scratch = try Scratch()
        do {
            let home = try HomeFolder(path: scratch.path)
            #expect(throws: HomeError.daemonRunning(process: getpid())) {
                try HomeFolder(path: home.path)
            }
        }
        _ = try HomeFolder(path: scratch.path)
    }

    private static func ring(_ passphrase: String? = nil) throws -> KeyRing {
        var chance = SystemRandomNumberGenerator()
        let identity = try NodeIdentityFile().encoded()
        let protection = try passphrase.map {
            (try #require(Passphrase($0)), name: "one")
        }
        return try KeyRing(
            identity: identity, passphrase: protection, stretching: Stretching(logRounds: 16),
            &chance)
    }

    @Test func `a node is the same at its next start`() throws {
        let scratch = try Scratch()
        let ring = try Self.ring()
        try HomeFolder(path: scratch.path).store(ring.file)
        let home = try HomeFolder(path: scratch.path)
        let again = try KeyRing(try #require(try home.keys()), passphrase: nil)
        #expect(again.identity == ring.identity)
        #expect(try mode(home.keysPath) == 0o600)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: home.path).sorted()
                == ["keys", "lock"])
    }

    @Test func `a draft that a loss of power left does not hinder`() throws {
        let scratch = try Scratch()
        let home = try HomeFolder(path: scratch.path)
        try Data("half".utf8).write(to: URL(filePath: home.keysPath + ".new"))
        let ring = try Self.ring()
        try home.store(ring.file)
        #expect(try home.keys() == ring.file)
    }

    @Test func `a file of keys that is replaced is overwritten where it lay`() throws {
        let scratch = try Scratch()
        let home = try HomeFolder(path: scratch.path)
        try home.store(try Self.ring("the first words").file)
        let old = try #require(FileHandle(forReadingAtPath: home.keysPath))
        #expect(try #require(try old.readToEnd()).contains { $0 != 0 })
        try home.store(try Self.ring("the second words").file)
        try old.seek(toOffset: 0)
        #expect(try #require(try old.readToEnd()).allSatisfy { $0 == 0 })
    }

    @Test func `destroyed keys and what they opened are gone`() throws {
        let scratch = try Scratch()
        let home = try HomeFolder(path: scratch.path)
        try home.store(try Self.ring("the first words").file)
        try Data("sealed".utf8).write(to: URL(filePath: home.registerPath))
        try Data("sealed".utf8).write(to: URL(filePath: home.registerPath + "-wal"))
        let old = try #require(FileHandle(forReadingAtPath: home.keysPath))
        try home.destroyKeys()
        #expect(try #require(try old.readToEnd()).allSatisfy { $0 == 0 })
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.path) == ["lock"])
    }

    @Test func `a register without its keys is refused`() throws {
        let scratch = try Scratch()
        let home = try HomeFolder(path: scratch.path)
        try Data().write(to: URL(filePath: home.registerPath))
        #expect(throws: HomeError.keysMissing(path: home.keysPath)) { try home.keys() }
    }

    @Test func `a home of a version that did not seal is refused`() throws {
        let scratch = try Scratch()
        let home = try HomeFolder(path: scratch.path)
        try Data().write(to: URL(filePath: home.path + "/node.key"))
        #expect(throws: HomeError.unsealed(path: home.path)) { try home.keys() }
    }

    @Test func `a changed byte anywhere in a key is damage`() throws {
        let identity = try NodeIdentityFile().encoded()
        #expect(NodeIdentityFile(encoded: identity) != nil)
        for index in identity.indices {
            var damaged = identity
            damaged[index] ^= 1
            #expect(NodeIdentityFile(encoded: damaged) == nil)
        }
        for count in 0..<identity.count {
            #expect(NodeIdentityFile(encoded: Array(identity.prefix(count))) == nil)
        }
    }

    @Test func `damaged keys are not replaced`() throws {
        let scratch = try Scratch()
        let home = try HomeFolder(path: scratch.path)
        try Data("rollcall keys".utf8).write(to: URL(filePath: home.keysPath))
        #expect(throws: HomeError.keysDamaged(path: home.keysPath)) { try home.keys() }
    }

    @Test func `a hardened process leaves no core and shares no file`() {
        hardenProcess()
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        #expect(limit.rlim_cur == 0)
        #expect(limit.rlim_max == 0)
        #expect(umask(0o077) == 0o077)
    }

    @Test func `the time of the last backup is noted, and goes with the keys`() throws {
        let scratch = try Scratch()
        let home = try HomeFolder(path: scratch.path)
        for time in ["2027-01-14T08:00:00.000Z", "2027-01-15T08:00:00.000Z"] {
            try home.noteBackup(at: time)
            let note = "\(home.path)/last-backup"
            #expect(try String(contentsOfFile: note, encoding: .utf8) == time + "\n")
            #expect(try mode(note) == 0o600)
        }
        home.removeLeftovers()
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.path).count == 2)
        try home.destroyKeys()
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.path) == ["lock"])
    }
}
