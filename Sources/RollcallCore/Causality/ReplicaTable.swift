/// The replicas that a node has heard of, each with its local number, in the order first heard.
///
/// Numbers are never given up, so a ``Dot`` on disk keeps its meaning.
public struct ReplicaTable: Sendable {
    public private(set) var ids: [ReplicaID] = []
    private var numbers: [ReplicaID: ReplicaNumber] = [:]

    public init() {}

    public var count: Int { ids.count }

    /// Whether there is no number left to give.
    public var isFull: Bool { ids.count > Int(ReplicaNumber.max) }

    public var allNumbers: [ReplicaNumber] { (0..<UInt32(ids.count)).map { ReplicaNumber($0) } }

    public subscript(number: ReplicaNumber) -> ReplicaID { ids[Int(number.rawValue)] }

    public func number(of id: ReplicaID) -> ReplicaNumber? { numbers[id] }

    /// The number of a replica, a new one if it was not known.
    public mutating func insert(_ id: ReplicaID) -> ReplicaNumber {
        if let known = numbers[id] { return known }
        let number = ReplicaNumber(UInt32(ids.count))
        ids.append(id)
        numbers[id] = number
        return number
    }

    /// Whether one dot stands before the other in the canonical order of output.
    public func precedes(_ left: Dot, _ right: Dot) -> Bool {
        if left.replica == right.replica { return left.counter < right.counter }
        return self[left.replica].precedes(self[right.replica])
    }

    public func text(_ dot: Dot) -> String { "\(self[dot.replica].text).\(dot.counter)" }

    /// The 49 bytes of a dot.
    public func encode(_ dot: Dot, to writer: inout ByteWriter) {
        self[dot.replica].encode(to: &writer)
        writer.u64(dot.counter)
    }
}
