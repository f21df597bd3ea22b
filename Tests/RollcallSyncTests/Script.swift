import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// What a script says that no reader understands.
struct ScriptError: Error, CustomStringConvertible {
    var line: String
    var description: String { "what is: \(line)" }
}

/// Plays a script of a few laptops, command by command, and writes down what they said.
final class Script {
    private var world: World?
    private var trace: Trace?
    private var text = FrameText()
    private var records: [String: GlobalDot] = [:]
    private var sticks: [String: Stick] = [:]
    private var copies: [String: String] = [:]
    private var codes: [Int: JoinCode] = [:]
    private var lives: UInt64 = 0

    /// The file with all that its commands bring about written anew.
    static func play(_ file: String) throws -> String {
        let script = Script()
        var written: [String] = []
        var isOutput = false
        for line in file.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line == "----" { isOutput = true }
            if line.isEmpty { isOutput = false }
            guard !isOutput, !line.isEmpty else { continue }
            written.append(line)
            guard !line.hasPrefix("#") else { continue }
            written += ["----"] + (try script.play(line: line)) + [""]
        }
        return written.joined(separator: "\n")
    }

    private func play(line: String) throws -> [String] {
        let words = line.split(separator: " ").map(String.init)
        if words.first == "laptops" || words.first == "team" {
            try begin(Array(words.dropFirst()), isTeam: words.first == "team")
            return []
        }
        guard let world, let trace else { throw ScriptError(line: line) }
        for laptop in world.laptops { laptop.notices = [] }
        trace.clear()
        let answers = try command(words, line, world)
        text.names.note(world)
        var lines = try trace.entries.flatMap { try text.lines($0, world) }
        for laptop in world.laptops {
            lines += laptop.notices.compactMap { sentence($0) }.map { "\(laptop.name): \($0)" }
        }
        return lines + answers
    }

    /// Begins with `laptops A B`, who know of nothing, or with `team A B`, where A let in B some time ago.
    private func begin(_ names: [String], isTeam: Bool) throws {
        let world = try World(names, seed: 1)
        for node in world.laptops { node.laptop.ownAddresses = ["\(node.name):1".lowercased()] }
        if isTeam {
            try world.found(0)
            for index in names.indices.dropFirst() {
                try world.join(index, through: 0, address: "\(names[0]):1".lowercased())
                world.unplugAll()
            }
            text.names.note(world)
        }
        trace = Trace(world)
        self.world = world
    }

    private func command(_ words: [String], _ line: String, _ world: World) throws -> [String] {
        switch words[0] {
        case "plug": try plug(words, line, world)
        case "unplug": world.unplugAll()
        case "wait": try world.wait(.seconds(Int(words[1]) ?? 0), step: .seconds(1))
        case "show": return try show(words[1], world)
        case "compare": return try compare(world)
        default:
            guard let index = world.laptops.firstIndex(where: { $0.name == words[0] }),
                words.count > 1
            else {
                throw ScriptError(line: line)
            }
            return try act(index, words[1], Array(words.dropFirst(2)), line, world)
        }
        return []
    }

    /// `plug B A`, or with `pulled inside 3`: the third piece that is sent does not arrive whole.
    private func plug(_ words: [String], _ line: String, _ world: World) throws {
        let ends = try words[1...2].map { try laptop($0, line, world) }
        let address = "\(words[2]):1".lowercased()
        guard words.count > 3 else {
            try world.plug(ends[0], ends[1], address: address)
            return
        }
        guard let piece = words.last.flatMap({ Int($0) }) else { throw ScriptError(line: line) }
        world.isPrompt = false
        try world.plug(ends[0], ends[1], address: address)
        for _ in 1..<piece { try world.deliverOne() }
        try world.unplugAll(after: (world.nextPieceBytes ?? 0) / 2)
        world.isPrompt = true
    }

    private func laptop(_ name: String, _ line: String, _ world: World) throws -> Int {
        guard let index = world.laptops.firstIndex(where: { $0.name == name }) else {
            throw ScriptError(line: line)
        }
        return index
    }

    private func act(
        _ index: Int, _ verb: String, _ rest: [String], _ line: String, _ world: World
    ) throws -> [String] {
        switch verb {
        case "founds": try world.found(index)
        case "adds": records[rest[0]] = try world.add(index, try edits(rest.dropFirst(), line))
        case "sets": try set(index, rest, line, world)
        case "resolves":
            guard let record = records[rest[0]], case let edit = try edits(rest[1...1], line)[0],
                case .put(.text(let value)) = edit.action
            else { throw ScriptError(line: line) }
            try world.resolve(index, record, edit.field, value)
        case "invites": codes[index] = try world.invite(index, yes: rest.isEmpty)
        case "joins":
            try join(
                index, through: try laptop(rest[1], line, world), isRight: rest.count == 2, world)
        case "confirms":
            let words = world.laptops[index].laptop.newcomers.first?.words ?? ""
            _ = try world.act(index) { laptop, store, output in
                try laptop.confirm(words: words, world.moment, store, &output)
            }
        case "restarts":
            lives += 1
            try world.restart(index, seed: 100 + lives)
        case "copies": copies[rest.last ?? ""] = try world.laptops[index].backup()
        case "restores":
            lives += 1
            world.unplug(index)
            try world.laptops[index].restore(
                copies[rest.last ?? ""] ?? "", seed: 100 + lives, now: world.now)
        case "exports":
            let stick = try world.export(
                index, for: try rest.dropFirst(2).map { try laptop($0, line, world) })
            sticks[rest[0]] = stick
            return ["\(stick.changeCount) changes in \(stick.chunks.count) chunks"]
        case "takes":
            guard let stick = sticks[rest[0]] else { throw ScriptError(line: line) }
            return try take(stick, index, world)
        default: throw ScriptError(line: line)
        }
        return []
    }

    private func take(_ stick: Stick, _ index: Int, _ world: World) throws -> [String] {
        let counts = try world.take(stick, index)
        text.names.note(world)
        return ["\(counts.new) new, \(counts.known) known, \(counts.held) held"]
            + world.laptops[index].laptop.missing().map {
                "missing: \(text.names.name($0.replica)) \($0.first) to \($0.last)"
            }
    }

    private func join(_ index: Int, through inviter: Int, isRight: Bool, _ world: World) throws {
        var generator = SeededGenerator(seed: 3)
        let wrong = JoinCode(using: &generator)
        let address = "\(world.laptops[inviter].name):1".lowercased()
        try world.beginJoin(index, isRight ? codes[inviter] ?? wrong : wrong, address: address)
        try world.plug(index, inviter, address: address)
    }

    private func edits(_ words: ArraySlice<String>, _ line: String) throws -> [FieldEdit] {
        try words.map { word in
            let parts = word.split(separator: "=").map(String.init)
            guard parts.count == 2,
                let field = FrameText.fieldNames.first(where: { $0.value == parts[0] })?.key
            else {
                throw ScriptError(line: line)
            }
            return FieldEdit(field, .put(.text(parts[1])))
        }
    }

    /// `A sets r1 surname=two`, or with `seen Ad1.1`, or `seen nothing`.
    private func set(_ index: Int, _ rest: [String], _ line: String, _ world: World) throws {
        guard let record = records[rest[0]],
            case .put(.text(let value)) = try edits(rest[1...1], line)[0].action
        else { throw ScriptError(line: line) }
        let seen = rest.count > 3 ? rest[3...].compactMap { text.names.dot($0) } : nil
        try world.set(index, record, try edits(rest[1...1], line)[0].field, value, seen: seen)
    }

    // MARK: - looking

    private func show(_ name: String, _ world: World) throws -> [String] {
        guard let record = records[name] else { throw ScriptError(line: "show \(name)") }
        return try world.laptops.indices.map { index in
            let fields = try (world.view(index, record)?.fields ?? []).map { field in
                let values = field.values.map(\.content.shown).joined(separator: " | ")
                return
                    "\(FrameText.fieldNames[field.field] ?? "?")=\(values)\(field.isConflict ? " (conflict)" : "")"
            }
            return
                "\(world.laptops[index].name) has \(fields.isEmpty ? "nothing" : fields.joined(separator: ", "))"
        }
    }

    private func compare(_ world: World) throws -> [String] {
        var groups: [(fingerprint: [UInt8], names: [String])] = []
        for index in world.laptops.indices where world.laptops[index].laptop.membership != nil {
            let fingerprint = try world.fingerprint(index)
            if let group = groups.firstIndex(where: { $0.fingerprint == fingerprint }) {
                groups[group].names.append(world.laptops[index].name)
            } else {
                groups.append((fingerprint, [world.laptops[index].name]))
            }
        }
        return [groups.map { $0.names.joined(separator: " = ") }.joined(separator: ", not ")]
    }

    private func sentence(_ notice: Notice) -> String? {
        switch notice {
        case .connected(let node): "connected with \(text.names.name(node))"
        case .disconnected(let node, let reason): "lost \(text.names.name(node)): \(reason)"
        case .refused(_, let reason): "refused: \(reason)"
        case .admitted(_, let name): "let in \"\(name)\""
        case .revoked(_, let name): "took out \"\(name)\""
        case .fork(let replica, let height): "fork of \(text.names.name(replica)) at \(height)"
        case .newcomerWaits(_, let name): "\"\(name)\" waits, and shows six words"
        case .joinWords: "shows the same six words"
        case .joined(let notice): "joined by way of \(text.names.name(notice.peer))"
        case .joinFailed(let failure): "did not join: \(failure.rawValue)"
        case .joinUnproven(let left): "a join failed, \(left) more may"
        case .invitationClosed(let end): "invitation closed: \(end.rawValue)"
        }
    }
}
