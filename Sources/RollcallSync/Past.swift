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
    /// A change that names heads: its parents, and the replicas that it ends.
    private struct Step {
        var counter: UInt64
        var links: [(known: ReplicaID, height: UInt64)]
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

    private var places: [ReplicaID: Int] = [:]
    /// By place, ascending by counter.
    private var steps: [[Step]] = []
    /// How far each control replica has come.
    private var applied = Past()
    /// Steps whose past may grow with what comes.
    private var unsettled: [StepID] = []

    /// Takes in the next change of a replica.
    ///
    /// - Parameter start: What a branch goes on from, for its first change.
    mutating func note(
        _ change: Change, by id: ReplicaID, after start: (known: ReplicaID, height: UInt64)? = nil
    ) {
        let place = place(of: id)
        applied.raise(place, to: change.dot.counter)
        var links = Extras.parents(change).map { (known: $0.replica, height: $0.counter) }
        links += Extras.ended(change).map { ended in
            (
                ReplicaID(node: id.node, lane: id.lane, incarnation: ended.incarnation),
                ended.height
            )
        }
        if let start { links.append(start) }
        links.removeAll { $0.height == 0 || $0.height > Dot.counterMax }
        guard !links.isEmpty else { return }
        steps[place].append(Step(counter: change.dot.counter, links: links))
    }

    private mutating func place(of id: ReplicaID) -> Int {
        if let known = places[id] { return known }
        places[id] = steps.count
        steps.append([])
        return steps.count - 1
    }

    func place(ofKnown id: ReplicaID) -> Int? { places[id] }

    /// What may have grown is reckoned anew when it is asked for next.
    mutating func forgetUnsettled() {
        for step in unsettled { steps[step.place][step.index].known = nil }
        unsettled = []
    }

    /// All that the author of a change knew, as far as those changes have come, and whether all have.
    mutating func past(of counter: UInt64, at place: Int) -> (past: Past, isWhole: Bool) {
        var known = Known(past: Past(), isHeardOf: true)
        if let step = lastStep(at: place, through: counter) {
            known = self.known(step)
            if steps[place][step.index].counter < counter {
                known.past.raise(place, to: counter - 1)
            }
        } else if counter > 1 {
            known.past.raise(place, to: counter - 1)
        }
        return (known.past, isWhole(known))
    }

    private func isWhole(_ known: Known) -> Bool {
        known.isHeardOf && applied.descends(from: known.past)
    }

    private func lastStep(at place: Int, through counter: UInt64) -> StepID? {
        var (low, high) = (0, steps[place].count)
        while low < high {
            let middle = (low + high) / 2
            if steps[place][middle].counter <= counter { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : StepID(place: place, index: low - 1)
    }

    /// Reckons a step after those that it follows from.
    private mutating func known(_ wanted: StepID) -> Known {
        if let known = steps[wanted.place][wanted.index].known { return known }
        var visited: Set<StepID> = [wanted]
        var open: [(step: StepID, next: Int)] = [(wanted, -1)]
        while let (step, next) = open.last {
            guard next < steps[step.place][step.index].links.count else {
                open.removeLast()
                reckon(step)
                continue
            }
            open[open.count - 1].next += 1
            if let cause = cause(next, of: step), steps[cause.place][cause.index].known == nil,
                visited.insert(cause).inserted
            {
                open.append((cause, -1))
            }
        }
        return steps[wanted.place][wanted.index].known ?? Known(past: Past(), isHeardOf: false)
    }

    /// The step that a link leads to; link -1 is to what the replica wrote before.
    private func cause(_ link: Int, of step: StepID) -> StepID? {
        guard link >= 0 else {
            return step.index == 0 ? nil : StepID(place: step.place, index: step.index - 1)
        }
        let link = steps[step.place][step.index].links[link]
        return places[link.known].flatMap { lastStep(at: $0, through: link.height) }
    }

    private mutating func reckon(_ wanted: StepID) {
        var known = Known(past: Past(), isHeardOf: true)
        var heads: [(place: Int, height: UInt64)] = []
        func follow(_ step: Step) {
            for link in step.links {
                if let place = places[link.known] {
                    heads.append((place, link.height))
                } else {
                    known.isHeardOf = false
                }
            }
        }
        let step = steps[wanted.place][wanted.index]
        follow(step)
        if step.counter > 1 { heads.append((wanted.place, step.counter - 1)) }
        while let (place, height) = heads.popLast() {
            let before = known.past[place]
            guard height > before else { continue }
            known.past.raise(place, to: height)
            var last = lastStep(at: place, through: height)
            while let step = last, steps[place][step.index].counter > before {
                if let reckoned = steps[place][step.index].known {
                    known.past.merge(reckoned.past)
                    known.isHeardOf = known.isHeardOf && reckoned.isHeardOf
                    break
                }
                follow(steps[place][step.index])
                last = cause(-1, of: step)
            }
        }
        steps[wanted.place][wanted.index].known = known
        if !isWhole(known) { unsettled.append(wanted) }
    }
}
