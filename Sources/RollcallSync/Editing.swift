public import RollcallCore

/// What a person asks to be written to one field.
public struct FieldEdit: Sendable {
    public enum Action: Equatable, Sendable {
        /// A value, or a state in place of one.
        case put(Content)
        /// Takes a value out of a set, or says that an event was not.
        case take(Content)
    }

    public var field: FieldNumber
    public var action: Action

    public init(_ field: FieldNumber, _ action: Action) {
        self.field = field
        self.action = action
    }
}

/// What the person had before their eyes.
public enum ReadContext: Equatable, Sendable {
    /// What the store shows now.
    case asStored
    /// These dots; none of them means that the field was shown empty.
    case dots([Dot])
}

/// Who writes, and from where they know.
public struct Authorship: Sendable {
    public var operatorDot: Dot?
    public var source: String?
    public var reason: String?

    public init(operatorDot: Dot?, source: String? = nil, reason: String? = nil) {
        self.operatorDot = operatorDot
        self.source = source
        self.reason = reason
    }
}

extension Laptop {
    /// Creates a record; a field that is given again makes a further change.
    public mutating func add(
        _ edits: [FieldEdit], _ authorship: Authorship, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws -> (record: Dot, dots: [Dot]) {
        let rounds = Self.rounds(edits)
        guard !rounds.isEmpty else { throw LaptopError.noSuchRecord }
        let drafts = rounds.enumerated().map { index, round in
            var draft = Draft(
                record: index == 0 ? .new : .createdByFirst, operatorDot: authorship.operatorDot)
            for edit in round {
                draft.append(edit.field, body: Self.body(edit, authorship).encoded())
            }
            return draft
        }
        let dots = try write(drafts, storage, &output)
        return (dots[0], dots)
    }

    /// Writes to fields of a record.
    public mutating func set(
        _ record: Dot, _ edits: [FieldEdit], _ context: ReadContext, _ authorship: Authorship,
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> [Dot] {
        guard let view = try view(of: record, storage) else { throw LaptopError.noSuchRecord }
        guard !view.isRemoved else { throw LaptopError.recordRemoved }
        let writers = try writers(of: record, context, edits.map(\.field), storage)
        let drafts = try Self.rounds(edits).map { round in
            var draft = Draft(record: .existing(record), operatorDot: authorship.operatorDot)
            for edit in round {
                draft.append(
                    edit.field, names: try names(edit, view, context, writers),
                    body: Self.body(edit, authorship).encoded())
            }
            return draft
        }
        return try write(drafts, storage, &output)
    }

    /// Settles a conflict: names every sibling shown, and writes the value anew.
    public mutating func resolve(
        _ record: Dot, _ field: FieldNumber, keep: Dot?, value: Content?, _ context: ReadContext,
        _ authorship: Authorship, _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> (dot: Dot, replaced: [Dot]) {
        guard let view = try view(of: record, storage) else { throw LaptopError.noSuchRecord }
        _ = try writers(of: record, context, [field], storage)
        let claims = view[field]?.values.flatMap(\.witnesses) ?? []
        var authorship = authorship
        let content: Content
        if let keep {
            guard let kept = claims.first(where: { $0.dot == keep }) else {
                throw LaptopError.badDot
            }
            content = kept.body.content
            authorship.source = authorship.source ?? kept.body.source
        } else if let value {
            content = value
        } else {
            throw LaptopError.badDot
        }
        var shown = claims.map(\.dot)
        if case .dots(let dots) = context { shown = shown.filter { dots.contains($0) } }
        if case .event(let stage, _) = content {
            shown = shown.filter { dot in
                claims.contains { $0.dot == dot && Self.stage($0.body.content) == stage }
            }
        }
        let body = Body(
            content.markingAllShown(in: view), source: authorship.source,
            reason: authorship.reason)
        var draft = Draft(record: .existing(record), operatorDot: authorship.operatorDot)
        draft.append(field, names: shown, body: body.encoded())
        let dots = try write([draft], storage, &output)
        return (dots[0], shown)
    }

    /// Removes a record or takes it back; its values stay either way.
    public mutating func mark(
        _ record: Dot, isRemoved: Bool, _ authorship: Authorship, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws -> [Dot] {
        guard let live = try liveWrites(of: record, storage) else { throw LaptopError.noSuchRecord }
        let view = RecordView(live, heads.table)
        if isRemoved, view.isRemoved { throw LaptopError.recordRemoved }
        if !isRemoved, !view.isRemoved { throw LaptopError.notRemoved }
        let content = Content.mark(Mark(isRemoved: isRemoved, shown: [])).markingAllShown(in: view)
        let names = view[.removed]?.values.flatMap(\.witnesses).map(\.dot) ?? []
        var draft = Draft(record: .existing(record), operatorDot: authorship.operatorDot)
        draft.append(
            .removed, names: names,
            body: Body(content, source: authorship.source, reason: authorship.reason).encoded())
        return try write([draft], storage, &output)
    }

    // MARK: - read context

    /// For each field, the dots that a person says they saw and that wrote it, live or replaced since.
    ///
    /// A dot that is no write of any of the fields is a slip, and refused.
    private func writers(
        of record: Dot, _ context: ReadContext, _ fields: [FieldNumber],
        _ storage: some RegisterStorage
    ) throws -> [FieldNumber: [Dot]] {
        guard case .dots(let dots) = context, !dots.isEmpty else { return [:] }
        let changes = try history(of: record, storage) ?? []
        var writers: [FieldNumber: [Dot]] = [:]
        for dot in dots {
            let written = changes.first { $0.dot == dot }?.writes.map(\.field) ?? []
            let meant = written.filter { fields.contains($0) }
            guard !meant.isEmpty else { throw LaptopError.badDot }
            for field in meant { writers[field, default: []].append(dot) }
        }
        return writers
    }

    /// The dots that a write names: the ones it saw, of those that it can replace.
    private func names(
        _ edit: FieldEdit, _ view: RecordView, _ context: ReadContext,
        _ writers: [FieldNumber: [Dot]]
    ) throws -> [Dot] {
        let values = try replaceable(edit, view)
        let shown = values.flatMap(\.witnesses).map(\.dot)
        switch (context, edit.field.kind) {
        case (.dots, .set), (.dots, .log):
            return shown.filter { writers[edit.field]?.contains($0) ?? false }
        case (.dots, .single), (.dots, .event):
            return writers[edit.field] ?? []
        case (.asStored, .single), (.asStored, .event):
            guard values.count < 2 || isPlanted(.conflictSettledUnasked) else {
                throw LaptopError.contextRequired(edit.field)
            }
            return shown
        case (.asStored, .set), (.asStored, .log):
            return shown
        }
    }

    /// The live values that this edit is about.
    private func replaceable(_ edit: FieldEdit, _ view: RecordView) throws -> [Sibling] {
        let values = view[edit.field]?.values ?? []
        switch (edit.field.kind, edit.action) {
        case (.single, .put): return values
        case (.event, .put(let content)):
            let stage = Self.stage(content)
            return values.filter { Self.stage($0.content) == stage }
        case (.set, .put), (.log, .put): return []
        case (.set, .take(let content)):
            let found = values.filter { $0.content.says(sameAs: content) }
            guard !found.isEmpty else { throw LaptopError.nothingToRemove(edit.field) }
            return found
        case (.event, .take(let content)):
            let found = values.filter { Self.isMeant($0.content, by: content) }
            guard !found.isEmpty else { throw LaptopError.nothingToRemove(edit.field) }
            return found
        case (.single, .take), (.log, .take):
            throw LaptopError.wrongKind(edit.field)
        }
    }

    /// Whether an event is the one that somebody takes back, who may have left out when it was.
    private static func isMeant(_ content: Content, by given: Content) -> Bool {
        if content.says(sameAs: given) { return true }
        guard case .event(let stage, 0) = given else { return false }
        return Content.text(self.stage(content)).says(sameAs: .text(stage))
    }

    static func stage(_ content: Content) -> String {
        if case .event(let stage, _) = content { return stage }
        return ""
    }

    private static func body(_ edit: FieldEdit, _ authorship: Authorship) -> Body {
        let content: Content =
            switch edit.action {
            case .put(let content): content
            case .take: .removal
            }
        return Body(content, source: authorship.source, reason: authorship.reason)
    }

    /// Edits as changes: each writes a field at most once, fields ascending.
    private static func rounds(_ edits: [FieldEdit]) -> [[FieldEdit]] {
        var rounds: [[FieldEdit]] = []
        for edit in edits {
            if let index = rounds.firstIndex(where: { !$0.contains { $0.field == edit.field } }) {
                rounds[index].append(edit)
            } else {
                rounds.append([edit])
            }
        }
        return rounds.map { $0.sorted { $0.field < $1.field } }
    }
}

extension Content {
    /// A mark lists all live dots of the record outside its own field; other content stays as it is.
    func markingAllShown(in view: RecordView) -> Content {
        guard case .mark(var mark) = self else { return self }
        mark.shown = Set(view.dotsShown)
        return .mark(mark)
    }
}
