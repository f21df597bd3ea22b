/// States that are seldom reached and matter: a soak that never saw one of them has shown less than it says.
public enum RareState: String, CaseIterable, Sendable {
    case crashBeforeCommit = "crash between a write and its commit"
    case crashBeforeSend = "crash between commit and send"
    case crashBeforeAnswer = "crash between commit and answer to a person"
    case cutBetweenCommitAndAck = "session cut between commit and ack"
    case cutInsideFrame = "cable cut inside a frame"
    case powerLoss = "power lost, peers told nothing"
    case idle = "silence noticed, session ended"
    case held = "changes held for what comes before"
    case heldReleased = "held changes applied"
    case heldOverRestart = "changes held over a start"
    case bornReplaced = "a named dot came after its name"
    case listing = "unlike bases: both list all they have"
    case equalHellos = "equal digests at a hello"
    case baseUsed = "a list relative to a base"
    case sift = "ended replicas compared by halving"
    case admissionShown = "a stranger showed its admission"
    case notAMember = "a member was told that it is none"
    case duplicateSession = "two sessions of one pair, one ended"
    case replacedSession = "a new start replaced an old session"
    case restoredMet = "a restored home met a peer"
    case restoredWrote = "a restored home wrote on"
    case cloneMet = "a clone and its original met one peer"
    case cloneWrote = "a clone wrote beside its original"
    case endedGrew = "an ended replica grew"
    case conflict = "a conflict arose"
    case settled = "a conflict was settled"
    case settledTwice = "one conflict settled twice, apart"
    case staleForm = "a form named what was replaced since"
    case removedAndEdited = "a record removed and edited apart"
    case restoredRecord = "a removed record taken back"
    case contextRequired = "a write refused for want of a read context"
    case bundleKnown = "a bundle brought nothing new"
    case bundleNew = "a bundle brought something new"
    case bundleHeld = "a bundle brought what cannot be applied yet"
    case bundleHalf = "a half-copied bundle was refused"
    case bundleFlipped = "a bundle with a flipped bit was refused"
    case bundleElsewhere = "a bundle reached a laptop that it was not for"
    case bundleSealed = "a sealed bundle brought something new"
    case bundleOlderKey = "a bundle opened with a key that was renewed since"
    case bundleKeyGone = "a bundle came after its key was let go"
    case keyRenewed = "a key for bundles renewed"
    case bundleUnknownSource = "a bundle of a source unknown here"
    case bundleDuringSession = "a bundle came in during a session"
    case bundleAcknowledged = "a bundle acknowledged"
    case diskFull = "a write refused by a full disk"
    case diskFailed = "a disk failed for good"
    case readFailed = "a read failed"
    case quiet = "a peer not taken for a disk's sake"
    case rotFound = "bit rot found"
    case clockJump = "a clock jumped"
    case fork = "a fork named"
    case forkedBelowCut = "a fork below a cut at the end"
    case falseAck = "an ack of what was never had"
    case rubbish = "rubbish refused"
    case withheld = "changes withheld"
    case credit = "credit returned within a backlog"
    case longMessage = "over 4 KiB of changes in one message"
    case nameAwaited = "a name came before its dot"
    case longBacklog = "a backlog of several messages"
    case gossip = "an address heard from a third"
    case wrongPeer = "another laptop at a known address"
    case joinCut = "a join cut off"
    case joinAgain = "a join repeated"
    case lateJoin = "a newcomer joined a running team"
    case barred = "a person kept a peer away"
    case dialFailed = "a dial failed"
    case bothDialled = "two dialled each other at once"
    case lossExpected = "the only copy destroyed"
    case revoked = "a laptop taken out"
    case revokedBoth = "two took each other out"
    case erased = "a person erased"
    case writtenAfterErasure = "something written of a person that was erased elsewhere"
    case looked = "a look logged"
    case copyLooked = "a copy logged a look"
    case lookedOut = "a look in the log that counts for nothing else"
    case lessened = "an administrator made an operator"
    case keysMade = "recovery keys made"
    case keysReplaced = "recovery keys that took the place of others"
    case keysApart = "two sets of recovery keys at the end"
    case recovered = "a laptop recovered"
    case recoveryRefused = "a recovery refused"
    case recoveryUndone = "a recovery undone by keys made apart"
    case underHold = "a record under hold at the end"
    case allUnderHold = "the register under hold at the end"
    case freed = "a record freed of its hold"
    case eraseRefused = "an erasure refused for a hold"
    case erasedUnderHold = "a record under hold erased where nobody knew"
    case adopted = "changes adopted from quarantine at the end"
    case decidedAgain = "a decision on a quarantined change made anew"
    case quarantined = "changes in quarantine at the end"
    case paused = "a daemon stood still beyond its peers' patience"
}

/// How often each rare state was reached.
public struct Marks: Sendable {
    private var counts = [UInt32](repeating: 0, count: RareState.allCases.count)
    private static let positions: [RareState: Int] = Dictionary(
        uniqueKeysWithValues: RareState.allCases.enumerated().map { ($1, $0) })

    public init() {}

    public subscript(state: RareState) -> Int { Int(counts[Self.positions[state] ?? 0]) }

    mutating func note(_ state: RareState) { counts[Self.positions[state] ?? 0] += 1 }

    public mutating func add(_ other: Marks) {
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    public var neverReached: [RareState] { RareState.allCases.filter { self[$0] == 0 } }
}
