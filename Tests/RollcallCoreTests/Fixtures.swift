import RollcallCore

/// The same numbers from the same seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

let replicaA = ReplicaNumber(0)
let replicaB = ReplicaNumber(1)
let replicaC = ReplicaNumber(2)

extension FieldNumber {
    static let surname = FieldNumber(130)
    static let listLine = FieldNumber(106)
    static let arrival = FieldNumber(913)
    static let note = FieldNumber(859)
}

/// A change of the record that A:1 created.
func change(
    _ dot: Dot, _ writes: [(field: FieldNumber, names: [Dot])], _ content: Content = .text("x")
) -> Change {
    var change = Change(
        dot: dot, kind: ChangeKind.edit, record: Dot(replicaA, 1), operatorDot: nil, recordedAt: 0)
    for write in writes.sorted(by: { $0.field < $1.field }) {
        change.append(write.field, names: write.names, body: Body(content).encoded())
    }
    return change
}

/// One live write.
struct LiveWrite: Hashable {
    var dot: Dot
    var field: FieldNumber
}

/// Some changes of one record.
struct History {
    var changes: [Change]

    /// What says is live: all that was written, minus all that was named.
    var live: Set<LiveWrite> {
        var written: Set<LiveWrite> = []
        var named: Set<LiveWrite> = []
        for change in changes {
            for write in change.writes {
                written.insert(LiveWrite(dot: change.dot, field: write.field))
                for name in write.names { named.insert(LiveWrite(dot: name, field: write.field)) }
            }
        }
        return written.subtracting(named)
    }

    func apply(_ change: Change, to state: inout RecordState) {
        state.apply(change) { dot in fieldsWritten(by: dot) }
    }

    func state(applying changes: [Change]) -> RecordState {
        var state = RecordState()
        for change in changes { apply(change, to: &state) }
        return state
    }

    func live(in state: RecordState) -> Set<LiveWrite> {
        var live: Set<LiveWrite> = []
        for entry in state.entries {
            switch entry.live {
            case .all:
                for field in fieldsWritten(by: entry.dot) {
                    live.insert(LiveWrite(dot: entry.dot, field: field))
                }
            case .some(let fields):
                for field in fields { live.insert(LiveWrite(dot: entry.dot, field: field)) }
            }
        }
        return live
    }

    private func fieldsWritten(by dot: Dot) -> [FieldNumber] {
        changes.first { $0.dot == dot }?.writes.map(\.field) ?? []
    }

    /// The values of a field as people see them, in the order of the changes here.
    func siblings(of field: FieldNumber, in state: RecordState) -> Siblings {
        let live = live(in: state)
        let claims = changes.filter { live.contains(LiveWrite(dot: $0.dot, field: field)) }.map {
            change in
            Claim(
                dot: change.dot, operatorDot: nil, recordedAt: 0,
                body: Body(change.bodies, change.write(to: field)?.body ?? 0..<0))
        }
        return Siblings(field: field, claims: claims)
    }
}

/// All orders of some things.
func permutations<Element>(_ elements: [Element]) -> [[Element]] {
    guard let first = elements.first else { return [[]] }
    return permutations(Array(elements.dropFirst())).flatMap { rest in
        (0...rest.count).map { place in
            var order = rest
            order.insert(first, at: place)
            return order
        }
    }
}
