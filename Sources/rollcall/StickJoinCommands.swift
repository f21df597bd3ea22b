import ArgumentParser
import Foundation
import RollcallControl

struct AdmitCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "admit",
        abstract: "Let in a laptop whose request came by stick, and write its admission.",
        discussion: Sentences.admitDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The request, as `rollcall join --request` made it.") var file: String
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The admission to make, for the new laptop.", valueName: "file"))
    var output: String
    @Option(
        help:
            "What the newcomer will be: administrator, operator, medic or observer. (else operator)"
    )
    var role: String?
    @Option(help: "The request's number, as its person read it out to you.") var number: String?

    func request(in directory: String) throws -> ControlRequest {
        guard let number else {
            throw ControlError(.usage, Sentences.noNumber, hint: Sentences.giveNumber)
        }
        return request(in: directory, number: number)
    }

    /// Shows who asks, and has the number typed: whoever only says yes has compared nothing.
    func request(in directory: String, asking console: Console) throws -> ControlRequest {
        guard number == nil, console.canAsk else { return try request(in: directory) }
        let client = try ControlClient(home: Home(option: shared.home))
        let json = try client.send(.readRequest(path: Home.absolute(file, in: directory)))
        console.say(
            Sentences.asksByStick(
                try ControlJSON.decode(NewcomerReport.self, from: json ?? Data())))
        return request(in: directory, number: console.ask(Sentences.askForNumber))
    }

    private func request(in directory: String, number: String) -> ControlRequest {
        .admit(
            path: Home.absolute(file, in: directory), output: Home.absolute(output, in: directory),
            role: role, number: number)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.admitted(try ControlJSON.decode(StickAdmissionReport.self, from: json))
    }
}
