import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire

/// Writes down what a frame says, in words.
struct FrameText {
    var names = TranscriptNames()
    private var sessions: [SessionID: (table: ReplicaTable, numbering: SessionReplicas)] = [:]

    static let fieldNames: [FieldNumber: String] = [
        Fields.surname: "surname", Fields.givenName: "given_name", Fields.blood: "blood",
        Fields.alias: "alias",
        Fields.arrival: "arrival", Fields.note: "note", .removed: "removed", .entry: "entry",
    ]

    mutating func lines(_ entry: Trace.Entry, _ world: World) throws -> [String] {
        let from = world.laptops[entry.from].name
        let to = entry.to.map { world.laptops[$0].name } ?? "-"
        let (summary, details) = try say(entry.type, entry.message, entry.session)
        let size = "\(entry.message.count) \(entry.message.count == 1 ? "byte" : "bytes")"
        let head = "\(from) > \(to)  \(entry.type), \(size)\(summary.isEmpty ? "" : ": \(summary)")"
        return [head] + details.map { "    \($0)" }
    }

    private mutating func say(
        _ type: FrameType, _ message: [UInt8], _ session: SessionID
    ) throws -> (String, [String]) {
        switch type {
        case .hello: return (hello(try Hello(message)), [])
        case .have: return (have(try Have(message)), [])
        case .sift: return sift(try Sift(message))
        case .plan:
            let plan = try Plan(message)
            return ("\(plan.controlChanges) control, \(plan.dataChanges) data", [])
        case .changes:
            var known = sessions[session] ?? (ReplicaTable(), SessionReplicas())
            let changes = try ChangesMessage(
                message, table: &known.table, numbering: &known.numbering)
            sessions[session] = known
            return say(changes, known.table)
        case .ack:
            return (
                try Ack(message).entries.map { "\(names.name(tag: $0.tag)) \($0.height)" }.joined(
                    separator: ", "), []
            )
        case .trace:
            let trace = try RollcallWire.Trace(message)
            let heights = trace.points.map { "\($0.height)" }.joined(separator: " ")
            return ("\(names.name(tag: trace.tag)) at \(heights)", [])
        case .credit: return ("\(try Credit(message).byteCount)", [])
        case .bye:
            let bye = try Bye(message)
            return ("\(bye.knownReason.map { "\($0)" } ?? "\(bye.reason)"), \"\(bye.text)\"", [])
        case .admission:
            return (
                "",
                try Admission(message).messages.flatMap { bytes in
                    var table = ReplicaTable()
                    var numbering = SessionReplicas()
                    let (run, changes) = say(
                        try ChangesMessage(bytes, table: &table, numbering: &numbering), table)
                    return [run] + changes.map { "  \($0)" }
                }
            )
        case .joinRequest: return ("\"\(try JoinRequest(message).name)\"", [])
        case .joinOffer: return ("\"\(try JoinOffer(message).name)\"", [])
        case .joinAnswer:
            return ("register \"\(try Genesis(JoinAnswer(message).genesis).title)\"", [])
        case .joinProof: return ("of the code and of the key", [])
        case .joinAccept: return ("proof of the code", [])
        case .addresses:
            return (
                try Addresses(message).entries.map {
                    "\(names.name($0.node)) at \($0.addresses.joined(separator: " "))"
                }.joined(separator: ", "), []
            )
        case .joinAdmitted, .ping, .manifest: return ("", [])
        }
    }

    private mutating func hello(_ hello: Hello) -> String {
        let earlier = hello.earlierNonces.map { names.name(start: $0) }.joined(separator: " ")
        let digest = names.name(digest: hello.digest)
        let base = names.name(base: hello.base)
        var text = "start \(names.name(start: hello.startNonce))"
        if !earlier.isEmpty { text += " after \(earlier)" }
        text += ", digest \(digest), base \(base)"
        if hello.base != 0 { text += ", changed: \(entries(hello.changed))" }
        return text
    }

    private func entries(_ entries: [HaveEntry]) -> String {
        entries.isEmpty
            ? "nothing"
            : entries.map { "\(names.name(tag: $0.tag)) \($0.height)" }.sorted().joined(
                separator: ", ")
    }

    private func have(_ have: Have) -> String {
        var parts = ["live \(entries(have.live))"]
        if !have.held.isEmpty {
            parts.append(
                "held "
                    + have.held.map { "\(names.name(tag: $0.tag)) \($0.first) to \($0.last)" }
                    .joined(separator: ", "))
        }
        if !have.ended.isEmpty {
            let ended = have.ended.map { "\($0.count) of \(names.name(nodeTag: $0.nodeTag))" }
                .sorted()
            parts.append("ended " + ended.joined(separator: ", "))
        }
        return parts.joined(separator: "; ")
    }

    private func sift(_ sift: Sift) -> (String, [String]) {
        let ranges = sift.ranges.map { range in
            let part =
                switch range.part {
                case .digest(let count, _): "a digest of \(count)"
                case .list(let list, let wantsAnswer):
                    "\(entries(list))\(wantsAnswer ? "; and you?" : "")"
                case .equal: "equal"
                }
            let isAll = range.lowest == 0 && range.highest == .max
            return isAll ? part : "a part of the tags: \(part)"
        }
        return ("\(names.name(nodeTag: sift.nodeTag))'s", ranges)
    }

    // MARK: - changes

    private func say(_ message: ChangesMessage, _ table: ReplicaTable) -> (String, [String]) {
        let id = table[message.replica]
        let range =
            message.first == message.last
            ? "\(message.first)" : "\(message.first) to \(message.last)"
        let segments = message.segments.count == 1 ? "" : " in \(message.segments.count) segments"
        return (
            "\(names.name(id)) \(range)\(segments)", message.changes.map { say($0, id.lane, table) }
        )
    }

    private func say(_ change: Change, _ lane: Lane, _ table: ReplicaTable) -> String {
        var parts = change.writes.map { write in
            let body = Body(change.bodies, write.body)
            let name = Self.fieldNames[write.field] ?? "field \(write.field.rawValue)"
            let value =
                lane == .control
                ? entry(change.kind, body.content) : "\(name)=\(body.content.shown)"
            guard !write.names.isEmpty else { return value }
            return
                "\(value) instead of \(write.names.map { names.name($0, table) }.joined(separator: " "))"
        }
        parts += Self.ended(change).map {
            "ends \(names.name(ReplicaID(node: table[change.dot.replica].node, lane: lane, incarnation: $0.incarnation))) at \($0.height)"
        }
        let record = change.record == change.dot ? "" : " of \(names.name(change.record, table))"
        return
            "\(names.name(change.dot, table))\(lane == .data ? record : ""): \(parts.joined(separator: ", "))"
    }

    private func entry(_ kind: UInt64, _ content: Content) -> String {
        guard case .entry(let bytes) = content else { return "?" }
        if kind == ChangeKind.member, let member = try? MemberEntry(bytes) {
            return "member \"\(member.name)\""
        }
        if let entry = try? OperatorEntry(bytes) { return "operator \"\(entry.name)\"" }
        return "?"
    }

    /// The heads that a first change ends (R-4.5).
    private static func ended(_ change: Change) -> [(incarnation: UInt64, height: UInt64)] {
        var reader = ByteReader(change.extras)
        guard change.dot.counter == 1, (try? reader.varint("type")) == 1,
            let list = try? reader.byteString("extra")
        else { return [] }
        var entries = ByteReader(list)
        var ended: [(incarnation: UInt64, height: UInt64)] = []
        while let incarnation = try? entries.u64("incarnation"),
            let height = try? entries.varint("height"),
            (try? entries.raw(32, "hash")) != nil
        {
            ended.append((incarnation, height))
        }
        return ended
    }
}
