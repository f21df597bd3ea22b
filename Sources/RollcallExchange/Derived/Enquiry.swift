public import RollcallCore

/// What a family asks, who they are told it is, and what was said to them: a rule over one record.
public struct Enquiry: Sendable {
    /// Somebody's word on who it is or is not.
    public struct Link: Equatable, Sendable {
        public var person: NamedDot
        public var claims: [Claim]
    }

    /// A call that somebody made, or what else they did to tell the family.
    public struct Told: Equatable, Sendable {
        public var notification: Notification
        public var claim: Claim
    }

    public let record: RecordFacts
    /// Who it is, as people say; several where laptops that had not met each said one.
    public let matches: [Link]
    public let notMatches: [Link]
    public let told: [Told]
    /// Whether some of what it says is sealed to this laptop.
    public let isSealed: Bool

    public init(_ record: RecordFacts) {
        self.record = record
        matches = Self.links(record[FieldSchema.match])
        notMatches = Self.links(record[FieldSchema.notMatch])
        told = (record[FieldSchema.notification]?.values ?? []).compactMap { value in
            guard case .text(let text) = value.content, let notification = Notification(text),
                let claim = value.witnesses.first
            else { return nil }
            return Told(notification: notification, claim: claim)
        }
        isSealed = Self.own.contains { field in
            record[field]?.values.contains {
                if case .sealed = $0.content { true } else { false }
            } ?? false
        }
    }

    /// The fields of families themselves.
    private static let own = FieldSchema.all.filter { $0.group == .enquiry }.map(\.number)

    private static func links(_ siblings: Siblings?) -> [Link] {
        (siblings?.values ?? []).compactMap { value in
            guard case .record(let person) = value.content else { return nil }
            return Link(person: person, claims: value.witnesses)
        }
    }
}

/// That a family was told something: when, how, about whom, and what came of it.
///
/// A value of the field `notification`; whoever wrote the change is who told them. Nothing is ever sent by itself. As text, a line of
/// parts with a blank between them, and the outcome in lines of its own:
///
///     1 TIME HOW REPLICA.COUNTER
///     OUTCOME
public struct Notification: Equatable, Sendable {
    /// As people write it: `2026-11-29T14:05Z`, or what else was said of when.
    public var time: String
    /// In one word: `phone`, `in_person` or another.
    public var how: String
    /// The record of the person, as people see the dots of changes.
    public var person: String
    public var outcome: String

    static let version = "1"

    public init(time: String, how: String, person: String, outcome: String) {
        self.time = Self.word(time)
        self.how = Self.word(how)
        self.person = Self.word(person)
        self.outcome = outcome
    }

    private static func word(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: "_")
    }

    public var text: String { "\(Self.version) \(time) \(how) \(person)\n\(outcome)" }

    /// Nil of what is no such text, or of a later form of it.
    public init?(_ text: String) {
        let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = lines[0].split(separator: " ", omittingEmptySubsequences: false)
        guard lines.count == 2, parts.count == 4, parts[0] == Self.version else { return nil }
        (time, how, person) = (String(parts[1]), String(parts[2]), String(parts[3]))
        outcome = String(lines[1])
    }
}

/// Whether a family may be told of a person, by what that person said.
public enum Telling: Equatable, Sendable {
    case allowed
    /// Only with a reason: nobody asked them, or they named somebody.
    case withReason(Why)
    case refused(Why)

    public enum Why: String, Sendable {
        case saidNo = "said_no"
        case saidLater = "said_later"
        case withheld
        /// It is sealed to this laptop, and taken for the strictest that it could say.
        case unreadable
        case namedPersonOnly = "named_person_only"
        case notAsked = "not_asked"
    }

    /// From all records that are of the person; of several answers the strictest counts.
    public init(_ records: [RecordFacts]) {
        let withheld = records.flatMap { $0[FieldSchema.withhold]?.values.map(\.content) ?? [] }
        let said = records.flatMap { $0[Self.informKin]?.values.map(\.content) ?? [] }
        let answers = said.map(Self.answer) + withheld.compactMap(Self.kept)
        for telling in Self.strictestFirst where answers.contains(telling) {
            self = telling
            return
        }
        self = .withReason(.notAsked)
    }

    private static let informKin = FieldSchema.number("inform_kin")
    private static let strictestFirst: [Telling] = [
        .refused(.withheld),
        .refused(.saidNo), .refused(.saidLater), .refused(.unreadable),
        .withReason(.namedPersonOnly), .withReason(.notAsked), .allowed,
    ]

    private static func answer(_ content: Content) -> Telling {
        switch content {
        case .text("yes"): .allowed
        case .text("no"), .state(.withheld): .refused(.saidNo)
        case .text("later"): .refused(.saidLater)
        case .text("named_person_only"): .withReason(.namedPersonOnly)
        // In words of their own, or no answer: whoever tells a family says why they may.
        case .text, .state, .removal, .mark, .event, .entry, .record, .verification:
            .withReason(.notAsked)
        case .sealed, .opaque: .refused(.unreadable)
        }
    }

    /// Whether a person is kept back from their kin: nil where that is said of others; what cannot be read could say so.
    private static func kept(_ content: Content) -> Telling? {
        switch content {
        case .text("kin"), .text("all"): .refused(.withheld)
        case .text(let text):
            FieldSchema.withholdChoices.contains(text) ? nil : .refused(.withheld)
        case .state(let state): state == .withheld ? .refused(.withheld) : nil
        case .removal, .mark: nil
        case .sealed, .opaque, .event, .entry, .record, .verification: .refused(.unreadable)
        }
    }
}

/// Matches of one enquiry with several people, by its record.
public struct EnquiryMatches: Equatable, Sendable {
    public var enquiry: NamedDot
    public var people: [NamedDot]

    public init(enquiry: NamedDot, people: [NamedDot]) {
        self.enquiry = enquiry
        self.people = people
    }
}

extension Exchange {
    /// Records that are each of another person, whatever joins them in the exchange; in their order.
    public func apart(_ records: [NamedDot]) -> [NamedDot] {
        var seen: Set<Int> = []
        return records.filter { record in
            guard let place = place(of: record) else { return true }
            return seen.insert(place).inserted
        }
    }

    /// Enquiries that two desks answered with people who are not one.
    func doubleMatches() -> [Discrepancy] {
        matches.compactMap { match in
            let people = apart(match.people)
            guard people.count > 1 else { return nil }
            return Discrepancy(.enquiryDoubleMatch, [match.enquiry] + people)
        }
    }
}
