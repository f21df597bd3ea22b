import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync
import RollcallTrust

/// People as lists of them show them.
extension Driver {
    /// Everybody in the exchange; or those whom some records are of, in the exchange or not.
    func personRows(_ ids: [String]?) throws -> [PersonRow] {
        try requireRegister()
        log(.list)
        let exchange = try exchange()
        guard let ids else { return rows(exchange.people.indices.map { $0 }, of: exchange) }
        // What a page was told of may be undone by now, as after a preview.
        let dots = Set(ids.compactMap { try? record($0) })
        let names = Set(dots.map { name(of: $0) })
        let within = exchange.people.indices.filter { place in
            exchange.people[place].records.contains { names.contains($0.name) }
        }
        let found = Set(within.flatMap { exchange.people[$0].records.map(\.name) })
        let others = try dots.filter { !found.contains(name(of: $0)) }.compactMap { dot in
            try facts(ofAny: dot)
        }.filter { $0.kind == .person }
        let apart = Exchange(others.sorted { $0.name.precedes($1.name) })
        return rows(within, of: exchange) + rows(apart.people.indices.map { $0 }, of: apart)
    }

    private func rows(_ places: [Int], of exchange: Exchange) -> [PersonRow] {
        var maybe: [Int: [PersonRow.MaybeSame]] = [:]
        let wanted = Set(places)
        for candidate in exchange.candidates {
            let reasons = candidate.reasons.map(\.rawValue)
            for (one, other) in [
                (candidate.one, candidate.other), (candidate.other, candidate.one),
            ] where wanted.contains(one) {
                guard
                    let record = exchange.people[other].records.first.flatMap({
                        recordText($0.name)
                    })
                else { continue }
                maybe[one, default: []].append(.init(record: record, reasons: reasons))
            }
        }
        var namesakes: [Int: [PersonRow.Namesake]] = [:]
        for pair in exchange.namesakes {
            for (one, other) in [(pair.one, pair.other), (pair.other, pair.one)]
            where wanted.contains(one) {
                guard let record = exchange.people[other].records.first else { continue }
                namesakes[one, default: []].append(
                    .init(record: recordText(record.name) ?? "", told: pair.isTold))
            }
        }
        return places.map {
            row(exchange.people[$0], maybe[$0] ?? [], namesakes[$0] ?? [])
        }
    }

    private static let shown = PersonRow.shownFields.compactMap(FieldSchema.field(named:))

    private func row(
        _ person: Person, _ maybeSame: [PersonRow.MaybeSame], _ namesakes: [PersonRow.Namesake]
    ) -> PersonRow {
        let records = person.records.compactMap { recordText($0.name) }
        var texts: [String: [String]] = [:]
        for field in Self.shown {
            var said: [String] = []
            for text in person.records.flatMap({ $0.texts(field.number) })
            where !said.contains(text) { said.append(text) }
            if !said.isEmpty { texts[field.name] = said }
        }
        return PersonRow(
            record: records.first ?? "", records: records, texts: texts,
            conflicts: names(person.records.flatMap(\.conflicts)),
            unlike: person.unlikeFields, confirmed: names(confirmedFields(of: person)),
            lists: (person.lists.map { listed($0, true) }
                + person.takenOff.map { listed($0, false) }),
            events: person.events.stages.mapValues { $0.sorted() },
            step: person.passage.step.rawValue, identity: person.passage.identity.rawValue,
            direction: person.direction?.rawValue, category: person.category.rawValue,
            contradictions: person.passage.contradictions.map { [$0.stage, $0.one, $0.other] },
            maybeSame: maybeSame, namesakes: namesakes,
            withheldFrom: [Recipient.own, .side].filter {
                !Outgoing(for: $0, people: [person]).lets(person)
            }.map(\.rawValue))
    }

    private func names(_ fields: [FieldNumber]) -> [String] {
        Set(fields).sorted().map { FieldSchema.name(of: $0) }
    }

    private func listed(_ list: PeopleList, _ stands: Bool) -> PersonRow.Listed {
        .init(
            list: recordText(list.name) ?? "", issuer: list.issuer,
            direction: list.direction?.rawValue, stage: list.stage, revision: list.revision,
            stands: stands)
    }

    private func confirmedFields(of person: Person) -> [FieldNumber] {
        let table = laptop.heads.table
        return person.records.flatMap { record in
            record.markedFields.filter { field in
                VerificationMark.all(
                    of: field, record[field], marks: record[FieldSchema.verification]
                ) { NamedDot(replica: table[$0.replica], counter: $0.counter) }
                .contains { $0.stands && $0.verification.outcome == .confirmed }
            }
        }
    }

    /// Says in the custody log that something was printed: the page cannot keep a browser from it, but says when it offers it.
    func notePrint(_ record: String?) throws {
        try requireRegister()
        log(.print, about: try record.map { try self.record($0) })
    }

    // MARK: - slips

    /// Gives the next number of this laptop.
    ///
    /// Two laptops of one prefix, one in 1,331, could give one number twice; both people would be found by it.
    func giveSlip(_ id: String) throws -> WriteReport {
        let record = try writable(id)
        let field = try Self.field("slip")
        let exchange = try exchange()
        let seed = identity.nodeKey.node.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        let given = exchange.people.flatMap { $0.records.flatMap { $0.texts(field.number) } }
            .compactMap { Slip(typed: $0)?.number(of: seed) }
        let own = try facts(ofAny: record)?.texts(field.number) ?? []
        guard own.isEmpty else {
            throw ControlError(.badValue, "there is a slip for this person already")
        }
        let slip = Slip(seed: seed, number: (given.max() ?? 0) + 1)
        let authorship = Authorship(operatorDot: try operatorDot(nil))
        let dots = try act { laptop, store, output in
            try laptop.set(
                record, [FieldEdit(field.number, .put(.text(slip.text)))], .asStored, authorship,
                store, &output)
        }
        return report(record, dots)
    }

    // MARK: - fields

    func fieldReports() -> [FieldReport] {
        let open = Set(laptop.openClasses)
        return FieldSchema.all.map { field in
            let sensitivity = field.number.fieldClass.rawValue
            var (type, choices) = ("\(field.type)", [String]())
            if case .choice(let all) = field.type { (type, choices) = ("choice", all) }
            return FieldReport(
                field: field.name, number: Int(field.number.rawValue),
                group: field.group.rawValue, type: type, kind: Self.kindName(field.number.kind),
                choices: choices, sensitivity: "P\(sensitivity)",
                readable: sensitivity < 3 || open.contains(sensitivity), basis: field.basis)
        }
    }
}
