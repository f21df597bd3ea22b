import RollcallCore
import RollcallExchange
import RollcallSimulation
import Testing

/// Of 2,000 people and more, those alone are told of as namesakes who bear one full name at one stage.
struct SampleNamesakeTests {
    private func facts(_ counter: UInt64, _ fields: [(String, Content)]) throws -> RecordFacts {
        let node = try #require(NodeID([UInt8](repeating: 7, count: 32)))
        let replica = ReplicaID(node: node, lane: .data, incarnation: 1)
        let siblings = try fields.map { name, content in
            let field = try #require(FieldSchema.field(named: name))
            let claim = Claim(
                dot: Dot(ReplicaNumber(0), counter), operatorDot: nil, recordedAt: 0,
                body: Body(content))
            return Siblings(field: field.number, claims: [claim])
        }
        return RecordFacts(NamedDot(replica: replica, counter: counter), siblings)
    }

    private func text(_ person: SamplePerson) -> String {
        [person.name.surname, person.name.given, person.name.patronymic].map(person.side.own)
            .joined(separator: " ")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `they are the pairs that bear one name, and no others`(seed: UInt64) throws {
        let sample = SampleOperation(seed: seed)
        let stages = Dictionary(grouping: sample.passages, by: \.person)
            .mapValues { Set($0.map(\.stage)) }
        var expected: Set<Set<Int>> = []
        let alike = Dictionary(grouping: sample.people, by: text).values.filter { $0.count > 1 }
        for people in alike {
            for (place, one) in people.enumerated() {
                for other in people[(place + 1)...]
                where one.birth != other.birth
                    && !(stages[one.number] ?? []).isDisjoint(with: stages[other.number] ?? [])
                {
                    expected.insert([one.number, other.number])
                }
            }
        }
        let records = try sample.people.map { person in
            let own = person.side.own
            // An event a person: who is there twice is there at the first.
            let stage = try #require(stages[person.number]?.min())
            return try facts(
                UInt64(person.number),
                [
                    ("surname", .text(own(person.name.surname))),
                    ("given_name", .text(own(person.name.given))),
                    ("patronymic", .text(own(person.name.patronymic))),
                    ("birth_date", .text(person.birth.text)),
                    ("arrival", .event(stage: stage, time: 0)),
                ])
        }
        let exchange = Exchange(records)
        func number(_ place: Int) -> Int {
            Int(exchange.people[place].records[0].name.counter)
        }
        let found = Set(exchange.namesakes.map { Set([number($0.one), number($0.other)]) })
        let candidates = Set(exchange.candidates.map { Set([number($0.one), number($0.other)]) })
        #expect(found.isSubset(of: expected) && found.isDisjoint(with: candidates))
        // Of whom day and month are the other way round, or another stage is the first, nothing is told here.
        #expect(expected.count - found.count <= 2 && !found.isEmpty)
        #expect(exchange.discrepancies().count { $0.kind == .namesake } == found.count)
    }
}
