import RollcallCore
import Testing

@testable import RollcallExchange

/// Whatever is withheld leaves by no way: a property over made-up people.
@Suite struct OutgoingTests {
    private struct Chance {
        var state: UInt64

        mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
    }

    /// A person of one or two records, and the words that must not leave to each recipient.
    private struct Made {
        var records: [RecordFacts]
        var secrets: [Recipient: [String]]
    }

    private static func name(_ number: Int) throws -> NamedDot {
        var reader = ByteReader([UInt8](repeating: 3, count: 32) + [1, 0, 0, 0, 0, 0, 0, 0, 9])
        return NamedDot(
            replica: try ReplicaID(from: &reader, "replica"), counter: UInt64(number + 1))
    }

    private static func siblings(_ field: FieldNumber, _ contents: [Content]) -> Siblings {
        Siblings(
            field: field,
            claims: contents.enumerated().map { place, content in
                Claim(
                    dot: Dot(ReplicaNumber(0), UInt64(field.rawValue) * 100 + UInt64(place)),
                    operatorDot: nil, recordedAt: 0, body: Body(content))
            })
    }

    private static func make(_ number: Int, _ chance: inout Chance) throws -> Made {
        let withheld: [[Content]] = [
            [], [], [], [.text("press")], [.text("other_side")], [.text("own_state")],
            [.text("all")],
            [.text("kin")], [.text("somebody else")], [.state(.withheld)], [.opaque([9])],
            [.text("kin"), .text("other_side")],
            [.sealed(SealedBytes(keyID: 1, check: [], bytes: []))],
        ]
        let said = withheld[chance.below(withheld.count)]
        // What a family asks leaves to nobody, whoever may be told of the person.
        let isEnquiry = chance.below(6) == 0
        var secrets: [Recipient: [String]] = [:]
        var fields: [[Siblings]] = [[], []]
        let asked = FieldSchema.writable.filter { $0.group == .enquiry }
        let all =
            FieldSchema.ofRoster.filter { $0.number != FieldSchema.withhold }
            + (isEnquiry ? asked : [])
        for field in all where chance.below(3) == 0 {
            let word = "word\(number)x\(field.number.rawValue)"
            var contents: [Content] = [.text(word)]
            let isKept = chance.below(5) == 0
            if isKept { contents.append(.state(.withheld)) }
            // On which of the two records it stands says nothing.
            fields[chance.below(2)].append(siblings(field.number, contents))
            for recipient in Recipient.allCases {
                let isGiven =
                    recipient == .own || recipient == .side && sideFields.contains(field.name)
                if isEnquiry || isKept || !isGiven || isBack(said, recipient) {
                    secrets[recipient, default: []].append(word)
                }
            }
        }
        if !said.isEmpty { fields[chance.below(2)].append(siblings(FieldSchema.withhold, said)) }
        if isEnquiry {
            for index in fields.indices {
                fields[index].append(siblings(FieldSchema.recordKind, [.text("enquiry")]))
            }
        }
        let names = try [name(number * 2), name(number * 2 + 1)]
        fields[1].append(siblings(FieldSchema.sameAs, [.record(names[0])]))
        return Made(records: zip(names, fields).map { RecordFacts($0, $1) }, secrets: secrets)
    }

    private static let sideFields: Set = [
        "surname", "given_name", "patronymic", "surname_latin", "given_name_latin", "birth_date",
        "category",
    ]

    /// By the words of the issue, not by the code: press gets nobody, and what is not understood is the strictest.
    private static func isBack(_ said: [Content], _ recipient: Recipient) -> Bool {
        let choice = [Recipient.own: "own_state", .side: "other_side", .press: "press"][recipient]
        return recipient == .press
            || said.contains { content in
                switch content {
                case .text("all"), .text("somebody else"), .state(.withheld), .opaque, .sealed: true
                case .text(let text): text == choice
                default: false
                }
            }
    }

    @Test(arguments: 1...40) func `what is withheld leaves by no way, and what is not does`(
        seed: UInt64
    ) throws {
        var chance = Chance(state: seed)
        let made = try (0..<40).map { try Self.make($0, &chance) }
        let exchange = Exchange(made.flatMap(\.records))
        for recipient in Recipient.allCases {
            let outgoing = Outgoing(for: recipient, people: exchange.people)
            var left: Set<String> = []
            for person in exchange.people where outgoing.lets(person) {
                for field in FieldSchema.all {
                    left.formUnion(
                        RosterWriter.texts(outgoing.contents(field.number, of: person.records)))
                }
            }
            // A record by itself is judged by all that are of its person.
            for record in made.flatMap(\.records) {
                for field in FieldSchema.all {
                    left.formUnion(
                        RosterWriter.texts(outgoing.contents(field.number, of: [record])))
                }
            }
            let secrets = Set(made.flatMap { $0.secrets[recipient] ?? [] })
            let words = Set(
                made.flatMap(\.records).flatMap { record in
                    FieldSchema.writable.flatMap { record.texts($0.number) }
                }
            )
            .filter { $0.hasPrefix("word") }
            #expect(left.isDisjoint(with: secrets))
            #expect(left.filter { $0.hasPrefix("word") } == words.subtracting(secrets))
        }
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+380", "'+380"), ("-5", "'-5"), ("@a", "'@a"), ("'=1", "''=1"),
        ("''", "''"),
        ("'Коваль", "'Коваль"), ("007", "'007"), ("12", "12"), ("0", "0"),
        ("1234567890123456", "'1234567890123456"),
        ("1e5", "'1e5"), ("e5", "e5"), ("", ""), ("Коваль-Бойко", "Коваль-Бойко"),
        ("'007", "''007"),
    ]) func `a cell is guarded where it must be, and comes back`(cell: String, guarded: String) {
        #expect(CellGuard.guarded(cell) == guarded)
        #expect(CellGuard.unguarded(guarded) == cell)
    }

    @Test func `a small number is not told, nor what would tell it`() {
        func parts(_ counts: Int...) -> [String] { Figures.parts(counts.map { Count($0) }) }
        #expect(parts(270, 120, 0) == ["270", "120", "0"])
        #expect(parts(270, 3, 0) == ["…", "<5", "0"])
        #expect(parts(270, 120, 1) == ["270", "…", "<5"])
        #expect(parts(4, 1, 0) == ["<5", "<5", "0"])
        #expect(parts(0, 2, 0) == ["0", "<5", "0"])
        #expect(Figures.text(Count(390, least: 388)) == "388-390")
        #expect(Figures.text(Count(6, least: 4)) == "<5")
        #expect(Figures.text(Count(5)) == "5")
    }

    private func stage(_ code: String, _ closings: String...) throws -> [RecordFacts] {
        try closings.enumerated().map { place, lines in
            try Facts.record(
                UInt64(place) + (UInt64(code) ?? 0) * 10, "record_kind=stage",
                "stage_code=\(code)", "stage_closed=1 0f a.1 \(lines)")
        }
    }

    @Test func `figures are those that stages were closed with, whatever came later`() throws {
        let first = try stage("1", "a_to_b.handed_over=270+120+0=390")
        let second = try stage("2", "a_to_b.handed_over=300+3+0=303")
        let unlike = try stage(
            "3", "a_to_b.handed_over=1+0+0=1", "a_to_b.handed_over=2+0+0=2")
        let late = try Facts.record(90, "handover=1", "detained_by=a", "category=military")
        func cells(_ records: [RecordFacts]) -> [String?: [String]] {
            let lines = Figures(Exchange(records).stages).lines.filter {
                $0.what == .handedOver && $0.direction == .aToB
            }
            return Dictionary(uniqueKeysWithValues: lines.map { ($0.stage, $0.cells) })
        }
        #expect(
            cells(first) == ["1": ["270", "120", "0", "390"], nil: ["270", "120", "0", "390"]])
        #expect(cells(first + [late]) == cells(first))
        // The sum of what is told and what is not would tell it.
        let both = cells(first + second + unlike)
        #expect(both["2"] == ["…", "<5", "0", "303"] && both.count == 3)
        #expect(both[nil] == ["…", "…", "0", "693"])
        let left = Figures(Exchange(first + unlike + [late]).stages).leftOut
        #expect(left == ["3"] && Figures(Exchange([late]).stages).leftOut == ["1"])
    }

    @Test func `every separator of a table is one that is read again`() throws {
        for separator in [",", ";", "tab"] {
            var writer = RosterWriter(
                separator: try #require(RosterWriter.separators[separator]), notice: ["a, b; c\td"])
            writer.append(record: "r.1") { $0 == FieldNumber(130) ? [.text("=a,b;c")] : [] }
            let file = try RosterFile(writer.drain())
            let row = try plan(file.header).read(try #require(Array(file).first))
            #expect(row.writes.map(\.content) == [.text("=a,b;c")])
        }
    }
}
