public import RollcallCore

/// A person's mark on a field's value, and whether it still says something about what is there now.
public struct VerificationMark: Equatable, Sendable {
    public var verification: Verification
    /// Who set it, when, and from which source.
    public var claim: Claim
    /// Whether what was checked is still the field's only value.
    public var stands: Bool

    /// The marks on one field, in canonical order.
    ///
    /// A mark lapses when a value that it names was replaced or erased, or another stands beside it. In a set, where several
    /// stand side by side, only what happens to the checked one counts.
    ///
    /// - Parameters:
    ///   - siblings: The field's values; nil where it has none.
    ///   - marks: The values of the field `verification` of the same record.
    ///   - names: Dots as bodies name them.
    public static func all(
        of field: FieldNumber, _ siblings: Siblings?, marks: Siblings?,
        names: (Dot) -> NamedDot
    ) -> [VerificationMark] {
        let values = siblings?.values ?? []
        let live = values.map { value in Set(value.witnesses.map { names($0.dot) }) }
        return (marks?.values ?? []).flatMap { value -> [VerificationMark] in
            guard case .verification(let verification) = value.content,
                verification.field == field
            else { return [] }
            let isAlone = values.count == 1 || field.kind == .set
            let stands = isAlone && live.contains { verification.checked.isSubset(of: $0) }
            return value.witnesses.map {
                VerificationMark(verification: verification, claim: $0, stands: stands)
            }
        }
    }
}
