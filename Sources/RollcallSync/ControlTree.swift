import RollcallCore

/// Where a branch stands among what its node wrote.
struct BranchPlace {
    var origin: ReplicaID
    /// The counter, as its writer has it, of the last change before the branch's own.
    var base: UInt64
    var parent: ReplicaID
    /// The same change in its parent's counters.
    var height: UInt64
}

/// The control changes that are here, by their hashes: which goes on from which, whatever names their replicas have by now.
struct ControlTree {
    private struct Part {
        /// The first 16 bytes of h of each change.
        var hashes: [[UInt8]] = []
        var origin: Int
        var base: UInt64 = 0
        /// Of a branch.
        var parent: Int?
        var height: UInt64 = 0
        var branches: [Int] = []
    }

    /// A change, by its part's place and its counter there.
    struct Position: Equatable {
        var place: Int
        var counter: UInt64
    }

    private var places: [ReplicaID: Int] = [:]
    private var parts: [Part] = []
    /// How far each part has come.
    private(set) var heights = Past()
    /// All branches of a replica, by its place.
    private var branches: [Int: [Int]] = [:]

    mutating func place(of id: ReplicaID) -> Int {
        if let known = places[id] { return known }
        places[id] = parts.count
        parts.append(Part(origin: parts.count))
        return parts.count - 1
    }

    func place(ofKnown id: ReplicaID) -> Int? { places[id] }

    /// Takes in a change, after all that its replica or branch wrote before; answers with its place.
    mutating func add(
        _ counter: UInt64, _ hash: [UInt8], of id: ReplicaID, on branch: BranchPlace?
    ) -> Int {
        let place = place(of: id)
        if let branch, parts[place].parent == nil { begin(place, branch) }
        precondition(parts[place].hashes.count == counter - 1, "a control change out of turn")
        parts[place].hashes.append(Array(hash.prefix(16)))
        heights.raise(place, to: counter)
        return place
    }

    private mutating func begin(_ place: Int, _ branch: BranchPlace) {
        let (origin, parent) = (self.place(of: branch.origin), self.place(of: branch.parent))
        parts[place].origin = origin
        parts[place].base = branch.base
        parts[place].parent = parent
        parts[place].height = branch.height
        parts[parent].branches.append(place)
        branches[origin, default: []].append(place)
    }

    func hash(_ position: Position) -> [UInt8] {
        parts[position.place].hashes[Int(position.counter) - 1]
    }

    /// What a part's first change goes on from.
    func start(of place: Int) -> Position? {
        guard let parent = parts[place].parent, parts[place].height > 0 else { return nil }
        return Position(place: parent, counter: parts[place].height)
    }

    /// The change of a replica that has a hash, on whichever side of a fork it is; nil if it is not here.
    ///
    /// - Parameter hash: At least its first 16 bytes.
    func position(
        of counter: UInt64, at replica: Int, _ hash: [UInt8]
    ) -> Position? {
        let start = Array(hash.prefix(16))
        func own(_ place: Int) -> Position? {
            let part = parts[place]
            guard counter > part.base, counter - part.base <= part.hashes.count,
                part.hashes[Int(counter - part.base) - 1] == start
            else { return nil }
            return Position(place: place, counter: counter - part.base)
        }
        if let position = own(replica) { return position }
        return branches[replica]?.lazy.compactMap(own).first
    }

    /// Whether any side of a replica has come as far.
    func reaches(_ counter: UInt64, at replica: Int) -> Bool {
        ([replica] + (branches[replica] ?? [])).contains {
            parts[$0].base + heights[$0] >= counter
        }
    }

    // MARK: - forks among what somebody knew

    /// Whether a change is on its replica's trunk, among all changes that somebody knew.
    ///
    /// - Parameters:
    ///   - past: What they knew; nil: all that is here.
    ///   - cut: The last change that a revoke vouches for, and its hash.
    func isOnTrunk(
        _ position: Position, in past: Past?, vouched cut: @autoclosure () -> Vouched?
    ) -> Bool {
        let origin = parts[position.place].origin
        guard branches[origin] != nil else { return true }
        let way = way(to: position)
        var vouched: UInt64 = 0
        if let cut = cut(), let end = self.position(of: cut.height, at: origin, cut.hash),
            known(end.place, in: past) >= end.counter
        {
            if self.way(to: end).contains(where: { $0.reaches(position) }) { return true }
            guard way.contains(where: { $0.reaches(end) }) else { return false }
            vouched = cut.height
        }
        return !isForked(way, beyond: vouched, in: past)
    }

    private func known(_ place: Int, in past: Past?) -> UInt64 {
        past.map { min($0[place], heights[place]) } ?? heights[place]
    }

    /// The last change of each part that leads to a change: its own part, then what that forks off, and so on.
    private func way(to position: Position) -> [Position] {
        var way = [position]
        while let part = way.last.map({ parts[$0.place] }), let parent = part.parent {
            way.append(Position(place: parent, counter: part.height))
        }
        return way
    }

    /// Whether something else than a way goes on from one of its changes, before the last and not before a counter.
    private func isForked(_ way: [Position], beyond counter: UInt64, in past: Past?) -> Bool {
        for (index, step) in way.enumerated() {
            let base = parts[step.place].base
            let next = index > 0 ? way[index - 1].place : nil
            let leaves = next != nil && base + step.counter >= counter
            if leaves, known(step.place, in: past) > step.counter { return true }
            for branch in parts[step.place].branches where branch != next {
                let height = parts[branch].height
                guard base + height >= counter, known(branch, in: past) > 0 else { continue }
                if height < step.counter || (height == step.counter && next != nil) { return true }
            }
        }
        return false
    }
}

extension ControlTree.Position {
    /// Whether one change of a part comes before another, or is it.
    fileprivate func reaches(_ other: Self) -> Bool {
        place == other.place && counter >= other.counter
    }
}
