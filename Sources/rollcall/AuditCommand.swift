import ArgumentParser
import Foundation
import RollcallAudit
import RollcallControl
import RollcallCore
import RollcallSync
import RollcallTrust

/// Checks a file by itself: it asks no daemon, and opens no home.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Check a full bundle by itself: every signature and link.",
        discussion: AuditSentences.discussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "A bundle that was made with `rollcall export --full`.") var file: String
    @Option(
        help: ArgumentHelp(
            "The register it must be of, or the founder's node, as you have it on paper.",
            valueName: "id"))
    var register: String?
    @Option(
        help: ArgumentHelp(
            "What opens it, should it be sealed: a file of keys as age-keygen makes it.",
            valueName: "file"))
    var identity: String?

    func run() throws {
        let console = Console(asJSON: shared.json)
        let report = try report()
        if shared.json {
            try console.print(json: try ControlJSON.encode(report))
        } else {
            try console.print(AuditSentences.text(of: report))
        }
        try console.flush()
    }

    /// What the file comes to; a refusal says where in the file it is.
    func report() throws -> AuditReport {
        let wanted = try register.map(RegisterWanted.init)
        let findings: AuditFindings
        do {
            findings = try Audit.check(try EvidenceFile(file), try identities())
        } catch let refusal as AuditRefusal {
            throw ControlError(
                .badBundle, AuditSentences.sentence(of: refusal),
                hint: AuditSentences.hint(refusal.reason))
        }
        if let wanted, !wanted.is(findings) {
            throw ControlError(
                .otherRegister, AuditSentences.otherRegister(findings),
                hint: AuditSentences.otherRegisterHint)
        }
        return AuditReport(findings, isOfRegister: wanted != nil)
    }
}

extension AuditCommand {
    /// The keys of a file in which lines that begin with # say nothing.
    private func identities() throws -> [AgeIdentity] {
        guard let identity else { return [] }
        guard let text = try? String(contentsOfFile: identity, encoding: .utf8) else {
            throw ControlError(.badFile, AuditSentences.unreadable, hint: identity)
        }
        return try text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }
            .map { line in
                do throws(FormatError) {
                    return try AgeIdentity(text: String(line))
                } catch {
                    throw ControlError(.badFile, AuditSentences.noIdentity, hint: identity)
                }
            }
    }
}

/// A register's id or its founder's node, typed from paper.
struct RegisterWanted {
    private let digits: [UInt8]

    /// Whole, since a liar can find a key whose id begins like another.
    init(_ typed: String) throws {
        let plain = Digits.values(of: typed).flatMap { $0.count == Digits.count ? $0 : nil }
        guard let digits = plain ?? Digits.checkedValues(of: typed) else {
            throw ControlError(.badID, AuditSentences.badRegister(Digits.count))
        }
        self.digits = digits
    }

    func `is`(_ findings: AuditFindings) -> Bool {
        [findings.register, findings.founderText].contains { Digits.values(of: $0) == digits }
    }
}

/// A file that is looked into where it lies.
private struct EvidenceFile: FileBytes {
    private let contents: Data

    init(_ path: String) throws {
        do {
            contents = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
        } catch {
            throw ControlError(.badFile, AuditSentences.unreadable, hint: path)
        }
    }

    var byteCount: Int { contents.count }

    func bytes(at offset: Int, count: Int) -> [UInt8] {
        Array(contents.dropFirst(offset).prefix(count))
    }
}
