import RollcallControl

/// What the program says of joining by stick.
extension Sentences {
    static let admitDiscussion = """
        Let the person at the new laptop read out the number of the request, by voice or on paper, not by the stick: a \
        file that somebody exchanged on its way has another number. The admission is sealed for the new laptop and holds \
        all of the register; `rollcall import FILE` there takes it in.
        """

    static let addressOrRequest =
        "say how to join: through a laptop at HOST:PORT, or by stick with --request FILE"
    static let requestAndRegister = "--request and --register go together"
    static let registerHint =
        "`rollcall status` on a laptop of the register prints its id, in nine groups"
    static let noCodeByStick = "--code-file is for a join through a laptop at HOST:PORT"

    static let noNumber = "there is no terminal to ask for the number of the request"
    static let giveNumber = "give it with --number"
    static let askForNumber = "number, as it is read out to you: "

    static func asksByStick(_ newcomer: NewcomerReport) -> String {
        let who = "\(shown(newcomer.name)), node \(shown(newcomer.node))"
        return newcomer.isMember
            ? "\(who) is in already; its admission is written again"
            : "\(who) asks to join"
    }

    static func requested(_ report: RequestReport) -> String {
        """
        written to \(shown(report.file ?? "?")): bring it to an administrator
        number      \(shown(report.number))
        read it out to the administrator by telephone or in person; do not send it along
        there: rollcall admit FILE -o ADMISSION; then here: rollcall import ADMISSION
        """
    }

    static func requestIsOut(_ report: RequestReport) -> String {
        """
        a request to join is out since \(report.madeAt.map(minute) ?? "?")
        number \(shown(report.number)), register \(shown(report.registerGrouped))
        `rollcall import FILE` takes in the answer
        """
    }

    /// Who joined by cable and was cut off before it had its admission; for good, if that is lost.
    static let nobodyLetIn = """
        nothing here says that this laptop was let in: connect it to the one through which it joined
        if that one lost its disk, nobody knows of it: \
        join anew with an empty home, and write down first what was written here
        """

    static func admitted(_ report: StickAdmissionReport) -> String {
        let what = report.isNew ? "admitted" : "a member already:"
        return "\(what) \(shown(report.joined.name ?? "?")), node \(shown(report.joined.node)); "
            + "its admission is \(shown(report.file)), \(counted(report.changes, "change")), "
            + "\(counted(report.bytes, "byte"))\n"
            + "safe to remove; on the new laptop: rollcall import FILE"
    }

    /// Of a request or an admission that lies on the stick.
    static func carriedToJoin(_ row: CarryRow) -> String {
        switch row.outcome {
        case .admission: "lets this laptop in: `rollcall import FILE` takes it in"
        case _ where row.isOwn: "this laptop's own request to join"
        case _ where row.isDone: "a request to join of \(shown(row.name ?? "?")), which has joined"
        default:
            "\(shown(row.name ?? "?")) asks to join: an administrator answers with "
                + "`rollcall admit FILE -o ADMISSION`"
        }
    }

    static let waitsForAdmission =
        "this laptop waits for its admission, and puts nothing on the stick"
}
