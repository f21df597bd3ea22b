import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync

/// Who it is whom a family asks for, as people decide it, and that the family was told: nothing is ever sent, and nothing decided by itself.
extension Driver {
    func match(_ order: MatchOrder) throws -> WriteReport {
        let record = try writable(order.enquiry)
        let enquiry = try enquiry(record)
        let exchange = try exchange()
        let dot = try person(order.person)
        try require(seen: order.seen, enquiry)
        let decision = Decision(
            record: record, enquiry: enquiry, person: dot,
            people: records(withOf: dot, exchange), reason: try Self.source(order.reason),
            operatorDot: try operatorDot(order.operator))
        switch order.kind {
        case "match": return try confirm(decision, exchange)
        case "not_match": return try deny(decision)
        case "withdraw": return try withdraw(decision)
        default:
            throw ControlError(
                .badValue, "somebody is match or not_match; withdraw takes it back")
        }
    }

    /// What somebody decides of an enquiry and a person.
    private struct Decision {
        var record: Dot
        var enquiry: Enquiry
        var person: Dot
        /// All records of the person.
        var people: Set<NamedDot>
        var reason: String?
        var operatorDot: Dot?

        func says(_ links: [Enquiry.Link]) -> Bool {
            links.contains { people.contains($0.person) }
        }

        func authorship(seen: String? = nil) -> Authorship {
            Authorship(operatorDot: operatorDot, source: seen, reason: reason)
        }
    }

    /// Refuses what was decided before others decided otherwise.
    private func require(seen: [String]?, _ enquiry: Enquiry) throws {
        guard let seen, Set(seen) != Set(self.seen(enquiry)) else { return }
        throw ControlError(
            .contextRequired, "somebody said meanwhile who it is, or is not",
            hint: "look at the enquiry again, then decide: `rollcall enquiry`")
    }

    private func confirm(_ decision: Decision, _ exchange: Exchange) throws -> WriteReport {
        guard !decision.says(decision.enquiry.notMatches) else {
            throw ControlError(
                .badValue, "somebody said that it is not this person",
                hint: "take that back first: `rollcall match --withdraw`")
        }
        let standing = standing(decision.enquiry, exchange)
        guard standing.isEmpty else {
            throw ControlError(
                .badValue,
                decision.says(decision.enquiry.matches)
                    ? "the enquiry is matched with this person already"
                    : "the enquiry is matched with another person",
                hint: "take that back with `rollcall match --withdraw`; are the two one person, "
                    + "say so with `rollcall link`")
        }
        let reasons = try reasons(decision, exchange)
        guard reasons.agreeingCount >= Self.agreeingLeast || decision.reason != nil else {
            throw ControlError(
                .badValue,
                "\(reasons.agreeingCount) of the things by which one may be known agree; "
                    + "a match takes \(Self.agreeingLeast), or a reason",
                hint:
                    "compare birth date, place or patronymic; or say with --reason why it is this person"
            )
        }
        // What the desk saw when it decided stays with the decision.
        let seen = reasons.map { "\($0.field) \($0.how.rawValue)" }.joined(separator: ", ")
        return try write(
            [FieldEdit(FieldSchema.match, .put(.record(name(of: decision.person))))], decision,
            seen: seen.isEmpty ? nil : seen)
    }

    /// A name alone is what namesakes have in common.
    private static let agreeingLeast = 2

    private func reasons(_ decision: Decision, _ exchange: Exchange) throws -> [MatchReason] {
        let record = decision.enquiry.record
        if let place = exchange.place(of: name(of: decision.person)) {
            return withMatcher(exchange) { $0.reasons(place, for: record) }
        }
        let people = Exchange([try facts(ofAny: decision.person)].compactMap(\.self)).people
        var matcher = EnquiryMatcher(people)
        return people.isEmpty ? [] : matcher.reasons(0, for: record)
    }

    private func deny(_ decision: Decision) throws -> WriteReport {
        guard !decision.says(decision.enquiry.matches) else {
            throw ControlError(
                .badValue, "the enquiry is matched with this person",
                hint: "take that back first: `rollcall match --withdraw`")
        }
        return try write(
            [FieldEdit(FieldSchema.notMatch, .put(.record(name(of: decision.person))))], decision)
    }

    /// Takes back what was said of the two; the enquiry is open again.
    private func withdraw(_ decision: Decision) throws -> WriteReport {
        let edits = [
            (FieldSchema.match, decision.enquiry.matches),
            (FieldSchema.notMatch, decision.enquiry.notMatches),
        ].flatMap { field, links in
            links.filter { decision.people.contains($0.person) }
                .map { FieldEdit(field, .take(.record($0.person))) }
        }
        guard !edits.isEmpty else {
            throw ControlError(.nothingToRemove, "nobody said anything of the two")
        }
        return try write(edits, decision)
    }

    private func write(
        _ edits: [FieldEdit], _ decision: Decision, seen: String? = nil
    ) throws -> WriteReport {
        let authorship = decision.authorship(seen: seen)
        let dots = try act { laptop, store, output in
            try laptop.set(decision.record, edits, .asStored, authorship, store, &output)
        }
        return report(decision.record, dots)
    }

    // MARK: - telling the family

    /// Writes down that somebody told the family.
    func note(_ order: NotifiedOrder) throws -> WriteReport {
        let record = try writable(order.enquiry)
        let enquiry = try enquiry(record)
        let exchange = try exchange()
        try require(seen: order.seen, enquiry)
        let person = try onlyPerson(enquiry, exchange)
        let reason = try Self.source(order.reason)
        try require(Telling(try records(of: person, exchange)), reason: reason)
        let notification = Notification(
            time: try time(order), how: try Self.name(order.how, "how they were told"),
            person: laptop.heads.table.text(person),
            outcome: try Self.name(order.outcome, "what came of it"))
        let authorship = Authorship(operatorDot: try operatorDot(order.operator), reason: reason)
        let edit = FieldEdit(FieldSchema.notification, .put(.text(notification.text)))
        let dots = try act { laptop, store, output in
            try laptop.set(record, [edit], .asStored, authorship, store, &output)
        }
        return report(record, dots)
    }

    private func onlyPerson(_ enquiry: Enquiry, _ exchange: Exchange) throws -> Dot {
        let standing = standing(enquiry, exchange)
        guard standing.count < 2 else {
            throw ControlError(
                .badValue,
                "the enquiry is matched with \(standing.count) people; the family is not to be told of any until one is left",
                hint:
                    "take one back with `rollcall match --withdraw`; are they one person, say so with `rollcall link`"
            )
        }
        guard let person = standing.first.flatMap({ dot(named: $0) }) else {
            throw ControlError(
                .badValue, "nobody said who it is whom the family asks for",
                hint: "`rollcall enquiry` shows whom it may mean, `rollcall match` says who it is")
        }
        return person
    }

    private func records(of person: Dot, _ exchange: Exchange) throws -> [RecordFacts] {
        if let place = exchange.place(of: name(of: person)) {
            return exchange.people[place].records
        }
        return [try facts(ofAny: person)].compactMap(\.self)
    }

    private func require(_ telling: Telling, reason: String?) throws {
        switch telling {
        case .allowed: return
        case .withReason(let why):
            guard reason == nil else { return }
            throw ControlError(
                .badValue, Self.sentence(why),
                hint: "ask them first; or say with --reason why the family may be told")
        case .refused(let why):
            throw ControlError(
                .notAllowed, Self.sentence(why),
                hint:
                    "the family is told nothing, not even that they are here; only the person changes that"
            )
        }
    }

    private static func sentence(_ why: Telling.Why) -> String {
        switch why {
        case .saidNo: "the person does not want their family told"
        case .saidLater: "the person wants their family told later"
        case .withheld: "the person is withheld from their family"
        case .unreadable: "what the person said of their family is sealed to this laptop"
        case .namedPersonOnly: "the person wants somebody told whom they named, and nobody else"
        case .notAsked: "nobody knows whether the person wants their family told"
        }
    }

    private func time(_ order: NotifiedOrder) throws -> String {
        guard let typed = order.time else { return Self.time(Self.wallClock()) ?? "" }
        guard let time = FieldInput.time(typed) else {
            throw ControlError(
                .badValue, "a time is written with its offset from UTC",
                hint: "as 2026-11-29T14:05+02:00")
        }
        return time
    }
}
