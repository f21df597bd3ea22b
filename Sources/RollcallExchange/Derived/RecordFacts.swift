public import RollcallCore

/// What a record is of.
public enum RecordKind: String, Sendable, CaseIterable {
    /// The one that needs no saying.
    case person
    case operation, stage, list
    /// A list's file, byte for byte.
    case file
    /// A picture of somebody, byte for byte.
    case photo
    /// A vehicle that brought people to a stage, with how many heads somebody counted in it.
    case vehicle
    /// That somebody asks for a person, whom it describes in a person's fields.
    case enquiry
}

/// A record as it stands, for all that is derived from it.
public struct RecordFacts: Sendable {
    public let name: NamedDot
    private let fields: [FieldNumber: Siblings]
    /// Nil where nobody prepared them: they are worked out each time then.
    private(set) var likeness: LikenessKeys?

    public init(_ name: NamedDot, _ fields: [Siblings]) {
        self.name = name
        self.fields = Dictionary(uniqueKeysWithValues: fields.map { ($0.field, $0) })
    }

    /// Works out what is compared with others, for facts that are kept.
    public func prepared() -> RecordFacts {
        guard kind == .person else { return self }
        var facts = self
        facts.likeness = LikenessKeys(self)
        return facts
    }

    public var kind: RecordKind {
        for text in texts(FieldSchema.recordKind) {
            if let kind = RecordKind(rawValue: text) { return kind }
        }
        return .person
    }

    public subscript(field: FieldNumber) -> Siblings? { fields[field] }

    /// Fields of which several values stand side by side where there should be one.
    public var conflicts: [FieldNumber] {
        fields.values.filter(\.isConflict).map(\.field)
    }

    /// Fields whose values somebody compared with a source.
    public var markedFields: Set<FieldNumber> {
        Set(
            contents(FieldSchema.verification).compactMap {
                if case .verification(let mark) = $0 { mark.field } else { nil }
            })
    }

    /// The contents of a field, by its name.
    private func contents(_ field: FieldNumber) -> [Content] {
        fields[field]?.values.map(\.content) ?? []
    }

    public func texts(_ field: FieldNumber) -> [String] {
        contents(field).compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    func texts(_ field: String) -> [String] { texts(FieldSchema.number(field)) }

    /// The only value; nil where there is none, or several.
    func text(_ field: String) -> String? {
        let values = contents(FieldSchema.number(field))
        guard values.count == 1, case .text(let text) = values[0] else { return nil }
        return text
    }

    /// Whether anything was said, be it that somebody refused, or sealed to this laptop.
    func isAnswered(_ field: String) -> Bool {
        contents(FieldSchema.number(field)).contains {
            $0 != .state(.notAsked) && $0 != .state(.unknown)
        }
    }

    public func records(_ field: FieldNumber) -> [NamedDot] {
        contents(field).compactMap { if case .record(let name) = $0 { name } else { nil } }
    }

    func records(_ field: String) -> [NamedDot] { records(FieldSchema.number(field)) }

    /// At which stages something happened.
    func stages(_ field: String) -> Set<String> {
        Set(
            contents(FieldSchema.number(field)).compactMap {
                if case .event(let stage, _) = $0 { stage } else { nil }
            })
    }
}
