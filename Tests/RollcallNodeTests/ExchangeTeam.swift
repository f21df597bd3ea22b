import Foundation
import RollcallControl
import Testing

@testable import RollcallNode

/// Laptops at one exchange point, of one register; apart for as long as a test wants.
struct ExchangeTeam {
    private(set) var laptops: [LiveDaemon]

    /// The first founds the register, the others join it.
    init(_ names: String...) async throws {
        var laptops: [LiveDaemon] = []
        for name in names {
            let laptop = try await LiveDaemon(name)
            if let first = laptops.first {
                try await laptop.join(try await first.invite(), at: try await first.address)
            } else {
                try await laptop.found()
            }
            laptops.append(laptop)
        }
        self.laptops = laptops
        try await agree()
    }

    subscript(place: Int) -> LiveDaemon { laptops[place] }

    /// Another daemon on the home of one that ended.
    mutating func replace(_ place: Int, _ laptop: LiveDaemon) { laptops[place] = laptop }

    /// Nobody is connected to anybody, until ``meet()``.
    func part() async throws {
        for (place, laptop) in laptops.enumerated() {
            for other in laptops[..<place] {
                try await laptop.ask(.disconnect(node: other.name))
                try await other.ask(.disconnect(node: laptop.name))
            }
        }
        for laptop in laptops {
            let isAlone = try await eventually {
                try await laptop.status().peers.allSatisfy { !$0.connected }
            }
            #expect(isAlone)
        }
    }

    /// All are connected again, and have told each other all.
    func meet() async throws {
        for (place, laptop) in laptops.enumerated() {
            for other in laptops[..<place] {
                try await other.ask(.connect(target: laptop.name))
                try await laptop.ask(.connect(target: other.name))
            }
        }
        try await agree()
    }

    func agree() async throws {
        let isOne = try await eventually {
            var fingerprints: Set<String?> = []
            for laptop in laptops { fingerprints.insert(try await laptop.status().fingerprint) }
            return fingerprints.count == 1
        }
        #expect(isOne)
    }

    func stop() async throws {
        for laptop in laptops { try await laptop.stop() }
    }

    /// What a question is answered with on every laptop, which must be the same.
    func everywhere<Answer: Equatable>(
        _ question: (LiveDaemon) async throws -> Answer
    ) async throws -> Answer {
        let answer = try await question(laptops[0])
        for laptop in laptops.dropFirst() { #expect(try await question(laptop) == answer) }
        return answer
    }
}

/// What a station does at an exchange point.
extension LiveDaemon {
    /// All rows of an answer.
    func rows<Row: Decodable & Sendable>(
        _ request: ControlRequest, _ row: Row.Type
    ) async throws -> [Row] {
        let home = home
        return try await blocking {
            var rows: [Row] = []
            _ = try ControlClient(home: home).send(
                request, onRow: { rows.append(try ControlJSON.decode(Row.self, from: $0)) })
            return rows
        }
    }

    /// A new record; its id.
    func add(_ fields: (String, String)..., source: String? = nil) async throws -> String {
        try await ask(
            .add(
                fields: fields.map { FieldValue(field: $0.0, value: $0.1) }, source: source,
                operator: nil), WriteReport.self
        ).record
    }

    func set(_ id: String, _ fields: (String, String)..., source: String? = nil) async throws {
        try await ask(
            .set(
                id: id, fields: fields.map { FieldValue(field: $0.0, value: $0.1) }, seen: nil,
                source: source, operator: nil))
    }

    /// Takes back one value of a set, or an event.
    func take(_ field: String, _ value: String, from id: String) async throws {
        try await ask(
            .unset(
                id: id, fields: [FieldChoice(field: field, value: value)], state: nil, seen: nil,
                source: nil, operator: nil))
    }

    /// Takes a list of people; which columns there are says its first line.
    @discardableResult
    func take(
        list csv: String, revision: Int, stage: String = "1", direction: String = "a_to_b"
    ) async throws -> RosterReport {
        let path = "\(scratch.path)/\(direction)-\(stage)-\(revision).csv"
        try Data(csv.utf8).write(to: URL(filePath: path))
        return try await ask(
            .rosterImport(
                path: path, list: nil, key: "no",
                columns: [ColumnField(column: "no", field: "line_number")], skipBad: false,
                origin: ListOrigin(
                    issuer: String(direction.prefix(1)), direction: direction, stage: stage,
                    revision: revision)),
            RosterReport.self)
    }

    /// The record of each surname.
    func recordsBySurname() async throws -> [String: String] {
        let rows = try await rows(.list(limit: nil, filters: []), RecordView.self)
        return Dictionary(
            rows.compactMap { row in
                guard case .text(let name)? = row.fields["surname"]?.values.first?.content else {
                    return nil
                }
                return (name, row.record)
            }, uniquingKeysWith: { first, _ in first })
    }

    /// What a field of a record says, every value of it.
    func texts(_ id: String, _ field: String) async throws -> [String] {
        try await ask(.show(id: id), RecordView.self).fields[field]?.values.compactMap {
            if case .text(let text) = $0.content { text } else { nil }
        }.sorted() ?? []
    }

    /// How many people of side A, by what became of them, without zeros.
    func counts(
        stage: String? = "1", direction: String = "a_to_b"
    ) async throws -> [String: Int] {
        let rows = try await rows(.tally(stage: stage), TallyRow.self)
        return Dictionary(
            uniqueKeysWithValues: rows.filter {
                $0.direction == direction && $0.stage == stage && $0.all.most > 0
            }.map { ($0.what, $0.all.most) })
    }

    func range(_ what: String, direction: String = "a_to_b") async throws -> RangeReport? {
        try await rows(.tally(stage: "1"), TallyRow.self)
            .first { $0.what == what && $0.direction == direction }?.all
    }

    func kinds() async throws -> [String] {
        try await rows(.discrepancies, DiscrepancyReport.self).map(\.kind)
    }

    func tallyReport() async throws -> TallyReport {
        try await ask(.tally(stage: nil), TallyReport.self)
    }
}
