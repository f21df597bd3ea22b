import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// Numbers that a person's choices are drawn from, all out of the one that the plan gave.
private typealias Choice = Chance

/// What the people of a team know and do at their keyboards.
struct People {
    var records: [GlobalDot] = []
    /// Fields of records that somebody settled, and how often, to see two settle one conflict apart.
    var settledAt: [GlobalDot: Set<Int>] = [:]
    /// The looks that somebody was told are logged, and how many were to be.
    var looks: [Look] = []
    var looksTried = 0
    /// Recovery keys on paper, three by three.
    var papers: [[NodeKey]] = []
    /// Records that somebody put under hold, freed since or not.
    var putUnderHold: [GlobalDot] = []

    enum Fields {
        static let surname = FieldNumber(4 * 32 + 2)
        static let givenName = FieldNumber(5 * 32 + 2)
        /// Another class than the names.
        static let blood = FieldNumber(6 * 32 + 3)
        static let alias = FieldNumber(7 * 32 + 8 + 2)
        static let arrival = FieldNumber(8 * 32 + 16 + 1)
        static let note = FieldNumber(9 * 32 + 24 + 2)
    }
}

extension Team {
    /// Does what a person does; what the laptop refuses, or a failing disk, leaves nothing.
    func actAsPerson(_ step: Step) throws {
        guard step.node < nodes.count else { return }
        let node = nodes[step.node]
        guard node.isUp, node.laptop?.membership != nil, node.pausedUntil <= now else { return }
        var choice = Choice(seed: step.a, for: 3)
        editsDone += 1
        try guarding(node) {
            do {
                switch step.verb {
                case .add: try add(node, &choice)
                case .set: try set(node, &choice)
                case .take: try take(node, &choice)
                case .mark: try mark(node, &choice)
                case .look: try look(node, &choice)
                case .keep: try keep(node, &choice)
                default: try resolve(node, &choice)
                }
            } catch let error as LaptopError {
                if case .contextRequired = error { mark(.contextRequired) }
                if case .writtenTwice = error {
                    throw SimulationFailure(.crashed, "\(node.name): a record written twice")
                }
                if case .storeIncomplete = error {
                    throw SimulationFailure(.crashed, "\(node.name): the store lacks something")
                }
            } catch is StoreError {
                // The person was told that nothing was written.
            }
        }
    }

    /// Writes, and tells the person once it is durable.
    func write(
        _ node: SimulatedNode,
        _ body: (inout Laptop, any RegisterStorage, inout Output) throws -> [Dot]
    ) throws -> [Dot] {
        let dots = try node.act(body)
        try node.effect(.beforeAnswer)
        for dot in dots {
            guard node.isDurable(dot) else {
                throw SimulationFailure(.answerBeforeCommit, node.name)
            }
            journal.acknowledge(dot, at: node.index)
        }
        if node.original != nil { mark(.cloneWrote) }
        if node.wasRestored { mark(.restoredWrote) }
        trace.add(UInt64(node.index) << 16 | UInt64(dots.count))
        return dots
    }

    // MARK: - what they write

    private func text(_ choice: inout Chance) -> String {
        choice.percent(60)
            ? "value \(choice.next() % 1_000_000)" : choice.pick(["one", "two", "three"])
    }

    private func edit(_ choice: inout Chance) -> FieldEdit {
        switch choice.below(10) {
        case ..<4: FieldEdit(People.Fields.surname, .put(.text(text(&choice))))
        case 4: FieldEdit(People.Fields.blood, .put(.text(text(&choice))))
        case 5: FieldEdit(People.Fields.blood, .put(.state(.refused)))
        case 6, 7: FieldEdit(People.Fields.alias, .put(.text(text(&choice))))
        case 8:
            FieldEdit(
                People.Fields.arrival,
                .put(
                    .event(
                        stage: choice.pick(["one", "two"]), time: UInt64(choice.below(2)))))
        default: FieldEdit(People.Fields.note, .put(.text(text(&choice))))
        }
    }

    private func edits(_ choice: inout Chance) -> [FieldEdit] {
        (0..<choice.between(1, 3)).map { _ in edit(&choice) }
    }

    private func authorship(_ choice: inout Chance) -> Authorship {
        Authorship(operatorDot: nil, source: choice.percent(30) ? "a list" : nil)
    }

    private func add(_ node: SimulatedNode, _ choice: inout Chance) throws {
        let edits = edits(&choice)
        let authorship = authorship(&choice)
        let dots = try write(node) { laptop, disk, output in
            try laptop.add(edits, authorship, disk, &output).dots
        }
        people.records.append(name(dots[0], at: node))
    }

    /// Keeps a file in a few pieces, some of which are as large as a program's.
    private func keep(_ node: SimulatedNode, _ choice: inout Chance) throws {
        let field = FieldNumber.ofParts[1]
        let drafts = (0..<choice.between(1, 12)).map { piece in
            var draft = Draft(record: piece == 0 ? .new : .createdByFirst, operatorDot: nil)
            let text = String(repeating: text(&choice), count: choice.pick([1, 20, 1_000]))
            draft.append(field, body: Body(.text("\(piece) \(text)")).encoded())
            return draft
        }
        let dots = try write(node) { laptop, disk, output in
            try laptop.write(drafts, in: .bulk, disk, &output)
        }
        mark(.kept)
        if node.original != nil { mark(.keptByCopy) }
        // Words may be written of it like of any other record, here and where it came to.
        people.records.append(name(dots[0], at: node))
    }

    /// A record that this node knows: one of the newest more often than not.
    func record(_ node: SimulatedNode, _ choice: inout Chance) -> (GlobalDot, Dot)? {
        guard !people.records.isEmpty, let table = node.laptop?.heads.table else { return nil }
        for _ in 0..<4 {
            let newest = min(12, people.records.count)
            let index =
                choice.percent(60)
                ? people.records.count - 1 - choice.below(newest)
                : choice.below(people.records.count)
            let record = people.records[index]
            guard let replica = table.number(of: record.replica) else { continue }
            return (record, Dot(replica, record.counter))
        }
        return nil
    }

    func name(_ dot: Dot, at node: SimulatedNode) -> GlobalDot {
        guard let table = node.laptop?.heads.table else {
            preconditionFailure("a dot of a node that is down")
        }
        return GlobalDot(replica: table[dot.replica], counter: dot.counter)
    }

    private func dot(_ name: GlobalDot, at node: SimulatedNode) -> Dot? {
        node.laptop?.heads.table.number(of: name.replica).map { Dot($0, name.counter) }
    }

    func view(_ record: Dot, _ node: SimulatedNode) throws -> RecordView? {
        try node.laptop?.view(of: record, node.disk)
    }

    private func set(_ node: SimulatedNode, _ choice: inout Chance) throws {
        guard let (name, record) = record(node, &choice), let view = try view(record, node) else {
            return
        }
        let edits = edits(&choice)
        let shown = view.fields.flatMap(\.values).flatMap(\.witnesses).map(\.dot)
        let authorship = authorship(&choice)
        var context = ReadContext.asStored
        switch choice.below(6) {
        case 0: context = .dots([])
        case 1:
            let stale = (node.seenOnce[name] ?? []).compactMap { dot($0, at: node) }
            if stale.contains(where: { !shown.contains($0) }) { mark(.staleForm) }
            context = .dots(stale)
        case 2: context = .dots(shown)
        default: break
        }
        if choice.percent(50) { node.seenOnce[name] = shown.map { self.name($0, at: node) } }
        let mustAsk =
            context == .asStored
            && edits.contains { edit in
                edit.field.kind == .single && view[edit.field]?.isConflict == true
            }
        _ = try write(node) { laptop, disk, output in
            try laptop.set(record, edits, context, authorship, disk, &output)
        }
        if mustAsk, !view.isRemoved { throw SimulationFailure(.settledUnasked, node.name) }
    }

    private func take(_ node: SimulatedNode, _ choice: inout Chance) throws {
        guard let (_, record) = record(node, &choice) else { return }
        let edit = FieldEdit(People.Fields.alias, .take(.text(text(&choice))))
        let authorship = authorship(&choice)
        _ = try write(node) { laptop, disk, output in
            try laptop.set(record, [edit], .asStored, authorship, disk, &output)
        }
    }

    private func mark(_ node: SimulatedNode, _ choice: inout Chance) throws {
        guard let (_, record) = record(node, &choice), let view = try view(record, node) else {
            return
        }
        let isRemoved = choice.percent(70) ? !view.isRemoved : choice.percent(50)
        let authorship = authorship(&choice)
        _ = try write(node) { laptop, disk, output in
            try laptop.mark(record, isRemoved: isRemoved, authorship, disk, &output)
        }
        if !isRemoved { mark(.restoredRecord) }
    }

    private func resolve(_ node: SimulatedNode, _ choice: inout Chance) throws {
        let conflicts = try node.disk.recordsInConflict()
        guard !conflicts.isEmpty else { return }
        let record = choice.pick(conflicts)
        guard let view = try view(record, node) else { return }
        let fields = view.fields.filter(\.isConflict)
        guard !fields.isEmpty else {
            throw SimulationFailure(.conflicts, "\(node.name): a record in conflict without one")
        }
        mark(.conflict)
        let field = choice.pick(fields)
        if field.field == .removed { mark(.removedAndEdited) }
        let claims = field.values.flatMap(\.witnesses)
        let keep = choice.pick(claims).dot
        let authorship = authorship(&choice)
        _ = try write(node) { laptop, disk, output in
            [
                try laptop.resolve(
                    record, field.field, keep: keep, value: nil, .asStored, authorship, disk,
                    &output
                ).dot
            ]
        }
        mark(.settled)
        let name = name(record, at: node)
        people.settledAt[name, default: []].insert(node.index)
        if people.settledAt[name, default: []].count > 1 { mark(.settledTwice) }
    }
}
