/// What was written to a roster, from `roster export`.
public struct RosterExportReport: Codable, Equatable, Sendable {
    public var file: String
    public var bytes: Int
    public var rows: Int
    /// How many were kept back: people, of whoever asked for people, else records.
    public var withheld: Int
    /// Of figures: stages that are not in it, for they are not closed, or with unlike numbers.
    public var leftOut: [String]
    /// Of figures: stages that were closed before with other numbers, which somebody may have.
    public var closedAgain: [String]

    enum CodingKeys: String, CodingKey {
        case file, bytes, rows, withheld
        case leftOut = "left_out"
        case closedAgain = "closed_again"
    }

    public init(
        file: String, bytes: Int, rows: Int, withheld: Int = 0, leftOut: [String] = [],
        closedAgain: [String] = []
    ) {
        self.leftOut = leftOut
        self.closedAgain = closedAgain
        self.file = file
        self.bytes = bytes
        self.rows = rows
        self.withheld = withheld
    }
}

/// What a bundle takes along, from `export`; `targets` are nodes.
public struct ExportReport: Codable, Equatable, Sendable {
    /// Several where one may not be as large.
    public var files: [String]
    /// Of all of them.
    public var bytes: Int
    public var changes: Int
    public var targets: [String]

    enum CodingKeys: String, CodingKey {
        case files, bytes, changes
        case targets = "for"
    }

    public init(files: [String], bytes: Int, changes: Int, targets: [String]) {
        self.files = files
        self.bytes = bytes
        self.changes = changes
        self.targets = targets
    }
}

/// What a bundle brought, from `import`: one row a file, in the order given.
public struct ImportReport: Codable, Equatable, Sendable {
    /// Changes of one replica that are still to come, first and last counter included.
    public struct Missing: Codable, Equatable, Sendable {
        public var replica: String
        public var from: Int
        public var to: Int

        public init(replica: String, from: Int, to: Int) {
            self.replica = replica
            self.from = from
            self.to = to
        }
    }

    /// Why a bundle was left alone that lay in a folder among others.
    public enum Skipped: String, Codable, Sendable {
        case forOthers = "for_others"
        case otherRegister = "other_register"
        /// This laptop waits for its admission, and this is none.
        case noAdmission = "no_admission"
    }

    @OrNull public var file: String?
    @OrNull public var source: String?
    public var new: Int
    public var known: Int
    public var held: Int
    /// Not taken: their erasure has not been heard of here, or their laptop wrote in more ways under one number than are kept.
    public var left: Int
    public var conflicts: Int
    public var quarantined: Int
    public var missing: [Missing]
    /// False after a preview.
    public var applied: Bool
    /// The register that this laptop entered by it: it was the answer to its request.
    @OrNull public var joined: JoinReport?
    /// What it would come to, after a preview.
    @OrNull public var preview: ImportPreview?
    /// Null for a bundle that was taken in or looked at.
    @OrNull public var skipped: Skipped?

    public init(
        source: String?, new: Int, known: Int, held: Int, left: Int, conflicts: Int,
        quarantined: Int, missing: [Missing], applied: Bool, joined: JoinReport? = nil,
        preview: ImportPreview? = nil, file: String? = nil, skipped: Skipped? = nil
    ) {
        self._file = OrNull(wrappedValue: file)
        self._skipped = OrNull(wrappedValue: skipped)
        self._preview = OrNull(wrappedValue: preview)
        self._joined = OrNull(wrappedValue: joined)
        self._source = OrNull(wrappedValue: source)
        self.new = new
        self.known = known
        self.held = held
        self.left = left
        self.conflicts = conflicts
        self.quarantined = quarantined
        self.missing = missing
        self.applied = applied
    }
}

extension ImportReport {
    /// A bundle that was left alone.
    public init(skipping file: String, _ reason: Skipped) {
        self.init(
            source: nil, new: 0, known: 0, held: 0, left: 0, conflicts: 0, quarantined: 0,
            missing: [], applied: false, file: file, skipped: reason)
    }
}

/// What would come of an import, of which nothing was taken in.
public struct ImportPreview: Codable, Equatable, Sendable {
    public var newRecords = 0
    /// Records that are here and would say something else.
    public var changedRecords = 0
    /// Fields in conflict that are not so now.
    public var conflicts = 0
    public var conflictsSettled = 0
    public var membersAdded: [NamedNode] = []
    public var membersRemoved: [NamedNode] = []
    /// Other members that are not known to have what is in the bundle.
    public var lacking: [NamedNode] = []

    enum CodingKeys: String, CodingKey {
        case conflicts, lacking
        case newRecords = "new_records"
        case changedRecords = "changed_records"
        case conflictsSettled = "conflicts_settled"
        case membersAdded = "members_added"
        case membersRemoved = "members_removed"
    }

    public init() {}
}

/// What `inspect` found besides the changes that it listed; for people, a script gets rows alone.
public struct InspectReport: Codable, Equatable, Sendable {
    public var changes: Int
    /// Frames of a capture that carry no changes.
    public var otherFrames: Int
    /// Bytes at the end of a capture that are no whole frame.
    public var bytesLeft: Int

    enum CodingKeys: String, CodingKey {
        case changes
        case otherFrames = "other_frames"
        case bytesLeft = "bytes_left"
    }

    public init(changes: Int, otherFrames: Int = 0, bytesLeft: Int = 0) {
        self.changes = changes
        self.otherFrames = otherFrames
        self.bytesLeft = bytesLeft
    }
}

/// A copy of a home, from `backup`.
public struct BackupReport: Codable, Equatable, Sendable {
    public var file: String
    public var bytes: Int

    public init(file: String, bytes: Int) {
        self.file = file
        self.bytes = bytes
    }
}

/// A backup that was restored to a place apart and found whole, from `drill`.
public struct DrillReport: Codable, Equatable, Sendable {
    public var file: String
    public var title: String
    public var node: String
    @OrNull public var name: String?
    public var records: Int
    public var changes: Int
    public var quarantined: Int
    /// Heads of runs that were verified.
    public var signatures: Int
    public var fingerprint: String
    /// "passphrase" or "none".
    public var protection: String
    /// What the register has now.
    public var recordsNow: Int
    /// Changes that came since.
    public var gained: Int
    /// Changes that the backup has and the running laptop has not.
    public var onlyInBackup: Int

    enum CodingKeys: String, CodingKey {
        case file, title, node, name, records, changes, quarantined, signatures, fingerprint
        case protection, gained
        case recordsNow = "records_now"
        case onlyInBackup = "only_in_backup"
    }

    public init(
        file: String, title: String, node: String, name: String?, records: Int, changes: Int,
        quarantined: Int, signatures: Int, fingerprint: String, protection: String,
        recordsNow: Int, gained: Int, onlyInBackup: Int
    ) {
        self.file = file
        self.title = title
        self.node = node
        self._name = OrNull(wrappedValue: name)
        self.records = records
        self.changes = changes
        self.quarantined = quarantined
        self.signatures = signatures
        self.fingerprint = fingerprint
        self.protection = protection
        self.recordsNow = recordsNow
        self.gained = gained
        self.onlyInBackup = onlyInBackup
    }
}
