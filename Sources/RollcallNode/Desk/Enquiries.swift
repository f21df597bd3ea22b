import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallStore
import RollcallSync
import RollcallTrust

/// What families ask: written down, found, shown with whom it may mean.
extension Desk {
    func enquiries(_ request: ControlRequest, _ answer: AnswerLine) async throws {
        // A slice at a time, so that the laptop goes on with its work in between.
        while try await driver.fillExchange() {}
        switch request {
        case .addEnquiry(let fields, let name):
            try await answer.result(
                try await driver.addEnquiry(fields, operatorName: name))
        case .enquiries(let text, let person, let limit):
            if text != nil { while try await driver.fillSearch() {} }
            let (rows, report) = try await driver.enquiryRows(
                text: text, person: person, limit: limit ?? Driver.enquiriesShown)
            try await answer.rows(rows)
            try await answer.result(report)
        case .enquiry(let id): try await answer.result(try await driver.enquiryReport(id))
        case .match(let order): try await answer.result(try await driver.match(order))
        case .notified(let order): try await answer.result(try await driver.note(order))
        default: throw ControlError(.internal, "not about enquiries")
        }
    }
}

extension Driver {
    static let enquiriesShown = 100

    func addEnquiry(_ fields: [FieldValue], operatorName: String?) throws -> WriteReport {
        let edits = try edits(fields)
        guard !edits.isEmpty else {
            throw ControlError(.usage, "an enquiry says at least one thing of whom it asks for")
        }
        let isOf = FieldEdit(
            FieldSchema.recordKind, .put(.text(RecordKind.enquiry.rawValue)))
        let authorship = Authorship(operatorDot: try operatorDot(operatorName))
        let (record, dots) = try act { laptop, store, output in
            try laptop.add([isOf] + edits, authorship, store, &output)
        }
        return report(record, dots)
    }

    // MARK: - finding

    /// Enquiries in which all words of a text stand, as typed, on another layout, or as they sound; or those of one person.
    func enquiryRows(
        text: String?, person: String?, limit: Int
    ) throws -> (rows: [EnquiryRow], report: EnquiriesReport) {
        try requireRegister()
        log(.list)
        let exchange = try exchange()
        var (found, typed): (Set<Dot>?, String?) = (nil, nil)
        if let person {
            let records = records(withOf: try record(person), exchange)
            found = Set(
                enquiries.links.filter { !records.isDisjoint(with: $0.value.matches) }.keys)
        } else if let text, !FieldInput.normalised(text).isEmpty {
            (found, typed) = foundEnquiries(FieldInput.normalised(text))
        }
        let table = laptop.heads.table
        let erased = Set(laptop.erasedRecords)
        let all = found.map { enquiries.all(of: $0, table) } ?? enquiries.all(table)
        let here = erased.isEmpty ? all : all.filter { !erased.contains($0) }
        let rows = try here.suffix(limit).reversed().compactMap { dot in
            try facts(ofAny: dot).map { row(Enquiry($0), exchange) }
        }
        return (rows, EnquiriesReport(all: enquiries.count, found: here.count, typed: typed))
    }

    private func foundEnquiries(_ text: String) -> (Set<Dot>, typed: String?) {
        let found = enquiries(with: SearchText.words(text))
        if !found.isEmpty || text.count < 3 { return (found, nil) }
        let others = KeyboardLayout.others(of: text)
        for other in others {
            let found = enquiries(with: SearchText.words(other))
            if !found.isEmpty { return (found, other) }
        }
        for (place, other) in ([text] + others).enumerated() {
            let found = enquiries(with: SearchText.heard(other))
            if !found.isEmpty { return (found, place == 0 ? nil : other) }
        }
        return ([], nil)
    }

    /// Those in which each of some words stands.
    private func enquiries(with words: [[UInt8]]) -> Set<Dot> {
        var found: Set<Dot>?
        for word in words {
            let records = search.index.records(containing: word)
            found = found.map { $0.intersection(records) } ?? records.filter(enquiries.contains)
        }
        return found ?? []
    }

    /// All records of the person of one.
    func records(withOf record: Dot, _ exchange: Exchange) -> Set<NamedDot> {
        let name = name(of: record)
        guard let place = exchange.place(of: name) else { return [name] }
        return Set(exchange.people[place].records.map(\.name))
    }

    // MARK: - showing

    func enquiryReport(_ id: String) throws -> EnquiryReport {
        let dot = try record(id)
        let enquiry = try enquiry(dot)
        log(.view, about: dot)
        let exchange = try exchange()
        return EnquiryReport(
            enquiry: row(enquiry, exchange), candidates: try candidates(enquiry, exchange),
            told: enquiry.told.map(told), seen: seen(enquiry))
    }

    /// The enquiry of a record; refuses one that is of something else.
    func enquiry(_ dot: Dot) throws -> Enquiry {
        guard try laptop.view(of: dot, store) != nil else { throw LaptopError.noSuchRecord }
        guard let facts = try facts(ofAny: dot), facts.kind == .enquiry else {
            throw ControlError(
                .badValue, "this record is no enquiry, or was removed or erased",
                hint: "`rollcall enquiries` lists them")
        }
        return Enquiry(facts)
    }

    /// The dots that say who it is and is not.
    func seen(_ enquiry: Enquiry) -> [String] {
        (enquiry.matches + enquiry.notMatches).flatMap(\.claims)
            .map { laptop.heads.table.text($0.dot) }.sorted()
    }

    /// Matches with people who are still here, each person once.
    func standing(_ enquiry: Enquiry, _ exchange: Exchange) -> [NamedDot] {
        exchange.apart(enquiry.matches.map(\.person).filter(isThere))
    }

    private func row(_ enquiry: Enquiry, _ exchange: Exchange) -> EnquiryRow {
        let people = standing(enquiry, exchange)
        let told = Set(enquiry.told.map(\.notification.person))
        let ofThem = people.map { dotTexts($0, exchange) }
        let isTold = ofThem.count == 1 && !ofThem[0].isDisjoint(with: told)
        let state =
            people.count > 1 ? "double" : people.isEmpty ? "open" : isTold ? "told" : "matched"
        return EnquiryRow(
            record: recordText(enquiry.record.name) ?? "", state: state, sealed: enquiry.isSealed,
            texts: texts(EnquiryRow.shownFields, [enquiry.record]),
            matches: people.compactMap(recordText),
            toldOfAnother: !told.isSubset(of: ofThem.reduce(into: []) { $0.formUnion($1) }))
    }

    /// The dots of all records of a person, as notifications name them.
    private func dotTexts(_ person: NamedDot, _ exchange: Exchange) -> Set<String> {
        guard let dot = dot(of: person) else { return [] }
        return Set(
            records(withOf: dot, exchange).compactMap { self.dot(of: $0) }
                .map { laptop.heads.table.text($0) })
    }

    private func texts(_ fields: [String], _ records: [RecordFacts]) -> [String: [String]] {
        var texts: [String: [String]] = [:]
        for field in fields.compactMap(FieldSchema.field(named:)) {
            var said: [String] = []
            for text in records.flatMap({ $0.texts(field.number) }) where !said.contains(text) {
                said.append(text)
            }
            if !said.isEmpty { texts[field.name] = said }
        }
        return texts
    }

    private func told(_ told: Enquiry.Told) -> EnquiryReport.Told {
        let notification = told.notification
        let person = (try? dot(notification.person)).map { laptop.text(ofRecord: $0) }
        return EnquiryReport.Told(
            time: notification.time, how: notification.how, outcome: notification.outcome,
            person: person, witness: witness(told.claim), reason: told.claim.body.reason)
    }
}

// MARK: - whom it may mean

extension Driver {
    /// Those with whom it is matched, then the likeliest, then those who it is not.
    private func candidates(
        _ enquiry: Enquiry, _ exchange: Exchange
    ) throws -> [EnquiryReport.Candidate] {
        let found = withMatcher(exchange) { $0.candidates(for: enquiry.record) }
        var seen: Set<Int> = []
        var all: [EnquiryReport.Candidate] = []
        for link in enquiry.matches + enquiry.notMatches where isThere(link.person) {
            guard let place = exchange.place(of: link.person) else {
                if let apart = try candidateApart(link.person, enquiry) { all.append(apart) }
                continue
            }
            guard seen.insert(place).inserted else { continue }
            let known = found.first { $0.person == place }
            let reasons =
                known?.reasons
                ?? withMatcher(exchange) { $0.reasons(place, for: enquiry.record) }
            all.append(candidate(exchange.people[place], enquiry, reasons, known?.band))
        }
        all += found.filter { !seen.contains($0.person) }.map {
            candidate(exchange.people[$0.person], enquiry, $0.reasons, $0.band)
        }
        let order = ["match": 0, "not_match": 2]
        return all.enumerated().sorted {
            (order[$0.element.link ?? ""] ?? 1, $0.offset)
                < (order[$1.element.link ?? ""] ?? 1, $1.offset)
        }.map(\.element)
    }

    /// Somebody who is in no exchange, as whoever was matched by hand may be.
    private func candidateApart(
        _ name: NamedDot, _ enquiry: Enquiry
    ) throws -> EnquiryReport.Candidate? {
        guard let dot = dot(of: name), let facts = try facts(ofAny: dot), facts.kind == .person
        else { return nil }
        let people = Exchange([facts]).people
        var matcher = EnquiryMatcher(people)
        return candidate(people[0], enquiry, matcher.reasons(0, for: enquiry.record), nil)
    }

    private func candidate(
        _ person: Person, _ enquiry: Enquiry, _ reasons: [MatchReason],
        _ band: EnquiryCandidate.Band?
    ) -> EnquiryReport.Candidate {
        let names = Set(person.records.map(\.name))
        let matches = enquiry.matches.filter { names.contains($0.person) }
        let notMatches = enquiry.notMatches.filter { names.contains($0.person) }
        let claims = (matches + notMatches).flatMap(\.claims)
        let (telling, why) = Self.words(Telling(person.records))
        let records = person.records.compactMap { recordText($0.name) }
        return EnquiryReport.Candidate(
            record: records.first ?? "", records: records, band: band?.rawValue,
            score: reasons.reduce(0) { $0 + $1.weight },
            reasons: reasons.map {
                .init(field: $0.field, how: $0.how.rawValue, against: $0.isAgainst)
            },
            agreeing: reasons.agreeingCount,
            texts: texts(EnquiryReport.Candidate.shownFields, person.records),
            step: person.passage.step.rawValue,
            link: !matches.isEmpty ? "match" : !notMatches.isEmpty ? "not_match" : nil,
            claims: claims.map(witness), because: claims.compactMap(\.body.reason),
            telling: telling, why: why)
    }

    static func words(_ telling: Telling) -> (telling: String, why: String?) {
        switch telling {
        case .allowed: ("allowed", nil)
        case .withReason(let why): ("with_reason", why.rawValue)
        case .refused(let why): ("refused", why.rawValue)
        }
    }
}
