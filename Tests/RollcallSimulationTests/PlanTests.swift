import Foundation
import Testing

@testable import RollcallSimulation

/// Plans that broke a law once; each file is named after its bug.
@Suite struct PlanTests {
    static let files = plans("Plans")

    static func plans(_ name: String) -> [URL] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: name)
        let files = try? FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).filter { $0.pathExtension == "plan" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    @Test func `there are plans to run`() {
        #expect(!Self.files.isEmpty)
    }

    @Test(arguments: files)
    func `a plan that failed once holds every law`(_ file: URL) throws {
        let plan = try Plan(text: String(contentsOf: file, encoding: .utf8))
        let verdict = Team.run(plan)
        #expect(verdict.failure == nil, "\(file.lastPathComponent)")
    }
}
