public import RollcallCore

/// What does not fit, and somebody has to look at.
public struct Discrepancy: Equatable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case listedAbsent = "listed_absent"
        case presentUnlisted = "present_unlisted"
        case mismatch
        case duplicateCandidate = "duplicate_candidate"
        case sameDisputed = "same_disputed"
        case doubleHandover = "double_handover"
        case statusConflict = "status_conflict"
        case categoryDispute = "category_dispute"
        case identityUnverified = "identity_unverified"
        case takenOffAfterHandover = "list_line_withdrawn_after_handover"
        case revisionClash = "list_revision_clash"
        case parityGap = "parity_gap"
        case lateEvent = "late_event_after_close"
        case unlikeClosings = "unlike_closings"
        case headCount = "count_vs_headcount"
        case effectsMissing = "effects_missing"
        case namesake
        case enquiryDoubleMatch = "enquiry_double_match"
    }

    public var kind: Kind
    /// The records that it is about.
    public var records: [NamedDot]
    public var stage: String?
    /// Fields, or reasons, by their names; of a vehicle its code, and the numbers.
    public var about: [String]
    /// What was decided of it as it stands, by whoever did.
    public internal(set) var settlements: [Settlement] = []
    /// All that it was derived from (``Exchange/subject(of:)``).
    public internal(set) var subject = ""
    /// What tells it from another of its kind and stage, where its records do not.
    var detail: String

    public var isOpen: Bool { settlements.isEmpty }

    init(_ kind: Kind, _ records: [NamedDot] = [], stage: String? = nil, about: [String] = []) {
        self.kind = kind
        self.records = records
        self.stage = stage
        self.about = about
        detail = about.isEmpty ? "-" : about.joined(separator: ",")
    }
}

extension Exchange {
    /// In the order of their kinds, then of the people.
    public func discrepancies() -> [Discrepancy] {
        var found: [Discrepancy] = []
        let closed = closedStages
        for person in people { found += Self.discrepancies(of: person, closed) }
        found += candidates.map { candidate in
            Discrepancy(
                .duplicateCandidate,
                (people[candidate.one].records + people[candidate.other].records).map(\.name),
                about: candidate.reasons.map(\.rawValue))
        }
        found += disputed.map { Discrepancy(.sameDisputed, [$0.one, $0.other]) }
        found += clashes()
        found += lateEvents()
        found += unlikeClosings()
        found += unlikeHeadCounts()
        found += openNamesakes()
        found += doubleMatches()
        let tallies = tallies()
        for stage in stages.map(\.code) {
            let parity = Self.parity(tallies, at: stage)
            if parity.least > 0 || parity.most < 0 {
                var gap = Discrepancy(.parityGap, stage: stage)
                gap.detail = "\(parity.least)…\(parity.most)"
                found.append(gap)
            }
        }
        let order = Dictionary(
            uniqueKeysWithValues: Discrepancy.Kind.allCases.enumerated().map { ($1, $0) })
        return found.enumerated().sorted {
            (order[$0.element.kind] ?? 0, $0.offset) < (order[$1.element.kind] ?? 0, $1.offset)
        }.map { _, found in
            var found = found
            found.subject = subject(of: found)
            found.settlements = settlements[found.subject] ?? []
            return found
        }
    }

    /// Those of a stage, and those of people to whom anything happens there; what families ask is no matter of a stage.
    public func discrepancies(at stage: String) -> [Discrepancy] {
        let names = Set(
            people.filter { $0.stages.contains(stage) }.flatMap { $0.records.map(\.name) })
        return discrepancies().filter { $0.kind != .enquiryDoubleMatch }.filter { found in
            found.stage.map { $0 == stage } ?? !names.isDisjoint(with: found.records)
        }
    }

    private static func discrepancies(
        of person: Person, _ closed: Set<String>
    ) -> [Discrepancy] {
        let names = person.records.map(\.name)
        let events = person.events
        var found: [Discrepancy] = []
        func note(_ kind: Discrepancy.Kind, _ stage: String? = nil, _ about: [String] = []) {
            found.append(Discrepancy(kind, names, stage: stage, about: about))
        }
        for stage in person.stages.sorted() {
            let isPresent = events.has("arrival", at: stage)
            let isMissing = events.has("absent", at: stage) || closed.contains(stage)
            if isMissing, !isPresent, person.isListed(at: stage) { note(.listedAbsent, stage) }
            if isPresent, !person.isListed(at: stage), !events.has("accepted", at: stage) {
                note(.presentUnlisted, stage)
            }
            guard events.has("handover", at: stage) else { continue }
            if Passage(events, at: stage).identity != .confirmed {
                note(.identityUnverified, stage)
            }
            // The field, and not the bags: what is in them is on no sheet.
            if !person.missingBags.isEmpty { note(.effectsMissing, stage, ["effects"]) }
            if person.takenOff.contains(where: { $0.stage == stage }), !person.isListed(at: stage) {
                note(.takenOffAfterHandover, stage)
            }
        }
        if (events.stages["handover"]?.count ?? 0) > 1 { note(.doubleHandover) }
        for contradiction in person.passage.contradictions {
            note(.statusConflict, contradiction.stage, [contradiction.one, contradiction.other])
        }
        let unlike = person.unlikeFields
        if unlike.contains("category") { note(.categoryDispute) }
        let others = unlike.filter { $0 != "category" }
        if !others.isEmpty { note(.mismatch, nil, others) }
        return found
    }

    /// Unlike lists that their issuer calls one revision.
    private func clashes() -> [Discrepancy] {
        let bySeries = Dictionary(grouping: lists.filter { !$0.isWithdrawn }) { list in
            [list.issuer, list.direction?.rawValue, list.stage, String(list.revision)]
        }
        return bySeries.values.filter { $0.count > 1 }
            .map { Discrepancy(.revisionClash, $0.map(\.name), stage: $0[0].stage) }
            .sorted { $0.records[0].precedes($1.records[0]) }
    }
}

extension Person {
    /// Fields in which the records do not say the same, by their names.
    public var unlikeFields: [String] {
        FieldSchema.ofRoster.filter { field in
            guard field.number.kind == .single, field.group != .provenance,
                field.group != .movement
            else { return false }
            let values = records.flatMap { $0[field.number]?.values.map(\.content) ?? [] }
                .filter { if case .state = $0 { false } else { true } }
            guard let first = values.first else { return false }
            return values.dropFirst().contains { !$0.says(sameAs: first) }
        }.map(\.name)
    }
}
