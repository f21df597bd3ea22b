import RollcallCore
import Testing

@testable import RollcallNode

@Suite struct SearchIndexTests {
    private static func dot(_ counter: UInt64) -> Dot { Dot(ReplicaNumber(0), counter) }

    @Test func `a search finds what plain looking finds, through changes and removals`() {
        var chance = SystemRandomNumberGenerator()
        var index = SearchIndex()
        var plain: [Dot: [UInt8]] = [:]
        for _ in 0..<4_000 {
            let dot = Self.dot(UInt64.random(in: 1...200, using: &chance))
            let isGone = Int.random(in: 0..<5, using: &chance) == 0
            let texts: [UInt8]? =
                isGone
                ? nil
                : (0..<Int.random(in: 0...1_200, using: &chance)).map { _ in
                    UInt8.random(in: 0x61...0x63, using: &chance)
                } + [0]
            index.put(dot, texts)
            plain[dot] = texts
        }
        for length in 1...9 {
            for _ in 0..<20 {
                let wanted = (0..<length).map { _ in UInt8.random(in: 0x61...0x63, using: &chance) }
                let expected = plain.filter { contains($0.value, wanted) }.map(\.key)
                #expect(index.records(containing: wanted) == Set(expected))
            }
        }
    }

    @Test func `a text does not run on into the next one`() {
        var index = SearchIndex()
        index.put(Self.dot(1), Array("koval\0ivan\0".utf8))
        index.put(Self.dot(2), Array("anna\0".utf8))
        #expect(index.records(containing: Array("valiv".utf8)).isEmpty)
        #expect(index.records(containing: Array("nan".utf8)).isEmpty)
        #expect(index.records(containing: Array("an".utf8)) == [Self.dot(1), Self.dot(2)])
        #expect(index.records(containing: Array("a".utf8)).count == 2)
    }

    @Test func `records that are written are read anew`() {
        var index = SearchIndex()
        index.put(Self.dot(1), [0x61, 0])
        index.note([.record(StoredRecord(dot: Self.dot(1), state: []), conflicts: 0)])
        index.note([.dropRecord(Self.dot(2))])
        #expect(index.stale == [Self.dot(1), Self.dot(2)])
        index.put(Self.dot(1), nil)
        #expect(index.stale == [Self.dot(2)])
        #expect(index.records(containing: [0x61]).isEmpty)
    }

    @Test(arguments: [("ÉTÉ", "ete"), ("Ковальчук", "ковальчук"), ("KOVAL 7", "koval 7")])
    func `case and marks are of no account`(typed: String, folded: String) {
        #expect(SearchText.foldedBytes(typed) == Array(folded.utf8))
    }

    private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard bytes.count >= part.count else { return false }
        return (0...(bytes.count - part.count)).contains { bytes[$0...].starts(with: part) }
    }
}
