import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// What this daemon keeps in memory of the custody log: where its lines are, and what it logged itself of late.
struct CustodyLog {
    /// Looking at one thing again and again is one line in so long a time.
    static let viewsAreOneWithin: Duration = .seconds(600)

    /// Something that is done often and says the same each time.
    struct Repeated: Hashable {
        var act: CustodyAct
        var record: Dot?
        var operatorDot: Dot?
    }

    /// An act that the disk would not take; written as soon as it takes anything.
    struct Unwritten {
        var act: CustodyAct
        var record: Dot?
        var operatorDot: Dot?
        var wallClock: UInt64
    }

    private var loggedAt: [Repeated: Duration] = [:]
    var unwritten: [Unwritten] = []
    /// Each try that a full disk refuses ends all sessions: not at every look.
    var triesAgainAt: Duration = .zero
    static let triesAgainAfter: Duration = .seconds(60)
    private(set) var lines: [Custody] = []
    /// How far each replica was read.
    private var readTo: [ReplicaNumber: UInt64] = [:]
    private var branchCount = 0

    // MARK: - what is done here

    /// Whether a look is the continuation of one that was logged a short time ago.
    mutating func isLogged(_ look: Repeated, at now: Duration) -> Bool {
        loggedAt = loggedAt.filter { now - $0.value < Self.viewsAreOneWithin }
        return loggedAt[look] != nil
    }

    mutating func noteLogged(_ look: Repeated, at now: Duration) { loggedAt[look] = now }

    // MARK: - what is there

    /// Reads a slice of what came since the last call; false when nothing was left.
    mutating func read(_ laptop: Laptop, _ store: SealedRegister) throws -> Bool {
        let replicas = laptop.heads.allNumbers.filter {
            laptop.heads[$0].id.lane.branch == .dataBranch
        }
        // What was written twice has another name from then on: all is read anew.
        let branches = replicas.count { laptop.heads[$0].id.lane.isBranch }
        if branches != branchCount {
            (branchCount, lines, readTo) = (branches, [], [:])
        }
        var left = Self.changesPerSlice
        for replica in replicas {
            let (first, height) = (readTo[replica, default: 0] + 1, laptop.heads[replica].height)
            guard first <= height else { continue }
            let last = min(height, first + left - 1)
            lines += try laptop.custody(of: replica, first...last, store)
            readTo[replica] = last
            left -= last - first + 1
            guard left > 0 else { return true }
        }
        return false
    }

    private static let changesPerSlice: UInt64 = 4_096
}
