import Testing

@testable import RollcallExchange

@Suite struct SlipTests {
    private let slips = (1...400).map { Slip(seed: 0x9e37_79b9_7f4a_7c15, number: $0) }

    @Test func canBeTypedInEitherAlphabet() {
        let slip = Slip(seed: 123_456, number: 17)
        let cyrillic = String(
            slip.text.map {
                [
                    "A": "А", "B": "В", "C": "С", "E": "Е", "H": "Н", "K": "К", "M": "М", "O": "О",
                    "P": "Р", "T": "Т", "X": "Х",
                ][$0] ?? $0
            })
        #expect(Slip(typed: cyrillic) == slip)
        #expect(
            Slip(typed: " \(slip.text.lowercased().prefix(3)) \(slip.text.dropFirst(3)) ") == slip)
    }

    @Test func oneWrongCharacterIsNoticed() {
        for slip in slips {
            let text = Array(slip.text)
            for place in text.indices {
                let others = text[place].isNumber ? Array("0123456789") : Slip.letters
                for other in others where other != text[place] {
                    var wrong = text
                    wrong[place] = other
                    #expect(Slip(typed: String(wrong)) == nil)
                }
            }
        }
    }

    @Test func twoDigitsTheWrongWayRoundAreNoticed() {
        for slip in slips where slip.text.count > 5 {
            var text = Array(slip.text)
            guard text[3] != text[4], text[4].isNumber else { continue }
            text.swapAt(3, 4)
            #expect(Slip(typed: String(text)) == nil)
        }
    }

    @Test func anotherLaptopsSlipHasNoNumberHere() {
        #expect(slips[4].number(of: 0x9e37_79b9_7f4a_7c15) == 5)
        #expect(slips[4].number(of: 1) == nil)
    }

    @Test(arguments: ["", "ABC", "ABCX", "ABC1", "XYZ1A", "ABC12345678901A", "Коваль"])
    func whatIsNoSlipIsNone(_ text: String) { #expect(Slip(typed: text) == nil) }
}
