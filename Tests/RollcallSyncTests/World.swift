import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// Laptops and the cables between them, in one thread.
final class World {
    var laptops: [TestLaptop]
    var now: Duration = .seconds(1)
    private var links: [Link] = []
    private var queue: [Delivery] = []
    /// Ends that were closed while a link opens: both sides see it open first.
    private var opening: [End]?
    private var nextSession: UInt64 = 1
    private(set) var bytesCarried = 0
    /// Cuts what is carried into pieces of at most so many bytes.
    var pieceBytes = 1 << 20
    /// What is under way on several cables arrives in any order; nil: in the order sent.
    var chance: SeededGenerator?
    /// Whether all that is under way arrives before an act is over.
    var isPrompt = true
    /// Is told of all that is sent, before it arrives.
    var tap: ((_ from: Int, _ to: Int?, _ session: SessionID, _ bytes: [UInt8]) -> Void)?

    struct End: Equatable {
        var index: Int
        var session: SessionID
    }

    private struct Link {
        var dialling: End
        var dialled: End

        func other(than end: End) -> End? {
            if end == dialling { return dialled }
            return end == dialled ? dialling : nil
        }
    }

    private struct Delivery {
        var to: End
        var bytes: [UInt8]
    }

    init(_ names: [String], seed: UInt64 = 1) throws {
        laptops = []
        for (index, name) in names.enumerated() {
            laptops.append(try TestLaptop(name, seed: seed &* 1_000 &+ UInt64(index) * 10))
        }
    }

    /// All laptops in one register: the first founds it, the others are let in by it.
    static func team(_ names: [String], seed: UInt64 = 1) throws -> World {
        let world = try World(names, seed: seed)
        try world.found(0)
        for index in names.indices.dropFirst() { try world.join(index, through: 0) }
        world.unplugAll()
        return world
    }

    /// By how many ms all clocks are off.
    var clockOffset: Int64 = 0

    var moment: Moment {
        Moment(
            now: now,
            wallClock: 1_800_000_000_000 &+ UInt64(bitPattern: clockOffset)
                &+ UInt64(now / .milliseconds(1)))
    }

    // MARK: - driving

    func act<Result>(
        _ index: Int, _ body: (inout Laptop, RegisterStore, inout Output) throws -> Result
    ) throws -> Result {
        var output = Output()
        let node = laptops[index]
        let result = try body(&node.laptop, node.store, &output)
        try carryOut(output, index)
        try proceed(index)
        if isPrompt { try deliverAll() }
        return result
    }

    func handle(_ event: Event, _ index: Int) throws {
        let node = laptops[index]
        try carryOut(try node.laptop.handle(event, moment, node.store), index)
        try proceed(index)
    }

    private func proceed(_ index: Int) throws {
        let node = laptops[index]
        while let output = try node.laptop.proceed(moment, node.store) {
            try carryOut(output, index)
        }
    }

    private func carryOut(_ output: Output, _ index: Int) throws {
        let node = laptops[index]
        if !output.commit.isEmpty {
            try node.store.apply(output.commit)
            try node.store.commit()
        }
        for sending in output.send {
            carry(sending.bytes, from: End(index: index, session: sending.session))
        }
        node.notices += output.notices
        node.dialled += output.dial.map { ($0, now) }
        for id in output.close + output.abort {
            node.closed.append(id)
            let end = End(index: index, session: id)
            if output.abort.contains(id) { queue.removeAll { $0.to == other(than: end) } }
            closeLink(end)
        }
    }

    private func carry(_ bytes: [UInt8], from end: End) {
        bytesCarried += bytes.count
        let to = other(than: end)
        tap?(end.index, to?.index, end.session, bytes)
        guard let to else {
            laptops[end.index].inbox[end.session, default: []] += bytes
            return
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            queue.append(Delivery(to: to, bytes: Array(rest.prefix(pieceBytes))))
            rest = rest.dropFirst(pieceBytes)
        }
    }

    private func other(than end: End) -> End? {
        links.lazy.compactMap { $0.other(than: end) }.first
    }

    // MARK: - what is under way

    var nextPieceBytes: Int? { queue.first?.bytes.count }

    func deliverAll() throws {
        while try deliverOne() {}
    }

    /// Lets one piece arrive; false if nothing is under way.
    @discardableResult
    func deliverOne() throws -> Bool {
        guard !queue.isEmpty else { return false }
        let delivery = queue.remove(at: nextPosition())
        try handle(.received(delivery.to.session, delivery.bytes), delivery.to.index)
        return true
    }

    /// Pieces on one cable never overtake each other.
    private func nextPosition() -> Int {
        guard var generator = chance else { return 0 }
        let picked = queue[Int.random(in: queue.indices, using: &generator)].to
        chance = generator
        return queue.firstIndex { $0.to == picked } ?? 0
    }

    /// Lets time pass, so that deadlines do.
    func wait(_ duration: Duration) throws {
        now += duration
        for index in laptops.indices { try handle(.woke, index) }
        if isPrompt { try deliverAll() }
    }

    /// Lets time pass in steps, as long as a daemon would sleep at most.
    func wait(_ duration: Duration, step: Duration) throws {
        let end = now + duration
        while now < end { try wait(min(step, end - now)) }
    }

    // MARK: - cables

    func newSession() -> SessionID {
        defer { nextSession += 1 }
        return SessionID(nextSession)
    }

    /// Lets `a` dial `b`; each sees the other's key, unless somebody is in between.
    @discardableResult
    func plug(
        _ a: Int, _ b: Int, address: String = "somewhere:1", diallingSees: [UInt8]? = nil,
        dialledSees: [UInt8]? = nil
    ) throws -> (SessionID, SessionID) {
        let link = Link(
            dialling: End(index: a, session: newSession()),
            dialled: End(index: b, session: newSession()))
        links.append(link)
        opening = []
        try handle(
            .opened(
                link.dialled.session, tlsKeyHash: dialledSees ?? laptops[a].identity.tlsKeyHash,
                dialled: nil), b)
        try handle(
            .opened(
                link.dialling.session, tlsKeyHash: diallingSees ?? laptops[b].identity.tlsKeyHash,
                dialled: address), a)
        let closed = opening ?? []
        opening = nil
        closed.forEach(closeLink)
        if isPrompt { try deliverAll() }
        return (link.dialling.session, link.dialled.session)
    }

    func arePlugged(_ a: Int, _ b: Int) -> Bool { dialler(of: a, b) != nil }

    /// Who dialled the session of two laptops.
    func dialler(of a: Int, _ b: Int) -> Int? {
        links.first { Set([$0.dialling.index, $0.dialled.index]) == [a, b] }?.dialling.index
    }

    var linkCount: Int { links.count }

    /// Cuts all cables so that nobody is told: each side believes the other is still there.
    func severQuietly() {
        links = []
        queue = []
    }

    private func closeLink(_ end: End) {
        guard opening == nil else {
            opening?.append(end)
            return
        }
        guard let position = links.firstIndex(where: { $0.other(than: end) != nil }),
            let other = links[position].other(than: end)
        else { return }
        links.remove(at: position)
        // What was sent before the close still arrives, then the other side sees the end.
        let pending = queue.filter { $0.to == other }
        queue.removeAll { $0.to == other || $0.to == end }
        for delivery in pending {
            try? handle(.received(other.session, delivery.bytes), other.index)
        }
        try? handle(.closed(other.session), other.index)
        try? handle(.closed(end.session), end.index)
    }

    /// Pulls all cables: what is under way is lost.
    func unplugAll() { pull { _ in true } }

    /// Pulls the cables of one laptop.
    func unplug(_ index: Int) { pull { $0.dialling.index == index || $0.dialled.index == index } }

    private func pull(_ isPulled: (Link) -> Bool) {
        let pulled = links.filter(isPulled)
        links.removeAll(where: isPulled)
        let ends = pulled.flatMap { [$0.dialling, $0.dialled] }
        queue.removeAll { ends.contains($0.to) }
        for end in ends { try? handle(.closed(end.session), end.index) }
    }

    /// Drops what is under way but keeps a number of bytes of it: a cable pulled in the middle of a frame.
    func unplugAll(after byteCount: Int) throws {
        var left = byteCount
        while let delivery = queue.first, left > 0 {
            queue.removeFirst()
            let bytes = Array(delivery.bytes.prefix(left))
            left -= bytes.count
            try handle(.received(delivery.to.session, bytes), delivery.to.index)
        }
        unplugAll()
    }

    /// The daemon of a laptop ends, without a goodbye, and starts anew.
    func restart(_ index: Int, seed: UInt64) throws {
        unplug(index)
        try laptops[index].restart(seed: seed, now: now)
    }
}
