import RollcallCore
import Testing

@testable import RollcallExchange

@Suite struct EnquiryTests {
    private func person(_ fields: [String: [Content]]) throws -> RecordFacts {
        RecordFacts(
            try MadeRecord.name(1),
            fields.map { MadeRecord.siblings(FieldSchema.number($0), $1) })
    }

    private static let sealed = Content.sealed(SealedBytes(keyID: 1, check: [], bytes: []))

    @Test(
        arguments: [
            ([:], Telling.withReason(.notAsked)),
            (["inform_kin": [.text("yes")]], .allowed),
            (["inform_kin": [.text("no")]], .refused(.saidNo)),
            (["inform_kin": [.text("later")]], .refused(.saidLater)),
            (["inform_kin": [.text("named_person_only")]], .withReason(.namedPersonOnly)),
            (["inform_kin": [.text("ask my brother first")]], .withReason(.notAsked)),
            (["inform_kin": [.state(.refused)]], .withReason(.notAsked)),
            (["inform_kin": [.text("yes"), .text("no")]], .refused(.saidNo)),
            (["inform_kin": [sealed]], .refused(.unreadable)),
            (["inform_kin": [.text("yes")], "withhold": [.text("kin")]], .refused(.withheld)),
            (["inform_kin": [.text("yes")], "withhold": [.text("all")]], .refused(.withheld)),
            (["inform_kin": [.text("yes")], "withhold": [.text("press")]], .allowed),
            (["inform_kin": [.text("yes")], "withhold": [.text("my wife")]], .refused(.withheld)),
            (["inform_kin": [.text("yes")], "withhold": [sealed]], .refused(.unreadable)),
        ] as [([String: [Content]], Telling)])
    func whatAPersonSaidOfTheirFamilyHolds(_ fields: [String: [Content]], _ telling: Telling) throws
    {
        #expect(Telling([try person(fields)]) == telling)
    }

    @Test func `what one record of a person says holds for all of them`() throws {
        let records = [
            try person(["inform_kin": [.text("yes")]]), try person(["withhold": [.text("kin")]]),
        ]
        #expect(Telling(records) == .refused(.withheld))
    }

    @Test func `what was told is written in one form and read again`() throws {
        let told = Notification(
            time: "2026-11-29T14:05Z", how: "in person", person: "a.1", outcome: "his mother\nwept")
        #expect(told.how == "in_person")
        #expect(Notification(told.text) == told)
        for text in ["", "1 a b\nx", "2 a b c\nx", "1 a b c"] { #expect(Notification(text) == nil) }
    }

    @Test func `an enquiry matched with two who are not one does not fit, and with one twice does`()
        throws
    {
        var exchange = Exchange([
            try MadeRecord.facts(1, ["surname": "Коваль"]),
            try MadeRecord.facts(2, ["surname": "Коваль"]),
            RecordFacts(
                try MadeRecord.name(3),
                [MadeRecord.siblings(FieldSchema.sameAs, [.record(try MadeRecord.name(2))])]),
        ])
        func kinds(_ people: Int...) throws -> [Discrepancy] {
            exchange.matches = [
                EnquiryMatches(
                    enquiry: try MadeRecord.name(50), people: try people.map(MadeRecord.name))
            ]
            return exchange.discrepancies().filter { $0.kind == .enquiryDoubleMatch }
        }
        #expect(try kinds(1).isEmpty)
        #expect(try kinds(2, 3).isEmpty)
        let found = try kinds(1, 2, 3)
        #expect(found.count == 1)
        let records = try [50, 1, 2].map(MadeRecord.name)
        #expect(found[0].records == records)
        // Somebody whom the exchange does not know is somebody else.
        #expect(try kinds(1, 77).count == 1)
        #expect(try kinds(1, 2).count == 1)
        #expect(exchange.discrepancies(at: "1").isEmpty)
    }

    @Test func `an enquiry is in no tally and leaves to nobody`() throws {
        let enquiry = try MadeRecord.facts(
            1, ["record_kind": "enquiry", "surname": "Коваль", "arrival": "1", "asker": "Олена"])
        let exchange = Exchange([enquiry])
        #expect(exchange.people.isEmpty)
        for recipient in Recipient.allCases {
            let outgoing = Outgoing(for: recipient, people: [])
            #expect(!outgoing.lets(enquiry))
            for field in FieldSchema.all {
                #expect(outgoing.contents(field.number, of: [enquiry]).isEmpty)
            }
        }
        #expect(!FieldSchema.ofRoster.contains { $0.group == .enquiry })
    }
}
