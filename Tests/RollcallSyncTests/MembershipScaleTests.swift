import RollcallCore
import RollcallTrust
import Testing

@testable import RollcallSync

/// As many nodes and entries as a register may have.
///
/// Judged plainly, in the square of their number, these take minutes.
@Suite(.timeLimit(.minutes(10))) struct MembershipScaleTests {
    typealias Entry = ControlScript.Entry

    private static let nodeCount = ControlScript.nodeCount
    private static let entryCount = 4_096

    /// The founder lets in all others, who know that.
    private var founding: [Entry] {
        (1..<Self.nodeCount).map {
            Entry(author: 0, act: .admit($0, .administrator), known: [$0 - 1])
        }
    }

    private func judge(_ entries: [Entry]) -> Membership {
        let script = ControlScript(entries)
        #expect(script.changes.count == Self.entryCount)
        let membership = script.membership()
        #expect(membership.entryCount == Self.entryCount)
        return membership
    }

    /// Each in turn gives roles, knowing all that was given before.
    @Test func `one after the other`() {
        var entries = founding
        var counts = [Int](repeating: 0, count: Self.nodeCount)
        counts[0] = entries.count
        while entries.count < Self.entryCount - 1 {
            let author = entries.count % Self.nodeCount
            let target = (entries.count * 7 + 1) % Self.nodeCount
            entries.append(Entry(author: author, act: .role(target, .administrator), known: counts))
            counts[author] += 1
        }
        entries.append(Entry(author: 5, act: .revoke(9, isWhole: true), known: counts))
        let membership = judge(entries)
        #expect(membership.members.count == Self.nodeCount - 1)
        #expect(membership.isRevoked(9))
    }

    /// None hears of another, and each speaks of all in turn.
    @Test func `all apart`() {
        var entries = founding
        let known = [entries.count]
        while entries.count < Self.entryCount {
            let author = entries.count % (Self.nodeCount - 1) + 1
            let target = (entries.count / 3) % Self.nodeCount
            let own = [Int](repeating: 0, count: author) + [0]
            entries.append(
                Entry(
                    author: author, act: .role(target, .administrator),
                    known: known + own.dropFirst()))
        }
        #expect(judge(entries).members.count == Self.nodeCount)
    }

    /// Two administrators give each other roles, knowing all.
    @Test func `all about the same two`() {
        var entries = founding
        var counts = [entries.count, 0]
        while entries.count < Self.entryCount {
            let author = entries.count % 2
            entries.append(
                Entry(author: author, act: .role(1 - author, .administrator), known: counts))
            counts[author] += 1
        }
        #expect(judge(entries).members.count == Self.nodeCount)
    }

    /// One is let in and taken out again and again, all apart.
    @Test func `many revokes of one`() {
        var entries = founding
        let known = [entries.count]
        while entries.count < Self.entryCount {
            let author = entries.count % (Self.nodeCount - 2) + 2
            let act: ControlScript.Act =
                entries.count % 2 == 0 ? .revoke(1, isWhole: true) : .admit(1, .administrator)
            entries.append(Entry(author: author, act: act, known: known))
        }
        let membership = judge(entries)
        #expect(membership.members.count == Self.nodeCount - 1)
        #expect(membership.isRevoked(1))
    }
}
