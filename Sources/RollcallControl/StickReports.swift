/// To which keys bundles for this laptop are sealed, from `bundle-key`.
public struct BundleKeyReport: Codable, Equatable, Sendable {
    /// As `age -r` takes them.
    public var recipients: [String]
    /// What opens them, where it was asked for: newest first.
    @OrNull public var identities: [String]?

    public init(recipients: [String], identities: [String]?) {
        self.recipients = recipients
        self._identities = OrNull(wrappedValue: identities)
    }
}

/// What a laptop is not known to have, from `who-lacks`: one row for each that may lack something.
public struct LackReport: Codable, Equatable, Sendable {
    public var node: String
    /// Changes of those that were asked about.
    public var lacks: Int
    public var of: Int
    /// When it last said what it has; null if it never did.
    @OrNull public var acknowledgedAt: String?
    @OrNull public var via: PeerReport.Via?

    enum CodingKeys: String, CodingKey {
        case node, lacks, of, via
        case acknowledgedAt = "acknowledged_at"
    }

    public init(
        node: String, lacks: Int, of: Int, acknowledgedAt: String?, via: PeerReport.Via?
    ) {
        self.node = node
        self.lacks = lacks
        self.of = of
        self._acknowledgedAt = OrNull(wrappedValue: acknowledgedAt)
        self._via = OrNull(wrappedValue: via)
    }
}

/// Who has not heard yet that their bundle came, from `import`, and the answer where one was asked for.
public struct AnswerReport: Codable, Equatable, Sendable {
    public struct Waiting: Codable, Equatable, Sendable {
        public var node: String
        public var name: String
        /// Changes that it is not known to have.
        public var lacks: Int

        public init(node: String, name: String, lacks: Int) {
            self.node = node
            self.name = name
            self.lacks = lacks
        }
    }

    public var waiting: [Waiting]
    /// Null where none was asked for, or none is needed.
    @OrNull public var export: ExportReport?

    public init(waiting: [Waiting], export: ExportReport? = nil) {
        self.waiting = waiting
        self._export = OrNull(wrappedValue: export)
    }
}

/// What became of a bundle that lay on the stick, from `carry`: one row a file.
public struct CarryRow: Codable, Equatable, Sendable {
    public enum Outcome: String, Codable, Sendable {
        case takenIn = "taken_in"
        case forOthers = "for_others"
        /// Somebody asks to join.
        case request
        /// It lets this laptop in.
        case admission
        case refused
    }

    public var file: String
    public var outcome: Outcome
    public var new: Int
    /// Why it was refused.
    @OrNull public var reason: String?
    /// Whether all whom it is for are known to have what is in it.
    public var isDone: Bool
    public var isDeleted: Bool
    /// Who asks to join.
    @OrNull public var name: String?
    /// Whether that is this laptop itself.
    public var isOwn: Bool

    enum CodingKeys: String, CodingKey {
        case file, outcome, new, reason, name
        case isOwn = "own"
        case isDone = "done"
        case isDeleted = "deleted"
    }

    public init(
        file: String, outcome: Outcome, new: Int = 0, reason: String? = nil, isDone: Bool = false,
        isDeleted: Bool = false, name: String? = nil, isOwn: Bool = false
    ) {
        self._name = OrNull(wrappedValue: name)
        self.isOwn = isOwn
        self.file = file
        self.outcome = outcome
        self.new = new
        self._reason = OrNull(wrappedValue: reason)
        self.isDone = isDone
        self.isDeleted = isDeleted
    }
}

/// What `carry` put on the stick.
public struct CarryReport: Codable, Equatable, Sendable {
    /// The bundle for the others; null if none of them lacks anything.
    @OrNull public var export: ExportReport?
    /// Laptops of which no key is known yet, and which it is not for.
    public var withoutKey: [String]
    /// How many files were refused.
    public var refused: Int
    /// Whether this laptop is in no register yet, and waits for the answer to its request.
    public var isWaiting: Bool

    enum CodingKeys: String, CodingKey {
        case export, refused
        case isWaiting = "waiting"
        case withoutKey = "without_key"
    }

    public init(
        export: ExportReport?, withoutKey: [String], refused: Int, isWaiting: Bool = false
    ) {
        self.isWaiting = isWaiting
        self._export = OrNull(wrappedValue: export)
        self.withoutKey = withoutKey
        self.refused = refused
    }
}
