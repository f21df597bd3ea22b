import ArgumentParser
import Foundation
import Glibc
import RollcallControl

struct OpenCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Open this laptop's page in the browser.",
        discussion: Sentences.openDiscussion)

    @OptionGroup var shared: SharedOptions
    @Option(help: "The page's language: uk, en or ru. (else the system's)") var language: String?
    @Flag(name: .customLong("print"), help: "Print the address, and start no browser.")
    var printsOnly = false

    func validate() throws {
        guard language.map({ ["uk", "en", "ru"].contains($0) }) ?? true else {
            throw ValidationError("--language is uk, en or ru")
        }
    }

    func request(in directory: String) throws -> ControlRequest { .open }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        try address(json)
    }

    func follow(result json: Data, console: Console) throws {
        guard !printsOnly, !console.asJSON else { return }
        let browser = Process()
        browser.executableURL = URL(filePath: "/usr/bin/env")
        browser.arguments = ["xdg-open", try address(json)]
        browser.standardOutput = FileHandle.nullDevice
        browser.standardError = FileHandle.nullDevice
        try? browser.run()
        browser.waitUntilExit()
        guard browser.terminationStatus == 0 else {
            throw ControlError(
                .unreachable, "no browser could be started",
                hint: "give the address above to one on this laptop, within two minutes")
        }
    }

    private func address(_ json: Data) throws -> String {
        let address = try ControlJSON.decode(PageReport.self, from: json).address
        return language.map { "\(address),\($0)" } ?? address
    }
}

struct PeopleCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "people", abstract: "List everybody in the exchange, and how far they came.")

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .people() }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        var table = Table(["record", "line", "name", "born", "step", "identity", ""])
        for row in rows {
            let person = try ControlJSON.decode(PersonRow.self, from: row)
            func said(_ field: String) -> String {
                (person.texts[field] ?? []).joined(separator: " | ")
            }
            let name = ["surname", "given_name", "patronymic"].map(said).filter { !$0.isEmpty }
            table.add([
                person.record, said("line_number"), name.joined(separator: " "),
                said("birth_date"), person.step.replacing("_", with: " "), person.identity,
                Sentences.open(person),
            ])
        }
        return table.text
    }
}

struct FieldsCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "fields", abstract: "List the fields that a record may have.")

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .fields }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        var table = Table(["field", "about", "what", "class", "basis"])
        for row in rows {
            let field = try ControlJSON.decode(FieldReport.self, from: row)
            guard field.type != "program" else { continue }
            let what = field.choices.isEmpty ? field.type : field.choices.joined(separator: ", ")
            table.add([
                field.field, field.group, what + (field.kind == "single" ? "" : " (\(field.kind))"),
                field.sensitivity + (field.readable ? "" : ", sealed here"), field.basis,
            ])
        }
        return table.text
    }
}
