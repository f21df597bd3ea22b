import RollcallCore
import RollcallTrust
import Testing

@testable import RollcallNode

/// PINs on a laptop, and how soon one may be tried again.
@Suite struct OperatorAccountsTests {
    private func account(wrongTries: Int, triedAt: UInt64) throws -> OperatorAccounts.Account {
        var chance = SystemRandomNumberGenerator()
        let pin = try #require(PIN("1234"))
        return .init(
            name: "Olena", entry: try #require(Dot(rawValue: 1 << 40 | 3)), role: .medic,
            verifier: try PINVerifier(pin, &chance), wrongTries: wrongTries, triedAt: triedAt)
    }

    @Test func `each wrong PIN after the fifth doubles the wait, up to an hour`() throws {
        var tried = try account(wrongTries: 0, triedAt: 1_000_000)
        var waits: [UInt64] = []
        for wrong in 0...14 {
            tried.wrongTries = wrong
            waits.append(OperatorAccounts.secondsToWait(tried, at: 1_000_000))
        }
        #expect(
            waits == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600])
        tried.wrongTries = 5
        #expect(OperatorAccounts.secondsToWait(tried, at: 1_029_001) == 1)
        #expect(OperatorAccounts.secondsToWait(tried, at: 1_030_000) == 0)
        #expect(
            OperatorAccounts.secondsToWait(tried, at: 5) == 30,
            "a clock that was set back lets nobody in")
        tried.wrongTries = .max
        #expect(OperatorAccounts.secondsToWait(tried, at: 1_000_000) == 3_600)
    }

    @Test func `accounts come back from their bytes, and only the right PIN is right`() throws {
        var accounts = OperatorAccounts()
        accounts.put(try account(wrongTries: 3, triedAt: 77))
        let read = try OperatorAccounts(accounts.encoded())
        #expect(read == accounts)
        let verifier = try #require(read["Olena"]).verifier
        #expect(try verifier.verifies(try #require(PIN("1234"))))
        #expect(try !verifier.verifies(try #require(PIN("1235"))))
    }
}
