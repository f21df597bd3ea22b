import Foundation
import Testing

@testable import RollcallNode

/// What waits while a bundle is made, and what is made ahead while one is taken in.
@Suite struct BundleDraftTests {
    private struct Failure: Error, Equatable { var number: Int }

    @Test(arguments: [0, 1_000, 250_000, 1 << 20])
    func `what waits comes out as it went in, from memory or from the disk`(keptBytesMax: Int)
        throws
    {
        let scratch = try Scratch()
        let draft = BundleDraft("\(scratch.path)/draft", keptBytesMax: keptBytesMax)
        let parts = (0..<9).map { [UInt8](repeating: UInt8($0), count: $0 * 7_001) }
        for part in parts { try draft.write(part) }
        let isOnDisk = parts.joined().count > keptBytesMax
        let output = try BundleOutput("\(scratch.path)/file", for: nil)
        try draft.copy(to: output)
        #expect(try output.finish() == parts.joined().count)
        let written = try Data(contentsOf: URL(filePath: "\(scratch.path)/file"))
        #expect(Array(written) == Array(parts.joined()))
        let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
        #expect(left == ["file"], "on the disk: \(isOnDisk)")
    }

    @Test func `a draft that finds no room says so`() throws {
        let draft = BundleDraft("/dev/null/draft", keptBytesMax: 10)
        try draft.write([1, 2, 3])
        #expect(throws: (any Error).self) { try draft.write([UInt8](repeating: 4, count: 8)) }
    }

    @Test func `what is made ahead comes in its order, and an error at its turn`() throws {
        var next = 0
        let ahead = Ahead<Int>(9) {
            defer { next += 1 }
            guard next < 7 else { throw Failure(number: next) }
            return next
        }
        defer { ahead.stop() }
        for number in 0..<7 { #expect(try ahead.next() == number) }
        #expect(throws: Failure(number: 7)) { try ahead.next() }
    }

    @Test func `whoever stops waits for what is under way, and no more is made`() {
        let made = Box()
        let ahead = Ahead<Int>(1_000) { made.add() }
        ahead.stop()
        let count = made.count
        #expect(count <= 3)
        Thread.sleep(forTimeInterval: 0.05)
        #expect(made.count == count)
    }

    private final class Box: @unchecked Sendable {
        private let lock = NSLock()
        private var number = 0
        var count: Int { lock.withLock { number } }
        func add() -> Int {
            lock.withLock {
                number += 1
                return number
            }
        }
    }
}
