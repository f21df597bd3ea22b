import RollcallSimulation
import Testing

/// The sample operation is what it says it is.
struct SampleTests {
    private static let sample = SampleOperation(seed: 1)

    private func handedOver(
        _ sample: SampleOperation, _ side: SampleSide, stage: String, isCivilian: Bool
    ) -> Int {
        sample.passages.count {
            let person = sample[person: $0.person]
            return $0.outcome == .handedOver && $0.stage == stage && person.side == side
                && person.isCivilian == isCivilian
        }
    }

    @Test(arguments: [1, 2, 77] as [UInt64])
    func `each side hands over 390, 307 and 303, of them 880 military and 120 civilian`(
        seed: UInt64
    ) {
        let sample = SampleOperation(seed: seed)
        for side in SampleSide.allCases {
            for plan in sample.plans {
                #expect(
                    handedOver(sample, side, stage: plan.code, isCivilian: false) == plan.military)
                #expect(
                    handedOver(sample, side, stage: plan.code, isCivilian: true) == plan.civilian)
            }
        }
        #expect(sample.plans.map(\.all) == [390, 307, 303])
        #expect(sample.plans.map(\.military).reduce(0, +) == 880)
        #expect(sample.plans.map(\.civilian).reduce(0, +) == 120)
    }

    @Test func `nobody crosses twice, nor at a stage before they were missing`() {
        let passages = Self.sample.passages
        let crossed = passages.filter { $0.outcome == .handedOver }.map(\.person)
        #expect(Set(crossed).count == crossed.count)
        let byPerson = Dictionary(grouping: passages, by: \.person)
        #expect(Set(byPerson.keys) == Set(Self.sample.people.map(\.number)))
        let repeated = byPerson.values.filter { $0.count > 1 }
        #expect(!repeated.isEmpty)
        for passages in repeated {
            #expect(passages.dropLast().allSatisfy { [.absent, .deferred].contains($0.outcome) })
            #expect(passages.last?.outcome == .handedOver && passages.last?.line == nil)
            #expect(passages.map(\.stage) == passages.map(\.stage).sorted())
        }
    }

    @Test func `the same seed gives the same bytes, another seed others`() {
        func text(_ seed: UInt64) -> String {
            SampleOperation(seed: seed).files.map { $0.name + $0.text }.joined()
        }
        #expect(text(5) == text(5))
        #expect(text(5) != text(6))
    }

    @Test func `the newest revision has the lines of the plan, and revisions differ as they do`() {
        for plan in Self.sample.plans {
            for side in SampleSide.allCases {
                let lists = Self.sample.lists.filter { $0.side == side && $0.stage == plan.code }
                #expect(
                    lists.map(\.revision) == (plan.code == "1" && side == .a ? [1, 2, 3] : [1, 2]))
                #expect(lists.last?.lines.count == plan.all)
                for (one, next) in zip(lists, lists.dropFirst()) {
                    let (before, after) = (
                        Set(one.lines.map(\.number)), Set(next.lines.map(\.number))
                    )
                    #expect(
                        !before.subtracting(after).isEmpty && !after.subtracting(before).isEmpty)
                    #expect(one.text != next.text)
                }
            }
        }
        let late = Self.sample.passages.filter { !$0.isListed && $0.line != nil }
        #expect(late.count { $0.outcome == .handedOver } == 2)
    }

    @Test func `each error has about its share of the lines of lists`() {
        var lines = 0
        var counts: [SampleError: Int] = [:]
        for seed in 1...5 as ClosedRange<UInt64> {
            for passage in SampleOperation(seed: seed).passages where passage.line != nil {
                lines += 1
                for error in passage.errors { counts[error, default: 0] += 1 }
            }
        }
        for error in SampleError.allCases {
            let found = Double(counts[error] ?? 0) / Double(lines) * 1_000
            // Four standard deviations of 10,000 draws are 2 to 10 of a thousand.
            let most = 4 * (Double(error.perMille) * Double(lines) / 1_000).squareRoot()
            let expected = Double(error.perMille)
            #expect(abs(found - expected) < most / Double(lines) * 1_000 + 1, "\(error)")
        }
    }

    @Test func `what happens at the tables has its share`() {
        let passages = Self.sample.passages
        func count(_ isSo: (SamplePassage) -> Bool) -> Int { passages.count(where: isSo) }
        #expect(count { $0.outcome == .absent } == 12)
        #expect(count { $0.outcome == .declined } == 6)
        #expect(count { $0.outcome == .deferred } == 6)
        // For each of these another comes, of whom two were taken off the late list.
        #expect(count { $0.outcome == .handedOver && !$0.isListed } == 24)
        #expect(count { $0.isTwice } == 20)
        #expect(count { $0.isDisputed } == 6)
        let names = Dictionary(grouping: Self.sample.people, by: \.name).values.filter {
            $0.count > 1
        }
        let twins = names.count { Set($0.map(\.birth)).count < $0.count }
        #expect((4...24).contains(names.count) && twins >= 1)
    }

    @Test func `one side writes Ukrainian, the other Russian, with columns of their own`() throws {
        let texts = Self.sample.files.filter { $0.name.contains("revision") }.map(\.text)
        #expect(texts.count == 13)
        for text in texts {
            let isUkrainian = text.hasPrefix("\u{FEFF}№;Прізвище")
            #expect(isUkrainian || text.hasPrefix("№,Фамилия"))
            let cells = try #require(text.split(separator: "\r\n").dropFirst().first)
                .split(separator: isUkrainian ? ";" : ",", omittingEmptySubsequences: false)
            #expect(cells.count == 8)
        }
        let russian = texts.filter { $0.hasPrefix("№,") }.joined()
        let ukrainian = texts.filter { !$0.hasPrefix("№,") }.joined()
        #expect(!russian.dropFirst(100).contains("ї") && ukrainian.contains("ї"))
        #expect(russian.contains("ы"))
    }
}
