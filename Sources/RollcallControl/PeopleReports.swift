/// One person as a list of people shows them, by all the records that are of them, from `people`.
///
/// Texts that differ between the records, or stand in conflict, are all there.
public struct PersonRow: Codable, Equatable, Sendable {
    /// A list on which they stand, or stood before a newer revision took them off.
    public struct Listed: Codable, Equatable, Sendable {
        public var list: String
        public var issuer: String
        @OrNull public var direction: String?
        @OrNull public var stage: String?
        public var revision: Int
        /// Whether it is on the list's newest revision.
        public var stands: Bool

        public init(
            list: String, issuer: String, direction: String?, stage: String?, revision: Int,
            stands: Bool
        ) {
            self.list = list
            self.issuer = issuer
            self._direction = OrNull(wrappedValue: direction)
            self._stage = OrNull(wrappedValue: stage)
            self.revision = revision
            self.stands = stands
        }
    }

    /// Somebody who may be the same person; a person decides.
    public struct MaybeSame: Codable, Equatable, Sendable {
        public var record: String
        public var reasons: [String]

        public init(record: String, reasons: [String]) {
            self.record = record
            self.reasons = reasons
        }
    }

    /// Somebody else who bears the same full name at the same stage.
    public struct Namesake: Codable, Equatable, Sendable {
        public var record: String
        /// Whether somebody said that the two are not one.
        public var told: Bool

        public init(record: String, told: Bool) {
            self.record = record
            self.told = told
        }
    }

    /// The first of the records; the same person keeps it as long as that one stands.
    public var record: String
    public var records: [String]
    /// What is said of them, by fields' names: those of ``shownFields``.
    public var texts: [String: [String]]
    /// Fields with several values side by side in one record.
    public var conflicts: [String]
    /// Fields in which the records do not say the same.
    public var unlike: [String]
    /// Fields whose value somebody compared with a source, and found so.
    public var confirmed: [String]
    public var lists: [Listed]
    /// At which stages something happened, by the events' names.
    public var events: [String: [String]]
    /// How far they have come: `expected`, `present`, `handed_over` and so on.
    public var step: String
    /// `pending`, `confirmed`, `disputed` or `unable`.
    public var identity: String
    /// `a_to_b` or `b_to_a`.
    @OrNull public var direction: String?
    /// `military`, `civilian` or `unresolved`.
    public var category: String
    /// Pairs of events that cannot both be so: stage, one, other.
    public var contradictions: [[String]]
    public var maybeSame: [MaybeSame]
    public var namesakes: [Namesake]
    /// For whom nothing of them may leave the register: `own` side's paper, the other `side`.
    public var withheldFrom: [String]

    enum CodingKeys: String, CodingKey {
        case record, records, texts, conflicts, unlike, confirmed, lists, events, step, identity
        case direction, category, contradictions, namesakes
        case maybeSame = "maybe_same"
        case withheldFrom = "withheld_from"
    }

    public static let shownFields = [
        "surname", "given_name", "patronymic", "birth_date", "rank", "slip", "line_number",
        "transfer_wish", "travel_fitness", "transport", "destination",
    ]

    public init(
        record: String, records: [String], texts: [String: [String]], conflicts: [String],
        unlike: [String], confirmed: [String], lists: [Listed], events: [String: [String]],
        step: String, identity: String, direction: String?, category: String,
        contradictions: [[String]], maybeSame: [MaybeSame], namesakes: [Namesake],
        withheldFrom: [String]
    ) {
        self.namesakes = namesakes
        self.withheldFrom = withheldFrom
        self.record = record
        self.records = records
        self.texts = texts
        self.conflicts = conflicts
        self.unlike = unlike
        self.confirmed = confirmed
        self.lists = lists
        self.events = events
        self.step = step
        self.identity = identity
        self._direction = OrNull(wrappedValue: direction)
        self.category = category
        self.contradictions = contradictions
        self.maybeSame = maybeSame
    }
}

/// A field as forms show it, from `fields`.
public struct FieldReport: Codable, Equatable, Sendable {
    public var field: String
    public var number: Int
    /// What it is about: `identity`, `health` and so on.
    public var group: String
    /// `text`, `choice`, `date`, `number`, `event`, `record` or `program`.
    public var type: String
    /// "single", "set", "event" or "log".
    public var kind: String
    /// What a choice may be; other texts are taken, too.
    public var choices: [String]
    /// `P0` to `P4`.
    public var sensitivity: String
    /// Whether this laptop can open its values.
    public var readable: Bool
    /// Why it may be asked.
    public var basis: String

    public init(
        field: String, number: Int, group: String, type: String, kind: String, choices: [String],
        sensitivity: String, readable: Bool, basis: String
    ) {
        self.field = field
        self.number = number
        self.group = group
        self.type = type
        self.kind = kind
        self.choices = choices
        self.sensitivity = sensitivity
        self.readable = readable
        self.basis = basis
    }
}

/// Where the local page is, from `open`: the address works once, within two minutes.
public struct PageReport: Codable, Equatable, Sendable {
    public var address: String

    public init(address: String) {
        self.address = address
    }
}
