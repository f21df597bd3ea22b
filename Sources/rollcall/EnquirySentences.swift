import RollcallControl

/// What the program says about enquiries.
extension Sentences {
    static let enquiryDiscussion = """
        `rollcall enquiry ID` shows one. Whom it may mean are people of the exchange: on a list, with a slip, or to whom something \
        happened. Names are compared across scripts and keyboard layouts, years as "1987 or 1988". A person decides; \
        nothing is ever sent.
        """
    static let enquiriesDiscussion = """
        All words must stand in the enquiry: in the name asked for, in the name of who asks, in a telephone. Where they stand in \
        none, the same keys on another layout are tried, then other spellings that sound alike.
        """
    static let matchDiscussion = """
        A name is what namesakes have in common: where less than two things agree that one may be known by, it takes a reason. \
        What agreed stays with the decision.
        """
    static let notifiedDiscussion = """
        Refused while the enquiry is matched with two people, and where the person said no, later, or is withheld from their family. \
        Where nobody asked the person it takes a reason.
        """
    static let textOrPerson = "say what to find, or --person, not both"
    static let notOrWithdraw = "say one of --not and --withdraw"
    static let nobodyLikely = "nobody in the exchange is like this yet"

    static func state(of row: EnquiryRow) -> String {
        var words =
            switch row.state {
            case "open": "open"
            case "matched": "matched, the family is not told"
            case "told": "matched, the family is told"
            case "double":
                "! matched with \(counted(row.matches.count)) people: the family is not to be told of any"
            default: shown(row.state)
            }
        if let band = row.band { words = "may mean this person: \(shown(band))" }
        if row.sealed { words = "sealed to this laptop" }
        return row.toldOfAnother
            ? words + "; ! the family was told of somebody whom it is matched with no more" : words
    }

    static func found(_ report: EnquiriesReport) -> String {
        let read = report.typed.map { ", reading what was typed as \(shown($0))" } ?? ""
        return "\(counted(report.found)) of \(counted(report.all)) enquiries\(read)"
            + (report.complete ? "" : "; they are still being read, ask again in a while")
    }

    /// In what somebody agrees, in words.
    static func reason(_ reason: EnquiryReport.Reason) -> String {
        let field = shown(reason.field.replacing("_", with: " "))
        let how = hows[reason.how] ?? shown(reason.how)
        return "\(reason.against ? "-" : "+") \(field): \(how)"
    }

    private static let hows = [
        "same": "the same", "script": "the same in the other script", "spelling": "sounds alike",
        "letter": "one letter apart", "initial": "the first letter alone",
        "swapped": "day and month the other way round", "month": "the same month",
        "year": "the same year", "within": "within the years that were said",
        "near": "a year or so apart", "other_day": "the same year, another day",
        "region": "the same region", "layout": "typed on another keyboard layout",
        "order": "surname and given name the other way round", "other": "another",
    ]

    static func telling(_ telling: String, _ why: String) -> String {
        let words = whys[why] ?? shown(why)
        return telling == "refused"
            ? "! tell the family nothing: \(words)" : "? \(words): it takes a reason"
    }

    private static let whys = [
        "said_no": "the person does not want it", "said_later": "the person wants it later",
        "withheld": "the person is withheld from their family",
        "unreadable": "what the person said is sealed to this laptop",
        "named_person_only": "the person named whom to tell",
        "not_asked": "nobody knows whether the person wants their family told",
    ]

    static func linked(_ link: String, _ claims: [Witness], _ names: NodeNames) -> String {
        let words = link == "match" ? "this is who they ask for" : "not who they ask for"
        return words + claims.map { ", \(who($0, names))" }.joined()
    }

    static func told(_ told: EnquiryReport.Told, _ names: NodeNames) -> String {
        let of = told.person.map { " of \(shown($0))" } ?? ""
        let why = told.reason.map { ", since \(shown($0))" } ?? ""
        return
            "told\(of) \(time(told.time)), \(shown(told.how)): \(shown(told.outcome))\(why) (\(who(told.witness, names)))"
    }

    private static func who(_ witness: Witness, _ names: NodeNames) -> String {
        [witness.operator.map { shown($0) }, "at \(shown(names[witness.node]))"].compactMap(\.self)
            .joined(separator: " ")
    }
}
