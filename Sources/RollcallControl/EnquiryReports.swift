/// An enquiry as lists of them show it, from `enquiries`.
public struct EnquiryRow: Codable, Equatable, Sendable {
    public var record: String
    /// `open`, `matched` with one person, `told` of that person, or `double`: matched with several who are not one.
    public var state: String
    /// Whether what the family says of itself is sealed to this laptop.
    public var sealed: Bool
    /// What is asked and who asks, by fields' names: those of ``shownFields``.
    public var texts: [String: [String]]
    /// Records of those with whom it is matched.
    public var matches: [String]
    /// Where it was asked which enquiries may mean a person: `likely` or `possible`; null where it is matched with them.
    @OrNull public var band: String?
    /// Whether the family was told of somebody with whom it is matched no more: they should hear it.
    public var toldOfAnother: Bool

    enum CodingKeys: String, CodingKey {
        case record, state, sealed, texts, matches, band
        case toldOfAnother = "told_of_another"
    }

    public static let shownFields = [
        "surname", "given_name", "patronymic", "sex", "birth_date", "birth_place", "address_before",
        "callsign", "unit", "father_name", "mother_maiden_name", "tax_number", "service_number",
        "marks", "asker", "asker_relation", "asker_contact", "asker_consent", "last_news",
    ]

    public init(
        record: String, state: String, sealed: Bool, texts: [String: [String]], matches: [String],
        toldOfAnother: Bool, band: String? = nil
    ) {
        self._band = OrNull(wrappedValue: band)
        self.record = record
        self.state = state
        self.sealed = sealed
        self.texts = texts
        self.matches = matches
        self.toldOfAnother = toldOfAnother
    }
}

/// What is said of a list of enquiries as a whole, after its rows.
public struct EnquiriesReport: Codable, Equatable, Sendable {
    /// How many enquiries there are, and how many of them were found: rows may be fewer.
    public var all: Int
    public var found: Int
    /// What was looked for where what was typed stands nowhere: the same keys on another layout.
    @OrNull public var typed: String?
    /// False while enquiries are still being read, as after a first sync: others may turn out to mean a person.
    public var complete: Bool

    public init(all: Int, found: Int, typed: String?, complete: Bool = true) {
        self.complete = complete
        self.all = all
        self.found = found
        self._typed = OrNull(wrappedValue: typed)
    }
}

/// One enquiry, with whom it may mean, from `enquiry`.
public struct EnquiryReport: Codable, Equatable, Sendable {
    /// Somebody whom it may mean, or is said to mean or not to mean.
    public struct Candidate: Codable, Equatable, Sendable {
        public var record: String
        public var records: [String]
        /// `likely`, `possible` or `namesake`; null of whom nobody would think by what is known.
        @OrNull public var band: String?
        public var score: Int
        public var reasons: [Reason]
        /// In how many things that one may be known by they agree.
        public var agreeing: Int
        /// By fields' names: those of ``shownFields``.
        public var texts: [String: [String]]
        public var step: String
        /// `match` or `not_match`, where somebody said so.
        @OrNull public var link: String?
        public var claims: [Witness]
        /// Why, as they said; in no certain order.
        public var because: [String]
        /// Whether the family may be told: `allowed`, `with_reason` or `refused`.
        public var telling: String
        /// Why not, or why only with a reason: `said_no`, `said_later`, `withheld`, `unreadable`, `named_person_only` or `not_asked`.
        @OrNull public var why: String?

        public static let shownFields = [
            "surname", "given_name", "patronymic", "birth_date", "birth_place", "address_before",
            "line_number", "slip",
        ]

        public init(
            record: String, records: [String], band: String?, score: Int, reasons: [Reason],
            agreeing: Int, texts: [String: [String]], step: String, link: String?,
            claims: [Witness], because: [String], telling: String, why: String?
        ) {
            self.because = because
            self.record = record
            self.records = records
            self._band = OrNull(wrappedValue: band)
            self.score = score
            self.reasons = reasons
            self.agreeing = agreeing
            self.texts = texts
            self.step = step
            self._link = OrNull(wrappedValue: link)
            self.claims = claims
            self.telling = telling
            self._why = OrNull(wrappedValue: why)
        }
    }

    /// In what a person agrees with what is asked, or does not.
    public struct Reason: Codable, Equatable, Sendable {
        public var field: String
        /// `same`, `script`, `spelling`, `letter`, `initial`, `swapped`, `month`, `year`, `within`, `near`, `other_day`, `region`, `layout`,
        /// `order` or `other`.
        public var how: String
        public var against: Bool

        public init(field: String, how: String, against: Bool) {
            self.field = field
            self.how = how
            self.against = against
        }
    }

    /// That the family was told something.
    public struct Told: Codable, Equatable, Sendable {
        /// As it was said, in UTC.
        public var time: String
        public var how: String
        public var outcome: String
        /// Of whom; null of somebody who is not known here.
        @OrNull public var person: String?
        public var witness: Witness
        @OrNull public var reason: String?

        public init(
            time: String, how: String, outcome: String, person: String?, witness: Witness,
            reason: String?
        ) {
            self.time = time
            self.how = how
            self.outcome = outcome
            self._person = OrNull(wrappedValue: person)
            self.witness = witness
            self._reason = OrNull(wrappedValue: reason)
        }
    }

    public var enquiry: EnquiryRow
    /// Those with whom it is matched, then the likeliest, then those who it is not.
    public var candidates: [Candidate]
    public var told: [Told]
    /// The dots that say who it is and is not: what an answer names as seen.
    public var seen: [String]

    public init(
        enquiry: EnquiryRow, candidates: [Candidate], told: [Told], seen: [String]
    ) {
        self.enquiry = enquiry
        self.candidates = candidates
        self.told = told
        self.seen = seen
    }
}

/// Who it is whom a family asks for, as somebody decides it.
public struct MatchOrder: Codable, Equatable, Sendable {
    public var enquiry: String
    public var person: String
    /// `match`, `not_match`, or `withdraw` for neither any more.
    public var kind: String
    @OrNull public var reason: String?
    /// The dots of ``EnquiryReport/seen`` that were shown; nil where nothing says so.
    @OrNull public var seen: [String]?
    @OrNull public var `operator`: String?

    public init(
        enquiry: String, person: String, kind: String, reason: String? = nil, seen: [String]? = nil,
        operator name: String? = nil
    ) {
        self.enquiry = enquiry
        self.person = person
        self.kind = kind
        self._reason = OrNull(wrappedValue: reason)
        self._seen = OrNull(wrappedValue: seen)
        self._operator = OrNull(wrappedValue: name)
    }
}

/// That somebody told a family something; nothing is sent by it.
public struct NotifiedOrder: Codable, Equatable, Sendable {
    public var enquiry: String
    /// In a word: `phone`, `in_person` or another.
    public var how: String
    public var outcome: String
    /// When, with its offset from UTC; nil: now.
    @OrNull public var time: String?
    @OrNull public var reason: String?
    @OrNull public var seen: [String]?
    @OrNull public var `operator`: String?

    public init(
        enquiry: String, how: String, outcome: String, time: String? = nil, reason: String? = nil,
        seen: [String]? = nil, operator name: String? = nil
    ) {
        self.enquiry = enquiry
        self.how = how
        self.outcome = outcome
        self._time = OrNull(wrappedValue: time)
        self._reason = OrNull(wrappedValue: reason)
        self._seen = OrNull(wrappedValue: seen)
        self._operator = OrNull(wrappedValue: name)
    }
}
