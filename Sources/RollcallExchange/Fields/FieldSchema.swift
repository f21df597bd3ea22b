public import RollcallCore

/// A field as people name it.
public struct Field: Hashable, Sendable {
    public let name: String
    public let number: FieldNumber
    /// Whether a person writes it by name; the others are written by what the program does.
    public let isWritable: Bool
}

/// The fields this program knows: the rows `field` of `Protocol/numbers.csv`, in their order.
public enum FieldSchema {
    public static let all: [Field] = [
        bookkeeping("entry", .entry),
        bookkeeping("removed", .removed),
        bookkeeping("list_line", listLine),
        field("surname", 130),
        field("given_name", 162),
        field("patronymic", 194),
        field("surname_latin", 226),
        field("given_name_latin", 258),
        field("sex", 290),
        field("birth_date", 322),
        field("birth_place", 354),
        field("nationality", 386),
        field("category", 418),
        field("rank", 450),
        field("unit", 484),
        field("service_number", 514),
        field("tax_number", 546),
        field("capture_date", 579),
        field("capture_place", 611),
        field("held_at", 644),
        field("next_of_kin", 675),
        field("next_of_kin_phone", 707),
        field("health", 739),
        field("status", 769),
        field("manifest_number", 801),
        field("note", 859),
        field("alias", 874),
        field("arrival", 913),
    ]

    /// Those that a person may write, in the same order.
    public static let writable = all.filter(\.isWritable)

    /// The roster lines that a record was read from.
    public static let listLine = FieldNumber(106)

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    private static let byNumber = Dictionary(uniqueKeysWithValues: all.map { ($0.number, $0) })

    public static func field(named name: String) -> Field? { byName[name] }

    /// The name of a field; one that only a newer program knows is named by its number.
    public static func name(of number: FieldNumber) -> String {
        byNumber[number]?.name ?? "field_\(number.rawValue)"
    }

    private static func field(_ name: String, _ number: UInt32) -> Field {
        Field(name: name, number: FieldNumber(number), isWritable: true)
    }

    private static func bookkeeping(_ name: String, _ number: FieldNumber) -> Field {
        Field(name: name, number: number, isWritable: false)
    }
}
