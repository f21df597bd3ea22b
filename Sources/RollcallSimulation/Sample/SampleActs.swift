import RollcallCore
import RollcallExchange
import RollcallStore
import RollcallSync
import RollcallTrust

/// What people do of the sample operation, at whichever laptop can.
extension Team {
    /// Does one act; where no laptop can, it is tried again a little later.
    ///
    /// - Parameter index: Of the step.
    func actBySample(_ index: Int) throws {
        guard let script, !script.done.contains(index) else { return }
        let step = plan.steps[index]
        let others = (0..<nodes.count).map { ($0 + step.node) % nodes.count }
        let isList = step.b == 1
        // Lists come to one laptop alone: on two that have not met each line would be two people.
        for place in isList ? [0] : others {
            let node = nodes[place]
            guard node.isUp, node.laptop?.membership != nil, node.pausedUntil <= now else {
                continue
            }
            if try isDone(step, at: node) {
                self.script?.done.insert(index)
                self.script?.waiting.remove(index)
                return
            }
        }
        self.script?.waiting.insert(index)
        schedule(.step(index), at: now + 500_000)
    }

    /// Until nobody waits any more; all is mended by then.
    func finishSample() throws {
        let end = now + 60_000_000
        while script?.waiting.isEmpty == false {
            guard now < end else { throw SimulationFailure(.exchange, "an act could not be done") }
            try run(until: now + 500_000)
        }
    }

    private func isDone(_ step: Step, at node: SimulatedNode) throws -> Bool {
        var isDone = false
        try guarding(node) {
            do {
                isDone =
                    try step.b == 1
                    ? take(list: Int(step.a), at: node) : write(passage: Int(step.a), at: node)
            } catch let error where error is LaptopError || error is StoreError {
                // They were told that nothing was written.
            } catch let crash as Crash where crash.place != .beforeCommit {
                // It is durable, and they will do it again.
                script?.maybeTwice += 1
                throw crash
            }
        }
        return isDone
    }

    // MARK: - lists

    private func take(list index: Int, at node: SimulatedNode) throws -> Bool {
        guard let script, index < script.sample.lists.count else { return true }
        let list = script.sample.lists[index]
        // An earlier revision that is not here yet would find its own lines.
        guard
            !script.sample.lists[..<index].indices.contains(where: {
                script.sample.lists[$0].series == list.series && script.lists[$0] == nil
            })
        else { return false }
        let listDot = try write(node) { laptop, disk, output in
            try laptop.write([Self.draft(of: list)], disk, &output)
        }[0]
        let name = self.name(listDot, at: node)
        let onList = Body(.record(NamedDot(replica: name.replica, counter: name.counter))).encoded()
        var drafts: [Draft] = []
        var isNew: [RosterRow?] = []
        for row in try script.rows(of: list) {
            let known = script.lines[row.identity]
            let record = known?.row == row ? known.flatMap { local($0.record, at: node) } : nil
            let draft =
                record.map { Draft(record: .existing($0), operatorDot: nil) }
                ?? Self.draft(of: row, mending: known?.record)
            drafts.append(draft.inserting(FieldSchema.lineList, body: onList))
            isNew.append(record == nil ? row : nil)
        }
        let dots = try write(node) { laptop, disk, output in
            try laptop.write(drafts, disk, &output)
        }
        self.script?.lists[index] = name
        for (row, dot) in zip(isNew, dots) {
            if let row { note(row, self.name(dot, at: node)) }
        }
        return true
    }

    private func note(_ row: RosterRow, _ record: GlobalDot) {
        script?.lines[row.identity] = (row, record)
        if let person = script?.person(ofLine: row.identity) { script?.records[person] = record }
    }

    private static func draft(of list: SampleList) -> Draft {
        var draft = Draft(record: .new, operatorDot: nil)
        draft.append(
            FieldSchema.recordKind, body: Body(.text(RecordKind.list.rawValue)).encoded())
        for (name, text) in [
            ("list_issuer", list.side.rawValue), ("list_direction", list.side.direction),
            ("list_stage", list.stage), ("list_revision", "\(list.revision)"),
        ] {
            guard let field = FieldSchema.field(named: name) else { continue }
            draft.append(field.number, body: Body(.text(text)).encoded())
        }
        return draft
    }

    /// A line as a new record; where an earlier revision had it otherwise, of the same person.
    private static func draft(of row: RosterRow, mending other: GlobalDot?) -> Draft {
        var writes = row.writes.map { ($0.field, Body($0.content)) }
        writes.append((FieldSchema.listLine, Body(.text(row.identity))))
        if let other {
            let name = NamedDot(replica: other.replica, counter: other.counter)
            writes.append((FieldSchema.sameAs, Body(.record(name))))
        }
        var draft = Draft(record: .new, operatorDot: nil)
        for (field, body) in writes.sorted(by: { $0.0 < $1.0 }) {
            draft.append(field, body: body.encoded())
        }
        return draft
    }

    private func local(_ name: GlobalDot, at node: SimulatedNode) -> Dot? {
        guard let laptop = node.laptop, let replica = laptop.heads.table.number(of: name.replica),
            laptop.heads[replica].height >= name.counter
        else { return nil }
        return Dot(replica, name.counter)
    }

    // MARK: - people

    private func write(passage index: Int, at node: SimulatedNode) throws -> Bool {
        guard let script, index < script.sample.passages.count else { return true }
        let passage = script.sample.passages[index]
        let edits = Self.events(passage)
        guard let known = script.records[passage.person] else {
            // Somebody who stands on no list is written down; for others their list is awaited.
            guard !script.isListed(passage.person) else { return false }
            try writeDown(passage, edits, at: node)
            return true
        }
        guard let record = local(known, at: node) else { return false }
        let authorship = Authorship(operatorDot: nil, source: "at the table")
        _ = try write(node) { laptop, disk, output in
            try laptop.set(record, edits, .asStored, authorship, disk, &output)
        }
        if passage.isDisputed, let field = FieldSchema.field(named: "category") {
            // As somebody writes who was shown nothing: what the list says stands beside it.
            let category = script.sample[person: passage.person].category
            _ = try write(node) { laptop, disk, output in
                try laptop.set(
                    record, [FieldEdit(field.number, .put(.text(category)))], .dots([]),
                    authorship, disk, &output)
            }
        }
        if passage.isTwice { try writeDown(passage, edits, at: node) }
        return true
    }

    private func writeDown(
        _ passage: SamplePassage, _ events: [FieldEdit], at node: SimulatedNode
    ) throws {
        guard let person = script?.sample[person: passage.person] else { return }
        let texts = [
            ("surname", person.side.other(person.name.surname)),
            ("given_name", person.side.other(person.name.given)),
            ("birth_date", person.birth.text), ("category", person.category),
            ("service_number", person.serviceNumber), ("detained_by", person.side.rawValue),
        ]
        let edits = try texts.filter { !$0.1.isEmpty }.compactMap { name, text in
            try FieldSchema.field(named: name).map {
                FieldEdit($0.number, .put(try FieldInput.content(field: $0, text: text)))
            }
        }
        let dots = try write(node) { laptop, disk, output in
            try laptop.add(
                edits + events, Authorship(operatorDot: nil, source: "at the table"), disk, &output
            ).dots
        }
        if script?.records[passage.person] == nil {
            script?.records[passage.person] = name(dots[0], at: node)
        }
    }

    private static func events(_ passage: SamplePassage) -> [FieldEdit] {
        let names =
            switch passage.outcome {
            case .handedOver: ["arrival", "identity_confirmed", "handover"]
            case .absent: ["absent"]
            case .declined: ["arrival", "identity_confirmed", "declined"]
            case .deferred: ["arrival", "identity_confirmed", "deferred"]
            case .withdrawn: [String]()
            }
        return names.compactMap { FieldSchema.field(named: $0) }.map {
            FieldEdit($0.number, .put(.event(stage: passage.stage, time: 0)))
        }
    }
}
