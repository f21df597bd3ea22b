import RollcallCore
import Testing

@Suite struct Base32Tests {
    /// A record's ten digits and a code's twenty, some of them extreme.
    private static let forms: [[UInt8]] = [9, 19].flatMap { count in
        var generator = SeededGenerator(seed: UInt64(count))
        let random = (0..<20).map { _ in
            (0..<count).map { _ in UInt8.random(in: 0..<32, using: &generator) }
        }
        return random + [[UInt8](repeating: 0, count: count), [UInt8](repeating: 31, count: count)]
    }

    private static func isAccepted(_ digits: [UInt8]) -> Bool {
        (try? Base32.checked(Base32.text(digits), digitCount: digits.count)) != nil
    }

    @Test(arguments: forms) func `the check digit catches every single wrong digit`(digits: [UInt8])
    {
        let whole = digits + [Base32.checkDigit(digits)]
        #expect(Self.isAccepted(whole))
        for place in whole.indices {
            for wrong in UInt8(0)..<32 where wrong != whole[place] {
                var typed = whole
                typed[place] = wrong
                #expect(!Self.isAccepted(typed))
            }
        }
    }

    @Test(arguments: forms) func `the check digit catches every swap of neighbours`(digits: [UInt8])
    {
        let whole = digits + [Base32.checkDigit(digits)]
        for place in digits.indices where whole[place] != whole[place + 1] {
            var typed = whole
            typed.swapAt(place, place + 1)
            #expect(!Self.isAccepted(typed))
        }
    }

    @Test func `what a person types is read kindly`() throws {
        #expect(Base32.values("AbC-oO iIlL") == [10, 11, 12, 0, 0, 1, 1, 1, 1])
        #expect(Base32.values("u") == nil)
        // The Kelvin sign is no k.
        #expect(Base32.values("\u{212a}") == nil)
    }

    @Test func `digits that are too few, too many, none, or wrong are told apart`() {
        let digits: [UInt8] = [1, 2, 3]
        let whole = Base32.text(digits + [Base32.checkDigit(digits)])
        func refusal(_ text: String) -> Refusal? {
            do throws(FormatError) {
                _ = try Base32.checked(text, digitCount: 4)
                return nil
            } catch { return error.refusal }
        }
        #expect(refusal(whole) == nil)
        #expect(refusal(String(whole.dropLast())) == .truncated)
        #expect(refusal(whole + "0") == .trailingBytes)
        #expect(refusal("u" + whole.dropFirst()) == .badDigit)
        #expect(refusal("z" + whole.dropFirst()) == .wrongCheckDigit)
    }

    @Test(arguments: [0, 1, 31, 32, 0x1fff_ffff_ffff, .max] as [UInt64])
    func `a number is its digits`(number: UInt64) {
        let digits = Base32.digits(number, count: 13)
        #expect(Base32.number(Base32.values(digits) ?? []) == number)
        var writer = ByteWriter()
        writer.u64(number)
        #expect(Base32.digits(writer.bytes) == digits)
    }

    @Test func `a number over 64 bits is none`() {
        #expect(Base32.number(Base32.values("g000000000000") ?? []) == nil)
        #expect(Base32.number(Base32.values("00000000000000") ?? []) == nil)
    }
}
