/// Until when a register is kept and what is due, from `retention`.
public struct RetentionReport: Codable, Equatable, Sendable {
    /// What somebody said of the end; more than one where they did not know of each other.
    public struct Said: Codable, Equatable, Sendable {
        @OrNull public var endDate: String?
        public var node: String
        public var reason: String
        @OrNull public var recordedAt: String?

        enum CodingKeys: String, CodingKey {
            case node, reason
            case endDate = "end_date"
            case recordedAt = "recorded_at"
        }

        public init(endDate: String?, node: String, reason: String, recordedAt: String?) {
            self._endDate = OrNull(wrappedValue: endDate)
            self.node = node
            self.reason = reason
            self._recordedAt = OrNull(wrappedValue: recordedAt)
        }
    }

    /// The last day on which all is kept, the latest that was said; null: without an end.
    @OrNull public var endDate: String?
    public var said: [Said]
    public var isOver: Bool
    public var due: Int
    public var underHold: Int

    enum CodingKeys: String, CodingKey {
        case said, due
        case endDate = "end_date"
        case isOver = "over"
        case underHold = "under_hold"
    }

    public init(endDate: String?, said: [Said], isOver: Bool, due: Int, underHold: Int) {
        self._endDate = OrNull(wrappedValue: endDate)
        self.said = said
        self.isOver = isOver
        self.due = due
        self.underHold = underHold
    }
}

/// A record that is due to be erased, from `due`.
public struct DueRow: Codable, Equatable, Sendable {
    public var record: String

    public init(record: String) { self.record = record }
}

/// A hold that stands, from `holds`; without a record it is on the whole register.
public struct HoldReport: Codable, Equatable, Sendable {
    @OrNull public var record: String?
    public var node: String
    public var reason: String
    @OrNull public var recordedAt: String?
    /// That somebody erased the record all the same, knowing of the hold or not.
    public var isErased: Bool

    enum CodingKeys: String, CodingKey {
        case record, node, reason
        case recordedAt = "recorded_at"
        case isErased = "erased"
    }

    public init(
        record: String?, node: String, reason: String, recordedAt: String?, isErased: Bool
    ) {
        self._record = OrNull(wrappedValue: record)
        self.node = node
        self.reason = reason
        self._recordedAt = OrNull(wrappedValue: recordedAt)
        self.isErased = isErased
    }
}

/// What was put under hold or freed of it, from `hold`; no record: the whole register.
public struct HoldOrderReport: Codable, Equatable, Sendable {
    /// "hold" or "lift".
    public var verdict: String
    public var records: [String]

    public init(verdict: String, records: [String]) {
        self.verdict = verdict
        self.records = records
    }
}
