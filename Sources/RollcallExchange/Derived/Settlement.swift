public import RollcallCore

/// What somebody decided of something that does not fit, as it stood when they did.
///
/// A value of the set `settled` on the first record that it is about, as text: `CODE SUBJECT`. The subject names all that was looked at; once
/// any of it is another, nothing names it any more, and what does not fit is open again.
public struct Settlement: Equatable, Sendable {
    public enum Code: String, Sendable, CaseIterable {
        /// It is so, and somebody knows why.
        case explained
        case listWrong = "list_wrong"
        case recordWrong = "record_wrong"
        case otherSideAsked = "other_side_asked"
        case cannotBeTold = "cannot_be_told"
    }

    public var record: NamedDot
    /// The value as it stands.
    public var text: String
    public var code: Code
    /// Who decided, when and why.
    public var claim: Claim

    /// A value as people are shown it: how it was settled, and what; not each change that was looked at.
    public static func shown(_ text: String) -> String {
        text.split(separator: " ").prefix(2).joined(separator: " ")
    }

    static func parts(_ text: String) -> (code: Code, subject: String)? {
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let code = Code(rawValue: String(parts[0])) else { return nil }
        return (code, String(parts[1]))
    }
}

extension Discrepancy.Kind {
    /// The station that can tell.
    public var station: String {
        switch self {
        case .listedAbsent, .headCount: "gate"
        case .mismatch, .namesake, .duplicateCandidate, .identityUnverified: "table"
        case .effectsMissing: "transport"
        case .enquiryDoubleMatch: "family"
        case .presentUnlisted, .sameDisputed, .doubleHandover, .statusConflict, .categoryDispute,
            .takenOffAfterHandover, .revisionClash, .parityGap, .lateEvent, .unlikeClosings:
            "supervisor"
        }
    }

    /// Whether it is for a link to say what is so, and for nothing beside it.
    public var isForLinks: Bool {
        [.duplicateCandidate, .sameDisputed, .namesake, .enquiryDoubleMatch].contains(self)
    }
}

extension Exchange {
    /// All that a discrepancy was derived from, so that it is told when any of it is another: its kind, stage and words, its records, and who said
    /// what of the fields that it is about.
    func subject(of found: Discrepancy) -> String {
        let records = found.records.sorted { $0.precedes($1) }
        let fields =
            found.kind == .doubleHandover
            ? ["handover"] : found.about.filter { FieldSchema.field(named: $0) != nil }
        let claims = records.flatMap { record -> [Dot] in
            guard let place = place(of: record),
                let facts = people[place].records.first(where: { $0.name == record })
            else { return [] }
            return fields.flatMap { facts[FieldSchema.number($0)]?.values ?? [] }
                .flatMap(\.witnesses).map(\.dot)
        }
        let dots = claims.filter { Int($0.replica.rawValue) < table.count }
            .map { NamedDot(replica: table[$0.replica], counter: $0.counter) }
            .sorted { $0.precedes($1) }
        let names = [records, dots].map { $0.map(Self.text).joined(separator: ",") }
        return ([found.kind.rawValue, found.stage ?? "-", found.detail] + names)
            .joined(separator: " ")
    }

    private static func text(_ dot: NamedDot) -> String { "\(dot.replica.text).\(dot.counter)" }
}
