public import RollcallCore

/// For whom a file or a sheet is made that leaves the register.
public enum Recipient: String, Sendable, CaseIterable {
    /// One's own side: all that a roster says.
    case own
    /// The other side: names, birth dates and categories, and nothing else.
    case side
    /// Whoever asks: numbers alone.
    case press

    /// What a person may have kept back from them; the other choices are no recipient of ours.
    fileprivate var withheldBy: Set<String> {
        switch self {
        case .own: ["own_state", "all"]
        case .side: ["other_side", "all"]
        case .press: ["press", "all"]
        }
    }
}

/// The one gate through which people leave the register: into files, onto paper, to anybody.
///
/// Whoever is withheld from its recipient is kept back whole, and so is a field that somebody said is withheld. What cannot be read
/// here is taken for the strictest that it could say. What is of no person, as an enquiry, leaves to nobody.
public struct Outgoing: Sendable {
    public let recipient: Recipient
    /// Records of people of whom another record says that they are withheld.
    private let keptBack: Set<NamedDot>

    public init(for recipient: Recipient, people: [Person]) {
        self.recipient = recipient
        var keptBack: Set<NamedDot> = []
        for person in people
        where person.records.contains(where: { Self.isWithheld($0, from: recipient) }) {
            keptBack.formUnion(person.records.map(\.name))
        }
        self.keptBack = keptBack
    }

    /// The fields that a recipient gets, in the order of the schema.
    public var fields: [FieldNumber] {
        switch recipient {
        case .own: FieldSchema.ofRoster.map(\.number)
        case .side:
            [
                "surname", "given_name", "patronymic", "surname_latin", "given_name_latin",
                "birth_date", "category",
            ].map(FieldSchema.number)
        case .press: []
        }
    }

    public func lets(_ record: RecordFacts) -> Bool {
        recipient != .press && record.kind == .person && !keptBack.contains(record.name)
            && !Self.isWithheld(record, from: recipient)
    }

    public func lets(_ person: Person) -> Bool { person.records.allSatisfy(lets) }

    /// What a recipient gets of one field of some records that are let out, alike contents once.
    public func contents(_ field: FieldNumber, of records: [RecordFacts]) -> [Content] {
        guard fields.contains(field), records.allSatisfy(lets) else { return [] }
        let all = records.flatMap { $0[field]?.values.map(\.content) ?? [] }
        if all.contains(.state(.withheld)) {
            // What else is said of it is kept back with it.
            return recipient == .own ? [.state(.withheld)] : []
        }
        var contents: [Content] = []
        for content in all where !contents.contains(where: { $0.says(sameAs: content) }) {
            contents.append(content)
        }
        return contents
    }

    private static func isWithheld(_ record: RecordFacts, from recipient: Recipient) -> Bool {
        guard let said = record[FieldSchema.withhold]?.values else { return false }
        return said.contains { value in
            switch value.content {
            case .text(let text):
                recipient.withheldBy.contains(text) || !FieldSchema.withholdChoices.contains(text)
            case .state(let state): state == .withheld
            case .removal, .mark: false
            case .sealed, .opaque, .event, .entry, .record, .verification: true
            }
        }
    }
}
