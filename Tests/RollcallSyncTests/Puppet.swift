import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire

/// The other end of a session, held by the test itself: it says what no laptop would.
final class Puppet {
    let world: World
    let index: Int
    let session: SessionID
    private var decoder = FrameDecoder()
    private let compression = Compression()

    /// Opens a session with a laptop under a TLS key; the puppet dials unless an address says that the laptop did.
    init(_ world: World, _ index: Int, tlsKeyHash: [UInt8], dialled: String? = nil) throws {
        self.world = world
        self.index = index
        session = world.newSession()
        try world.handle(.opened(session, tlsKeyHash: tlsKeyHash, dialled: dialled), index)
    }

    func say(_ frame: Frame) throws { try say(frame.encoded) }

    func say(_ type: FrameType, _ message: [UInt8]) throws { try say(Frame(type, message)) }

    func say(_ bytes: [UInt8]) throws {
        try world.handle(.received(session, bytes), index)
        if world.isPrompt { try world.deliverAll() }
    }

    /// What the laptop said since the last call: types, and messages inflated.
    func heard() throws -> [(type: FrameType, message: [UInt8])] {
        decoder.append(world.laptops[index].takeInbox(session))
        var heard: [(type: FrameType, message: [UInt8])] = []
        while let frame = try decoder.next() {
            guard let type = FrameType(rawValue: frame.type) else { continue }
            heard.append((type, try frame.message(compression)))
        }
        return heard
    }

    /// The reason of the bye that came since the last call.
    func heardBye() throws -> Bye? {
        guard let last = try heard().last, last.type == .bye else { return nil }
        return try Bye(last.message)
    }

    var isClosed: Bool { world.laptops[index].closed.contains(session) }

    /// A hello as this register's members say it.
    func hello(nonce: UInt64 = 1, digest: [UInt8] = [UInt8](repeating: 7, count: 16)) -> Hello {
        Hello(
            register: world.laptops[index].laptop.membership?.register.bytes ?? [],
            startNonce: nonce,
            wallClock: 0, window: UInt64(Limits.windowBytes), capabilities: 0, dictionaries: [],
            digest: digest, base: 0, changed: [], earlierNonces: [])
    }

    /// Says hello and that it has nothing, as a member without changes would.
    func greet() throws {
        try say(.hello, hello().encoded())
        try say(.have, Have(live: [], held: [], ended: []).encoded())
    }
}

/// All frames that go over the cables of a world.
final class Trace {
    struct Entry {
        var from: Int
        var to: Int?
        var session: SessionID
        var frame: Frame
        var type: FrameType
        var message: [UInt8]
    }

    private(set) var entries: [Entry] = []

    init(_ world: World) {
        let compression = Compression()
        world.tap = { [weak self] from, to, session, bytes in
            var decoder = FrameDecoder()
            decoder.append(bytes)
            while let frame = try? decoder.next(), let type = FrameType(rawValue: frame.type),
                let message = try? frame.message(compression)
            {
                self?.entries.append(
                    Entry(
                        from: from, to: to, session: session, frame: frame, type: type,
                        message: message))
            }
        }
    }

    var types: Set<FrameType> { Set(entries.map(\.type)) }
    var byteCount: Int { entries.reduce(0) { $0 + $1.frame.encodedBytes } }

    var byes: [Bye] {
        get throws { try entries.filter { $0.type == .bye }.map { try Bye($0.message) } }
    }

    func clear() { entries = [] }
}
