import RollcallCore
import RollcallWire

/// One conversation with one peer, from the TLS handshake to bye.
///
///     opened ──known key──▶ greeting ──hello──▶ exchanging ──▶ ended
///        │                     ▲    └─unlike bases: have─┘
///        └─unknown key─▶ stranger ──admission──┘
///                           └──join messages──▶ (Joining) ──admitted──▶ greeting
///
/// The phase holds what is true in it; what outlives a phase is kept beside it.
struct SyncSession {
    enum Phase: Equatable {
        /// The peer's key is no member's; until the deadline it may show that it was let in.
        case stranger(until: Duration)
        case joining(JoinStep, until: Duration)
        case greeting(until: Duration)
        /// Unlike bases: our full have is sent, theirs is awaited.
        case listing(until: Duration)
        case exchanging
        case ended
    }

    struct Greeting {
        var digest: [UInt8]
        /// What the digest is over.
        var vector: VersionVector
        var base: VersionVector
        var baseDigest: UInt64
    }

    /// A frame that is not credited yet.
    struct Flight {
        var byteCount: Int
        /// What was in flight with it.
        var inFlightThen: Int
        var sentAt: Duration
    }

    let id: SessionID
    let tlsKeyHash: [UInt8]
    /// The address that was dialled; nil if the peer dialled.
    let dialled: String?
    let openedAt: Duration
    var phase: Phase
    var peer: NodeID?
    var decoder = FrameDecoder()

    var outgoing = SessionReplicas()
    var incoming = SessionReplicas()
    /// What our hello said; what the peer's says is judged against it, whatever came in between.
    var greeted: Greeting?
    var peerHello: Hello?
    var usesDictionary = false
    var usesCompression = true
    var isAdmissionSent = false

    /// What the peer has, as far as it said.
    var theirs = VersionVector()
    /// What was sent to it or it is known to have.
    var sent = VersionVector()
    /// Replicas of which the peer has sides that are not taken.
    var left: Set<ReplicaNumber> = []
    /// Replicas of which something is still to be sent.
    var lacking: Set<ReplicaNumber> = []
    /// What the peer was told that we have.
    var told = VersionVector()
    /// What was held when our have was sent, in order of tag: it is what theirs is compared with.
    ///
    /// Whatever is written meanwhile: both sides must come to the same question, and an answer is about what was asked.
    var listed: [ReplicaRow] = []
    /// Runs that the peer holds undecided: not sent again.
    var theirHeld: [Have.Held] = []
    /// Changes that the peer has in replicas that we have never heard of.
    var unheardOf: [UInt64: UInt64] = [:]
    /// Replicas that the peer has otherwise, and how many of their changes both share at least: nothing of them is sent
    ///
    var setAside: [ReplicaNumber: UInt64] = [:]
    var traceCount = 0
    /// Nodes whose ended replicas are still being compared.
    var sifting: Set<UInt64> = []
    /// The ranges of tags of each node for which the peer's heights are known.
    var sifted: [UInt64: [ClosedRange<UInt64>]] = [:]

    var window = Limits.windowBytesMin
    var bytesInFlight = 0
    var creditOwed = 0
    /// How much may be in flight so that what is sent next arrives within a second or so.
    var flightBytesMax = 16 << 10
    private(set) var flight: [Flight] = []
    private var creditedBytes = 0
    var messageContentBytes = 64 << 10
    var lastReceived: Duration
    var lastSent: Duration
    /// The replica that was sent last: the next one in turn follows.
    var turn: ReplicaNumber?

    init(id: SessionID, tlsKeyHash: [UInt8], dialled: String?, phase: Phase, now: Duration) {
        self.id = id
        self.tlsKeyHash = tlsKeyHash
        self.dialled = dialled
        self.phase = phase
        openedAt = now
        lastReceived = now
        lastSent = now
    }

    var isExchanging: Bool { phase == .exchanging }

    mutating func noteFlight(_ byteCount: Int, _ now: Duration) {
        bytesInFlight += byteCount
        flight.append(Flight(byteCount: byteCount, inFlightThen: bytesInFlight, sentAt: now))
    }

    /// Takes credit, and judges by how late it came how much may be in flight and how long messages may be.
    ///
    /// Larger messages compress better; but on a slow link an edit waits for all that was sent before it.
    mutating func take(credit byteCount: Int, _ now: Duration) {
        bytesInFlight -= byteCount
        creditedBytes += byteCount
        var last: Flight?
        while let first = flight.first, creditedBytes >= first.byteCount {
            creditedBytes -= first.byteCount
            last = flight.removeFirst()
        }
        guard let last else { return }
        let late = max((now - last.sentAt) / .milliseconds(1), 1)
        let fitting = Double(last.inFlightThen) * Self.flightMilliseconds / late
        let within = min(max(fitting, Double(flightBytesMax) / 2), Double(flightBytesMax) * 2)
        flightBytesMax = min(max(Int(within), 4 << 10), window / 2)
        if late > 1_000 {
            messageContentBytes = max(messageContentBytes / 2, Limits.slowLinkMessageBytes)
        } else if late < 400 {
            messageContentBytes = min(messageContentBytes * 2, 640 << 10)
        }
    }

    private static let flightMilliseconds = 1_000.0

    /// When something must happen if nothing else does.
    var deadline: Duration {
        switch phase {
        case .stranger(let until), .joining(_, let until), .greeting(let until),
            .listing(let until):
            return until
        case .exchanging:
            return min(
                lastSent + .seconds(Limits.pingSeconds), lastReceived + .seconds(Limits.idleSeconds)
            )
        case .ended: return .seconds(1 << 40)
        }
    }
}

/// Which peers to dial, and when again.
struct Dialling {
    struct Attempt {
        var next: Duration
        var failures: Int
        var addressIndex: Int
    }

    private(set) var attempts: [NodeID: Attempt] = [:]
    /// Addresses that a person asked for, whose node is not known yet.
    var unnamed: [String] = []
    /// Addresses that a person asked for and that have not answered yet.
    var asked: Set<String> = []
    /// Dials that have not ended: the address and for whom, if that is known.
    var underWay: [String: NodeID?] = [:]

    mutating func reset(_ node: NodeID, _ now: Duration) {
        attempts[node] = Attempt(next: now, failures: 0, addressIndex: 0)
    }

    /// Tries again later, and at its next address.
    mutating func putOff(_ node: NodeID, until time: Duration) {
        attempts[node]?.next = time
        attempts[node]?.addressIndex += 1
    }

    mutating func forget(_ node: NodeID) { attempts[node] = nil }

    /// Backs off with jitter: from half a second, doubling, at most 30 s.
    mutating func failed(_ node: NodeID, _ now: Duration, jitter: Double) {
        var attempt = attempts[node] ?? Attempt(next: now, failures: 0, addressIndex: 0)
        let seconds = min(
            0.5 * Double(1 << min(attempt.failures, 10)), Double(Limits.backoffSecondsMax))
        attempt.failures += 1
        attempt.addressIndex += 1
        attempt.next = now + .milliseconds(Int(seconds * 1_000 * (0.5 + jitter / 2)))
        attempts[node] = attempt
    }
}
