import RollcallCore

/// What was written of a stage by somebody who did not know yet that it was closed, or did not care: it counts, and it shows.
extension Exchange {
    func lateEvents() -> [Discrepancy] {
        stages.filter(\.isClosed).flatMap { stage in
            people.compactMap { person in
                let late = lateEvents(of: person, at: stage)
                guard !late.isEmpty else { return nil }
                return Discrepancy(
                    .lateEvent, person.records.map(\.name), stage: stage.code, about: late)
            }
        }
    }

    /// How many are in no snapshot that a stage is closed with.
    public func lateEventCount(at code: String) -> Int {
        stages.filter { $0.code == code && $0.isClosed }.reduce(0) { count, stage in
            count + people.reduce(0) { $0 + lateEvents(of: $1, at: stage).count }
        }
    }

    /// Names of a person's events at a stage that one of its closings does not know.
    private func lateEvents(of person: Person, at stage: Stage) -> [String] {
        Self.eventFields.filter { name, field in
            guard person.events.has(name, at: stage.code) else { return false }
            let claims = person.records.flatMap { record in
                (record[field]?.values ?? []).filter { $0.content.isEvent(at: stage.code) }
                    .flatMap(\.witnesses)
            }
            return stage.closings.contains { closing in
                !claims.contains { claim in
                    closing.numbers.has(
                        replica: table[claim.dot.replica].text, claim.dot.counter)
                }
            }
        }.map(\.name)
    }

    /// That somebody called their family is in no number.
    private static let eventFields = Passage.Events.names.filter { $0 != "call" }.map { name in
        (name: name, field: FieldSchema.number(name))
    }

    /// Stages that two laptops closed with unlike numbers.
    func unlikeClosings() -> [Discrepancy] {
        stages.filter { stage in
            stage.closings.dropFirst().contains {
                $0.numbers.lines != stage.closings[0].numbers.lines
            }
        }.map { Discrepancy(.unlikeClosings, $0.closings.map(\.record), stage: $0.code) }
    }
}

extension Content {
    fileprivate func isEvent(at code: String) -> Bool {
        if case .event(let stage, _) = self { stage == code } else { false }
    }
}
