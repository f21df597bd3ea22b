import Foundation
import RollcallControl
import RollcallFuzzing
import Testing

@testable import RollcallNode

/// Lists of the other side, as they come, against whole daemons.
@Suite(.timeLimit(.minutes(3)), .serialized) struct ListImportTests {
    private static let men = [
        "Андрій", "Борис", "Вадим", "Гліб", "Денис", "Остап", "Роман", "Тарас",
    ]
    private static let stems = [
        "Коваль", "Мельни", "Ткач", "Бонда", "Гонча", "Кравч", "Шевч", "Олій", "Пономар", "Савч",
    ]

    private static func name(_ index: Int) -> (surname: String, given: String) {
        let stem = stems[index % 10] + ["енко", "ук", "ський", "ець", "ів"][index / 10 % 5]
        return (stem, men[index / 50])
    }

    /// Their list of 390: two titles, whole names, 14 dates with day and month changed, 6 words with a Latin o.
    private static func theirs() -> WorkbookMaker {
        var rows: [[WorkbookMaker.Cell]] = [
            [.text("СПИСОК")], [.text("осіб, що підлягають передачі; станом на"), .date(46_000)],
            [],
            [.text("№ з/п"), .text("ПІБ"), .text("Дата народження"), .text("Категорія")],
            [.number("1"), .number("2"), .number("3"), .number("4")],
        ]
        for index in 0..<390 {
            let (surname, given) = name(index)
            let written =
                index % 65 == 8 ? surname.replacing("о", with: "o", maxReplacements: 1) : surname
            let (day, month, year) = (1 + index % 12, 13 + index % 15, 1970 + index % 30)
            let date =
                index % 28 == 3
                ? "\(padded(day)).\(padded(month)).\(year)"
                : "\(padded(month)).\(padded(day)).\(year)"
            rows.append([
                .number("\(index + 1)"), .text("\(written.uppercased()) \(given)"), .text(date),
                .text(index % 13 < 9 ? "військовий" : "цивільна особа"),
            ])
        }
        rows.append([.text("Всього"), .none, .number("390")])
        return WorkbookMaker([
            .init("Титул", [[.text("a;b;c"), .text("d;e")]]),
            .init("Список", rows, merged: ["A1:D1"]),
        ])
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private func file(_ daemon: LiveDaemon, _ name: String, _ bytes: [UInt8]) throws -> String {
        let path = "\(daemon.scratch.path)/\(name)"
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    private func order(
        _ path: String, revision: Int = 1, columns: [ColumnField] = [], preview: Bool = false,
        key: String? = nil
    ) -> ControlRequest {
        .rosterImport(
            path: path, list: nil, key: key, columns: columns, skipBad: false,
            origin: ListOrigin(issuer: "b", direction: "b_to_a", stage: "1", revision: revision),
            reading: ListReading(preview: preview))
    }

    private func rows(_ report: RosterReport, _ what: String) -> [Int] {
        report.findings.filter { $0.what == what }.flatMap(\.rows)
    }

    @Test func `S4: the other side's list is looked at, taken, kept byte for byte and withdrawn`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let bytes = Self.theirs().bytes
        let path = try file(gate, "their list.xlsx", bytes)
        let before = try await gate.status()

        let preview = try await gate.ask(order(path, preview: true), RosterReport.self)
        #expect(preview.rows == 390 && preview.added == 390 && preview.failed.isEmpty)
        #expect(!preview.applied && preview.list == nil)
        #expect(rows(preview, "swapped_date").count == 14)
        #expect(rows(preview, "mixed_script").count == 6)
        #expect(preview.findings.count == 2 && preview.notes == [392])
        #expect(preview.file?.sheet == "Список" && preview.file?.headerRow == 4)
        #expect(
            preview.file?.columns.map(\.field)
                == ["line_number", "full_name", "birth_date", "category"])
        let untouched = try await gate.status()
        #expect(untouched.changes == before.changes && untouched.fingerprint == before.fingerprint)

        let report = try await gate.ask(order(path), RosterReport.self)
        #expect(report.applied && report.added == 390 && report.findings == preview.findings)
        let list = try #require(report.list)
        let tally = try await gate.rows(.tally(stage: "1"), TallyRow.self)
        let listed = try #require(tally.first { $0.direction == "b_to_a" && $0.what == "listed" })
        #expect(
            listed.all.most == 390 && listed.military.most == 270 && listed.civilian.most == 120)

        // A cell that was read in other words stands beside what it was taken for.
        let people = try await gate.rows(
            .find(text: Self.name(3).surname.uppercased()), RecordView.self)
        let third = people.first {
            $0.fields["given_name"]?.values.first?.content == .text(Self.name(3).given)
        }
        let swapped = try #require(third?.fields)
        #expect(swapped["birth_date"]?.values.first?.content == .text("04.16.1973"))
        #expect(swapped["line_raw"]?.values.first?.content == .text("Категорія: військовий"))

        let copy = "\(gate.scratch.path)/copy.xlsx"
        let kept = try await gate.ask(.listFile(id: list, path: copy), ListFileReport.self)
        #expect([UInt8](try Data(contentsOf: URL(filePath: copy))) == bytes)
        #expect(kept.bytes == bytes.count && kept.sha256 == report.file?.sha256)

        // Whoever is erased is told that the file names them still, and can have it erased, too.
        let gone = try await gate.rows(
            .erase(ids: [try #require(third).record], reason: "asked"), ErasureReport.self)
        let original = try #require(gone.first?.files.first)
        #expect(gone[0].files.count == 1)
        let shown = try await gate.ask(.show(id: original), RecordView.self)
        #expect(
            shown.fields["file_part"]?.values.contains { $0.content == .text("part 1/2") } == true)
        try await gate.ask(.erase(ids: [original], reason: "asked"))
        #expect(
            try await gate.error(of: .listFile(id: list, path: copy + ".2"))?.code == .badValue)

        try await gate.ask(.withdrawList(id: list))
        let after = try await gate.rows(.tally(stage: nil), TallyRow.self)
        #expect(after.allSatisfy { $0.all.most == 0 })
        #expect(try await gate.rows(.discrepancies, DiscrepancyReport.self).isEmpty)
        try await gate.stop()
    }

    @Test
    func `the file and what was said of its columns come to other laptops, and not to observers`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let csv = "Особа;Рядок;Зріст\r\nКоваль Петро;A-1;170\r\nБойко Іван;A-2;180\r\n"
        let columns = [
            ColumnField(column: "Особа", field: "full_name"),
            ColumnField(column: "Зріст", field: "-"),
        ]
        let path = try file(gate, "list.csv", Array(csv.utf8))
        #expect(try await gate.error(of: order(path))?.code == .unknownColumn)
        let preview = try await gate.ask(order(path, preview: true), RosterReport.self)
        #expect(preview.file?.unknownColumns == ["Особа", "Рядок", "Зріст"])
        let first = try await gate.ask(
            order(path, columns: columns, key: "Рядок"), RosterReport.self)
        #expect(first.added == 2)

        let table = try await LiveDaemon("table")
        try await table.join(try await gate.invite(role: "operator"), at: try await gate.address)
        let tent = try await LiveDaemon("tent")
        try await tent.join(try await gate.invite(role: "observer"), at: try await gate.address)
        for daemon in [table, tent] {
            #expect(
                try await eventually {
                    try await daemon.status().fingerprint == (try await gate.status().fingerprint)
                })
        }
        let list = try #require(first.list)
        try await table.ask(.listFile(id: list, path: "\(table.scratch.path)/copy"))
        #expect(
            [UInt8](try Data(contentsOf: URL(filePath: "\(table.scratch.path)/copy")))
                == Array(csv.utf8))
        #expect(
            try await tent.error(of: .listFile(id: list, path: "\(tent.scratch.path)/copy"))?.code
                == .badValue)

        // The next revision, at another table, needs no word of it; one line was mended, one is new.
        let next = try file(
            table, "list 2.csv",
            Array(
                "Рядок;Особа;Зріст\r\nA-1;Коваль Петро;171\r\nA-2;Бойко Ілля;180\r\nA-3;Ткач Олег;175\r\n"
                    .utf8))
        let second = try await table.ask(order(next, revision: 2), RosterReport.self)
        #expect(second.unchanged == 1 && second.added == 2 && second.differing.count == 1)
        #expect(
            second.file?.key == "Рядок" && second.file?.columns.allSatisfy(\.remembered) == true)
        for daemon in [gate, table, tent] { try await daemon.stop() }
    }

    @Test func `whoever is known under another date of birth is found in their list`() async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        try await gate.ask(
            .add(
                fields: [
                    ("surname", "Коваль"), ("given_name", "Петро"), ("birth_date", "12.03.1988"),
                    ("arrival", "1"),
                ].map { FieldValue(field: $0.0, value: $0.1) }, source: nil, operator: nil))
        let path = try file(
            gate, "list.csv",
            Array("ПІБ;Дата народження\nКОВАЛЬ Петро;03.12.1988\nБойко Іван;03.12.1988\n".utf8))
        let report = try await gate.ask(order(path, preview: true), RosterReport.self)
        #expect(
            report.findings.map(\.what) == ["swapped_from_known"] && report.findings[0].rows == [1])
        try await gate.stop()
    }

    @Test func `two lines alike under two numbers are two people, and one line twice is one`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let text = "№;ПІБ\n1;Коваль Петро\n2;Бойко Іван\n3;Коваль Петро\n2;Бойко Іван\n"
        let path = try file(gate, "list.csv", Array(text.utf8))
        let report = try await gate.ask(order(path), RosterReport.self)
        #expect(report.added == 3 && report.unchanged == 1)
        #expect(rows(report, "repeated") == [3, 4])
        // The next revision has the same people under other numbers.
        let next = try file(
            gate, "next.csv", Array("№;ПІБ\n1;Бойко Іван\n2;Коваль Петро\n3;Коваль Петро\n".utf8))
        let second = try await gate.ask(order(next, revision: 2), RosterReport.self)
        #expect(second.added == 0)
        try await gate.stop()
    }
}

/// Paper that comes back, and people who are one.
@Suite(.timeLimit(.minutes(2)), .serialized) struct PaperTests {
    private func take(
        _ daemon: LiveDaemon, _ text: String, revision: Int
    ) async throws -> String {
        let path = "\(daemon.scratch.path)/list-\(revision).csv"
        try Data(text.utf8).write(to: URL(filePath: path))
        let report = try await daemon.ask(
            .rosterImport(
                path: path, list: nil, key: nil, columns: [], skipBad: false,
                origin: ListOrigin(issuer: "a", direction: "a_to_b", stage: "1", revision: revision)
            ),
            RosterReport.self)
        return try #require(report.list)
    }

    private func tick(_ daemon: LiveDaemon, _ order: TickOrder) async throws -> TickReport {
        try await daemon.ask(.rosterTick(order), TickReport.self)
    }

    private func person(_ daemon: LiveDaemon, _ surname: String) async throws -> RecordView {
        try #require(try await daemon.rows(.find(text: surname), RecordView.self).first)
    }

    @Test func `S16: ticks on paper come in by the numbers of the list that was printed`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let names = ["Коваль", "Бойко", "Ткач", "Мельник", "Савчук"]
        func text(_ names: [String]) -> String {
            "№;ПІБ\n" + names.enumerated().map { "\($0 + 1);\($1) Петро\n" }.joined()
        }
        let first = try await take(gate, text(names), revision: 1)
        // One is gone from the next, and one is new before them all: all numbers are others.
        let second = try await take(
            gate, text(["Новий"] + names.filter { $0 != "Ткач" }), revision: 2)

        let onFirst = try await tick(
            gate,
            TickOrder(list: first, lines: ["1-2,9", "4"], by: "Оксана", vehicle: "bus 3"))
        #expect(onFirst.ticked == ["1", "2", "4"] && onFirst.missing == ["9"])
        for name in ["Коваль", "Бойко", "Мельник"] {
            let arrival = try await person(gate, name).fields["arrival"]?.values.first
            #expect(arrival?.content == .event(stage: "1", time: nil))
            #expect(arrival?.witnesses.first?.source == "from paper, by Оксана")
            #expect(arrival?.witnesses.first?.operator == "ann")
            let vehicle = try await person(gate, name).fields["arrival_vehicle"]?.values.first
            #expect(vehicle?.content == .text("bus 3@1"))
        }
        let vehicles = try await gate.ask(.tally(stage: nil), TallyReport.self).vehicles
        #expect(vehicles.map(\.registered) == [RangeReport(least: 3, most: 3)])
        let seated = TickOrder(list: first, lines: ["3"], event: "absent", vehicle: "bus 3")
        #expect(try await gate.error(of: .rosterTick(seated))?.code == .badValue)
        let onSecond = try await tick(
            gate, TickOrder(list: second, lines: ["1-5"], time: "2026-03-01T09:30Z"))
        #expect(onSecond.ticked == ["1", "5"] && onSecond.known == ["2", "3", "4"])
        #expect(
            try await person(gate, "Савчук").fields["arrival"]?.values.first?.witnesses.first?
                .source == "from paper, by ann")
        #expect(try await person(gate, "Ткач").fields["arrival"] == nil)
        let absent = try await tick(gate, TickOrder(list: first, lines: ["3"], event: "absent"))
        #expect(absent.ticked == ["3"])
        #expect(
            try await gate.error(
                of: .rosterTick(TickOrder(list: first, lines: ["1"], event: "rank")))?.code
                == .badValue)
        try await gate.stop()
    }

    @Test func `S1: two records are one person, and two again when it is taken back`() async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        var ids: [String] = []
        for _ in 0..<2 {
            let fields = [("surname", "Коваль"), ("detained_by", "a"), ("arrival", "1")]
            ids.append(
                try await gate.ask(
                    .add(
                        fields: fields.map { FieldValue(field: $0.0, value: $0.1) }, source: nil,
                        operator: nil), WriteReport.self
                ).record)
        }
        func present() async throws -> Int? {
            let rows = try await gate.rows(.tally(stage: "1"), TallyRow.self)
            return rows.first { $0.direction == "a_to_b" && $0.what == "present" }?.all.most
        }
        func link(_ one: String, _ other: String, _ kind: String) -> ControlRequest {
            .link(LinkOrder(one: one, other: other, kind: kind, reason: "seen together"))
        }
        #expect(try await present() == 2)
        try await gate.ask(link(ids[0], ids[1], "same"))
        #expect(try await present() == 1)
        #expect(try await gate.error(of: link(ids[1], ids[0], "not_same"))?.code == .badValue)
        // Said from the other side too, it is taken back as one.
        try await gate.ask(link(ids[1], ids[0], "same"))
        try await gate.ask(link(ids[1], ids[0], "withdraw"))
        #expect(try await present() == 2)
        #expect(
            try await gate.error(of: link(ids[0], ids[1], "withdraw"))?.code == .nothingToRemove)
        try await gate.ask(link(ids[0], ids[1], "not_same"))
        #expect(try await gate.error(of: link(ids[0], ids[0], "same"))?.code == .badValue)
        #expect(try await gate.error(of: link(ids[0], ids[1], "same"))?.code == .badValue)
        let history = try await gate.rows(.history(id: ids[0]), HistoryRow.self)
        #expect(history.contains { $0.field == "not_same_as" && $0.reason == "seen together" })
        try await gate.stop()
    }
}
