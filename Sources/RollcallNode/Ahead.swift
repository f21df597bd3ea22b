import Dispatch
import NIOConcurrencyHelpers

/// Makes elements one after the other, ahead of whoever uses them: one is made while the one before is used.
final class Ahead<Element: Sendable>: Sendable {
    private struct State {
        var made: [Result<Element, any Error>] = []
        var isStopped = false
    }

    private let state = NIOLockedValueBox(State())
    private let made = DispatchSemaphore(value: 0)
    /// Begins at nothing: a semaphore that is let go below where it began ends the process.
    private let room = DispatchSemaphore(value: 0)
    private let ended = DispatchGroup()

    private static var aheadMost: Int { 2 }

    /// - Parameter make: Is asked for each in its order, on a thread of its own.
    init(_ count: Int, _ make: sending @escaping () throws -> Element) {
        nonisolated(unsafe) let make = make
        for _ in 0..<Self.aheadMost { room.signal() }
        DispatchQueue.global(qos: .userInitiated).async(group: ended) { [self] in
            for _ in 0..<count {
                room.wait()
                guard !state.withLockedValue({ $0.isStopped }) else { return }
                let element = Result { try make() }
                state.withLockedValue { $0.made.append(element) }
                made.signal()
            }
        }
    }

    /// The next one; may be asked for no more than there are.
    func next() throws -> Element {
        made.wait()
        defer { room.signal() }
        return try state.withLockedValue { $0.made.removeFirst() }.get()
    }

    /// Returns when nothing is made any more.
    func stop() {
        state.withLockedValue { $0.isStopped = true }
        room.signal()
        ended.wait()
    }
}
