import RollcallControl

/// What the program says, in one place: lower case, no full stop, counts before adjectives.
///
/// Whatever comes from elsewhere passes `shown` first; `Table` does so for its cells.
enum Sentences {
    // MARK: - Help

    static let abstract = "Keep a register of detained people the same on every laptop."
    static let discussion = """
        Every command takes --home DIR and --json, before or after its name. It asks the daemon \
        of that home: start one with `rollcalld`.

        A record goes by its id, any beginning of it that no other has, or the dot that made it; \
        a laptop by its node, or its name.
        """
    static let inviteDiscussion = """
        Tell the code to one person by voice or on paper. Three failures, the time, or a restart \
        of the daemon burn it.
        """
    static let revokeDiscussion = """
        From then on nobody takes anything from it. What is here of it counts, unless --up-to says \
        less; what it wrote beyond waits in quarantine on every laptop, and nothing brings it back in.
        """
    static let panicDiscussion = """
        For a laptop that is about to fall into wrong hands. Nothing on its disk can be read any \
        more, with no passphrase; what other laptops have is as it was.
        """
    static let eraseDiscussion = """
        Every laptop that hears of it destroys the values and the keys they were sealed with; that \
        there was a record, when and by whom it was changed, stays. What somebody wrote of it without \
        knowing stays too, until it is erased in turn. It is for good.
        """
    static let joinDiscussion = """
        Asks for the code. Both screens then show the same six words, and the inviting laptop's \
        operator compares them and lets this one in; unless it invited with --yes.

        Where there is no network, --request FILE asks by stick, and says a number that the administrator must be told \
        by another way. The answer is taken in with `rollcall import`. A later request takes the place of an earlier one.
        """
    static let setDiscussion = """
        Adds to a set, appends to a log, and records an event as arrival=STAGE or \
        arrival=STAGE@TIME. A field in conflict needs --seen, or `rollcall resolve`.
        """
    static let unsetDiscussion = """
        For a set, f=v takes one value out of it; for an event, it says that it was not.
        """
    static let verifyDiscussion = """
        The mark is on the value that you were shown: once that is replaced, or another stands \
        beside it, the mark lapses and stays in the history.
        """
    static let rosterDiscussion = """
        A row is known again by the list and its key cell. What a known row says anew is \
        reported, never written over. The header is found below titles; columns are known by their usual names in \
        Ukrainian, Russian and English, others are mapped: to a field, to full_name, or to - to leave them out. What was \
        mapped in a side's list is remembered for its issuer, and the file is kept as it came: `rollcall lists --file`.
        """
    static let inspectDiscussion = """
        A capture is one direction of a session: its frames, end to end. A change with several \
        writes has a line for each.
        """
    static let backupDiscussion = """
        The copy can speak as this laptop: keep it where you would keep the laptop. \
        `rollcalld --restore FILE --home DIR` puts it back. `rollcall drill FILE` tries that, and changes nothing.
        """
    static let drillDiscussion = """
        Restores the backup to a place apart, in memory where there is room, opens it with its passphrase, reads every \
        row, verifies every signature, compares it with the register as it stands, and takes it away again.
        """

    // MARK: - Wrong usage

    static let nameACommand = "name a command"
    static let nameARosterCommand = "say whether to import or to export"
    static let sayUpToDate = "say what to wait for: --up-to-date"
    static let timeoutNotNegative = "--timeout takes a number of seconds from 0"
    static let limitNotNegative = "--limit takes a number from 0"
    static let nothingToFind = "say what to find"
    static let forOrAll = "say whom the bundle is for: either --for or --all"
    static let unsealedTo =
        "a bundle that is not sealed is open to all: leave out --to, or --unsealed"
    static let unreadableFolder = "the folder cannot be read"
    static let noBundleInFolder = "there is no bundle in the folder"

    static func notASize(_ option: String) -> String {
        "\(option) takes a size of at least 100K, such as 500K, 8M or 2G"
    }

    static let keepOrValue = "say what to write: either --keep or --value"
    static let noneAndMore = "--seen takes either none or dots"

    static func seeHelp(of command: String?) -> String {
        "see `rollcall \(command.map { "\($0) " } ?? "")--help`"
    }

    /// The parser's own message, made to sound like ours.
    static func usage(_ message: String) -> String {
        let firstLine = message.split(separator: "\n").first ?? "wrong usage"
        let text = firstLine.last == "." ? firstLine.dropLast() : firstLine
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    static func noSuchCommand(_ word: String) -> String { "no command is called \(shown(word))" }

    static func notFieldValue(_ word: String) -> String {
        "a field and its value are written f=v, and this has no field or no =: \(shown(word))"
    }

    static func notColumnField(_ word: String) -> String {
        "a column and its field are written column=f, and this is not: \(shown(word))"
    }

    static func emptyItem(_ option: String) -> String { "\(option) has an empty item" }

    static func notUTF8(place: Int, field: String?) -> String {
        let name = field.map { " (\(shown($0))=…)" } ?? ""
        return "argument \(place)\(name) is not UTF-8"
    }

    static let notUTF8Hint = "convert it first, with iconv for example"

    static func unexpected(_ error: any Error) -> String {
        "an answer could not be read (\(type(of: error)))"
    }

    static func outputFailed(_ reason: String) -> String {
        "the output could not be written: \(reason.lowercased())"
    }

    // MARK: - Joining

    static let askForCode = "code: "
    static let askForPassphrase = "passphrase: "
    static let askForBackupPassphrase = "the backup's passphrase: "
    static let askForNewPassphrase = "new passphrase: "
    static let askAgain = "the same again: "
    static let notTheSame = "the two are not the same"
    static let noPassphraseWarning =
        "no passphrase: whoever has this laptop has its register; for trials only"
    static let panicQuestion =
        "destroy this laptop's keys? What only this laptop has will be lost, and nobody can undo it"
    static let notDestroyed = "nothing was destroyed"
    static let sayYes = "say --yes, or ask at a terminal"
    static let destroyed =
        "the keys are destroyed; to take part again, join as a new laptop, and have this one revoked"
    static let notErased = "nothing was erased"
    static let whereCopiesAre =
        "copies may be left in bundles and backups made before, and on laptops not heard from"
    static func eraseQuestion(_ count: Int) -> String {
        "erase \(count == 1 ? "this record" : "these \(count) records") on every laptop, for good?"
    }
    static let changed = "changed; the old one opens nothing any more"
    static let useNewFile = "give it with --new-file FILE"
    static func canUnlock(_ name: String) -> String { "\(shown(name)) can unlock this laptop" }
    static func cannotUnlock(_ name: String) -> String {
        "\(shown(name)) can unlock this laptop no more"
    }
    static let locked = "locked; `rollcall unlock` opens it"
    static let unlocked = "unlocked"
    static let nameAPassphraseCommand = "say whether to list, add, change or remove"

    static func noTerminal(_ secret: SecretPrompt.Secret) -> String {
        "there is no terminal to ask for the \(secret.rawValue)"
    }
    static func useFile(_ secret: SecretPrompt.Secret) -> String {
        "give it with \(secret.option) FILE, or \(secret.option) - for standard input"
    }
    static func notText(_ secret: SecretPrompt.Secret) -> String {
        "the \(secret.rawValue) is not text"
    }
    static func notAlone(_ secret: SecretPrompt.Secret) -> String {
        "the \(secret.rawValue) must stand alone, on one line"
    }
    static let admitQuestion = "admit?"
    static let notAdmitted = "the newcomer was not admitted"
    static let confirmHint = "admit one with `rollcall confirm WORDS` if its screen shows the same"

    static func unreadable(_ secret: SecretPrompt.Secret, _ path: String) -> String {
        "the file with the \(secret.rawValue) cannot be read: \(shown(path))"
    }

    static func founded(_ report: FoundingReport) -> String {
        "founded \"\(shown(report.title))\" on \(shown(report.name)), "
            + "register \(shown(report.registerGrouped)), node \(shown(report.node))"
    }

    static func invited(_ invitation: Invitation) -> String {
        var table = Table()
        table.add(["code", invitation.code])
        table.add(["good until", time(invitation.expiresAt)])
        table.add(["addresses", invitation.addresses.joined(separator: " ")])
        let address = invitation.addresses.first ?? "HOST:PORT"
        return table.text + (invitation.replaced ? "\nan earlier code is no longer good" : "")
            + "\non the new laptop: rollcall join \(shown(address)) --name NAME --operator NAME"
    }

    static func asksToJoin(_ newcomer: Newcomer) -> String {
        "\(shown(newcomer.name ?? "a laptop without a name")) asks to join and must show: "
            + shown(newcomer.words)
    }

    static func attemptFailed(_ attempt: FailedAttempt) -> String {
        "somebody asked to join and did not prove the code: it was wrong, or somebody may be in between; "
            + "after \(counted(attempt.attemptsLeft, "more such attempt")) the code is good no longer"
    }

    static func joinsFailed(_ count: Int) -> String {
        "\(counted(count, "attempt")) to join did not prove the code: somebody may be in between"
    }

    static func confirmElsewhere(_ newcomer: Newcomer) -> String {
        "rollcall: hint: admit it with `rollcall confirm \(shown(newcomer.words))`"
    }

    static func admitted(_ joined: NamedNode) -> String {
        "admitted \(shown(joined.name ?? "a laptop without a name")), node \(shown(joined.node))"
    }

    static func joinWords(_ words: String) -> String {
        "if the inviting laptop asks about this one, it must show: \(shown(words))\n"
            + "waiting to be admitted"
    }

    static func joined(_ report: JoinReport) -> String {
        "joined \"\(shown(report.title))\", register \(shown(report.registerGrouped)), "
            + "as node \(shown(report.node))"
    }

    // MARK: - Peers

    static func dialling(_ target: String) -> String { "dialling \(shown(target))" }

    static func registerOfMembers(_ report: MembersReport) -> String {
        "of \"\(shown(report.title))\", register \(shown(report.registerGrouped))"
    }

    static func standing(_ member: MemberReport) -> String {
        if !member.revokedFor.isEmpty {
            return "taken out: \(member.revokedFor.joined(separator: "; "))"
        }
        return member.isThis ? "member, this laptop" : "member"
    }

    static func revoked(_ report: RevokeReport) -> String {
        "\(shown(report.name)) is taken out, node \(shown(report.node)); "
            + "\(counted(report.quarantined, "change")) in quarantine"
    }

    static func promoted(_ report: RoleReport) -> String {
        "\(shown(report.name)) is \(shown(report.role)) from now on"
    }

    static let quarantineDiscussion = """
        Nothing in quarantine is lost, and nothing in it is shown among the records. Read a change with \
        `rollcall quarantine show DOT`, check it against what you know, then adopt it, as its author wrote it, or refuse \
        it. Refused changes stay where they are, and `--all` lists them. Only administrators decide. Of an adoption and a \
        refusal that did not know of each other the adoption holds; decide anew to change that. What a laptop wrote twice \
        under one number is written anew, under the name of whoever adopts it: adopt all that one side has of a person at once.
        """

    static func standing(ofQuarantined report: QuarantineReport) -> String {
        if report.counts { return "it counts" }
        // Only what was written twice does not count though it was adopted.
        let isWrittenAnew = report.decisions.contains { $0.verdict == "adopt" }
        if isWrittenAnew { return "it was adopted, and written anew by whoever did" }
        return report.decisions.isEmpty ? "it waits in quarantine" : "it stays in quarantine"
    }

    static func decision(_ decision: DecisionReport, names: NodeNames) -> String {
        let verb = decision.verdict == "adopt" ? "adopted" : "refused"
        return "\(verb) at \(shown(names[decision.node])), \(reason(shown(decision.reason)))"
    }

    static func judged(_ report: JudgeReport) -> String {
        let verb = report.verdict == "adopt" ? "adopted" : "refused"
        return "\(verb) \(shown(report.dots.joined(separator: " "))); "
            + "\(counted(report.quarantined, "change")) in quarantine"
    }

    static func adopted(_ nodes: [String], names: NodeNames) -> String {
        "adopted at " + nodes.map { names[$0] }.joined(separator: ", ")
    }

    static func disconnected(_ name: String) -> String {
        "\(shown(name)) is refused until `rollcall connect`"
    }

    static func whoWeAre(_ status: StatusReport) -> String {
        let name = "\(shown(status.name ?? "this laptop")), node \(shown(status.node))"
        guard let title = status.title else {
            guard status.request == nil else { return "\(name): no register yet" }
            return "\(name): no register yet, found one with `rollcall init` or `rollcall join`"
        }
        return "\(name), in \"\(shown(title))\""
    }

    static let refusesThis = "says this one is out"

    /// An alert: a laptop's copy is at work, or somebody lies.
    static func writtenTwice(_ node: NamedNode) -> String {
        """
        WRITTEN TWICE: the laptop \(node.name.map { "\(shown($0)), " } ?? "")node \(node.node), has two contents under one number.
          A copy of it is at work, or somebody lies. What follows is in quarantine: `rollcall quarantine`; `rollcall revoke` takes the laptop out.
        """
    }

    static func takenOut(_ report: TakenOut) -> String {
        let who = report.saidBy.map { shown($0.name ?? $0.node) }.joined(separator: ", ")
        var text = "this laptop was taken out of the register"
        if !report.reasons.isEmpty { text += ": " + shown(report.reasons.joined(separator: "; ")) }
        if !who.isEmpty { text += report.saidBy.count == 1 ? ", \(who) says" : ", say \(who)" }
        return text + "; it joins again only as a new laptop, with an empty home"
    }

    static func counts(of status: StatusReport) -> String {
        [
            counted(status.records, "record"), counted(status.changes, "change"),
            counted(status.conflicts, "conflict"), "\(counted(status.held)) held",
            "\(counted(status.quarantined)) quarantined",
        ].joined(separator: ", ")
    }

    static func howManyAreUpToDate(_ peers: [PeerReport]) -> String {
        let count = peers.count { $0.upToDate == true }
        return "\(count) of \(counted(peers.count, "other laptop")) "
            + "\(peers.count == 1 ? "is" : "are") up to date"
    }

    static func waited(_ report: WaitReport, names: NodeNames) -> String {
        if report.upToDate { return "up to date" }
        if report.waitingFor.isEmpty { return "nobody is connected" }
        return "still waiting for "
            + report.waitingFor.map { shown(names[$0]) }
            .joined(separator: ", ")
    }

    static let notUpToDate = "not everyone is up to date"
}
