import RollcallCore

/// For each control replica how many of its changes somebody knew.
///
/// A version vector in an array: an entry has one, and thousands of them are compared.
struct Past: Equatable {
    /// By the replica's place in the history; none beyond the end.
    private(set) var counters: [UInt64] = []

    subscript(place: Int) -> UInt64 { place < counters.count ? counters[place] : 0 }

    mutating func raise(_ place: Int, to counter: UInt64) {
        if place >= counters.count {
            counters += [UInt64](repeating: 0, count: place + 1 - counters.count)
        }
        if counters[place] < counter { counters[place] = counter }
    }

    mutating func merge(_ other: Past) {
        if counters.count < other.counters.count {
            counters += [UInt64](repeating: 0, count: other.counters.count - counters.count)
        }
        for place in other.counters.indices where counters[place] < other.counters[place] {
            counters[place] = other.counters[place]
        }
    }

    func descends(from other: Past) -> Bool {
        other.counters.indices.allSatisfy { self[$0] >= other.counters[$0] }
    }

    var changeCount: UInt64 { counters.reduce(0, +) }
}

/// What the author of each control change knew when it wrote it, reckoned once for each change that names heads.
///
/// Whoever lists a head knew all that its author knew. So the past of a change is found from those of the changes it names,
/// causes first; a lie may make two name each other, and is followed step by step.
struct Pasts {
    /// What a change names: a change of this hash, on whichever side of a fork.
    private struct Link {
        var known: ReplicaID
        var height: UInt64
        var hash: [UInt8]
    }

    /// A change that names heads: its parents, and the replicas that it ends; or goes on from another part's change.
    private struct Step {
        var counter: UInt64
        var links: [Link]
        var start: ControlTree.Position?
        var known: Known?
    }

    struct Known {
        var past: Past
        /// Whether every replica in it has been heard of.
        var isHeardOf: Bool
    }

    private struct StepID: Hashable {
        var place: Int
        var index: Int
    }

    private(set) var tree = ControlTree()
    /// By place, ascending by counter.
    private var steps: [[Step]] = []
    /// Steps whose past may grow with what comes.
    private var unsettled: [StepID] = []

    /// Takes in the next change of a replica; answers with where it stands.
    mutating func note(
        _ change: Change, _ hash: [UInt8], by id: ReplicaID, on branch: BranchPlace?
    ) -> ControlTree.Position {
        let place = tree.add(change.dot.counter, hash, of: id, on: branch)
        let position = ControlTree.Position(place: place, counter: change.dot.counter)
        var links = Extras.parents(change).map {
            Link(known: $0.replica, height: $0.counter, hash: $0.hash)
        }
        let isFirst = change.dot.counter == 1 && (branch?.base ?? 0) == 0
        let lane = id.lane.origin
        links +=
            !isFirst
            ? []
            : Extras.ended(change).map { ended in
                Link(
                    known: ReplicaID(node: id.node, lane: lane, incarnation: ended.incarnation),
                    height: ended.height, hash: ended.hash)
            }
        links.removeAll { $0.height == 0 || $0.height > Dot.counterMax }
        let start = change.dot.counter == 1 ? tree.start(of: place) : nil
        guard !links.isEmpty || start != nil else { return position }
        while steps.count <= place { steps.append([]) }
        steps[place].append(
            Step(counter: change.dot.counter, links: links, start: start))
        return position
    }

    /// What may have grown is reckoned anew when it is asked for next.
    mutating func forgetUnsettled() {
        for step in unsettled { steps[step.place][step.index].known = nil }
        unsettled = []
    }

    /// All that the author of a change knew, as far as those changes have come, and whether all have.
    mutating func past(of position: ControlTree.Position) -> (past: Past, isWhole: Bool) {
        let (place, counter) = (position.place, position.counter)
        var known = Known(past: Past(), isHeardOf: true)
        if let step = lastStep(through: position) {
            known = self.known(step)
            if self[step].counter < counter { known.past.raise(place, to: counter - 1) }
        } else if counter > 1 {
            known.past.raise(place, to: counter - 1)
        }
        return (known.past, isWhole(known))
    }

    private func isWhole(_ known: Known) -> Bool {
        known.isHeardOf && tree.heights.descends(from: known.past)
    }

    private subscript(id: StepID) -> Step { steps[id.place][id.index] }

    private func lastStep(through position: ControlTree.Position) -> StepID? {
        guard position.place < steps.count else { return nil }
        let steps = steps[position.place]
        var (low, high) = (0, steps.count)
        while low < high {
            let middle = (low + high) / 2
            if steps[middle].counter <= position.counter { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : StepID(place: position.place, index: low - 1)
    }

    /// The changes that a step names, and goes on from; nil for one of which nothing is known.
    ///
    /// As long as a replica has not come as far as a link says, what is here of it is taken for what the link leads to.
    private func causes(of step: Step) -> [ControlTree.Position?] {
        (step.start.map { [$0] } ?? [])
            + step.links.map { link in
                guard let replica = tree.place(ofKnown: link.known) else { return nil }
                if let here = tree.position(of: link.height, at: replica, link.hash) { return here }
                guard !tree.reaches(link.height, at: replica) else { return nil }
                return ControlTree.Position(place: replica, counter: link.height)
            }
    }

    /// Reckons a step after those that it follows from.
    private mutating func known(_ wanted: StepID) -> Known {
        if let known = self[wanted].known { return known }
        var visited: Set<StepID> = [wanted]
        var open: [(step: StepID, before: [StepID])] = [(wanted, stepsBefore(wanted))]
        while let (step, before) = open.last {
            guard let next = before.last else {
                open.removeLast()
                reckon(step)
                continue
            }
            open[open.count - 1].before.removeLast()
            if self[next].known == nil, visited.insert(next).inserted {
                open.append((next, stepsBefore(next)))
            }
        }
        return self[wanted].known ?? Known(past: Past(), isHeardOf: false)
    }

    /// The steps that a step's causes follow from, and the one before it.
    private func stepsBefore(_ step: StepID) -> [StepID] {
        let causes = causes(of: self[step]).reversed().compactMap { cause in
            cause.flatMap { lastStep(through: $0) }
        }
        return step.index == 0
            ? causes : causes + [StepID(place: step.place, index: step.index - 1)]
    }

    private mutating func reckon(_ wanted: StepID) {
        var known = Known(past: Past(), isHeardOf: true)
        var heads: [ControlTree.Position] = []
        func follow(_ step: Step) {
            for cause in causes(of: step) {
                if let cause { heads.append(cause) } else { known.isHeardOf = false }
            }
        }
        let step = self[wanted]
        follow(step)
        if step.counter > 1 { heads.append(.init(place: wanted.place, counter: step.counter - 1)) }
        while let head = heads.popLast() {
            let before = known.past[head.place]
            guard head.counter > before else { continue }
            known.past.raise(head.place, to: head.counter)
            var last = lastStep(through: head)
            while let id = last, self[id].counter > before {
                if let reckoned = self[id].known {
                    known.past.merge(reckoned.past)
                    known.isHeardOf = known.isHeardOf && reckoned.isHeardOf
                    break
                }
                follow(self[id])
                last = id.index == 0 ? nil : StepID(place: id.place, index: id.index - 1)
            }
        }
        steps[wanted.place][wanted.index].known = known
        if !isWhole(known) { unsettled.append(wanted) }
    }
}
