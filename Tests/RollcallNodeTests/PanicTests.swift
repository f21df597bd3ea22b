import Foundation
import RollcallControl
import Testing

@testable import RollcallNode

@Suite(.timeLimit(.minutes(3))) struct PanicTests {
    /// A folder where the file of keys should be: nothing can be written over it.
    @Test func `a daemon whose keys cannot be overwritten says so, and ends all the same`()
        async throws
    {
        let daemon = try await LiveDaemon("gate")
        try await daemon.found()
        let keys = "\(daemon.home.path)/keys"
        try FileManager.default.removeItem(atPath: keys)
        try FileManager.default.createDirectory(
            atPath: keys, withIntermediateDirectories: false)
        await #expect(throws: ControlError.self) { try await daemon.ask(.panic) }
        #expect(try await eventually { (try? await daemon.status()) == nil })
        try await daemon.stop()
    }
}
