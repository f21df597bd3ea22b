import RollcallCore

/// Changes of one record as they came about: each after those that it names, that its writer wrote before, and that made the record.
///
/// What was written without knowing of each other stands by the time that its laptop believed in, then in canonical order; that is for
/// people to read, the same on every laptop, and decides nothing.
struct CausalOrder {
    private let changes: [Change]
    /// How many that come before each are still to be told, and which wait for it.
    private var missing: [Int]
    private var waiting: [[Int]]

    init(_ changes: [Change], _ table: ReplicaTable) {
        self.changes = changes.sorted { table.precedes($0.dot, $1.dot) }
        missing = [Int](repeating: 0, count: changes.count)
        waiting = [[Int]](repeating: [], count: changes.count)
        let places = Dictionary(
            self.changes.enumerated().map { ($1.dot, $0) }, uniquingKeysWith: { first, _ in first })
        for (place, change) in self.changes.enumerated() {
            var before = Set(change.writes.flatMap(\.names).compactMap { places[$0] })
            if let creation = places[change.record] { before.insert(creation) }
            if place > 0, self.changes[place - 1].dot.replica == change.dot.replica {
                before.insert(place - 1)
            }
            before.remove(place)
            missing[place] = before.count
            for one in before { waiting[one].append(place) }
        }
    }

    /// All of them; where a writer named what could not come before it, the rest in canonical order.
    mutating func ordered() -> [Change] {
        var told: [Int] = []
        var ready = changes.indices.filter { missing[$0] == 0 }
        while let next = ready.min(by: { isBefore($0, $1) }) {
            ready.removeAll { $0 == next }
            told.append(next)
            for place in waiting[next] {
                missing[place] -= 1
                if missing[place] == 0 { ready.append(place) }
            }
        }
        let rest = Set(changes.indices).subtracting(told).sorted()
        return (told + rest).map { changes[$0] }
    }

    private func isBefore(_ one: Int, _ other: Int) -> Bool {
        let (left, right) = (changes[one].recordedAt, changes[other].recordedAt)
        return left == right ? one < other : left < right
    }
}
