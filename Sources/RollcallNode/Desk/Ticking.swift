import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync

/// Paper that comes back: lines of a printed list with a tick, by their numbers.
extension Driver {
    func tick(_ order: TickOrder) throws -> TickReport {
        let list = try list(order.list)
        guard let stage = try order.stage ?? self.stage(of: list) else {
            throw ControlError(.usage, "the list says no stage: name it with --stage")
        }
        let field = try Self.field(order.event)
        guard field.type == .event else {
            throw ControlError(
                .badValue, "a tick says that something happened, as arrival or absent")
        }
        let content = try content(field, order.time.map { "\(stage)@\($0)" } ?? stage)
        guard order.vehicle == nil || field.name == "arrival" else {
            throw ControlError(.badValue, "a vehicle goes with an arrival, and with no other event")
        }
        let vehicle = try order.vehicle.map { try Self.name($0, "a vehicle's code") + "@" + stage }
        let operatorDot = try operatorDot(order.operator)
        let source = try Self.source(
            "from paper, by \(order.by ?? operatorName(operatorDot) ?? "nobody named")")
        let people = try peopleByNumber(on: list)
        var report = TickReport(stage: stage, event: field.name)
        var drafts: [Draft] = []
        for number in Self.numbers(order.lines, among: people) {
            guard let person = people[number]?.first else {
                report.missing.append(number)
                continue
            }
            guard people[number]?.count == 1 else {
                report.ambiguous.append(number)
                continue
            }
            guard try !isKnown(person, field.number, stage) else {
                report.known.append(number)
                continue
            }
            var draft = Draft(record: .existing(person.record), operatorDot: operatorDot)
            draft.append(field.number, body: Body(content, source: source).encoded())
            if let vehicle {
                draft.append(
                    try Self.field("arrival_vehicle").number,
                    body: Body(.text(vehicle), source: source).encoded())
            }
            drafts.append(draft)
            report.ticked.append(number)
        }
        let written = drafts
        if !written.isEmpty {
            _ = try act { laptop, store, output in
                try laptop.write(written, store, &output)
            }
        }
        return report
    }

    /// Whose line it is: a record of them that stands on the list, and all that they have.
    private struct Line {
        var record: Dot
        var all: [RecordFacts]
    }

    /// The people on a list by the numbers of their lines there.
    private func peopleByNumber(on list: Dot) throws -> [String: [Line]] {
        let name = name(of: list)
        let isNewest = try exchange().lists.contains { $0.name == name && $0.isNewest }
        var lines: [String: [Line]] = [:]
        for person in try exchange().people {
            var numbers: Set<String> = []
            for facts in person.records where facts.stands(on: name) {
                guard let replica = laptop.heads.table.number(of: facts.name.replica),
                    case let record = Dot(replica, facts.name.counter),
                    let number = try number(of: record, facts, on: name, isNewest: isNewest),
                    numbers.insert(number).inserted
                else { continue }
                lines[number, default: []].append(Line(record: record, all: person.records))
            }
        }
        return lines
    }

    /// The number that a line has on a list: what was said together with the list, for a later one may have moved it.
    private func number(
        of record: Dot, _ facts: RecordFacts, on list: NamedDot, isNewest: Bool
    ) throws -> String? {
        let current = facts.texts(FieldSchema.lineNumber)
        if isNewest, current.count == 1 { return current[0] }
        for change in try laptop.history(of: record, store) ?? [] {
            let contents = change.writes.map { ($0.field, laptop.body(of: $0, in: change).content) }
            guard
                contents.contains(where: {
                    $0.0 == FieldSchema.lineList && $0.1 == .record(list)
                })
            else { continue }
            for (field, content) in contents where field == FieldSchema.lineNumber {
                if case .text(let text) = content { return text }
            }
        }
        return nil
    }

    private func isKnown(_ line: Line, _ field: FieldNumber, _ stage: String) throws -> Bool {
        line.all.contains { facts in
            facts[field]?.values.contains {
                if case .event(stage, _) = $0.content { true } else { false }
            } ?? false
        }
    }

    /// Numbers as typed, runs of them written out, each once; a line may be called as a run is written.
    private static func numbers(_ typed: [String], among lines: [String: [Line]]) -> [String] {
        var numbers: [String] = []
        var seen: Set<String> = []
        for word in typed.flatMap({ $0.split(separator: ",").map(String.init) }) {
            let word = FieldInput.normalised(word)
            let ends = word.split(separator: "-").compactMap { Int($0) }
            let run: [String] =
                if lines[word] == nil, ends.count == 2, ends[0] <= ends[1],
                    ends[1] - ends[0] < linesMax
                {
                    (ends[0]...ends[1]).map { String($0) }
                } else { [word] }
            for number in run where !number.isEmpty && seen.insert(number).inserted {
                numbers.append(number)
            }
        }
        return numbers
    }

    /// No printed list is longer.
    private static let linesMax = 100_000

    private func list(_ id: String) throws -> Dot {
        let record = try record(id)
        guard try exchange().lists.contains(where: { $0.name == name(of: record) }) else {
            throw ControlError(
                .badValue, "this record is no list", hint: "`rollcall lists` shows them")
        }
        return record
    }

    private func stage(of list: Dot) throws -> String? {
        try exchange().lists.first { $0.name == name(of: list) }?.stage
    }
}

extension RecordFacts {
    fileprivate func stands(on list: NamedDot) -> Bool {
        self[FieldSchema.lineList]?.values.contains { $0.content == .record(list) } ?? false
    }
}
