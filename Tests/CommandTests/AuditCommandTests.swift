import ArgumentParser
import Foundation
import RollcallAudit
import RollcallControl
import RollcallCore
import RollcallTrust
import Testing

@testable import rollcall

@Suite struct AuditCommandTests {
    private func error(of words: String...) -> ControlError? {
        do {
            let parsed = try Rollcall.parseAsRoot(Arguments.commandFirst(words))
            _ = try #require(parsed as? AuditCommand).report()
            return nil
        } catch {
            return error as? ControlError
        }
    }

    @Test func `what is wrong is told in one sentence, with its place`() throws {
        let node = try #require(NodeID([UInt8](repeating: 7, count: 32)))
        let replica = ReplicaID(node: node, lane: .data, incarnation: 1)
        let place = AuditPlace(
            .chunk(3, of: 5), 1_200..<2_000, run: .init(replica: replica, first: 4, last: 9),
            name: "table 1")
        let sentence = AuditSentences.sentence(
            of: AuditRefusal(
                reason: .damaged(FormatError(.chunkMismatch, "chunk 3")), place: place))
        #expect(
            sentence.hasPrefix(
                "the file is damaged, chunk mismatch (chunk 3): chunk 3 of 5, bytes 1200 to 1999, "
                    + "which holds changes 4 to 9 of replica 0000000000001 of table 1, node "))
    }

    @Test func `a file that is none, and an id that is none, are bad input`() throws {
        #expect(error(of: "audit", "/nowhere/at/all")?.code == .badFile)
        #expect(error(of: "audit", "f", "--register", "0d3gf19z")?.code == .badID)
        let shown = RegisterID([UInt8](repeating: 7, count: 16)).checkedText
        #expect(error(of: "audit", "/nowhere", "--register", shown)?.code == .badFile)
        let wrong = shown.dropLast() + (shown.hasSuffix("0") ? "1" : "0")
        #expect(error(of: "audit", "/nowhere", "--register", String(wrong))?.code == .badID)
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).rollcall")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("rollcall, but no bundle".utf8).write(to: file)
        let refusal = try #require(error(of: "audit", file.path))
        #expect(refusal.code == .badBundle && refusal.code.exitCode == .badInput)
        #expect(refusal.message.contains("bytes 0 to 9"))
    }
}
