public import RollcallCore

/// The side to which somebody is handed over.
public enum Direction: String, Sendable, CaseIterable {
    case aToB = "a_to_b"
    case bToA = "b_to_a"
}

public enum Category: String, Sendable, CaseIterable {
    case military, civilian
    /// Nobody said, or not all say the same.
    case unresolved
}

/// One day of the exchange, or one part of it.
public struct Stage: Equatable, Sendable {
    public var code: String
    /// Several where laptops that had not met each made one.
    public var records: [NamedDot]
    /// What it is closed with; several where laptops that had not met each closed it.
    public var closings: [Closing] = []

    /// Somebody's word that a stage is over.
    public struct Closing: Equatable, Sendable {
        public var record: NamedDot
        public var numbers: StageClosing
        /// Who closed it, when and why.
        public var claim: Claim
    }

    public var isClosed: Bool { !closings.isEmpty }
}

/// One revision of a list that a side handed over.
public struct PeopleList: Sendable {
    public var name: NamedDot
    public var issuer: String
    public var direction: Direction?
    public var stage: String?
    /// By the issuer's count, not by when it came.
    public var revision: Int
    public var isWithdrawn: Bool
    /// Whether it is the last of its issuer for its stage and direction.
    public internal(set) var isNewest = false
}

/// A person, by all the records that are of them.
public struct Person: Sendable {
    /// In canonical order.
    public let records: [RecordFacts]
    /// The newest lists on which they stand.
    public let lists: [PeopleList]
    /// Revisions on which they stood, and newer ones of which took them off.
    public let takenOff: [PeopleList]
    public let events: Passage.Events
    public let passage: Passage
    public let category: Category
    public let direction: Direction?
    /// Of each of the records.
    let likeness: [LikenessKeys]

    init(_ records: [RecordFacts], _ lists: [PeopleList], takenOff: [PeopleList]) {
        self.records = records
        self.lists = lists
        self.takenOff = takenOff
        likeness = records.map { $0.likeness ?? LikenessKeys($0) }
        events = Passage.Events(records, isExpected: !lists.isEmpty)
        passage = Passage(events)
        let said = Set(records.flatMap { $0.texts("category") })
        category =
            said.count == 1 ? Category(rawValue: said.first ?? "") ?? .unresolved : .unresolved
        direction = Self.direction(records, lists + takenOff)
    }

    /// From who holds them; else from the list on which they stand.
    private static func direction(_ records: [RecordFacts], _ lists: [PeopleList]) -> Direction? {
        let holders = Set(records.flatMap { $0.texts("detained_by") })
        switch holders {
        case ["a"]: return .aToB
        case ["b"]: return .bToA
        default: break
        }
        guard holders.isEmpty else { return nil }
        let listed = Set(lists.compactMap(\.direction))
        return listed.count == 1 ? listed.first : nil
    }

    public func isListed(at stage: String) -> Bool { lists.contains { $0.stage == stage } }

    /// Whether they are listed at one of some stages; at this one alone, if one is named.
    func isListed(at stage: String?, among stages: Set<String>) -> Bool {
        lists.contains { list in
            guard let listed = list.stage else { return false }
            return stages.contains(listed) && (stage == nil || stage == listed)
        }
    }

    /// The stages at which they are listed or anything happened.
    public var stages: Set<String> {
        events.stages.values.reduce(into: Set(lists.compactMap(\.stage))) { $0.formUnion($1) }
    }
}

/// The exchange as a register tells of it: a rule over its records, the same on every laptop that has the same.
public struct Exchange: Sendable {
    public private(set) var stages: [Stage] = []
    public private(set) var lists: [PeopleList] = []
    public private(set) var people: [Person] = []
    /// Where in the people each record's person is.
    private var places: [NamedDot: Int] = [:]
    /// Records that somebody calls the same person and somebody another.
    public private(set) var disputed: [(one: NamedDot, other: NamedDot)] = []
    /// Who may be one person, and is not told to be or not to be.
    public private(set) var candidates: [Candidate] = []
    /// Who bears another's full name at the same stage.
    public private(set) var namesakes: [Namesake] = []
    /// Those that came to a stage and in which somebody counted heads.
    private(set) var vehicleRecords: [RecordFacts] = []
    /// How many each side is to hand over; nil where nobody said, or not all the same.
    public private(set) var target: Int?
    /// What was decided of what does not fit, by its subject.
    private(set) var settlements: [String: [Settlement]] = [:]
    /// Enquiries that are matched with several records; those themselves are no part of what is derived.
    public var matches: [EnquiryMatches] = []
    /// By which changes are known whose dots are in the records.
    let table: ReplicaTable

    /// - Parameters:
    ///   - records: In canonical order, without those that were removed.
    ///   - table: The replicas of their dots.
    public init(_ records: [RecordFacts], table: ReplicaTable = ReplicaTable()) {
        self.table = table
        var byStage: [String: Stage] = [:]
        var targets: Set<String> = []
        for record in records {
            note(settlementsOf: record)
            switch record.kind {
            case .operation: targets.formUnion(record.texts("target"))
            case .stage:
                guard let code = record.text("stage_code") else { continue }
                byStage[code, default: Stage(code: code, records: [])].note(record)
            case .list: note(list: record)
            case .vehicle: vehicleRecords.append(record)
            case .person, .file, .photo, .enquiry: break
            }
        }
        if targets.count == 1, let said = targets.first { target = Int(said) }
        markNewest()
        findPeople(records.filter { $0.kind == .person })
        candidates = likely()
        namesakes = sameNames()
        let counted = Set(vehicleRecords.compactMap { $0.text("vehicle_stage") })
        for stage in people.reduce(into: counted, { $0.formUnion($1.stages) })
        where byStage[stage] == nil {
            byStage[stage] = Stage(code: stage, records: [])
        }
        stages = byStage.values.sorted { Self.precedes($0.code, $1.code) }
    }

    /// Numbers by their size, before words.
    private static func precedes(_ one: String, _ other: String) -> Bool {
        switch (Int(one), Int(other)) {
        case (let one?, let other?): one < other
        case (.some, nil): true
        case (nil, .some): false
        case (nil, nil): one < other
        }
    }

    private mutating func note(settlementsOf record: RecordFacts) {
        for value in record[FieldSchema.settled]?.values ?? [] {
            guard case .text(let text) = value.content,
                let (code, subject) = Settlement.parts(text),
                let claim = value.witnesses.first
            else { continue }
            settlements[subject, default: []].append(
                Settlement(record: record.name, text: text, code: code, claim: claim))
        }
    }

    private mutating func note(list record: RecordFacts) {
        lists.append(
            PeopleList(
                name: record.name, issuer: record.text("list_issuer") ?? "",
                direction: record.text("list_direction").flatMap(Direction.init),
                stage: record.text("list_stage"),
                revision: record.text("list_revision").flatMap { Int($0) } ?? 0,
                isWithdrawn: record.texts("list_withdrawn").contains("yes")))
    }

    /// Where in the people somebody is whom a record is of; nil of whom the exchange does not know.
    public func place(of record: NamedDot) -> Int? { places[record] }

    /// Stages that are over: whoever is listed there and did not come is absent.
    public var closedStages: Set<String> { Set(stages.filter(\.isClosed).map(\.code)) }

    private mutating func markNewest() {
        var newest: [[String?]: Int] = [:]
        func series(_ list: PeopleList) -> [String?] {
            [list.issuer, list.direction?.rawValue, list.stage]
        }
        for list in lists where !list.isWithdrawn {
            newest[series(list)] = max(newest[series(list)] ?? .min, list.revision)
        }
        for index in lists.indices where !lists[index].isWithdrawn {
            lists[index].isNewest = newest[series(lists[index])] == lists[index].revision
        }
    }

    // MARK: - people

    private mutating func findPeople(_ records: [RecordFacts]) {
        let places = Dictionary(
            records.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        var groups = Groups(count: records.count)
        for (place, record) in records.enumerated() {
            for other in record.records("same_as") {
                if let other = places[other] { groups.join(place, other) }
            }
        }
        let listsByName = Dictionary(
            lists.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var members: [Int: [RecordFacts]] = [:]
        var order: [Int] = []
        for (place, record) in records.enumerated() {
            let group = groups.first(of: place)
            if members[group] == nil { order.append(group) }
            members[group, default: []].append(record)
        }
        for group in order {
            let records = members[group] ?? []
            let all = records.flatMap { $0.records("line_list") }.compactMap { listsByName[$0] }
            people.append(
                Person(
                    records, all.filter(\.isNewest),
                    takenOff: all.filter { !$0.isNewest && !$0.isWithdrawn }))
        }
        for (place, person) in people.enumerated() {
            for record in person.records { self.places[record.name] = place }
        }
        for (place, record) in records.enumerated() {
            for other in record.records("not_same_as") {
                guard let there = places[other], groups.first(of: there) == groups.first(of: place)
                else { continue }
                disputed.append((record.name, other))
            }
        }
    }
}

extension Stage {
    fileprivate mutating func note(_ record: RecordFacts) {
        records.append(record.name)
        for value in record[FieldSchema.stageClosed]?.values ?? [] {
            guard case .text(let text) = value.content, let numbers = StageClosing(text),
                let claim = value.witnesses.first
            else { continue }
            closings.append(Closing(record: record.name, numbers: numbers, claim: claim))
        }
    }
}

/// Which of many belong together.
struct Groups {
    private var parents: [Int]

    init(count: Int) { parents = Array(0..<count) }

    /// The first of a group, whichever of it is asked for.
    mutating func first(of place: Int) -> Int {
        var root = place
        while parents[root] != root { root = parents[root] }
        var next = place
        while parents[next] != root { (next, parents[next]) = (parents[next], root) }
        return root
    }

    /// Puts two groups together; false if they were one.
    @discardableResult
    mutating func join(_ one: Int, _ other: Int) -> Bool {
        let (one, other) = (first(of: one), first(of: other))
        guard one != other else { return false }
        parents[max(one, other)] = min(one, other)
        return true
    }
}
