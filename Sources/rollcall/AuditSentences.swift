import RollcallAudit
import RollcallControl
import RollcallCore
import RollcallTrust

/// What `audit` says: of a file that is good how much is in it, of another what is wrong and where.
enum AuditSentences {
    static let discussion = """
        Nothing else is needed: no daemon, no home, no key. Whether it is the register that you mean, only its \
        id on paper can say: give it with --register.
        """
    static let unreadable = "the file cannot be read"
    static let noIdentity =
        "a line of the file is no key that opens: AGE-SECRET-KEY-1 and 58 letters"
    static let otherRegisterHint = "compare all digits with what was written down at the founding"

    static func badRegister(_ count: Int) -> String {
        "a register or a node has \(count) letters and digits, "
            + "or in nine groups of three one more, by which a wrong one shows"
    }

    static func otherRegister(_ findings: AuditFindings) -> String {
        "the file is good, and of another register: \(findings.register), "
            + "founded by \(findings.founderText)"
    }

    // MARK: - what is wrong

    static func sentence(of refusal: AuditRefusal) -> String {
        "\(sentence(refusal.reason)): \(place(refusal.place))"
    }

    static func hint(_ reason: AuditRefusal.Reason) -> String? {
        switch reason {
        case .damaged(let error) where error.refusal == .sealedForOthers:
            "give the file of keys with --identity, or have the bundle made for your key: "
                + "`rollcall export --all --full --to age1...`"
        case .damaged: "one byte is enough: have the file copied or made anew"
        case .notFull: "make it with `rollcall export --all --full`"
        case .noGenesis:
            "the founder's laptop writes one when it next lets in or takes out a laptop"
        case .falseRun, .fork, .notAMember, .gap, .notAsListed:
            "this is no damage of a stick: whoever made the file made it so"
        }
    }

    private static func sentence(_ reason: AuditRefusal.Reason) -> String {
        switch reason {
        case .damaged(let error) where error.refusal == .sealedForOthers:
            "the file is sealed, and nothing was given that opens it"
        case .damaged(let error): "the file is damaged, \(error)"
        case .falseRun: "changes are not what their author signed"
        case .fork: "two contents under one number"
        case .notAMember(let node): "node \(node.text) signed and was let in by nobody"
        case .gap: "changes follow what is not in the file"
        case .notAsListed(let replica):
            "the file does not hold what it lists of replica \(replica.text) of node \(replica.node.text)"
        case .notFull: "this is no full bundle, and what it begins with cannot be checked"
        case .noGenesis: "nothing in the file says who founded the register"
        }
    }

    static func place(_ place: AuditPlace) -> String {
        var text =
            "\(part(place.part)), bytes \(place.bytes.lowerBound) to \(place.bytes.upperBound - 1)"
        if place.bytes.isEmpty { text = "\(part(place.part)), at byte \(place.bytes.lowerBound)" }
        if let run = place.run {
            let name = place.name.map { "\(shown($0)), " } ?? ""
            let lane = run.replica.lane == .control ? "control changes" : "changes"
            text +=
                ", which holds \(lane) \(run.first) to \(run.last) of replica "
                + "\(run.replica.text) of \(name)node \(run.replica.node.text)"
        }
        return text
    }

    private static func part(_ part: AuditPlace.Part) -> String {
        switch part {
        case .start: "its start"
        case .manifest: "its manifest"
        case .chunk(let number, let count): "chunk \(number) of \(count)"
        case .end: "behind its last chunk"
        }
    }

    // MARK: - what is in it

    static func text(of report: AuditReport) -> String {
        let names = Dictionary(
            report.members.map { ($0.node, $0.name) }, uniquingKeysWith: { first, _ in first })
        func named(_ node: String) -> String {
            names[node].flatMap { $0.isEmpty ? nil : $0 } ?? String(node.prefix(6))
        }
        var facts = Table()
        facts.add(["register", "\(report.title), \(report.register)"])
        facts.add(["founder", named(report.founder.node) + ", node \(report.founder.node)"])
        let time = report.createdAt.map(Sentences.time) ?? "no time stated"
        facts.add(["made by", "\(named(report.source.node)), node \(report.source.node), \(time)"])
        facts.add(["holds", holds(report)])
        facts.add(["fingerprint", report.fingerprint])
        facts.add(["signatures", "\(counted(report.signatures)) good"])
        var replicas = Table(["replica", "laptop", "lane", "changes"])
        for replica in report.replicas {
            replicas.add([
                replica.replica, named(replica.node), replica.lane, counted(replica.height),
            ])
        }
        var parts = [facts.text, replicas.text]
        if !report.quarantined.isEmpty { parts.append(quarantined(report, named)) }
        return (parts + [conclusion(report)]).joined(separator: "\n")
    }

    private static func holds(_ report: AuditReport) -> String {
        let waiting = report.quarantined.reduce(0) { $0 + $1.to - $1.from + 1 }
        return [
            counted(report.records, "record"), counted(report.changes, "change"),
            counted(report.conflicts, "conflict"), "\(counted(report.erased)) erased",
            "\(counted(waiting)) quarantined",
        ].joined(separator: ", ")
    }

    private static func quarantined(
        _ report: AuditReport, _ named: (String) -> String
    ) -> String {
        var table = Table(["quarantined", "laptop", "changes", "why"])
        for run in report.quarantined {
            table.add([run.replica, named(run.node), "\(run.from) to \(run.to)", run.reason])
        }
        return table.text
    }

    private static func conclusion(_ report: AuditReport) -> String {
        report.isOfRegister
            ? "all of it was written by whom it says, and it is the register that you named"
            : "the file is good in itself; whether it is the register that you mean, only --register can tell"
    }

    static func why(_ why: AuditFindings.Why) -> String {
        switch why {
        case .takenOut(let reasons): "taken out: \(reasons.joined(separator: "; "))"
        case .notAdmitted: "what let it in does not count any more"
        case .observer: "it may only read"
        case .writtenTwice: "one number, two contents"
        }
    }
}

extension AuditReport {
    init(_ findings: AuditFindings, isOfRegister: Bool) {
        func named(_ node: NodeID) -> NamedNode {
            NamedNode(node: node.text, name: findings.name(of: node))
        }
        let created = Int64(clamping: findings.createdAt)
        self.init(
            register: findings.register, title: findings.title, founder: named(findings.founder),
            source: named(findings.source),
            createdAt: created == 0 ? nil : UTCTime.text(millisecondsSince1970: created),
            members: findings.nodes.map { node in
                MemberReport(
                    node: node.node.text, name: node.name,
                    role: node.role.flatMap(Role.init).map { "\($0)" } ?? "none", isThis: false,
                    revokedFor: node.revokedFor)
            },
            replicas: findings.replicas.map { replica in
                AuditReport.Replica(
                    replica: replica.id.text, node: replica.id.node.text,
                    lane: replica.id.lane.isControl ? "control" : "data",
                    height: Int(clamping: replica.height))
            },
            records: findings.records, changes: findings.controlChanges + findings.dataChanges,
            conflicts: findings.conflicts, erased: findings.erased,
            quarantined: findings.waiting.map { run in
                AuditReport.Quarantined(
                    replica: run.replica.text, node: run.replica.node.text,
                    from: Int(clamping: run.first), to: Int(clamping: run.last),
                    reason: AuditSentences.why(run.why))
            },
            signatures: findings.signatures.count,
            fingerprint: findings.fingerprint.map { byte in
                String([byte >> 4, byte & 15].map { Character(String($0, radix: 16)) })
            }.joined(), isOfRegister: isOfRegister)
    }
}
