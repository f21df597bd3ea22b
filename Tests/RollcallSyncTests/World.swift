import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// A generator that gives the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed &+ 0x9e37_79b9_7f4a_7c15 }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

/// A laptop with its disk, as the daemon drives it.
final class TestLaptop {
    let name: String
    let identity: LaptopIdentity
    var store: RegisterStore
    var laptop: Laptop
    var notices: [Notice] = []
    var inbox: [SessionID: [UInt8]] = [:]

    init(_ name: String, seed: UInt64) throws {
        self.name = name
        var generator = SeededGenerator(seed: seed)
        let secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        guard let key = NodeKey(secret: secret) else { throw LaptopError.storeIncomplete }
        identity = LaptopIdentity(key: key, tlsKeyHash: sha256(Array(name.utf8)))
        store = try RegisterStore.inMemory()
        var output = Output()
        laptop = try Laptop(
            identity: identity, name: name, storage: store, moment: Moment(now: .zero, wallClock: 0),
            chance: SeededGenerator(seed: seed &+ 1), output: &output)
        try store.apply(output.commit)
        try store.commit()
    }

    /// Ends this life and begins the next on the same disk.
    func restart(seed: UInt64) throws {
        var output = Output()
        laptop = try Laptop(
            identity: identity, name: name, storage: store, moment: Moment(now: .zero, wallClock: 0),
            chance: SeededGenerator(seed: seed), output: &output)
        try store.apply(output.commit)
        try store.commit()
    }
}

/// Laptops and the cables between them, in one thread.
final class World {
    var laptops: [TestLaptop]
    var now: Duration = .seconds(1)
    private var links: [(a: Int, aSession: SessionID, b: Int, bSession: SessionID)] = []
    private var queue: [(to: Int, session: SessionID, bytes: [UInt8])] = []
    private var nextSession: UInt64 = 1
    private(set) var bytesCarried = 0
    /// Cuts what is carried into pieces of at most so many bytes.
    var pieceBytes = 1 << 20

    init(_ names: [String], seed: UInt64 = 1) throws {
        laptops = []
        for (index, name) in names.enumerated() {
            laptops.append(try TestLaptop(name, seed: seed &* 1_000 &+ UInt64(index) * 10))
        }
    }

    /// All laptops in one register: the first founds it, the others are let in by it.
    static func team(_ names: [String], seed: UInt64 = 1) throws -> World {
        let world = try World(names, seed: seed)
        try world.act(0) { laptop, store, output in
            try laptop.found(
                title: "test", name: names[0], operatorName: "operator of \(names[0])", world.moment,
                store, &output)
        }
        for index in names.indices.dropFirst() {
            try world.join(index, through: 0)
        }
        world.unplugAll()
        return world
    }

    var moment: Moment { Moment(now: now, wallClock: 1_800_000_000_000 + UInt64(now.components.seconds) * 1_000) }

    func act(
        _ index: Int, _ body: (inout Laptop, RegisterStore, inout Output) throws -> Void
    ) throws {
        var output = Output()
        let node = laptops[index]
        try body(&node.laptop, node.store, &output)
        try carryOut(output, index)
        try proceed(index)
        try deliverAll()
    }

    private func carryOut(_ output: Output, _ index: Int) throws {
        let node = laptops[index]
        if !output.commit.isEmpty {
            try node.store.apply(output.commit)
            try node.store.commit()
        }
        for sending in output.send { carry(sending.bytes, from: index, sending.session) }
        node.notices += output.notices
        for id in output.close { unplug(index, id) }
    }

    private func carry(_ bytes: [UInt8], from index: Int, _ session: SessionID) {
        bytesCarried += bytes.count
        guard
            let link = links.first(where: {
                ($0.a == index && $0.aSession == session) || ($0.b == index && $0.bSession == session)
            })
        else { return }
        let (to, toSession) = link.a == index && link.aSession == session ? (link.b, link.bSession) : (link.a, link.aSession)
        var rest = bytes[...]
        while !rest.isEmpty {
            queue.append((to, toSession, Array(rest.prefix(pieceBytes))))
            rest = rest.dropFirst(pieceBytes)
        }
    }

    private func proceed(_ index: Int) throws {
        let node = laptops[index]
        while let output = try node.laptop.proceed(moment, node.store) { try carryOut(output, index) }
    }

    func handle(_ event: Event, _ index: Int) throws {
        let node = laptops[index]
        try carryOut(try node.laptop.handle(event, moment, node.store), index)
        try proceed(index)
    }

    func deliverAll() throws {
        while !queue.isEmpty {
            let delivery = queue.removeFirst()
            try handle(.received(delivery.session, delivery.bytes), delivery.to)
        }
    }

    /// Lets time pass, so that deadlines do.
    func wait(_ duration: Duration) throws {
        now += duration
        for index in laptops.indices { try handle(.woke, index) }
        try deliverAll()
    }

    // MARK: - cables

    /// `a` dials `b`.
    @discardableResult
    func plug(_ a: Int, _ b: Int, address: String = "somewhere:1") throws -> (SessionID, SessionID) {
        let sessions = (SessionID(nextSession), SessionID(nextSession + 1))
        nextSession += 2
        links.append((a, sessions.0, b, sessions.1))
        try handle(.opened(sessions.1, tlsKeyHash: laptops[a].identity.tlsKeyHash, dialled: nil), b)
        try handle(.opened(sessions.0, tlsKeyHash: laptops[b].identity.tlsKeyHash, dialled: address), a)
        try deliverAll()
        return sessions
    }

    private func unplug(_ index: Int, _ session: SessionID) {
        guard
            let position = links.firstIndex(where: {
                ($0.a == index && $0.aSession == session) || ($0.b == index && $0.bSession == session)
            })
        else { return }
        let link = links.remove(at: position)
        // What was sent before the close still arrives, then the other side sees the end.
        let toOther = link.a == index ? (link.b, link.bSession) : (link.a, link.aSession)
        let pending = queue.filter { $0.session == toOther.1 }
        queue.removeAll { $0.session == toOther.1 }
        for delivery in pending { try? handle(.received(delivery.session, delivery.bytes), delivery.to) }
        try? handle(.closed(toOther.1), toOther.0)
        try? handle(.closed(link.a == index ? link.aSession : link.bSession), index)
    }

    /// Pulls all cables: what is under way is lost.
    func unplugAll() {
        let pulled = links
        links = []
        queue = []
        for link in pulled {
            try? handle(.closed(link.aSession), link.a)
            try? handle(.closed(link.bSession), link.b)
        }
    }

    /// Drops what is under way but keeps a number of bytes of it: a cable pulled in the middle of a frame.
    func unplugAll(after byteCount: Int) throws {
        var left = byteCount
        while let delivery = queue.first, left > 0 {
            queue.removeFirst()
            let bytes = Array(delivery.bytes.prefix(left))
            left -= bytes.count
            try handle(.received(delivery.session, bytes), delivery.to)
        }
        unplugAll()
    }

    func join(_ newcomer: Int, through inviter: Int, yes: Bool = true) throws {
        var code: JoinCode?
        try act(inviter) { laptop, _, _ in code = try laptop.invite(minutes: 10, admitsAtOnce: yes, moment) }
        guard let code else { return }
        let address = "inviter:\(newcomer)"
        let name = laptops[newcomer].name
        try act(newcomer) { laptop, _, output in
            try laptop.join(
                address: address, code: code, name: name, operatorName: "operator of \(name)", moment,
                &output)
        }
        try plug(newcomer, inviter, address: address)
    }

    // MARK: - what a test asks

    @discardableResult
    func add(_ index: Int, _ field: FieldNumber, _ text: String) throws -> (replica: ReplicaID, counter: UInt64) {
        var record: Dot?
        try act(index) { laptop, store, output in
            record = try laptop.add(
                [FieldEdit(field, .put(.text(text)))], Authorship(operatorDot: nil), store, &output
            ).record
        }
        guard let record else { throw LaptopError.noSuchRecord }
        return name(index, record)
    }

    func name(_ index: Int, _ dot: Dot) -> (replica: ReplicaID, counter: UInt64) {
        (laptops[index].laptop.heads.table[dot.replica], dot.counter)
    }

    func dot(_ index: Int, _ name: (replica: ReplicaID, counter: UInt64)) -> Dot? {
        laptops[index].laptop.heads.table.number(of: name.replica).map { Dot($0, name.counter) }
    }

    func set(
        _ index: Int, _ record: (replica: ReplicaID, counter: UInt64), _ field: FieldNumber,
        _ text: String, seen: ReadContext = .asStored
    ) throws {
        guard let dot = dot(index, record) else { throw LaptopError.noSuchRecord }
        try act(index) { laptop, store, output in
            _ = try laptop.set(
                dot, [FieldEdit(field, .put(.text(text)))], seen, Authorship(operatorDot: nil), store,
                &output)
        }
    }

    func values(
        _ index: Int, _ record: (replica: ReplicaID, counter: UInt64), _ field: FieldNumber
    ) throws -> [String] {
        guard let dot = dot(index, record),
            let view = try laptops[index].laptop.view(of: dot, laptops[index].store)
        else { return [] }
        return (view[field]?.values ?? []).map { sibling in
            if case .text(let text) = sibling.content { return text }
            return "\(sibling.content)"
        }
    }

    func fingerprint(_ index: Int) throws -> [UInt8] {
        try laptops[index].laptop.fingerprint(laptops[index].store)
    }

    func haveConverged() throws -> Bool {
        let first = try fingerprint(0)
        return try laptops.indices.allSatisfy { try fingerprint($0) == first }
    }
}
