import RollcallCore
import RollcallWire

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

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}

/// Four replicas with numbers 0 to 3; the third is of the control lane.
func replicas() -> ReplicaTable {
    var table = ReplicaTable()
    for index in UInt8(0)..<4 {
        guard let node = NodeID([UInt8](repeating: 200 - index, count: 32)) else { continue }
        let lane: Lane = index == 2 ? .control : .data
        _ = table.insert(ReplicaID(node: node, lane: lane, incarnation: 5 + UInt64(index)))
    }
    return table
}

func encoded(_ message: ChangesMessage, _ table: ReplicaTable = replicas()) -> [UInt8] {
    var numbering = SessionReplicas()
    return message.encode(table, numbering: &numbering)
}

func decoded(_ bytes: [UInt8]) throws(FormatError) -> (message: ChangesMessage, table: ReplicaTable)
{
    var table = replicas()
    var numbering = SessionReplicas()
    let message = try ChangesMessage(bytes, table: &table, numbering: &numbering)
    return (message, table)
}

func refusal(_ bytes: [UInt8]) -> Refusal? {
    do throws(FormatError) {
        _ = try decoded(bytes)
        return nil
    } catch { return error.refusal }
}

/// A message around some changes of replica 0; nothing in it is signed.
func message(_ changes: [Change]) -> ChangesMessage {
    var segments: [ChangesMessage.Segment] = []
    var left = changes.count
    while left > 0 {
        let count = min(left, Limits.changesPerSegmentMax)
        segments.append(.init(changeCount: count, signature: [UInt8](repeating: 7, count: 64)))
        left -= count
    }
    let first = changes[0].dot.counter
    let subtrees = SaltSubtree.given(first: first, last: first + UInt64(changes.count) - 1)
    return ChangesMessage(
        replica: changes[0].dot.replica, first: first, segments: segments,
        salts: [UInt8](repeating: 3, count: subtrees.count * 16), changes: changes)
}

/// Changes of every shape that there is.
func randomChanges(_ generator: inout SeededGenerator, count: Int, first: UInt64) -> [Change] {
    let own = ReplicaNumber(0)
    let table = replicas()
    let fields = [106, 130, 162, 859, 4_294_967_295].map { FieldNumber($0) }
    let texts = (0..<3).map { _ in generator.bytes(generator.below(12)) }
    return (0..<UInt64(count)).map { offset in
        let counter = first + offset
        func dot() -> Dot {
            let replica = ReplicaNumber(UInt32(generator.below(4)))
            return Dot(
                replica,
                replica == own
                    ? .random(in: 1...counter, using: &generator) : 1 + UInt64(generator.below(300))
            )
        }
        var change = Change(
            dot: Dot(own, counter), kind: [16, 16, 16, 7, 900][generator.below(5)], record: dot(),
            operatorDot: Bool.random(using: &generator) ? dot() : nil,
            recordedAt: [0, 1_750_000_000_000 + counter * 9_000, .max][generator.below(3)])
        for field in fields.prefix(generator.below(6)) where Bool.random(using: &generator) {
            let names = Set((0..<generator.below(4)).map { _ in dot() }).sorted {
                table.precedes($0, $1)
            }
            let value =
                Bool.random(using: &generator)
                ? texts[generator.below(3)] : generator.bytes(generator.below(20))
            let head = [[], [0, 1, 1, 0x41], [1], [200, 9]][generator.below(4)] as [UInt8]
            var body = ByteWriter()
            body.byteString(head)
            body.raw(value)
            change.append(field, names: names, body: body.bytes)
        }
        if generator.below(4) == 0 { change.extras = generator.bytes(generator.below(30)) }
        return change
    }
}
