import ArgumentParser
import Foundation
import RollcallControl

struct LinkCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Say whether two records are of one person.",
        discussion: Sentences.linkDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "A record.") var one: String
    @Argument(help: "Another.") var other: String
    @Flag(help: "They are of one person; so it is without a word.") var same = false
    @Flag(help: "They are not.") var notSame = false
    @Flag(help: "Take back what was said of the two.") var withdraw = false
    @Option(help: "Why.") var reason: String
    @OptionGroup var author: OperatorOption

    func request(in directory: String) throws -> ControlRequest {
        guard [same, notSame, withdraw].count(where: { $0 }) <= 1 else {
            throw ControlError(.usage, Sentences.sameOrNot)
        }
        return .link(
            LinkOrder(
                one: one, other: other,
                kind: withdraw ? "withdraw" : notSame ? "not_same" : "same", reason: reason,
                operator: author.operator))
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.wrote(
            try ControlJSON.decode(WriteReport.self, from: json),
            verb: withdraw ? "unlinked" : "linked")
    }
}

struct UnlinkCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlink", abstract: "Take back what was said of two records.")

    @OptionGroup var shared: SharedOptions
    @Argument(help: "A record.") var one: String
    @Argument(help: "Another.") var other: String
    @Option(help: "Why.") var reason: String
    @OptionGroup var author: OperatorOption

    func request(in directory: String) throws -> ControlRequest {
        .link(
            LinkOrder(
                one: one, other: other, kind: "withdraw", reason: reason,
                operator: author.operator))
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.wrote(try ControlJSON.decode(WriteReport.self, from: json), verb: "unlinked")
    }
}
