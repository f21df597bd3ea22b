import RollcallControl

/// What the program says about recovery keys.
extension Sentences {
    static let recoveryKeysDiscussion = """
        Their public halves go into the register, for every laptop to know. The keys themselves are printed once and \
        kept nowhere: write each on a paper of its own, and keep the three apart. Two of them make any member's laptop \
        an administrator, with `rollcall recover`; so whoever has two and a member's laptop is one. New keys take the \
        place of those before. Only administrators make them.
        """
    static let recoverDiscussion = """
        For when no administrator is left, or all are lost. Asks for two of the three keys, unseen; they go into no \
        argument, log or file. It works on a laptop that is a member; one that was taken out stays out. The keys hold \
        afterwards, too: make new ones once all is well, for whoever typed these has seen them.
        """
    static let askForFirstKey = "first recovery key: "
    static let askForSecondKey = "another recovery key: "
    static let makeRecoveryKeysQuestion = "make three recovery keys and show them, once?"
    static let noRecoveryKeysMade = "no recovery keys were made"
    static let noRecoveryKeysYet =
        "no recovery keys yet: if every administrator's laptop is lost, nobody can let others in or take them out; "
        + "make them with `rollcall recovery-keys`"

    static func recoveryKeysExist(_ sets: [RecoverySetReport], _ names: NodeNames) -> String {
        "there are recovery keys already, \(madeBy(sets, names)); new ones take their place, and those restore nobody then"
    }

    static func recoveryKeysHold(_ sets: [RecoverySetReport], _ names: NodeNames) -> String {
        let several =
            sets.count > 1
            ? "; they were made apart, and two of either restore an administrator: make new ones in their place"
            : ""
        return "recovery keys: " + madeBy(sets, names) + several
    }

    private static func madeBy(_ sets: [RecoverySetReport], _ names: NodeNames) -> String {
        sets.map { set in
            "made at \(shown(names[set.node]))" + (set.recordedAt.map { ", \(time($0))" } ?? "")
        }.joined(separator: "; ")
    }

    static func recoveryKeys(_ report: RecoveryKeysReport) -> String {
        let keys = report.keys.enumerated().map { place, key in
            "key \(place + 1) of \(report.keys.count)\n\(shown(key))"
        }
        let replaced =
            report.replaced > 0
            ? "\nthe recovery keys from before restore nobody any more: destroy them" : ""
        return keys.joined(separator: "\n")
            + "\nthey are shown this once: write each on a paper of its own, and keep the papers apart"
            + "\ntwo of them restore an administrator: `rollcall recover`" + replaced
    }

    static func recovered(_ report: RoleReport) -> String {
        guard report.role == "administrator" else {
            return
                "the two keys were taken, and \(shown(report.name)) is \(shown(report.role)) all the same: "
                + "an administrator gave it that role at the same time"
        }
        return
            "\(shown(report.name)) is an administrator from now on, on every laptop that hears of it"
            + "\ntake out what is lost with `rollcall revoke NODE --reason TEXT`, "
            + "then make new keys with `rollcall recovery-keys`"
    }
}
