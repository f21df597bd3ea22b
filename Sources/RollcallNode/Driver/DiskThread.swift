import Foundation

/// The one thread on which the laptop decides and the disk is written.
///
/// An executor of its own, so that every system call that writes is made by the same thread (faults can then be injected at the
/// n-th call), and so that events are taken in the order in which they came.
final class DiskThread: SerialExecutor, @unchecked Sendable {
    private enum Item {
        case job(UnownedJob)
        case work(@Sendable () -> Void)
    }

    // Guards `items` and `isStopped`; nothing else of this class changes after init.
    private let condition = NSCondition()
    private var items: [Item] = []
    private var isStopped = false
    private static let mark = "rollcall disk thread"

    init(name: String) {
        // Strongly: it may be let go before its thread has begun; `stop` is what ends it.
        let thread = Thread {
            Self.nameThisThread(name)
            self.run()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// As tools that watch system calls see it; a thread's own `name` does not reach the kernel.
    private static func nameThisThread(_ name: String) {
        try? Data(name.utf8).write(to: URL(filePath: "/proc/thread-self/comm"))
    }

    func enqueue(_ job: consuming ExecutorJob) { append(.job(UnownedJob(job))) }

    /// Runs a closure on the thread, after all that was handed in before.
    func submit(_ work: @escaping @Sendable () -> Void) { append(.work(work)) }

    /// Ends the thread once it has done what was handed in.
    func stop() {
        condition.lock()
        isStopped = true
        condition.signal()
        condition.unlock()
    }

    func checkIsolated() {
        precondition(
            Thread.current.threadDictionary[Self.mark] as? ObjectIdentifier
                == ObjectIdentifier(self),
            "not on the disk thread")
    }

    private func append(_ item: Item) {
        condition.lock()
        items.append(item)
        condition.signal()
        condition.unlock()
    }

    private func run() {
        Thread.current.threadDictionary[Self.mark] = ObjectIdentifier(self)
        while true {
            condition.lock()
            while items.isEmpty && !isStopped { condition.wait() }
            let batch = items
            items.removeAll(keepingCapacity: true)
            let isOver = isStopped && batch.isEmpty
            condition.unlock()
            if isOver { return }
            for item in batch {
                switch item {
                case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
                case .work(let work): work()
                }
            }
        }
    }
}
