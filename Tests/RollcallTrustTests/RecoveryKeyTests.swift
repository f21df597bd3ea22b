import RollcallCore
import RollcallTrust
import Testing

/// A recovery key on paper, and what a person makes of it at a keyboard.
@Suite struct RecoveryKeyTests {
    private let key = RecoveryKey()

    private var groups: [String] { key.text.split(separator: "-").map(String.init) }

    private func mistake(_ typed: [String], by separator: String = "-") -> RecoveryKeyMistake? {
        do throws(RecoveryKeyMistake) {
            _ = try RecoveryKey(typed: typed.joined(separator: separator))
            return nil
        } catch {
            return error
        }
    }

    @Test func `a key is typed as it is printed, in capitals, with blanks or with nothing between`()
        throws
    {
        #expect(groups.map(\.count) == [Int](repeating: 5, count: 13))
        for typed in [
            key.text, key.text.uppercased(), groups.joined(separator: " "), groups.joined(),
            key.text.replacing("0", with: "o").replacing("1", with: "I"),
        ] {
            #expect(try RecoveryKey(typed: typed).key.secret == key.key.secret)
        }
    }

    @Test func `every key survives its text`() throws {
        for _ in 0..<200 {
            let key = RecoveryKey()
            #expect(try RecoveryKey(typed: key.text).key.secret == key.key.secret)
        }
        let last = try #require(RecoveryKey(secret: [UInt8](repeating: 255, count: 32)))
        #expect(try RecoveryKey(typed: last.text).key.secret == last.key.secret)
        let first = try #require(RecoveryKey(secret: [UInt8](repeating: 0, count: 32)))
        #expect(try RecoveryKey(typed: first.text).key.secret == first.key.secret)
    }

    /// Every wrong digit and every swap of two neighbours, in every group.
    @Test func `one digit that is wrong, or two that changed places, name their group`() {
        let digits = Array("0123456789abcdefghjkmnpqrstvwxyz")
        for place in groups.indices {
            for at in 0..<5 {
                for digit in digits {
                    var group = Array(groups[place])
                    guard group[at] != digit else { continue }
                    group[at] = digit
                    var typed = groups
                    typed[place] = String(group)
                    let expected = RecoveryKeyMistake(group: place + 1, refusal: .wrongCheckDigit)
                    #expect(mistake(typed) == expected && mistake(typed, by: "") == expected)
                }
            }
            for at in 0..<4 {
                var group = Array(groups[place])
                guard group[at] != group[at + 1] else { continue }
                group.swapAt(at, at + 1)
                var typed = groups
                typed[place] = String(group)
                #expect(mistake(typed)?.group == place + 1)
            }
        }
    }

    @Test func `groups that changed places, and one typed twice, are noticed`() {
        for (one, other) in [(0, 1), (3, 9), (11, 12)] where groups[one] != groups[other] {
            var typed = groups
            typed.swapAt(one, other)
            #expect(mistake(typed)?.group == one + 1)
            typed = groups
            typed[other] = typed[one]
            #expect(mistake(typed)?.group == other + 1)
        }
    }

    @Test func `a digit too few or too many is told of its own group`() {
        for place in groups.indices {
            var typed = groups
            typed[place].removeLast()
            #expect(mistake(typed) == RecoveryKeyMistake(group: place + 1, refusal: .truncated))
            typed[place] += "00"
            #expect(
                mistake(typed) == RecoveryKeyMistake(group: place + 1, refusal: .trailingBytes))
            typed[place] = "u0000"
            #expect(mistake(typed) == RecoveryKeyMistake(group: place + 1, refusal: .badDigit))
        }
    }

    @Test func `a key that ends early or goes on is told of where`() {
        #expect(mistake([]) == RecoveryKeyMistake(group: 1, refusal: .truncated))
        #expect(
            mistake(Array(groups.prefix(7))) == RecoveryKeyMistake(group: 8, refusal: .truncated))
        #expect(
            mistake(groups + ["00000"]) == RecoveryKeyMistake(group: 14, refusal: .trailingBytes))
    }

    @Test func `three keys in another order are one set, and its name says where it was made`()
        throws
    {
        let keys = (0..<3).map { _ in NodeKey() }.map(\.node)
        let set = RecoveryKeys(keys)
        #expect(set == RecoveryKeys(keys.reversed()))
        let register = RegisterID([UInt8](repeating: 7, count: 16))
        let here = ReplicaID(node: keys[0], lane: .control, incarnation: 1)
        let there = ReplicaID(node: keys[0], lane: .control, incarnation: 2)
        let names = [
            set.set(in: register, of: here, 1), set.set(in: register, of: here, 2),
            set.set(in: register, of: there, 1),
            set.set(in: RegisterID([UInt8](repeating: 8, count: 16)), of: here, 1),
        ]
        #expect(Set(names).count == names.count)
    }

    @Test func `what was signed for one register, set or dot is good for no other`() {
        let keys = [NodeKey(), NodeKey()]
        let (one, two) = (
            RegisterID([UInt8](repeating: 1, count: 16)),
            RegisterID([UInt8](repeating: 2, count: 16))
        )
        let id = ReplicaID(node: keys[0].node, lane: .control, incarnation: 1)
        let other = ReplicaID(node: keys[1].node, lane: .control, incarnation: 1)
        let set = [UInt8](repeating: 3, count: 32)
        let signed = Recovery(by: keys, of: set, in: one, at: id, 5)
        #expect(signed.isSigned(in: one, at: id, 5))
        #expect(!signed.isSigned(in: two, at: id, 5))
        #expect(!signed.isSigned(in: one, at: other, 5))
        #expect(!signed.isSigned(in: one, at: id, 6))
        let elsewhere = Recovery(
            by: keys, of: [UInt8](repeating: 4, count: 32), in: one, at: id, 5)
        #expect(elsewhere.set != set && elsewhere.proofs != signed.proofs)
    }
}
