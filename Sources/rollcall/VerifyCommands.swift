import ArgumentParser
import Foundation
import RollcallControl

struct VerifyCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Mark that a value was compared with a source.",
        discussion: Sentences.verifyDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The record.") var id: String
    @Argument(help: "The field.") var field: String
    @Option(help: "With what it was compared: a passport, a list, the person.") var source: String
    @Option(help: "confirmed, contradicted, or unable where nothing could be read.")
    var outcome = "confirmed"
    @Option(help: "Where it was compared, as you call the place.") var station = ""
    @OptionGroup var context: SeenOption
    @OptionGroup var author: OperatorOption

    func request(in directory: String) throws -> ControlRequest {
        .verify(
            VerifyOrder(
                id: id, field: field, outcome: outcome, source: source, station: station,
                seen: try TypedWords.seen(context.seen), operator: author.operator))
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.wrote(try ControlJSON.decode(WriteReport.self, from: json), verb: "marked")
    }
}

struct UnverifyCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "unverify", abstract: "Take back the marks on a field.")

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The record.") var id: String
    @Argument(help: "The field.") var field: String
    @OptionGroup var author: OperatorOption

    func request(in directory: String) throws -> ControlRequest {
        .unverify(id: id, field: field, operator: author.operator)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.wrote(try ControlJSON.decode(WriteReport.self, from: json), verb: "unmarked")
    }
}
