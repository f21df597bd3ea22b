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
        if let person { return try enquiryRows(of: try record(person), exchange, limit: limit) }
        var (found, typed): (Set<Dot>?, String?) = (nil, nil)
        if let text, !FieldInput.normalised(text).isEmpty {
            (found, typed) = foundEnquiries(FieldInput.normalised(text))
        }
        let table = laptop.heads.table
        let erased = Set(laptop.erasedRecords)
        let all = found.map { enquiries.all(of: $0, table) } ?? enquiries.all(table)
        let here = erased.isEmpty ? all : all.filter { !erased.contains($0) }
        let rows = try here.suffix(max(0, limit)).reversed().compactMap { dot in
            try facts(ofAny: dot).map { row(Enquiry($0), exchange) }
        }
        return (rows, EnquiriesReport(all: enquiries.count, found: here.count, typed: typed))
    }

    /// Enquiries that are matched with a person, then open ones that may mean them, the likeliest first.
    private func enquiryRows(
        of person: Dot, _ exchange: Exchange, limit: Int
    ) throws -> (rows: [EnquiryRow], report: EnquiriesReport) {
        let records = records(withOf: person, exchange)
        let linked = enquiries.links.filter { !records.isDisjoint(with: $0.value.matches) }.keys
        let matched = try enquiries.all(of: Set(linked), laptop.heads.table).reversed()
            .filter { laptop.erasures(of: $0).isEmpty }.compactMap { dot in
                try facts(ofAny: dot).map { row(Enquiry($0), exchange) }
            }
        let isComplete = try isSearchFilled()
        let rows = matched + (isComplete ? try likelyEnquiries(of: person, exchange) : [])
        return (
            Array(rows.prefix(max(0, limit))),
            EnquiriesReport(
                all: enquiries.count, found: rows.count, typed: nil, complete: isComplete)
        )
    }

    /// Open enquiries with a name that sounds like a person's; each is compared by itself, and no more than so many.
    private func likelyEnquiries(of person: Dot, _ exchange: Exchange) throws -> [EnquiryRow] {
        guard let place = exchange.place(of: name(of: person)) else { return [] }
        let records = exchange.people[place].records
        func heard(_ name: String) -> Set<Dot> {
            guard let field = FieldSchema.field(named: name)?.number else { return [] }
            let sounds = Set(records.flatMap { $0.texts(field) }.flatMap(SoundWords.sounds))
            return sounds.reduce(into: []) { found, sound in
                let bytes = SearchText.foldedBytes(SearchText.soundMark + sound + "\0")
                found.formUnion(search.index.records(containing: bytes).filter(enquiries.contains))
            }
        }
        let named = heard("surname").intersection(heard("given_name"))
        var found: [(score: Int, row: EnquiryRow)] = []
        for dot in enquiries.all(of: named, laptop.heads.table).suffix(Self.comparedMost) {
            guard laptop.erasures(of: dot).isEmpty, let facts = try facts(ofAny: dot) else {
                continue
            }
            let enquiry = Enquiry(facts)
            let names = Set(records.map(\.name))
            guard standing(enquiry, exchange).isEmpty,
                !enquiry.notMatches.contains(where: { names.contains($0.person) })
            else { continue }
            let reasons = withMatcher(exchange) { $0.reasons(place, for: facts) }
            guard let band = reasons.band, band != .namesake else { continue }
            var row = row(enquiry, exchange)
            row.band = band.rawValue
            found.append((reasons.score, row))
        }
        return found.sorted { $0.score > $1.score }.map(\.row)
    }

    private static let comparedMost = 200

    private func foundEnquiries(_ text: String) -> (Set<Dot>, typed: String?) {
        let read = [text] + (text.count < 3 ? [] : KeyboardLayout.others(of: text))
        for (place, text) in read.enumerated() {
            for words in [SearchText.words(text), SearchText.heard(text)] {
                let found = enquiries(with: words)
                if !found.isEmpty { return (found, place == 0 ? nil : text) }
            }
        }
        return ([], nil)
    }

    /// Those in which each of some words stands.
    private func enquiries(with words: [[UInt8]]) -> Set<Dot> {
        var found: Set<Dot>?
        for word in words where found?.isEmpty != true {
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
        guard let dot = dot(named: person) else { return [] }
        return Set(
            records(withOf: dot, exchange).compactMap { self.dot(named: $0) }
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
        guard let dot = dot(named: name), let facts = try facts(ofAny: dot), facts.kind == .person
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
            score: reasons.score,
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
