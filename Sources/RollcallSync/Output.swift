public import RollcallCore

/// Names one conversation with one peer; the driver gives them out, never twice.
public struct SessionID: Hashable, Sendable {
    public let rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// What time it is, as the driver says: a steady clock since start, and what the wall says.
public struct Moment: Equatable, Sendable {
    public var now: Duration
    /// Milliseconds since 1970; a claim for people.
    public var wallClock: UInt64

    /// The wall clock as a change claims it: a person's testimony needs no milliseconds, and a column of
    /// them is a tenth of a thousand edits.
    var wholeSeconds: UInt64 { wallClock / 1_000 * 1_000 }

    public init(now: Duration, wallClock: UInt64) {
        self.now = now
        self.wallClock = wallClock
    }
}

/// What happened outside.
public enum Event: Sendable {
    /// A TLS connection stands; who dialled, and the hash of the key that the other side showed.
    case opened(SessionID, tlsKeyHash: [UInt8], dialled: String?)
    case received(SessionID, [UInt8])
    case closed(SessionID)
    case dialFailed(address: String)
    /// A deadline passed.
    case woke
}

/// Something worth a line in the log or a waiting command's attention.
///
/// Never holds a value of a record.
public enum Notice: Equatable, Sendable {
    case connected(NodeID)
    case disconnected(NodeID, reason: String)
    case refused(SessionID, reason: String)
    case admitted(NodeID, name: String)
    case revoked(NodeID, name: String)
    case fork(ReplicaID, height: UInt64)
    case newcomerWaits(words: String, name: String)
    case joinWords(String)
    case joined(RegisterNotice)
    case joinFailed(JoinFailure)
    /// Somebody asked to join and did not prove the code; how many more may before it is good no longer.
    case joinUnproven(attemptsLeft: Int)
    case invitationClosed(InvitationEnd)

    public struct RegisterNotice: Equatable, Sendable {
        public var peer: NodeID
        public init(peer: NodeID) { self.peer = peer }
    }
}

/// Why a code is good no longer that nobody used.
public enum InvitationEnd: String, Equatable, Sendable {
    case time = "its time is over"
    case failures = "three attempts did not prove the code"
}

/// Why a join came to nothing.
public enum JoinFailure: String, Equatable, Sendable {
    case unreachable
    case wrongCode
    /// The other side said what no inviter says.
    case somebodyInBetween
    /// The session ended after this laptop had proved the code, and before the other side had.
    case unproven
    /// This laptop's key is refused, whatever the code.
    case keyNotTaken
    case notInviting
    case refusedByPerson
    case cutOff
    case takenOut
}

/// What the driver must do, in the order of the fields.
///
/// Nothing is sent before `commit` is on disk: a peer told "I have 7" never has to be told otherwise.
public struct Output: Sendable {
    public struct Sending: Sendable {
        public var session: SessionID
        public var bytes: [UInt8]
    }

    /// Written in one transaction; synced before anything below is done.
    public var commit: [StoreWrite] = []
    /// Sessions whose peer is now known to be a member: they no longer count as strangers.
    public var authenticated: [SessionID] = []
    public var send: [Sending] = []
    /// Closed after what was sent has gone out.
    public var close: [SessionID] = []
    /// Closed at once: what was sent and has not gone out yet never does.
    public var abort: [SessionID] = []
    public var dial: [String] = []
    public var notices: [Notice] = []

    public init() {}

    /// Does first what is here, then what another asks for.
    mutating func append(_ other: Output) {
        commit += other.commit
        authenticated += other.authenticated
        send += other.send
        close += other.close
        abort += other.abort
        dial += other.dial
        notices += other.notices
    }
}
