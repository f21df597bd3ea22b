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

    @Test func `a node is the same at its next start`() throws {
        let scratch = try Scratch()
        let first = try HomeFolder(path: scratch.path).identity()
        let home = try HomeFolder(path: scratch.path)
        let second = try home.identity()
        #expect(first.encoded() == second.encoded())
        #expect(first.nodeKey.node == second.nodeKey.node)
        #expect(first.tlsKeyHash == second.tlsKeyHash)
        #expect(try mode(home.keyPath) == 0o600)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: home.path).sorted()
                == ["lock", "node.key"])
    }

    @Test func `a draft that a loss of power left does not hinder`() throws {
        let scratch = try Scratch()
        let home = try HomeFolder(path: scratch.path)
        try Data("half".utf8).write(to: URL(filePath: home.keyPath + ".new"))
        #expect(try home.identity().encoded() == home.identity().encoded())
    }

    @Test func `a register without its key is refused`() throws {
        let scratch = try Scratch()
        let home = try HomeFolder(path: scratch.path)
        try Data().write(to: URL(filePath: home.registerPath))
        #expect(throws: HomeError.identityMissing(path: home.keyPath)) { try home.identity() }
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

    @Test func `a damaged key is not replaced`() throws {
        let scratch = try Scratch()
        let home = try HomeFolder(path: scratch.path)
        try Data("rollcall key".utf8).write(to: URL(filePath: home.keyPath))
        #expect(throws: HomeError.identityDamaged(path: home.keyPath)) { try home.identity() }
    }

    @Test func `a hardened process leaves no core and shares no file`() {
        hardenProcess()
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        #expect(limit.rlim_cur == 0)
        #expect(limit.rlim_max == 0)
        #expect(umask(0o077) == 0o077)
    }
}
