import RollcallControl
import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// Keys on paper, of which two make this laptop an administrator.
extension Driver {
    /// Makes three keys: the public halves go into the register, the secret ones into the answer and nowhere else.
    func makeRecoveryKeys() throws -> RecoveryKeysReport {
        try requireRegister()
        let keys = (0..<RecoveryKeys.count).map { _ in RecoveryKey() }
        let replaced = laptop.recoverySets.count
        let now = moment
        _ = try act { laptop, store, output in
            try laptop.setRecoveryKeys(
                RecoveryKeys(keys.map(\.key.node)), now, store, &output)
        }
        return RecoveryKeysReport(keys: keys.map(\.text), replaced: replaced)
    }

    func recover(with typed: [String]) throws -> RoleReport {
        try requireRegister()
        guard typed.count == Recovery.count else {
            throw ControlError(
                .badRecoveryKey, "two recovery keys are needed, and \(typed.count) came",
                hint: "one key alone restores nobody")
        }
        let keys = try typed.enumerated().map { try Self.recoveryKey($1, place: $0) }
        let now = moment
        _ = try act { laptop, store, output in
            try laptop.recover(with: keys[0], and: keys[1], now, store, &output)
        }
        return RoleReport(
            node: laptop.node.text, name: laptop.name,
            role: Self.roleName(laptop.membership?.members[laptop.node]?.role ?? 0))
    }

    private static func recoveryKey(_ text: String, place: Int) throws -> NodeKey {
        do throws(RecoveryKeyMistake) {
            return try RecoveryKey(typed: text).key
        } catch {
            throw ControlError(mistake: error, inKey: place + 1)
        }
    }

    func recoverySetReports() throws -> [RecoverySetReport] {
        try laptop.recoverySets.map {
            RecoverySetReport(node: $0.author.text, recordedAt: try recordedAt($0.entry))
        }
    }
}

extension ControlError {
    /// Says where a key is wrong, and nothing of what it is.
    init(mistake: RecoveryKeyMistake, inKey place: Int) {
        let group = "group \(mistake.group)"
        let what =
            switch mistake.refusal {
            case .badDigit: "\(group) has a character that no key has"
            case .truncated: "\(group) is too short"
            case .trailingBytes: "\(group) is too long"
            case .wrongCheckDigit: "\(group) is not as it was printed"
            default: "every group is right, and the whole is no key"
            }
        self.init(
            .badRecoveryKey, "the \(place == 1 ? "first" : "second") recovery key: \(what)",
            hint: "a key has 13 groups of 5; compare this group with the paper")
    }

    /// Why two recovery keys make this laptop no administrator.
    init(_ refusal: RecoveryRefusal) {
        switch refusal {
        case .administratorAlready:
            self.init(
                .administratorAlready, "this laptop is an administrator already",
                hint: "nothing was changed; keep the keys")
        case .noKeys:
            self.init(
                .noRecoveryKeys,
                "no recovery keys were made for this register, as far as is known here",
                hint: "meet a laptop that may know more, or give it a bundle: `rollcall import`")
        case .sameKey:
            self.init(
                .badRecoveryKey, "the two recovery keys are the same; one alone restores nobody",
                hint: "give two of the three")
        case .unknownKey(let place):
            self.init(
                .badRecoveryKey,
                "the \(place == 1 ? "first" : "second") recovery key is none of those that hold here",
                hint: "newer keys may have taken its place, or it is of another register; "
                    + "`rollcall status` says when those that hold were made")
        case .keysOfTwoSets:
            self.init(
                .badRecoveryKey, "the two recovery keys were not made together",
                hint: "give two of the three that were printed at once")
        }
    }
}
