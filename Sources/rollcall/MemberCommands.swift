import ArgumentParser
import Foundation
import RollcallControl

struct MembersCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "List who is in the register, and who was taken out.")
    static let isResultForPeople = true

    @OptionGroup var shared: SharedOptions

    func request(in directory: String) throws -> ControlRequest { .members }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        var table = Table(["laptop", "node", "role", "reads", "standing"])
        for row in rows {
            let member = try ControlJSON.decode(MemberReport.self, from: row)
            table.add([
                member.name.isEmpty ? "-" : member.name, String(member.node.prefix(6)), member.role,
                member.reads.isEmpty ? "-" : member.reads.joined(separator: ", "),
                Sentences.standing(member),
            ])
        }
        return table.text
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.registerOfMembers(try ControlJSON.decode(MembersReport.self, from: json))
    }
}

struct RevokeCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Take a laptop out of the register for good.",
        discussion: Sentences.revokeDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "A node or its name.") var node: String
    @Option(help: "Why, for all to read.") var reason: String
    @Option(
        help: ArgumentHelp(
            "The last change of it to believe; what it wrote later waits in quarantine. Repeatable.",
            valueName: "dot"))
    var upTo: [String] = []

    func request(in directory: String) throws -> ControlRequest {
        .revoke(node: node, reason: reason, upTo: upTo)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.revoked(try ControlJSON.decode(RevokeReport.self, from: json))
    }
}

struct PromoteCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Give a laptop another role.")

    @OptionGroup var shared: SharedOptions
    @Argument(help: "A node or its name.") var node: String
    @Option(help: "administrator, operator, medic or observer.") var role = "administrator"

    func request(in directory: String) throws -> ControlRequest {
        .giveRole(node: node, role: role)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.promoted(try ControlJSON.decode(RoleReport.self, from: json))
    }
}
