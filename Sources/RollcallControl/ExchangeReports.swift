/// A number that may be less once people have decided who is one person.
public struct RangeReport: Codable, Equatable, Sendable {
    public var least: Int
    public var most: Int

    public init(least: Int, most: Int) {
        self.least = least
        self.most = most
    }
}

/// One line of a tally, from `tally`.
public struct TallyRow: Codable, Equatable, Sendable {
    /// Nil: over all stages, each person once.
    @OrNull public var stage: String?
    /// `a_to_b` or `b_to_a`.
    public var direction: String
    /// `listed`, `present`, `handed_over` and so on.
    public var what: String
    public var military: RangeReport
    public var civilian: RangeReport
    /// Nobody said of what category they are, or not all say the same.
    public var unresolved: RangeReport
    /// The three together.
    public var all: RangeReport

    public init(
        stage: String?, direction: String, what: String, military: RangeReport,
        civilian: RangeReport, unresolved: RangeReport, all: RangeReport
    ) {
        self._stage = OrNull(wrappedValue: stage)
        self.direction = direction
        self.what = what
        self.military = military
        self.civilian = civilian
        self.unresolved = unresolved
        self.all = all
    }
}

/// What stands below a tally.
public struct TallyReport: Codable, Equatable, Sendable {
    /// How many more were handed over to B than to A.
    public struct Parity: Codable, Equatable, Sendable {
        @OrNull public var stage: String?
        public var difference: RangeReport

        public init(stage: String?, difference: RangeReport) {
            self._stage = OrNull(wrappedValue: stage)
            self.difference = difference
        }
    }

    /// Until when a laptop's word is in these numbers.
    public struct Heard: Codable, Equatable, Sendable {
        public var node: String
        public var name: String
        /// Nil: nothing was ever heard of it.
        @OrNull public var at: String?

        public init(node: String, name: String, at: String?) {
            self.node = node
            self.name = name
            self._at = OrNull(wrappedValue: at)
        }
    }

    /// What somebody closed a stage with.
    public struct Closing: Codable, Equatable, Sendable {
        public var stage: String
        @OrNull public var `operator`: String?
        public var node: String
        @OrNull public var at: String?
        @OrNull public var reason: String?
        /// Of the register, as it was then.
        public var fingerprint: String
        /// Events that were written without knowing of it; they count in the tally, and not in these rows.
        public var late: Int
        /// The numbers as they were, without those that were zero.
        public var rows: [TallyRow]

        public init(
            stage: String, operator name: String?, node: String, at: String?, reason: String?,
            fingerprint: String, late: Int, rows: [TallyRow]
        ) {
            self.stage = stage
            self._operator = OrNull(wrappedValue: name)
            self.node = node
            self._at = OrNull(wrappedValue: at)
            self._reason = OrNull(wrappedValue: reason)
            self.fingerprint = fingerprint
            self.late = late
            self.rows = rows
        }
    }

    /// A vehicle that came to a stage.
    public struct Vehicle: Codable, Equatable, Sendable {
        public var stage: String
        public var vehicle: String
        /// Heads, as somebody counted them; several numbers where counts stand side by side, none where nobody counted.
        public var counted: [Int]
        /// People who are registered to have come in it.
        public var registered: RangeReport
        public var records: [String]

        public init(
            stage: String, vehicle: String, counted: [Int], registered: RangeReport,
            records: [String]
        ) {
            self.stage = stage
            self.vehicle = vehicle
            self.counted = counted
            self.registered = registered
            self.records = records
        }
    }

    public var parity: [Parity]
    /// How many each side is to hand over; nil where nobody said.
    @OrNull public var target: Int?
    /// People of whom nobody says who holds them: they are in no number above.
    public var withoutDirection: Int
    public var discrepancies: Int
    public var heard: [Heard]
    public var closings: [Closing]
    public var vehicles: [Vehicle]

    enum CodingKeys: String, CodingKey {
        case parity, target, discrepancies, heard, closings, vehicles
        case withoutDirection = "without_direction"
    }

    public init(
        parity: [Parity], target: Int?, withoutDirection: Int, discrepancies: Int, heard: [Heard],
        closings: [Closing], vehicles: [Vehicle]
    ) {
        self.vehicles = vehicles
        self.parity = parity
        self._target = OrNull(wrappedValue: target)
        self.withoutDirection = withoutDirection
        self.discrepancies = discrepancies
        self.heard = heard
        self.closings = closings
    }
}

/// What does not fit, and somebody has to look at, from `discrepancies`.
public struct DiscrepancyReport: Codable, Equatable, Sendable {
    public var kind: String
    @OrNull public var stage: String?
    public var records: [String]
    /// Fields, or reasons, by their names.
    public var about: [String]
    /// Who can tell: `gate`, `table`, `transport`, `family` or `supervisor`.
    public var station: String
    /// What was decided of it as it stands; nothing where it is open.
    public var settled: [Settled]

    /// What somebody decided.
    public struct Settled: Codable, Equatable, Sendable {
        public var `as`: String
        @OrNull public var reason: String?
        @OrNull public var `operator`: String?
        public var node: String
        @OrNull public var recordedAt: String?

        enum CodingKeys: String, CodingKey {
            case `as` = "as"
            case reason
            case `operator` = "operator"
            case node
            case recordedAt = "recorded_at"
        }

        public init(
            as code: String, reason: String?, operator name: String?, node: String,
            recordedAt: String?
        ) {
            self.as = code
            self._reason = OrNull(wrappedValue: reason)
            self._operator = OrNull(wrappedValue: name)
            self.node = node
            self._recordedAt = OrNull(wrappedValue: recordedAt)
        }
    }

    public init(
        kind: String, stage: String?, records: [String], about: [String], station: String = "",
        settled: [Settled] = []
    ) {
        self.kind = kind
        self._stage = OrNull(wrappedValue: stage)
        self.records = records
        self.about = about
        self.station = station
        self.settled = settled
    }
}

/// A decision about what does not fit.
public struct SettleOrder: Codable, Equatable, Sendable {
    public var kind: String
    /// Records that it is about, or some of them.
    public var records: [String]
    @OrNull public var stage: String?
    /// Its words; nil: whichever.
    @OrNull public var about: [String]?
    /// Nil: it is open again.
    @OrNull public var code: String?
    public var reason: String

    public init(
        kind: String, records: [String], stage: String? = nil, about: [String]? = nil,
        code: String?, reason: String
    ) {
        self.kind = kind
        self.records = records
        self._stage = OrNull(wrappedValue: stage)
        self._about = OrNull(wrappedValue: about)
        self._code = OrNull(wrappedValue: code)
        self.reason = reason
    }
}

/// One revision of a list, from `lists`.
public struct ListReport: Codable, Equatable, Sendable {
    public var record: String
    public var issuer: String
    @OrNull public var direction: String?
    @OrNull public var stage: String?
    public var revision: Int
    public var withdrawn: Bool
    /// Whether it is the last of its issuer for its stage and direction.
    public var newest: Bool
    public var lines: Int

    public init(
        record: String, issuer: String, direction: String?, stage: String?, revision: Int,
        withdrawn: Bool, newest: Bool, lines: Int
    ) {
        self.record = record
        self.issuer = issuer
        self._direction = OrNull(wrappedValue: direction)
        self._stage = OrNull(wrappedValue: stage)
        self.revision = revision
        self.withdrawn = withdrawn
        self.newest = newest
        self.lines = lines
    }
}
