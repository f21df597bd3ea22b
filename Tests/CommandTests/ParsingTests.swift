import ArgumentParser
import Foundation
import RollcallControl
import Testing

@testable import rollcall

@Suite struct ParsingTests {
    /// What the program would ask the daemon, typed in the directory `/folder`.
    private func request(_ words: String...) throws -> ControlRequest {
        try request(words)
    }

    private func request(_ words: [String]) throws -> ControlRequest {
        let parsed = try Rollcall.parseAsRoot(Arguments.commandFirst(words))
        let command = try #require(parsed as? any DaemonCommand)
        return try command.request(in: "/folder")
    }

    private func code(_ body: () throws -> ControlRequest) -> ErrorCode? {
        do {
            _ = try body()
            return nil
        } catch let error as ControlError {
            return error.code
        } catch {
            return Rollcall.usageError(error, words: []).code
        }
    }

    @Test func `a repeated field makes further changes`() throws {
        #expect(
            try request("add", "alias=a", "alias=b", "note=x=y", "--source", "passport")
                == .add(
                    fields: [
                        FieldValue(field: "alias", value: "a"),
                        FieldValue(field: "alias", value: "b"),
                        FieldValue(field: "note", value: "x=y"),
                    ], source: "passport", operator: nil))
    }

    @Test func `an enquiry is shown by its id, and what a family says becomes its fields`() throws {
        #expect(try request("enquiry", "pqmj") == .enquiry(id: "pqmj"))
        #expect(
            try request(
                "enquiry", "add", "surname=Kovalchuk", "--asks", "Olena", "--contact", "067",
                "--contact", "050", "--relation", "sister", "--consent", "person")
                == .addEnquiry(
                    fields: [
                        ("surname", "Kovalchuk"), ("asker", "Olena"), ("asker_relation", "sister"),
                        ("asker_contact", "067"), ("asker_contact", "050"),
                        ("asker_consent", "person"),
                    ].map { FieldValue(field: $0.0, value: $0.1) }, operator: nil))
        #expect(
            try request("enquiries", "Koval", "Serhiy")
                == .enquiries(text: "Koval Serhiy", person: nil, limit: nil))
        #expect(code { try request("enquiries", "Koval", "--person", "pqmj") } == .usage)
        #expect(
            try request("match", "pqmj", "tk4h", "--not", "--seen", "none")
                == .match(
                    MatchOrder(enquiry: "pqmj", person: "tk4h", kind: "not_match", seen: [])))
        #expect(code { try request("match", "pqmj", "tk4h", "--not", "--withdraw") } == .usage)
        #expect(
            try request("notified", "pqmj", "--how", "phone", "--outcome", "reached")
                == .notified(NotifiedOrder(enquiry: "pqmj", how: "phone", outcome: "reached")))
        #expect(code { try request("notified", "pqmj", "--how", "phone") } == .usage)
    }

    @Test func `a join is through a laptop, or by stick`() throws {
        let who = ["--name", "t", "--operator", "b", "--no-passphrase"]
        #expect(
            try request(["join", "--request", "r", "--register", "0d3-gf1"] + who)
                == .requestToJoin(
                    path: "/folder/r", register: "0d3-gf1", name: "t", operator: "b",
                    protection: .openToAll))
        for words in [
            ["join"], ["join", "h:1", "--request", "r", "--register", "x"],
            ["join", "--request", "r"],
            ["join", "--register", "x"], ["join", "h:1", "--register", "x"],
            ["join", "--request", "r", "--register", "x", "--code-file", "f"],
        ] { #expect(code { try request(words + who) } == .usage) }
        #expect(
            try request("admit", "r", "-o", "a", "--role", "medic", "--number", "fk8h 4h21")
                == .admit(
                    path: "/folder/r", output: "/folder/a", role: "medic", number: "fk8h 4h21"))
        #expect(code { try request("admit", "r", "-o", "a") } == .usage)
    }

    @Test func `shared options stand before or after the command`() throws {
        for words in [
            ["--home", "/h", "--json", "show", "r"], ["show", "r", "--json", "--home", "/h"],
            ["--json", "show", "--home=/h", "r"], ["--home=/h", "show", "--json", "r"],
        ] {
            let parsed = try Rollcall.parseAsRoot(Arguments.commandFirst(words))
            let command = try #require(parsed as? ShowCommand)
            #expect(command.shared.home == "/h" && command.shared.json)
            #expect(command.id == "r")
        }
        #expect(
            Arguments.commandFirst(["--json", "roster", "import", "--", "--json"])
                == ["roster", "import", "--json", "--", "--json"])
    }

    @Test func `seen is what was stored, nothing, or the dots named`() throws {
        func seen(_ words: [String]) throws -> [String]? {
            guard case .set(_, _, let seen, _, _) = try request(["set", "r", "sex=m"] + words)
            else { return nil }
            return seen
        }
        #expect(try seen([]) == nil)
        #expect(try seen(["--seen", "none"]) == [])
        #expect(try seen(["--seen", "a.1,b.2", "--seen", "c.3"]) == ["a.1", "b.2", "c.3"])
        #expect(code { try request("set", "r", "f=v", "--seen", "a.1,") } == .usage)
        #expect(code { try request("set", "r", "f=v", "--seen", "none,a.1") } == .usage)
    }

    @Test func `unset takes a field or one value of a set`() throws {
        #expect(
            try request("unset", "r", "sex", "alias=a", "--state", "not_asked")
                == .unset(
                    id: "r",
                    fields: [FieldChoice(field: "sex"), FieldChoice(field: "alias", value: "a")],
                    state: "not_asked", seen: nil, source: nil, operator: nil))
    }

    @Test func `a conflict is settled by one dot or one value`() throws {
        #expect(
            try request("resolve", "r", "sex", "--keep", "a.1", "--reason", "asked")
                == .resolve(
                    id: "r", field: "sex", choice: .keep(dot: "a.1"), seen: nil,
                    reason: "asked", operator: nil))
        #expect(code { try request("resolve", "r", "sex") } == .usage)
        #expect(code { try request("resolve", "r", "s", "--keep", "a", "--value", "b") } == .usage)
    }

    @Test func `a PIN comes from a file or a person, and never from an argument`() throws {
        #expect(try request("operators") == .operators)
        #expect(try request("operators", "leave") == .leaveOperator)
        #expect(try request("operators", "remove", "Olena") == .removeOperator(name: "Olena"))
        #expect(code { try request("switch", "Olena") } == .usage)
        #expect(code { try request("switch", "Olena", "1234") } == .usage)
        #expect(code { try request("switch", "Olena", "--pin", "1234") } == .usage)
        #expect(code { try request("operators", "add", "Olena", "--role", "medic") } == .usage)
        #expect(code { try request("operators", "add", "Olena", "--pin-file", "-") } == .usage)
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).pin").path
        try Data("1234\n".utf8).write(to: URL(filePath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(
            try request("switch", "Olena", "--pin-file", file)
                == .switchOperator(name: "Olena", pin: "1234"))
        #expect(
            try request("operators", "add", "Olena", "--role", "medic", "--pin-file", file)
                == .addOperator(name: "Olena", role: "medic", pin: "1234"))
    }

    @Test func `the custody log is asked for as a whole, or of one record, person or laptop`()
        throws
    {
        #expect(try request("custody") == .custody())
        #expect(
            try request("custody", "--record", "r", "--operator", "Olena", "--node", "table 1")
                == .custody(record: "r", operator: "Olena", node: "table 1"))
    }

    @Test func `paths are absolute when sent`() throws {
        #expect(try request("backup", "b") == .backup(path: "/folder/b"))
        #expect(try request("retention") == .retention)
        #expect(
            try request("retention", "set", "2027-01-31", "--reason", "r")
                == .setRetention(end: "2027-01-31", reason: "r"))
        #expect(
            try request("retention", "set", "none", "--reason", "r")
                == .setRetention(end: nil, reason: "r"))
        #expect(
            try request("hold", "a", "b", "--reason", "r")
                == .hold(ids: ["a", "b"], all: false, lift: false, reason: "r"))
        #expect(
            try request("hold", "--all", "--lift", "--reason", "r")
                == .hold(ids: [], all: true, lift: true, reason: "r"))
        #expect(code { try request("hold", "--reason", "r") } == .usage)
        #expect(code { try request("hold", "a", "--all", "--reason", "r") } == .usage)
        #expect(code { try request("hold", "a") } == .usage)
        #expect(try request("drill", "b") == .drill(path: "/folder/b", passphrase: nil))
        #expect(
            try request("import", "a", "/b", "--preview")
                == .import(paths: ["/folder/a", "/b"], preview: true, salvage: false))
        #expect(
            try request("import", "a", "--answer", "b")
                == .import(
                    paths: ["/folder/a"], preview: false, salvage: false, answer: "/folder/b"))
        #expect(code { try request("import", "a", "--answer", "b", "--preview") } == .usage)
        #expect(
            try request("roster", "import", "l.csv", "--map", "a=b=sex", "--key", "k")
                == .rosterImport(
                    path: "/folder/l.csv", list: nil, key: "k",
                    columns: [ColumnField(column: "a=b", field: "sex")], skipBad: false))
    }

    @Test func `a bundle is for some or for all, and never for nobody`() throws {
        #expect(
            try request("export", "--for", "a,b", "-o", "f")
                == .export(BundleOrder(targets: ["a", "b"], path: "/folder/f")))
        #expect(
            try request("export", "--all", "-o", "f")
                == .export(BundleOrder(targets: [], all: true, path: "/folder/f")))
        #expect(
            try request("export", "--all", "--full", "--to", "age1x", "--to", "age1y", "-o", "f")
                == .export(
                    BundleOrder(
                        targets: [], all: true, full: true, recipients: ["age1x", "age1y"],
                        path: "/folder/f")))
        #expect(
            try request("export", "--all", "--unsealed", "--max-size", "8M", "-o", "f")
                == .export(
                    BundleOrder(
                        targets: [], all: true, sealed: false, maxBytes: 8_000_000,
                        path: "/folder/f")))
        for size in ["8", "99K", "-1M", "M", "8MB", "99999999999999G", ""] {
            #expect(
                code { try request("export", "--all", "--max-size", size, "-o", "f") } == .usage)
        }
        #expect(
            code { try request("export", "--all", "--unsealed", "--to", "age1x", "-o", "f") }
                == .usage)
        #expect(code { try request("export", "-o", "f") } == .usage)
        #expect(code { try request("export", "--all", "--for", "a", "-o", "f") } == .usage)
    }

    @Test func `six words may be one argument or six`() throws {
        let expected = ControlRequest.confirm(words: "a b c d e f")
        #expect(try request("confirm", "a b c  d e f") == expected)
        #expect(try request("confirm", "a", "b", "c", "d", "e", "f") == expected)
    }

    @Test func `other commands are asked as typed`() throws {
        #expect(try request("status") == .status())
        #expect(
            try request("init", "--name", "g", "--register", "R", "--operator", "o")
                == .initRegister(name: "g", register: "R", operator: "o"))
        #expect(try request("recovery-keys", "--yes") == .makeRecoveryKeys)
        #expect(code { try request("recover") } == .usage)
        #expect(code { try request("recover", "a-key-as-an-argument") } == .usage)
        #expect(code { try request("recover", "--key-file", "/nowhere") } == .badFile)
        #expect(try request("invite", "--wait") == .invite(minutes: 10, wait: true, yes: false))
        #expect(
            try request("invite", "--role", "medic")
                == .invite(minutes: 10, wait: false, yes: false, role: "medic"))
        #expect(try request("members") == .members)
        #expect(try request("quarantine") == .quarantine())
        #expect(try request("quarantine", "--all") == .quarantine(all: true))
        #expect(try request("quarantine", "show", "d.1") == .quarantineShow(dot: "d.1"))
        #expect(
            try request("quarantine", "adopt", "d.1", "d.2", "--reason", "on paper")
                == .judge(dots: ["d.1", "d.2"], adopt: true, reason: "on paper"))
        #expect(
            try request("quarantine", "refuse", "d.1", "--reason", "forged")
                == .judge(dots: ["d.1"], adopt: false, reason: "forged"))
        #expect(code { try request("quarantine", "adopt", "d.1") } == .usage)
        #expect(code { try request("quarantine", "adopt", "--reason", "r") } == .usage)
        #expect(
            try request("revoke", "table 1", "--reason", "lost", "--up-to", "d.1", "--up-to", "e.2")
                == .revoke(node: "table 1", reason: "lost", upTo: ["d.1", "e.2"]))
        #expect(code { try request("revoke", "table 1") } == .usage)
        #expect(
            try request("promote", "table 1") == .giveRole(node: "table 1", role: "administrator"))
        #expect(
            try request("wait", "--up-to-date", "--peer", "a", "--timeout", "1.5")
                == .waitUpToDate(peers: ["a"], timeoutSeconds: 1.5))
        #expect(
            try request("list", "--limit", "3", "--where", "sex=m")
                == .list(limit: 3, filters: [FieldValue(field: "sex", value: "m")]))
    }

    @Test(arguments: [
        ["set", "r"], ["set", "r", "novalue"], ["set", "r", "=v"], ["frob"], ["wait"],
        ["list", "--limit", "-1"], ["list", "--limit=-1"], ["find", ""], ["find", " \t"],
        ["wait", "--up-to-date", "--timeout", "-1"],
        ["join", "h:1", "--name", "n"], ["show"], ["show", "a", "b"], ["roster", "frob"],
    ])
    func `wrong usage is told as such`(words: [String]) {
        #expect(code { try request(words) } == .usage)
    }

    @Test(arguments: [
        (["list", "--limit", "-1"], Sentences.limitNotNegative),
        (["wait", "--up-to-date", "--timeout", "-1"], Sentences.timeoutNotNegative),
    ])
    func `a number below zero is told as such`(words: [String], message: String) {
        let error = #expect(throws: ControlError.self) { try request(words) }
        #expect(error?.message == message)
    }

    @Test(arguments: [-1, 0, 99_999])
    func `the daemon judges how long a code is good for`(minutes: Int) throws {
        #expect(
            try request("invite", "--minutes", "\(minutes)")
                == .invite(minutes: minutes, wait: false, yes: false))
    }

    @Test func `a code is never an argument`() {
        #expect(
            code { try request("join", "h:1", "--name", "n", "--operator", "o", "--code", "c") }
                == .usage)
    }

    @Test func `an argument that is not UTF-8 is refused by its place and field`() {
        let typed = [Array("add".utf8), Array("rank=".utf8) + [0xff]]
        let error = #expect(throws: ControlError.self) { try Arguments.words(from: typed) }
        #expect(error?.code == .notUTF8)
        #expect(error?.message == "argument 2 (rank=…) is not UTF-8")
    }
}
