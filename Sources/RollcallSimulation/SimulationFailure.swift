/// A law that did not hold, by name: what a plan is shrunk to keep.
public struct SimulationFailure: Error, Equatable, Sendable {
    public enum Law: String, Sendable, CaseIterable {
        case gapWritten = "a change was written beyond a gap"
        case twoContents = "one dot has two contents"
        case forkUnnamed = "two nodes hold unlike changes and nobody says so"
        case claimBeforeCommit = "a peer was told of what is not durable"
        case answerBeforeCommit = "a person was told of what is not durable"
        case lostByCrash = "a crash took what was committed"
        case lost = "an acknowledged change is lost"
        case notErased = "what was erased is there"
        case custody = "a look is not in the custody log once"
        case standing = "roles, recovery keys or holds are unlike those of the oracle"
        case heldErased = "a hold is no hold where it is known"
        case cutLost = "what a revoke vouches for does not count"
        case divergent = "two nodes hold different changes"
        case fingerprints = "equal changes, unlike fingerprints"
        case siblings = "shown values are not what was applied and not named"
        case shownTwice = "one change is shown twice"
        case conflicts = "conflicts are not counted alike"
        case settledUnasked = "a conflict was settled that nobody was shown"
        case exchange = "the exchange is not counted as it was played"
        case held = "changes are held though nothing is missing"
        case notConverged = "no convergence in time"
        case notQuiet = "no quiet after convergence"
        case falseAcknowledgement = "a peer counts as having what it does not have"
        case unboundedQueue = "a queue grows without bound"
        case refusedBundleChanged = "a refused bundle changed something"
        case enteredUnadmitted = "a newcomer entered that nobody let in"
        case refusal = "an honest peer was refused"
        case keyGoneTooSoon = "a key was destroyed to which somebody still seals"
        case openedByOthers = "a sealed bundle opened where it was not for"
        case stuck = "a disk that is well refuses"
        case crashed = "the laptop could not go on"
        case clockMatters = "another clock, another state"
        case traceDiffers = "the same plan went another way"
        case tooManySteps = "events without end"
    }

    public var law: Law
    public var detail: String

    public init(_ law: Law, _ detail: String) {
        self.law = law
        self.detail = detail
    }
}
