import Foundation
import RollcallControl

/// One command from its request to the last line of its answer.
struct Conversation {
    var console: Console

    /// What happens to each part of an answer as it comes.
    struct Listener {
        var onRow: (Data) throws -> Void
        var onProgress: (ProgressReport) throws -> Void
        var onInterim: (Data) throws -> Void
    }

    func run(_ command: some DaemonCommand) throws {
        let directory = FileManager.default.currentDirectoryPath
        let request = try command.request(in: directory, asking: console)
        let client = try ControlClient(home: Home(option: command.shared.home))
        try take(names: names(for: command, from: client), of: command) { listener in
            try client.send(
                request, onRow: listener.onRow, onProgress: listener.onProgress,
                onInterim: listener.onInterim)
        }
    }

    /// Prints what an answer brings; the rows that came before an error too.
    func take<Command: DaemonCommand>(
        names: NodeNames, of command: Command, from answer: (Listener) throws -> Data?
    ) throws {
        let progress = ProgressLine(console: console)
        var rows: [Data] = []
        var printed = 0

        func printRows() throws {
            guard !rows.isEmpty else { return }
            progress.wipe()
            try console.print(command.text(ofRows: rows, from: printed, names: names))
            printed += rows.count
            rows.removeAll(keepingCapacity: true)
            if Command.rowsPerTable == 1 { try console.flush() }
        }

        let listener = Listener(
            onRow: { json in
                guard console.asJSON else {
                    rows.append(json)
                    if rows.count == Command.rowsPerTable { try printRows() }
                    return
                }
                try console.print(json: json)
                if Command.rowsPerTable == 1 { try console.flush() }
            },
            onProgress: { progress.show($0) },
            onInterim: { json in
                progress.wipe()
                try show(json, console.asJSON ? nil : command.text(ofInterim: json, names: names))
                try command.answer(interim: json, console: console)
            })
        defer { progress.wipe() }
        let result: Data?
        do {
            result = try answer(listener)
        } catch {
            try printRows()
            throw error
        }
        try printRows()
        guard let result, !(console.asJSON && command.isResultForPeople) else {
            return try console.flush()
        }
        progress.wipe()
        try show(result, console.asJSON ? nil : command.text(ofResult: result, names: names))
        try command.judge(result: result)
        try command.follow(result: result, console: console)
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
        var names = NodeNames()
        guard Command.namesNodes, !console.asJSON else { return names }
        // Not from `status`, which has all records summed up after each change. Those who were taken out are among these, too.
        _ = try? client.send(
            .members,
            onRow: { json in
                names.note(try ControlJSON.decode(MemberReport.self, from: json))
            })
        return names
    }
}
