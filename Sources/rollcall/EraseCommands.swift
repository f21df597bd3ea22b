import ArgumentParser
import Foundation
import RollcallControl

struct EraseCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Destroy all that is known of a person, on every laptop.",
        discussion: Sentences.eraseDiscussion)
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The records.") var ids: [String]
    @Option(help: "Why, for all to read; name nobody.") var reason: String
    @Flag(help: "Do not ask.") var yes = false

    func request(in directory: String) throws -> ControlRequest {
        .erase(ids: ids, reason: reason)
    }

    func request(in directory: String, asking console: Console) throws -> ControlRequest {
        if yes { return try request(in: directory) }
        guard console.canAsk else { throw ControlError(.usage, Sentences.sayYes) }
        guard console.confirms(Sentences.eraseQuestion(ids.count)) else {
            throw ControlError(.notAllowed, Sentences.notErased)
        }
        return try request(in: directory)
    }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        let files = try rows.flatMap { try ControlJSON.decode(ErasureReport.self, from: $0).files }
        return try ErasuresPage.text(ofRows: rows, names) + "\n" + Sentences.whereCopiesAre
            + (files.isEmpty ? "" : "\n" + Sentences.filesKept(Set(files).sorted()))
    }
}

struct ErasuresCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "erasures", abstract: "List what was erased, and which laptops have done it.")
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .erasures }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        try ErasuresPage.text(ofRows: rows, names)
    }
}

private enum ErasuresPage {
    static func text(ofRows rows: [Data], _ names: NodeNames) throws -> String {
        var table = Table([
            "record", "erased", "on", "gone on", "not heard from", "written since", "why",
            "under hold",
        ])
        for row in rows {
            let report = try ControlJSON.decode(ErasureReport.self, from: row)
            table.add([
                report.record, report.erasedAt.map(Sentences.time) ?? "?", names[report.by],
                list(report.heard), list(report.unheard), report.hasLate ? "yes" : "-",
                report.reason, report.holds.isEmpty ? "-" : report.holds.joined(separator: "; "),
            ])
        }
        return table.text
    }

    private static func list(_ nodes: [NamedNode]) -> String {
        nodes.isEmpty
            ? "-" : nodes.map { $0.name ?? String($0.node.prefix(6)) }.joined(separator: ", ")
    }
}
