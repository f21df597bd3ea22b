import RollcallCore
import Testing

@testable import RollcallExchange

/// Made-up records for what is derived, by hand.
enum MadeRecord {
    static func name(_ number: Int) throws -> NamedDot {
        var reader = ByteReader([UInt8](repeating: 5, count: 32) + [1, 0, 0, 0, 0, 0, 0, 0, 9])
        return NamedDot(
            replica: try ReplicaID(from: &reader, "replica"), counter: UInt64(number + 1))
    }

    static func siblings(_ field: FieldNumber, _ contents: [Content]) -> Siblings {
        Siblings(
            field: field,
            claims: contents.enumerated().map { place, content in
                Claim(
                    dot: Dot(ReplicaNumber(0), UInt64(field.rawValue) * 100 + UInt64(place)),
                    operatorDot: nil, recordedAt: 0, body: Body(content))
            })
    }

    /// Dates are kept as they are when somebody types them.
    static func facts(_ number: Int, _ texts: [String: String]) throws -> RecordFacts {
        RecordFacts(
            try name(number),
            try texts.sorted { $0.key < $1.key }.map { field, text in
                let field = try #require(FieldSchema.field(named: field))
                let content =
                    field.isWritable
                    ? try FieldInput.content(field: field, text: text) : .text(text)
                return siblings(field.number, [content])
            })
    }

    static func people(_ all: [[String: String]]) throws -> [Person] {
        Exchange(try all.enumerated().map { try facts($0, $1) }).people
    }
}

@Suite struct EnquiryMatcherTests {
    private static let all: [[String: String]] = [
        ["surname": "Ковальчук", "given_name": "Сергій", "birth_date": "1961"],
        [
            "surname": "КОВАЛЬЧУК", "given_name": "СЕРГІЙ", "birth_date": "12.03.1988",
            "birth_place": "Житомирська обл.",
        ],
        ["surname": "Ковальчук", "given_name": "Іван", "birth_date": "1988"],
        ["surname": "Бойко", "given_name": "Сергій", "birth_date": "1988"],
        ["surname": "Коваль", "given_name": "Олег", "birth_date": "1990"],
    ]

    private func found(_ texts: [String: String]) throws -> [EnquiryCandidate] {
        var matcher = EnquiryMatcher(try MadeRecord.people(Self.all))
        return matcher.candidates(for: try MadeRecord.facts(900, texts))
    }

    /// In Latin; on the Ukrainian and on the Russian layout where Latin was meant; in Latin where Cyrillic was; in one field.
    @Test(arguments: [
        ["surname": "Kovalchuk", "given_name": "Serhiy"],
        ["surname": "Лщмфдсргл", "given_name": "Іукршн"],
        ["surname": "Лщмфдсргл", "given_name": "Ыукршн"],
        ["surname": "Rjdfkmxer", "given_name": "Cthusq"],
        ["surname": "Kovalchuk Serhiy"], ["surname": "Ковальчук", "given_name": "Сергей"],
        ["surname": "Serhiy", "given_name": "Kovalchuk"],
    ])
    func `S9: the man is offered first, and a namesake far lower`(_ typed: [String: String]) throws
    {
        let sought = typed.merging([
            "birth_date": "1987 or 1988", "birth_place": "Zhytomyr region",
        ]) { $1 }
        let found = try found(sought)
        let first = try #require(found.first)
        #expect(first.person == 1)
        #expect(first.band == .likely)
        #expect(first.reasons.contains(.init("birth_date", .within)))
        #expect(first.reasons.contains(.init("birth_place", .region)))
        #expect(first.reasons.agreeingCount == 3)
        let namesake = try #require(found.first { $0.person == 0 })
        #expect(namesake.band == .namesake)
        #expect(namesake.score <= first.score - 12)
        #expect(namesake.reasons.agreeingCount == 1)
        #expect(found.contains { $0.person == 3 } == false)
    }

    @Test func `reasons say how each thing agrees`() throws {
        let first = try #require(
            try found(["surname": "Kovalchuk", "given_name": "Сергей", "birth_date": "03.12.1988"])
                .first)
        #expect(
            first.reasons == [
                .init("surname", .script), .init("given_name", .spelling),
                .init("birth_date", .swapped),
            ])
    }

    @Test func `nobody is offered for a name alone that is another`() throws {
        #expect(try found(["surname": "Шевченко", "given_name": "Олег"]).isEmpty)
        #expect(try found(["surname": "Li"]).isEmpty)
        #expect(try found([:]).isEmpty)
    }

    @Test func `a name by itself is one thing that agrees`() {
        let name: [MatchReason] = [.init("surname", .same), .init("given_name", .script)]
        #expect(name.agreeingCount == 1)
        #expect([MatchReason("surname", .same)].agreeingCount == 0)
        #expect((name + [.init("birth_date", .near)]).agreeingCount == 1)
        #expect(
            (name + [.init("patronymic", .same), .init("father_name", .same)]).agreeingCount == 2)
    }

    @Test func `a callsign or a number finds whoever was written down under another name`() throws {
        var matcher = EnquiryMatcher(
            try MadeRecord.people([
                ["surname": "Ткач", "callsign": "Вуж"],
                ["surname": "Бондар", "tax_number": "2749315806"],
            ]))
        let byCallsign = try MadeRecord.facts(900, ["surname": "Ковальчук", "callsign": "вуж"])
        let byNumber = try MadeRecord.facts(
            901, ["surname": "Kovalchuk", "tax_number": "2749 315 806"])
        #expect(matcher.candidates(for: byCallsign).isEmpty)
        #expect(matcher.candidates(for: byNumber).map(\.person) == [1])
    }

    /// How long one enquiry takes beside 2,000 people; the figure of an optimised build is in the evidence.
    @Test func `2,000 people are looked through for each enquiry by itself`() throws {
        let surnames = [
            "Коваль", "Бойко", "Ткач", "Мельник", "Шевченко", "Кравець", "Олійник", "Гончар",
        ]
        let people = try MadeRecord.people(
            (0..<2_000).map { place in
                [
                    "surname": surnames[place % 8]
                        + ["", "енко", "чук", "ський", "ов"][place / 8 % 5],
                    "given_name": ["Сергій", "Іван", "Олег", "Петро"][place % 4],
                    "birth_date": "\(1950 + place % 55)-03-12",
                ]
            })
        var matcher = EnquiryMatcher(people)
        let enquiry = try MadeRecord.facts(
            9_000, ["surname": "Shevchenko", "given_name": "Serhii", "birth_date": "1988"])
        let clock = ContinuousClock()
        let took = clock.measure { _ = matcher.candidates(for: enquiry) }
        #expect(matcher.candidates(for: enquiry).count <= 12)
        #expect(took < .seconds(1))
    }
}
