public import RollcallCore

/// What fields are about, for forms, print and whoever sees what.
public enum FieldGroup: String, Sendable, CaseIterable {
    case identity, service, liberty, family, health, movement, effects, provenance, operation
    /// What families say who ask for somebody, and what was told to them.
    case enquiry
}

/// What a field's values are.
public enum FieldType: Equatable, Sendable {
    case text
    /// One of these, or text where none of them fits: nothing is refused for being put in other words.
    case choice([String])
    /// A date, or as much as is known of it (``PartialDate``).
    case date
    case number
    /// A stage, with or without a time.
    case event
    /// Another record.
    case record
    /// Written by what the program does, and by nobody by name.
    case program
}

/// A field as people name it.
public struct Field: Hashable, Sendable {
    public let name: String
    public let number: FieldNumber
    public let group: FieldGroup
    public let type: FieldType
    /// Why it may be asked: articles of the Geneva Conventions (III, IV) or what it is needed for.
    public let basis: String

    init(
        _ name: String, _ number: UInt32, _ group: FieldGroup, _ type: FieldType, basis: String = ""
    ) {
        self.name = name
        self.number = FieldNumber(number)
        self.group = group
        self.type = type
        self.basis = basis
    }

    /// Whether a person writes it by name; the others are written by what the program does.
    public var isWritable: Bool { type != .program }

    public static func == (left: Field, right: Field) -> Bool { left.number == right.number }
    public func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

/// The fields this program knows: the rows `field` of `Protocol/numbers.csv`, in their order.
public enum FieldSchema {
    public static let all: [Field] = [
        .init("entry", 57, .provenance, .program),
        .init("removed", 65, .provenance, .program),
        .init("list_line", 106, .provenance, .program),
        .init("surname", 130, .identity, .text, basis: "III 17, 122; IV 138"),
        .init("given_name", 162, .identity, .text, basis: "III 17, 122; IV 138"),
        .init("patronymic", 194, .identity, .text, basis: "III 17, 122; IV 138"),
        .init("surname_latin", 226, .identity, .text, basis: "passports"),
        .init("given_name_latin", 258, .identity, .text, basis: "passports"),
        .init(
            "sex", 290, .identity, .choice(["male", "female", "other"]), basis: "identification"),
        .init("birth_date", 322, .identity, .date, basis: "III 17; IV 138"),
        .init("birth_place", 354, .identity, .text, basis: "III 122; IV 138"),
        .init("nationality", 386, .identity, .text, basis: "IV 138; III 122"),
        .init(
            "category", 418, .service, .choice(["military", "civilian"]),
            basis: "terms of the exchange"),
        .init("rank", 450, .service, .text, basis: "III 17; III 122"),
        .init("unit", 484, .service, .text, basis: "III 17"),
        .init("service_number", 514, .service, .text, basis: "III 17"),
        .init("tax_number", 546, .identity, .text, basis: "verification"),
        .init("capture_date", 579, .liberty, .date, basis: "III 122; IV 138"),
        .init("capture_place", 611, .liberty, .text, basis: "III 122; IV 138"),
        .init("held_at", 644, .liberty, .text, basis: "IV 136"),
        .init("next_of_kin", 675, .family, .text, basis: "III 122; IV 138"),
        .init("next_of_kin_phone", 707, .family, .text, basis: "III 122; IV 138"),
        .init("health", 739, .health, .text, basis: "capture card"),
        .init("status", 769, .movement, .text, basis: "what a list says"),
        .init("manifest_number", 801, .movement, .text, basis: "what a list says"),
        .init("note", 859, .provenance, .text),
        .init("alias", 874, .identity, .text, basis: "identification"),
        .init("arrival", 913, .movement, .event),
        .init("record_kind", 929, .provenance, .program),
        .init("slip", 969, .identity, .text, basis: "operation"),
        .init("callsign", 1004, .identity, .text, basis: "enquiries of families"),
        .init("father_name", 1026, .identity, .text, basis: "III 122; IV 138"),
        .init("mother_maiden_name", 1058, .identity, .text, basis: "III 122; IV 138"),
        .init("document", 1098, .identity, .text, basis: "verification"),
        .init("marks", 1131, .identity, .text, basis: "IV 138"),
        .init("depends_on", 1154, .service, .choice(["a", "b", "other"]), basis: "III 122"),
        .init("detained_by", 1186, .service, .choice(["a", "b", "other"]), basis: "III 122"),
        .init(
            "service_branch", 1218, .service,
            .choice([
                "army", "navy", "air", "guard", "border", "police", "territorial", "volunteer",
                "other",
            ]), basis: "III 122"),
        .init("occupation", 1250, .service, .text, basis: "internment card"),
        .init("address_before", 1283, .service, .text, basis: "IV 138"),
        .init(
            "measure", 1315, .liberty,
            .choice([
                "prisoner_of_war", "internment", "assigned_residence", "sentence",
                "deportation_custody", "other",
            ]), basis: "IV 138"),
        .init("prisoner_number", 1354, .liberty, .text, basis: "capture card"),
        .init("proceedings", 1379, .liberty, .text, basis: "III 119"),
        .init(
            "inform_kin", 1411, .family, .choice(["yes", "no", "later", "named_person_only"]),
            basis: "III 70; IV 106"),
        .init(
            "transfer_wish", 1444, .family,
            .choice(["wants", "does_not_want", "wants_other_place"]), basis: "III 109"),
        .init("wish_destination", 1475, .family, .text, basis: "III 109"),
        .init("disclose", 1515, .family, .text, basis: "IV 137"),
        .init(
            "withhold", 1548, .family,
            .choice(["kin", "own_state", "other_side", "central_agency", "medical", "press", "all"]
            ), basis: "IV 137"),
        .init(
            "triage", 1571, .health,
            .choice(["immediate", "delayed", "minimal", "expectant", "none"]), basis: "transport"),
        .init(
            "travel_fitness", 1603, .health, .choice(["yes", "with_escort", "stretcher", "no"]),
            basis: "practice"),
        .init("needs", 1643, .health, .text, basis: "onward care"),
        .init("seriously_ill", 1667, .health, .choice(["yes", "no"]), basis: "III 122; IV 138"),
        .init("identity_confirmed", 1713, .movement, .event),
        .init("identity_disputed", 1745, .movement, .event),
        .init("identity_unable", 1777, .movement, .event),
        .init("absent", 1809, .movement, .event),
        .init("deferred", 1842, .movement, .event),
        .init("declined", 1874, .movement, .event, basis: "III 109"),
        .init("handover", 1905, .movement, .event),
        .init("boarding", 1937, .movement, .event),
        .init("departure", 1969, .movement, .event),
        .init("arrival_destination", 2001, .movement, .event),
        .init("returned", 2033, .movement, .event),
        .init("died", 2066, .movement, .event),
        .init("transport", 2081, .movement, .text),
        .init("destination", 2115, .movement, .text),
        .init("effects", 2154, .effects, .text, basis: "III 119, 122"),
        .init("same_as", 2186, .provenance, .record),
        .init("not_same_as", 2218, .provenance, .record),
        .init("verification", 2250, .provenance, .program),
        .init("line_list", 2281, .provenance, .record),
        .init("line_number", 2305, .provenance, .number),
        .init("list_issuer", 2337, .operation, .choice(["a", "b", "other"])),
        .init("list_direction", 2369, .operation, .choice(["a_to_b", "b_to_a"])),
        .init("list_stage", 2401, .operation, .text),
        .init("list_revision", 2433, .operation, .number),
        .init("list_file", 2465, .operation, .text),
        .init("list_withdrawn", 2497, .operation, .choice(["yes", "no"])),
        .init("stage_code", 2529, .operation, .text),
        .init("stage_day", 2561, .operation, .date),
        .init("stage_place", 2593, .operation, .text),
        .init("party_a", 2625, .operation, .text),
        .init("party_b", 2657, .operation, .text),
        .init("target", 2689, .operation, .number),
        .init("line_raw", 2730, .provenance, .program),
        .init("line_raw_restricted", 2764, .provenance, .program),
        .init("file_part", 2796, .operation, .program),
        .init("list_column", 2825, .operation, .program),
        .init("list_key", 2849, .operation, .program),
        .init("stage_closed", 2889, .operation, .program),
        .init("accepted", 2929, .movement, .event),
        .init("photo", 2955, .identity, .program, basis: "identification"),
        .init("photo_part", 2987, .identity, .program),
        .init("photo_file", 3011, .identity, .program),
        .init("asker", 3203, .enquiry, .text, basis: "III 122; IV 137"),
        .init("asker_relation", 3235, .enquiry, .text, basis: "III 122; IV 137"),
        .init("asker_contact", 3275, .enquiry, .text, basis: "III 122; IV 137"),
        .init("last_news", 3323, .enquiry, .text, basis: "identification"),
        .init(
            "asker_consent", 3339, .enquiry, .choice(["person", "own_state", "central_agency"]),
            basis: "consent"),
        .init("match", 3370, .enquiry, .program),
        .init("not_match", 3402, .enquiry, .program),
        .init("notification", 3451, .enquiry, .program),
        .init("vehicle_code", 3617, .operation, .text),
        .init("vehicle_stage", 3649, .operation, .text),
        .init("head_count", 3681, .operation, .number, basis: "who came, before they are named"),
        .init("arrival_vehicle", 3721, .movement, .text, basis: "the count of heads"),
        .init("effects_restored", 3754, .effects, .text, basis: "III 119, 122"),
        .init("effects_held_back", 3786, .effects, .text, basis: "III 119"),
        .init("settled", 3818, .provenance, .program),
        .init("call", 3858, .family, .event, basis: "III 70; IV 106"),
    ]

    /// Those that a person may write, in the same order.
    public static let writable = all.filter(\.isWritable)

    /// The roster lines that a record was read from.
    public static let listLine = FieldNumber(106)

    /// People's marks on the values of other fields.
    public static let verification = number("verification")

    /// What a record is of, where it is of no person.
    public static let recordKind = number("record_kind")

    /// The lists on which a person stands.
    public static let lineList = number("line_list")

    /// In which place of its list a person stands.
    public static let lineNumber = number("line_number")

    /// That a list does not count any more.
    public static let listWithdrawn = number("list_withdrawn")

    /// Cells of a line as they stand, where the record says the same in other words; apart, those of restricted fields.
    public static let lineRaw = number("line_raw")
    public static let lineRawRestricted = number("line_raw_restricted")

    /// A piece of a list's file.
    public static let filePart = number("file_part")

    /// The photos of a person, and what a photo is (``PhotoFile``) with its pieces.
    public static let photo = number("photo")
    public static let photoPart = number("photo_part")
    public static let photoFile = number("photo_file")

    /// How somebody said to read a list: columns with their fields, and the column that tells lines apart.
    public static let listColumn = number("list_column")
    public static let listKey = number("list_key")

    /// Whose list it is, and what file.
    public static let listIssuer = number("list_issuer")
    public static let listRevision = number("list_revision")
    public static let listFile = number("list_file")
    /// What was decided of what does not fit (``Settlement``).
    public static let settled = number("settled")
    /// What a stage was closed with (``StageClosing``).
    public static let stageClosed = number("stage_closed")

    /// Other records that are of the same person.
    public static let sameAs = number("same_as")

    /// Other records that are not.
    public static let notSameAs = number("not_same_as")

    /// From whom somebody is to be kept back, and who that can be.
    public static let withhold = number("withhold")
    static let withholdChoices: Set<String> = {
        guard case .choice(let choices)? = field(withhold)?.type else {
            preconditionFailure("whom to keep back from is a choice")
        }
        return Set(choices)
    }()

    /// Whom an enquiry is about, as people say it; whom it is not about; and what was told to who asks.
    public static let match = number("match")
    public static let notMatch = number("not_match")
    public static let notification = number("notification")

    /// What a roster says of a person, column by column; what families say is in no roster that leaves.
    public static let ofRoster = writable.filter {
        $0.group != .operation && $0.group != .enquiry && $0.type != .record
    }

    /// Whether a record with this field is part of the exchange: a stage, a list, somebody on a list or with a slip, or to whom something happened.
    public static func isOfExchange(_ number: FieldNumber) -> Bool {
        number.kind == .event || ofExchange.contains(number)
    }

    private static let ofExchange: Set = [
        recordKind, lineList, sameAs, notSameAs, photo, number("slip"),
    ]

    private static let numbers = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.number) })
    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    private static let byNumber = Dictionary(uniqueKeysWithValues: all.map { ($0.number, $0) })

    public static func field(named name: String) -> Field? { byName[name] }

    public static func field(_ number: FieldNumber) -> Field? { byNumber[number] }

    /// The name of a field; one that only a newer program knows is named by its number.
    public static func name(of number: FieldNumber) -> String {
        byNumber[number]?.name ?? "field_\(number.rawValue)"
    }

    /// The number of a field that is in the schema.
    static func number(_ name: String) -> FieldNumber {
        guard let number = numbers[name] else { preconditionFailure("no field \(name)") }
        return number
    }
}
