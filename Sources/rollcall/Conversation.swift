import Foundation
import RollcallControl

/// One command from its request to the last line of its answer.
struct Conversation {
    /// So many rows are laid out as one table; a longer list is printed in parts.
    static let rowsPerTable = 400

    var console: Console

    func run(_ command: some DaemonCommand) throws {
        let directory = FileManager.default.currentDirectoryPath
        let request = try command.request(in: directory, asking: console)
        let client = try ControlClient(home: Home(option: command.shared.home))
        let names = names(for: command, from: client)
        let progress = ProgressLine(console: console)
        var rows: [Data] = []
        var printed = 0

        func printRows() throws {
            guard !rows.isEmpty else { return }
            progress.wipe()
            try console.print(command.text(ofRows: rows, from: printed, names: names))
            printed += rows.count
            rows.removeAll(keepingCapacity: true)
        }

        defer { progress.wipe() }
        let result = try client.send(
            request,
            onRow: { json in
                guard !console.asJSON else { return try console.print(json: json) }
                rows.append(json)
                if rows.count == Self.rowsPerTable { try printRows() }
            },
            onProgress: { progress.show($0) },
            onInterim: { json in
                progress.wipe()
                try show(json, console.asJSON ? nil : command.text(ofInterim: json, names: names))
                try command.answer(interim: json, console: console)
            })
        try printRows()
        guard let result else { return try console.flush() }
        progress.wipe()
        try show(result, console.asJSON ? nil : command.text(ofResult: result, names: names))
        try command.judge(result: result)
    }

    /// Prints an object at once: as it came, or as its text.
    private func show(_ json: Data, _ text: String?) throws {
        if let text {
            try console.print(text)
        } else {
            try console.print(json: json)
        }
        try console.flush()
    }

    /// Asks what the nodes are called; without an answer they go by their ids.
    private func names<Command: DaemonCommand>(
        for command: Command, from client: ControlClient
    ) -> NodeNames {
        guard Command.namesNodes, !console.asJSON,
            let json = try? client.send(.status),
            let status = try? ControlJSON.decode(StatusReport.self, from: json)
        else { return NodeNames() }
        return NodeNames(status)
    }
}
