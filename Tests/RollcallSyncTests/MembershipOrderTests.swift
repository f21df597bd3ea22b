import RollcallCore
import RollcallTrust
import Testing

@testable import RollcallSync

/// Every history by three administrators up to a length, once each.
///
/// A history is what each wrote and how much of the others they knew then, not the order in which we list it: of the
/// orders in which it could have been written only the first in the alphabet is given.
struct ShortHistories {
    typealias Entry = ControlScript.Entry

    let length: Int
    let acts: (Int) -> [ControlScript.Act]
    /// What comes first, by the founder alone.
    var founding = MembershipTests.founding

    /// Any of the other two is taken out.
    static func removals(by author: Int) -> [ControlScript.Act] {
        (0..<3).filter { $0 != author }.map { .revoke($0, isWhole: true) }
    }

    /// The other two are taken out, with what is known of them or with nothing; one is made an operator; a fourth is let in.
    static func acts(of author: Int) -> [ControlScript.Act] {
        removals(by: author) + [
            .revoke((author + 1) % 3, isWhole: false), .role((author + 1) % 3, .operator),
            .admit(3, .administrator),
        ]
    }

    /// The data of the third is adopted and refused, and one of the other two is taken out.
    static func judgements(by author: Int) -> [ControlScript.Act] {
        [.judge(2, .adopt), .judge(2, .refuse), .revoke((author + 1) % 3, isWhole: true)]
    }

    /// A fourth and a fifth are let in under the key of the third, and one of the other two is taken out.
    static func claims(by author: Int) -> [ControlScript.Act] {
        [.admitAs(3, 2), .admitAs(4, 3), .admitAs(4, 2), .revoke((author + 1) % 3, isWhole: true)]
    }

    /// Two days and a hold are set, the hold is lifted, and one of the other two is taken out.
    static func keepings(by author: Int) -> [ControlScript.Act] {
        [
            .keep(20_849), .keep(author == 1 ? 0 : 20_000), .hold(2, .hold), .hold(2, .lift),
            .revoke((author + 1) % 3, isWhole: true),
        ]
    }

    /// New keys are made, a laptop recovers with those of the founding or with new ones, or one of the other two is taken out.
    static func recoveries(by author: Int) -> [ControlScript.Act] {
        [
            .makeKeys, .recover(0), .recover(2), .role((author + 1) % 3, .operator),
            .revoke((author + 1) % 3, isWhole: true),
        ]
    }

    func forEach(_ body: ([Entry]) async throws -> Void) async rethrows {
        try await extend([], [founding.count, 0, 0], body)
    }

    private func extend(
        _ entries: [Entry], _ counts: [Int], _ body: ([Entry]) async throws -> Void
    ) async rethrows {
        try await body(entries)
        guard entries.count < length else { return }
        for author in 0..<3 {
            for known in knowledge(of: author, entries, counts) {
                guard isFirstInAlphabet(author, known, entries, counts) else { continue }
                var grown = counts
                grown[author] += 1
                for act in acts(author) {
                    let entry = Entry(author: author, act: act, known: known)
                    try await extend(entries + [entry], grown, body)
                }
            }
        }
    }

    /// What an author may know: all that it wrote, and with a change all that its author knew.
    private func knowledge(of author: Int, _ entries: [Entry], _ counts: [Int]) -> [[Int]] {
        var found: [[Int]] = []
        for first in founding.count...counts[0] {
            for second in 0...counts[1] {
                for third in 0...counts[2] {
                    let known = [first, second, third]
                    guard known[author] == counts[author], isClosed(known, entries) else {
                        continue
                    }
                    found.append(known)
                }
            }
        }
        return found
    }

    private func isClosed(_ known: [Int], _ entries: [Entry]) -> Bool {
        var written = [founding.count, 0, 0]
        return entries.allSatisfy { entry in
            written[entry.author] += 1
            return written[entry.author] > known[entry.author]
                || zip(entry.known, known).allSatisfy { $0 <= $1 }
        }
    }

    /// Whether an entry could not as well stand before one of a later author that it did not know.
    private func isFirstInAlphabet(
        _ author: Int, _ known: [Int], _ entries: [Entry], _ counts: [Int]
    ) -> Bool {
        var counts = counts
        for entry in entries.reversed() {
            guard known[entry.author] < counts[entry.author] else { return true }
            guard entry.author < author else { return false }
            counts[entry.author] -= 1
        }
        return true
    }
}

@Suite struct MembershipOrderTests {
    typealias Entry = ControlScript.Entry

    /// The founding comes first, and all else in every order.
    private func expectOne(
        _ entries: [Entry], founding: [Entry] = MembershipTests.founding,
        foundingFirst: Bool = true
    ) {
        let script = ControlScript(founding + entries)
        let plain = PlainMembership(founding + entries, script.table)
        #expect(
            script.outcomeOfEveryOrder(after: foundingFirst ? founding.count : 0) == plain.outcome)
    }

    @Test func `every history of two acts of any kind, with the founding, comes out one way`()
        async
    {
        var historyCount = 0
        await ShortHistories(length: 2, acts: ShortHistories.acts(of:)).forEach { entries in
            historyCount += 1
            expectOne(entries, foundingFirst: false)
        }
        #expect(historyCount == 316)
    }

    /// One in a thousand; all of them in a soak.
    @Test func `every history of up to four acts of any kind comes out one way in every order`()
        async
    {
        await expectOne(ShortHistories(length: 4, acts: ShortHistories.acts(of:)), oneIn: 1_000)
    }

    /// All of three, and of those of four and five some; all of them in a soak.
    @Test func `every history of up to five removals comes out one way in every order`() async {
        await expectOne(ShortHistories(length: 3, acts: ShortHistories.removals(by:)), oneIn: 1)
        await expectOne(ShortHistories(length: 5, acts: ShortHistories.removals(by:)), oneIn: 400)
    }

    /// All of two, and of those of three and four some; all of them in a soak.
    @Test func `every history of up to four adoptions, refusals and removals comes out one way`()
        async
    {
        await expectOne(ShortHistories(length: 2, acts: ShortHistories.judgements(by:)), oneIn: 1)
        await expectOne(ShortHistories(length: 4, acts: ShortHistories.judgements(by:)), oneIn: 200)
    }

    /// All of two, and of those of three and four some; all of them in a soak.
    @Test func `every history of up to four claims to one TLS key comes out one way`() async {
        await expectOne(ShortHistories(length: 2, acts: ShortHistories.claims(by:)), oneIn: 1)
        await expectOne(ShortHistories(length: 4, acts: ShortHistories.claims(by:)), oneIn: 300)
    }

    /// All of two, and of those of three some; all of them in a soak.
    @Test func `every history of up to three ends, holds and removals comes out one way`() async {
        await expectOne(ShortHistories(length: 2, acts: ShortHistories.keepings(by:)), oneIn: 1)
        await expectOne(ShortHistories(length: 3, acts: ShortHistories.keepings(by:)), oneIn: 60)
    }

    /// The founder 0 has let in the operator 1 and the administrator 2, and made recovery keys.
    static let foundingWithKeys = [
        Entry(author: 0, act: .admit(1, .operator), known: [0, 0, 0]),
        Entry(author: 0, act: .admit(2, .administrator), known: [1, 0, 0]),
        Entry(author: 0, act: .makeKeys, known: [2, 0, 0]),
    ]

    /// All of two, and of those of three and four some; all of them in a soak.
    @Test func `every history of up to four keys made, recoveries and removals comes out one way`()
        async
    {
        func histories(_ length: Int) -> ShortHistories {
            ShortHistories(
                length: length, acts: ShortHistories.recoveries(by:),
                founding: Self.foundingWithKeys)
        }
        await expectOne(histories(2), oneIn: 1)
        await expectOne(histories(3), oneIn: 40)
        await expectOne(histories(4), oneIn: 8_000)
    }

    private func expectOne(_ histories: ShortHistories, oneIn divisor: Int) async {
        var index = 0
        await histories.forEach { entries in
            let isChosen = LawsTests.isSoak || index % divisor == 0
            index += 1
            // Others wait for a thread.
            if isChosen || index % 1_000 == 0 { await Task.yield() }
            if isChosen { expectOne(entries, founding: histories.founding) }
        }
    }

    /// In a soak, 10,000.
    @Test func `random histories of twelve laptops come out one way, and removals stay`() async {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<(LawsTests.isSoak ? 10_000 : 80) {
            await Task.yield()
            let entries = randomHistory(&generator)
            let script = ControlScript(entries)
            let plain = PlainMembership(entries, script.table).outcome
            for order in 0..<4 {
                let indices = Array(entries.indices).shuffled(using: &generator)
                let membership = script.membership(indices, settlingEach: order > 0)
                #expect(Outcome(membership, script.replicasWritten) == plain)
            }
            if Int.random(in: 0..<4, using: &generator) == 0 { expectRemovalsStay(entries) }
        }
    }

    private func randomHistory(_ generator: inout SeededGenerator) -> [Entry] {
        var entries = MembershipTests.founding
        var counts = [2] + [Int](repeating: 0, count: ControlScript.nodeCount + 11)
        for _ in 0..<Int.random(in: 4...24, using: &generator) {
            let node = Int.random(in: 0..<12, using: &generator)
            let isSecond = Int.random(in: 0..<4, using: &generator) == 0
            let author = isSecond ? node + ControlScript.nodeCount : node
            let known = counts.enumerated().map { replica, count in
                replica == author ? count : Int.random(in: 0...count, using: &generator)
            }
            var entry = Entry(author: author, act: randomAct(&generator), known: known)
            if isSecond, counts[author] == 0 {
                entry.ended = Int.random(in: 0...counts[node], using: &generator)
            }
            entries.append(entry)
            counts[author] += 1
        }
        return entries
    }

    private func randomAct(_ generator: inout SeededGenerator) -> ControlScript.Act {
        let target = Int.random(in: 0..<12, using: &generator)
        switch Int.random(in: 0..<22, using: &generator) {
        case 18: return .makeKeys
        case 19...20: return .recover(target % 4, Int.random(in: 1...2, using: &generator))
        case 21:
            return .recover(
                target % 4, with: Bool.random(using: &generator) ? .oneAndForeign : .twoForAnother)
        case 17: return .admitAs(target, Int.random(in: 0..<4, using: &generator))
        case ..<5: return .admit(target, .administrator)
        case ..<7:
            return .role(target, Role.allCases.randomElement(using: &generator) ?? .observer)
        case 7: return .name
        case 12: return .judge(target % 4, .adopt)
        case 13: return .judge(target % 4, .refuse)
        case 14: return .keep(UInt64(target))
        case 15: return .hold(target % 4, .hold)
        case 16: return .hold(target % 4, .lift)
        case 8: return .revokeUnseen(target)
        default: return .revoke(target, isWhole: Bool.random(using: &generator))
        }
    }

    /// Removals are never undone by what comes later.
    private func expectRemovalsStay(_ entries: [Entry]) {
        var before = Membership(genesis: ControlScript.genesis, scheme: .ideal)
        for count in 0...entries.count {
            let after = ControlScript(Array(entries.prefix(count))).membership()
            for index in 0..<12 where before.isRevoked(index) {
                #expect(after.roles[index] == nil)
            }
            before = after
        }
    }
}
