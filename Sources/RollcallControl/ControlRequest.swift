public import Foundation

/// One thing that the command line may ask of a daemon.
///
/// On the socket each is one line of JSON. Paths are absolute, ids and nodes are as typed: the
/// daemon alone knows what they are short for.
public enum ControlRequest: Codable, Equatable, Sendable {
    // The register and who is in it.
    case initRegister(
        name: String, register: String, operator: String, protection: Protection? = nil)
    case invite(minutes: Int, wait: Bool, yes: Bool, role: String? = nil)
    case join(
        address: String, name: String, operator: String, code: String,
        protection: Protection? = nil)
    case confirm(words: String)
    /// Asks to be let in by stick; the register's id is as somebody read it out.
    case requestToJoin(
        path: String, register: String, name: String, operator: String,
        protection: Protection? = nil)
    case readRequest(path: String)
    /// `number`: as the newcomer's person read it out.
    case admit(path: String, output: String, role: String?, number: String)
    /// `brief`: without the fingerprint, for which every record is read after each write.
    case status(brief: Bool? = nil)
    case peers
    case members
    case revoke(node: String, reason: String, upTo: [String])
    case giveRole(node: String, role: String)
    case makeRecoveryKeys
    /// Two recovery keys, as typed.
    case recover(keys: [String])
    /// `all`: those that were refused, too.
    case quarantine(all: Bool? = nil)
    case quarantineShow(dot: String)
    case judge(dots: [String], adopt: Bool, reason: String)
    case connect(target: String)
    case disconnect(node: String)
    case waitUpToDate(peers: [String], timeoutSeconds: Double?)

    // What lies on the disk, and who opens it.
    case unlock(passphrase: String)
    case lock
    case panic
    case passphrases
    case changePassphrase(PassphraseOrder, current: String?)

    // Who is at the keyboard, and who did what.
    case operators
    /// With the laptop's passphrase, where no administrator is at the keyboard.
    case addOperator(name: String, role: String, pin: String, passphrase: String? = nil)
    case removeOperator(name: String)
    case switchOperator(name: String, pin: String)
    case leaveOperator
    case custody(record: String? = nil, operator: String? = nil, node: String? = nil)

    // Records. `seen` is nil where the operator did not say, empty for "none".
    case add(fields: [FieldValue], source: String?, operator: String?)
    case set(
        id: String, fields: [FieldValue], seen: [String]?, source: String?, operator: String?)
    case unset(
        id: String, fields: [FieldChoice], state: String?, seen: [String]?, source: String?,
        operator: String?)
    case verify(VerifyOrder)
    case unverify(id: String, field: String, operator: String?)
    case link(LinkOrder)
    case remove(id: String, operator: String?)
    case restore(id: String, operator: String?)
    case resolve(
        id: String, field: String, choice: Choice, seen: [String]?, reason: String?,
        operator: String?)
    case show(id: String)
    case list(limit: Int?, filters: [FieldValue])
    case find(text: String, limit: Int? = nil)
    case history(id: String)
    case conflicts
    case fingerprint
    case erase(ids: [String], reason: String)
    case erasures
    case retention
    /// Without an end: kept for ever.
    case setRetention(end: String?, reason: String)
    case due
    case hold(ids: [String], all: Bool, lift: Bool, reason: String)
    case holds

    // The exchange.
    case setExchange(partyA: String?, partyB: String?, target: Int?)
    case addStage(code: String, day: String?, place: String?)
    /// Writes down its numbers as they stand.
    case closeStage(code: String, reason: String?)
    case reopenStage(code: String, reason: String?)
    /// How many heads somebody counted in a vehicle that came to a stage; with a reason where counts stand side by side.
    case countHeads(stage: String, vehicle: String, heads: Int, reason: String? = nil)
    case lists
    case withdrawList(id: String)
    /// Writes a list's file as it came.
    case listFile(id: String, path: String)
    case tally(stage: String?)
    case discrepancies
    case settle(SettleOrder)
    /// All in the exchange, or those whom these records are of.
    case people(records: [String]? = nil)
    case fields
    /// Gives the person of a record a slip, unless they have one.
    case slip(id: String)

    // Photos.
    case photos(id: String)
    case photoContent(photo: String)
    case addPhoto(PhotoOrder)
    /// Writes a photo as it came.
    case savePhoto(photo: String, path: String)
    case detachPhoto(id: String, photo: String, reason: String)

    // What families ask.
    case addEnquiry(fields: [FieldValue], operator: String?)
    /// Those in which a text stands; or those with which a person is matched, and which may mean them; else the last ones.
    case enquiries(text: String? = nil, person: String? = nil, limit: Int? = nil)
    case enquiry(id: String)
    case match(MatchOrder)
    case notified(NotifiedOrder)

    // The local page.
    /// For its address, with a pass that works once.
    case open
    /// That something was printed, for the custody log; of one record, or of many.
    case printed(record: String? = nil)

    // Files.
    case rosterImport(
        path: String, list: String?, key: String?, columns: [ColumnField], skipBad: Bool,
        origin: ListOrigin? = nil, reading: ListReading? = nil)
    case rosterTick(TickOrder)
    case rosterExport(path: String, order: OutgoingOrder? = nil)
    case export(BundleOrder)
    /// `answer`: where to write a bundle for those from whom these came; `skips`: goes on where one is not for this laptop.
    case `import`(
        paths: [String], preview: Bool, salvage: Bool, answer: String? = nil, skips: Bool? = nil)
    case inspect(path: String)
    case carry(folder: String, files: [String], delete: Bool)
    case bundleKey(secret: Bool)
    /// Who is not known to have a record, or any change from a dot on.
    case whoLacks(record: String?, since: String?)
    case backup(path: String)
    /// Without a passphrase: for a backup that is open to all.
    case drill(path: String, passphrase: String?)

    /// No request is longer than this, its line's end included.
    public static let lineBytesMax = 8 << 20

    /// The request as one line, with its end.
    public func line() throws -> Data {
        var line = try ControlJSON.encode(self)
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// Reads a request from its line, with or without the line's end.
    public init(line: Data) throws {
        self = try ControlJSON.decode(Self.self, from: line)
    }
}

/// How a home is locked that is kept from now on.
public enum Protection: Codable, Equatable, Sendable {
    case passphrase(text: String)
    /// For trials: whoever has the laptop has the register.
    case openToAll
}

/// Whose list a roster is.
public struct ListOrigin: Codable, Equatable, Sendable {
    /// `a` or `b`, or whoever else made it.
    public var issuer: String
    /// `a_to_b` or `b_to_a`.
    public var direction: String
    public var stage: String
    /// By the issuer's count.
    public var revision: Int

    public init(issuer: String, direction: String, stage: String, revision: Int) {
        self.issuer = issuer
        self.direction = direction
        self.stage = stage
        self.revision = revision
    }
}

/// What is to leave the register, for whom, and in what form.
public struct OutgoingOrder: Codable, Equatable, Sendable {
    /// `own`, `side` or `press`.
    public var recipient: String
    /// `csv`, `jsonl` or `xlsx`.
    public var form: String
    /// What parts the cells of a line: `,`, `;` or `tab`.
    public var separator: String
    /// For the other side: whom, as `handed_over`, and at which stage; nil: at any.
    public var what: String
    @OrNull public var stage: String?
    @OrNull public var direction: String?

    public init(
        recipient: String = "own", form: String = "csv", separator: String = ",",
        what: String = "handed_over", stage: String? = nil, direction: String? = nil
    ) {
        self.recipient = recipient
        self.form = form
        self.separator = separator
        self.what = what
        self._stage = OrNull(wrappedValue: stage)
        self._direction = OrNull(wrappedValue: direction)
    }
}

/// How to read a list's file, where that is not to be found out by itself.
public struct ListReading: Codable, Equatable, Sendable {
    /// The name or the number of a workbook's sheet.
    @OrNull public var sheet: String?
    @OrNull public var encoding: String?
    /// Whether nothing is to be written.
    public var preview: Bool
    /// Whether its lines are enquiries of families, and no people.
    public var enquiries: Bool?

    public init(
        sheet: String? = nil, encoding: String? = nil, preview: Bool = false,
        enquiries: Bool? = nil
    ) {
        self.enquiries = enquiries
        self._sheet = OrNull(wrappedValue: sheet)
        self._encoding = OrNull(wrappedValue: encoding)
        self.preview = preview
    }
}

/// A mark to be set on a field's value.
public struct VerifyOrder: Codable, Equatable, Sendable {
    public var id: String
    public var field: String
    /// `confirmed`, `contradicted` or `unable`.
    public var outcome: String
    /// With what it was compared.
    public var source: String
    /// Where, as people there call the place; may be empty.
    public var station: String
    /// The dots that the person was shown; nil where nothing says so.
    @OrNull public var seen: [String]?
    @OrNull public var `operator`: String?

    public init(
        id: String, field: String, outcome: String, source: String, station: String = "",
        seen: [String]? = nil, operator name: String? = nil
    ) {
        self.id = id
        self.field = field
        self.outcome = outcome
        self.source = source
        self.station = station
        self._seen = OrNull(wrappedValue: seen)
        self._operator = OrNull(wrappedValue: name)
    }
}

/// Whether two records are of one person.
public struct LinkOrder: Codable, Equatable, Sendable {
    public var one: String
    public var other: String
    /// `same`, `not_same`, or `withdraw` for neither any more.
    public var kind: String
    public var reason: String
    @OrNull public var `operator`: String?

    public init(
        one: String, other: String, kind: String, reason: String, operator name: String? = nil
    ) {
        self.one = one
        self.other = other
        self.kind = kind
        self.reason = reason
        self._operator = OrNull(wrappedValue: name)
    }
}

/// Lines of a printed list that came back with a tick.
public struct TickOrder: Codable, Equatable, Sendable {
    public var list: String
    /// Numbers of lines as the list has them, and runs of them, such as `4-9`.
    public var lines: [String]
    /// What a tick says: `arrival`, `absent` or another event.
    public var event: String
    /// Nil: the list's.
    @OrNull public var stage: String?
    /// When, as in an event.
    @OrNull public var time: String?
    /// Whose ticks they are; nil: of whoever types them.
    @OrNull public var by: String?
    /// In what those who are ticked arrived.
    @OrNull public var vehicle: String?
    @OrNull public var `operator`: String?

    public init(
        list: String, lines: [String], event: String = "arrival", stage: String? = nil,
        time: String? = nil, by: String? = nil, vehicle: String? = nil,
        operator name: String? = nil
    ) {
        self._vehicle = OrNull(wrappedValue: vehicle)
        self.list = list
        self.lines = lines
        self.event = event
        self._stage = OrNull(wrappedValue: stage)
        self._time = OrNull(wrappedValue: time)
        self._by = OrNull(wrappedValue: by)
        self._operator = OrNull(wrappedValue: name)
    }
}

/// A bundle to be made.
public struct BundleOrder: Codable, Equatable, Sendable {
    public var targets: [String]
    /// For every member.
    public var all: Bool
    /// Everything, whatever they have acknowledged.
    public var full: Bool
    /// Who may open it besides: keys of age.
    public var recipients: [String]
    public var sealed: Bool
    /// How large a file may be; what does not fit goes into others beside it.
    @OrNull public var maxBytes: Int?
    public var path: String

    enum CodingKeys: String, CodingKey {
        case targets, all, full, recipients, sealed, path
        case maxBytes = "max_bytes"
    }

    public init(
        targets: [String], all: Bool = false, full: Bool = false, recipients: [String] = [],
        sealed: Bool = true, maxBytes: Int? = nil, path: String
    ) {
        self.targets = targets
        self.all = all
        self.full = full
        self.recipients = recipients
        self.sealed = sealed
        self._maxBytes = OrNull(wrappedValue: maxBytes)
        self.path = path
    }
}

/// A change of who can unlock a laptop.
public enum PassphraseOrder: Codable, Equatable, Sendable {
    case add(name: String, passphrase: String)
    /// Without a name: the one that is shown with the order.
    case change(name: String?, passphrase: String)
    case remove(name: String)
}

/// A field and the text that a person typed for it.
public struct FieldValue: Codable, Equatable, Sendable {
    public var field: String
    public var value: String

    public init(field: String, value: String) {
        self.field = field
        self.value = value
    }
}

/// A field to unset: all of it, or one value of a set.
public struct FieldChoice: Codable, Equatable, Sendable {
    public var field: String
    public var value: String?

    public init(field: String, value: String? = nil) {
        self.field = field
        self.value = value
    }
}

/// Which field a column of a roster fills.
public struct ColumnField: Codable, Equatable, Sendable {
    public var column: String
    public var field: String

    public init(column: String, field: String) {
        self.column = column
        self.field = field
    }
}

/// How a person settles a conflict: one of the siblings as it stands, or a value typed anew.
public enum Choice: Codable, Equatable, Sendable {
    case keep(dot: String)
    case value(text: String)
}
