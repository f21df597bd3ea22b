/// One write, live or not, from `history`; with its lane, one change from `inspect`.
public struct HistoryRow: Equatable, Sendable {
    public var dot: String
    public var record: String?
    /// The kind of change ("edit"), or of entry in the control lane.
    public var kind: String
    public var field: String?
    /// Nil for what says nothing itself: a removal from a set, an entry of the control lane.
    public var content: Content?
    public var names: [String]
    public var `operator`: String?
    public var node: String
    public var recordedAt: String?
    public var source: String?
    /// Why, in the words of whoever wrote it.
    public var reason: String?
    /// "control" or "data"; the key is left out where nil, as in `history`.
    public var lane: String?
    /// The nodes whose administrators took it out of quarantine; the key is left out where there are none.
    public var adoptedBy: [String] = []
    /// Of the source, as `B2`; the key is left out where it has none.
    public var grade: String?

    public init(
        dot: String, record: String?, kind: String, field: String?, content: Content?,
        names: [String], operator name: String?, node: String, recordedAt: String?,
        source: String?, reason: String? = nil, lane: String? = nil
    ) {
        self.dot = dot
        self.record = record
        self.kind = kind
        self.field = field
        self.content = content
        self.names = names
        self.operator = name
        self.node = node
        self.recordedAt = recordedAt
        self.source = source
        self.reason = reason
        self.lane = lane
    }
}

extension HistoryRow: Codable {
    private enum CodingKeys: String, CodingKey {
        case dot, record, kind, field, names, node, source, reason, lane, grade
        case adoptedBy = "adopted_by"
        case `operator` = "operator"
        case recordedAt = "recorded_at"
    }

    public func encode(to encoder: any Encoder) throws {
        if let content {
            try content.encode(to: encoder)
        } else {
            try Content.encodeNull(to: encoder)
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(dot, forKey: .dot)
        try container.encode(record, forKey: .record)
        try container.encode(kind, forKey: .kind)
        try container.encode(field, forKey: .field)
        try container.encode(names, forKey: .names)
        try container.encode(self.operator, forKey: .operator)
        try container.encode(node, forKey: .node)
        try container.encode(recordedAt, forKey: .recordedAt)
        try container.encode(source, forKey: .source)
        try container.encode(reason, forKey: .reason)
        try container.encodeIfPresent(lane, forKey: .lane)
        try container.encodeIfPresent(grade, forKey: .grade)
        if !adoptedBy.isEmpty { try container.encode(adoptedBy, forKey: .adoptedBy) }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        dot = try container.decode(String.self, forKey: .dot)
        record = try container.decodeIfPresent(String.self, forKey: .record)
        kind = try container.decode(String.self, forKey: .kind)
        field = try container.decodeIfPresent(String.self, forKey: .field)
        content = try Content.decodeIfPresent(from: decoder)
        names = try container.decode([String].self, forKey: .names)
        self.operator = try container.decodeIfPresent(String.self, forKey: .operator)
        node = try container.decode(String.self, forKey: .node)
        recordedAt = try container.decodeIfPresent(String.self, forKey: .recordedAt)
        source = try container.decodeIfPresent(String.self, forKey: .source)
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
        lane = try container.decodeIfPresent(String.self, forKey: .lane)
        grade = try container.decodeIfPresent(String.self, forKey: .grade)
        adoptedBy = try container.decodeIfPresent([String].self, forKey: .adoptedBy) ?? []
    }
}
