import RollcallCore
import RollcallStore
import RollcallSync

/// The records that were written since somebody who keeps looking last asked.
struct Watch {
    let wake: AsyncStream<Void>.Continuation
    private(set) var written: Set<Dot> = []

    init(wake: AsyncStream<Void>.Continuation) { self.wake = wake }

    mutating func note(_ dots: some Sequence<Dot>) { written.formUnion(dots) }

    mutating func take() -> Set<Dot> {
        defer { written = [] }
        return written
    }
}

extension Driver {
    /// Begins to watch; the stream ends when the register is closed.
    func watch() -> (id: Int, wakes: AsyncStream<Void>) {
        let (wakes, wake) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = (watches.keys.max() ?? 0) + 1
        watches[id] = Watch(wake: wake)
        return (id, wakes)
    }

    func stopWatching(_ id: Int) { watches.removeValue(forKey: id)?.wake.finish() }

    /// The ids of what was written since the last call; nil where so much was that nobody would ask for each.
    ///
    /// Enquiries by themselves: no list of people is another for them.
    func takeWritten(_ id: Int) -> (records: [String]?, enquiries: [String]?) {
        let dots = watches[id]?.take() ?? []
        guard dots.count <= Self.writtenMax else { return (nil, nil) }
        let here = dots.filter(isStillHere)
        let asking = here.filter { record in
            guard let live = try? laptop.liveWrites(of: record, store) else { return false }
            return (try? isEnquiry(record, live)) ?? false
        }
        func texts(_ dots: Set<Dot>) -> [String] {
            dots.map { laptop.text(ofRecord: $0) }.sorted()
        }
        return (texts(here.subtracting(asking)), texts(asking))
    }

    private static let writtenMax = 100

    func noteWatched(_ writes: [StoreWrite]) {
        guard !watches.isEmpty else { return }
        let dots = writes.compactMap { write -> Dot? in
            switch write {
            case .record(let record, _): record.dot
            case .dropRecord(let dot): dot
            default: nil
            }
            // A photo comes in many pieces, each of which is no news.
        }.filter { !laptop.heads.isBulk($0.replica) }
        guard !dots.isEmpty else { return }
        for id in watches.keys { watches[id]?.note(dots) }
    }

    /// After the commit: who is woken finds what was written.
    func tellWatches() {
        for watch in watches.values where !watch.written.isEmpty { watch.wake.yield() }
    }
}
