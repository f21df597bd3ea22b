/// Bugs built in on purpose, one at a time, to see that the simulator notices each.
///
/// They exist only where the package is built with `ROLLCALL_PLANTED_BUGS=1`; else ``isPlanted(_:)`` is false when compiled,
/// and nothing of them is left. The last ones are bugs that were real.
public enum PlantedBug: String, CaseIterable, Sendable {
    case tellBeforeCommit = "peers are told before the commit"
    case answerBeforeCommit = "a person is answered before the commit"
    case lastArrivalWins = "a write drops its siblings"
    case latestClockWins = "the latest wall clock wins"
    case futureIsHeld = "changes dated in the future are held"
    case incarnationReused = "an incarnation is used again after a start"
    case heldRunLost = "a held run is dropped when its turn comes"
    case awaitedNameForgotten = "the name of a dot not yet known is forgotten"
    case staleHeadAccepted = "an older head is accepted"
    case halfSegmentApplied = "half of a segment is applied"
    case heldAcknowledged = "what is held is acknowledged"
    case sentAcknowledged = "what was sent counts as acknowledged"
    case importAcknowledgesAll = "a bundle acknowledges all that is here"
    case chainUnchecked = "signatures are not checked"
    case endedReplicaClosed = "an ended replica takes no more changes"
    case unlikeBaseBelieved = "a list relative to another base is believed"
    case silenceIgnored = "a silent peer is never given up"
    case neverRedialled = "a lost peer is never dialled again"
    case removalHidesEdits = "a removal hides what was edited apart"
    case conflictSettledUnasked = "a write settles a conflict that nobody was shown"
    case importKeptAfterError = "a refused import is kept in memory"
    case commitNotSynced = "a commit is not synced"
    case cutIgnored = "what lies beyond a cut counts"
    case recordsNotRemade = "records are not made anew after a removal"
    case endedUncounted = "a cut reaches no replica that was ended before"
    case knownByNumber = "a change is known by its number alone"
    case firstSideStays = "the side of a fork that came first counts"
    case lookMakesRecord = "a look makes a record"
    case erasedInSpiteOfHold = "an erasure does not ask for holds"
    case liftedUnseen = "a hold is lifted by somebody who did not know it"
    case recoveryOutlivesKeys = "a recovery holds whatever took the place of its keys"
    case keyDestroyedSoon = "a bundle key is destroyed before all know the next"
    case entersUnadmitted = "a newcomer enters by a bundle that does not let it in"
    // Found by the simulator.
    case siftByWhatIsNow = "a sift is about what has been written since"
    case newcomerWaits = "a cut-off newcomer never dials"
    case sidesAdoptedApart = "two sides of a fork are adopted without a look at each other"
    case saltUncommitted = "no commitment to the salt of a change without writes"
    case aheadOfDisk = "a laptop goes on ahead of an unreadable disk"
}

#if PLANTED_BUGS
    /// The one that is in force; set once, before anything runs.
    nonisolated(unsafe) public var plantedBug: PlantedBug?
#endif

@inlinable
@inline(__always)
public func isPlanted(_ bug: PlantedBug) -> Bool {
    #if PLANTED_BUGS
        plantedBug == bug
    #else
        false
    #endif
}
