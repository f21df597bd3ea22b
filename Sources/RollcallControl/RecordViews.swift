/// One record as it stands, from `show`, `list` and `find`; `created` is the dot that names it.
public struct RecordView: Codable, Equatable, Sendable {
    public var record: String
    public var created: String
    public var removed: Bool
    /// Whether all that was known of it was destroyed; what fields it has were written by somebody who did not know.
    public var erased: Bool
    /// Whether it must not be erased.
    public var underHold: Bool
    public var fields: [String: FieldView]

    enum CodingKeys: String, CodingKey {
        case record, created, removed, erased, fields
        case underHold = "under_hold"
    }

    public init(
        record: String, created: String, removed: Bool, erased: Bool = false,
        underHold: Bool = false, fields: [String: FieldView]
    ) {
        self.erased = erased
        self.underHold = underHold
        self.record = record
        self.created = created
        self.removed = removed
        self.fields = fields
    }
}

/// One field of a record and all that is live in it.
public struct FieldView: Codable, Equatable, Sendable {
    /// "single", "set", "event" or "log".
    public var kind: String
    public var conflict: Bool
    public var values: [ValueView]
    /// Who compared the value with what; those that lapsed, too.
    public var verifications: [VerificationView]

    public init(
        kind: String, conflict: Bool, values: [ValueView], verifications: [VerificationView] = []
    ) {
        self.verifications = verifications
        self.kind = kind
        self.conflict = conflict
        self.values = values
    }
}

/// A person's mark that a field's value was compared with a source.
public struct VerificationView: Codable, Equatable, Sendable {
    /// "confirmed", "contradicted" or "unable".
    public var outcome: String
    public var station: String
    /// False where the value is another by now, or has another beside it.
    public var stands: Bool
    public var witness: Witness

    public init(outcome: String, station: String, stands: Bool, witness: Witness) {
        self.outcome = outcome
        self.station = station
        self.stands = stands
        self.witness = witness
    }
}

/// What one write says: a value, or a state in place of one.
public enum Content: Equatable, Sendable {
    case text(String)
    /// An event's stage, and when it happened where that was stated.
    case event(stage: String, time: String?)
    /// "unknown", "refused", "unable", "not_asked", "withheld", or "sealed" to this reader.
    case state(String)
}

/// Equal siblings as one value, with everyone who wrote it.
public struct ValueView: Equatable, Sendable {
    public var content: Content
    public var witnesses: [Witness]

    public init(_ content: Content, witnesses: [Witness]) {
        self.content = content
        self.witnesses = witnesses
    }
}

/// Who wrote a value, where, when, and from which source.
public struct Witness: Codable, Equatable, Sendable {
    public var dot: String
    @OrNull public var source: String?
    @OrNull public var `operator`: String?
    public var node: String
    @OrNull public var recordedAt: String?
    /// Of the source, as `B2`; the key is left out where it has none.
    public var grade: String?

    enum CodingKeys: String, CodingKey {
        case dot, source, node, grade
        case `operator` = "operator"
        case recordedAt = "recorded_at"
    }

    public init(
        dot: String, source: String?, operator name: String?, node: String, recordedAt: String?,
        grade: String? = nil
    ) {
        self.grade = grade
        self.dot = dot
        self._source = OrNull(wrappedValue: source)
        self._operator = OrNull(wrappedValue: name)
        self.node = node
        self._recordedAt = OrNull(wrappedValue: recordedAt)
    }
}

/// One field with unlike siblings, from `conflicts`.
public struct ConflictRow: Codable, Equatable, Sendable {
    public var record: String
    public var field: String
    public var values: [ValueView]

    public init(record: String, field: String, values: [ValueView]) {
        self.record = record
        self.field = field
        self.values = values
    }
}

/// What was written, from `add`, `set`, `unset`, `remove` and `restore`.
public struct WriteReport: Codable, Equatable, Sendable {
    public var record: String
    public var dots: [String]

    public init(record: String, dots: [String]) {
        self.record = record
        self.dots = dots
    }
}

/// How a conflict was settled, from `resolve`; `replaced` lists the dots that it names.
public struct ResolveReport: Codable, Equatable, Sendable {
    public var record: String
    public var field: String
    public var dot: String
    public var replaced: [String]

    public init(record: String, field: String, dot: String, replaced: [String]) {
        self.record = record
        self.field = field
        self.dot = dot
        self.replaced = replaced
    }
}

/// The state of everything here as one hash, from `fingerprint`.
public struct FingerprintReport: Codable, Equatable, Sendable {
    public var fingerprint: String

    public init(fingerprint: String) {
        self.fingerprint = fingerprint
    }
}

/// A record that was erased, from `erase` and `erasures`.
public struct ErasureReport: Codable, Equatable, Sendable {
    public var record: String
    public var reason: String
    /// The laptop on which it was erased.
    public var by: String
    @OrNull public var erasedAt: String?
    /// The other laptops that have acknowledged it: what is erased is gone there.
    public var heard: [NamedNode]
    public var unheard: [NamedNode]
    /// Whether somebody wrote of it without knowing: what they wrote is kept, and shown by `show`.
    public var hasLate: Bool
    /// Why the record must not be erased, by those who say so now; it is gone all the same.
    public var holds: [String]
    /// Records of the files of lists on which it stood.
    ///
    /// What they say as they came is kept. Known only when it is erased.
    public var files: [String] = []

    enum CodingKeys: String, CodingKey {
        case record, reason, by, heard, unheard, holds, files
        case erasedAt = "erased_at"
        case hasLate = "late"
    }

    public init(
        record: String, reason: String, by: String, erasedAt: String?, heard: [NamedNode],
        unheard: [NamedNode], hasLate: Bool, holds: [String] = []
    ) {
        self.holds = holds
        self.record = record
        self.reason = reason
        self.by = by
        self._erasedAt = OrNull(wrappedValue: erasedAt)
        self.heard = heard
        self.unheard = unheard
        self.hasLate = hasLate
    }
}
