/// One live write, with what a person needs to judge it.
public struct Claim: Equatable, Sendable {
    public var dot: Dot
    public var operatorDot: Dot?
    public var recordedAt: UInt64
    public var body: Body

    public init(dot: Dot, operatorDot: Dot?, recordedAt: UInt64, body: Body) {
        self.dot = dot
        self.operatorDot = operatorDot
        self.recordedAt = recordedAt
        self.body = body
    }
}

/// One value of a field, with all who claim it.
public struct Sibling: Equatable, Sendable {
    public var content: Content
    public var witnesses: [Claim]
}

/// The live values of one field of one record.
public struct Siblings: Equatable, Sendable {
    public var field: FieldNumber
    public var values: [Sibling]
    public var isConflict: Bool

    /// Groups claims by what they say.
    ///
    /// Claims come in canonical order and keep it.
    ///
    /// - Parameter recordDots: All live dots of the record outside this field: a mark that does not list
    ///   one of them is in conflict with it.
    public init(field: FieldNumber, claims: [Claim], recordDots: [NamedDot] = []) {
        self.field = field
        var values: [Sibling] = []
        var indices: [Content.Likeness: Int] = [:]
        for claim in claims {
            if case .removal = claim.body.content, [.set, .event].contains(field.kind) { continue }
            // Each entry of a log stands for itself; a lone claim, as most are, is like no other.
            if field.kind != .log, claims.count > 1 {
                let likeness = claim.body.content.likeness
                if let index = indices[likeness] {
                    values[index].witnesses.append(claim)
                    continue
                }
                indices[likeness] = values.count
            }
            values.append(Sibling(content: claim.body.content, witnesses: [claim]))
        }
        self.values = values
        isConflict = Self.isConflict(field: field, values: values, recordDots: recordDots)
    }

    private static func isConflict(
        field: FieldNumber, values: [Sibling], recordDots: [NamedDot]
    ) -> Bool {
        switch field.kind {
        case .set, .log: return false
        case .single:
            if values.count > 1 { return true }
            guard field == .removed, let value = values.first,
                case .mark(let first) = value.content, first.isRemoved
            else { return false }
            var shown: Set<NamedDot> = []
            for claim in value.witnesses {
                if case .mark(let mark) = claim.body.content { shown.formUnion(mark.shown) }
            }
            return !isPlanted(.removalHidesEdits) && recordDots.contains { !shown.contains($0) }
        case .event:
            var stages: Set<Content.Likeness> = []
            for value in values {
                let stage: String
                if case .event(let named, _) = value.content { stage = named } else { stage = "" }
                if !stages.insert(Content.text(stage).likeness).inserted { return true }
            }
            return false
        }
    }
}
