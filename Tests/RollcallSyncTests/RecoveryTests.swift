import RollcallCore
import RollcallTrust
import Testing

@testable import RollcallSync

/// Who becomes an administrator by recovery keys, and who does not.
@Suite struct RecoveryTests {
    typealias Entry = ControlScript.Entry

    /// The founder 0 has let in the operator 1 and the administrator 2, and made keys in its third change.
    private static let founding = MembershipOrderTests.foundingWithKeys

    private func membership(_ entries: [Entry]) -> Membership {
        ControlScript(Self.founding + entries).membership()
    }

    private func roles(_ entries: [Entry]) -> [Int: UInt8] { membership(entries).roles }

    private let recovers = Entry(author: 1, act: .recover(0), known: [3, 0, 0])

    @Test func `two keys make a member an administrator, whose word counts`() {
        let lets = Entry(author: 1, act: .admit(3, .operator), known: [3, 1, 0])
        let unable = Entry(author: 1, act: .admit(3, .operator), known: [3, 0, 0])
        #expect(roles([]) == [0: 1, 1: 2, 2: 1])
        #expect(roles([recovers]) == [0: 1, 1: 1, 2: 1])
        #expect(roles([recovers, lets]) == [0: 1, 1: 1, 2: 1, 3: 2])
        #expect(roles([unable]) == [0: 1, 1: 2, 2: 1])
    }

    @Test func `the last administrators can be taken out by whom two keys made one`() {
        let outs = [
            Entry(author: 1, act: .revoke(0, isWhole: true), known: [3, 1, 0]),
            Entry(author: 1, act: .revoke(2, isWhole: true), known: [3, 2, 0]),
        ]
        #expect(roles([recovers] + outs) == [1: 1])
        // The set was made before the cut, and holds on.
        #expect(membership([recovers] + outs).recoverySets.map(\.entry.counter) == [3])
    }

    @Test func `one key, a foreign key, and keys that signed for another change are of no use`() {
        for keys in [ControlScript.Keys.oneAndForeign, .twoForAnother] {
            let tries = Entry(author: 1, act: .recover(0, with: keys), known: [3, 0, 0])
            #expect(roles([tries])[1] == 2)
        }
    }

    @Test func `one key given twice is refused by form and by signature`() throws {
        let register = ControlScript.genesis.register
        let key = NodeKey()
        let id = ControlScript.ids[1]
        let proof = Recovery.Proof(key: key.node, signature: [UInt8](repeating: 1, count: 64))
        let twice = Recovery(set: ControlScript.hash(0), proofs: [proof, proof])
        #expect(!twice.isSigned(in: register, at: id, 1))
        #expect(throws: FormatError.self) {
            try RecoveryEntry(RecoveryEntry.recover(twice).encoded())
        }
    }

    @Test func `keys that others took the place of restore nobody, whether or not it was known`() {
        let new = Entry(author: 2, act: .makeKeys, known: [3, 0, 0])
        let knowing = Entry(author: 1, act: .recover(0), known: [3, 0, 1])
        let withNew = Entry(author: 1, act: .recover(2), known: [3, 0, 1])
        #expect(roles([new, knowing])[1] == 2)
        #expect(roles([recovers, new])[1] == 2)
        #expect(roles([new, withNew])[1] == 1)
        // Who makes new ones and knows of the recovery lets it stand.
        let later = Entry(author: 2, act: .makeKeys, known: [3, 1, 0])
        #expect(roles([recovers, later])[1] == 1)
        let own = Entry(author: 1, act: .makeKeys, known: [3, 1, 0])
        #expect(roles([recovers, own])[1] == 1)
        #expect(
            membership([recovers, own]).recoverySets.map(\.author) == [ControlScript.keys[1].node])
    }

    @Test func `of two sets made apart each holds, until one that knew both`() {
        let one = Entry(author: 0, act: .makeKeys, known: [3, 0, 0])
        let other = Entry(author: 2, act: .makeKeys, known: [3, 0, 0])
        let both = Entry(author: 2, act: .makeKeys, known: [4, 0, 1])
        #expect(membership([one, other]).recoverySets.count == 2)
        #expect(membership([one, other, both]).recoverySets.count == 1)
        let byOne = Entry(author: 1, act: .recover(0, 2), known: [4, 0, 1])
        let byOther = Entry(author: 1, act: .recover(2), known: [4, 0, 1])
        #expect(roles([one, other, byOne])[1] == 1)
        #expect(roles([one, other, byOther])[1] == 1)
    }

    @Test func `keys that a removed administrator made beyond the cut do not count`() {
        let new = Entry(author: 2, act: .makeKeys, known: [3, 0, 0])
        let out = Entry(author: 0, act: .revoke(2, isWhole: true), known: [3, 0, 0])
        let withNew = Entry(author: 1, act: .recover(2), known: [3, 0, 1])
        #expect(roles([new, withNew])[1] == 1)
        #expect(roles([new, withNew, out])[1] == 2)
        // So those before hold again, and what they did stands.
        #expect(membership([new, out]).recoverySets.map(\.entry.counter) == [3])
        #expect(roles([new, recovers])[1] == 2)
        #expect(roles([new, recovers, out])[1] == 1)
        // Within the cut they count on: the only administrator's laptop may be the one that was lost.
        let knowing = Entry(author: 0, act: .revoke(2, isWhole: true), known: [3, 0, 1])
        #expect(roles([new, withNew, knowing])[1] == 1)
    }

    @Test func `no recovery brings back a laptop that was taken out, before or after`() {
        let out = Entry(author: 0, act: .revoke(1, isWhole: true), known: [3, 0, 0])
        let knowing = Entry(author: 1, act: .recover(0), known: [4, 0, 0])
        let later = Entry(author: 0, act: .revoke(1, isWhole: true), known: [3, 1, 0])
        for entries in [[out, knowing], [out, recovers], [recovers, later]] {
            #expect(roles(entries)[1] == nil)
            #expect(membership(entries).isRevoked(1))
        }
    }

    @Test func `what two keys signed is good for no other change`() throws {
        let script = ControlScript(Self.founding + [recovers])
        let before = script.changes.dropLast()
        let entry = try #require(script.changes.last?.write(to: .entry))
        let body = try #require(script.changes.last).body(of: entry)
        for (author, counter) in [(1, UInt64(2)), (ControlScript.nodeCount + 1, 1), (3, 1)] {
            var replayed = Array(before)
            for place in 1...counter {
                let dot = Dot(ReplicaNumber(UInt32(author)), place)
                var change = Change(
                    dot: dot, kind: ChangeKind.recovery, record: dot, operatorDot: nil,
                    recordedAt: 0, extras: script.changes.last?.extras ?? [])
                if place == counter { change.append(.entry, names: [], body: body) }
                replayed.append(change)
            }
            var membership = Membership(genesis: ControlScript.genesis, scheme: .ideal)
            for change in replayed { membership.note(change, script.table) }
            membership.settle(script.table)
            #expect(membership.roles == [0: 1, 1: 2, 2: 1])
        }
    }

    @Test func `a role that is given later holds, and one that is given at once may do less`() {
        let later = Entry(author: 0, act: .role(1, .operator), known: [3, 1, 0])
        let atOnce = Entry(author: 0, act: .role(1, .operator), known: [3, 0, 0])
        #expect(roles([recovers, later])[1] == 2)
        #expect(roles([recovers, atOnce])[1] == 2)
        let again = Entry(author: 1, act: .recover(0), known: [4, 1, 0])
        #expect(roles([recovers, atOnce, again])[1] == 1)
    }

    @Test func `whoever is no administrator makes no keys that hold`() {
        let makes = Entry(author: 1, act: .makeKeys, known: [3, 0, 0])
        #expect(membership([makes]).recoverySets.map(\.author) == [ControlScript.keys[0].node])
        #expect(roles([makes, Entry(author: 1, act: .recover(1), known: [3, 1, 0])])[1] == 2)
    }
}

/// The same with whole laptops: what is asked of one, and what the others make of it.
@Suite struct LaptopRecoveryTests {
    private let keys = (0..<4).map { _ in NodeKey() }

    /// A founder with keys, and two operators, who know of them.
    private func team() throws -> World {
        let world = try World.team(["north gate", "table 1", "table 2"], seed: 93)
        let moment = world.moment
        _ = try world.act(0) { laptop, store, output in
            for other in [1, 2] {
                let node = world.laptops[other].identity.node
                try laptop.give(.operator, to: node, moment, store, &output)
            }
            try laptop.setRecoveryKeys(
                RecoveryKeys(keys.prefix(3).map(\.node)), moment, store, &output)
        }
        for other in [1, 2] { try world.meet(other, 0) }
        return world
    }

    private func recover(_ world: World, _ index: Int, _ first: Int, _ second: Int) throws {
        let moment = world.moment
        _ = try world.act(index) { laptop, store, output in
            try laptop.recover(
                with: keys[first], and: keys[second], moment, store, &output)
        }
    }

    private func isAdministrator(_ world: World, _ index: Int, by other: Int) -> Bool {
        world.laptops[other].laptop.membership?
            .isAdministrator(world.laptops[index].identity.node) == true
    }

    @Test func `an operator recovers while the founder is gone, and others hear of it`() throws {
        let world = try team()
        try recover(world, 1, 2, 0)
        #expect(isAdministrator(world, 1, by: 1) && !isAdministrator(world, 1, by: 2))
        try world.meet(1, 2)
        #expect(isAdministrator(world, 1, by: 2))
        try world.revoke(1, 0, upTo: [:])
        try world.meet(1, 2)
        #expect(!isAdministrator(world, 0, by: 2) && isAdministrator(world, 1, by: 2))
        #expect(try world.haveConvergedAmong([1, 2]))
        // It comes back to life from its disk as what it was.
        try world.laptops[1].restart(seed: 931)
        #expect(isAdministrator(world, 1, by: 1))
    }

    @Test func `whom a recovered laptop lets in is known to one that never heard of either`() throws
    {
        let world = try World(["north gate", "table 1", "table 2", "south"], seed: 95)
        try world.found(0)
        for index in [1, 2] { try world.join(index, through: 0) }
        world.unplugAll()
        let moment = world.moment
        _ = try world.act(0) { laptop, store, output in
            let node = world.laptops[1].identity.node
            try laptop.give(.operator, to: node, moment, store, &output)
        }
        for index in [1, 2] { try world.meet(index, 0) }
        // The keys are made in another life of the founder's, of which table 2 knows nothing.
        try world.laptops[0].restart(seed: 951)
        _ = try world.act(0) { laptop, store, output in
            try laptop.setRecoveryKeys(
                RecoveryKeys(keys.prefix(3).map(\.node)), moment, store, &output)
        }
        try world.meet(1, 0)
        try recover(world, 1, 0, 1)
        try world.join(3, through: 1)
        world.unplugAll()
        try world.meet(3, 2)
        #expect(isAdministrator(world, 1, by: 2))
        #expect(
            world.laptops[2].laptop.membership?.isMember(world.laptops[3].identity.node) == true)
        #expect(try world.haveConvergedAmong([1, 2, 3]))
    }

    @Test func `what is refused says why, and nothing is written`() throws {
        let world = try team()
        let before = try world.counts(1).changes
        #expect(throws: LaptopError.recovery(.sameKey)) { try recover(world, 1, 0, 0) }
        #expect(throws: LaptopError.recovery(.unknownKey(1))) { try recover(world, 1, 3, 0) }
        #expect(throws: LaptopError.recovery(.unknownKey(2))) { try recover(world, 1, 0, 3) }
        #expect(throws: LaptopError.recovery(.administratorAlready)) {
            try recover(world, 0, 0, 1)
        }
        let moment = world.moment
        #expect(throws: LaptopError.notAllowed) {
            _ = try world.act(1) { laptop, store, output in
                try laptop.setRecoveryKeys(
                    RecoveryKeys(keys.prefix(3).map(\.node)), moment, store, &output)
            }
        }
        #expect(try world.counts(1).changes == before)
        try world.revoke(0, 1, upTo: [:])
        try world.meet(2, 0)
        try world.meet(2, 1)
        // Nobody tells it more than that it is out; what it makes of the keys moves nobody else.
        try recover(world, 1, 0, 1)
        try world.meet(2, 1)
        #expect(!isAdministrator(world, 1, by: 2) && !isAdministrator(world, 1, by: 0))
    }

    @Test func `without keys nobody recovers`() throws {
        let world = try World.team(["north gate", "table 1"], seed: 94)
        let moment = world.moment
        _ = try world.act(0) { laptop, store, output in
            let node = world.laptops[1].identity.node
            try laptop.give(.operator, to: node, moment, store, &output)
        }
        try world.meet(1, 0)
        #expect(throws: LaptopError.recovery(.noKeys)) { try recover(world, 1, 0, 1) }
    }

    @Test func `two keys of sets that were made apart are not of one`() throws {
        let world = try team()
        let moment = world.moment
        _ = try world.act(0) { laptop, store, output in
            let node = world.laptops[1].identity.node
            try laptop.give(.administrator, to: node, moment, store, &output)
        }
        try world.meet(1, 0)
        let others = (0..<3).map { _ in NodeKey() }
        for (index, made) in [(0, Array(keys.prefix(3))), (1, others)] {
            _ = try world.act(index) { laptop, store, output in
                try laptop.setRecoveryKeys(
                    RecoveryKeys(made.map(\.node)), moment, store, &output)
            }
        }
        for index in [1, 2] { try world.meet(index, 0) }
        #expect(world.laptops[2].laptop.recoverySets.count == 2)
        #expect(throws: LaptopError.recovery(.keysOfTwoSets)) {
            _ = try world.act(2) { laptop, store, output in
                try laptop.recover(with: keys[0], and: others[0], moment, store, &output)
            }
        }
        try recover(world, 2, 0, 1)
        #expect(isAdministrator(world, 2, by: 2))
    }
}
