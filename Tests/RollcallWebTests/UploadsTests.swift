import Foundation
import Testing

@testable import RollcallWeb

@Suite struct UploadsTests {
    /// A list of people must not lie there until the laptop is switched off.
    @Test func whatAKilledDaemonLeftIsRemovedAndNothingElse() throws {
        let place = NSTemporaryDirectory() + "uploads-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: place) }
        // No process has so high a number; the first of all runs always.
        for name in [
            "rollcall-upload-999999999-abcdef", "rollcall-upload-1-abcdef", "other-999999999",
        ] {
            try FileManager.default.createDirectory(
                atPath: "\(place)/\(name)/00", withIntermediateDirectories: true)
        }
        let uploads = try Uploads([place])
        let left = try FileManager.default.contentsOfDirectory(atPath: place)
        #expect(!left.contains("rollcall-upload-999999999-abcdef"))
        #expect(left.count == 3)
        uploads.removeAll()
        #expect(try FileManager.default.contentsOfDirectory(atPath: place).count == 2)
    }
}
