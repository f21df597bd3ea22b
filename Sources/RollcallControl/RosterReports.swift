/// What a roster brought in, from `roster import`; rows count from 1, the header left out.
public struct RosterReport: Codable, Equatable, Sendable {
    /// A known row that now says something else; nothing of it was written.
    public struct Differing: Codable, Equatable, Sendable {
        public var row: Int
        public var record: String
        public var fields: [String]

        public init(row: Int, record: String, fields: [String]) {
            self.row = row
            self.record = record
            self.fields = fields
        }
    }

    /// A row that two nodes had imported apart, and the records they made of it.
    public struct Duplicate: Codable, Equatable, Sendable {
        public var row: Int
        public var records: [String]

        public init(row: Int, records: [String]) {
            self.row = row
            self.records = records
        }
    }

    /// A row that could not be taken, and why.
    public struct Failed: Codable, Equatable, Sendable {
        public var row: Int
        public var reason: String

        public init(row: Int, reason: String) {
            self.row = row
            self.reason = reason
        }
    }

    /// Rows in which there is one thing to look at.
    public struct Finding: Codable, Equatable, Sendable {
        /// As `mixed_script`.
        public var what: String
        @OrNull public var field: String?
        public var rows: [Int]

        public init(what: String, field: String?, rows: [Int]) {
            self.what = what
            self._field = OrNull(wrappedValue: field)
            self.rows = rows
        }
    }

    public var rows: Int
    public var added: Int
    public var unchanged: Int
    public var differing: [Differing]
    public var duplicate: [Duplicate]
    public var failed: [Failed]
    /// How many records that came of rows of rosters were erased before: what is added may be one of them, and nothing remembers which.
    public var erased: Int
    /// False after a preview.
    public var applied = true
    /// What somebody should look at; nothing was changed because of it.
    public var findings: [Finding] = []
    /// Rows that are about nobody: sums, and places to sign.
    public var notes: [Int] = []
    /// How the file was read.
    @OrNull public var file: ListFileFacts?
    /// The list that it is now, where it is a side's.
    @OrNull public var list: String?

    public init(
        rows: Int, added: Int, unchanged: Int, differing: [Differing], duplicate: [Duplicate],
        failed: [Failed], erased: Int = 0
    ) {
        self.rows = rows
        self.added = added
        self.unchanged = unchanged
        self.differing = differing
        self.duplicate = duplicate
        self.failed = failed
        self.erased = erased
        self._file = OrNull(wrappedValue: nil)
        self._list = OrNull(wrappedValue: nil)
    }
}

/// How a list's file was read.
public struct ListFileFacts: Codable, Equatable, Sendable {
    /// A column, and what it was taken for.
    public struct Column: Codable, Equatable, Sendable {
        public var column: String
        /// A field, `full_name`, or `-` for one that was left out.
        public var field: String
        /// Whether somebody said so when an earlier list of this issuer was read.
        public var remembered: Bool

        public init(column: String, field: String, remembered: Bool) {
            self.column = column
            self.field = field
            self.remembered = remembered
        }
    }

    /// `csv` or `xlsx`.
    public var form: String
    @OrNull public var encoding: String?
    @OrNull public var sheet: String?
    /// All sheets that can be seen.
    public var sheets: [String]
    /// The row of the file that names the columns; row 1 of all counts is the one below.
    public var headerRow: Int
    public var columns: [Column]
    /// Columns of which nobody knows what they hold: nothing is imported before somebody says it.
    public var unknownColumns: [String]
    /// The column that tells rows apart.
    @OrNull public var key: String?
    public var sha256: String
    public var bytes: Int

    enum CodingKeys: String, CodingKey {
        case form, encoding, sheet, sheets, columns, key, sha256, bytes
        case headerRow = "header_row"
        case unknownColumns = "unknown_columns"
    }

    public init(
        form: String, encoding: String?, sheet: String?, sheets: [String], headerRow: Int,
        columns: [Column], unknownColumns: [String], key: String?, sha256: String, bytes: Int
    ) {
        self.form = form
        self._encoding = OrNull(wrappedValue: encoding)
        self._sheet = OrNull(wrappedValue: sheet)
        self.sheets = sheets
        self.headerRow = headerRow
        self.columns = columns
        self.unknownColumns = unknownColumns
        self._key = OrNull(wrappedValue: key)
        self.sha256 = sha256
        self.bytes = bytes
    }
}

/// A list's file as it came, from `lists --file`.
public struct ListFileReport: Codable, Equatable, Sendable {
    public var file: String
    public var bytes: Int
    public var sha256: String

    public init(file: String, bytes: Int, sha256: String) {
        self.file = file
        self.bytes = bytes
        self.sha256 = sha256
    }
}

/// What became of the lines of a printed list, from `roster tick`; lines as the list numbers them.
public struct TickReport: Codable, Equatable, Sendable {
    public var stage: String
    public var event: String
    public var ticked: [String]
    /// It was written before.
    public var known: [String]
    /// No line of the list has this number, or nothing says which has.
    public var missing: [String]
    /// Several people have it.
    public var ambiguous: [String]

    public init(
        stage: String, event: String, ticked: [String] = [], known: [String] = [],
        missing: [String] = [], ambiguous: [String] = []
    ) {
        self.stage = stage
        self.event = event
        self.ticked = ticked
        self.known = known
        self.missing = missing
        self.ambiguous = ambiguous
    }
}
