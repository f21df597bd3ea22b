import Foundation
import RollcallCore
import Testing

/// Any two laptops with the same changes have the same live writes, whatever the order, grouping and repetition in
/// which the changes came.
@Suite struct MergeLawsTests {
    /// Over three replicas, in turn: A:1, B:1, C:1, A:2, B:2.
    private static let dots = [
        Dot(replicaA, 1), Dot(replicaB, 1), Dot(replicaC, 1), Dot(replicaA, 2), Dot(replicaB, 2),
    ]

    private static func names(_ choice: Int, among dots: some Sequence<Dot>) -> [Dot] {
        dots.enumerated().filter { choice >> $0.offset & 1 == 1 }.map(\.element)
    }

    @Test(arguments: 1...5)
    func `every order of every small history of one field ends in the same live writes`(
        changeCount: Int
    ) {
        let orders = permutations(Array(0..<changeCount))
        // A bit for each pair: whether the later names the earlier.
        for choice in 0..<(1 << (changeCount * (changeCount - 1) / 2)) {
            var rest = choice
            let history = History(
                changes: (0..<changeCount).map { index in
                    defer { rest >>= index }
                    let names = Self.names(rest, among: Self.dots.prefix(index))
                    return change(Self.dots[index], [(.surname, names)])
                })
            let expected = history.live
            for order in orders {
                let state = history.state(applying: order.map { history.changes[$0] })
                guard history.live(in: state) == expected else {
                    Issue.record("names \(choice) of \(changeCount) changes, order \(order)")
                    return
                }
            }
        }
    }

    @Test(arguments: [1, 2, 3])
    func `every order of every small history of two fields ends in the same live writes`(
        changeCount: Int
    ) {
        let orders = permutations(Array(0..<changeCount))
        let choicesEach = (0..<changeCount).map { 3 << ($0 * 2) }
        for choice in 0..<choicesEach.reduce(1, *) {
            var rest = choice
            let history = History(
                changes: (0..<changeCount).map { index in
                    let own = rest % choicesEach[index]
                    rest /= choicesEach[index]
                    let known = Self.dots.prefix(index)
                    let first = (FieldNumber.surname, Self.names(own / 3, among: known))
                    let second = (
                        FieldNumber.listLine, Self.names((own / 3) >> index, among: known)
                    )
                    return change(
                        Self.dots[index],
                        own % 3 == 0 ? [first, second] : own % 3 == 1 ? [first] : [second])
                })
            let expected = history.live
            for order in orders {
                let state = history.state(applying: order.map { history.changes[$0] })
                guard history.live(in: state) == expected else {
                    Issue.record("choice \(choice) of \(changeCount) changes, order \(order)")
                    return
                }
            }
        }
    }

    private static let caseCount =
        ProcessInfo.processInfo.environment["ROLLCALL_SOAK"] == "1" ? 100_000 : 1_000

    @Test func `random histories merge alike in any order, grouping and repetition`() throws {
        for seed in 0..<UInt64(Self.caseCount) {
            var generator = SeededGenerator(seed: seed)
            let history = Self.randomHistory(&generator)
            let once = history.state(applying: history.changes)
            #expect(history.live(in: once) == history.live, "seed \(seed)")

            var state = RecordState()
            for change in (history.changes + history.changes).shuffled(using: &generator) {
                history.apply(change, to: &state)
                // What lies on disk between two messages is the same state.
                if Bool.random(using: &generator) {
                    state = try RecordState(encoded: state.encoded())
                }
            }
            #expect(history.live(in: state) == history.live, "seed \(seed)")
            #expect(
                Set(state.entries.map(\.dot)) == Set(history.changes.map(\.dot)), "seed \(seed)")
            #expect(
                Set(state.awaited.map { LiveWrite(dot: $0.dot, field: $0.field) })
                    == Set(once.awaited.map { LiveWrite(dot: $0.dot, field: $0.field) }),
                "seed \(seed)")
            guard history.live(in: state) == history.live else { return }
        }
    }

    /// Up to 12 changes that name anything: earlier, later, their own dot, and dots that never come.
    private static func randomHistory(_ generator: inout SeededGenerator) -> History {
        let replicas = (0..<4).map { ReplicaNumber(UInt32($0)) }
        var heights: [ReplicaNumber: UInt64] = [:]
        let dots = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
            let replica = replicas[Int.random(in: 0..<4, using: &generator)]
            heights[replica, default: 0] += 1
            return Dot(replica, heights[replica] ?? 1)
        }
        let nameable = dots + [Dot(replicas[3], 99)]
        return History(
            changes: dots.map { dot in
                let fields = [FieldNumber.surname, .listLine, .note].filter { _ in
                    Bool.random(using: &generator)
                }
                let writes = fields.map { field in
                    (field, nameable.filter { _ in Int.random(in: 0..<4, using: &generator) == 0 })
                }
                return change(dot, writes)
            })
    }

    @Test func `a name that comes before its dot is remembered`() {
        let created = change(Dot(replicaA, 1), [(.surname, []), (.note, [])])
        let corrected = change(Dot(replicaB, 1), [(.surname, [Dot(replicaA, 1)])])
        let history = History(changes: [created, corrected])

        let early = history.state(applying: [corrected])
        #expect(early.awaited.map(\.field) == [.surname])
        #expect(early.awaited.map(\.dot) == [Dot(replicaA, 1)])

        let state = history.state(applying: [corrected, created])
        #expect(state.awaited.isEmpty)
        #expect(
            history.live(in: state) == [
                LiveWrite(dot: Dot(replicaA, 1), field: .note),
                LiveWrite(dot: Dot(replicaB, 1), field: .surname),
            ])
    }

    @Test func `a stale name leaves a sibling`() {
        let history = History(changes: [
            change(Dot(replicaA, 1), [(.surname, [])], .text("Koval")),
            change(Dot(replicaB, 1), [(.surname, [Dot(replicaA, 1)])], .text("Kovalchuk")),
            change(Dot(replicaC, 1), [(.surname, [Dot(replicaA, 1)])], .text("Kowal")),
        ])
        let siblings = history.siblings(of: .surname, in: history.state(applying: history.changes))
        #expect(siblings.values.map(\.content) == [.text("Kovalchuk"), .text("Kowal")])
        #expect(siblings.isConflict)
    }

    @Test func `two who resolve unlike leave a conflict, and two who resolve alike do not`() {
        let both = [Dot(replicaA, 1), Dot(replicaB, 1)]
        func resolved(_ left: String, _ right: String) -> Siblings {
            let history = History(changes: [
                change(both[0], [(.surname, [])], .text("Koval")),
                change(both[1], [(.surname, [])], .text("Kowal")),
                change(Dot(replicaA, 2), [(.surname, both)], .text(left)),
                change(Dot(replicaB, 2), [(.surname, both)], .text(right)),
            ])
            return history.siblings(of: .surname, in: history.state(applying: history.changes))
        }
        #expect(resolved("Koval", "Kowal").isConflict)
        let alike = resolved("Koval", "Koval")
        #expect(!alike.isConflict)
        #expect(alike.values.map(\.witnesses.count) == [2])
    }

    @Test func `adding to a set wins over a removal that had not seen it`() {
        let history = History(changes: [
            change(Dot(replicaA, 1), [(.listLine, [])], .text("17")),
            change(Dot(replicaB, 1), [(.listLine, [Dot(replicaA, 1)])], .removal),
            change(Dot(replicaC, 1), [(.listLine, [])], .text("17")),
        ])
        let siblings = history.siblings(of: .listLine, in: history.state(applying: history.changes))
        #expect(siblings.values.map(\.content) == [.text("17")])
        #expect(siblings.values.first?.witnesses.map(\.dot) == [Dot(replicaC, 1)])
        #expect(!siblings.isConflict)
    }

    @Test func `nothing vanishes unless it is named in its own field`() {
        let created = change(Dot(replicaA, 1), [(.surname, []), (.note, [])])
        let other = change(Dot(replicaB, 1), [(.note, [Dot(replicaA, 1)])])
        let history = History(changes: [created, other])
        for order in permutations(history.changes) {
            let live = history.live(in: history.state(applying: order))
            #expect(live.contains(LiveWrite(dot: Dot(replicaA, 1), field: .surname)))
            #expect(!live.contains(LiveWrite(dot: Dot(replicaA, 1), field: .note)))
        }
    }

    @Test func `a record's state is the same after a trip to disk`() throws {
        let history = History(changes: [
            change(Dot(replicaA, 1), [(.surname, []), (.note, [])]),
            change(Dot(replicaB, 1), [(.surname, [Dot(replicaA, 1), Dot(replicaC, 7)])]),
            // Comes last in some orders, born replaced: the list of its live fields is empty, and so is what follows.
            change(Dot(replicaC, 7), [(.surname, [])]),
        ])
        for order in permutations(history.changes) {
            let state = history.state(applying: order)
            #expect(try RecordState(encoded: state.encoded()) == state)
        }
    }
}
