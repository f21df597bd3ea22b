import RollcallControl

/// What the program says about operators, and about who did what.
extension Sentences {
    static let operatorsDiscussion = """
        Once somebody has an account on a laptop, all that is done there with records is done in the name of whoever \
        switched to theirs, with a PIN, and within their role: an observer reads, an operator or medic writes, an \
        administrator decides. PINs stay on the laptop: they are set anew on each.
        """
    static let addOperatorDiscussion = """
        The first account of a laptop is an administrator's. Later ones are made by an administrator at the keyboard, or by \
        whoever shows the laptop's passphrase. For a name that has an account it sets another PIN and role.
        """
    static let switchDiscussion = """
        Asks for the PIN. It holds until somebody else switches, `rollcall operators leave`, or the laptop is locked or \
        started anew. After five wrong PINs each next one has to wait, longer each time.
        """
    static let custodyDiscussion = """
        Lists who looked at what, took copies, unlocked, locked and switched, on every laptop of the register, the newest last \
        by the laptops' clocks. Looks at one record within ten minutes are one line. Nobody can take a line away.
        """
    static let askForPIN = "PIN: "
    static let askForNewPIN = "new PIN: "
    static let nobodyIsCurrent = "nobody is at the keyboard"

    static func switched(_ report: SwitchReport) -> String {
        guard let name = report.operator else { return nobodyIsCurrent }
        return "\(shown(name)) is at the keyboard, as \(shown(report.role ?? "?"))"
    }

    static func operatorAdded(_ report: OperatorReport) -> String {
        "\(shown(report.name)) has a PIN on this laptop, as "
            + "\(shown(report.roles.joined(separator: ", "))): `rollcall switch \(shown(report.name))`"
    }

    static func operatorRemoved(_ name: String) -> String {
        "\(shown(name)) has no PIN on this laptop any more"
    }

    static func standing(_ report: OperatorReport) -> String {
        if report.isCurrent { return "at the keyboard" }
        return report.hasPIN ? "has a PIN here" : "-"
    }

    static func act(_ act: String) -> String { act.replacing("_", with: " ") }
}
