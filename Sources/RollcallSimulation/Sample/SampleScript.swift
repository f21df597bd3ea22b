import RollcallCore
import RollcallExchange
import RollcallTrust

/// The sample operation as a team of a simulation plays it, and which record is whose.
struct SampleScript {
    let sample: SampleOperation
    /// Of each list the record.
    var lists: [Int: GlobalDot] = [:]
    /// Of each person the record that was written last, as somebody at any laptop may know it.
    var records: [Int: GlobalDot] = [:]
    /// What each line said last, and its record.
    var lines: [String: (row: RosterRow, record: GlobalDot)] = [:]
    /// Acts that were done, and those that wait until a laptop can do them.
    var done: Set<Int> = []
    var waiting: Set<Int> = []
    /// Records that somebody may have written twice, since they were not told whether they had.
    var maybeTwice = 0
    private let listed: Set<Int>
    private let personByLine: [String: Int]

    init(_ sample: SampleOperation) {
        self.sample = sample
        listed = Set(sample.lists.flatMap { $0.lines.map(\.person) })
        var personByLine: [String: Int] = [:]
        for list in sample.lists {
            for line in list.lines { personByLine["\(list.series)#\(line.number)"] = line.person }
        }
        self.personByLine = personByLine
    }

    func isListed(_ person: Int) -> Bool { listed.contains(person) }

    func person(ofLine identity: String) -> Int? { personByLine[identity] }

    /// The rows of a list, as a laptop's own importer reads them.
    func rows(of list: SampleList) throws -> [RosterRow] {
        let file = try RosterFile(Array(list.text.utf8))
        let columns = SampleList.columns(of: list.side)
        let plan = try RosterPlan(
            header: file.header, map: columns.map { ($0.name, $0.field) }, key: columns[0].name,
            list: list.series, hash: { $0.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } })
        return try file.map { try plan.read($0) }
    }

    /// How many cross at a stage, and how many times one of them is written down twice.
    func handedOver(_ side: SampleSide, at stage: String) -> (people: Int, doubles: Int) {
        let crossing = sample.passages.filter {
            $0.stage == stage && $0.outcome == .handedOver && sample[person: $0.person].side == side
        }
        return (crossing.count, crossing.count(where: \.isTwice))
    }
}

extension SampleList {
    /// What its lines are known by, in all of its revisions.
    var series: String { "\(side.rawValue) \(side.direction) \(stage)" }
}
