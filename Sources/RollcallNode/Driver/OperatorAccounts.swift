import RollcallCore
import RollcallTrust

/// The people who have a PIN on this laptop, and how often it was typed wrong; sealed with the register, and never sent.
///
/// A PIN of a few digits can be found by trying them all. So nothing that would tell a right one from a wrong one leaves the
/// laptop, on which each try is counted before it is judged.
struct OperatorAccounts: Equatable {
    struct Account: Equatable {
        var name: String
        /// Of the entry that names the person in the register.
        var entry: Dot
        var role: Role
        var verifier: PINVerifier
        var wrongTries = 0
        /// Milliseconds since 1970, of the last try.
        var triedAt: UInt64 = 0
    }

    static let metaKey = "operator accounts"
    static let triesBeforeWait = 5
    private static let waitSecondsMin: UInt64 = 30
    private static let waitSecondsMax: UInt64 = 3_600

    private(set) var accounts: [Account] = []

    var isEmpty: Bool { accounts.isEmpty }

    subscript(name: String) -> Account? { accounts.first { $0.name == name } }

    /// Puts in an account, in the place of one of the same name.
    mutating func put(_ account: Account) {
        remove(account.name)
        accounts.append(account)
    }

    mutating func remove(_ name: String) { accounts.removeAll { $0.name == name } }

    // MARK: - tries

    /// How many seconds must pass before the next try.
    static func secondsToWait(_ account: Account, at wallClock: UInt64) -> UInt64 {
        guard account.wrongTries >= triesBeforeWait else { return 0 }
        let doublings = min(account.wrongTries - triesBeforeWait, 16)
        let wait = min(waitSecondsMin << UInt64(doublings), waitSecondsMax)
        // A clock that was set back lets nobody in sooner.
        let passed = wallClock > account.triedAt ? wallClock - account.triedAt : 0
        return passed >= wait * 1_000 ? 0 : (wait * 1_000 - passed + 999) / 1_000
    }

    mutating func noteTry(_ name: String, at wallClock: UInt64) {
        change(name) { account in
            account.wrongTries += 1
            account.triedAt = wallClock
        }
    }

    mutating func noteRight(_ name: String) { change(name) { $0.wrongTries = 0 } }

    private mutating func change(_ name: String, _ body: (inout Account) -> Void) {
        guard let index = accounts.firstIndex(where: { $0.name == name }) else { return }
        body(&accounts[index])
    }

    // MARK: - as bytes

    init() {}

    init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        while !reader.isAtEnd {
            let name = try reader.text("name")
            guard let entry = Dot(rawValue: try reader.u64("entry")),
                let role = Role(rawValue: try reader.u8("role"))
            else { throw FormatError(.outOfLimits, "account") }
            accounts.append(
                Account(
                    name: name, entry: entry, role: role,
                    verifier: try PINVerifier(from: &reader),
                    wrongTries: Int(clamping: try reader.varint("wrong tries")),
                    triedAt: try reader.varint("tried at")))
        }
    }

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        for account in accounts {
            writer.text(account.name)
            writer.u64(account.entry.rawValue)
            writer.u8(account.role.rawValue)
            account.verifier.encode(to: &writer)
            writer.varint(account.wrongTries)
            writer.varint(account.triedAt)
        }
        return writer.bytes
    }
}
