import ArgumentParser
import Foundation
import RollcallControl

/// The options that every command takes, before or after its name.
struct SharedOptions: ParsableArguments {
    @Option(help: "The home directory. (else $ROLLCALL_HOME, else the data directory)")
    var home: String?

    @Flag(help: "Print JSON: one object, or one a line for lists.")
    var json = false
}

/// A command that is one request to the daemon, and how its answers read.
protocol DaemonCommand: ParsableCommand {
    var shared: SharedOptions { get }

    /// Whether the text names nodes, so that their names must be asked for first.
    static var namesNodes: Bool { get }

    /// So many rows are laid out as one table; a longer list is printed in parts.
    static var rowsPerTable: Int { get }

    /// Whether what comes after the rows is a word to a person, which a script does not get.
    static var isResultForPeople: Bool { get }

    /// The same, where it depends on what was asked.
    var isResultForPeople: Bool { get }

    /// The request; what was typed is judged here, as far as it can be without the daemon.
    func request(in directory: String) throws -> ControlRequest

    /// Makes the request from what must be asked of a person, such as a code.
    func request(in directory: String, asking console: Console) throws -> ControlRequest

    /// The text of some rows, the first of which is the row `start` of all.
    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String

    func text(ofInterim json: Data, names: NodeNames) throws -> String
    func text(ofResult json: Data, names: NodeNames) throws -> String

    /// What is to be done about an interim object, once it is printed.
    func answer(interim json: Data, console: Console) throws

    /// Throws where the result, already printed, means that the command failed.
    func judge(result json: Data) throws

    /// What a person may be asked for next, once all is printed and well.
    func follow(result json: Data, console: Console) throws
}

extension DaemonCommand {
    static var namesNodes: Bool { false }
    static var rowsPerTable: Int { 400 }
    static var isResultForPeople: Bool { false }
    var isResultForPeople: Bool { Self.isResultForPeople }

    func request(in directory: String, asking console: Console) throws -> ControlRequest {
        try request(in: directory)
    }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        try rows.map { try text(ofResult: $0, names: names) }.joined(separator: "\n")
    }

    func text(ofInterim json: Data, names: NodeNames) throws -> String {
        try text(ofResult: json, names: names)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        String(decoding: json, as: UTF8.self)
    }

    func answer(interim json: Data, console: Console) throws {}
    func judge(result json: Data) throws {}
    func follow(result json: Data, console: Console) throws {}
}

/// What people call the nodes; a node without a name goes by the start of its id.
struct NodeNames {
    private var names: [String: String] = [:]

    init() {}

    init(_ status: StatusReport) {
        names[status.node] = status.name
        for peer in status.peers {
            names[peer.node] = peer.name
        }
    }

    mutating func note(_ member: MemberReport) {
        if !member.name.isEmpty { names[member.node] = member.name }
    }

    subscript(node: String) -> String {
        names[node] ?? String(node.prefix(6))
    }
}
