import RollcallControl

/// What the program says about the end of a register, and about what must not be erased.
extension Sentences {
    static let retentionDiscussion = """
        Nothing vanishes by itself: after the last day `rollcall due` lists what is neither under hold nor erased, \
        and an administrator erases it. Of two who set an end without knowing of each other the later day holds.
        """
    static let dueDiscussion = """
        Before the register's last day, and without one, nothing is due. Erase with `rollcall erase ID... --reason TEXT`.
        """
    static let holdDiscussion = """
        While a hold stands on a record, its own or one on the whole register, `rollcall erase` refuses it with the \
        reason. A hold that is set while somebody else lifts it stands. It binds those who have heard of it: what \
        somebody else erased is erased, and `rollcall holds` says so.
        """
    static let recordsOrAll = "say what to hold: either records or --all"
    static let wholeRegister = "whole register"
    static let erasedAllTheSame = "erased"

    static func retention(_ report: RetentionReport, _ names: NodeNames) -> String {
        var lines = [endOfKeeping(report)]
        lines += report.said.map { said in
            let time = said.recordedAt.map { ", \(Self.time($0))" } ?? ""
            return
                "\(said.endDate.map(shown) ?? "no end") said at \(shown(names[said.node]))\(time), "
                + reason(shown(said.reason))
        }
        if report.due > 0 {
            lines.append("\(counted(report.due, "record")) due: `rollcall due` lists them")
        }
        if report.underHold > 0 {
            lines.append("\(counted(report.underHold, "record")) under hold: see `rollcall holds`")
        }
        return lines.joined(separator: "\n")
    }

    private static func endOfKeeping(_ report: RetentionReport) -> String {
        guard let end = report.endDate else { return "the register is kept without an end" }
        return report.isOver
            ? "the register was to be kept until \(shown(end)), which is over"
            : "the register is kept until \(shown(end))"
    }

    static func holdOrdered(_ report: HoldOrderReport) -> String {
        let what =
            report.records.isEmpty
            ? "the \(wholeRegister)" : shown(report.records.joined(separator: " "))
        return report.verdict == "hold"
            ? "\(what) is under hold: nobody who hears of it erases it"
            : "the hold on \(what) is lifted"
    }
}
