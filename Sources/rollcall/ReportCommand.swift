import ArgumentParser
import Foundation
import RollcallControl

/// The sheet of a stage as text: what is counted, and who does not fit.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write the sheet of a stage: numbers, and what does not fit.",
        discussion: Sentences.reportDiscussion)

    @OptionGroup var shared: SharedOptions
    @Option(help: "One stage alone.") var stage: String?

    func run() throws {
        let client = try ControlClient(home: Home(option: shared.home))
        let sheet = try Sheet(of: stage, from: client)
        let console = Console(asJSON: shared.json)
        if shared.json {
            try console.print(json: try ControlJSON.encode(sheet))
        } else {
            try console.print(sheet.text)
        }
        try console.flush()
    }
}

/// All that a sheet says, as of one moment.
struct Sheet: Encodable {
    let title: String?
    let laptop: String?
    let asOf: String
    let fingerprint: String?
    let tally: [TallyRow]
    let report: TallyReport
    let discrepancies: [DiscrepancyReport]
    /// Line and name of each record that a discrepancy is about; whoever is withheld from paper has none.
    let people: [String: String]

    enum CodingKeys: String, CodingKey {
        case title, laptop, fingerprint, tally, report, discrepancies, people
        case asOf = "as_of"
    }

    init(of stage: String?, from client: ControlClient) throws {
        func rows<Row: Decodable>(_ request: ControlRequest, _ row: Row.Type) throws -> [Row] {
            var rows: [Row] = []
            _ = try client.send(
                request, onRow: { rows.append(try ControlJSON.decode(Row.self, from: $0)) })
            return rows
        }
        func result<Report: Decodable>(
            _ json: Data?, _ report: Report.Type
        ) throws -> Report {
            guard let json else { throw ControlError(.internal, "the daemon said nothing") }
            return try ControlJSON.decode(Report.self, from: json)
        }
        // A sheet may be printed or kept: it is in the custody log before anything is told.
        _ = try client.send(.printed())
        let status = try result(try client.send(.status()), StatusReport.self)
        (title, laptop, fingerprint) = (status.title, status.name, status.fingerprint)
        asOf = UTCTime.text(millisecondsSince1970: Int64(Date().timeIntervalSince1970 * 1_000))
        var counted: [TallyRow] = []
        let below = try client.send(
            .tally(stage: stage),
            onRow: { counted.append(try ControlJSON.decode(TallyRow.self, from: $0)) })
        tally = counted
        report = try result(below, TallyReport.self)
        let found = try rows(.discrepancies, DiscrepancyReport.self)
            .filter { stage == nil || $0.stage == nil || $0.stage == stage }
        discrepancies = found
        let about = Set(found.flatMap(\.records))
        people = try rows(.people(records: Array(about)), PersonRow.self)
            .filter { !$0.withheldFrom.contains("own") }
            .reduce(into: [:]) { names, person in
                for record in person.records { names[record] = Sentences.onSheet(person) }
            }
    }

    var text: String {
        var found = Table(["what", "stage", "who", "about"])
        for one in discrepancies {
            var who: [String] = []
            for record in one.records {
                let name = people[record] ?? record
                if !who.contains(name) { who.append(name) }
            }
            found.add([
                one.kind.replacing("_", with: " "), one.stage ?? "-",
                who.joined(separator: " | "), one.about.joined(separator: ", "),
            ])
        }
        let parts = [
            Sentences.sheetHead(self), Sentences.table(of: tally), Sentences.tally(report),
            discrepancies.isEmpty ? Sentences.allFits : found.text, Sentences.sheetNotice,
        ]
        return parts.joined(separator: "\n\n")
    }
}
